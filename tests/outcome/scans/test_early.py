"""Scans for symptoms: they follow the growth that a patient feels, and leave the planned scans as they are."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from adoptive.cohort import Cohort
from adoptive.outcome import Scans, early_scan_days, read_scans
from adoptive.parameters import Typical
from adoptive.streams import Streams

DAY = np.arange(0.0, 401.0)
PEOPLE = 2000


@pytest.fixture(scope="module")
def people(entrants: Cohort) -> Cohort:
    return entrants.take(np.arange(PEOPLE))


def early(
    volume: np.ndarray,
    cohort: Cohort,
    typical: Typical,
    streams: Streams,
    *,
    baseline: float = 0.0,
    elsewhere: float = np.inf,
) -> np.ndarray:
    """Draw early scans on courses ``(patients, days)`` or one for all ``(days,)``."""
    many = len(cohort)
    return early_scan_days(
        np.broadcast_to(volume, (many, len(DAY))),
        DAY,
        cohort,
        baseline_day=np.full(many, baseline),
        new_lesion_day=np.full(many, elsewhere),
        typical=typical,
        streams=streams,
    )


def doubled(by: float, *, start: float = 20.0) -> np.ndarray:
    """Grow by so many doublings on the first day."""
    return np.where(DAY > 0, start * 2.0**by, start)


def read(cohort: Cohort, typical: Typical, streams: Streams, early_day: np.ndarray | None) -> Scans:
    many = len(cohort)
    true = np.broadcast_to(cohort.lesion_diameter_mm[:, None, :], (many, len(DAY), cohort.lesion_diameter_mm.shape[1]))
    day = np.tile([42.0, 84.0, np.inf], (many, 1))
    return read_scans(
        true * (1.0 + DAY[:, None] / 200.0), DAY, day=day, early_day=early_day, baseline_day=np.zeros(many),
        new_lesion_day=np.full(many, 60.0), cohort=cohort, typical=typical, streams=streams,
    )  # fmt: skip


@pytest.mark.parametrize("course", [np.full(401, 20.0), 20.0 * np.exp(-0.02 * DAY)])
def test_nobody_is_scanned_early_whose_disease_does_not_grow(
    people: Cohort, typical: Typical, streams: Streams, course: np.ndarray
) -> None:
    assert np.isinf(early(course, people, typical, streams)).all()


def test_growth_back_to_the_baseline_is_not_felt(people: Cohort, typical: Typical, streams: Streams) -> None:
    """A response and a relapse: no early scan before the baseline's volume is passed on day 300."""
    relapse = 20.0 * np.exp(0.02 * (np.abs(DAY - 150.0) - 150.0))
    days = early(relapse, people, typical, streams)
    assert (days >= 300.0).all()
    assert np.isfinite(days[:, 0]).mean() > 0.2


@pytest.mark.parametrize("doublings", [0.5, 1.0, 3.0])
def test_the_wait_is_exponential_at_the_rows_rate_per_doubling(
    people: Cohort, typical: Typical, streams: Streams, doublings: float
) -> None:
    """Kolmogorov-Smirnov at 1 in 1,000; within the first day the hazard rises from none."""
    first = early(doubled(doublings), people, typical, streams)[:, 0]
    rate = typical.book["outcome.early_scan_hazard"].value * doublings
    model, seen = stats.expon(scale=1.0 / rate, loc=0.5), first[first < 400.0]
    assert len(seen) / PEOPLE == pytest.approx(model.cdf(400.0), abs=4 * np.sqrt(0.25 / PEOPLE))
    assert stats.kstest(seen, lambda t: model.cdf(t) / model.cdf(400.0)).pvalue > 1e-3


def test_the_second_scan_waits_as_long_again(people: Cohort, typical: Typical, streams: Streams) -> None:
    """At a constant hazard the gap is as the first wait; Kolmogorov-Smirnov of two samples at 1 in 1,000."""
    days = early(doubled(10.0), people, typical, streams)
    assert np.isfinite(days).all(), "at 10 % a day everybody has had two within 400 days"
    assert stats.ks_2samp(days[:, 0] - 0.5, days[:, 1] - days[:, 0]).pvalue > 1e-3


def test_progression_elsewhere_counts_as_one_doubling(people: Cohort, typical: Typical, streams: Streams) -> None:
    grown = early(doubled(2.0), people, typical, streams)
    both = early(doubled(1.0), people, typical, streams, elsewhere=1.0)
    np.testing.assert_allclose(both, grown, rtol=1e-9)
    alone = early(np.full(401, 20.0), people, typical, streams, elsewhere=100.0)
    assert (alone >= 99.0).all()
    assert np.isfinite(alone).any()


