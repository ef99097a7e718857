"""Laws of the course: who gets the cells and when, and what waiting, dose and number of infusions can and cannot do."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adoptive.cohort import Cohort
from adoptive.course import Course, Plan, follow_cells
from adoptive.facility import doses_available
from adoptive.kinetics.observe import lesion_diameters_mm
from adoptive.parameters import Typical
from adoptive.trial.types import Followed
from adoptive.trial.ward import copies_of, crs_of, window_of

PEOPLE = 300
LEAD = 5.0


@pytest.fixture(scope="module")
def people(entrants: Cohort) -> Cohort:
    return entrants.take(np.arange(PEOPLE))


def follow(cohort: Cohort, plan: Plan, *, days: float = 365.0, **changes: dict[str, Any]) -> Course:
    """Follow the cell arm for some days under a plan with changed sections."""
    sections = {name: dataclasses.replace(getattr(plan, name), **fields) for name, fields in changes.items()}
    shorter = dataclasses.replace(plan, horizon_days=days, **sections)
    return follow_cells(cohort, shorter, end_day=np.full(len(cohort), days))


@pytest.fixture(scope="module")
def base(people: Cohort, plan: Plan) -> Course:
    return follow(people, plan)


@pytest.fixture(scope="module")
def arms(followed: Followed) -> dict[str, tuple[Course, np.ndarray]]:
    """Give the two courses with cells of the six trials and everybody's last day."""
    assert followed.crossed is not None
    return {
        "cells": (followed.cells, followed.end_day[followed.cells_rows]),
        "crossed": (followed.crossed, followed.end_day[followed.crossed_rows]),
    }


ARMS = pytest.mark.parametrize("arm", ["cells", "crossed"])


@ARMS
def test_nobody_is_infused_after_death_leaving_or_the_cut(arms: dict[str, Any], arm: str) -> None:
    course, end = arms[arm]
    day, given = course.infusion_day, np.isfinite(course.infusion_day)
    fate = course.reading.fate
    assert given.any()
    for last in (fate.death_day, fate.withdrawal_day, end):
        assert (day <= last[:, None])[given].all()


@ARMS
def test_nobody_starts_lymphodepletion_when_he_is_lost(arms: dict[str, Any], arm: str) -> None:
    """Dead, unfit or gone, as last seen: a patient is seen on the recorded days, daily at first and weekly later."""
    course, end = arms[arm]
    start, given = course.infusion_day - LEAD, np.isfinite(course.infusion_day)
    day = course.trajectory.day
    seen = day[np.searchsorted(day, np.where(given, start, 0.0), side="right") - 1]
    lost = course.reading.fate.lost_day[:, None]
    assert (seen < lost)[given].all()
    assert (start < end[:, None])[given].all()
    assert (start < lost)[given].mean() > 0.97, "hardly anybody is lost between the day he was seen and the decision"


@ARMS
def test_the_first_infusion_follows_the_release_by_the_lymphodepletion(arms: dict[str, Any], arm: str) -> None:
    course, _ = arms[arm]
    got = course.treated
    assert (got <= course.product.released).all()
    np.testing.assert_allclose(course.infusion_day[got, 0], np.ceil(course.product.ready_day[got]) + LEAD)
    assert np.isinf(course.infusion_day[~got]).all()


@ARMS
def test_the_recist_baseline_is_the_lymphodepletion_of_those_who_get_one(arms: dict[str, Any], arm: str) -> None:
    """Everybody else keeps the day of randomisation."""
    course, end = arms[arm]
    baseline, got = course.reading.baseline_day, course.treated
    np.testing.assert_allclose(baseline[got], course.infusion_day[got, 0] - LEAD)
    prepared = baseline > 0
    assert (got <= prepared).all()
    assert (baseline < end).all()
    assert (prepared & ~got).mean() < 0.05, "few are prepared and do not live to the infusion"


@ARMS
def test_further_infusions_keep_the_interval_and_the_number(arms: dict[str, Any], arm: str) -> None:
    course, _ = arms[arm]
    day = course.infusion_day
    given = np.isfinite(day)
    assert day.shape[1] == 3
    assert (given[:, 1:] <= given[:, :-1]).all()
    for number in (1, 2):
        again = given[:, number]
        assert again.any()
        np.testing.assert_allclose(day[again, number] - day[again, number - 1], 56.0, rtol=1e-9)


@ARMS
def test_no_further_infusion_after_progression(arms: dict[str, Any], arm: str) -> None:
    course, _ = arms[arm]
    start, progressed = course.infusion_day[:, 1:] - LEAD, course.reading.progression_day
    given = np.isfinite(start)
    assert (start < progressed[:, None])[given].all()


