"""The example tables of the FDA guidance (appendix 3, A to C) row by row, and the European rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.outcome.events import (
    CENSORING_RULES,
    CensoringRule,
    Endpoint,
    Planned,
    Reason,
    censoring_rule,
    competing_status,
    duration_of_response,
    event_free_survival,
    overall_survival,
    progression_free_survival,
    time_to_progression,
    time_to_response,
)
from adoptive.outcome.types import Response

PR, SD, PD, NE, GAP = Response.PR, Response.SD, Response.PD, Response.NE, Response.NOT_DONE
NEVER = np.inf
EVERY_42 = Planned(interval_days=42.0, window_days=7.0)


def judge(codes: list[Response], days: list[float], **options: Any) -> Endpoint:
    given = {"death_day": NEVER, "planned": EVERY_42} | options
    return progression_free_survival(np.array([codes]).reshape(1, -1), np.array([days]).reshape(1, -1), **given)


def told(found: Endpoint) -> tuple[float, bool, Reason]:
    return float(found.days[0]), bool(found.event[0]), Reason(found.reason[0])


SCANS = [42.0, 84.0, 126.0]
SITUATIONS = {
    # name: codes, days, options, then day, event and reason by table A, B, C and the European rule
    "no baseline assessment": (
        [SD, SD, SD],
        SCANS,
        {"baseline_assessed": False},
        [(0, False, Reason.NO_ASSESSMENT)] * 4,
    ),
    "no assessment after baseline": ([], [], {}, [(0, False, Reason.NO_ASSESSMENT)] * 4),
    "progression between visits": (
        [SD, SD, PD],
        [42.0, 84.0, 100.0],
        {},
        [
            (100, True, Reason.PROGRESSION),
            (126, True, Reason.PROGRESSION),
            (126, True, Reason.PROGRESSION),
            (100, True, Reason.PROGRESSION),
        ],
    ),
    "progression at a visit, early within the window": (
        [SD, SD, PD],
        [42.0, 84.0, 120.0],
        {},
        [
            (120, True, Reason.PROGRESSION),
            (126, True, Reason.PROGRESSION),
            (126, True, Reason.PROGRESSION),
            (120, True, Reason.PROGRESSION),
        ],
    ),
    "progression at a visit, late within the window": (
        [SD, SD, PD],
        [42.0, 84.0, 133.0],
        {},
        [
            (133, True, Reason.PROGRESSION),
            (126, True, Reason.PROGRESSION),
            (126, True, Reason.PROGRESSION),
            (133, True, Reason.PROGRESSION),
        ],
    ),
    "no progression": (
        [SD, SD, SD],
        [42.0, 84.0, 128.0],
        {"cut_day": 140.0},
        [
            (128, False, Reason.NO_EVENT),
            (126, False, Reason.NO_EVENT),
            (126, False, Reason.NO_EVENT),
            (128, False, Reason.NO_EVENT),
        ],
    ),
    "treatment stopped for undocumented progression": (
        [SD, SD, PD],
        [42.0, 84.0, 126.0],
        {"clinical_progression_day": 100.0},
        [
            (84, False, Reason.CLINICAL_STOP),
            (84, False, Reason.CLINICAL_STOP),
            (126, True, Reason.CLINICAL_PROGRESSION),
            (126, True, Reason.PROGRESSION),
        ],
    ),
    "treatment stopped for toxicity": (
        [SD, SD, PD],
        SCANS,
        {"treatment_stop_day": 100.0},
        [(84, False, Reason.TREATMENT_STOP)] * 3 + [(126, True, Reason.PROGRESSION)],
    ),
    "new anticancer therapy": (
        [SD, SD, PD],
        SCANS,
        {"new_therapy_day": 100.0},
        [(84, False, Reason.THERAPY_STARTED)] * 3 + [(126, True, Reason.PROGRESSION)],
    ),
    "death before the first assessment": ([], [], {"death_day": 30.0}, [(30, True, Reason.DEATH)] * 4),
    "death between assessments": ([SD, SD], SCANS[:2], {"death_day": 100.0}, [(100, True, Reason.DEATH)] * 4),
    "death after one missed visit": ([SD, SD], SCANS[:2], {"death_day": 175.0}, [(175, True, Reason.DEATH)] * 4),
    "death after two missed visits": (
        [SD, SD],
        SCANS[:2],
        {"death_day": 176.0},
        [(84, False, Reason.MISSED_VISITS)] * 3 + [(176, True, Reason.DEATH)],
    ),
    "progression after two missed visits": (
        [SD, PD],
        [42.0, 168.0],
        {},
        [(42, False, Reason.MISSED_VISITS)] * 3 + [(168, True, Reason.PROGRESSION)],
    ),
    "progression after one missed visit": ([SD, PD], [42.0, 126.0], {}, [(126, True, Reason.PROGRESSION)] * 4),
}


@pytest.mark.parametrize("rule", ["FDA", "FDA-B", "FDA-C", "EMA"])
@pytest.mark.parametrize("name", SITUATIONS)
def test_situation(name: str, rule: str) -> None:
    codes, days, options, expected = SITUATIONS[name]
    assert told(judge(codes, days, rule=rule, **options)) == expected[list(CENSORING_RULES).index(rule)]


def test_scheduled_dates_never_lie_after_what_is_known() -> None:
    for options, day in (({"cut_day": 110.0}, 110), ({"death_day": 105.0}, 105), ({"last_contact_day": 101.0}, 101)):
        found = judge([SD, SD, PD], [42.0, 84.0, 100.0], rule="FDA-B", **options)
        assert told(found) == (day, True, Reason.PROGRESSION)
        assert (found.left_day[0], found.right_day[0]) == (84.0, 100.0)


def test_censoring_dates_by_plan() -> None:
    for scan, cut, day in ((120.0, 140.0, 126), (118.0, 140.0, 84), (120.0, 122.0, 122), (130.0, 140.0, 126)):
        found = judge([SD, SD, SD], [42.0, 84.0, scan], rule="FDA-B", cut_day=cut)
        assert told(found) == (day, False, Reason.NO_EVENT)


def test_the_first_planned_visit_is_not_time_zero() -> None:
    assert told(judge([PD], [5.0], rule="FDA-B")) == (42, True, Reason.PROGRESSION)


def test_a_visit_on_the_day_of_time_zero_is_the_baseline() -> None:
    assert told(judge([PD, SD], [30.0, 72.0], start_day=30.0)) == (42, False, Reason.NO_EVENT)
    assert told(judge([SD], [0.0])) == (0, False, Reason.NO_ASSESSMENT)


def test_death_on_the_day_of_time_zero_counts() -> None:
    found = judge([], [], death_day=30.0, start_day=30.0)
    assert (told(found), bool(found.counted[0])) == ((0, True, Reason.DEATH), True)
    alive = overall_survival([30.0], start_day=30.0, cut_day=100.0)
    assert (bool(alive.event[0]), bool(alive.counted[0])) == (True, True)


def test_a_response_at_the_last_assessment_counts() -> None:
    found = time_to_response(judge([SD, PR], [42.0, 84.0]), [84.0])
    assert told(found) == (84, True, Reason.RESPONSE)


def test_scheduled_dates_need_a_plan() -> None:
    with pytest.raises(StudyError, match="planned: rule FDA-B dates by planned visits"):
        judge([SD], [42.0], rule="FDA-B", planned=None)


def test_a_new_therapy_may_be_an_event() -> None:
    rule = replace(censoring_rule("EMA"), name="own", new_therapy="event")
    assert told(judge([SD, SD, PD], SCANS, rule=rule, new_therapy_day=100.0)) == (100, True, Reason.NEW_THERAPY)
    assert told(judge([SD, PD], SCANS[:2], rule=rule, new_therapy_day=84.0)) == (84, True, Reason.PROGRESSION)
    assert told(judge([SD], [42.0], rule=rule, new_therapy_day=84.0, death_day=84.0)) == (84, True, Reason.DEATH)


def test_planned_days_by_patient() -> None:
    plan = Planned(day=[[42.0, 84.0, 126.0, 168.0], [84.0, 168.0, np.nan, np.inf]], window_days=7.0)
    found = progression_free_survival(
        [[SD, PD], [SD, PD]], [[42.0, 168.0], [42.0, 168.0]], death_day=NEVER, planned=plan
    )
    assert found.event.tolist() == [False, True]  # two missed of the first plan, one of the second
    moved = progression_free_survival(
        [[SD, PD], [SD, PD]], [[42.0, 100.0], [84.0, 200.0]], death_day=NEVER, planned=plan, rule="FDA-B"
    )
    assert moved.days.tolist() == [126.0, 200.0]  # no visit is left in the second plan


@pytest.mark.parametrize(
    ("assessed", "until", "missed"),
    [(42, 91, 0), (42, 92, 1), (42, 133, 1), (42, 134, 2), (42, 175, 2), (42, 176, 3), (42, np.inf, 0), (0, 7, 0)],
)
def test_missed_visits_by_interval(assessed: float, until: float, missed: int) -> None:
    assert EVERY_42.missed(np.array([float(assessed)]), np.array([float(until)])).tolist() == [missed]


@pytest.mark.parametrize(
    ("assessed", "until", "missed"),
    [(0, 49, 0), (0, 49.5, 1), (35, 91, 0), (34.5, 91, 1), (49, 92, 1), (49, 133, 1), (49, 134, 2), (0, np.inf, 0)],
)
def test_missed_visits_by_day(assessed: float, until: float, missed: int) -> None:
    plan = Planned(day=[42.0, 84.0, 126.0], window_days=7.0)
    assert plan.missed(np.array([float(assessed)]), np.array([float(until)])).tolist() == [missed]


def test_time_zero_at_infusion() -> None:
    codes = [[PD, SD, PD], [SD, SD, PD], [SD, SD, SD], [SD, SD, SD], [GAP, GAP, GAP]]
    found = progression_free_survival(
        codes,
        [[20.0, 70.0, 110.0]] * 5,
        death_day=[NEVER, NEVER, NEVER, 25.0, 60.0],
        new_therapy_day=[10.0, 80.0, NEVER, NEVER, NEVER],  # before the infusion it is bridging
        start_day=[30.0, 30.0, NEVER, 30.0, 30.0],
    )
    assert found.counted.tolist() == [True, True, False, False, True]
    assert found.days.tolist() == [80.0, 40.0, 0.0, 0.0, 30.0]
    assert found.event.tolist() == [True, False, False, False, True]
    assert [Reason(code) for code in found.reason] == [
        Reason.PROGRESSION,
        Reason.THERAPY_STARTED,
        Reason.NOT_STARTED,
        Reason.NOT_STARTED,
        Reason.DEATH,
    ]


@pytest.mark.parametrize(
    ("never_started", "counted", "event"),
    [
        ("left out", [True, False], [True, False]),
        ("censored", [True, True], [True, False]),
        ("event", [True, True], [True, True]),
    ],
)
def test_who_never_starts(never_started: Any, counted: list[bool], event: list[bool]) -> None:
    found = overall_survival([100.0, 40.0], start_day=[30.0, np.nan], cut_day=300.0, never_started=never_started)
    assert (found.days.tolist(), found.counted.tolist(), found.event.tolist()) == ([70.0, 0.0], counted, event)


def test_intervals_enclose_the_progression() -> None:
    found = progression_free_survival(
        [[SD, PD], [SD, SD], [SD, GAP]], [[42.0, 84.0]] * 3, death_day=[NEVER, NEVER, 70.0], cut_day=100.0
    )
    assert found.left_day.tolist() == [42.0, 84.0, 70.0]
    assert found.right_day.tolist() == [84.0, NEVER, 70.0]


def test_duration_of_response_keeps_the_reason() -> None:
    free = progression_free_survival(
        [[PR, PD], [SD, SD], [PR, GAP]], [[42.0, 84.0]] * 3, death_day=[NEVER, NEVER, 90.0], cut_day=100.0
    )
    found = duration_of_response(free, [42.0, np.nan, 42.0])
    assert found.because.tolist() == ["documented progression", "no response", "death"]
    assert (found.days.tolist(), found.counted.tolist()) == ([42.0, 0.0, 48.0], [True, False, True])
    assert (found.left_day.tolist(), found.right_day.tolist()) == ([0.0, 0.0, 48.0], [42.0, NEVER, 48.0])


def test_progression_and_death_compete() -> None:
    free = progression_free_survival(
        [[SD, PD], [SD, GAP], [SD, SD], [SD, GAP]],
        [[42.0, 84.0]] * 4,
        death_day=[NEVER, 60.0, NEVER, 300.0],
        cut_day=200.0,
    )
    found = time_to_progression(free)
    assert (found.days.tolist(), found.event.tolist()) == ([84.0, 60.0, 84.0, 42.0], [True, False, False, False])
    assert competing_status(found).tolist() == [1, 2, 0, 0]
    assert time_to_progression(free, deaths="assessment").days.tolist() == [84.0, 42.0, 84.0, 42.0]
    with pytest.raises(StudyError, match="deaths: unknown option"):
        time_to_progression(free, deaths="never")  # type: ignore[arg-type]


def test_response_competes_with_progression_and_death() -> None:
    free = progression_free_survival(
        [[PR, PD], [SD, PD], [SD, GAP], [SD, SD], [SD, PD]],
        [[42.0, 84.0]] * 5,
        death_day=[NEVER, NEVER, 60.0] + [NEVER] * 2,
    )
    found = time_to_response(free, [42.0, np.inf, np.nan, np.inf, 90.0])
    assert (found.days.tolist(), found.event.tolist()) == ([42.0, 84.0, 60.0, 84.0, 84.0], [True] + [False] * 4)
    assert competing_status(found).tolist() == [1, 2, 2, 0, 2]
    assert found.right_day.tolist() == [42.0, NEVER, NEVER, NEVER, NEVER]


def test_event_free_survival_names_the_event() -> None:
    found = event_free_survival(
        {"death": [90.0, np.nan, np.nan], "never infused": [90.0, 45.0, np.nan]},
        last_contact_day=[NEVER, NEVER, 80.0],
        cut_day=200.0,
    )
    assert found.because.tolist() == ["death", "never infused", "no event by last contact"]
    assert (found.days.tolist(), found.event.tolist()) == ([90.0, 45.0, 80.0], [True, True, False])
    assert competing_status(found).tolist() == [1, 1, 0]
    assert (found.left_day == found.days).all()


def test_overall_survival_says_why() -> None:
    found = overall_survival([100.0, np.nan, NEVER], last_contact_day=[NEVER, 90.0, NEVER], cut_day=150.0)
    assert found.because.tolist() == ["death", "no event by last contact", "no event by the data cut"]


def test_no_patients() -> None:
    assert overall_survival([], cut_day=100.0).days.shape == (0,)
    empty = progression_free_survival(np.zeros((0, 3), int), np.zeros((0, 3)), death_day=[])
    assert (empty.days.shape, empty.left_day.shape, duration_of_response(empty, []).days.shape) == ((0,), (0,), (0,))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: judge([SD], [42.0], rule="fda"), "rule: unknown option; value: fda; allowed: FDA, FDA-B, FDA-C, EMA"),
        (lambda: judge([SD], [np.nan]), "patient 1, visit 1: a response without a day"),
        (lambda: judge([99], [42.0]), "patient 1, visit 1: unknown response code; value: 99"),  # type: ignore[list-item]
        (lambda: judge([SD], [42.0], death_day=[1.0, 2.0]), "death_day: one day for all or one per patient"),
        (lambda: judge([SD], [42.0], never_started="never"), "never_started: unknown option"),
        (lambda: progression_free_survival([1, 2], [3.0, 4.0], death_day=NEVER), "patients by visits"),
        (lambda: overall_survival([100.0, NEVER]), "patient 2: followed without end"),
        (lambda: event_free_survival({}, cut_day=1.0), "name at least one event"),
        (lambda: CensoringRule("own", new_therapy="drop"), "new_therapy: unknown option"),  # type: ignore[arg-type]
        (lambda: CensoringRule("own", missed_visits_allowed=-1), "cannot be negative"),
        (lambda: Planned(), "exactly one"),
        (lambda: Planned(interval_days=0.0), "interval_days: an interval is a positive number"),
        (lambda: Planned(interval_days=42.0, window_days=-1.0), "window_days: a window is 0 days or more"),
    ],
)
def test_misuse_says_what_and_where(call: Any, message: str) -> None:
    with pytest.raises(StudyError) as caught:
        call()
    assert message in str(caught.value)
