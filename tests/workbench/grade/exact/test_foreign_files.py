"""Files as hospitals and trials write them: words, dates, units and rows of other tests; nothing changes meaning."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adoptive.errors import StudyError
from adoptive.workbench.grade import Result, compare, grade_file

Sheet = Callable[..., Path]


def _grades(file: Path, rule: str, **options: Any) -> list[Any]:
    result = grade_file(file, rule=rule, **options)
    grades: list[Any] = result.tables[result.main][result.answer].tolist()
    return grades


def _bad(result: Result) -> list[tuple[int, str]]:
    return [(bad.line, bad.column) for bad in result.bad_rows]


def test_none_in_capitals_is_a_finding_where_a_finding_stands(sheet: Sheet) -> None:
    file = sheet("ice,consciousness,seizure,motor,icp", "10,Awake,None,None,None", "10,Awake,NONE,,None")
    assert _grades(file, "astct-icans") == [0, None]
    crs = sheet("temp_c,hypotension,vasopressors,oxygen", "38.5,None,None,None", "38.5,no,None,NA", name="crs.csv")
    assert _grades(crs, "astct-crs") == [1, None]
    visits = sheet("target,non_target,new_lesion", "None,CR,No", "NA,CR,No", name="visits.csv")
    assert _grades(visits, "recist") == ["CR", None]
    counts = sheet("patient,day,anc_per_ul", "A,0,400", "A,1,None", "A,2,2000", name="counts.csv")
    assert grade_file(counts, rule="icaht").bad_rows == ()


@pytest.mark.parametrize("drug", ["tocilizumab", "Steroids", "antipyretic_given", "anticytokine_given", "treated"])
def test_any_drug_that_hides_the_fever_is_seen(sheet: Sheet, drug: str) -> None:
    head = f"temp_c,hypotension,vasopressors,oxygen,{drug}"
    assert _grades(sheet(head, "37.0,1,1,none,1", "37.0,1,1,none,0"), "astct-crs") == [3, 0]


def test_of_several_drugs_one_is_enough(sheet: Sheet) -> None:
    head = "temp_c,hypotension,vasopressors,oxygen,antipyretic_given,anticytokine_given"
    rows = ("37.0,1,0,none,0,1", "37.0,1,0,none,1,0", "37.0,1,0,none,0,0", "37.0,1,0,none,,1", "37.0,1,0,none,,0")
    assert _grades(sheet(head, *rows), "astct-crs") == [2, 2, 0, 2, None]


def test_fever_may_be_told_instead_of_the_temperature_but_not_against_it(sheet: Sheet) -> None:
    told = sheet("fever,hypotension,vasopressors,oxygen", "yes,0,0,none", "no,0,0,none", "yes,1,2,none", ",0,0,none")
    result = grade_file(told, rule="astct-crs")
    assert result.tables["rows"]["grade"].tolist() == [1, 0, 4, None]
    assert _bad(result) == [(5, "fever")]
    both = sheet("temp_c,fever,hypotension,vasopressors,oxygen", "38.0,1,0,0,none", "37.9,1,0,0,none", name="both.csv")
    assert _bad(grade_file(both, rule="astct-crs")) == [(3, "fever")]


def test_a_temperature_without_a_unit_is_celsius_and_nothing_else_fits(sheet: Sheet) -> None:
    result = grade_file(sheet("Temp,hypotension,vasopressors,oxygen", "38.0,0,0,RA", "100.4,0,0,RA"), rule="astct-crs")
    assert result.tables["rows"]["grade"].tolist() == [1, None]
    assert _bad(result) == [(3, "Temp")]


def test_a_decimal_comma_reaches_the_limits_of_tumour_lysis(sheet: Sheet) -> None:
    head = "uric_acid_umol_l;potassium_mmol_l;phosphate_mmol_l;corrected_calcium_mmol_l"
    file = sheet(head, "476,0;6,0;1,44;2,2", "475,9;6,0;1,44;2,2")
    assert _grades(file, "tls", decimal="comma") == [1, 0]


def test_thousands_with_a_comma_are_not_called_decimals(sheet: Sheet) -> None:
    file = sheet("patient,day,anc_per_ul", 'A,0,"2,000"', 'A,1,"2,5"', "A,2,<100")
    problems = [bad.problem for bad in grade_file(file, rule="icaht").bad_rows]
    assert "thousands without commas" in problems[0]
    assert "decimal=comma" not in problems[0]
    assert "decimal=comma" in problems[1]
    assert "bound" in problems[2]


def test_a_gap_among_words_is_none_and_never_a_word(sheet: Sheet) -> None:
    file = sheet("platelets_1e9L,anc_per_uL,hb_g_dL,crp_mg_dL,ferritin_ng_mL", "220,3400,12.4,0.8,180", "220,,,,")
    assert grade_file(file, rule="car-hematotox").tables["rows"]["class"].tolist() == ["low", None]
    visits = sheet("tp1,tp2", "iCR,iCR", "any,any", name="wide.csv")
    assert grade_file(visits, rule="irecist").tables["rows"]["ibor"].tolist() == ["iCR", None]


FIRST = datetime.date(2020, 1, 2)


@pytest.mark.parametrize(
    ("form", "order"),
    [
        ("%Y-%m-%d", "year-first"),
        ("%Y/%m/%d", "year-first"),
        ("%d%b%Y", "year-first"),
        ("%d-%b-%Y", "year-first"),
        ("%Y-%m-%d 06:30:00", "year-first"),
        ("%d.%m.%Y", "day-first"),
        ("%d/%m/%Y", "day-first"),
        ("%m/%d/%Y", "month-first"),
    ],
)
def test_dates_in_many_forms(sheet: Sheet, form: str, order: str) -> None:
    rows = [
        f"A,{FIRST:{form}},{FIRST + datetime.timedelta(day):{form}},{400 if 5 <= day <= 11 else 2000}"
        for day in range(31)
    ]
    file = sheet("patient_id,cart_date,date,anc_per_ul", *rows)
    assert _grades(file, "icaht", dates=order) == [2]


def test_a_date_of_progression_counts_beside_days_too(sheet: Sheet) -> None:
    head, counts = "patient,day,anc_per_ul", ("A,0,2000", "A,40,300", "A,41,300")
    late = [
        grade_file(sheet(head + more, *(count + cells for count in counts), name=f"{len(more)}.csv"), rule="icaht")
        .tables["patients"]["late_grade"].tolist()
        for more, cells in (
            ("", ""),
            (",cart_date,progression_date", ",2020-01-02,2020-02-06"),  # day 35: nothing is left to grade
            (",cart_date,progression_date,progression_day", ",2020-01-02,2020-02-06,60"),  # a day goes before a date
        )
    ]  # fmt: skip
    assert late == [[3], [None], [3]]


def test_a_date_whose_order_is_not_said_is_bad(sheet: Sheet) -> None:
    result = grade_file(
        sheet("patient,cart_date,date,anc_per_ul", "A,2020-01-02,02/03/2020,400", "A,2020-01-02,2020-13-01,400"),
        rule="icaht",
    )
    assert _bad(result) == [(2, "date"), (3, "date")]
    assert "dates=day-first" in result.bad_rows[0].problem


def test_study_days_of_cdisc_have_no_day_0(sheet: Sheet) -> None:
    rows = [f"A,{day},{400 if day == 31 else 2000}" for day in (-1, *range(1, 32))]
    for name, day, zero, grade in (
        ("ADY", "LBDY", (), 1),
        ("day", "study_day", (), 0),
        ("ADY", "LBDY", ("A,0,2000",), 0),
    ):
        for head in (name, day):
            file = sheet(f"USUBJID,{head},anc_per_ul", *zero, *rows, name=f"{head}{len(zero)}.csv")
            assert _grades(file, "icaht") == [grade]


@pytest.mark.parametrize("day", ["Day {}", "D{}", "d+{}", "{}.0"])
def test_a_day_may_be_called_a_day(sheet: Sheet, day: str) -> None:
    rows = [f"A,{day.format(at)},{400 if 5 <= at <= 10 else 2000}" for at in range(31)]
    assert _grades(sheet("pid,days_since_infusion,anc,unit", *(f"{row},/uL" for row in rows)), "icaht") == [1]


def test_visits_in_words_of_one_kind_are_ordered(sheet: Sheet) -> None:
    head = "subject,visit,lesion,type,location,size_mm"
    file = sheet(head, "A,Week 12,T1,Target,Liver,30", "A,Baseline,T1,Target,Liver,50", "A,Week 6,T1,Target,Liver,36")
    result = grade_file(file, rule="recist")
    assert result.tables["visits"]["visit"].tolist() == [6, 12]
    assert result.tables["visits"]["response"].tolist() == ["SD", "PR"]
    mixed = sheet(head, "A,Week 6,T1,Target,Liver,30", "A,Cycle 1,T1,Target,Liver,50", name="mixed.csv")
    assert _bad(grade_file(mixed, rule="recist")) == [(2, "visit"), (3, "visit")]


def test_rows_of_other_tests_do_not_spoil_the_overall_response(sheet: Sheet) -> None:
    file = sheet(
        "USUBJID,VISITNUM,RSTESTCD,RSSTRESC,RSDTC,RFSTDTC",
        "A,2,TRGRESP,PR,2020-02-15,2020-01-01", "A,2,NEWLPROG,N,2020-02-15,2020-01-01",
        "A,2,OVRLRESP,PR,2020-02-15,2020-01-01", "A,3,OVRLRESP,PR,2020-04-15,2020-01-01",
        "B,2,OVRLRESP,better,2020-02-15,2020-01-01",
    )  # fmt: skip
    result = grade_file(file, rule="recist")
    assert result.tables["patients"]["best_response"].tolist() == ["PR", None]
    assert _bad(result) == [(6, "RSSTRESC")]
    immune = sheet("USUBJID,ADY,PARAMCD,AVALC", "A,43,IOVR,iUPD", "A,43,BOR,Y", "A,85,IOVR,iCPD", name="immune.csv")
    result = grade_file(immune, rule="irecist")
    assert result.tables["patients"]["ibor"].tolist() == ["iCPD"]
    assert result.tables["patients"]["progression_day"].tolist() == [42]


@pytest.mark.parametrize(
    "cell", ["iCR|iPR|NE", "iCR/iPR/NE", '"iCR, iPR, NE"', '"iCR, iPR, or NE"', "iCR or iPR or NE"]
)
def test_alternatives_as_the_paper_prints_them(sheet: Sheet, cell: str) -> None:
    file = sheet("case,tp1,tp2,tp3", f"1,iCR,{cell},iUPD", "2,non-iCR/non-iUPD,iUPD,iCPD")
    assert _grades(file, "irecist")[0] == "iCR"
    assert grade_file(file, rule="irecist").bad_rows == ()


TR = "USUBJID,VISITNUM,TRLNKID,TRGRPID,TULOC,TRTESTCD,TRSTRESN,TRSTRESU"


def test_the_short_axis_of_a_node_is_never_left_out_of_the_sum(sheet: Sheet) -> None:
    rows = (
        "A,1,T01,TARGET,LIVER,LDIAM,20,mm", "A,1,T02,TARGET,LYMPH NODE,LPERP,21,mm",
        "A,1,T02,TARGET,LYMPH NODE,SAXIS,18,mm",
        "A,1,T02,TARGET,LYMPH NODE,LDIAM,31,mm", "A,2,T01,TARGET,LIVER,LDIAM,10,mm",
        "A,2,T02,TARGET,LYMPH NODE,SAXIS,18,mm",
    )  # fmt: skip
    result = grade_file(sheet(TR, *rows), rule="recist")
    assert result.bad_rows == ()
    assert result.tables["visits"]["sum_mm"].tolist() == [28]
    assert result.tables["visits"]["response"].tolist() == ["SD"]  # 28 of 38; without the node it would be 10 of 20
    lost = sheet(TR, rows[0], rows[3], rows[4], name="lost.csv")
    assert _bad(grade_file(lost, rule="recist")) == [(3, "TRTESTCD")]


@pytest.mark.parametrize("rule", ["recist", "irecist"])
def test_a_new_lesion_that_only_the_list_of_tumours_names_is_progression(sheet: Sheet, rule: str) -> None:
    listed = sheet(
        "USUBJID,VISITNUM,TULNKID,TUSTRESC,TULOC,TUDTC", "A,1,T01,TARGET,LIVER,2020-01-01",
        "A,2,N01,NEW,LUNG,2020-02-15", name="tu.csv",
    )  # fmt: skip
    head = "USUBJID,VISITNUM,TRLNKID,TRTESTCD,TRSTRESN,TRSTRESU,TRSTRESC,TRDTC"
    measured = sheet(head, "A,1,T01,LDIAM,20,mm,20,2020-01-01", "A,2,T01,LDIAM,20,mm,20,2020-02-15", name="tr.csv")
    result = grade_file([listed, measured], rule=rule)
    assert result.bad_rows == ()
    assert result.tables["visits"]["response"].tolist() == ["PD" if rule == "recist" else "iUPD"]
    assert result.line.tolist() == [2, 3, 4]


def test_measurements_alone_ask_for_the_list_of_tumours(sheet: Sheet) -> None:
    with pytest.raises(StudyError, match="give TU with it"):
        grade_file(sheet(TR.replace(",TULOC", ""), "A,1,T01,TARGET,LDIAM,20,mm"), rule="recist")


def test_lesions_by_dates_alone(sheet: Sheet) -> None:
    head = "patient,visit_date,lesion,category,organ,size_cm"
    rows = ("A,2020-01-01,1,Target,Lung,3.0", "A,2020-02-12,1,Target,Lung,1.5", "A,2020-03-25,1,Target,Lung,1.5")
    result = grade_file(sheet(head, *rows), rule="recist")
    assert result.tables["visits"]["response"].tolist() == ["PR", "PR"]
    assert result.tables["visits"]["day"].tolist() == [42, 84]
    assert all(visit != visit for visit in result.tables["visits"]["visit"].tolist())
    assert result.tables["patients"]["best_response"].tolist() == ["PR"]
    twice = sheet(head, *rows, "A,2020-03-25,1,Target,Lung,1.6", name="twice.csv")
    assert _bad(grade_file(twice, rule="recist")) == [
        (4, "patient + visit_date + lesion"),
        (5, "patient + visit_date + lesion"),
    ]


def test_irecist_says_why_parts_of_a_visit_are_not_enough(sheet: Sheet) -> None:
    with pytest.raises(StudyError, match="give rows of lesions"):
        grade_file(sheet("patient,day,target,non_target,new_lesion", "A,42,PD,none,no"), rule="irecist")


def test_dates_without_a_start_never_decide_how_long_disease_was_stable(sheet: Sheet) -> None:
    head = "USUBJID,RSTESTCD,RSSTRESC,RSDTC"
    rows = (
        "A,OVRLRESP,SD,2020-02-15",
        "B,OVRLRESP,PR,2020-02-15",
        "B,OVRLRESP,PR,2020-04-15",
        "C,OVRLRESP,PD,2020-02-15",
    )
    result = grade_file(sheet(head, *rows), rule="recist").tables["patients"]
    assert result["best_response"].tolist() == [None, "PR", "PD"]
    assert "reference_date" in result["reason"][0]
    assert all(day != day for day in result["response_start_day"].tolist())
    at_once = grade_file(sheet(head, *rows), rule="recist", minimum_stable_days=0).tables["patients"]
    assert at_once["best_response"].tolist() == ["SD", "PR", "PD"]


def test_a_confirmed_progression_is_confirmed_without_days_too(sheet: Sheet) -> None:
    file = sheet("patient,visit,response", "A,1,iUPD", "A,2,iCPD", "B,1,iUPD", "B,2,iSD")
    assert grade_file(file, rule="irecist").tables["patients"]["confirmed"].tolist() == [True, False]


def test_each_evaluator_is_a_reader(sheet: Sheet) -> None:
    file = sheet(
        "USUBJID,ADY,RSSTRESC,RSEVAL", "A,50,SD,INVESTIGATOR", "A,50,PD,INDEPENDENT ASSESSOR", name="readers.csv"
    )
    assert _grades(file, "recist") == ["PD", "SD"]


@pytest.mark.parametrize(("rule", "grade"), [("icaht", 2), ("t-icaht", 4)])
def test_counts_are_picked_out_of_laboratory_rows(sheet: Sheet, rule: str, grade: int) -> None:
    rows = [
        row
        for day in range(1, 32)
        for row in (
            f"A,NEUT,{day},{0.4 if 5 <= day <= 11 else 2},10^9/L", f"A,PLAT,{day},19,G/L", f"A,CRP,{day},4,mg/L",
        )
    ]  # fmt: skip
    file = sheet("USUBJID,LBTESTCD,LBDY,LBSTRESN,LBSTRESU", *rows)
    assert grade_file(file, rule=rule).bad_rows == ()
    assert _grades(file, rule) == [grade]


def test_empty_columns_bars_and_words_of_missing_values_are_read(sheet: Sheet) -> None:
    spare = sheet("temp_c;hypotension;vasopressors;oxygen;;", "38.5;Y;1;None;;", "38.5;unknown;0;RA;;")
    assert _grades(spare, "astct-crs") == [3, None]
    bars = sheet("temp_c|hypotension|no. of vasopressors|oxygen", "38.5|Y|2|None", "38.5|N|#N/A|RA", name="bars.csv")
    assert _grades(bars, "astct-crs") == [4, None]


def test_tests_have_names_and_units_have_spellings(sheet: Sheet) -> None:
    file = sheet(
        "test,result,units,LLN,ULN", "Alanine Aminotransferase,130,IU/L,,40", "SGOT,201,U/L,,40",
        "Total bilirubin,2.1,mg/dL,,1", "Leukocytes,0.9,GI/L,4,11", "Absolute neutrophil count,499,/uL,2000,8000",
        "Platelet count,49,K/uL,150,400", "C-reactive protein,5,mg/L,0,5",
    )  # fmt: skip
    assert _grades(file, "ctcae") == [2, 3, 2, 4, 4, 3, None]


def test_the_unit_that_adam_writes_in_param_is_read(sheet: Sheet) -> None:
    head, rows = (
        "USUBJID,PARAMCD,PARAM,AVAL,ANRLO,ANRHI",
        ("A,HGB,Hemoglobin (g/L),79,120,160", "A,HGB,Hemoglobin,79,120,160"),
    )
    result = grade_file(sheet(head, *rows), rule="ctcae")
    assert result.tables["rows"]["grade"].tolist() == [3, None]
    assert [bad.line for bad in result.bad_rows] == [3]
    beside = sheet(head + ",AVALU", rows[0] + ",g/dL", name="beside.csv")
    assert grade_file(beside, rule="ctcae").tables["rows"]["grade"].tolist() == [1]  # 79 g/dL: below 120 only
    days = [f"A,NEUT,Neutrophils (10^9/L),{0.4 if 5 <= day <= 11 else 2},,,{day}" for day in range(1, 32)]
    assert _grades(sheet(head + ",ADY", *days, name="days.csv"), "icaht") == [2]


def test_bad_rows_of_an_earlier_run_do_not_stay(sheet: Sheet, tmp_path: Path, graded: Callable[..., Any]) -> None:
    head, out = "temp_c,hypotension,vasopressors,oxygen", tmp_path / "out.csv"
    assert graded("astct-crs", sheet(head, "abc,0,0,none"), "--out", out)[0] == 2
    assert "abc" in (tmp_path / "out-bad.csv").read_text("utf-8")
    code, document = graded("astct-crs", sheet(head, "38.5,0,0,none"), "--out", out)
    assert code == 0
    assert document["written"]["bad"].endswith("out-bad.csv")
    assert (tmp_path / "out-bad.csv").read_text("utf-8").split() == ['"file","line","column","value","problem"']


def test_creatinine_with_its_limit_grades_clinical_lysis(sheet: Sheet) -> None:
    head = "uric_acid_mg_dl,potassium_mmol_l,phosphate_mg_dl,corrected_calcium_mg_dl,"
    more = "creatinine_mg_dl,creatinine_uln_mg_dl,seizure,arrhythmia"
    result = grade_file(sheet(head + more, "9,7,3,9,1.5,1,None,no", "9,7,3,9,3.1,1.0,0,0"), rule="tls")
    assert result.tables["rows"]["clinical_grade"].tolist() == [1, 3]


def test_expected_grades_may_be_written_as_grades(sheet: Sheet) -> None:
    rows = ("38.5,0,0,none,G1", "38.5,1,0,none,Grade 2", "38.5,1,1,none,g3", "38.5,1,1,none,G4")
    file = sheet("temp_c,hypotension,vasopressors,oxygen,expected", *rows)
    assert [row.line for row in compare(grade_file(file, rule="astct-crs"), "expected").disagreements] == [5]


def test_a_name_that_is_taken_is_not_offered_for_another(sheet: Sheet) -> None:
    with pytest.raises(StudyError) as said:
        grade_file(sheet("patient,day,sum_mm,non_target,new_lesion", "A,0,50,CR,no"), rule="recist")
    assert "'non_target' meant" not in str(said.value)


@pytest.mark.parametrize(
    ("counts", "known"),
    [("3000 400 90", True), ("1001 0", True), ("1000 400", False), ("3 0.4 4000", False), ("0.4 3.2", False)],
)
def test_neutrophils_without_a_unit_are_per_ul_only_where_nothing_else_is_possible(
    counts: str, known: bool, tmp_path: Path
) -> None:
    file = tmp_path / "counts.csv"
    file.write_text("patient,day,anc\n" + "".join(f"1,{day},{anc}\n" for day, anc in enumerate(counts.split())))
    if known:
        assert grade_file(file, rule="icaht").tables["patients"]["early_grade"].tolist() != [-1]
    else:
        with pytest.raises(StudyError, match="the unit cannot be known"):
            grade_file(file, rule="icaht")


@pytest.mark.parametrize(("kept", "last"), [("confirmed", "PR"), ("never", "SD")])
def test_a_confirmed_response_stays_until_progression(kept: str, last: str, tmp_path: Path) -> None:
    file = tmp_path / "lesions.csv"
    rows = enumerate((100, 66, 65, 73))
    file.write_text("patient,visit,day,lesion,type,nodal,diameter_mm\n" + "".join(
        f"1,{visit},{42 * visit},T1,target,no,{size}\n" for visit, size in rows))  # fmt: skip
    given = {} if kept == "confirmed" else {"partial_kept": kept}
    assert list(grade_file(file, rule="recist", **given).tables["visits"]["response"])[-1] == last
