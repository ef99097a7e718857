"""Restricted means, milestones, quantiles and incidences of many trials at once, with their errors and contrasts.

Days, events and marks are ``(trials, patients)`` as in :mod:`adoptive.verdict.survival.trials`; every patient weighs 1
and is there from the start. The same estimates as of one table, trial by trial.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.tables import TableError
from adoptive.verdict.normal import check_level, deviate, two_sided
from adoptive.verdict.survival.incidence import causes_of
from adoptive.verdict.survival.intervals import bounds, check_scale, transformed
from adoptive.verdict.survival.types import IntervalKind, TrialContrasts, TrialEstimates, TrialQuantiles
from adoptive.verdict.survival.walks import crossings, incidences, means, padded_curves, survivals
from adoptive.verdict.ties import checked, tolerance

__all__ = [
    "incidence_trials",
    "milestone_contrast_trials",
    "milestone_trials",
    "quantile_trials",
    "restricted_mean_contrast_trials",
    "restricted_mean_trials",
]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.int64]

BLOCK: Final = 256
"""Trials whose curves are held at once: they fit into the processor's cache."""


def restricted_mean_trials(
    days: ArrayLike,
    event: ArrayLike,
    include: ArrayLike | None = None,
    *,
    horizon: ArrayLike | None = None,
    level: float = 0.95,
    merge_near_ties: bool = True,
) -> TrialEstimates:
    """Estimate each trial's area under the curve up to a horizon, with Greenwood's error.

    Parameters
    ----------
    days, event, include
        Times, whether the event was seen, who belongs to the set; ``(trials, patients)``.
    horizon
        End of the mean, one or ``(trials,)``; default: each trial's last time.
    level, merge_near_ties
        Confidence level; treat times that differ by round-off as one.

    >>> restricted_mean_trials([[1.0, 2.0, 3.0, 4.0]], [[1, 1, 1, 1]], horizon=3).value
    array([2.25])
    """
    check_level(level, where="restricted_mean_trials")
    times, happened, chosen = checked(days, event, include)
    ends = _horizons(horizon, len(times))
    nobody = np.zeros(times.shape, np.bool_)
    found = means(times, happened, nobody, chosen, ends, tolerance(merge_near_ties))
    mean, error, estimable = found[:, 0, 0], np.sqrt(found[:, 0, 1]), found[:, 0, 2] > 0
    width = deviate(level) * error
    return TrialEstimates(mean, error, mean - width, mean + width, estimable)


def restricted_mean_contrast_trials(
    days: ArrayLike,
    event: ArrayLike,
    experimental: ArrayLike,
    include: ArrayLike | None = None,
    *,
    horizon: ArrayLike | None = None,
    level: float = 0.95,
    merge_near_ties: bool = True,
) -> TrialContrasts:
    """Compare the arms' restricted means in each trial: experimental minus control, with the normal test.

    Arguments as for :func:`restricted_mean_trials`, ``experimental`` marks the arm; without a horizon it is the smaller
    of the two arms' last times, trial by trial.
    """
    check_level(level, where="restricted_mean_contrast_trials")
    times, happened, arm, chosen = checked(days, event, experimental, include)
    ends = _horizons(horizon, len(times))
    found = means(times, happened, arm, chosen, ends, tolerance(merge_near_ties))
    error = np.sqrt(found[:, 0, 1] + found[:, 1, 1])
    estimable = (found[:, :, 2] > 0).all(axis=1) & (error > 0)
    difference = found[:, 1, 0] - found[:, 0, 0]
    z = np.divide(difference, error, where=estimable, out=np.zeros(error.size))
    return _contrast(difference, error, z, estimable, level)


def milestone_trials(
    days: ArrayLike,
    event: ArrayLike,
    include: ArrayLike | None = None,
    *,
    at: float,
    level: float = 0.95,
    interval: IntervalKind = "log",
    merge_near_ties: bool = True,
) -> TrialEstimates:
    """Read each trial's curve at one day, with Greenwood's error and an interval on a scale of choice.

    >>> milestone_trials([[1.0, 2.0, 3.0, 4.0]], [[1, 1, 0, 1]], at=3.5).value
    array([0.5])
    """
    check_level(level, where="milestone_trials")
    check_scale(interval, where="milestone_trials: interval")
    times, happened, chosen = checked(days, event, include)
    nobody = np.zeros(times.shape, np.bool_)
    found = survivals(times, happened, nobody, chosen, at, tolerance(merge_near_ties))
    survival, error = found[:, 0, 0], found[:, 0, 1]
    lower, upper = bounds(survival, error, interval, level)
    return TrialEstimates(survival, error, lower, upper, found[:, 0, 2] > 0)


