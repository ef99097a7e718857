"""``adoptive match`` and ``adoptive criteria`` from outside: lists, documents, owner-only files, bad input."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]

PATIENT = """
id = "synthetic"
as_of = 2026-11-20
[person]
age_years = 59
sex = "female"
[disease]
diagnosis = "gastric adenocarcinoma"
metastatic = true
[performance]
ecog = 1
[[antigen]]
target = "CLDN18.2"
assay = "IHC"
intensity = 2
share = 0.7
"""
TITLE = "<script>alert(1)</script> CLDN18.2 CAR-T \x1b[31m cells"
CRITERIA = "Inclusion Criteria:\n\n* Age 18 years or older\n* ECOG 0 or 1\n\nExclusion Criteria:\n\n* Pregnant women\n"


def record(number: str, **more: Any) -> dict[str, Any]:
    """Give an invented registry record."""
    eligibility = {"eligibilityCriteria": CRITERIA, "sex": "ALL", "minimumAge": "18 Years"} | more
    return {
        "protocolSection": {
            "identificationModule": {"nctId": number, "briefTitle": TITLE},
            "statusModule": {"overallStatus": "RECRUITING"},
            "conditionsModule": {"conditions": ["Gastric Cancer"]},
            "eligibilityModule": eligibility,
        }
    }


@pytest.fixture
def patient(tmp_path: Path) -> Path:
    place = tmp_path / "patient.toml"
    place.write_text(PATIENT)
    return place


@pytest.fixture
def trials(tmp_path: Path) -> Path:
    folder = tmp_path / "trials"
    folder.mkdir()
    (folder / "good.json").write_text(json.dumps(record("NCT00000001")))
    (folder / "old.json").write_text(json.dumps(record("NCT00000002", minimumAge="65 Years")))
    (folder / "broken.json").write_text('{"protocolSection": {"identificationModule"')
    (folder / "deep.json").write_text("[" * 50_000)
    (folder / "latin.json").write_bytes(b'{"protocolSection": "\xe9\xff"}')
    return folder


def test_it_lists_trials_best_first_and_what_could_not_be_read(command: Command, patient: Path, trials: Path) -> None:
    said = command("match", patient, "--trials", trials, "--json", "--forecasts", "0")
    assert said.code == 0
    document = json.loads(said.out)
    assert [(trial["id"], trial["fit"]) for trial in document["trials"]] == [
        ("NCT00000001", "may fit"),
        ("NCT00000002", "does not fit"),
    ]
    assert len(document["left_out"]) == 3
    assert document["counts"] == {"fits": 0, "may fit": 1, "not now": 0, "does not fit": 1}


def test_what_is_printed_is_safe_and_says_that_it_is_no_advice(command: Command, patient: Path, trials: Path) -> None:
    said = command("match", patient, "--trials", trials, "--forecasts", "0")
    assert said.code == 0
    assert "\x1b" not in said.out
    assert "no medical advice" in said.out
    assert "3 could not be read" in said.out


def test_the_page_is_the_owners_alone_and_holds_no_script(command: Command, patient: Path, trials: Path) -> None:
    out = patient.parent / "mine"
    assert command("match", patient, "--trials", trials, "--forecasts", "0", "--out", out).code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in out.iterdir()} == {0o600}
    page = (out / "report.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    again = command("match", patient, "--trials", trials, "--forecasts", "0", "--out", out)
    assert again.code == 2
    assert "exists already" in again.err


def test_bundled_studies_are_trials(command: Command, patient: Path) -> None:
    said = command("match", patient, "--trials", "bundled", "--forecasts", "0", "--json", "--show", "2")
    document = json.loads(said.out)
    assert document["trials"][0]["id"] == "satri-cel"
    assert len(document["trials"]) == 2
    assert len(document["others"]) > 20


def test_a_screening_list_of_a_study(command: Command, tmp_path: Path, patient: Path) -> None:
    folder = tmp_path / "patients"
    folder.mkdir()
    (folder / "a.toml").write_text(PATIENT)
    (folder / "b.toml").write_text(PATIENT.replace("synthetic", "other").replace("share = 0.7", "share = 0.1"))
    (folder / "c.toml").write_text("not toml")
    out = tmp_path / "list"
    said = command("match", "--trial", "satri-cel", "--patients", folder, "--json", "--out", out)
    document = json.loads(said.out)
    assert [(row["patient"], row["fit"]) for row in document["patients"]] == [
        ("synthetic", "may fit"),
        ("other", "does not fit"),
    ]
    assert len(document["left_out"]) == 1
    assert (out / "screening.csv").read_text().startswith("patient,as_of,fit,met,open,failed,what_decides\n")


def test_criteria_says_item_by_item_what_was_understood(command: Command, trials: Path) -> None:
    document = json.loads(command("criteria", trials / "good.json", "--json").out)
    texts = {item["text"]: item for item in document["items"]}
    assert texts["Age 18 years or older"]["statement"] == "age_years ≥ 18"
    assert texts["Pregnant women"]["kind"] == "exclusion"
    item = texts["ECOG 0 or 1"]
    assert CRITERIA[item["start"] : item["end"]] == "ECOG 0 or 1"
    assert document["coverage"]["not"] == 0
    assert "\x1b" not in command("criteria", trials / "good.json").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "nothing to match"),
        (("PATIENT",), "nothing to match"),
        (("PATIENT", "--trials", "/no/such/place"), "no such trial"),
        (("PATIENT", "--trials", "EMPTY"), "no trial could be read"),
        (("PATIENT", "--trials", "bundled", "--as-of", "2026-02-30"), "not a day"),
        (("PATIENT", "--trials", "bundled", "--near", "91,0"), "not a place"),
        (("PATIENT", "--trials", "bundled", "--near", "here"), "not a place"),
        (("/no/such/patient.json", "--trials", "bundled"), "patient.json"),
        (("PATIENT", "--trial", "satri-cel"), "nothing to match"),
        (("--trial", "satri-cel", "--patients", "EMPTY"), "no patient"),
        (("--trial", "no-such-study", "--patients", "EMPTY"), "no such trial"),
    ],
)
def test_bad_questions_get_one_clear_error(
    command: Command, patient: Path, arguments: tuple[str, ...], words: str
) -> None:
    empty = patient.parent / "empty"
    empty.mkdir()
    named = {"PATIENT": patient, "EMPTY": empty}
    said = command("match", *(named.get(argument, argument) for argument in arguments))
    assert said.code == 2
    assert words in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


def test_the_same_question_gets_the_same_document(command: Command, patient: Path, trials: Path) -> None:
    asked = ("match", patient, "--trials", trials, "--json", "--forecasts", "0")
    assert command(*asked).out == command(*asked).out


@pytest.mark.parametrize("name", ["=1+1", "\uff1d1+1", "\uff20x", "\ufeff=1", "\u200f=1", "\u202e-1"])
def test_no_id_is_a_formula_or_turns_the_writing(command: Command, tmp_path: Path, trials: Path, name: str) -> None:
    folder = tmp_path / "patients"
    folder.mkdir()
    (folder / "one.toml").write_text(PATIENT.replace('"synthetic"', json.dumps(name)), "utf-8")
    out = tmp_path / "out"
    said = command("match", "--trial", trials / "good.json", "--patients", folder, "--out", out)
    table = (out / "screening.csv").read_text("utf-8")
    assert said.code == 0
    assert table.split("\n")[1][0] == "'"
    assert not set("\u200f\u202e\ufeff") & set(said.out + table)


def test_a_trial_of_levels_only_shows_no_empty_table(command: Command, tmp_path: Path) -> None:
    arm = {"arm_code": "A", "match": [{"clinical": {"age_numerical": ">=18"}}]}
    markup = {"nct_id": "NCT00000003", "short_title": "Cells", "treatment_list": {"step": [{"arm": [arm]}]}}
    (tmp_path / "markup.json").write_text(json.dumps(markup))
    said = command("criteria", tmp_path / "markup.json")
    assert said.code == 0
    assert "age_years ≥ 18" in said.out
    assert "the record's words" not in said.out
    assert "Items: 0" not in said.out
