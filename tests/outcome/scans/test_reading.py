"""What the radiologist writes: an error of known size, limits of what can be seen, and nothing before its time."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from adoptive.cohort import Cohort
from adoptive.outcome import NonTarget, Scans, at_days, read_scans
from adoptive.parameters import Typical
from adoptive.streams import Streams

GRID = np.arange(0.0, 201.0)
PEOPLE = 2000


@pytest.fixture(scope="module")
def people(entrants: Cohort) -> Cohort:
    """Two thousand patients who all have five lesions."""
    cohort = entrants.take(np.arange(PEOPLE))
    return dataclasses.replace(cohort, lesion_diameter_mm=np.full((PEOPLE, 5), 30.0))


def read(
    cohort: Cohort,
    typical: Typical,
    streams: Streams,
    *,
    diameter: np.ndarray | float = 30.0,
    day: tuple[float, ...] = (42.0, 84.0),
    new_lesion_day: float = np.inf,
) -> Scans:
    """Read scans of lesions with given true diameters ``(days, lesions)``."""
    patients = len(cohort)
    true = np.broadcast_to(np.asarray(diameter, float), (patients, len(GRID), 5))
    return read_scans(
        true,
        GRID,
        day=np.tile(np.array(day), (patients, 1)),
        baseline_day=np.zeros(patients),
        new_lesion_day=np.full(patients, new_lesion_day),
        cohort=cohort,
        typical=typical,
        streams=streams,
    )


def test_the_readers_error_is_six_per_cent_and_independent(people: Cohort, typical: Typical, streams: Streams) -> None:
    """Log error normal with SD 0.06: Kolmogorov-Smirnov at 1 in 1,000; no correlation beyond 4 standard errors."""
    scans = read(people, typical, streams)
    error = np.log(scans.diameter_mm / 30.0)
    assert stats.kstest(error.ravel(), stats.norm(0.0, 0.06).cdf).pvalue > 1e-3
    visits, lesions = np.corrcoef(error[:, 0, 0], error[:, 1, 0]), np.corrcoef(error[:, 0, 0], error[:, 0, 1])
    baseline = np.corrcoef(np.log(scans.baseline_mm[:, 0] / 30.0), error[:, 0, 0])
    assert max(abs(c[0, 1]) for c in (visits, lesions, baseline)) < 4 / np.sqrt(PEOPLE)


def test_a_perfect_reader_writes_the_truth(people: Cohort, published: Callable[..., Typical], streams: Streams) -> None:
    falling = np.linspace(60.0, 20.0, len(GRID))[:, None] * np.ones(5)
    scans = read(people, published(outcome__reader_sd=0.0), streams, diameter=falling, day=(50.5, 100.0))
    np.testing.assert_allclose(scans.baseline_mm, 60.0)
    np.testing.assert_allclose(scans.diameter_mm[:, 0], 60.0 - 40.0 * 50.5 / 200.0)
    np.testing.assert_allclose(scans.diameter_mm[:, 1], 40.0)


@pytest.mark.parametrize(("true", "written"), [(1.99, 0.0), (2.0, 5.0), (4.0, 5.0), (6.0, 6.0)])
def test_small_lesions_are_written_as_five_and_invisible_ones_as_gone(
    people: Cohort, published: Callable[..., Typical], streams: Streams, true: float, written: float
) -> None:
    scans = read(people, published(outcome__reader_sd=0.0), streams, diameter=true)
    np.testing.assert_allclose(scans.diameter_mm, written)


def test_a_place_without_a_lesion_stays_empty(entrants: Cohort, typical: Typical, streams: Streams) -> None:
    cohort = entrants.take(np.arange(500))
    true = np.broadcast_to(cohort.lesion_diameter_mm[:, None, :], (500, len(GRID), 5))
    scans = read_scans(
        true, GRID, day=np.full((500, 1), 42.0), baseline_day=np.zeros(500), new_lesion_day=np.full(500, np.inf),
        cohort=cohort, typical=typical, streams=streams,
    )  # fmt: skip
    empty = cohort.lesion_diameter_mm == 0
    assert empty.any()
    assert (scans.baseline_mm[empty] == 0).all()
    assert (scans.diameter_mm[:, 0][empty] == 0).all()
    assert (scans.baseline_mm[~empty] > 0).all()


def test_larger_lesions_are_never_read_as_smaller(people: Cohort, typical: Typical, streams: Streams) -> None:
    """On the same patient, scan and reader."""
    sizes = [read(people, typical, streams, diameter=d).diameter_mm for d in (0.5, 3.0, 8.0, 30.0, 31.0)]
    assert all((large >= small).all() for small, large in itertools.pairwise(sizes))


def test_progression_elsewhere_is_seen_from_its_day_on(people: Cohort, typical: Typical, streams: Streams) -> None:
    scans = read(people, typical, streams, day=(42.0, 84.0, 126.0), new_lesion_day=84.0)
    spread = people.peritoneal
    assert 0 < spread.sum() < PEOPLE
    assert (scans.non_target[spread] == [NonTarget.NON_CR_NON_PD, NonTarget.PD, NonTarget.PD]).all()
    assert (scans.non_target[~spread] == NonTarget.NONE).all()
    assert (scans.new_lesion[~spread] == [False, True, True]).all()
    assert not scans.new_lesion[spread].any(), "progression elsewhere is told once, as non-target or as a new lesion"


def test_non_target_disease_goes_when_all_target_lesions_have(
    people: Cohort, typical: Typical, streams: Streams
) -> None:
    scans = read(people, typical, streams, diameter=0.5)
    spread = people.peritoneal
    assert (scans.non_target[spread] == NonTarget.CR).all()
    assert (scans.non_target[~spread] == NonTarget.NONE).all()


def test_visits_are_missed_as_often_as_stated(people: Cohort, typical: Typical, streams: Streams) -> None:
    """3 %; binomial test at 1 in 1,000; an unplanned scan is never made."""
    scans = read(people, typical, streams, day=(42.0, 84.0, 126.0, np.inf))
    assert not scans.done[:, 3].any()
    missed = int((~scans.done[:, :3]).sum())
    assert stats.binomtest(missed, 3 * PEOPLE, 0.03).pvalue > 1e-3
    assert (scans.measured == scans.done[:, :, None]).all()


def test_nodal_lesions_are_a_quarter_and_stay_nodal(people: Cohort, typical: Typical, streams: Streams) -> None:
    one, other = read(people, typical, streams), read(people, typical, streams, diameter=10.0, day=(42.0,))
    assert one.nodal.tobytes() == other.nodal.tobytes()
    assert stats.binomtest(int(one.nodal.sum()), one.nodal.size, 0.25).pvalue > 1e-3


def test_a_later_visit_does_not_change_an_earlier_one(people: Cohort, typical: Typical, streams: Streams) -> None:
    few, many = read(people, typical, streams, day=(42.0,)), read(people, typical, streams, day=(42.0, 84.0, 126.0))
    assert many.diameter_mm[:, :1].tobytes() == few.diameter_mm.tobytes()
    assert many.done[:, :1].tobytes() == few.done.tobytes()
    assert many.baseline_mm.tobytes() == few.baseline_mm.tobytes()


def test_a_patients_scans_do_not_depend_on_others(people: Cohort, typical: Typical, streams: Streams) -> None:
    some = np.array([3, 1999])
    together, alone = read(people, typical, streams), read(people.take(some), typical, streams)
    for name, values in alone.__dict__.items():
        np.testing.assert_array_equal(getattr(together, name)[some], values, err_msg=name)


@given(
    values=st.lists(st.floats(-50, 50), min_size=4, max_size=4),
    day=st.lists(st.one_of(st.floats(-5, 20), st.just(np.inf)), min_size=1, max_size=5),
)
def test_between_recorded_days_the_line_is_straight_and_the_ends_are_kept(
    values: list[float], day: list[float]
) -> None:
    grid, course = np.array([0.0, 1.0, 8.0, 15.0]), np.array(values)
    plain = at_days(course[None, :], grid, np.array([day]))[0]
    expected = np.interp(np.where(np.isfinite(day), day, 15.0), grid, course)
    np.testing.assert_allclose(plain, expected, atol=1e-12)
    stacked = at_days(np.stack([course, 2 * course], axis=-1)[None], grid, np.array([day]))[0]
    np.testing.assert_allclose(stacked, np.stack([expected, 2 * expected], axis=-1), atol=1e-12)
