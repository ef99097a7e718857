"""Kaplan-Meier and Nelson-Aalen curves of one table of patients, with intervals, quantiles and numbers at risk.

Kaplan and Meier 1958, 10.1080/01621459.1958.10501452; Nelson 1972, 10.1080/00401706.1972.10488991; Aalen 1978,
10.1214/aos/1176344247. With ties, events come before censorings; a late entry at ``t`` is at risk after ``t`` only.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from adoptive.tables import TableError
from adoptive.verdict.normal import check_level
from adoptive.verdict.rows import SurvivalRows
from adoptive.verdict.survival.counts import Counts, counted, influence_of_hazard, needs_robust, unweighted
from adoptive.verdict.survival.intervals import bounds, carried, check_scale
from adoptive.verdict.survival.steps import crossing
from adoptive.verdict.survival.types import IntervalKind, Quantiles, RiskCounts, SurvivalCurve

__all__ = ["HazardTies", "quantiles", "risk_counts", "survival_curves"]

Floats = NDArray[np.float64]
HazardTies = Literal["Nelson-Aalen", "Fleming-Harrington"]


def survival_curves(
    rows: SurvivalRows,
    *,
    level: float = 0.95,
    interval: IntervalKind = "log",
    hazard: HazardTies = "Nelson-Aalen",
    robust: bool | None = None,
) -> tuple[SurvivalCurve, ...]:
    """Estimate each group's curve: ``S(t) = prod (1 - d / n)``, ``H(t) = sum d / n``.

    Greenwood's error is ``S sqrt(sum d / (n (n - d)))``, the hazard's ``sqrt(sum d / n^2)``.
    The robust errors are the
    infinitesimal jackknife's, ``sum (w_i dS / dw_i)^2``: right where weights are not counts of patients.

    Parameters
    ----------
    rows
        The patients; groups without rows give no curve.
    level, interval
        Confidence level and scale of the pointwise interval.
    hazard
        At ``m`` tied events Nelson-Aalen adds ``d / n``; Fleming-Harrington as if they came one after the other,
        ``sum_{j < m} (d / m) / (n - j d / m)``.
    robust
        Take the jackknife for the interval and the hazard's error; default: if some weight is not a whole number, as
        in R's ``survfit``.

    Raises
    ------
    TableError
        A level outside (0, 1) or an interval that does not exist.

    >>> from adoptive.verdict.rows import survival_rows
    >>> found, = survival_curves(survival_rows([1, 2, 3, 4], [1, 0, 1, 1]), interval="plain")
    >>> found.survival.tolist(), found.at_risk.tolist()
    ([0.75, 0.75, 0.375, 0.0], [4.0, 3.0, 2.0, 1.0])
    """
    check_level(level, where="survival_curves")
    check_scale(interval, where="survival_curves: interval")
    groups = [(name, group) for name, group in rows.by_group() if len(group)]
    return tuple(_curve(name, group, level, interval, hazard, needs_robust(rows, robust)) for name, group in groups)


def risk_counts(rows: SurvivalRows, *, at: ArrayLike) -> tuple[RiskCounts, ...]:
    """Count each group's weight at risk just before given times, and what was censored, had the event, entered before.

    Layout of the KMunicate proposal, 10.1136/bmjopen-2019-030215. At risk + censored + events = entered.

    >>> from adoptive.verdict.rows import survival_rows
    >>> found, = risk_counts(survival_rows([1, 2, 3], [1, 0, 1]), at=[0, 2, 3])
    >>> found.at_risk.tolist(), found.events.tolist(), found.censored.tolist()
    ([3.0, 2.0, 1.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0])
    """
    grid = np.atleast_1d(np.asarray(at, np.float64))
    return tuple(_risk(name, group, grid) for name, group in rows.by_group() if len(group))


def quantiles(curve: SurvivalCurve, probabilities: ArrayLike = (0.25, 0.5, 0.75)) -> Quantiles:
    """Give the times by which given shares have had the event, with the interval where the curve's band crosses.

    Where the curve (or an end of its band) runs flat at the level, to 1.5e-8, the time is the middle of the flat piece,
    the last time standing in for its end if nothing ends it. The band after Brookmeyer and Crowley 1982,
    10.2307/2530286; where an end of it rises again, the time of its highest value not above the level. All this is the
    rule of R's ``quantile.survfit``; but once the curve is 0 its lower end is 0 here, where R says ``NA``.

    >>> from adoptive.verdict.rows import survival_rows
    >>> found, = survival_curves(survival_rows([1, 2, 3, 4], [1, 1, 1, 1]))
    >>> quantiles(found, [0.5]).times
    array([2.5])
    """
    shares = np.atleast_1d(np.asarray(probabilities, np.float64))
    if not ((shares > 0.0) & (shares <= 1.0)).all():
        raise TableError("not a probability", where="quantiles", value=shares.tolist(), allowed="above 0, at most 1")
    edges = (curve.survival, curve.lower, curve.upper)
    if curve.interval == "none":
        edges = (curve.survival,) * 3
    times, lower, upper = (np.array([crossing(curve.time, edge, 1.0 - p) for p in shares]) for edge in edges)
    return Quantiles(curve.name, shares, times, lower, upper)


def _curve(
    name: str, rows: SurvivalRows, level: float, interval: IntervalKind, hazard: HazardTies, robust: bool
) -> SurvivalCurve:
    """Make one group's curve."""
    counts = counted(rows)
    survival = counts.survival
    error = survival * np.sqrt(np.cumsum(counts.greenwood))
    jackknife = None if unweighted(rows) and not robust else _robust_error(rows, counts, survival)
    used = jackknife if robust and jackknife is not None else error
    lower, upper = bounds(survival, used, interval, level)
    steps, hazard_error = _hazard(rows, counts, hazard, robust)
    return SurvivalCurve(
        name=name,
        time=counts.time,
        at_risk=counts.at_risk,
        events=counts.events,
        censored=counts.censored,
        entered=counts.entered,
        survival=survival,
        standard_error=error,
        robust_standard_error=jackknife,
        lower=lower,
        upper=carried(survival, upper),
        cumulative_hazard=np.cumsum(steps),
        hazard_standard_error=hazard_error,
        rows=len(rows),
        level=level,
        interval=interval,
        robust=robust,
    )


