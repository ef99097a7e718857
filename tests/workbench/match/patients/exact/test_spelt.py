"""Patients in the words that people use are the same patients; what is not clear is asked."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from adoptive.trial.eligibility.facts import Facts
from adoptive.trial.eligibility.vocabulary import load_vocabulary
from adoptive.workbench.match.forecast.known import main_diagnosis
from adoptive.workbench.match.patients import read_patients
from adoptive.workbench.match.patients.spelt import field_spelt

Read = Callable[..., Facts]
AS_OF = datetime.date(2026, 6, 1)


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("haemoglobin = 13.8", "haemoglobin_g_dl", 13.8),
        ("Hb = 13.8", "haemoglobin_g_dl", 13.8),
        ("hb = '13,8'", "haemoglobin_g_dl", 13.8),
        ("hemoglobin = { value = 98, unit = 'g/L' }", "haemoglobin_g_dl", 9.8),
        ("hemoglobin_g_dl = 9.8", "haemoglobin_g_dl", 9.8),
        ("haemoglobin_g_dl = '98 g/L'", "haemoglobin_g_dl", 9.8),
        ("'Haemoglobin (g/L)' = 98", "haemoglobin_g_dl", 9.8),
        ("ALT = 31", "alt_u_l", 31.0),
        ("'creatinine clearance' = 60", "creatinine_clearance_ml_min", 60.0),
        ("creatinine_clearance = 60", "creatinine_clearance_ml_min", 60.0),
        ("eGFR = 60", "creatinine_clearance_ml_min", 60.0),
        ("creatinine = 0.8", "creatinine_mg_dl", 0.8),
        ("creatinine_umol_l = 70.735", "creatinine_mg_dl", 0.8),
        ("weight = '58.5 kg'", "weight_kg", 58.5),
        ("platelets = '182 x 10^9/L'", "platelets_e9_l", 182.0),
        ("WBC = 5.6", "leukocytes_e9_l", 5.6),
        ("CRP = '< 5 mg/L'", "crp_mg_l", 5.0),
        ("ECOG = 1", "ecog", 1.0),
        ("age = 61", "age_years", 61.0),
    ],
)
def test_a_field_in_any_usual_spelling_is_the_field(read: Read, line: str, field: str, value: float) -> None:
    (fact,) = read(f"[labs]\n{line}").values[field]
    assert fact.value == pytest.approx(value, abs=1e-3)


def test_every_field_is_found_by_its_name_and_its_spellings() -> None:
    words = load_vocabulary()
    for name, field in words.fields.items():
        own = field_spelt(name)
        assert own is not None
        assert (own.field, own.bare) == (name, False)
        for spelling in (*field.synonyms, *field.acronyms):
            found = field_spelt(spelling)
            assert found is not None, spelling
            assert found.field == words.find("fields", spelling), spelling


def test_no_short_form_in_small_letters_means_two_fields() -> None:
    found: dict[str, str] = {}
    for name, field in load_vocabulary().fields.items():
        for acronym in field.acronyms:
            assert found.setdefault(acronym.lower(), name) == name, acronym


@pytest.mark.parametrize(
    "written",
    ["06.10.2025", "6.10.2025", "2025/10/06", "6 October 2025", "6 Oct 2025", "06-Oct-2025", "October 6, 2025"],
)
def test_dates_as_people_write_them(read: Read, written: str) -> None:
    (therapy,) = read(f"[[therapy]]\nname = 'Taxol'\nstart = '{written}'\nend = '2025-12-01'").therapies
    assert (therapy.name, therapy.start) == ("paclitaxel", datetime.date(2025, 10, 6))


def test_choices_and_answers_in_other_words(read: Read) -> None:
    facts = read("""
[person]
sex = "F"
[answers]
pregnant = "no"
[[antigen]]
target = "Claudin 18.2"
assay = "immunohistochemistry"
intensity = "2+"
share = "75 %"
[[condition]]
name = "Hypertension"
state = "Current"
""")
    assert facts.values["sex"][0].value == "female"
    assert facts.values["pregnant"][0].value is False
    (test,) = facts.antigens
    assert (test.target, test.assay, test.intensity, test.share) == ("CLDN18.2", "IHC", 2.0, 0.75)
    assert facts.conditions[0].state == "active"


def test_a_table_of_a_spreadsheet_with_commas_for_decimals(tmp_path: Path) -> None:
    plain = tmp_path / "plain.csv"
    plain.write_text(
        "id,age_years,sex,diagnosis,haemoglobin_g_dl,haemoglobin_g_dl_date,creatinine_mg_dl,therapies\n"
        "P1,61,female,gastric cancer,13.8,2026-05-18,0.8030,FOLFOX; paclitaxel\n"
    )
    spoken = tmp_path / "spoken.csv"
    spoken.write_bytes(
        "\ufeffPatient ID;Age;Gender;Tumour type;Hb;Hb date;Creatinine (µmol/L);Prior therapies\n"
        'P1;61;F;stomach cancer;13,8;18.05.2026;71;"FOLFOX; Taxol"\n'.encode()
    )
    (one,), (other,) = (list(read_patients(path, as_of=AS_OF)) for path in (plain, spoken))
    assert isinstance(one, Facts)
    assert isinstance(other, Facts)
    assert one.id == other.id == "P1"
    for field in ("age_years", "sex", "haemoglobin_g_dl", "creatinine_mg_dl"):
        first, second = one.values[field][0], other.values[field][0]
        assert first.value == second.value or first.value == pytest.approx(second.value, rel=1e-3)
        assert first.day == second.day
    assert [therapy.name for therapy in one.therapies] == [therapy.name for therapy in other.therapies]
    assert one.diagnoses[0].name == other.diagnoses[0].name


def test_another_cancer_of_which_nobody_says_that_it_is_there_now_is_not_taken_for_the_disease(read: Read) -> None:
    facts = read("""
[disease]
diagnosis = "stomach cancer"
date = 2025-02-11
[[other_cancer]]
diagnosis = "breast cancer"
date = 2010
""")
    assert {one.name: one.current for one in facts.diagnoses} == {"breast cancer": None, "gastric cancer": True}
    assert main_diagnosis(facts) == "gastric cancer"


def test_a_long_name_and_a_long_number_take_no_time(read: Read) -> None:
    assert field_spelt("(" * 50_000) is None
    assert field_spelt("a" * 50_000) is None
    assert field_spelt("_".join(["a"] * 50)) is None