@ARMS
def test_no_more_infusions_than_doses(arms: dict[str, Any], arm: str) -> None:
    course, _ = arms[arm]
    overfill = course.typical.at("facility.overfill", course.cohort.keys)
    doses = doses_available(course.product, dose_cells=2.5e8, overfill=overfill)
    given = np.isfinite(course.infusion_day).sum(axis=1)
    assert (given <= doses).all()
    assert (given[doses == 1] <= 1).all()


def test_repeats_wait_for_the_counts(arms: dict[str, Any]) -> None:
    """On the day of decision neutrophils are at least 1.0 and platelets 75 x 1e9/L."""
    course, _ = arms["cells"]
    trajectory = course.trajectory
    for number in (1, 2):
        row = np.flatnonzero(np.isfinite(course.infusion_day[:, number]))
        at = np.searchsorted(trajectory.day, course.infusion_day[row, number] - LEAD, side="right") - 1
        assert (trajectory.of("ANC")[row, at] >= 1.0).all()
        assert (trajectory.of("PLT")[row, at] >= 75.0).all()


def test_cells_are_in_blood_after_the_infusion_and_never_before(base: Course) -> None:
    copies, day = copies_of(base), base.trajectory.day
    first = np.where(base.treated, base.infusion_day[:, 0], np.inf)
    assert (copies[day[None, :] <= first[:, None]] == 0).all()
    soon = (day[None, :] > first[:, None]) & (day[None, :] <= first[:, None] + 14)
    soon &= day[None, :] <= base.trajectory.now[:, None]
    seen = soon.any(axis=1)
    assert (np.where(soon, copies, 0).max(axis=1)[seen] > 0).all()
    assert seen.sum() > 0.6 * PEOPLE


@pytest.mark.parametrize("most", [0, 1, 2])
def test_the_number_of_infusions_has_its_maximum(people: Cohort, plan: Plan, base: Course, most: int) -> None:
    course = follow(people, plan, infusion={"max_infusions": most})
    given = np.isfinite(course.infusion_day).sum(axis=1)
    assert given.max() == most
    assert (given == np.minimum(np.isfinite(base.infusion_day).sum(axis=1), most)).all()
    assert course.treated.tolist() == (base.treated.tolist() if most else [False] * PEOPLE)


def test_a_protocol_without_repeats_gives_one_infusion(people: Cohort, plan: Plan) -> None:
    course = follow(people, plan, infusion={"repeat_rule": "never"})
    assert np.isfinite(course.infusion_day).sum(axis=1).max() == 1


def test_without_cells_nothing_expands_and_nobody_is_feverish(people: Cohort, plan: Plan) -> None:
    course = follow(people, plan, infusion={"dose_cells": 0.0})
    assert course.treated.any()
    assert (copies_of(course) == 0).all()
    for name in ("M_b", "F_b", "X_b"):
        assert (course.trajectory.of(name) == 0).all()
    assert (crs_of(course).maximum_grade == 0).all()
    assert (course.trajectory.fired == 0).all(), "no tocilizumab without cytokine release"


def test_a_larger_dose_is_seen_in_blood(people: Cohort, plan: Plan, base: Course) -> None:
    """Peak transgene copies of the same patients who get one infusion of either dose."""
    low, full = (
        follow(people, plan, days=90.0, infusion={"max_infusions": 1, "dose_cells": dose}) for dose in (2.5e7, 2.5e8)
    )
    both = low.treated & full.treated
    assert both.sum() > 0.5 * PEOPLE
    peaks = [copies_of(course).max(axis=1)[both] for course in (low, full)]
    assert (peaks[1] > peaks[0]).mean() > 0.95


@pytest.mark.parametrize("field", ["release_days", "culture_days", "apheresis_delay_days"])
def test_waiting_longer_infuses_nobody_more(people: Cohort, plan: Plan, field: str) -> None:
    """On the same patients: whoever gets the cells after the longer wait gets them after the shorter one."""
    # Culture also changes the cells and their purity; a dose that every culture gives, and exceptions, take that away.
    easy = {"minimum_viability": 0.0, "minimum_car_positive": 0.0}
    easy |= {"out_of_specification": "exception", "exception_viability": 0.0}
    small = {"dose_cells": 1e5, "max_infusions": 1}
    got = [
        follow(people, plan, days=200.0, facility=easy | {field: days}, infusion=small).treated
        for days in (7.0, 14.0, 30.0, 60.0)
    ]
    assert all((long <= short).all() for short, long in itertools.pairwise(got))
    assert got[0].mean() > got[-1].mean() + 0.1
    assert 0 < got[-1].sum()


