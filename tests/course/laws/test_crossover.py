"""Laws of the controls: their drug and calendar, and the way of those who change to the cells."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from adoptive.cohort import Cohort
from adoptive.course import Course, Plan, follow_choice
from adoptive.infusion import Choice, choose_drugs
from adoptive.kinetics.observe import lesion_diameters_mm
from adoptive.trial.types import Followed, Study

PEOPLE = 300


@pytest.fixture(scope="module")
def people(entrants: Cohort) -> Cohort:
    return entrants.take(np.arange(PEOPLE))


@pytest.fixture(scope="module")
def drugs(study: Study, people: Cohort, plan: Plan) -> Choice:
    return choose_drugs(study.trial.arms[1].drugs, people, typical=plan.typical, streams=plan.streams)


def follow(people: Cohort, plan: Plan, choice: Choice) -> Course:
    year = dataclasses.replace(plan, horizon_days=365.0)
    return follow_choice(people, year, end_day=np.full(len(people), 365.0), choice=choice)


@pytest.fixture(scope="module")
def base(people: Cohort, plan: Plan, drugs: Choice) -> Course:
    return follow(people, plan, drugs)


def test_controls_have_no_product_and_no_cells(base: Course) -> None:
    assert base.product is None
    assert np.isinf(base.infusion_day).all()
    assert (base.trajectory.of("E_b") == 0).all()
    assert base.treated.all()


def test_a_stronger_drug_leaves_less_tumour_and_hastens_nothing(
    people: Cohort, plan: Plan, drugs: Choice, base: Course
) -> None:
    """On the same patients, to the solver's tolerance."""
    stronger = follow(people, plan, dataclasses.replace(drugs, kill_per_day=3 * drugs.kill_per_day))
    sizes = [lesion_diameters_mm(course.trajectory, course.body).sum(axis=2) for course in (base, stronger)]
    seen = base.trajectory.day[None, :] <= np.minimum(base.trajectory.now, stronger.trajectory.now)[:, None]
    assert (sizes[1] <= sizes[0] * 1.001)[seen].all()
    for name in ("death_day", "unfit_day", "new_lesion_day"):
        weak, strong = (getattr(course.reading.fate, name) for course in (base, stronger))
        # What would have happened after the last recorded day is nobody's business.
        assert (strong >= np.minimum(weak, base.trajectory.now) - 0.05).all(), name
    assert np.isfinite(stronger.reading.fate.death_day).sum() < np.isfinite(base.reading.fate.death_day).sum()


def test_who_refuses_is_followed_without_treatment(people: Cohort, plan: Plan, drugs: Choice) -> None:
    refused = follow(people, plan, drugs.withhold(np.ones(PEOPLE, bool)))
    harmless = follow(people, plan, dataclasses.replace(drugs, kill_per_day=np.zeros(PEOPLE)))
    assert not refused.treated.any()
    np.testing.assert_allclose(refused.reading.fate.death_day, harmless.reading.fate.death_day, rtol=1e-3)


def test_scans_follow_each_drugs_calendar_from_randomisation_whatever_day_it_starts_on(
    base: Course, drugs: Choice
) -> None:
    """Every scan lies within a planned visit's window, but at most two for symptoms; no planned visit is left out."""
    assert drugs.start_day.max() > 7.0
    day = base.reading.scans.day
    there = np.isfinite(day)
    planned = np.arange(1, day.shape[1] + 1) * drugs.scan_interval_days[:, None]
    within = np.abs(day[:, :, None] - planned[:, None, :]) <= 7.0 + 1e-9
    assert ((there & ~within.any(axis=2)).sum(axis=1) <= 2).all()
    assert within.any(axis=2)[there].mean() > 0.6
    # Nobody's calendar stops before his last scan: each visit planned a window earlier has its scan.
    due = planned < np.where(there, day, -np.inf).max(axis=1)[:, None] - 7.0
    assert within.any(axis=1)[due].all()
    assert set(drugs.scan_interval_days) == {42.0, 56.0}


def test_scans_end_with_the_patients_last_contact(base: Course) -> None:
    day, fate = base.reading.scans.day, base.reading.fate
    there = np.isfinite(day)
    assert (day <= np.minimum(fate.last_contact_day, 365.0)[:, None])[there].all()


def test_cells_are_ordered_only_after_progression(followed: Followed) -> None:
    crossed, choice = followed.crossed, followed.choice
    assert crossed is not None
    at = np.searchsorted(followed.choice_rows, followed.crossed_rows)
    progressed = choice.reading.progression_day[at]
    assert np.isfinite(progressed).all()
    assert (progressed < choice.reading.fate.lost_day[at]).all()
    assert (progressed < followed.end_day[followed.crossed_rows]).all()
    assert crossed.product is not None
    assert (crossed.product.apheresis_day > progressed).all()
    given = np.isfinite(crossed.infusion_day[:, 0])
    assert (crossed.infusion_day[given, 0] > progressed[given] + 10).all()
    assert 0 < given.sum() < len(given), "of those who ask, some get the cells and some do not"


def test_not_everybody_who_progresses_asks(followed: Followed) -> None:
    """The share of able controls who ask is about the published uptake of 0.70, give or take six trials' doubt."""
    choice = followed.choice
    day, fate = choice.reading.progression_day, choice.reading.fate
    able = (day < fate.lost_day) & (day < followed.end_day[followed.choice_rows])
    assert 0.5 < len(followed.crossed_rows) / able.sum() < 0.9


def test_until_the_change_a_control_lives_the_same_life(followed: Followed) -> None:
    """The tumour of those who change is the same up to the day of progression, to the solver's tolerance."""
    crossed, choice = followed.crossed, followed.choice
    assert crossed is not None
    at = np.searchsorted(followed.choice_rows, followed.crossed_rows)
    progressed = choice.reading.progression_day[at]
    before = crossed.trajectory.day[None, :] <= progressed[:, None]
    one, other = (lesion_diameters_mm(course.trajectory, course.body).sum(axis=2) for course in (choice, crossed))
    np.testing.assert_allclose(other[before], one[at][before], rtol=2e-3)
    assert (crossed.reading.fate.death_day > progressed).all()


def test_survival_of_those_who_change_counts_from_randomisation(followed: Followed) -> None:
    crossed = followed.crossed
    assert crossed is not None
    first = crossed.infusion_day[:, 0]
    given = np.isfinite(first)
    assert (crossed.reading.fate.death_day[given] >= first[given]).all()
    assert np.median(first[given]) > 60
