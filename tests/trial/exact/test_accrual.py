"""Days of entry by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from adoptive.streams import Keys, Streams
from adoptive.trial.accrual import entry_days, ramp_day
from adoptive.trial.types import Arm, Protocol
from adoptive.units import days


def protocol(**fields: object) -> Protocol:
    return Protocol(randomised=4, accrual_months=10.0, follow_up_months=5.0, arms=(Arm("one", "cells"),), **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("ramp", [0.0, 0.3, 1.0])
def test_ramp_is_the_inverse_of_its_distribution(ramp: float) -> None:
    t = np.linspace(0.0, 1.0, 101)
    area = 1.0 - ramp / 2.0
    share = np.where(t < ramp, t**2 / (2.0 * max(ramp, 1e-9) * area), (t - ramp / 2.0) / area)
    np.testing.assert_allclose(ramp_day(share, ramp), t, atol=1e-12)


def test_a_whole_ramp_is_a_square_root() -> None:
    assert ramp_day(np.array([0.0, 0.25, 0.81, 1.0]), 1.0).tolist() == pytest.approx([0.0, 0.5, 0.9, 1.0])


def test_waits_of_a_poisson_accrual_are_exponential() -> None:
    """400 trials of 60; Kolmogorov-Smirnov at 1 in 1,000; the mean span is the accrual to four standard errors."""
    trial, keys = protocol(accrual="poisson"), Keys.of(np.repeat(np.arange(400), 60), np.tile(np.arange(60), 400))
    day = entry_days(trial, keys, np.zeros((400, 60), np.int64), Streams(3))
    gaps = np.diff(day, axis=1).ravel() / (days(10.0) / 59)
    assert stats.kstest(gaps, stats.expon.cdf).pvalue > 1e-3
    span = day[:, -1] / days(10.0)
    assert abs(span.mean() - 1.0) < 4 * span.std() / 20
