"""Laws of the scan calendar: in order, within the window, each patient his own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from adoptive.outcome import plan_scans
from adoptive.streams import Keys, Streams

HORIZON = 400.0


def calendar(
    baseline: np.ndarray,
    interval: np.ndarray,
    window: float,
    *,
    horizon: float = HORIZON,
    seed: int = 1,
    keys: Keys | None = None,
) -> np.ndarray:
    return plan_scans(
        baseline_day=baseline,
        interval_days=interval,
        window_days=window,
        horizon_days=horizon,
        keys=Keys.of(0, np.arange(len(baseline))) if keys is None else keys,
        streams=Streams(seed),
    )


@given(
    who=st.lists(st.tuples(st.floats(0, 300), st.floats(5, 90)), min_size=1, max_size=6),
    window=st.floats(0, 60),
    seed=st.integers(0, 1000),
)
def test_scans_keep_their_order_and_their_window(who: list[tuple[float, float]], window: float, seed: int) -> None:
    baseline, interval = (np.array(column) for column in zip(*who, strict=True))
    day = calendar(baseline, interval, window, seed=seed)
    planned = baseline[:, None] + np.arange(1, day.shape[1] + 1) * interval[:, None]
    there = np.isfinite(day)
    slack = np.minimum(window, 0.45 * interval)[:, None]
    assert (np.abs(np.where(there, day - planned, 0.0)) <= slack + 1e-9).all()
    # inf may be followed only by inf, and days rise.
    assert (there[:, 1:] <= there[:, :-1]).all()
    assert (day[:, 1:] > day[:, :-1])[there[:, 1:]].all()
    assert (day[there] <= HORIZON).all()
    assert (day[there] > np.broadcast_to(baseline[:, None], day.shape)[there]).all()


def test_without_a_window_scans_fall_on_the_planned_day() -> None:
    day = calendar(np.array([10.0]), np.array([42.0]), 0.0, horizon=200.0)
    assert day[0].tolist() == [52.0, 94.0, 136.0, 178.0]


def test_a_later_horizon_only_adds_scans() -> None:
    short, long = (calendar(np.zeros(5), np.full(5, 42.0), 7.0, horizon=h) for h in (200.0, 600.0))
    seen = np.isfinite(short)
    assert long[:, : short.shape[1]][seen].tobytes() == short[seen].tobytes()
    assert np.isfinite(long).sum() > seen.sum()


def test_a_patients_calendar_does_not_depend_on_others() -> None:
    keys = Keys.of(0, [4, 9])
    alone = calendar(np.zeros(1), np.array([56.0]), 7.0, keys=Keys.of(0, [9]))
    together = calendar(np.zeros(2), np.array([14.0, 56.0]), 7.0, keys=keys)
    seen = np.isfinite(alone[0])
    assert together[1, : alone.shape[1]][seen].tobytes() == alone[0][seen].tobytes()
    assert np.isinf(together[1, alone.shape[1] :]).all()


def test_earliness_and_lateness_are_uniform_within_the_window() -> None:
    """Kolmogorov-Smirnov at 1 in 1,000, over 12,000 scans."""
    day = calendar(np.zeros(2000), np.full(2000, 42.0), 7.0, horizon=42.0 * 6 + 8)
    off = (day - 42.0 * np.arange(1, 7)).ravel()
    assert np.isfinite(off).all()
    assert stats.kstest(off, stats.uniform(-7.0, 14.0).cdf).pvalue > 1e-3


@pytest.mark.parametrize("patients", [0, 1])
def test_a_cohort_of_none_or_one_has_a_calendar(patients: int) -> None:
    assert calendar(np.zeros(patients), np.full(patients, 42.0), 7.0).shape[0] == patients
