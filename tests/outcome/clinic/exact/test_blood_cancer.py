"""How leukaemia, myeloma and lymphoma are read from states that stand where a test puts them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from adoptive.course import Course
from adoptive.kinetics.types import Physiology, Trajectory
from adoptive.outcome import Assessment, NonTarget, Response, plan_scans, read_course
from adoptive.outcome.clinic.blood_cancer import m_protein_g_l
from adoptive.outcome.clinic.marrow import counted_percent, malignant_share, residual_fraction
from adoptive.outcome.clinic.reading import Reading
from adoptive.streams import Streams

Stand = Callable[..., tuple[Trajectory, Physiology]]
DAYS = np.arange(0.0, 200.0)
ROWS = np.arange(40)


def draws(course: Course) -> dict[str, Any]:
    return {"typical": course.typical, "streams": Streams(3)}


def normal_cells(course: Course) -> NDArray[np.float64]:
    cohort = course.cohort.take(ROWS)
    return course.typical.at("outcome.marrow_cells_per_kg", cohort.keys) * cohort.weight_kg


def read(course: Course, stand: Stand, criteria: str, cells: Any, **states: object) -> Reading:
    """Read visits on days 33, 91 and 182 of patients who live; nobody comes early."""
    trajectory, body = stand(T_H1=cells, **states)
    planned = np.tile([33.0, 91.0, 182.0], (len(ROWS), 1))
    found = read_course(
        trajectory, body, course.cohort.take(ROWS), baseline_day=np.zeros(len(ROWS)), scan_days=planned,
        until=np.zeros(len(ROWS)), assessment=Assessment(response_criteria=criteria),  # type: ignore[arg-type]
        **draws(course),
    )  # fmt: skip
    assert np.isfinite(found.scans.day).sum(axis=1).max() == 3
    return found


def seen(found: Reading) -> set[str]:
    """Name the responses of visits that took place, but of patients whose disease had spread by then."""
    spread = found.scans.new_lesion | (found.scans.non_target == NonTarget.PD)
    return {Response(code).name for code in found.assessed.response[found.scans.done & ~spread]}


def test_the_share_is_of_tumour_and_normal_cells(course: Course, stand: Stand) -> None:
    normal = normal_cells(course)
    cohort, day = course.cohort.take(ROWS), np.tile([[10.0, 20.5]], (len(ROWS), 1))
    for ratio, expected in ((1.0, 0.5), (0.25, 0.2), (0.0, 0.0)):
        trajectory, _ = stand(T_H1=ratio * normal[:, None])
        share = malignant_share(trajectory, cohort, day=day, typical=course.typical)
        np.testing.assert_allclose(share, expected, rtol=1e-12)
    trajectory, _ = stand(T_N1=0.9)
    assert malignant_share(trajectory, cohort, day=day, typical=course.typical).max() == 0.0


def test_counts_are_unbiased_and_as_wide_as_binomial_and_poisson(course: Course) -> None:
    """Means of 8,000 counts within 4.5 standard errors (error rate below 1e-5 each)."""
    cohort = course.cohort.take(ROWS)
    share = np.full((len(ROWS), 200), 0.1)
    percent = counted_percent(share, cohort, **draws(course))
    assert abs(percent.mean() - 10.0) < 4.5 * percent.std() / np.sqrt(percent.size)
    assert percent.std() == pytest.approx(100.0 * np.sqrt(0.1 * 0.9 / 500.0), rel=0.05)
    rare = residual_fraction(share * 1e-4, cohort, **draws(course))
    assert rare.std() == pytest.approx(np.sqrt(1e-5 / 1e6), rel=0.05)
    assert residual_fraction(0.0 * share, cohort, **draws(course)).max() == 0.0


def test_leukaemia_that_vanishes_is_a_remission_without_residual_disease(course: Course, stand: Stand) -> None:
    fall = normal_cells(course)[:, None] * np.where(DAYS < 20.0, 1.0, 0.0)
    found = read(course, stand, "B-ALL remission", fall, ANC=3.0, PLT=250.0)
    assert seen(found) == {"CR"}
    assert set(found.mrd_negative[found.scans.done].tolist()) == {1}
    assert set(found.mrd_negative[~found.scans.done].tolist()) <= {-1}
    assert np.isinf(found.progression_day).all()
    assert found.assessed.change[found.scans.done].max() == -1.0
    slow = read(course, stand, "B-ALL remission", fall, ANC=0.3, PLT=250.0)
    assert seen(slow) == {"CRI"}


def test_leukaemia_that_stays_is_no_remission_and_one_that_returns_a_relapse(course: Course, stand: Stand) -> None:
    normal = normal_cells(course)[:, None]
    assert seen(read(course, stand, "B-ALL remission", np.broadcast_to(normal, (40, 200)), PLT=250.0)) == {"NR"}
    back = normal * np.where(DAYS < 20.0, 1.0, np.where(DAYS < 120.0, 1e-7, 1.0))
    found = read(course, stand, "B-ALL remission", back, ANC=3.0, PLT=250.0)
    both = found.scans.done.all(axis=1)
    assert (found.assessed.response[both] == [Response.CR, Response.CR, Response.PD]).all()
    assert (found.progression_day[both] == 182.0).all()


def test_residual_disease_is_positive_above_its_limit(course: Course, stand: Stand) -> None:
    for ratio, expected in ((1e-3, 0), (1e-5, 1)):
        cells = normal_cells(course)[:, None] * np.where(DAYS < 20.0, 1.0, ratio)
        found = read(course, stand, "B-ALL remission", cells, ANC=3.0, PLT=250.0)
        assert set(found.mrd_negative[found.scans.done].tolist()) == {expected}


def test_m_protein_falls_with_its_half_life_and_rests_with_its_source(course: Course, stand: Stand) -> None:
    cohort = course.cohort.take(ROWS)
    half_life = course.typical.at("outcome.m_protein_half_life_days", cohort.keys)[0]
    steady, _ = stand(T_H1=1e11)
    level = m_protein_g_l(steady, cohort, **draws(course))
    np.testing.assert_allclose(level, level[:, :1] * np.ones(200), rtol=1e-12)
    assert level.min() >= 10.0
    assert level[:, 0].std() > 1.0
    gone, _ = stand(T_H1=np.where(DAYS < 1.0, 1e11, 0.0))
    fallen = m_protein_g_l(gone, cohort, **draws(course))
    expected = level[:, 0] * 2.0 ** -((150.0 - 1.0) / half_life)
    np.testing.assert_allclose(fallen[:, 150], expected, rtol=1e-9)
    np.testing.assert_allclose(fallen[:, 0], level[:, 0])


def test_myeloma_that_vanishes_climbs_the_ladder_to_a_stringent_response(course: Course, stand: Stand) -> None:
    gone = np.where(DAYS < 2.0, 2e11, 0.0) * np.ones((40, 1))
    found = read(course, stand, "IMWG 2016", gone)
    order = ["SCR", "CR", "VGPR", "PR", "MR", "SD"]
    place = np.vectorize(lambda code: order.index(Response(code).name))
    whole = found.scans.done.all(axis=1)
    ranks = place(found.assessed.response[whole])
    assert (np.diff(ranks, axis=1) <= 0).all()
    assert (ranks[:, 0] > 0).mean() > 0.5  # M-protein takes its half-life to go
    assert (ranks[:, 2] <= 2).all()
    assert (ranks[:, 2] == 0).any()
    stays = read(course, stand, "IMWG 2016", 2e11)
    assert seen(stays) <= {"SD", "NE"}
    assert "SD" in seen(stays)
    grows = read(course, stand, "IMWG 2016", 2e11 * np.exp(DAYS / 60.0) * np.ones((40, 1)))
    assert "PD" in seen(grows)
    assert not {"PR", "VGPR", "CR", "SCR"} & seen(grows)


def test_pet_tells_a_residual_mass_from_living_lymphoma(course: Course, stand: Stand) -> None:
    """A mass of dead cells that stays large is a complete response by PET; the same mass alive is none."""
    rho = course.body.take(ROWS).of("rho")[:, None]
    start = 60.0 * rho  # 60 cm3, 49 mm
    alive = np.where(DAYS < 20.0, start, 0.0)
    dead = np.where(DAYS < 20.0, 0.0, 0.5 * start)
    assert seen(read(course, stand, "Lugano 2014", alive, D1=dead)) == {"CR"}
    assert seen(read(course, stand, "Lugano 2014", np.where(DAYS < 20.0, start, 0.65 * start))) == {"SD"}
    assert seen(read(course, stand, "Lugano 2014", np.where(DAYS < 20.0, start, 0.15 * start))) == {"PR"}
    assert seen(read(course, stand, "Lugano 2014", np.where(DAYS < 20.0, start, start * np.exp(DAYS / 40.0)))) == {"PD"}
    found = read(course, stand, "Lugano 2014", np.where(DAYS < 20.0, start, np.where(DAYS < 120, 0.0, 0.1 * start)))
    whole = found.scans.done[:, :3].all(axis=1) & np.isinf(found.fate.new_lesion_day)
    assert whole.sum() > 5
    assert (found.assessed.response[whole, :3] == [Response.CR, Response.CR, Response.PD]).all()


def test_the_first_visit_of_blood_cancers_comes_before_the_others_and_moves_none(course: Course) -> None:
    keys = course.cohort.keys
    common: dict[str, Any] = {
        "baseline_day": np.full(len(keys), 10.0), "interval_days": np.full(len(keys), 91.0), "window_days": 7.0,
        "horizon_days": 400.0, "keys": keys, "streams": Streams(3),
    }  # fmt: skip
    plain = plan_scans(**common)
    more = plan_scans(**common, first_visit_days=np.full(len(keys), 33.0))
    np.testing.assert_array_equal(more[:, 1:], plain)
    assert (np.abs(more[:, 0] - 43.0) <= 7.0).all()
    assert more[:, 0].std() > 3.0
