"""Intervals cover and tests err as often as they say, on virtual trials with known truth.

Error rate: each share is allowed 3.3 Monte Carlo standard errors, so a right method fails one of the fixed comparisons
with chance 0.001; seeds are fixed. In small arms normal tests of restricted means err a little too often (5.4 % with
100 patients in an arm), so the long run has 300.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

from adoptive.verdict.survival import (
    incidence_trials,
    milestone_contrast_trials,
    milestone_trials,
    quantile_trials,
    restricted_mean_contrast_trials,
    restricted_mean_trials,
)
from adoptive.verdict.survival.types import IntervalKind

MEAN, AT, HORIZON, WIDE = 10.0, 8.0, 12.0, 3.3


class Trials(NamedTuple):
    """Exponential times of mean 10, censored between 4 and 24; every other patient is in the experimental arm."""

    days: np.ndarray
    event: np.ndarray
    experimental: np.ndarray


def _trials(number: int, arm: int, seed: int) -> Trials:
    random = np.random.default_rng(seed)
    time, end = random.exponential(MEAN, (number, 2 * arm)), random.uniform(4.0, 24.0, (number, 2 * arm))
    experimental = np.broadcast_to(np.arange(2 * arm) % 2 == 1, time.shape)
    return Trials(np.minimum(time, end), time <= end, experimental)


def _near(share: float, truth: float, number: int) -> bool:
    return abs(share - truth) < WIDE * np.sqrt(truth * (1.0 - truth) / number)


@pytest.fixture(scope="module")
def trials() -> Trials:
    return _trials(2_000, 200, 1)


@pytest.mark.parametrize("kind", ["log", "log-log", "plain", "arcsine", "logit"])
def test_milestones_cover(trials: Trials, kind: IntervalKind) -> None:
    found = milestone_trials(trials.days, trials.event, at=AT, interval=kind)
    truth = np.exp(-AT / MEAN)
    assert _near(float(((found.lower <= truth) & (truth <= found.upper)).mean()), 0.95, 2_000)


def test_means_medians_and_incidences_cover(trials: Trials) -> None:
    mean = restricted_mean_trials(trials.days, trials.event, horizon=HORIZON)
    truth = MEAN * (1.0 - np.exp(-HORIZON / MEAN))
    assert _near(float(((mean.lower <= truth) & (truth <= mean.upper)).mean()), 0.95, 2_000)
    assert mean.standard_error.mean() == pytest.approx(mean.value.std(), rel=0.05)
    median = quantile_trials(trials.days, trials.event, interval="log-log")
    truth = MEAN * np.log(2.0)
    assert _near(float(((median.lower <= truth) & (truth <= median.upper)).mean()), 0.95, 2_000)
    cause = trials.event * (1 + (np.random.default_rng(2).random(trials.days.shape) < 0.4))
    found = incidence_trials(trials.days, cause, at=AT, interest=2, interval="log-log")
    truth = 0.4 * (1.0 - np.exp(-AT / MEAN))
    assert _near(float(((found.lower <= truth) & (truth <= found.upper)).mean()), 0.95, 2_000)


def _sizes(trials: Trials) -> dict[str, float]:
    found = {"mean": restricted_mean_contrast_trials(*trials, horizon=HORIZON).p_value}
    scales: tuple[IntervalKind, ...] = ("plain", "log-log", "logit")
    found |= {scale: milestone_contrast_trials(*trials, at=AT, scale=scale).p_value for scale in scales}
    return {name: float((p < 0.05).mean()) for name, p in found.items()}


def test_null_trials_are_rejected_as_often_as_said(trials: Trials) -> None:
    assert {name: size for name, size in _sizes(trials).items() if not _near(size, 0.05, 2_000)} == {}


@pytest.mark.slow
def test_twenty_thousand_null_trials() -> None:
    sizes = _sizes(_trials(20_000, 300, 3))
    assert {name: size for name, size in sizes.items() if not _near(size, 0.05, 20_000)} == {}


def test_a_difference_is_found_as_often_as_the_normal_law_says() -> None:
    """Power of the restricted mean's test against its closed form, complete data, 100 patients in an arm."""
    random = np.random.default_rng(4)
    arm = np.broadcast_to(np.arange(200) % 2 == 1, (2_000, 200))
    days = random.exponential(np.where(arm, 14.0, 10.0))
    found = restricted_mean_contrast_trials(days, np.ones(days.shape), arm, horizon=HORIZON)
    mean = [m * (1.0 - np.exp(-HORIZON / m)) for m in (10.0, 14.0)]
    square = [2.0 * m**2 * (1.0 - np.exp(-HORIZON / m) * (1.0 + HORIZON / m)) for m in (10.0, 14.0)]
    error = np.sqrt(sum((s - m**2) / 100 for s, m in zip(square, mean, strict=True)))
    from scipy.stats import norm

    power = norm.cdf((mean[1] - mean[0]) / error - 1.959964)
    assert _near(float(((found.p_value < 0.05) & (found.z > 0)).mean()), power, 2_000)
