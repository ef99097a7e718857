"""Treatments and conditions: what counts as one, how long ago, and from which day a wait is over."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

import pytest

from adoptive.trial.eligibility.facts import Condition, Facts, Therapy
from adoptive.trial.eligibility.judge import explain, truth
from adoptive.trial.eligibility.statements import Has, Not, Treated, Truth
from eligibility_samples import TODAY

CHEMO = Treated(("chemotherapy",), within_days=14)


def ago(days: int) -> datetime.date:
    return TODAY - datetime.timedelta(days=days)


def treated(*given: Therapy, complete: bool = False) -> Facts:
    names: Iterable[Any] = ("therapies",) if complete else ()
    return Facts("synthetic", TODAY, therapies=given, complete=frozenset(names))


def ill(*found: Condition, complete: bool = False) -> Facts:
    names: Iterable[Any] = ("conditions",) if complete else ()
    return Facts("synthetic", TODAY, conditions=found, complete=frozenset(names))


@pytest.mark.parametrize(
    ("given", "asked", "expected"),
    [
        ("pembrolizumab", "PD-1/PD-L1 inhibitor", True),
        ("FOLFOX", "platinum", True),
        ("immunotherapy", "PD-1 inhibitor", None),
        ("cell therapy", "CAR-T cells", None),
        ("satricabtagene autoleucel", "genetically engineered cells", True),
        ("paclitaxel", "platinum", False),
        ("pembrolizumab", "investigational drug", None),
        ("gastrectomy", "major surgery", None),
        ("pembrolizumab", "major surgery", False),
        ("cyclophosphamide", "immunosuppressive therapy", None),
        ("gastrectomy", "investigational drug", False),
        ("a drug that nobody knows", "platinum", None),
        ("paclitaxel", "a class that nobody knows", None),
    ],
)
def test_names_in_a_complete_list(given: str, asked: str, expected: Truth) -> None:
    assert truth(Treated((asked,)), treated(Therapy(given), complete=True)) is expected


def test_what_is_not_listed_is_unknown_unless_the_list_is_complete() -> None:
    assert truth(Treated(("CAR-T cells",)), treated()) is None
    assert truth(Treated(("CAR-T cells",)), treated(Therapy("FOLFOX"))) is None
    found = explain(Treated(("CAR-T cells",)), treated(Therapy("FOLFOX"), complete=True))
    assert found.truth is False
    assert found.because == ("the list of treatments is said to be complete and names no CAR-T cells",)
    assert truth(Treated(), treated(Therapy("FOLFOX"))) is True
    assert truth(Treated(), treated(Therapy("prednisone"), complete=True)) is False


@pytest.mark.parametrize(
    ("therapy", "expected"),
    [
        (Therapy("FOLFOX", ago(90), ago(13)), True),
        (Therapy("FOLFOX", ago(90), ago(14)), False),
        (Therapy("FOLFOX", ago(90)), None),
        (Therapy("FOLFOX", ago(9)), True),
        (Therapy("FOLFOX"), None),
        (Therapy("FOLFOX", ago(90), ongoing=True), True),
        (Therapy("FOLFOX", ago(90), ongoing=False), None),
        (Therapy("FOLFOX", ago(9), ongoing=False), True),
        (Therapy("FOLFOX", ago(90), ago(-5)), True),
        (Therapy("FOLFOX", ago(90), ago(-5), ongoing=False), None),
        (Therapy("FOLFOX", ago(-5)), None),
        (Therapy("FOLFOX", None, ago(-5)), None),
        (Therapy("FOLFOX", ago(10), ago(60)), None),
        (Therapy("FOLFOX", ago(90), ago(60), ongoing=True), None),
        (Therapy("FOLFOX", ago(90), ago(2), end_from=ago(31)), None),
        (Therapy("FOLFOX", ago(90), ago(2), end_from=ago(12)), True),
        (Therapy("FOLFOX", ago(90), ago(20), end_from=ago(50)), False),
        (Therapy("systemic therapy", ago(90), ago(13)), None),
        (Therapy("systemic therapy", ago(90), ago(14)), False),
    ],
)
def test_washouts(therapy: Therapy, expected: Truth) -> None:
    assert truth(CHEMO, treated(therapy, complete=True)) is expected
    assert truth(CHEMO, treated(therapy)) is (True if expected else None)


def test_what_is_given_on_one_day_ends_on_it() -> None:
    asked = Treated(("surgery",), within_days=28)
    assert truth(asked, treated(Therapy("gastrectomy", ago(27)), complete=True)) is True
    assert truth(asked, treated(Therapy("gastrectomy", ago(28)), complete=True)) is False


def test_a_washout_tells_the_first_day_on_which_it_is_over() -> None:
    facts = treated(Therapy("FOLFOX", ago(90), ago(4), line=1, source="letter"), Therapy("paclitaxel", ago(20), ago(9)))
    found = explain(CHEMO, facts)
    assert (found.truth, found.from_day, found.recoverable) == (True, str(ago(-10)), True)
    assert found.settle == (f"wait until {ago(-10)}",)
    assert found.because[0] == f"FOLFOX from {ago(90)} to {ago(4)}, line 1, letter"
    on_day = Facts("synthetic", ago(-10), therapies=facts.therapies, complete=frozenset({"therapies"}))
    assert truth(CHEMO, on_day) is False
    day_before = Facts("synthetic", ago(-9), therapies=facts.therapies, complete=frozenset({"therapies"}))
    assert truth(CHEMO, day_before) is True
    assert explain(Not(CHEMO), facts).from_day == found.from_day
    still = explain(CHEMO, treated(Therapy("FOLFOX", ago(90), ongoing=True)))
    assert (still.from_day, still.recoverable) == ("", True)
    assert not explain(Treated(("chemotherapy",)), facts).recoverable
    assert explain(CHEMO, treated(Therapy("FOLFOX", ago(90)))).settle == ("the day on which FOLFOX ended",)


@pytest.mark.parametrize(
    ("therapy", "expected"),
    [
        (Therapy("FOLFOX", stopped_for="progression"), True),
        (Therapy("FOLFOX", stopped_for="toxicity"), True),
        (Therapy("FOLFOX", response="progressive disease"), True),
        (Therapy("FOLFOX", stopped_for="completed"), None),
        (Therapy("pembrolizumab", stopped_for="progression"), False),
    ],
)
def test_failure(therapy: Therapy, expected: Truth) -> None:
    assert truth(Treated(("chemotherapy",), failed=True), treated(therapy, complete=True)) is expected


@pytest.mark.parametrize(
    ("therapy", "expected"),
    [
        (Therapy("prednisone", ongoing=True, dose=10, dose_unit="mg/day"), False),
        (Therapy("prednisone", ongoing=True, dose=10.5, dose_unit="mg/day"), True),
        (Therapy("dexamethasone", ongoing=True, dose=2, dose_unit="mg/day"), True),
        (Therapy("hydrocortisone", ongoing=True, dose=30, dose_unit="mg/day"), False),
        (Therapy("methylprednisolone", ongoing=True, dose=8, dose_unit="mg/day"), False),
        (Therapy("systemic corticosteroids", ongoing=True, dose=20, dose_unit="mg/day"), None),
        (Therapy("systemic corticosteroids", ongoing=True, dose=20, dose_unit="mg prednisone/day"), True),
        (Therapy("prednisone", ongoing=True, dose=20, dose_unit="mg"), None),
        (Therapy("prednisone", ongoing=True), None),
        (Therapy("prednisone", ago(50), ago(3), dose=50, dose_unit="mg/day"), False),
        (Therapy("inhaled corticosteroids", ongoing=True), False),
    ],
)
def test_doses_of_steroids_count_as_prednisone(therapy: Therapy, expected: Truth) -> None:
    asked = Treated(("systemic corticosteroids",), ongoing=True, dose_above=10)
    assert truth(asked, treated(therapy, complete=True)) is expected


def test_settings() -> None:
    asked = Treated(("chemotherapy",), setting="adjuvant")
    assert truth(asked, treated(Therapy("FOLFOX", setting="adjuvant"), complete=True)) is True
    assert truth(asked, treated(Therapy("FOLFOX", setting="advanced"), complete=True)) is False
    assert truth(asked, treated(Therapy("FOLFOX"), complete=True)) is None


@pytest.mark.parametrize(
    ("found", "asked", "expected"),
    [
        (Condition("pneumonia", "active"), Has(("infection",)), True),
        (Condition("infection", "active"), Has(("pneumonia",)), None),
        (Condition("HIV infection", "absent"), Has(("HIV infection",)), False),
        (Condition("infection", "absent"), Has(("pneumonia",)), False),
        (Condition("pneumonia", "absent"), Has(("infection",)), None),
        (Condition("HIV infection", "absent"), Has(("HIV infection", "hepatitis B")), None),
        (Condition("HIV infection", "absent"), Has(("HIV infection",), ever=True), None),
        (Condition("pneumonia", "past"), Has(("infection",)), None),
        (Condition("pneumonia", "past"), Has(("infection",), ever=True), True),
        (Condition("pneumonia", "active"), Has(("infection",), qualifier="uncontrolled"), None),
        (Condition("infection", "absent"), Has(("infection",), qualifier="uncontrolled"), False),
        (Condition("stroke", "past", ago(300), ago(182)), Has(("stroke",), within_days=183), True),
        (Condition("stroke", "past", ago(300), ago(183)), Has(("stroke",), within_days=183), None),
        (Condition("stroke", "past"), Has(("stroke",), within_days=183), None),
        (Condition("stroke", "past", ago(20)), Has(("stroke",), within_days=183), True),
        (Condition("stroke", "active", ago(900)), Has(("stroke",), within_days=183), True),
        (Condition("stroke", "active", ago(-3)), Has(("stroke",)), None),
        (Condition("stroke", "active", ago(90), ago(30)), Has(("stroke",)), None),
        (Condition("a thing nobody knows", "active"), Has(("infection",)), None),
    ],
)
def test_conditions(found: Condition, asked: Has, expected: Truth) -> None:
    assert truth(asked, ill(found)) is expected


def test_conditions_in_a_complete_list() -> None:
    assert truth(Has(("infection",)), ill(complete=True)) is False
    assert truth(Has(("a thing nobody knows",)), ill(complete=True)) is None
    assert truth(Has(("infection",)), ill(Condition("pneumonia", "past"), complete=True)) is False
    stroke = Condition("stroke", "past", ago(300), ago(183))
    assert truth(Has(("stroke",), within_days=183), ill(stroke, complete=True)) is False


def test_conditions_say_when_they_may_pass() -> None:
    assert explain(Has(("infection",)), ill(Condition("pneumonia", "active"))).recoverable
    assert not explain(Has(("infection",)), ill(Condition("HIV infection", "active"))).recoverable
    stroke = ill(Condition("stroke", "past", ago(90), ago(83), "letter"))
    found = explain(Has(("stroke",), within_days=183), stroke)
    assert (found.from_day, found.recoverable) == (str(ago(-100)), True)
    assert found.because == (f"stroke: in the past from {ago(90)} to {ago(83)}, letter",)
    clash = ill(Condition("HIV infection", "absent"), Condition("HIV infection", "active"))
    assert explain(Has(("HIV infection",)), clash).truth is None
