"""A trial against a patient: verdicts, gates, levels, and how the whole fits."""

from __future__ import annotations

import datetime

import pytest

from adoptive.trial.eligibility.facts import Diagnosis, Fact, Facts, Therapy
from adoptive.trial.eligibility.statements import All, Disease, Flag, Not, Quantity, Statement, Treated, Unread
from adoptive.workbench.match.judging import explained, match_trial, worst
from adoptive.workbench.match.types import Item, Level, Trial

DAY = datetime.date(2026, 11, 1)
PATIENT = Facts(
    "synthetic", DAY,
    values={
        "age_years": (Fact(61.0, "year", DAY),),
        "ecog": (Fact(1.0, "points", DAY),),
        "haemoglobin_g_dl": (Fact(7.5, "g/dL", DAY),),
    },
    diagnoses=(Diagnosis("gastric adenocarcinoma", "IV", metastatic=True),),
    therapies=(Therapy("oxaliplatin", datetime.date(2026, 6, 1), datetime.date(2026, 10, 25), ongoing=False),),
)  # fmt: skip
ADULT, FIT, BLOOD = Quantity("age_years", ">=", 18), Quantity("ecog", "<=", 1), Quantity("haemoglobin_g_dl", ">=", 9)


def trial(*items: Statement | Item, levels: tuple[Level, ...] = ()) -> Trial:
    made = tuple(
        item if isinstance(item, Item) else Item(n, "inclusion", f"item {n}", item, "whole")
        for n, item in enumerate(items, 1)
    )
    return Trial("T", "a trial", "here", "study", items=made, levels=levels)


def test_all_met_fits() -> None:
    match = match_trial(trial(ADULT, FIT), PATIENT)
    assert match.fit == "fits"
    assert match.gates == {"procurement": "met"}


def test_a_trial_without_criteria_is_not_said_to_fit() -> None:
    assert match_trial(trial(), PATIENT).fit == "may fit"


def test_what_is_not_understood_keeps_it_open() -> None:
    match = match_trial(trial(ADULT, Unread("something else")), PATIENT)
    assert match.fit == "may fit"
    assert [row.verdict for row in match.judged] == ["met", "unknown"]


def test_a_missing_fact_is_neither_met_nor_failed_in_inclusion_and_exclusion() -> None:
    for kind in ("inclusion", "exclusion"):
        item = Item(1, kind, "pregnant", Flag("pregnant"), "whole")  # type: ignore[arg-type]
        assert match_trial(trial(item), PATIENT).judged[0].verdict == "unknown"


def test_an_exclusion_that_is_true_is_not_met() -> None:
    item = Item(1, "exclusion", "ECOG above 0", Quantity("ecog", ">", 0), "whole")
    assert match_trial(trial(item), PATIENT).judged[0].verdict == "not met"


def test_what_can_recover_is_not_now_and_what_cannot_does_not_fit() -> None:
    recent = Item(2, "exclusion", "chemotherapy within 4 weeks", Treated(("chemotherapy",), within_days=28), "whole")
    not_now = match_trial(trial(ADULT, recent), PATIENT)
    assert not_now.fit == "not now"
    assert not_now.judged[1].finding.from_day == "2026-11-22"
    assert match_trial(trial(ADULT, BLOOD), PATIENT).fit == "not now"
    lasting = Not(Disease(("gastric cancer",)))
    assert match_trial(trial(lasting, recent), PATIENT).fit == "does not fit"


def test_an_item_of_another_group_never_excludes() -> None:
    young = Quantity("age_years", "<", 18)
    item = Item(1, "inclusion", "children", young, "whole", heading="Cohort B", conditional=True)
    match = match_trial(trial(item), PATIENT)
    assert match.judged[0].verdict == "unknown"
    assert match.fit == "may fit"


def test_gates_are_judged_apart() -> None:
    items = (
        Item(1, "inclusion", "adult", ADULT, "whole", gate="procurement"),
        Item(2, "inclusion", "haemoglobin", BLOOD, "whole", gate="treatment"),
    )
    assert match_trial(trial(*items), PATIENT).gates == {"procurement": "met", "treatment": "not met"}


@pytest.mark.parametrize(
    ("open_level", "suspended_level", "fit"),
    [(ADULT, Not(ADULT), "fits"), (Not(ADULT), ADULT, "does not fit"), (Flag("pregnant"), ADULT, "may fit")],
)
def test_an_open_level_decides_before_a_suspended_one(
    open_level: Statement, suspended_level: Statement, fit: str
) -> None:
    levels = (
        Level("1", "A", "2", suspended_level, suspended=True),
        Level("1", "B", "1", open_level, suspended=False),
    )
    assert match_trial(trial(FIT, levels=levels), PATIENT).fit == fit


def test_explained_gives_every_item_a_reason_and_changes_no_verdict() -> None:
    match = match_trial(trial(ADULT, FIT, BLOOD, Flag("pregnant"), All((ADULT, Unread("x")))), PATIENT)
    told = explained(match, PATIENT)
    assert [row.verdict for row in told.judged] == [row.verdict for row in match.judged]
    assert all(row.finding.because or row.finding.settle for row in told.judged[:4])
    assert told.fit == match.fit


def test_a_patient_of_whom_nothing_is_known_fits_and_fails_nothing() -> None:
    nobody = Facts("nobody", DAY)
    match = match_trial(trial(ADULT, FIT, BLOOD, Disease(("gastric cancer",)), Treated(("CAR-T cells",))), nobody)
    assert {row.verdict for row in match.judged} == {"unknown"}


def test_worst_of_verdicts() -> None:
    assert worst(["met", "not met", "unknown"]) == "not met"
