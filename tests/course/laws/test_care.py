"""Laws of the ward's protocol on whole courses: what is given to whom and when, and what no protocol may do."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from adoptive.cohort import Cohort
from adoptive.course import Course, Plan, follow_cells
from adoptive.infusion import Care, CareRule
from adoptive.infusion.care import days_under
from adoptive.kinetics.observe import il6_effective_pg_ml
from adoptive.outcome import grade_crs, grade_icans
from adoptive.parameters import draw_typical
from adoptive.trial.ward import antipyretic_days, crs_of, safety_of_course, signs_of, window_of

PEOPLE, DAYS = 150, 120.0
TOCILIZUMAB: dict[str, Any] = {"dose": 8.0, "interval_days": 1 / 3, "maximum": 4}


@pytest.fixture(scope="module")
def people(entrants: Cohort) -> Cohort:
    return entrants.take(np.arange(PEOPLE))


def follow(people: Cohort, plan: Plan, care: Care | None, **changed: Any) -> Course:
    fields = changed if care is None else {"care": care, **changed}
    shorter = dataclasses.replace(
        plan, horizon_days=DAYS, infusion=dataclasses.replace(plan.infusion, max_infusions=1, **fields)
    )
    return follow_cells(people, shorter, end_day=np.full(len(people), DAYS))


@pytest.fixture(scope="module")
def asco(people: Cohort, plan: Plan) -> Course:
    return follow(people, plan, Care("ASCO 2021"))


@pytest.fixture(scope="module")
def nothing(people: Cohort, plan: Plan) -> Course:
    return follow(people, plan, Care("none"))


def by_crs(**changed: Any) -> Care:
    """Give tocilizumab alone, at CRS of grade 2."""
    return Care("none", (CareRule("tocilizumab", "CRS grade", 2.0, **(TOCILIZUMAB | changed)),))


def with_leaky_brains(plan: Plan) -> Plan:
    """Give everybody's brain the tolerance that it has of cells against CD19, and less."""
    book = plan.typical.book.replace(outcome__brain_without_cd19=0.5)
    return dataclasses.replace(plan, typical=draw_typical(book, plan.streams, trials=[0], fixed=True))


def same(one: Course, two: Course) -> bool:
    return one.trajectory.values.tobytes() == two.trajectory.values.tobytes()


def test_the_grades_on_record_are_those_of_the_signs_that_the_ward_wrote_down(asco: Course, nothing: Course) -> None:
    for course in (asco, nothing):
        (bedside, brain), safety, window = signs_of(course), safety_of_course(course), window_of(course)
        had = np.isfinite(course.infusion_day).any(axis=1)
        for grade, recorded in (
            (grade_crs(bedside.crs()).grade, safety.crs_grade),
            (grade_icans(brain.icans()).grade, safety.icans_grade),
        ):
            assert (recorded[had] > 0).any()
            np.testing.assert_array_equal(np.where(window, grade, 0).max(axis=1)[had], recorded[had])


def test_none_is_no_ward_at_all(people: Cohort, plan: Plan, nothing: Course) -> None:
    without = follow(people, plan, None, tocilizumab_maximum=0, dexamethasone_mg=0.0)
    assert same(nothing, without)
    assert nothing.care == ()
    assert len(nothing.doses().row) == 0


def test_a_study_that_says_nothing_has_the_drugs_of_its_regimen(people: Cohort, plan: Plan) -> None:
    said = follow(people, plan, Care("drugs of the regimen"))
    assert same(said, follow(people, plan, None))
    assert [ward.drug for ward in said.care] == ["tocilizumab", "dexamethasone"]
    assert set(said.doses().drug) <= {"tocilizumab", "dexamethasone"}
    assert (said.doses().drug == "tocilizumab").any()


def test_an_empty_stock_is_no_drug(people: Cohort, plan: Plan, nothing: Course) -> None:
    assert same(follow(people, plan, by_crs(stock_doses=0)), nothing)


def test_a_stock_is_a_limit_until_it_is_filled(people: Cohort, plan: Plan) -> None:
    full, two, filled = (
        follow(people, plan, by_crs(**stock)).doses()
        for stock in ({}, {"stock_doses": 2}, {"stock_doses": 2, "restock_days": 1.0})
    )
    count = [np.bincount(given.row, minlength=PEOPLE) for given in (full, two, filled)]
    assert count[0].max() == 4
    assert count[1].max() == 2
    assert (count[1] <= count[0]).all()
    assert (count[2] >= count[1]).all()
    assert count[2].max() > 2
    third = [filled.day[filled.row == row][:3] for row in np.flatnonzero(count[2] >= 3)]
    assert all(days[2] - days[1] >= 1.0 - 1e-9 for days in third)


