"""Survival curves of many trials at once: Kaplan-Meier at a grid, medians, numbers at risk; one whole curve.

Kaplan and Meier 1958, 10.1080/01621459.1958.10501452. Days are ``(trials, patients)``; ``include`` selects the analysis
set. With ties, events come before censorings.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from adoptive.verdict.normal import check_level
from adoptive.verdict.survival.intervals import bounds, carried
from adoptive.verdict.survival.steps import crossing
from adoptive.verdict.ties import checked, distinct, tolerance
from adoptive.verdict.types import Curve, RiskTable

__all__ = ["curve", "kaplan_meier", "median_interval", "median_survival", "risk_table"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

HALF: Final = 0.5


def kaplan_meier(
    days: ArrayLike,
    event: ArrayLike,
    include: ArrayLike | None = None,
    *,
    at_days: ArrayLike,
    merge_near_ties: bool = True,
) -> Floats:
    """Give the survival ``S(t) = prod_{t_i <= t} (1 - d_i / n_i)`` of each trial at given days.

    After the last time the curve keeps its last value; an empty set has survival 1.

    Parameters
    ----------
    days, event, include
        Times, whether the event was seen, who belongs to the set; all ``(trials, patients)``.
    at_days
        Grid ``(times,)``, in any order.
    merge_near_ties
        Treat times that differ by round-off as one.

    Returns
    -------
    Survival ``(trials, times)``.

    >>> kaplan_meier([[1.0, 2.0, 3.0, 4.0]], [[1, 0, 1, 1]], at_days=[0.5, 1.0, 3.5])
    array([[1.   , 0.75 , 0.375]])
    """
    times, happened, chosen = checked(days, event, include)
    at = np.atleast_1d(np.asarray(at_days, np.float64))
    order = np.argsort(at, kind="stable")
    survival = np.empty((len(times), at.size))
    survival[:, order] = _grid(times, happened, chosen, at[order], tolerance(merge_near_ties))
    return survival


def median_survival(
    days: ArrayLike, event: ArrayLike, include: ArrayLike | None = None, *, merge_near_ties: bool = True
) -> Floats:
    """Give the median time of each trial ``(trials,)``; inf where the curve stays above one half.

    Where the curve runs flat at exactly one half (to 1.5e-8) the median is the middle of the flat piece, the last time
    standing in for its end if no event ends it; as in R's ``survfit``.

    >>> median_survival([[1.0, 2.0, 3.0, 4.0]], [[1, 1, 1, 1]])
    array([2.5])
    """
    times, happened, chosen = checked(days, event, include)
    medians: Floats = _medians(times, happened, chosen, tolerance(merge_near_ties))
    return medians


def risk_table(days: ArrayLike, event: ArrayLike, include: ArrayLike | None = None, *, at_days: ArrayLike) -> RiskTable:
    """Count, at given days, who is at risk, who was censored and who had the event (Morris et al. 2019).

    At risk are those with ``days >= t``; the other two counts are cumulative over ``days < t``. Layout of the KMunicate
    proposal, 10.1136/bmjopen-2019-030215.

    >>> table = risk_table([[1.0, 2.0, 3.0, 4.0]], [[1, 0, 1, 1]], at_days=[0.0, 2.5])
    >>> table.at_risk.tolist(), table.events.tolist(), table.censored.tolist()
    ([[4, 2]], [[0, 1]], [[0, 1]])
    """
    times, happened, chosen = checked(days, event, include)
    at = np.atleast_1d(np.asarray(at_days, np.float64))
    shape = (len(times), at.size)
    at_risk, censored, events = (np.zeros(shape, np.int64) for _ in range(3))
    for column, moment in enumerate(at):
        before = chosen & (times < moment)
        at_risk[:, column] = (chosen & ~before).sum(axis=1)
        censored[:, column] = (before & ~happened).sum(axis=1)
        events[:, column] = (before & happened).sum(axis=1)
    return RiskTable(days=at, at_risk=at_risk, censored=censored, events=events)


def curve(days: ArrayLike, event: ArrayLike, include: ArrayLike | None = None, *, level: float = 0.95) -> Curve:
    """Give one trial's whole curve with a pointwise log-log interval.

    ``S^exp(-+ z se / ln S)`` with Greenwood's ``se^2 = sum d / (n (n - d))``; 1 to 1 before the first event, and 0 to
    the last upper end once the curve is 0 (Kalbfleisch and Prentice 2002, 10.1002/9781118032985).

    Parameters
    ----------
    days, event, include
        ``(patients,)``.
    level
        Confidence level of the interval, between 0 and 1.

    >>> found = curve([1.0, 2.0, 3.0, 4.0], [1, 0, 1, 1])
    >>> found.survival.tolist(), found.upper.round(3).tolist()
    ([0.75, 0.75, 0.375, 0.0], [0.961, 0.961, 0.808, 0.808])
    """
    check_level(level, where="curve")
    marks = [None if mark is None else np.asarray(mark)[None] for mark in (event, include)]
    times, happened, chosen = checked(np.asarray(days)[None], *marks)
    nobody = np.zeros(times.shape[1], np.bool_)
    moments, at_risk, events, censored = distinct(times[0], happened[0], nobody, chosen[0], tolerance(True))
    risk, deaths = at_risk[:, 0], events[:, 0]
    survival = np.cumprod(1.0 - deaths / risk)
    error = survival * np.sqrt(np.cumsum(deaths / np.where(risk > deaths, risk * (risk - deaths), 1.0)))
    lower, upper = bounds(survival, error, "log-log", level)
    return Curve(
        days=moments,
        survival=survival,
        lower=lower,
        upper=carried(survival, upper),
        at_risk=risk,
        events=deaths,
        censored=censored[:, 0],
    )


def median_interval(of: Curve) -> tuple[float, float, float]:
    """Give a curve's median with its interval: where the band crosses one half; inf = not reached.

    Brookmeyer and Crowley 1982, 10.2307/2530286, with the band of the curve.

    >>> median_interval(curve([1.0, 2.0, 3.0, 4.0], [1, 1, 1, 1]))
    (2.5, 1.0, inf)
    """
    medians = [crossing(of.days, edge, HALF) for edge in (of.survival, of.lower, of.upper)]
    return float(medians[0]), float(medians[1]), float(medians[2])


@njit(cache=True, nogil=True)
def _steps(days: Floats, event: Bools, include: Bools, near: float) -> Any:
    """Give one trial's distinct times and the survival from each on."""
    times, at_risk, events, _ = distinct(days, event, np.zeros(days.size, np.bool_), include, near)
    survival = np.empty(times.size)
    now = 1.0
    for k in range(times.size):
        now *= 1.0 - events[k, 0] / at_risk[k, 0]
        survival[k] = now
    return times, survival


@njit(cache=True, nogil=True)
def _grid(days: Floats, event: Bools, include: Bools, at: Floats, near: float) -> Floats:
    """Read each trial's curve at ascending days."""
    out = np.ones((days.shape[0], at.size))
    for trial in range(days.shape[0]):
        times, survival = _steps(days[trial], event[trial], include[trial], near)
        k = 0
        for g in range(at.size):
            while k < times.size and times[k] <= at[g]:
                k += 1
            if k > 0:
                out[trial, g] = survival[k - 1]
    return out


@njit(cache=True, nogil=True)
def _medians(days: Floats, event: Bools, include: Bools, near: float) -> Floats:
    """Give each trial's median."""
    out = np.empty(days.shape[0])
    for trial in range(days.shape[0]):
        times, survival = _steps(days[trial], event[trial], include[trial], near)
        out[trial] = crossing(times, survival, HALF)
    return out