def test_what_grew_before_the_baseline_is_forgiven(people: Cohort, typical: Typical, streams: Streams) -> None:
    days = early(doubled(3.0), people, typical, streams, baseline=50.0)
    assert np.isinf(days).all()
    growing = 20.0 * 2.0 ** (DAY / 50.0)
    later = early(growing, people, typical, streams, baseline=100.0)
    plain = early(growing, people, typical, streams)
    inside = np.isfinite(later)
    assert inside.any()
    # Exponential growth is the same from any baseline on.
    np.testing.assert_allclose(later[inside] - 100.0, plain[inside], rtol=1e-9)


@settings(deadline=None, max_examples=25)
@given(rate=st.floats(-0.05, 0.05), more=st.floats(0.0, 0.05), start=st.floats(0.1, 400.0))
def test_more_growth_never_postpones_an_early_scan(
    people: Cohort, typical: Typical, streams: Streams, rate: float, more: float, start: float
) -> None:
    forty = people.take(np.arange(40))
    slow, fast = (early(start * np.exp(r * DAY), forty, typical, streams) for r in (rate, rate + more))
    assert (fast <= slow + 1e-9).all()
    assert (slow[:, 1] >= slow[:, 0]).all()


def test_at_hardly_any_hazard_there_are_none(
    people: Cohort, published: Callable[..., Typical], streams: Streams
) -> None:
    typical = published(outcome__early_scan_hazard=1e-12)
    days = early(doubled(5.0), people, typical, streams)
    assert np.isinf(days).all()
    plain, with_none = (read(people, typical, streams, chosen) for chosen in (None, days))
    for name, values in plain.__dict__.items():
        other = getattr(with_none, name)
        same = other if name in ("baseline_mm", "nodal") else other[:, : values.shape[1]]
        np.testing.assert_array_equal(same, values, err_msg=name)
    assert not with_none.done[:, 3:].any()


def test_planned_scans_stay_as_they_are(people: Cohort, typical: Typical, streams: Streams) -> None:
    """Byte for byte, with an early scan before, between or after them in every third patient."""
    days = np.full((PEOPLE, 2), np.inf)
    days[0::3, 0], days[1::3, 0], days[2::3, 0] = 20.0, 55.0, 90.0
    days[0::3, 1] = 70.0
    plain, found = read(people, typical, streams, None), read(people, typical, streams, days)
    assert (np.diff(np.where(np.isfinite(found.day), found.day, 1e9), axis=1) >= 0).all()
    for planned, at in enumerate((42.0, 84.0)):
        row, visit = np.nonzero(found.day == at)
        assert (row == np.arange(PEOPLE)).all()
        for name in ("done", "diameter_mm", "measured", "non_target", "new_lesion"):
            mine = np.ascontiguousarray(getattr(found, name)[row, visit])
            assert mine.tobytes() == np.ascontiguousarray(getattr(plain, name)[:, planned]).tobytes(), name
    assert found.baseline_mm.tobytes() == plain.baseline_mm.tobytes()


def test_an_early_scan_is_made_and_read_with_the_same_error(people: Cohort, typical: Typical, streams: Streams) -> None:
    """Never missed; log error normal with the row's SD, Kolmogorov-Smirnov at 1 in 1,000."""
    days = np.tile([50.0, 70.0], (PEOPLE, 1))
    found = read(people, typical, streams, days)
    for at, elsewhere in ((50.0, False), (70.0, True)):
        row, visit = np.nonzero(found.day == at)
        assert found.done[row, visit].all()
        large = people.lesion_diameter_mm > 12.0
        true = people.lesion_diameter_mm[large] * (1.0 + at / 200.0)
        error = np.log(found.diameter_mm[row, visit][large] / true)
        assert stats.kstest(error, stats.norm(0.0, 0.06).cdf).pvalue > 1e-3
        shown = found.new_lesion[row, visit] | (found.non_target[row, visit] == 3)
        assert (shown == elsewhere).all()


def test_a_patients_early_scans_do_not_depend_on_others(people: Cohort, typical: Typical, streams: Streams) -> None:
    some, volume = np.array([3, 1999]), 20.0 * np.exp(0.01 * DAY) * people.frailty[:, None]
    together, alone = (
        early(volume, people, typical, streams)[some],
        early(volume[some], people.take(some), typical, streams),
    )
    assert together.tobytes() == alone.tobytes()
