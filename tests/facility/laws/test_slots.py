"""Laws of the queue: nobody overtakes, no usable slot stays empty, more slots delay nobody, order is irrelevant."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from adoptive.cohort import Cohort
from adoptive.errors import AdoptiveError, StudyError
from adoptive.facility import Process
from adoptive.facility.queue import SlotAssignment, assign_slots, queue_for_slots
from adoptive.facility.slots import Slots
from adoptive.trial.types import Study
from adoptive.units import DAYS_PER_MONTH

Floats = NDArray[np.float64]

PATIENTS = st.integers(1, 25)
SEEDS = st.integers(0, 10_000)
PRIORITIES = ("first come", "sickest first", "most likely to complete")


def _people(number: int, seed: int, *, whole: bool = False) -> tuple[Floats, Floats, Floats, Floats]:
    """Draw days of asking, days of leaving, holding times and severities; whole days make ties."""
    draw = np.random.default_rng(seed)
    asked, patience = draw.uniform(0, 60, number), draw.exponential(40, number)
    asked, patience = (np.floor(asked), np.ceil(patience)) if whole else (asked, patience)
    return asked, asked + patience, draw.uniform(1, 30, number), draw.integers(0, 4, number).astype(float)


def _assign(slots: Slots | None, number: int, seed: int, *, whole: bool = False) -> SlotAssignment:
    asked, leave, held, severity = _people(number, seed, whole=whole)
    return assign_slots(asked, leave, slots=slots, held_days=held, severity=severity, chance=severity)


@given(PATIENTS, SEEDS, st.sampled_from(PRIORITIES), st.booleans(), st.sampled_from([(3.0, 0), (None, 2), (9.0, 1)]))
@settings(max_examples=150, deadline=None)
def test_everybody_starts_between_asking_and_leaving(
    number: int, seed: int, priority: str, whole: bool, capacity: tuple[float | None, int]
) -> None:
    slots = Slots(per_month=capacity[0], places=capacity[1], priority=priority)  # type: ignore[arg-type]
    asked, leave, held, _ = _people(number, seed, whole=whole)
    got = _assign(slots, number, seed, whole=whole)
    assert (got.reneged == np.isinf(got.start_day)).all()
    here = ~got.reneged
    assert (got.start_day[here] >= asked[here] - 1e-9).all()
    assert (got.start_day[here] < leave[here]).all()
    np.testing.assert_allclose(got.waited_days[here], (got.start_day - asked)[here])
    np.testing.assert_allclose(got.waited_days[got.reneged], (leave - asked)[got.reneged])
    if slots.per_month is not None:
        number_of_start = got.start_day[here] * slots.per_month / DAYS_PER_MONTH
        np.testing.assert_allclose(number_of_start, np.round(number_of_start), atol=1e-9)
        assert len(np.unique(np.round(number_of_start))) == here.sum()
    if slots.places:
        busy = [((got.start_day <= day) & (got.start_day + held > day + 1e-9)).sum() for day in got.start_day[here]]
        assert max(busy, default=0) <= slots.places


@given(PATIENTS, SEEDS, st.sampled_from([Slots(per_month=4), Slots(places=2), Slots(per_month=10, places=3)]))
@settings(max_examples=100, deadline=None)
def test_first_come_never_overtakes(number: int, seed: int, slots: Slots) -> None:
    asked, leave, _, _ = _people(number, seed)
    got = _assign(slots, number, seed)
    for late in np.flatnonzero(~got.reneged):
        earlier = (asked < asked[late]) & (leave > got.start_day[late])
        assert (got.start_day[earlier] <= got.start_day[late]).all()


@given(PATIENTS, SEEDS, st.sampled_from(["sickest first", "most likely to complete"]))
@settings(max_examples=100, deadline=None)
def test_nobody_is_called_while_one_who_goes_before_him_waits(number: int, seed: int, priority: str) -> None:
    asked, leave, _, severity = _people(number, seed)
    got = _assign(Slots(per_month=5, places=2, priority=priority), number, seed)  # type: ignore[arg-type]
    for called in np.flatnonzero(~got.reneged):
        day = got.start_day[called]
        waiting = (asked <= day) & (leave > day) & (got.start_day > day)
        assert (severity[waiting] <= severity[called]).all()


@given(PATIENTS, SEEDS, st.sampled_from(PRIORITIES))
@settings(max_examples=100, deadline=None)
def test_no_start_of_the_calendar_is_lost_while_somebody_waits(number: int, seed: int, priority: str) -> None:
    asked, leave, _, _ = _people(number, seed)
    got = _assign(Slots(per_month=6, priority=priority), number, seed)  # type: ignore[arg-type]
    gap = DAYS_PER_MONTH / 6
    for day in gap * np.arange(int(150 / gap)):
        waiting = (asked <= day) & (np.minimum(leave, got.start_day) > day)
        assert not waiting.any() or np.isclose(got.start_day, day).any()


@given(PATIENTS, SEEDS, st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_no_room_stays_empty_while_somebody_waits(number: int, seed: int, places: int) -> None:
    asked, leave, held, _ = _people(number, seed)
    got = _assign(Slots(places=places), number, seed)
    for day in np.linspace(0.5, 120, 60):
        waiting = ((asked < day) & (np.minimum(leave, got.start_day) > day)).sum()
        busy = ((got.start_day <= day) & (got.start_day + held > day)).sum()
        assert waiting == 0 or busy == places


@given(PATIENTS, SEEDS, st.integers(2, 5))
@settings(max_examples=100, deadline=None)
def test_more_starts_delay_nobody_under_first_come(number: int, seed: int, times: int) -> None:
    """Every start of the thinner calendar is one of the denser calendar, too; patients may leave."""
    few, many = (_assign(Slots(per_month=rate), number, seed) for rate in (2.0, 2.0 * times))
    assert (many.start_day <= few.start_day + 1e-9).all()
    assert many.reneged.sum() <= few.reneged.sum()


@given(PATIENTS, SEEDS, st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_one_more_room_delays_nobody_under_first_come(number: int, seed: int, places: int) -> None:
    """Among patients who stay; else a room may be held by one who would have left, and another waits longer."""
    asked, _, held, _ = _people(number, seed)
    few, many = (assign_slots(asked, slots=Slots(places=rooms), held_days=held) for rooms in (places, places + 1))
    assert (many.start_day <= few.start_day + 1e-9).all()


@given(PATIENTS, SEEDS, st.sampled_from(PRIORITIES))
@settings(max_examples=100, deadline=None)
def test_the_order_of_the_patients_is_irrelevant(number: int, seed: int, priority: str) -> None:
    slots = Slots(per_month=5, places=3, priority=priority)  # type: ignore[arg-type]
    asked, leave, held, severity = _people(number, seed)
    severity = severity + np.random.default_rng(seed).uniform(0, 0.5, number)
    got = assign_slots(asked, leave, slots=slots, held_days=held, severity=severity, chance=severity)
    order = np.random.default_rng(seed + 1).permutation(number)
    again = assign_slots(
        asked[order], leave[order], slots=slots, held_days=held[order], severity=severity[order], chance=severity[order]
    )
    np.testing.assert_array_equal(again.start_day, got.start_day[order])


def test_ties_go_by_the_patients_number() -> None:
    got = assign_slots([3.0, 3.0, 3.0], slots=Slots(places=1), held_days=2.0)
    assert got.start_day.tolist() == [3.0, 5.0, 7.0]


def test_all_who_ask_on_a_day_are_on_the_list_before_anybody_is_called() -> None:
    for slots in (Slots(places=1, priority="sickest first"), Slots(per_month=1, priority="sickest first")):
        got = assign_slots([0.0, 0.0], slots=slots, held_days=5.0, severity=np.array([1.0, 2.0]))
        assert got.start_day[1] == 0.0 < got.start_day[0]


def test_without_slots_everybody_starts_on_the_day_of_asking() -> None:
    got = assign_slots([3.0, 5.0, np.inf], [9.0, 5.0, 9.0], slots=None)
    assert got.start_day.tolist() == [3.0, np.inf, np.inf]
    assert got.reneged.tolist() == [False, True, False]
    assert got.waited_days.tolist() == [0.0, 0.0, 0.0]


def test_a_start_on_the_day_of_leaving_comes_too_late() -> None:
    got = assign_slots([1.0, 1.0], [DAYS_PER_MONTH, np.nextafter(DAYS_PER_MONTH, 99)], slots=Slots(per_month=1))
    assert got.start_day.tolist() == [np.inf, DAYS_PER_MONTH]


def test_nobody_asks() -> None:
    got = assign_slots([], slots=Slots(places=1))
    assert got.start_day.shape == got.waited_days.shape == (0,)


@pytest.mark.parametrize(
    ("asked", "options", "said"),
    [
        ([np.nan], {}, "request_day"),
        ([-1.0], {}, "request_day"),
        ([1.0], {"leave_day": np.nan}, "leave_day"),
        ([1.0], {"held_days": -1.0}, "held_days"),
        ([1.0], {"slots": Slots(places=1, priority="sickest first")}, "severity"),
        ([1.0], {"slots": Slots(places=1, priority="most likely to complete")}, "chance"),
    ],
)
def test_days_that_cannot_be_meant_are_refused(asked: list[float], options: dict[str, object], said: str) -> None:
    with pytest.raises(AdoptiveError, match=said):
        assign_slots(asked, **({"slots": Slots(places=1)} | options))  # type: ignore[arg-type]


def test_slots_that_limit_nothing_are_refused() -> None:
    with pytest.raises(StudyError, match=r"facility\.slots"):
        Slots()


@pytest.fixture
def process(study: Study) -> Process:
    return study.facility


def test_every_trial_has_the_facility_to_itself(process: Process, candidates: Cohort) -> None:
    import dataclasses

    donors = candidates.take(np.arange(60))
    asked = np.random.default_rng(1).uniform(0, 90, 60)
    trial = np.arange(60) % 3
    slots = dataclasses.replace(process, slots=Slots(per_month=4, priority="sickest first"))
    together = queue_for_slots(slots, donors, asked, asked + 60.0, trial)
    for number in range(3):
        rows = trial == number
        alone = queue_for_slots(slots, donors.take(rows), asked[rows], asked[rows] + 60.0, trial[rows])
        np.testing.assert_array_equal(together[rows], alone)
    assert np.isinf(together).any()
    free = queue_for_slots(process, donors, asked, asked + 60.0, trial)
    np.testing.assert_array_equal(free, asked)


def test_the_sickest_wait_least_where_they_go_first(process: Process, candidates: Cohort) -> None:
    import dataclasses

    donors = candidates.take(np.arange(400))
    asked = np.linspace(0, 400, 400)
    sick = donors.frailty > np.median(donors.frailty)
    waits = {}
    for priority in PRIORITIES:
        slots = dataclasses.replace(process, slots=Slots(per_month=25, priority=priority))  # type: ignore[arg-type]
        waited = queue_for_slots(slots, donors, asked, np.full(400, np.inf), np.zeros(400, np.int64)) - asked
        waits[priority] = waited[sick].mean() - waited[~sick].mean()
    assert waits["sickest first"] < waits["first come"] < waits["most likely to complete"]