def milestone_contrast_trials(
    days: ArrayLike,
    event: ArrayLike,
    experimental: ArrayLike,
    include: ArrayLike | None = None,
    *,
    at: float,
    level: float = 0.95,
    scale: IntervalKind = "log-log",
    merge_near_ties: bool = True,
) -> TrialContrasts:
    """Compare the arms' survival at one day in each trial; the test on a scale, difference and interval plain.

    Arguments as for :func:`milestone_trials`; not estimable where an arm's curve is 0 or 1 there.
    """
    check_level(level, where="milestone_contrast_trials")
    times, happened, arm, chosen = checked(days, event, experimental, include)
    found = survivals(times, happened, arm, chosen, at, tolerance(merge_near_ties))
    survival, error = found[:, :, 0], found[:, :, 1]
    estimable = ((survival > 0) & (survival < 1)).all(axis=1) & (found[:, :, 2] > 0).all(axis=1)
    inside = estimable[:, None]
    values, errors = transformed(np.where(inside, survival, 0.5), np.where(inside, error, 1.0), scale)
    z = np.where(estimable, (values[:, 1] - values[:, 0]) / np.hypot(errors[:, 0], errors[:, 1]), 0.0)
    return _contrast(survival[:, 1] - survival[:, 0], np.hypot(error[:, 0], error[:, 1]), z, estimable, level)


def quantile_trials(
    days: ArrayLike,
    event: ArrayLike,
    include: ArrayLike | None = None,
    *,
    probability: float = 0.5,
    level: float = 0.95,
    interval: IntervalKind = "log",
    merge_near_ties: bool = True,
) -> TrialQuantiles:
    """Give the time by which a share has had the event in each trial, with the interval where the band crosses.

    The rule of flat pieces is that of :func:`adoptive.verdict.survival.quantiles`.

    >>> quantile_trials([[1.0, 2.0, 3.0, 4.0]], [[1, 1, 1, 1]]).times
    array([2.5])
    """
    check_level(level, where="quantile_trials")
    check_scale(interval, where="quantile_trials: interval")
    if not 0 < probability <= 1:
        raise TableError("not a probability", where="quantile_trials", value=probability, allowed="above 0, at most 1")
    times, happened, chosen = checked(days, event, include)
    out = np.empty((3, len(times)))
    for first in range(0, len(times), BLOCK):
        block = slice(first, first + BLOCK)
        moments, survival, error = padded_curves(
            times[block], happened[block], chosen[block], tolerance(merge_near_ties)
        )
        lower, upper = bounds(survival, error, interval, level)
        for row, edge in enumerate((survival, lower, np.where(survival > 0.0, upper, 2.0))):
            out[row, block] = crossings(moments, edge, 1.0 - probability)
    return TrialQuantiles(*out)


def incidence_trials(
    days: ArrayLike,
    cause: ArrayLike,
    include: ArrayLike | None = None,
    *,
    at: float,
    interest: int = 1,
    level: float = 0.95,
    interval: IntervalKind = "log",
    merge_near_ties: bool = True,
) -> TrialEstimates:
    """Give the cumulative incidence of one cause at one day in each trial, with the jackknife's error.

    Arguments: ``cause`` ``(trials, patients)``, 0 censored, 1, 2, ... causes; ``interest``: the cause estimated.

    >>> incidence_trials([[1.0, 2.0, 3.0, 4.0]], [[1, 2, 0, 1]], at=4).value
    array([0.75])
    """
    check_level(level, where="incidence_trials")
    check_scale(interval, where="incidence_trials: interval")
    codes = causes_of(cause)
    times, happened, chosen = checked(days, codes > 0, include)
    found = incidences(times, np.where(codes == interest, 1, 2 * happened), chosen, at, tolerance(merge_near_ties))
    value, error = found[:, 0], np.sqrt(found[:, 1])
    lower, upper = bounds(value, error, interval, level)
    return TrialEstimates(value, error, lower, upper, chosen.any(axis=1))


def _horizons(horizon: ArrayLike | None, trials: int) -> Floats:
    """Give one end per trial; inf stands for the last time."""
    if horizon is None:
        return np.full(trials, np.inf)
    ends = np.broadcast_to(np.asarray(horizon, np.float64), (trials,)).copy()
    if not (np.isfinite(ends) & (ends > 0)).all():
        raise TableError("not an end of the mean", where="horizon", value=horizon, allowed="finite times above 0")
    return ends


def _contrast(difference: Floats, error: Floats, z: Floats, estimable: Bools, level: float) -> TrialContrasts:
    """Put a contrast together; where it is not estimable it says nothing."""
    difference = np.where(estimable, difference, 0.0)
    width = deviate(level) * error
    return TrialContrasts(difference, error, difference - width, difference + width, z, two_sided(z), estimable)
