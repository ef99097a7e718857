"""Laws of regimens that react to the patient: rules of the study file, doses, drugs and the trial's criteria."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from adoptive.cohort import Cohort
from adoptive.course import Course, Plan, follow_cells
from adoptive.infusion import DrugCourse, Known, RegimenRule, SplitDose
from adoptive.kinetics.states import state_names
from adoptive.parameters import Typical
from adoptive.trial.ward import copies_of

PEOPLE, DAYS, LEAD = 120, 250.0, 5.0
Flags = NDArray[np.bool_]


@pytest.fixture(scope="module")
def people(entrants: Cohort) -> Cohort:
    return entrants.take(np.arange(PEOPLE))


def follow(cohort: Cohort, plan: Plan, *, days: float = DAYS, gate: Any = None, **infusion: Any) -> Course:
    """Follow the cells under a regimen with some fields changed."""
    changed = dataclasses.replace(
        plan, horizon_days=days, infusion=dataclasses.replace(plan.infusion, **infusion), gate=gate
    )
    return follow_cells(cohort, changed, end_day=np.full(len(cohort), days))


@pytest.fixture(scope="module")
def base(people: Cohort, plan: Plan) -> Course:
    return follow(people, plan)


def given(course: Course) -> Flags:
    return np.asarray(np.isfinite(course.infusion_day))


def same(course: Course, other: Course) -> bool:
    """Say whether two courses are the same to the last bit."""
    fates = zip(course.reading.fate.__dict__.values(), other.reading.fate.__dict__.values(), strict=True)
    return (
        course.infusion_day.tobytes() == other.infusion_day.tobytes()
        and course.dose_cells.tobytes() == other.dose_cells.tobytes()
        and course.trajectory.state.tobytes() == other.trajectory.state.tobytes()
        and course.reading.scans.day.tobytes() == other.reading.scans.day.tobytes()
        and all(mine.tobytes() == yours.tobytes() for mine, yours in fates)
    )


NEVER = (
    RegimenRule("neutrophils below", "hold", 0.0, from_infusion=1, to_infusion=1),
    RegimenRule("cells above", "stop", 1e6),
    RegimenRule("antigen-negative above", "reduce", 1.0),
    RegimenRule("cells above", "skip lymphodepletion", 1e6),
)


def test_rules_whose_signals_never_show_change_no_byte(people: Cohort, plan: Plan, base: Course) -> None:
    assert same(follow(people, plan, rules=NEVER), base)


def test_rules_that_always_say_the_same_are_the_regimen_that_says_so(people: Cohort, plan: Plan) -> None:
    stop = follow(people, plan, rules=(RegimenRule("always", "stop", from_infusion=2),))
    assert same(stop, follow(people, plan, repeat_rule="never"))
    halved = follow(people, plan, rules=(RegimenRule("always", "reduce", dose_factor=0.5),), max_infusions=1)
    small = follow(people, plan, dose_cells=0.5 * plan.infusion.dose_cells, max_infusions=1)
    both = halved.treated & small.treated
    assert both.sum() > 0.5 * PEOPLE
    np.testing.assert_array_equal(halved.dose_cells[both], small.dose_cells[both])
    np.testing.assert_array_equal(halved.trajectory.state[both], small.trajectory.state[both])
    bare = follow(people, plan, rules=(RegimenRule("always", "skip lymphodepletion"),))
    assert same(bare, follow(people, plan, lymphodepletion_before="none"))


def test_an_infusion_that_is_held_too_often_is_given_up(people: Cohort, plan: Plan) -> None:
    """Before the first infusion there are no cells in blood, so this rule never lets go."""
    for most in (0, 3):
        rule = RegimenRule("cells below", "hold", 1.0, hold_days=7.0, at_most=most, to_infusion=1)
        assert not given(follow(people, plan, days=150.0, rules=(rule,))).any()


def test_a_first_infusion_that_is_held_comes_so_much_later(people: Cohort, plan: Plan, base: Course) -> None:
    """Whole weeks later, in those whose platelets are low; their scans count from then, and others do not notice."""
    low = np.quantile(base.trajectory.of("PLT")[base.treated, 30], 0.5)
    rule = RegimenRule("platelets below", "hold", float(low), hold_days=7.0, at_most=2, to_infusion=1)
    held = follow(people, plan, rules=(rule,))
    both = held.treated & base.treated
    later = held.infusion_day[both, 0] - base.infusion_day[both, 0]
    assert set(np.round(later, 6)) <= {0.0, 7.0, 14.0}
    assert held.treated.sum() < base.treated.sum()
    moved = both & (held.infusion_day[:, 0] > base.infusion_day[:, 0])
    np.testing.assert_allclose(held.reading.baseline_day[both], held.infusion_day[both, 0] - LEAD)
    kept = both & ~moved
    assert held.trajectory.state[kept].tobytes() == base.trajectory.state[kept].tobytes(), "others do not notice"


def test_a_signal_that_releases_brings_the_next_infusion_when_it_shows(people: Cohort, plan: Plan) -> None:
    """Re-infusion once cells in blood fell below a level, looked at every two weeks."""
    level = 5.0
    rule = RegimenRule("cells below", "infuse", level, hold_days=14.0, at_most=8, from_infusion=2)
    changes: dict[str, Any] = {"rules": (rule,), "repeat_rule": "rules only", "max_infusions": 2, "interval_days": 28.0}
    course = follow(people, plan, **changes)
    again = np.flatnonzero(given(course)[:, 1])
    assert len(again) > 20
    gap = course.infusion_day[again, 1] - course.infusion_day[again, 0] - 28.0
    np.testing.assert_allclose(gap % 14.0, 0.0, atol=1e-9)
    trajectory = course.trajectory
    blood = sum(trajectory.of(name) for name in ("F_b", "M_b", "E_b", "X_b")) / course.body.of("Vb")[:, None]
    asked = np.searchsorted(trajectory.day, course.infusion_day[again, 1] - LEAD, side="right") - 1
    assert (blood[again, asked] < level).all()
    waited = again[gap > 1.0]
    before = np.searchsorted(trajectory.day, course.infusion_day[waited, 1] - LEAD - 14.0, side="right") - 1
    assert (blood[waited, before] >= level).all()


def test_toxicity_stops_those_who_had_it_and_only_those(people: Cohort, plan: Plan, base: Course) -> None:
    """CRS of grade 2 or more after an infusion ends the treatment; the grades are those at which the ward acts."""
    course = follow(people, plan, rules=(RegimenRule("CRS grade", "stop", 2.0),))
    assert course.infusion_day[:, 0].tobytes() == base.infusion_day[:, 0].tobytes()
    lost = given(base)[:, 1] & ~given(course)[:, 1]
    acted = np.isfinite(base.trajectory.fired_day[:, 0]) & (
        base.trajectory.fired_day[:, 0] <= (base.infusion_day[:, :1] + 51.0)
    )
    assert lost.any()
    assert (acted.any(axis=1) == lost)[given(base)[:, 1]].all(), "tocilizumab is given at grade 2"


def test_dose_limiting_toxicity_stops_some_of_those_whom_severe_toxicity_stops(
    people: Cohort, plan: Plan, published: Callable[..., Typical]
) -> None:
    """Grade 3 that passes within 72 hours stops only by its grade; grade 4 and what lasts stops by both."""
    severe = (RegimenRule("CRS grade", "stop", 3.0), RegimenRule("ICANS grade", "stop", 3.0))
    hot = dataclasses.replace(plan, typical=published(kinetics__k6=2e-5))
    free = follow(people, hot)
    by_grade, by_dlt = (follow(people, hot, rules=rules) for rules in (severe, (RegimenRule("DLT", "stop"),)))
    again = [given(course)[:, 1] for course in (free, by_grade, by_dlt)]
    lost = [again[0] & ~other for other in again[1:]]
    assert lost[1].any()
    assert (lost[1] <= lost[0]).all()
    assert lost[1].sum() < lost[0].sum()


def test_up_to_three_with_and_five_without_lymphodepletion(people: Cohort, plan: Plan) -> None:
    """Stable or better goes on; lymphocytes fall after each of the first three and no more."""
    changes: dict[str, Any] = {"max_infusions": 8, "lymphodepletion_before": 3, "repeat_rule": "benefit"}
    course = follow(people, plan, days=500.0, dose_cells=1e7, **changes)
    counts = given(course).sum(axis=1)
    assert counts.max() > 4
    lymphocytes, day = course.trajectory.of("L"), course.trajectory.day
    for number in range(5):
        row = np.flatnonzero(given(course)[:, number])
        first = np.searchsorted(day, course.infusion_day[row, number] - LEAD, side="right") - 1
        fall = lymphocytes[row, np.minimum(first + 6, len(day) - 1)] / lymphocytes[row, first]
        assert (fall < 0.5).all() if number < 3 else (fall > 0.7).all(), number


def test_more_cells_never_make_fewer_copies_on_the_first_day(people: Cohort, plan: Plan) -> None:
    courses = [follow(people, plan, days=120.0, dose_cells=dose, max_infusions=1) for dose in (1e7, 5e7, 2.5e8)]
    both = np.logical_and.reduce([course.treated for course in courses])
    at = np.searchsorted(courses[0].trajectory.day, courses[0].infusion_day[both, 0], side="right")
    first = [copies_of(course)[np.flatnonzero(both), at] for course in courses]
    assert both.sum() > 0.5 * PEOPLE
    assert (first[0] < first[1]).all()
    assert (first[1] < first[2]).all()


def test_a_dose_by_weight_is_the_flat_dose_of_that_weight(people: Cohort, plan: Plan) -> None:
    alike = dataclasses.replace(people, weight_kg=np.full(PEOPLE, 50.0))
    flat = follow(alike, plan, days=120.0, dose_cells=2.5e8)
    assert same(follow(alike, plan, days=120.0, dose_cells=5e6, dose_basis="per kg"), flat)
    limited = follow(alike, plan, days=120.0, dose_cells=1e9, dose_basis="per kg", dose_limit_cells=2.5e8)
    assert same(limited, flat)


def test_the_dose_of_all_t_cells_holds_the_products_positive_share(people: Cohort, plan: Plan) -> None:
    course = follow(people, plan, days=120.0, dose_cells=5e8, dose_counts="all T cells", max_infusions=1)
    assert course.product is not None
    got = course.treated
    np.testing.assert_allclose(course.dose_cells[got, 0], 5e8 * course.product.car_positive_share[got], rtol=1e-9)


def test_a_smaller_least_dose_treats_more_with_less(people: Cohort, plan: Plan) -> None:
    whole = follow(people, plan, days=120.0, dose_cells=5e9, max_infusions=1)
    least = follow(people, plan, days=120.0, dose_cells=5e9, max_infusions=1, minimum_dose_share=0.2)
    assert least.treated.sum() > whole.treated.sum()
    cells = least.dose_cells[least.treated, 0]
    assert (cells <= 5e9).all()
    assert (cells >= 1e9 * (1.0 - 1e-6)).all()
    assert (cells < 5e9 * (1.0 - 1e-6)).any()


def test_the_parts_of_a_split_dose_add_up(people: Cohort, plan: Plan) -> None:
    """Nearly the same cells: most of the parts come within two days."""
    parts = (SplitDose(0, 0.1), SplitDose(1, 0.3), SplitDose(2, 0.6))
    split = follow(people, plan, days=60.0, split=parts, max_infusions=1)
    whole = follow(people, plan, days=60.0, max_infusions=1)
    assert split.infusion_day.tobytes() == whole.infusion_day.tobytes()
    assert split.dose_cells.tobytes() == whole.dose_cells.tobytes()
    row = np.flatnonzero(whole.treated & (whole.infusion_day[:, 0] < 50.0))
    at = np.searchsorted(whole.trajectory.day, whole.infusion_day[row, 0], side="right")
    frozen = [sum(c.trajectory.of(name)[row, at] for name in ("M_b", "F_b", "X_b")) for c in (split, whole)]
    assert (frozen[0] < 0.6 * frozen[1]).all(), "on the first day there are only the first parts"
    assert (frozen[0] > 0.0).all()


def test_an_inhibitor_in_the_wait_is_there_before_the_cells_and_stops_with_them(people: Cohort, plan: Plan) -> None:
    wait = DrugCourse("pembrolizumab", 200.0, "leukapheresis", 1.0, 21.0, 9, stop_at_infusion=True)
    none = follow(people, plan, days=120.0, max_infusions=1)
    some, more = (
        follow(people, plan, days=120.0, drugs=(dataclasses.replace(wait, stop_at_infusion=stop),), max_infusions=1)
        for stop in (True, False)
    )
    treated = none.treated & some.treated & more.treated & (none.infusion_day[:, 0] < 80.0)
    assert treated.sum() > 0.3 * PEOPLE
    left = [course.trajectory.state[treated, state_names(5).index("PD1_c")] for course in (none, some, more)]
    assert not left[0].any()
    assert (left[1] > 0.0).all(), "given before the cells"
    assert (left[2] > left[1]).mean() > 0.9, "without the stop it goes on"


class Strict:
    """Bar some patients at a gate: by their number."""

    def __init__(self, at: str, every: int) -> None:
        self.at, self.every = at, every

    def asks(self, at: str) -> bool:
        return at == self.at

    def passes(self, at: str, cohort: Cohort, known: Known) -> tuple[Flags, Flags]:
        if at != self.at:
            return np.ones(len(cohort), bool), np.zeros(len(cohort), bool)
        assert len(known) == len(cohort)
        return np.asarray(cohort.keys.patient % self.every != 0), np.zeros(len(cohort), bool)


@pytest.mark.parametrize("at", ["treatment", "infusion day"])
def test_the_trials_criteria_bar_conditioning_or_the_infusion(
    people: Cohort, plan: Plan, base: Course, at: str
) -> None:
    course = follow(people, plan, gate=Strict(at, 3))
    barred = people.keys.patient % 3 == 0
    assert not given(course)[barred].any()
    assert (base.treated & barred).any()
    others = ~barred
    if at == "treatment":
        assert course.infusion_day[others].tobytes() == base.infusion_day[others].tobytes()
        assert course.trajectory.state[others].tobytes() == base.trajectory.state[others].tobytes()
    else:
        assert course.infusion_day[others, 0].tobytes() == base.infusion_day[others, 0].tobytes()
    prepared = barred & base.treated & (base.infusion_day[:, 0] < 200.0)
    row = np.flatnonzero(prepared)
    at_day = np.searchsorted(base.trajectory.day, base.infusion_day[row, 0], side="right")
    fell = course.trajectory.of("L")[row, at_day] < 0.7 * base.trajectory.of("L")[row, 0]
    assert fell.mean() < 0.1 if at == "treatment" else fell.mean() > 0.9, "who is barred on the day was conditioned"
