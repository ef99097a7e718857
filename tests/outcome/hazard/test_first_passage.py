"""The day on which a cumulative hazard passes a threshold: closed forms, laws, and a second way of computing it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from scipy.integrate import cumulative_trapezoid

from adoptive.outcome import first_passage
from adoptive.streams import Keys, Streams

RATES = hnp.arrays(float, (6, 30), elements=st.one_of(st.just(0.0), st.floats(1e-9, 2)))
THRESHOLDS = hnp.arrays(float, 6, elements=st.floats(1e-6, 20))


@pytest.mark.parametrize("rate", [0.01, 0.2])
def test_a_constant_hazard_is_exponential(rate: float) -> None:
    day = np.arange(0.0, 400.0)
    threshold = np.array([0.05, 0.5, 1.0, 3.0])
    when = first_passage(np.full((4, 400), rate), day, threshold)
    np.testing.assert_allclose(when, threshold / rate if rate > 0.01 else [5.0, 50.0, 100.0, 300.0], rtol=1e-12)


@pytest.mark.parametrize(("shape", "scale"), [(1.5, 60.0), (2.0, 100.0), (3.0, 80.0)])
def test_a_rising_hazard_is_weibull(shape: float, scale: float) -> None:
    """``H = (t / scale)^shape``, so the threshold is passed at ``scale threshold^(1/shape)``; grid of a tenth day."""
    day = np.arange(0.0, 300.0, 0.1)
    hazard = shape / scale * (day / scale) ** (shape - 1.0)
    threshold = np.array([0.1, 0.7, 1.0, 2.5])
    when = first_passage(np.tile(hazard, (4, 1)), day, threshold)
    np.testing.assert_allclose(when, scale * threshold ** (1.0 / shape), rtol=2e-4)


def test_a_uneven_grid_counts_its_own_steps() -> None:
    day = np.array([0.0, 1.0, 2.0, 9.0, 16.0])
    np.testing.assert_allclose(first_passage(np.full((1, 5), 0.1), day, np.array([1.25])), [12.5])


def test_nothing_happens_where_the_hazard_does_not_suffice() -> None:
    day = np.arange(11.0)
    when = first_passage(np.array([[0.0] * 11, [0.1] * 11, [0.1] * 11]), day, np.array([0.5, 1.01, 0.99]))
    assert np.isinf(when[:2]).all()
    assert when[2] == pytest.approx(9.9)


def test_a_hazard_that_pauses_waits() -> None:
    """Hazard 1 on the first day and from day 5 on, none between; trapezoids add half a day at each edge."""
    hazard = np.array([[1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0]])
    when = [first_passage(hazard, np.arange(7.0), np.array([level]))[0] for level in (0.5, 1.5, 1.75)]
    np.testing.assert_allclose(when, [0.5, 2.0, 4.5])


@settings(deadline=None)
@given(hazard=RATES, threshold=THRESHOLDS)
def test_scipys_integral_and_numpys_interpolation_agree(hazard: np.ndarray, threshold: np.ndarray) -> None:
    day = np.arange(30.0)
    when = first_passage(hazard, day, threshold)
    for rates, level, passed in zip(hazard, threshold, when, strict=True):
        total = cumulative_trapezoid(rates, day, initial=0.0)
        if total[-1] < level * (1 - 1e-12):
            assert np.isinf(passed)
        elif np.isfinite(passed):
            assert np.interp(passed, day, total) == pytest.approx(level, rel=1e-9)
        else:
            assert total[-1] == pytest.approx(level, rel=1e-12)


@settings(deadline=None)
@given(
    hazard=RATES,
    factor=hnp.arrays(float, (6, 30), elements=st.one_of(st.just(0.0), st.floats(1e-3, 1))),
    threshold=THRESHOLDS,
)
def test_a_lower_hazard_is_never_passed_earlier(hazard: np.ndarray, factor: np.ndarray, threshold: np.ndarray) -> None:
    day = np.arange(30.0)
    assert (first_passage(hazard * factor, day, threshold) >= first_passage(hazard, day, threshold) - 1e-9).all()


@settings(deadline=None)
@given(hazard=RATES, threshold=THRESHOLDS, more=st.floats(1, 5))
def test_a_higher_threshold_is_never_passed_earlier(hazard: np.ndarray, threshold: np.ndarray, more: float) -> None:
    day = np.arange(30.0)
    assert (first_passage(hazard, day, threshold * more) >= first_passage(hazard, day, threshold)).all()


@settings(deadline=None)
@given(hazard=RATES, threshold=THRESHOLDS, cut=st.integers(2, 29))
def test_what_happens_later_does_not_change_what_has_happened(
    hazard: np.ndarray, threshold: np.ndarray, cut: int
) -> None:
    day = np.arange(30.0)
    whole, part = first_passage(hazard, day, threshold), first_passage(hazard[:, :cut], day[:cut], threshold)
    seen = np.isfinite(part)
    np.testing.assert_allclose(whole[seen], part[seen])
    assert (whole[~seen] >= day[cut - 1]).all()


def test_exponential_thresholds_draw_the_weibull_distribution() -> None:
    """Kolmogorov-Smirnov at 1 in 1,000."""
    keys, day = Keys.of(0, np.arange(4000)), np.arange(0.0, 600.0)
    hazard = np.tile(1.5 / 90.0 * (day / 90.0) ** 0.5, (4000, 1))
    when = first_passage(hazard, day, Streams(5).exponential("outcome.death", keys))
    assert np.isfinite(when).all()
    assert stats.kstest(when, stats.weibull_min(1.5, scale=90.0).cdf).pvalue > 1e-3
