"""The safety record: one row per patient, the same again on a second run, nothing without cells, no number moved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from adoptive.course import Course
from adoptive.outcome.clinic import safety
from adoptive.outcome.clinic.bedside_record import watch_days
from adoptive.outcome.clinic.brain import daily_icans_grade, draw_brain_tolerance
from adoptive.outcome.clinic.laboratory_record import TERMS, grade_chemistry
from adoptive.outcome.clinic.laboratory_values import LaboratoryPanel, limits_of_normal, printed_values, true_values
from adoptive.outcome.clinic.safety import Safety, Watched, safety_of
from adoptive.outcome.clinic.signs import daily_crs_grade
from adoptive.outcome.laboratory.grading import grade_laboratory
from adoptive.outcome.toxicity.dlt import DLT_KINDS, DltRule
from adoptive.outcome.toxicity.episodes import episodes
from adoptive.streams import Streams

SEED = 11


@pytest.fixture(scope="module")
def record(watched: Watched, course: Course) -> Safety:
    return safety_of(watched, typical=course.typical, streams=Streams(SEED))


def taken(watched: Watched, rows: np.ndarray) -> Watched:
    """Keep some patients, in a new order."""
    trajectory = replace(
        watched.trajectory,
        **{
            name: getattr(watched.trajectory, name)[rows]
            for name in ("values", "written", "state", "now", "fired", "fired_day", "failure", "carry")
        },
    )
    kept: dict[str, Any] = {"trajectory": trajectory}
    for field in fields(Watched):
        value = getattr(watched, field.name)
        if isinstance(value, str):
            kept[field.name] = value
        elif field.name != "trajectory":
            kept[field.name] = value[rows] if isinstance(value, np.ndarray) else value.take(rows)
    return Watched(**kept)


def test_there_are_patients_with_and_without_cells(watched: Watched) -> None:
    had = np.isfinite(watched.infusion_day).any(axis=1)
    assert 20 < had.sum() < len(had)


def test_every_column_is_whole(record: Safety, watched: Watched) -> None:
    for name, values in record.columns().items():
        assert values.shape == (len(watched.cohort),), name
        assert np.isfinite(values).all(), name
        if name.endswith("_grade"):
            assert values.dtype == np.int64
            assert -1 <= values.min() <= values.max() <= 5, name
        else:
            assert (values >= (-1 if values.dtype == np.int64 else 0)).all(), name


def test_nobody_without_cells_is_assessed(record: Safety, watched: Watched) -> None:
    without = ~np.isfinite(watched.infusion_day).any(axis=1)
    for name, values in record.columns().items():
        flags = ("tls_laboratory", "car_hematotox", "iec_hs", "lowest_ice", "hypogammaglobulinaemia", "dlt")
        graded = name.endswith("_grade") or name in flags
        assert set(values[without].tolist()) == {-1 if graded else 0}, name


def test_a_second_run_gives_the_same(
    record: Safety, watched: Watched, course: Course, same_columns: Callable[..., None]
) -> None:
    again = safety_of(watched, typical=course.typical, streams=Streams(SEED))
    same_columns(record.columns(), again.columns())


def test_some_patients_in_another_order_keep_their_rows(
    record: Safety, watched: Watched, course: Course, same_columns: Callable[..., None]
) -> None:
    rows = np.random.default_rng(1).permutation(len(watched.cohort))[:90]
    part = safety_of(taken(watched, rows), typical=course.typical, streams=Streams(SEED))
    same_columns(record.columns(), part.columns(), pick=rows)


def test_one_patient_is_a_cohort_of_one(
    record: Safety, watched: Watched, course: Course, same_columns: Callable[..., None]
) -> None:
    for patient in np.flatnonzero(record.crs_grade > 1)[:2]:
        alone = safety_of(taken(watched, np.array([patient])), typical=course.typical, streams=Streams(SEED))
        same_columns(record.columns(), alone.columns(), pick=np.array([patient]))


def test_nobody_infused_is_no_error(watched: Watched, course: Course) -> None:
    nobody = replace(watched, infusion_day=np.full_like(watched.infusion_day, np.inf))
    none = safety_of(nobody, typical=course.typical, streams=Streams(SEED))
    assert set(none.crs_grade.tolist()) == {-1}


def test_crs_on_packed_days_is_crs_on_all_days(record: Safety, watched: Watched) -> None:
    level = np.where(watched.window, watched.il6_effective, 0.0)
    drug, day = watched.first_drug_day, watched.trajectory.day
    grade = daily_crs_grade(level, day, watched.tolerance, first_drug_day=drug)
    whole = episodes(np.where(watched.window, grade, 0), day)
    had = np.isfinite(watched.infusion_day).any(axis=1)
    assert (np.bincount(record.crs_grade[had], minlength=4)[:4] > 0).all()
    np.testing.assert_array_equal(record.crs_grade[had], whole.maximum_grade[had])
    np.testing.assert_array_equal(record.crs_days[had], whole.duration_days[had])
    np.testing.assert_array_equal(record.crs_episodes[had], whole.episodes[had])
    since = whole.onset_day[had] - watched.infusion_day[had, 0]
    np.testing.assert_array_equal(record.crs_onset_day[had], np.where(np.isfinite(since), since, 0.0))


def test_without_signals_there_is_neither_crs_nor_icans(watched: Watched, course: Course) -> None:
    calm = replace(watched, leak=np.zeros_like(watched.leak), il6_effective=np.zeros_like(watched.il6_effective))
    found = safety_of(calm, typical=course.typical, streams=Streams(SEED))
    assert found.crs_grade.max() == found.icans_grade.max() == 0
    assert set(found.lowest_ice.tolist()) == {-1, 10}


def test_more_interleukin_6_is_never_a_lower_grade(record: Safety, watched: Watched, course: Course) -> None:
    more = replace(watched, il6_effective=3.0 * watched.il6_effective)
    found = safety_of(more, typical=course.typical, streams=Streams(SEED))
    assert (found.crs_grade >= record.crs_grade).all()
    assert (found.crs_grade > record.crs_grade).any()


def test_icans_on_packed_days_is_icans_on_all_days(record: Safety, watched: Watched, course: Course) -> None:
    draws = {"typical": course.typical, "streams": Streams(SEED)}
    brain = draw_brain_tolerance(watched.cohort.keys, target=watched.cohort.antigen.target, **draws)
    leak = np.where(watched.window, watched.leak, 0.0)
    whole = episodes(daily_icans_grade(leak, brain), watched.trajectory.day)
    had = np.isfinite(watched.infusion_day).any(axis=1)
    np.testing.assert_array_equal(record.icans_grade[had], whole.maximum_grade[had])
    np.testing.assert_array_equal(record.icans_days[had], whole.duration_days[had])
    np.testing.assert_array_equal(record.icans_episodes[had], whole.episodes[had])


def test_watch_days_hold_every_day_of_the_window_once(watched: Watched) -> None:
    rows = np.flatnonzero(np.isfinite(watched.infusion_day).any(axis=1))
    first = watched.infusion_day[rows, 0]
    watch = watch_days(watched.trajectory.day, watched.window, rows=rows, infusion_day=first)
    np.testing.assert_array_equal(watch.watched.sum(axis=1), watched.window[rows].sum(axis=1))
    assert (np.diff(watch.day, axis=1) > 0).all()
    grid = np.broadcast_to(watched.trajectory.day, watched.window.shape)
    np.testing.assert_array_equal(watch.of(grid).max(axis=1), np.where(watched.window, grid, 0.0)[rows].max(axis=1))


@pytest.fixture(scope="module")
def panel(watched: Watched, course: Course) -> LaboratoryPanel:
    rows = np.flatnonzero(np.isfinite(watched.infusion_day).any(axis=1))
    keys, draws = watched.cohort.keys.take(rows), {"typical": course.typical, "streams": Streams(SEED)}
    true = true_values(
        watched.trajectory,
        watched.body,
        keys,
        infusion_day=watched.infusion_day[rows, 0],
        lead_days=watched.lead_days[rows],
        known_until=watched.known_until[rows],
        rows=rows,
        **draws,
    )
    return printed_values(true, keys, **draws)


@pytest.mark.parametrize("name", TERMS)
def test_the_worst_value_has_the_worst_grade(panel: LaboratoryPanel, course: Course, name: str) -> None:
    """Every single value graded, then the worst taken: the same as the grade of the worst value."""
    term, analyte, unit, _ = TERMS[name]
    lower, upper = limits_of_normal(analyte, course.typical.book)
    after = panel.of(analyte)[:, panel.after_infusion >= 0]
    every = grade_laboratory(
        after, term=term, unit=unit, lower_limit=lower, upper_limit=upper, baseline=panel.baseline(analyte)[:, None]
    )
    np.testing.assert_array_equal(grade_chemistry(panel, course.typical.book)[name], every.grade.max(axis=1))


def test_a_new_term_moves_no_other_column(
    record: Safety, watched: Watched, course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    fewer = {name: TERMS[name] for name in ("anaemia", "alt")}
    monkeypatch.setattr("adoptive.outcome.clinic.laboratory_record.TERMS", fewer)
    monkeypatch.setattr(safety, "Safety", dict)
    part = safety.safety_of(watched, typical=course.typical, streams=Streams(SEED))
    assert set(record.columns()) - set(part) == {f"{name}_grade" for name in TERMS if name not in fewer}
    for name, values in part.items():
        np.testing.assert_array_equal(values, getattr(record, name), err_msg=name)


def test_an_antipyretic_lowers_the_temperature_and_no_grade_but_that_of_fever_alone(
    record: Safety, watched: Watched, course: Course
) -> None:
    cooled = replace(
        watched,
        antipyretic=np.ones_like(watched.antipyretic),
        first_drug_day=np.full(len(watched.cohort), -np.inf),
    )
    warm = replace(cooled, antipyretic=np.zeros_like(watched.antipyretic))
    found, before = (safety_of(each, typical=course.typical, streams=Streams(SEED)) for each in (cooled, warm))
    serious = before.crs_grade >= 2
    assert (found.crs_grade[serious] == before.crs_grade[serious]).all()
    assert (found.crs_grade <= before.crs_grade).all()
    assert (found.crs_days <= before.crs_days).all()
    assert (found.crs_grade < before.crs_grade).any()
    others = {name for name in record.columns() if not name.startswith("crs_")} - {"iec_hs"}
    for name in others:
        np.testing.assert_array_equal(found.columns()[name], before.columns()[name], err_msg=name)


def test_the_dose_limiting_column_is_the_usual_rule_and_a_longer_window_finds_no_fewer(
    record: Safety, watched: Watched, course: Course
) -> None:
    draws = {"typical": course.typical, "streams": Streams(SEED)}
    usual = safety.dlt_of(watched, **draws)
    np.testing.assert_array_equal(record.dlt, usual.limiting)
    np.testing.assert_array_equal(record.dlt_day, np.where(np.isfinite(usual.day), usual.day, 0.0))
    assert {0, 1} <= set(usual.limiting.tolist())
    longer = safety.dlt_of(watched, DltRule(window_days=42.0), **draws)
    assert (longer.limiting[usual.limiting == 1] == 1).all()
    assert (longer.day <= usual.day).all()
    nothing = safety.dlt_of(watched, DltRule(exempt=DLT_KINDS), **draws)
    assert nothing.limiting.max() == 0


def test_crs_of_grade_4_limits_the_dose_on_its_day(record: Safety, watched: Watched, course: Course) -> None:
    found = safety.dlt_of(watched, typical=course.typical, streams=Streams(SEED))
    grave = (record.crs_grade >= 4) & (record.crs_onset_day <= 28)
    more = replace(watched, il6_effective=20.0 * watched.il6_effective)
    worse = safety.safety_of(more, typical=course.typical, streams=Streams(SEED))
    assert (found.limiting[grave] == 1).all()
    assert (worse.dlt[(worse.crs_grade >= 4) & (worse.crs_episodes == 1) & (worse.crs_onset_day < 20)] == 1).all()
    assert (worse.crs_grade >= 4).sum() > 10


@pytest.mark.parametrize(("scale", "step"), [("Lee 2014", -1), ("Penn", 1), ("CTCAE 5.0", 0)])
def test_the_declared_scale_grades_the_same_days(watched: Watched, course: Course, scale: str, step: int) -> None:
    """Lee takes a vasopressor at a low dose for grade 2, Penn fever in hospital too; CTCAE asks for ASTCT's signs."""
    more = replace(watched, il6_effective=5.0 * watched.il6_effective)
    astct = safety_of(more, typical=course.typical, streams=Streams(SEED))
    other = safety_of(replace(more, crs_scale=scale), typical=course.typical, streams=Streams(SEED))
    np.testing.assert_array_equal(other.crs_grade > 0, astct.crs_grade > 0)
    assert (step * (other.crs_grade - astct.crs_grade) >= 0).all()
    assert (other.crs_grade != astct.crs_grade).any() == (step != 0)
    np.testing.assert_array_equal(other.icans_grade, astct.icans_grade)