def test_a_delay_shifts_the_first_dose_by_as_much(people: Cohort, plan: Plan) -> None:
    soon, late = (follow(people, plan, by_crs(delay_days=delay, maximum=1)).doses() for delay in (0.25, 1.0))
    assert len(late.row) > 5
    both = np.isin(soon.row, late.row)
    assert soon.row[both].tolist() == late.row.tolist()
    np.testing.assert_allclose(late.day - soon.day[both], 0.75, atol=1e-6)


def test_tocilizumab_is_given_at_most_four_times_three_in_a_day_and_800_mg(asco: Course) -> None:
    given = asco.doses()
    mine = given.drug == "tocilizumab"
    assert mine.sum() > 10
    for row in np.unique(given.row[mine]):
        days = given.day[mine & (given.row == row)]
        assert len(days) <= 4
        assert (np.diff(days) >= 1 / 3 - 1e-9).all()
        assert all(((days >= day) & (days < day + 1.0 - 1e-6)).sum() <= 3 for day in days)
    expected = np.minimum(8.0 * asco.cohort.weight_kg[given.row[mine]], 800.0)
    np.testing.assert_allclose(given.dose[mine], expected)


def test_every_dose_has_a_reason_and_a_place(asco: Course) -> None:
    given, infused = asco.doses(), asco.infusion_day[:, 0]
    assert np.isfinite(infused[given.row]).all(), "the ward looks after those who had the cells"
    assert (given.day >= infused[given.row]).all()
    for place, ward in enumerate(asco.care):
        count = np.bincount(given.row[given.ward == place], minlength=PEOPLE)
        assert count.max() <= ward.maximum, ward.drug
        assert (given.drug[given.ward == place] == ward.drug).all()
    early = infused[given.row] + 5.0
    assert (given.day >= early)[given.drug == "filgrastim"].all()
    assert (given.drug == "filgrastim").sum() > 5


@pytest.mark.parametrize(("drug", "level"), [("dexamethasone", 1.0), ("methylprednisolone", 3.0)])
def test_who_was_treated_for_a_grade_of_neurotoxicity_has_it_in_the_record(
    people: Cohort, plan: Plan, drug: Any, level: float
) -> None:
    """The leak may fall again before the next recorded day; the order shows how high it was."""
    rule = CareRule(drug, "ICANS grade", level, dose=10.0, interval_days=0.25, maximum=20, delay_days=0.0)
    course = follow(people, with_leaky_brains(plan), Care("none", (rule,)))
    rows = np.unique(course.doses().row)
    assert len(rows) > 3
    assert (safety_of_course(course).icans_grade[rows] >= level).all()


def test_an_antipyretic_hides_fever_from_its_second_day_on_and_no_graver_sign(asco: Course) -> None:
    """The ward's orders stay as they are; the days of fever alone get fewer, the worst grade of nobody moves."""
    trajectory = asco.trajectory
    given = days_under(asco.care, trajectory.fired_day, trajectory.day, drug="antipyretic")
    under = antipyretic_days(asco)
    assert given[under].all()
    assert (given.any(axis=1) & ~under.any(axis=1)).any() or (given.sum() > under.sum())
    silent = dataclasses.replace(
        asco, care=tuple(dataclasses.replace(w, drug="paracetamol") if w.jump is None else w for w in asco.care)
    )
    assert not antipyretic_days(silent).any()
    first = np.where(given.any(axis=1), given.argmax(axis=1), -1)
    assert not under[np.arange(PEOPLE), np.maximum(first, 0)].any()
    hidden, plain = safety_of_course(asco), safety_of_course(silent)
    np.testing.assert_array_equal(hidden.crs_grade, plain.crs_grade)
    np.testing.assert_array_equal(hidden.crs_onset_day, plain.crs_onset_day)
    assert (hidden.crs_days <= plain.crs_days).all()
    assert hidden.crs_days.sum() < 0.95 * plain.crs_days.sum()
    had = hidden.crs_grade >= 0
    np.testing.assert_array_equal(crs_of(asco).maximum_grade[had], hidden.crs_grade[had])


