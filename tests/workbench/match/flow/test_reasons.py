"""What decides, in a line; patients who have died; trials whose levels are all suspended."""

from __future__ import annotations

import dataclasses
import datetime

import pytest

from adoptive.trial.eligibility.facts import Diagnosis, Fact, Facts
from adoptive.trial.eligibility.statements import AnyOf, Disease, Flag, Not, Quantity, Statement, Unread
from adoptive.workbench.match.card.document import match_document
from adoptive.workbench.match.card.page import card_of
from adoptive.workbench.match.card.statement import in_words, span
from adoptive.workbench.match.card.trial import OTHER_DISEASES
from adoptive.workbench.match.judging import explained, match_trial, status_of
from adoptive.workbench.match.listing import main_reason
from adoptive.workbench.match.ranking import registered_for, with_points
from adoptive.workbench.match.run import Asked, find_trials, screen_patients
from adoptive.workbench.match.types import Forecast, Item, Level, Match, Range, Trial

DAY = datetime.date(2026, 11, 1)
PATIENT = Facts(
    "synthetic", DAY, values={"age_years": (Fact(61.0, "year", DAY),)},
    diagnoses=(Diagnosis("gastric adenocarcinoma", "IV", metastatic=True),), complete=frozenset({"diagnoses"}),
)  # fmt: skip
ADULT = Quantity("age_years", ">=", 18)


def trial(*items: Statement, **more: object) -> Trial:
    made = tuple(Item(n, "inclusion", f"item {n}", item, "whole") for n, item in enumerate(items, 1))
    return Trial("T", "a trial of CAR-T cells", "here", "ctml", items=made, **more)  # type: ignore[arg-type]


def judged(*items: Statement, **more: object) -> Match:
    return with_points(explained(match_trial(trial(*items, **more), PATIENT), PATIENT), PATIENT)


def test_who_has_died_fits_no_trial_and_is_not_simulated() -> None:
    dead = dataclasses.replace(PATIENT, deceased=True)
    found = find_trials(dead, [trial(ADULT), trial()], Asked(forecasts=2))
    assert [match.fit for match in found.matches] == ["does not fit", "does not fit"]
    assert all("the patient has died" in main_reason(match) for match in found.matches)
    assert all(match.forecast is None for match in found.matches)
    rows = screen_patients(trial(ADULT), [dead, PATIENT]).rows
    assert [match.fit for _, match in rows] == ["fits", "does not fit"]


def test_another_cancer_is_named_where_the_list_is_complete() -> None:
    reason = main_reason(judged(Disease(("multiple myeloma",))))
    assert reason == "“item 1”: gastric adenocarcinoma, stage IV, metastatic: yes"


def test_tests_are_named_and_what_nobody_understood_is_counted() -> None:
    reason = main_reason(judged(ADULT, Unread("a"), Flag("pregnant"), AnyOf((Unread("b"), Flag("caregiver")))))
    assert reason.startswith("to settle: a pregnancy test (pregnant); asking family and friends")
    assert reason.endswith("; 2 criteria that a person must read")
    assert main_reason(judged(ADULT)) == "all that it asks is known to be met"


def test_the_level_that_suits_best_gives_the_reason() -> None:
    levels = (
        Level("1", "A", "", Disease(("multiple myeloma",)), suspended=True),
        Level("1", "B", "", Not(ADULT), suspended=False),
    )
    assert main_reason(judged(ADULT, levels=levels)).startswith("age 61 years")
    asked = (Level("1", "A", "", Flag("pregnant"), suspended=False),)
    assert main_reason(judged(ADULT, levels=asked)) == "to settle: a pregnancy test (pregnant)"


def test_a_trial_whose_levels_are_all_suspended_takes_no_patients() -> None:
    stopped = trial(ADULT, status="open", levels=(Level("1", "A", "", ADULT, suspended=True),))
    assert status_of(stopped) == "closed"
    assert find_trials(PATIENT, [stopped], Asked(open_only=True)).passed_over == 1


def test_a_simulated_trial_does_not_lose_its_place_for_being_simulated() -> None:
    plain = judged(ADULT)
    days = Forecast("s", "b", {"days_to_infusion": Range(30.0, 25.0, 40.0, "day")}, 1, 1, 1)
    assert with_points(dataclasses.replace(plain, forecast=days), PATIENT).score >= plain.score


@pytest.mark.parametrize(
    ("condition", "registered"),
    [("Stomach Neoplasms", True), ("Solid Tumor, Adult", True), ("Carcinoma, Hepatocellular", False),
     ("Relapsed Multiple Myeloma", False), ("Healthy Volunteers", None)],
)  # fmt: skip
def test_conditions_are_read_as_registries_write_them(condition: str, registered: bool | None) -> None:
    assert registered_for(trial(conditions=(condition,)), PATIENT) is registered


def test_a_trial_for_another_disease_says_so() -> None:
    assert main_reason(judged(Unread("x"), conditions=("Multiple Myeloma",))).startswith("for other diseases")


def test_the_page_says_that_a_trial_is_for_other_diseases_and_asks_for_no_test_for_it() -> None:
    made = [judged(Unread("x"), Flag("pregnant"), conditions=("Multiple Myeloma",)), judged(Flag("caregiver"))]
    card = card_of(PATIENT, made, made_on=DAY)
    assert "Of the trials that fit or may fit, one is meant for other diseases." in card.answer
    assert [trial.sentence.startswith(OTHER_DISEASES) for trial in card.trials] == [False, True]
    assert not any("pregnancy" in check.name for check in card.checks)


def test_the_page_of_who_has_died_says_so_first() -> None:
    dead = dataclasses.replace(PATIENT, deceased=True)
    card = card_of(dead, find_trials(dead, [trial(ADULT)], Asked()).matches, made_on=DAY)
    assert card.answer[0] == "The record says that this patient has died. So no trial fits."
    assert [(row.reason, row.quoted) for row in card.misfits] == [
        ("This rule is not met:", "the record says that the patient has died")
    ]


def test_the_page_writes_spans_and_denials_as_people_do() -> None:
    wanted = AnyOf((Not(Flag("childbearing_potential")), Not(Flag("pregnant"))))
    assert in_words(wanted) == "cannot become pregnant; or not pregnant"
    assert [span(days) for days in (1, 28, 90, 91, 183, 365, 731, 1826)] == [
        "1 day", "28 days", "90 days", "3 months", "6 months", "1 year", "2 years", "5 years",
    ]  # fmt: skip


def test_the_document_says_who_has_died_and_what_takes_no_patients() -> None:
    stopped = trial(ADULT, status="open", levels=(Level("1", "A", "", ADULT, suspended=True),))
    told = match_document(PATIENT, find_trials(PATIENT, [stopped], Asked(forecasts=0)).matches)
    assert told["trials"][0]["status"] == "closed"
    dead = dataclasses.replace(PATIENT, deceased=True)
    told = match_document(dead, find_trials(dead, [stopped], Asked()).matches)
    assert told["patient"]["deceased"] is True
    assert told["answer"][0].startswith("The record says that this patient has died")
