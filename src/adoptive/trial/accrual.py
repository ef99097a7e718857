"""When patients enter: uniformly, at a rising rate, or one after the other at random; and when follow-up ends.

``accrual_months`` is always the time from the first to the last patient: exactly the span of the days in "uniform" and
"ramp", its mean in "poisson".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adoptive.streams import Keys, Streams
from adoptive.trial.types import Protocol
from adoptive.units import days

__all__ = ["MOST_SPANS", "entry_days", "last_days", "longest_days", "ramp_day"]

Floats = NDArray[np.float64]

MOST_SPANS = 3.0
"""A Poisson accrual ends at the latest after so many times the planned months; whoever is left enters on that day."""


def entry_days(trial: Protocol, keys: Keys, arm: NDArray[np.int64], streams: Streams) -> Floats:
    """Give the calendar day on which each patient enters, ``(trials, patients)``; ``arm`` has that shape.

    "uniform": each patient's day is uniform over the accrual. "ramp": the rate of entry rises linearly to its full
    value during ``ramp_months``. "poisson": the first patient enters on day 0 and each next one after an exponential
    wait. Cohorts side by side enter over the same months; cohorts one after the other share them by their sizes, each
    beginning where the one before ended.
    """
    shape, span = arm.shape, days(trial.accrual_months)
    if trial.accrual == "poisson":
        return _one_by_one(trial, streams.exponential("trial.entry gap", keys).reshape(shape), arm)
    place = streams.uniform("trial.entry day", keys).reshape(shape)
    if trial.accrual == "ramp":
        place = ramp_day(place, days(trial.ramp_months) / span)
    if trial.allocation != "one after the other":
        return span * place
    parts = np.array([part.ratio for part in trial.arms], float) / trial.randomised
    return np.asarray(span * ((np.cumsum(parts) - parts)[arm] + parts[arm] * place))


def ramp_day(place: Floats, ramp: float) -> Floats:
    """Turn uniform places into days of an accrual of length 1 whose rate rises linearly until ``ramp``.

    The share in by day ``t`` is ``t^2 / (2 ramp A)`` up to ``ramp`` and ``(t - ramp / 2) / A`` after it, with
    ``A = 1 - ramp / 2``.

    >>> ramp_day(np.array([0.0, 0.25, 1.0]), 1.0).tolist()
    [0.0, 0.5, 1.0]
    """
    area = place * (1.0 - ramp / 2.0)
    return np.where(area < ramp / 2.0, np.sqrt(2.0 * ramp * area), area + ramp / 2.0)


def _one_by_one(trial: Protocol, wait: Floats, arm: NDArray[np.int64]) -> Floats:
    """Let patients enter one by one, in all or within each cohort; the mean span is the accrual."""
    if trial.allocation == "parallel cohorts":
        day = np.zeros(wait.shape)
        for number in range(len(trial.arms)):
            rows = arm[0] == number
            day[:, rows] = _queue(wait[:, rows], days(trial.accrual_months))
        return day
    return _queue(wait, days(trial.accrual_months))


def _queue(wait: Floats, span: float) -> Floats:
    """Add up waits, the first patient on day 0."""
    gaps = wait * span / max(wait.shape[1] - 1, 1)
    gaps[:, 0] = 0.0
    return np.asarray(np.minimum(np.cumsum(gaps, axis=1), MOST_SPANS * span))


def longest_days(trial: Protocol) -> float:
    """Give the longest that a trial may run, days, whatever the chances of its accrual."""
    spans = MOST_SPANS if trial.accrual == "poisson" else 1.0
    return float(days(spans * trial.accrual_months + trial.follow_up_months))


def last_days(trial: Protocol, entry: Floats) -> Floats:
    """Give the last day to which each trial may run, ``(trials,)``: accrual and follow-up.

    Accrual ends after the planned months, where patients come in at random with the last of them.
    """
    planned = np.full(len(entry), days(trial.accrual_months))
    return (entry.max(axis=1) if trial.accrual == "poisson" else planned) + days(trial.follow_up_months)