def test_a_stricter_release_infuses_nobody_more(people: Cohort, plan: Plan) -> None:
    got = [
        follow(people, plan, days=150.0, facility={"minimum_viability": limit, "attempts": 1}).treated
        for limit in (0.5, 0.7, 0.9)
    ]
    assert all((strict <= lax).all() for lax, strict in itertools.pairwise(got))
    assert got[0].sum() > got[-1].sum()


def test_the_infused_share_emerges(followed: Followed) -> None:
    """It differs between trials, and nobody typed it in: the published 88 of 104 lies among them."""
    trial = followed.cohort.keys.trial[followed.cells_rows]
    share = np.array([followed.cells.treated[trial == t].mean() for t in np.unique(trial)])
    assert len(np.unique(share)) > 2
    assert share.min() > 0.6
    assert share.max() < 0.98


def test_every_scan_lies_between_recorded_days(followed: Followed) -> None:
    """Its reading is interpolated; a day that was not recorded yet would count as a tumour of nothing."""
    assert followed.crossed is not None
    for course in (followed.cells, followed.crossed, followed.choice):
        day, grid = course.reading.scans.day, course.trajectory.day
        there = np.isfinite(day)
        after = grid[np.searchsorted(grid, np.where(there, day, 0.0), side="left")]
        assert (after <= course.trajectory.now[:, None])[there].all()


def test_what_is_read_is_what_was_there(people: Cohort, plan: Plan, published: Callable[..., Typical]) -> None:
    """With a perfect reader the sum of large lesions is the true one, also on the last days before the cut."""
    exact = dataclasses.replace(plan, typical=published(outcome__reader_sd=0.0))
    course = follow(people, exact, days=330.4)
    reading, day = course.reading, course.trajectory.day
    true = lesion_diameters_mm(course.trajectory, course.body)
    row, visit = np.nonzero(reading.scans.done & np.isfinite(reading.scans.day))
    assert (reading.scans.day[row, visit] > 300).any()
    for r, v in zip(row, visit, strict=True):
        recorded = day <= course.trajectory.now[r]
        for lesion in range(5):
            there = np.interp(reading.scans.day[r, v], day[recorded], true[r, recorded, lesion])
            if there > 5.0 and people.lesion_diameter_mm[r, lesion] > 0:
                assert reading.scans.diameter_mm[r, v, lesion] == pytest.approx(there, rel=1e-9)


def test_a_patients_course_does_not_depend_on_who_else_is_followed(people: Cohort, plan: Plan, base: Course) -> None:
    """To the last bit: infusions, fate, scans and responses."""
    some = np.arange(0, PEOPLE, 7)
    alone = follow(people.take(some), plan)
    assert alone.infusion_day.tobytes() == base.infusion_day[some].tobytes()
    for name, values in alone.reading.fate.__dict__.items():
        assert values.tobytes() == getattr(base.reading.fate, name)[some].tobytes(), name
    assert alone.reading.scans.day.tobytes() == base.reading.scans.day[some].tobytes()
    assert alone.reading.assessed.response.tolist() == base.reading.assessed.response[some].tolist()


def test_a_cohort_of_one_has_a_course(people: Cohort, plan: Plan, base: Course) -> None:
    row = int(np.flatnonzero(np.isfinite(base.infusion_day[:, 1]))[0])
    alone = follow(people.take(np.array([row])), plan)
    assert alone.infusion_day.tolist() == base.infusion_day[[row]].tolist()


def test_a_regimen_that_starts_earlier_is_given_whole(people: Cohort, plan: Plan, base: Course) -> None:
    """Doses before day -5 are given too: the infusion waits for them."""
    earlier = tuple(
        dataclasses.replace(drug, days=tuple(day - 2 for day in drug.days)) for drug in plan.infusion.lymphodepletion
    )
    course = follow(people, plan, infusion={"lymphodepletion": earlier})
    both = base.treated & course.treated
    assert both.sum() > 100
    np.testing.assert_allclose(course.infusion_day[both, 0] - base.infusion_day[both, 0], 2.0)
    lowest = [np.where(c.trajectory.of("L") > 0, c.trajectory.of("L"), np.inf).min(axis=1) for c in (base, course)]
    np.testing.assert_allclose(lowest[1][both], lowest[0][both], rtol=0.2)


def test_toxicity_is_looked_for_only_while_a_patient_is_followed(base: Course) -> None:
    last = np.minimum(np.minimum(base.reading.fate.last_contact_day, base.end_day), base.trajectory.now)
    seen = window_of(base)
    assert seen.any()
    assert (
        np.broadcast_to(base.trajectory.day, seen.shape)[seen] <= np.broadcast_to(last[:, None], seen.shape)[seen]
    ).all()
