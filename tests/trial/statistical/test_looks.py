"""Looks hold their error: log-rank tests at planned events of trials without an effect, and with one."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.trial.cut import nth_event
from adoptive.trial.looks import EFFICACY, FUTILITY, stop_by
from adoptive.verdict.comparison import log_rank
from adoptive.verdict.design.sequential import Bounds, crossing_probabilities, group_sequential

TRIALS, PATIENTS, EVENTS = 4000, 120, 80


def looked_at(bounds: Bounds, *, ratio: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Look at trials of exponential times with uniform entry at the planned events."""
    rng = np.random.default_rng(seed)
    entered = rng.uniform(0.0, 12.0, (TRIALS, PATIENTS))
    first = np.broadcast_to(np.arange(PATIENTS) % 2 == 0, entered.shape)
    time = rng.exponential(1.0, entered.shape) * 8.0 / np.where(first, ratio, 1.0)
    z = np.empty((TRIALS, len(bounds.fractions)))
    for look, fraction in enumerate(bounds.fractions):
        cut = nth_event(entered + time, int(np.ceil(fraction * EVENTS)))[:, None]
        days = np.clip(cut - entered, 0.0, time)
        z[:, look] = -log_rank(days, entered + time <= cut, first, entered < cut).z
    return stop_by(z, np.ones(z.shape, bool), bounds)


@pytest.mark.parametrize(("family", "seed"), [("O'Brien-Fleming", 1), ("Pocock", 2), ("Hwang-Shih-DeCani", 3)])
def test_type_one_error(family: str, seed: int) -> None:
    """One-sided 5 %; four standard errors of 4,000 trials (1.4 points), and each look takes its share."""
    bounds = group_sequential([0.4, 0.7, 1.0], alpha=0.05, spending=family, parameter=-2.0)
    stopped, why = looked_at(bounds, ratio=1.0, seed=seed)
    error = (why == EFFICACY).mean()
    assert abs(error - 0.05) < 4 * np.sqrt(0.05 * 0.95 / TRIALS)
    for look in (1, 2, 3):
        spent = np.diff(bounds.alpha_spent, prepend=0.0)[look - 1]
        assert abs((stopped == look).mean() - spent) < 4 * np.sqrt(max(spent, 1e-3) / TRIALS) + 0.002


def test_power_and_futility() -> None:
    """Schoenfeld's drift sqrt(events)/2 |ln HR| gives the power, to 6 points: his approximation and chance."""
    ratio = 0.5
    bounds = group_sequential([0.5, 1.0], futility="Pocock", beta=0.1)
    stopped, why = looked_at(bounds, ratio=ratio, seed=5)
    drift = 0.5 * np.sqrt(EVENTS) * abs(np.log(ratio))
    above, below = crossing_probabilities([0.5, 1.0], bounds.efficacy, bounds.futility, drift=drift)
    assert abs((why == EFFICACY).mean() - above.sum()) < 0.06
    assert abs((why == FUTILITY).mean() - below[0]) < 0.04
    assert set(stopped[why == FUTILITY]) <= {1}, "the last look does not stop for futility: it is the end"
    under_null = looked_at(bounds, ratio=1.0, seed=6)[1]
    assert (under_null == FUTILITY).mean() > 0.4
    assert (under_null == EFFICACY).mean() < 0.025 + 4 * np.sqrt(0.025 / TRIALS)
