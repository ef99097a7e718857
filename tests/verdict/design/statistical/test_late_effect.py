"""The power of a group-sequential log-rank test under a late effect, against simulated trials."""

from __future__ import annotations

import numpy as np

from adoptive.verdict.comparison import log_rank
from adoptive.verdict.design.enrolment import Arms, Hazard, accrual_of, hazard_of
from adoptive.verdict.design.weighted import power_weighted

TRIALS = 1500
TIMES = (24.0, 36.0)


def event_times(hazard: Hazard, amount: np.ndarray) -> np.ndarray:
    """Turn standard exponential amounts into times under a hazard of one or two steps."""
    if len(hazard.rates) == 1:
        return amount / hazard.rates[0]
    first = hazard.rates[0] * hazard.starts[1]
    late = hazard.starts[1] + (amount - first) / hazard.rates[1]
    return np.where(amount > first, late, amount / hazard.rates[0])


def test_late_effect() -> None:
    """Means of z within 4 standard errors (0.1), power within 4 (0.05); an honest result fails once in 5,000 runs."""
    random = np.random.default_rng(1)
    arms = Arms(hazard_of([0.06, 0.036], [0.0, 4.0]), hazard_of(0.06), 1.0, 0.005, 0.01)
    accrual = accrual_of([0, 8, 20], [10, 30])
    design = power_weighted(arms, accrual, times=TIMES, efficacy="OF")
    shape = (TRIALS, round(accrual.total))
    entry = np.interp(random.random(shape), [0.0, 80 / 440, 1.0], [0.0, 8.0, 20.0])
    treated = np.tile(np.arange(shape[1]) % 2 == 0, (TRIALS, 1))
    amount = random.exponential(size=shape)
    time = np.where(treated, event_times(arms.experimental, amount), event_times(arms.control, amount))
    lost = random.exponential(size=shape) / np.where(treated, 0.005, 0.01)
    crossed = np.zeros(TRIALS, bool)
    for look, now in enumerate(TIMES):
        followed = np.maximum(np.minimum(now - entry, lost), 0.0)
        z = -log_rank(np.minimum(time, followed), time <= followed, treated, now > entry).z
        assert abs(z.mean() - design.mean_z[look]) < 4.0 / np.sqrt(TRIALS)
        crossed |= z >= design.plan.efficacy[look]
    assert abs(crossed.mean() - design.power) < 4.0 * np.sqrt(design.power * (1 - design.power) / TRIALS)
