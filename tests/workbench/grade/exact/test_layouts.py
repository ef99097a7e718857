"""Each layout of each rule: rows over time, tests in both directions, lesions, responses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.workbench.grade import grade_file

CRS = "patient,day,temp_c,hypotension,vasopressors,oxygen"
LESIONS = "patient,visit,day,lesion,type,node,size_mm,state"
LAB = "USUBJID,PARAMCD,AVAL,AVALU,ANRLO,ANRHI,BASE,BNRIND"


def test_days_of_a_patient_become_a_course(graded: Callable[..., Any], sheet: Callable[..., Path]) -> None:
    rows = ["A,1,38.5,0,0,none", "A,20,39,0,0,none", "A,3,38.2,1,0,none", "A,3,38.2,0,0,none", "A,2,37,0,0,none",
            "B,1,36,0,0,none"]  # fmt: skip
    code, document = graded("astct-crs", sheet(CRS, *rows))
    assert code == 0
    assert [row["episode"] for row in document["rows"]] == [1, 2, 1, 1, 1, None]
    first, second = document["patients"]
    keys = ("patient", "worst_grade", "onset_day", "worst_day", "duration_days", "episodes", "resolved")
    assert [first[key] for key in keys] == ["A", 2, 1.0, 3.0, 4.0, 2, False]
    assert [second[key] for key in keys] == ["B", 0, None, None, 0.0, 0, None]


def test_a_bad_row_leaves_its_patient_ungraded_as_a_whole(
    graded: Callable[..., Any], sheet: Callable[..., Path]
) -> None:
    code, document = graded("astct-crs", sheet(CRS, "A,1,38.5,0,0,none", "A,2,x,0,0,none", "B,1,38.5,0,0,none"))
    assert code == 2
    assert [row["grade"] for row in document["rows"]] == [1, None, 1]
    assert [(row["patient"], row["worst_grade"]) for row in document["patients"]] == [("A", None), ("B", 1)]
    assert document["patients"][0]["reason"] == "not graded: bad row in line 3"


def test_icaht_grades_patients_and_one_bad_count_spoils_one(
    graded: Callable[..., Any], sheet: Callable[..., Path]
) -> None:
    rows = [f"A,{day},{400 if 3 <= day < 12 else 3000}" for day in range(31)]
    rows += ["A,40,900", "A,60,1400", "B,0,400", "B,5,abc"]
    code, document = graded("icaht", sheet("patient,day,anc_per_uL", *rows))
    assert code == 2
    first, second = document["patients"]
    assert (first["early_grade"], first["late_grade"], first["longest_days_500"]) == (2, 2, 9)
    assert (second["early_grade"], second["late_grade"]) == (None, None)
    assert {row["early_grade"] for row in document["rows"] if row["patient"] == "B"} == {None}


def test_platelets_by_day(sheet: Callable[..., Path]) -> None:
    rows = [f"A,{day},{40 if day < 8 else 150}" for day in range(31)]
    result = grade_file(sheet("patient,day,platelets_1e9L", *rows), rule="t-icaht")
    assert result.tables["patients"]["early_grade"].tolist() == [2]


def test_the_next_therapy_ends_the_days_of_platelets(sheet: Callable[..., Path]) -> None:
    rows = [f"A,{day},{100 if day <= 10 else 10},10" for day in range(31)]
    result = grade_file(sheet("patient,day,platelets_1e9L,next_therapy_day", *rows), rule="t-icaht")
    assert result.tables["patients"]["early_grade"].tolist() == [0]


def test_a_class_that_is_certain_stands_without_the_score(
    graded: Callable[..., Any], sheet: Callable[..., Path]
) -> None:
    head = "platelets_1e9L,anc_per_uL,hb_g_dL,crp_mg_dL,ferritin_ng_mL"
    rows = ["74.9,,9,1,100", "200,2000,12,,100", "200,,12,,100"]
    code, document = graded("car-hematotox", sheet(head, *rows))
    assert code == 2
    assert [(row["score"], row["class"]) for row in document["rows"]] == [(None, "high"), (None, "low"), (None, None)]
    assert [bad["line"] for bad in document["bad_rows"]] == [4]
    head = (
        "temp_c,organomegaly,hb_g_dL,wbc_1e9L,platelets_1e9L,ferritin_ng_mL,triglycerides_mmol_L,fibrinogen_g_L,ast_U_L,"
        "immunosuppression,haemophagocytosis"
    )
    code, document = graded("hscore", sheet(head, "39.5,both,8,2,40,9000,5,1,80,yes,NA"))
    assert code == 0
    assert [(row["score"], row["likely"]) for row in document["rows"]] == [(None, True)]


def test_a_seizure_of_a_grade_that_does_not_exist_makes_its_row_bad(
    graded: Callable[..., Any], sheet: Callable[..., Path]
) -> None:
    head = (
        "uric_acid_mg_dL,potassium_mmol_L,phosphate_mg_dL,corrected_calcium_mg_dL,creatinine_x_uln,arrhythmia,seizure"
    )
    code, document = graded("tls", sheet(head, "9,6.5,4,9,1.5,0,1", "9,6.5,4,9,1.5,0,2"))
    assert code == 2
    assert [row["clinical_grade"] for row in document["rows"]] == [None, 2]
    assert [(bad["line"], bad["column"]) for bad in document["bad_rows"]] == [(2, "seizure")]


@pytest.mark.parametrize(
    ("rule", "words", "best"),
    [("recist", ("PR", "PD", "CR"), "SD"), ("irecist", ("iPR", "iUPD", "iCR"), "iPR")],
)
def test_rows_of_other_tests_are_left_out_whatever_they_hold(
    graded: Callable[..., Any], sheet: Callable[..., Path], rule: str, words: tuple[str, str, str], best: str
) -> None:
    first, second, other = words
    rows = [f"1,OVRLRESP,1,43,{first}", "1,NEWLIND,1,43,N", f"1,TRGRESP,1,43,{other}", f"1,OVRLRESP,2,85,{second}",
            f"1,TRGRESP,2,85,{other}"]  # fmt: skip
    head = "USUBJID,RSTESTCD,VISITNUM,RSDY,RSSTRESC"
    code, document = graded(rule, sheet(head, *rows))
    assert code == 0
    assert document["patients"][0]["ibor" if rule == "irecist" else "best_response"] == best
    assert [row["reason"].startswith("another test") for row in document["rows"]] == [False, True, True, False, True]
    code, document = graded(rule, sheet(head, *rows, "1,OVRLRESP,3,127,N"))
    assert code == 2
    assert [(bad["line"], bad["column"]) for bad in document["bad_rows"]] == [(7, "RSSTRESC")]


def test_readers_of_responses_are_kept_apart(graded: Callable[..., Any], sheet: Callable[..., Path]) -> None:
    for rule, words, best in (("recist", "CR PD", ["CR", "PD"]), ("irecist", "iCR iUPD", ["iCR", "iUPD"])):
        good, worse = words.split()
        rows = [f"1,OVRLRESP,R1,{at},{43 + 42 * at},{good}" for at in (1, 2)]
        rows += [f"1,OVRLRESP,R2,{at},{43 + 42 * at},{worse}" for at in (1, 2)]
        code, document = graded(rule, sheet("USUBJID,RSTESTCD,RSEVALID,VISITNUM,RSDY,RSSTRESC", *rows))
        assert code == 0
        answer = "ibor" if rule == "irecist" else "best_response"
        assert [(row["reader"], row[answer]) for row in document["patients"]] == list(
            zip(["R1", "R2"], best, strict=True)
        )


def test_follow_up_that_differs_within_a_patient_is_bad(sheet: Callable[..., Path]) -> None:
    result = grade_file(
        sheet("patient,day,anc_per_uL,last_day", "A,0,900,20", "A,1,900,21", "B,0,900,30"), rule="icaht"
    )
    assert [(bad.line, bad.column) for bad in result.bad_rows] == [(2, "last_day"), (3, "last_day")]
    assert result.tables["patients"]["early_grade"].tolist() == [None, 0]


def test_two_terms_say_which_of_them_is_open(graded: Callable[..., Any], sheet: Callable[..., Path]) -> None:
    both = "Hypokalemia,Hyperkalemia"
    rows = [f"{both},4,mmol/L,,5", f"{both},4,mmol/L,3.5,", ",Hyperkalemia,4,mmol/L,,", "Hypokalemia,,4,mmol/L,,5",
            ",,4,mmol/L,3.5,5", f"{both},2,mmol/L,,"]  # fmt: skip
    code, document = graded("ctcae", sheet("ATOXDSCL,ATOXDSCH,AVAL,AVALU,ANRLO,ANRHI", *rows))
    assert code == 0
    assert [row["grade"] for row in document["rows"]] == [None] * 5 + [4]
    said = [row["reason"].split(":")[0] for row in document["rows"]]
    low, high = "the lower limit of normal is missing", "the upper limit of normal is missing"
    assert said[:4] == [low, high, high, low]
    assert said[4].startswith("not a laboratory term")
    assert said[5] == "potassium below 2.5 mmol/L"


def test_a_change_in_per_cent_stands_for_the_baseline(graded: Callable[..., Any], sheet: Callable[..., Path]) -> None:
    rows = ["Fibrinogen decreased,1,2,-50,g/L", "Fibrinogen decreased,1,2,-49,g/L", "Fibrinogen decreased,1,2,,g/L",
            "Fibrinogen decreased,1.5,1.6,-25,g/L", "Fibrinogen decreased,1.5,1.5,-25,g/L"]  # fmt: skip
    code, document = graded("ctcae", sheet("ATOXDSCL,AVAL,ANRLO,PCHG,AVALU", *rows))
    assert code == 0
    assert [row["grade"] for row in document["rows"]] == [3, 2, 2, 2, 0]


def test_codes_of_tests_are_graded_low_and_high(graded: Callable[..., Any], sheet: Callable[..., Path]) -> None:
    rows = [
        "1,ALT,100,U/L,,40,30,NORMAL",
        "1,K,5.6,mmol/L,3.5,5.1,,",
        "2,HGB,79,g/L,130,170,,",
        "3,BASO,1,10^9/L,0,1,,",
    ]
    code, document = graded("ctcae", sheet(LAB, *rows))
    assert code == 0
    found = [(row["grade"], row["grade_low"], row["grade_high"]) for row in document["rows"]]
    assert found == [(1, None, 1), (2, 0, 2), (3, 3, 0), (None, None, None)]
    assert [(row["patient"], row["term"], row["worst_grade"]) for row in document["patients"]] == [
        ("1", "ALT", 1), ("1", "K", 2), ("2", "HGB", 3), ("3", "BASO", None)]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("1,HGB,7.9,,130,170,,", "AVALU"),
        ("1,HGB,7.9,furlong,130,170,,", "AVALU"),
        ("1,HGB,,g/L,130,170,,", "AVAL"),
        ("1,ALT,<5,U/L,,40,,", "AVAL"),
        ("1,ALT,-5,U/L,,40,,", "AVAL"),
        ("1,ALT,5,U/L,,40,,odd", "BNRIND"),
        ("1,ALT,5,U/L,,n.d.,,", "ANRHI"),
        ("1,,5,U/L,,40,,", "PARAMCD"),
    ],
)
def test_a_laboratory_row_that_cannot_be_graded_is_listed(
    graded: Callable[..., Any], sheet: Callable[..., Path], row: str, column: str
) -> None:
    code, document = graded("ctcae", sheet(LAB, row))
    assert code == 2
    assert document["rows"][0]["grade"] is None
    assert [bad["column"] for bad in document["bad_rows"]] == [column]


def test_terms_and_versions(sheet: Callable[..., Path]) -> None:
    file = sheet("term,value,unit,lln", "Neutrophil count decreased,0.4,10^9/L,1.8", "Anaemia,79,g/L,130",
                 "Bad mood,1,g/L,1")  # fmt: skip
    for version, expected in (("5.0", [4, 3, None]), ("6.0", [3, 3, None])):
        result = grade_file(file, rule="ctcae", version=version)
        assert result.tables["rows"]["grade"].tolist() == expected
        assert set(result.tables["rows"]["version"]) == {version}
        assert [bad.line for bad in result.bad_rows] == [4]


def test_low_and_high_terms_of_adam(sheet: Callable[..., Path]) -> None:
    head = "ATOXDSCL,ATOXDSCH,AVAL,AVALU,ANRLO,ANRHI"
    file = sheet(head, "Hypokalemia,Hyperkalemia,5.6,mmol/L,3.5,5.1", "Anemia,,79,g/L,130,170")
    rows = grade_file(file, rule="ctcae").tables["rows"]
    assert [rows[name].tolist() for name in ("grade", "grade_low", "grade_high")] == [[2, 3], [0, 3], [2, None]]
    named = sheet(f"USUBJID,{head}", "A,Hypokalemia,Hyperkalemia,5.6,mmol/L,3.5,5.1", "B,Bad mood,,1,g/L,1,2",
                  "C,Anemia,,7,furlong,1,2", name="named.csv")  # fmt: skip
    result = grade_file(named, rule="ctcae")
    worst = [result.arrow["patients"][name].to_pylist() for name in ("patient", "term", "worst_grade")]
    assert [row[:2] for row in zip(*worst, strict=True)][:2] == [("A", "Hypokalemia"), ("A", "Hyperkalemia")]
    assert worst[2] == [0, 2, None, None]
    assert [(bad.line, bad.column) for bad in result.bad_rows] == [(3, "ATOXDSCL"), (4, "AVALU")]


def test_counts_with_dates(sheet: Callable[..., Path]) -> None:
    head = "patient_id,cart_date,date,anc,subsequent_therapy_date,progression_date,last_fu_date"
    rows = ["1,2021-01-01,2021-01-01,300,NA,NA,2021-01-10", "1,2021-01-01,2021-01-09,400,NA,NA,2021-01-10",
            "2,2021-01-01,2021-01-03,400,NA,2021-02-10,NA", "2,2021-01-01,2021-01-09,800,NA,2021-02-10,NA",
            "2,2021-01-01,2021-02-09,800,NA,2021-02-10,NA", "2,2021-01-01,2021-02-11,300,NA,2021-02-10,NA",
            "3,2021-01-01,2021-02,300,NA,NA,NA"]  # fmt: skip
    result = grade_file(sheet(head, *rows), rule="icaht", anc_unit="/uL")
    assert result.tables["patients"]["early_grade"].tolist() == [4, 1, None]
    assert result.tables["patients"]["late_grade"].tolist() == [None, 2, None]
    assert [(bad.line, bad.column) for bad in result.bad_rows] == [(8, "date")]


def test_lesion_rows_give_visits_and_best_response(graded: Callable[..., Any], sheet: Callable[..., Path]) -> None:
    rows = [
        "1,0,0,T1,target,no,50,", "1,0,0,N1,target,yes,20,", "1,1,42,T1,target,no,30,", "1,1,42,N1,target,yes,9,",
        "1,2,84,T1,target,no,0,", "1,2,84,N1,target,yes,9,", "1,2,84,N1,target,yes,9,", "1,3,126,T1,target,no,0,absent",
        "1,3,126,N1,target,yes,8,", "1,4,168,X,new,no,,unequivocal",
    ]  # fmt: skip
    code, document = graded("recist", sheet(LESIONS, *rows))
    assert code == 0
    assert [visit["response"] for visit in document["visits"]] == ["PR", "CR", "CR", "PD"]
    assert [visit["sum_mm"] for visit in document["visits"]] == [39.0, 9.0, 8.0, None]
    assert [row["best_response"] for row in document["patients"]] == ["CR"]
    assert [row["response"] for row in document["rows"]][:4] == [None, None, "PR", "PR"]
    _, immune = graded("irecist", sheet(LESIONS, *rows))
    assert [visit["response"] for visit in immune["visits"]] == ["iPR", "iCR", "iCR", "iUPD"]


@pytest.mark.parametrize(
    "row",
    ["1,1,42,T1,target,no,-3,", "1,1,42,T1,target,no,4,absent", "1,1,42,T1,new,no,4,", "1,1,42,,target,no,4,",
     "1,1,42,T1,sort of,no,4,", "1,1,42,T1,target,no,31,"],
)  # fmt: skip
def test_a_bad_lesion_row_leaves_the_patient_ungraded(
    graded: Callable[..., Any], sheet: Callable[..., Path], row: str
) -> None:
    good = ["1,0,0,T1,target,no,30,", "1,1,42,T1,target,no,30,", "2,0,0,T1,target,no,30,", "2,1,42,T1,target,no,10,"]
    code, document = graded("recist", sheet(LESIONS, *good, row))
    assert code == 2
    assert 6 in [bad["line"] for bad in document["bad_rows"]]
    answers = {visit["patient"]: visit["response"] for visit in document["visits"]}
    assert answers["2"] == "PR"
    assert answers.get("1") is None
    assert {one["patient"]: one["best_response"] for one in document["patients"]}["1"] is None


def test_status_of_visits_is_combined(graded: Callable[..., Any], sheet: Callable[..., Path]) -> None:
    rows = ["1,42,PR,non-CR/non-PD,no", "1,84,CR,NE,no", "2,42,SD,,yes", "2,84,SD,,no", "3,42,none,CR,0"]
    code, document = graded("recist", sheet("patient,day,target,non_target,new_lesion", *rows))
    assert code == 2
    assert [row["response"] for row in document["rows"]] == ["PR", "PR", "PD", None, "CR"]
    assert [bad["line"] for bad in document["bad_rows"]] == [5]


def test_the_table_of_the_paper_in_its_own_words(graded: Callable[..., Any], sheet: Callable[..., Path]) -> None:
    """Eisenhauer 2009, tables 1 and 2; a row that leaves two answers open is not graded."""
    table = [
        ("CR", "CR", "no", "CR"), ("CR", "non-CR/non-PD", "no", "PR"), ("CR", "not evaluated", "no", "PR"),
        ("PR", "non-PD or not all evaluated", "no", "PR"), ("SD", "non-PD or not all evaluated", "no", "SD"),
        ("not all evaluated", "non-PD", "no", "NE"), ("PD", "any", "yes or no", "PD"), ("any", "PD", "yes or no", "PD"),
        ("any", "any", "yes", "PD"), ("none", "CR", "no", "CR"), ("none", "non-CR/non-PD", "no", "NON-CR/NON-PD"),
        ("none", "not all evaluated", "no", "NE"), ("none", "unequivocal progression", "yes or no", "PD"),
        ("none", "any", "yes", "PD"), ("CR", "non-PD", "no", None), ("any", "CR", "no", None), ("SD", "any", "no",
        None),
    ]  # fmt: skip
    file = sheet("target,non_target,new_lesion", *(",".join(row[:3]) for row in table))
    _, document = graded("recist", file)
    assert [row["response"] for row in document["rows"]] == [row[3] for row in table]


@pytest.mark.parametrize(("days", "best"), [("28", "PR"), ("43", "SD")])
def test_responses_of_visits_are_confirmed_as_asked(
    graded: Callable[..., Any], sheet: Callable[..., Path], days: str, best: str
) -> None:
    file = sheet("patient;day;response", "1;84;PR", "1;42;PR")
    _, document = graded("recist", file, "--set", f"confirm_days={days}")
    assert document["patients"][0]["best_response"] == best


def test_a_day_that_is_not_known_confirms_nothing(graded: Callable[..., Any], sheet: Callable[..., Path]) -> None:
    head = "USUBJID,PARAMCD,AVALC,ADT,TRTSDT"
    rows = ["1,OVR,PR,2020-02-15,2020-01-01", "1,OVR,PR,2020-04,2020-01-01", "1,BOR,CR,2020-04-01,2020-01-01"]
    _, document = graded("recist", sheet(head, *rows))
    assert document["patients"][0]["best_response"] == "SD"
    code, document = graded("recist", sheet(head, rows[0], "1,OVR,PR,2020-13-01,2020-01-01"))
    assert (code, document["patients"][0]["best_response"]) == (2, None)


def test_alternatives_that_disagree_are_not_chosen_from(graded: Callable[..., Any], sheet: Callable[..., Path]) -> None:
    rows = ["iCR|iPR,iSD", "iPR,iSD|iUPD", "iSD,foo", "iUPD,any"]
    code, document = graded("irecist", sheet("tp1,tp2", *rows))
    assert code == 2
    assert [row["ibor"] for row in document["rows"]] == [None, "iPR", None, None]
    assert [bad["line"] for bad in document["bad_rows"]] == [4]


def test_immune_responses_in_rows(graded: Callable[..., Any], sheet: Callable[..., Path]) -> None:
    rows = ["A,1,iUPD", "A,2,iPR", "B,2,iCPD", "B,1,iUPD", "C,1,PD"]
    code, document = graded("irecist", sheet("patient,visit,response", *rows))
    assert code == 2
    assert [row["ibor"] for row in document["patients"]] == ["iPR", "iCPD", None]


def test_daily_chemistry_gives_the_patient_too(sheet: Callable[..., Path]) -> None:
    head = "patient,day,uric_acid_mg_dL,potassium_mmol_L,phosphate_mg_dL,corrected_calcium_mg_dL"
    file = sheet(head, "A,0,9,4,4,9", "A,1,5,6.5,4,9", "B,0,5,4,4,9")
    by = {name: grade_file(file, rule="tls", variant=name) for name in ("cairo-bishop", "howard")}
    assert by["cairo-bishop"].tables["rows"]["lab_tls"].tolist() == [0, 0, 0]
    assert by["cairo-bishop"].tables["patients"]["lab_tls"].tolist() == [1, 0]
    assert by["howard"].tables["patients"]["lab_tls"].tolist() == [0, 0]


def test_b_cells_and_immunoglobulin(sheet: Callable[..., Path]) -> None:
    file = sheet("patient,day,cd19_per_uL,igg_g_L", *(f"A,{day},{count},3.5" for day, count in
                                                     ((0, 200), (7, 5), (28, 40), (35, 60))))  # fmt: skip
    result = grade_file(file, rule="b-cell-aplasia")
    assert result.tables["rows"]["aplastic"].tolist() == [0, 1, 0, 0]
    assert result.tables["patients"]["begins_day"].tolist() == [7.0]
    assert result.tables["rows"]["immunoglobulin_due"].tolist() == [1] * 4


def test_hscore_and_iec_hs_read_their_values(sheet: Callable[..., Path]) -> None:
    head = ("temp_c,organomegaly,hb_g_dL,wbc_1e9L,platelets_1e9L,ferritin_ng_mL,triglycerides_mmol_L,fibrinogen_g_L,"
            "ast_U_L,"
            "immunosuppression,haemophagocytosis")  # fmt: skip
    result = grade_file(sheet(head, "39.5,both,8,2,40,9000,5,1,80,yes,yes"), rule="hscore")
    assert result.tables["rows"]["score"].tolist() == [337]
    head = ("ferritin_ng_mL,ferritin_uln_ng_mL,ferritin_at_infusion_ng_mL,alt_U_L,alt_uln_U_L,alt_baseline_U_L,"
            "fibrinogen_mg_dL,cytopenia,crs_resolving,explained_otherwise,intervention,severe,"
            "life_threatening")  # fmt: skip
    result = grade_file(sheet(head, "9000,300,1200,60,40,30,120,1,1,0,1,0,0"), rule="iec-hs")
    assert result.tables["rows"]["grade"].tolist() == [2]


def test_responses_without_any_day_are_refused(sheet: Callable[..., Path]) -> None:
    with pytest.raises(StudyError, match="columns are missing"):
        grade_file(sheet("patient,response", "1,PR"), rule="recist")


TLS_HEAD = "patient,day,uric_acid_mg_dl,potassium_mmol_l,phosphate_mg_dl,corrected_calcium_mg_dl,child"


def test_tumour_lysis_reads_decimal_commas(sheet: Callable[..., Path]) -> None:
    rows = ("a,0,9.5,4.0,5.5,9,no", "b,0,7.5,4.0,4.0,9,no")
    points = grade_file(sheet(TLS_HEAD, *rows), rule="tls")
    semicolons = [line.replace(",", ";").replace(".", ",") for line in (TLS_HEAD, *rows)]
    commas = grade_file(sheet(*semicolons, name="commas.csv"), rule="tls", decimal="comma")
    assert points.tables["rows"]["lab_tls"].tolist() == commas.tables["rows"]["lab_tls"].tolist() == [1, 0]


def test_a_child_stays_a_child_whatever_the_days_of_others(sheet: Callable[..., Path]) -> None:
    rows = ("a,0,9,4,5,9,yes", "b,0,9,4,5,9,no", "b,1,4,4,4,9,no", "c,0,9,4,5,9,", "c,1,9,4,7,9,", "d,0,9,4,5,9,")
    result = grade_file(sheet(TLS_HEAD, *rows), rule="tls")
    assert as_list(result.tables["rows"]["lab_tls"]) == [0, 1, 0, None, 1, None]
    assert as_list(result.tables["patients"]["lab_tls"]) == [0, 1, 1, None]


def as_list(column: Any) -> list[Any]:
    return list(np.ma.asarray(column).tolist())
