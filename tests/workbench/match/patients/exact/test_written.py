"""Patients as people write them: TOML and tables, with all mistakes at once."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from adoptive.errors import StudyError
from adoptive.trial.eligibility.facts import Facts
from adoptive.workbench.match.patients import patient_keys, read_patient, read_patients
from adoptive.workbench.match.patients.keys import csv_columns
from adoptive.workbench.mistakes import Mistake

Read = Callable[..., Facts]
AS_OF = datetime.date(2026, 6, 1)


def _mistakes(read: Read, text: str) -> str:
    with pytest.raises(StudyError) as caught:
        read(text)
    return str(caught.value)


def test_the_day_is_the_callers_then_the_files_then_today(tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_text('as_of = 2026-05-01\n[person]\nbirth_date = "1961-05-10"\n')
    assert read_patient(path).as_of == datetime.date(2026, 5, 1)
    assert read_patient(path).values["age_years"][0].value == 64.0
    assert read_patient(path, as_of=AS_OF).values["age_years"][0].value == 65.0
    path.write_text("")
    assert read_patient(path).as_of == datetime.date.today()
    assert read_patient(path).id == "p"


def test_all_mistakes_at_once_with_place_and_next_step(read: Read) -> None:
    text = """
as_off = 2026-05-01
[person]
birth_date = 2027-01-01
sex = "femal"
latitude = 95.0
[disease]
diagnosis = "gastric adenocarcinom"
stage = "V"
[labs]
haemoglobine_g_d = 10.0
platelets_e9_l = "many"
creatinine_mg_dl = { value = 80, unit = "furlong" }
haemoglobin_g_dl = 102
alt_u_l = { value = 31, date = "2026-02-30" }
[[therapy]]
name = "cisplatinn"
[[therapy]]
name = "cisplatin"
start = 2026-03-01
end = 2026-02-01
[[condition]]
name = "hepatitis B"
[hla]
alleles = ["Z*99"]
"""
    said = _mistakes(read, text)
    for words in (
        "as_off: no such key; value: as_off", "write as_of",
        "person.birth_date: a birth date that cannot be on 2026-06-01",
        "person.sex: not one of the choices; value: femal", "write female",
        "person.latitude: out of range",
        "disease.diagnosis: not a name that the diseases know", "write gastric adenocarcinoma",
        "disease.stage: no such stage; value: V",
        "labs.haemoglobine_g_d: no such key", "write haemoglobin_g_dl",
        "labs.platelets_e9_l: a number is needed here; value: many",
        "labs.creatinine_mg_dl.unit: this unit is not known for the field; value: furlong",
        "labs.haemoglobin_g_dl: a number that cannot be; value: 102",
        "labs.alt_u_l.date: no such date; value: 2026-02-30",
        "therapy[1].name: not a name that the treatments know; value: cisplatinn", "write cisplatin",
        "therapy[2].end: the end is before the start",
        "condition[1]: this key is missing; value: state",
        "hla.alleles[1]: no such HLA allele",
    ):  # fmt: skip
        assert words in said, words
    assert said.startswith("patient: ")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("as_of = 2026-02-30", "not TOML"),
        ('as_of = "2026-02-30"', "no such day"),
        ('[person]\nbirth_date = "2026-02-30"', "person.birth_date: no such date"),
        ("[person]\nbirth_date = 1890-01-01", "cannot be"),
        ("[person]\nbirth_date = 1961-01-01\nage_years = 65", "the age is given twice"),
        ("[person]\nage_years = -1", "a number that cannot be"),
        ("[person]\nage_years = nan", "a number is needed here"),
        ("[labs]\nalt_u_l = inf", "a number is needed here"),
        ("[labs]\nalt_u_l = 1e400", "a number is needed here"),
        ("[labs]\nalt_u_l = 99999999999999999999999", "a number is needed here"),
        ("[labs]\nalt_u_l = " + "9" * 5000, "a number or a date that cannot be"),
        ('[labs]\nalt_u_l = "1,100"', "nothing between thousands"),
        ("[labs]\nalt_u_l = true", "a number is needed here"),
        ("[answers]\npregnant = 'perhaps'", "yes or no is needed here"),
        ("[labs]\nalt_u_l = 5\n[answers]\nalt_u_l = 6", "this field is given twice"),
        ("[labs]\nalt_u_l = { value = 3, date = 2026-07-01 }", "a date after the day of the record"),
        ("[person]\nbirth_date = 1961-01-01\n[labs]\nalt_u_l = { value = 3, date = 1950-07-01 }", "before the birth"),
        ("[person]\nlatitude = 5.0", "one of latitude and longitude is missing"),
        ("[[therapy]]\nname = 'cisplatin'\nend = 2026-01-01\nongoing = true", "it has ended and still goes on"),
        ("[[therapy]]\nname = 'cisplatin'\nline = 1.5", "a whole number is needed"),
        ("[therapy]\nname = 'cisplatin'", "a list of tables is needed here"),
        ("person = 3", "a table is needed here"),
        ("[[antigen]]\ntarget = 'HER2'", "the test says nothing"),
        ("[[antigen]]\ntarget = 'HER2'\nshare = 40", "out of range"),
        ("[[antigen]]\ntarget = 'HER2'\nshare = 40", "write 0.4"),
        ("[labs]\nweight = 58", "a number without its unit"),
        ("[labs]\ncreatinine = 71", "write it as \"5 mg/dL\", or call it creatinine_mg_dl"),
        ("[labs]\nlymphocytes = 1.1", "a number without its unit"),
        ("[labs]\nbilirubin = 12", "a number without its unit"),
        ("[labs]\nCRP = 5", "a number without its unit"),
        ("[labs]\nALT = 31\nalt_u_l = 31", "labs.alt_u_l: this field is given twice"),
        ("[labs]\nshoe_size = 40", "haemoglobin_g_dl, neutrophils_e9_l"),
        ("[disease]\ndiagnosis = 'gastric cancer'\ndate = '06/10/2025'", "day and month cannot be told apart"),
        ("[labs]\nalt_u_l = 9,8", "write decimals with a point"),
        ("as_of = 01.06.2026", "write dates as 2026-05-17"),
        ("[labs]\ncreatinine clearance = 60", "put a name of several words"),
        ("[person]\nsex = female", "put texts in quotes"),
        ("[labs]\nalt_u_l = 98 U/L", "put a number with a unit or a sign in quotes"),
        ("[[gene]]\ngene = 'not a gene'", "no gene symbol"),
        ("[hla]\nalleles = ['A*01:01', 'A*02:01', 'A*03:01']", "more than two alleles"),
        ("complete = ['everything']", "not one of the choices"),
        ("complete = 'therapies'", "a list of names is needed"),
        ("id = 5", "a text is needed here"),
        ("[disease]\nstage = 'IV'", "this key is missing; value: diagnosis"),
        ("a = 1\na = 2", "not TOML"),
        ("x = " + "[" * 5000, "nested too deeply"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_plainly(read: Read, text: str, words: str) -> None:
    assert words in _mistakes(read, text)


def test_lines_are_only_counted_when_all_are_known(read: Read) -> None:
    one = "[[therapy]]\nname = 'FOLFOX'\nline = 1\n"
    beam = "[[therapy]]\nname = 'radiotherapy'\n"
    before = "[[therapy]]\nname = 'cisplatin'\nsetting = 'neoadjuvant'\n"
    complete = "complete = ['therapies']\n"

    def lines(text: str) -> float | None:
        facts = read(text).values.get("prior_lines")
        return float(facts[0].value) if facts else None

    assert lines(complete + one + beam + before) == 1.0
    assert lines(complete) == 0.0
    assert lines(one) is None
    assert lines(complete + one + "[[therapy]]\nname = 'paclitaxel'\n") is None
    assert lines(complete + one + "[disease]\nprior_lines = 3\n") == 3.0


def test_a_name_that_nobody_knows_is_left_out_and_the_list_is_not_complete(read: Read) -> None:
    facts = read("complete = ['therapies']\n[[therapy]]\nname = 'qqzzxxvv'\n")
    assert facts.therapies == ()
    assert facts.complete == frozenset()
    assert "prior_lines" not in facts.values
    assert facts.notes[0] == "names that the treatments do not know, left out: qqzzxxvv"


def test_every_key_is_listed_once_with_unit_and_meaning() -> None:
    rows = patient_keys()
    assert len({key for key, _, _ in rows}) == len(rows) > 100
    assert all(unit and meaning for _, unit, meaning in (*rows, *csv_columns()))


HEADER = (
    "id,as_of,birth_date,sex,country,ecog,haemoglobin_g_dl,haemoglobin_g_dl_date,alt_u_l,alt_u_l_upper_limit,pregnant,"
    "diagnosis,stage,metastatic,therapies,conditions,genes,hla,hla_typed,complete,antigen.CLDN18.2.intensity,"
    "antigen.CLDN18.2.share,antigen.HER2.positive\n"
)


def _table(tmp_path: Path, text: str) -> list[Facts | Mistake]:
    path = tmp_path / "cohort.csv"
    path.write_text(text, "utf-8")
    return list(read_patients(path, as_of=AS_OF))


def test_a_row_is_a_patient(tmp_path: Path) -> None:
    row = (
        "p1,,1961-03,female,DE,1,10.2,2026-05-18,<5,35,no,gastric cancer,IV,yes,FOLFOX; paclitaxel 2025-10..2026-04-28,"
        "hypertension; -hepatitis B,KRAS G12D; -EGFR; dMMR,A*02:01;A*24:02,A,therapies,2,0.75,no\n"
    )
    (facts,) = _table(tmp_path, HEADER + row)
    assert isinstance(facts, Facts)
    assert (facts.id, facts.country, facts.complete) == ("p1", "Germany", {"therapies"})
    assert facts.values["haemoglobin_g_dl"][0].day == datetime.date(2026, 5, 18)
    alt = facts.values["alt_u_l"][0]
    assert (alt.value, alt.censored, alt.upper_limit) == (5.0, "<", 35.0)
    assert facts.values["pregnant"][0].value is False
    assert [(item.name, item.stage, item.metastatic) for item in facts.diagnoses] == [("gastric cancer", "IV", True)]
    assert {(item.name, item.end) for item in facts.therapies} == {
        ("FOLFOX", None), ("paclitaxel", datetime.date(2026, 4, 28)),
    }  # fmt: skip
    assert {item.name: item.state for item in facts.conditions} == {"hypertension": "active", "hepatitis B": "absent"}
    assert {(item.gene, item.change, item.present) for item in facts.alterations} == {
        ("KRAS", "G12D", True), ("EGFR", "", False), ("MSI-H", "", True),
    }  # fmt: skip
    assert (facts.hla, facts.hla_typed) == (("HLA-A*02:01", "HLA-A*24:02"), {"A"})
    assert {(item.target, item.intensity, item.share, item.positive) for item in facts.antigens} == {
        ("CLDN18.2", 2.0, 0.75, None), ("HER2", None, None, False),
    }  # fmt: skip


def test_an_empty_cell_is_missing_not_no(tmp_path: Path) -> None:
    (facts,) = _table(tmp_path, HEADER + "p1" + "," * 22 + "\n")
    assert isinstance(facts, Facts)
    assert facts == Facts("p1", AS_OF, values={})


def test_a_bad_row_spoils_no_other(tmp_path: Path) -> None:
    bad = "p2,,2030-01-01,female,,lots" + "," * 17 + "\n"
    twice = "p1" + "," * 22 + "\n"
    long = "p5" + "," * 30 + "\n"
    found = _table(tmp_path, HEADER + twice + bad + twice + long + "p4" + "," * 22 + "\n")
    assert [item.id for item in found if isinstance(item, Facts)] == ["p1", "p4"]
    said = [str(item) for item in found if isinstance(item, Mistake)]
    assert any("cohort.csv: row 3: column birth_date" in line for line in said)
    assert any("cohort.csv: row 3: column ecog: a number is needed here; value: lots" in line for line in said)
    assert any("row 4: this id stands twice" in line for line in said)
    assert any("row 5: more cells than columns" in line for line in said)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,ecogg\np1,1\n", "write ecog"),
        ("id,ecog,ecog\np1,1,1\n", "a column stands twice"),
        ("id|ecog\np1|1\n", "no such column"),
        ('id,ecog\n"p1,1\n', "not a table"),
        ("", "the file is empty"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(tmp_path: Path, text: str, words: str) -> None:
    found = _table(tmp_path, text)
    assert [type(item) for item in found] == [Mistake]
    assert words in str(found[0])