def _robust_error(rows: SurvivalRows, counts: Counts, survival: Floats) -> Floats:
    """Give the jackknife's error of the survival: ``d ln S / d w_i = -sum (dN_i - Y_i d / n) / (n - d)``."""
    own = np.divide(1.0, counts.left, out=np.zeros(counts.left.size), where=counts.left > 0)
    step = own * counts.events / counts.at_risk
    return _jackknife(rows, counts.time, own, step, survival)


def _hazard(rows: SurvivalRows, counts: Counts, kind: HazardTies, robust: bool) -> tuple[Floats, Floats]:
    """Give the hazard's steps and the error of their sum."""
    if kind == "Nelson-Aalen":
        steps = counts.events / counts.at_risk
        own = 1.0 / counts.at_risk
        taken = steps * own
    elif kind == "Fleming-Harrington":
        steps, own, taken = _one_by_one(counts.at_risk, counts.events, counts.tied)
    else:
        raise TableError(
            "no such hazard", where="survival_curves: hazard", value=kind, allowed="Nelson-Aalen, Fleming-Harrington"
        )
    if robust:
        return steps, _jackknife(rows, counts.time, own, taken, np.ones(counts.time.size))
    return steps, np.sqrt(np.cumsum(taken))


def _jackknife(rows: SurvivalRows, time: Floats, own: Floats, step: Floats, factor: Floats) -> Floats:
    squares: Floats = influence_of_hazard(rows.time, rows.entry, rows.event, rows.weight, time, own, step, factor)
    return np.sqrt(squares)


@njit(cache=True, nogil=True)
def _one_by_one(at_risk: Floats, events: Floats, tied: Floats) -> Any:
    """Give Fleming's and Harrington's steps, and their derivatives by an event's and by a risk's weight."""
    steps, own, taken = np.zeros((3, at_risk.size))
    for k in range(at_risk.size):
        if tied[k] > 0:
            share = events[k] / tied[k]
            for j in range(int(tied[k])):
                left = at_risk[k] - j * share
                steps[k] += share / left
                own[k] += at_risk[k] / (tied[k] * left**2)
                taken[k] += share / left**2
    return steps, own, taken


def _risk(name: str, rows: SurvivalRows, at: Floats) -> RiskCounts:
    """Count one group."""
    counts = counted(rows)

    def before(values: Floats) -> Floats:
        return np.concatenate([[0.0], np.cumsum(values)])[np.searchsorted(counts.time, at, side="left")]

    order = np.argsort(rows.entry)
    entered = np.concatenate([[0.0], np.cumsum(rows.weight[order])])[
        np.searchsorted(rows.entry[order], at, side="left")
    ]
    events, censored = before(counts.events), before(counts.censored)
    at_risk = entered - events - censored
    at_risk = np.where(at_risk > NOBODY_LEFT * max(entered.max(initial=0.0), 1.0), at_risk, 0.0)
    return RiskCounts(name=name, time=at, at_risk=at_risk, events=events, censored=censored, entered=entered)


NOBODY_LEFT: Final = 1e-12
"""Fractional weights do not add up exactly: what is below this share of all is nobody."""
