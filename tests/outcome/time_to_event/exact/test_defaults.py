"""The censoring table of the FDA guidance, situation by situation, and overall survival and duration of response."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.outcome.events.time_to_event import (
    TimeToEvent,
    duration_of_response,
    overall_survival,
    progression_free_survival,
)
from adoptive.outcome.types import Response

PR, SD, PD, NE, GAP = Response.PR, Response.SD, Response.PD, Response.NE, Response.NOT_DONE
NEVER = np.inf


def pfs(codes: list[Response], death: float = NEVER, **options: Any) -> tuple[float, bool]:
    """Judge visits every 42 days."""
    days = [42.0 * (k + 1) for k in range(len(codes))]
    found = progression_free_survival(np.array([codes]), np.array([days]), death_day=death, **options)
    return float(found.days[0]), bool(found.event[0])


@pytest.mark.parametrize(
    ("codes", "death", "options", "expected"),
    [
        pytest.param([SD, SD, PD, SD], NEVER, {}, (126, True), id="progression at a visit"),
        pytest.param([SD, PD, PD], 130, {}, (84, True), id="the first progression counts"),
        pytest.param([SD, SD, SD], NEVER, {}, (126, False), id="no progression: last adequate assessment"),
        pytest.param([SD, SD, NE], NEVER, {}, (84, False), id="an assessment that cannot be judged is not adequate"),
        pytest.param([GAP, GAP, GAP], NEVER, {}, (0, False), id="no assessment: randomisation"),
        pytest.param([NE, NE, NE], NEVER, {}, (0, False), id="no adequate assessment: randomisation"),
        pytest.param([GAP, GAP, GAP], 30, {}, (30, True), id="death before the first visit"),
        pytest.param([GAP, GAP, GAP], 60, {}, (60, True), id="death before the second visit"),
        pytest.param([GAP, GAP, GAP], 90, {}, (0, False), id="death after two visits without any assessment"),
        pytest.param([SD, SD, GAP], 100, {}, (100, True), id="death between assessments"),
        pytest.param([SD, GAP, GAP, GAP], 120, {}, (120, True), id="death after one missed visit"),
        pytest.param([SD, GAP, GAP, GAP], 127, {}, (42, False), id="death after two missed visits"),
        pytest.param([SD, NE, GAP, GAP], 127, {}, (42, False), id="a visit that cannot be judged counts as missed"),
        pytest.param([SD, GAP, PD], NEVER, {}, (126, True), id="progression after one missed visit"),
        pytest.param([SD, GAP, GAP, PD], NEVER, {}, (42, False), id="progression after two missed visits"),
        pytest.param([SD, GAP, GAP, SD, PD], NEVER, {}, (210, True), id="only the gap before the event counts"),
        pytest.param([SD, GAP, GAP, PD], NEVER, {"missed_visits_allowed": 2}, (168, True), id="more may be allowed"),
        pytest.param([SD, GAP, PD], NEVER, {"missed_visits_allowed": 0}, (42, False), id="or none"),
        pytest.param([SD, SD, PD], NEVER, {"cut_day": 100}, (84, False), id="progression after the cut"),
        pytest.param([SD, SD, PD], NEVER, {"cut_day": 126}, (126, True), id="progression on the day of the cut"),
        pytest.param([SD, SD], 101, {"cut_day": 100}, (84, False), id="death after the cut"),
        pytest.param([SD, SD], 100, {"cut_day": 100}, (100, True), id="death on the day of the cut"),
        pytest.param([SD, SD, SD], 90, {"last_contact_day": 50}, (42, False), id="withdrew: later news is not seen"),
        pytest.param([SD, PD], NEVER, {"new_therapy_day": 60}, (42, False), id="new therapy: last assessment before"),
        pytest.param([SD, SD, GAP], 100, {"new_therapy_day": 95}, (84, False), id="death after a new therapy"),
        pytest.param([], 50, {}, (50, True), id="no visits planned, death"),
        pytest.param([], NEVER, {}, (0, False), id="no visits planned, alive"),
    ],
)
def test_censoring_table(
    codes: list[Response], death: float, options: dict[str, Any], expected: tuple[float, bool]
) -> None:
    assert pfs(codes, death, **options) == expected


def test_unplanned_visits_are_not_missed() -> None:
    found = progression_free_survival(np.array([[SD, GAP, GAP]]), np.array([[42.0, NEVER, NEVER]]), death_day=[300.0])
    assert (found.days.tolist(), found.event.tolist()) == ([300.0], [True])


def test_overall_survival_censors_at_the_first_of_contact_and_cut() -> None:
    found = overall_survival([100.0, NEVER, 300.0, 200.0], last_contact_day=[NEVER, 150.0, NEVER, 150.0], cut_day=250.0)
    assert found.days.tolist() == [100.0, 150.0, 250.0, 150.0]
    assert found.event.tolist() == [True, False, False, False]
    assert overall_survival(250.0, cut_day=250.0).event.tolist() == [True]


def test_duration_of_response_starts_at_the_response() -> None:
    progression_free = TimeToEvent(np.array([200.0, 200.0, 90.0]), np.array([True, False, True]))
    found = duration_of_response(progression_free, np.array([84.0, 42.0, NEVER]))
    assert found.days.tolist() == [116.0, 158.0, 0.0]
    assert found.event.tolist() == [True, False, False]


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_laws_of_whole_cohorts(seed: int) -> None:
    rng = np.random.default_rng(seed)
    patients = 25
    codes = rng.choice([0, 1, 2, 3, 3, 3, 3, 4, 5], (patients, 9))
    day = np.cumsum(rng.uniform(30, 60, codes.shape), axis=1)
    death = np.where(rng.random(patients) < 0.6, rng.uniform(1, 600, patients), np.inf)
    contact, cut = rng.uniform(100, 900, patients), rng.uniform(100, 900, patients)
    options: dict[str, Any] = {"death_day": death, "last_contact_day": contact, "cut_day": cut}
    free, alive = progression_free_survival(codes, day, **options), overall_survival(**options)
    assert np.isfinite(free.days).all()
    assert (free.days <= alive.days).all()  # nobody progresses after death, contact or cut
    assert (alive.event | ~free.event | (free.days < alive.days)).all()
    tolerant = progression_free_survival(codes, day, missed_visits_allowed=99, **options)
    assert (tolerant.event >= free.event).all()
    first_progression = np.where((codes == PD) & (day <= np.minimum(contact, cut)[:, None]), day, np.inf).min(axis=1)
    seen_death = np.where(alive.event, death, np.inf)
    expected = np.minimum(first_progression, seen_death)
    assert (tolerant.event == np.isfinite(expected)).all()
    assert (tolerant.days[tolerant.event] == expected[tolerant.event]).all()
    order = rng.permutation(patients)
    moved = progression_free_survival(codes[order], day[order], **{k: v[order] for k, v in options.items()})
    assert (moved.days == free.days[order]).all()
    assert (moved.event == free.event[order]).all()
