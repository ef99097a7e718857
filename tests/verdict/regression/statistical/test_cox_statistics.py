"""Type I error over 20,000 null trials, and coverage, of the Cox model's tests.

A rate must lie within four of its Monte Carlo errors (0.0062 at 5 % of 20,000 trials): a test that is right fails one
such check in 16,000; seeds are fixed. All are asymptotic: with 200 patients and about 125 events the score, likelihood
and model's Wald tests are 0.002 to 0.003 off, that of proportionality 0.004, the robust Wald test 0.005.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, norm

from adoptive.verdict.regression import cox_trials, proportionality_trials

TRIALS, PATIENTS = 20_000, 200
LIMIT = chi2.isf(0.05, 1)


def _within(trials: int) -> float:
    return float(4.0 * np.sqrt(0.05 * 0.95 / trials))


def _trials(seed: int, trials: int, *, log_ratio: float, ties: bool) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    experimental = np.tile([0, 1], (trials, PATIENTS // 2))
    stratum = random.integers(0, 2, experimental.shape)
    time = random.exponential(np.exp(-log_ratio * experimental + 0.7 * stratum))
    ended = random.uniform(0.3, 3.0, experimental.shape)
    days = np.minimum(time, ended)
    days = np.ceil(days * 12.0) if ties else days
    return {"days": days, "event": time <= ended, "experimental": experimental, "stratum": stratum}


@pytest.fixture(scope="module")
def null() -> dict[str, np.ndarray]:
    return _trials(20, TRIALS, log_ratio=0.0, ties=False)


def test_type_i_error(null: dict[str, np.ndarray]) -> None:
    fit = cox_trials(**null, robust=True)
    assert fit.estimable.all()
    tests = {
        "score": fit.score,
        "likelihood ratio": fit.likelihood_ratio,
        "Wald": (fit.log_ratio / fit.standard_error) ** 2,
        "robust Wald": fit.wald,
    }
    rates = {name: (values > LIMIT).mean() for name, values in tests.items()}
    assert {name: rate for name, rate in rates.items() if abs(rate - 0.05) > _within(TRIALS)} == {}


def test_type_i_error_of_proportionality(null: dict[str, np.ndarray]) -> None:
    test = proportionality_trials(**null)
    assert abs((test.p_value < 0.05).mean() - 0.05) < _within(TRIALS)


def test_coverage_with_ties() -> None:
    fit = cox_trials(**_trials(21, 5_000, log_ratio=-0.5, ties=True))
    covered = np.abs(fit.log_ratio + 0.5) < norm.isf(0.025) * fit.standard_error
    assert abs(covered.mean() - 0.95) < _within(5_000)
    assert abs(fit.log_ratio.mean() + 0.5) < 0.02