def test_filgrastim_shortens_neutropenia_and_touches_no_tumour(people: Cohort, plan: Plan, nothing: Course) -> None:
    rule = CareRule("filgrastim", "neutrophils below", 0.5, dose=5.0, interval_days=1.0, maximum=30, from_day=5.0)
    helped = follow(people, plan, Care("none", (rule,)))
    seen = nothing.trajectory.day <= nothing.trajectory.now[:, None]
    lacking = [((course.trajectory.of("ANC") < 0.5) & seen).sum(axis=1) for course in (nothing, helped)]
    assert (lacking[1] <= lacking[0]).all()
    assert lacking[1].sum() < 0.9 * lacking[0].sum()
    quiet = np.isinf(helped.trajectory.fired_day).all(axis=(1, 2))
    assert quiet.any()
    np.testing.assert_allclose(helped.trajectory.of("IL6"), nothing.trajectory.of("IL6"), rtol=1e-3)


def test_immunoglobulin_is_given_where_it_lacks(people: Cohort, plan: Plan, nothing: Course) -> None:
    rule = CareRule("immunoglobulin", "IgG below", 900.0, dose=0.4, interval_days=28.0, maximum=12)
    helped = follow(people, plan, Care("none", (rule,)))
    given = helped.doses()
    assert len(given.row) > 5
    level = [course.trajectory.of("IgG") for course in (nothing, helped)]
    treated = np.unique(given.row)
    later = helped.trajectory.day > given.day[np.unique(given.row, return_index=True)[1]][:, None] + 1.0
    seen = later & (helped.trajectory.day <= helped.trajectory.now[treated][:, None])
    assert (level[1][treated] > level[0][treated])[seen].all()


def test_rasburicase_keeps_uric_acid_down(people: Cohort, plan: Plan) -> None:
    lysing = dataclasses.replace(plan, typical=with_row(plan, "kinetics.y_UA", 6.0))
    rule = CareRule("rasburicase", "uric acid above", 8.0, dose=0.2, interval_days=1.0, maximum=5)
    without, helped = (follow(people, lysing, Care("none", rules)) for rules in ((), (rule,)))
    given = helped.doses()
    assert len(given.row) > 5
    rows = np.unique(given.row)
    worst = [course.trajectory.of("UA")[rows].max(axis=1) for course in (without, helped)]
    assert (worst[1] <= worst[0] * (1 + 1e-6)).all()
    assert worst[1].mean() < 0.95 * worst[0].mean()


def with_row(plan: Plan, name: str, value: float) -> Any:
    values = dict(plan.typical.values)
    values[name] = np.full_like(values[name], value)
    return dataclasses.replace(plan.typical, values=values)


def test_steroids_from_grade_1_make_release_milder_and_cells_fewer(people: Cohort, plan: Plan, nothing: Course) -> None:
    early = follow(people, plan, Care("early steroids"))
    assert crs_of(early).maximum_grade.mean() < crs_of(nothing).maximum_grade.mean()
    peak = [sum(course.trajectory.of(name) for name in ("M_b", "E_b")).max(axis=1) for course in (nothing, early)]
    steroid = np.unique(early.doses().row[early.doses().drug == "dexamethasone"])
    assert len(steroid) > 20
    assert peak[1][steroid].mean() < peak[0][steroid].mean()


def test_anakinra_lowers_the_leak(people: Cohort, plan: Plan, nothing: Course) -> None:
    rule = CareRule("anakinra", "CRS grade", 1.0, dose=100.0, interval_days=0.5, maximum=28)
    helped = follow(people, plan, Care("none", (rule,)))
    rows = np.unique(helped.doses().row)
    assert len(rows) > 20
    leak = [course.trajectory.of("BBB")[rows].max(axis=1) for course in (nothing, helped)]
    assert (leak[1] <= leak[0] * (1 + 1e-3)).all()
    assert leak[1].mean() < 0.9 * leak[0].mean()


def test_patients_do_not_share_their_ward(people: Cohort, plan: Plan, asco: Course) -> None:
    some = np.arange(PEOPLE)[::7]
    few = follow(people.take(some), plan, Care("ASCO 2021"))
    np.testing.assert_array_equal(few.trajectory.fired_day, asco.trajectory.fired_day[some])


def test_nobody_is_made_sicker_by_tocilizumab(people: Cohort, plan: Plan, nothing: Course) -> None:
    """By the level that the signs follow; some answer, the others stay as they were."""
    helped = follow(people, plan, by_crs())
    rows = np.unique(helped.doses().row)
    worst = [il6_effective_pg_ml(course.trajectory, course.body)[rows].max(axis=1) for course in (nothing, helped)]
    assert (worst[1] <= worst[0] * 1.02).all()
    answers = nothing.tolerance.tocilizumab_effect[rows] == 1.0
    assert 0 < answers.sum() < len(rows)
    assert worst[1][answers].mean() < 0.9 * worst[0][answers].mean()
