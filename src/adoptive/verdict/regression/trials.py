"""The hazard ratio of two arms, many trials at once: the Cox model with one binary covariate.

Cox 1972, 10.1111/j.2517-6161.1972.tb00899.x; ties by Efron 1977,
10.1080/01621459.1977.10480613.
With a binary covariate the risk sums are two counters, so a trial costs a sort and a few Newton steps.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from adoptive.verdict.normal import check_level, deviate
from adoptive.verdict.regression.trials_cox import cox_trials
from adoptive.verdict.regression.two_arms import NEWTON_STEPS, NEWTON_TOLERANCE, WIDEST, next_guess
from adoptive.verdict.regression.types import Ties
from adoptive.verdict.ties import checked, distinct, tolerance
from adoptive.verdict.types import HazardRatio

__all__ = ["hazard_ratio"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Counts = NDArray[np.int64]


def hazard_ratio(
    days: ArrayLike,
    event: ArrayLike,
    experimental: ArrayLike,
    include: ArrayLike | None = None,
    *,
    ties: Ties = "efron",
    stratum: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    level: float = 0.95,
    merge_near_ties: bool = True,
) -> HazardRatio:
    """Estimate each trial's hazard ratio (experimental over control) by Cox' partial likelihood.

    The estimate is finite if and only if each arm has an event while the other arm is at risk; other trials are not
    estimable. Intervals are Wald's: ``exp(b -+ z se)``.

    Parameters
    ----------
    days, event, experimental, include
        Times, whether the event was seen, whose arm is experimental, who belongs to the set; ``(trials, patients)``.
    ties
        "efron" or "breslow".
    stratum, entry
        ``(trials, patients)``: names of strata; times of entry (-inf: none).
    level
        Confidence level, between 0 and 1.
    merge_near_ties
        Treat times that differ by round-off as one.

    Robust errors, weights and tests: :func:`adoptive.verdict.regression.cox_trials`.

    >>> found = hazard_ratio([[1, 2, 3, 4, 5, 6]], [[1, 1, 1, 0, 1, 1]], [[0, 0, 1, 0, 1, 1]])
    >>> found.ratio.round(4), found.upper.round(4)
    (array([0.2931]), array([3.4203]))
    """
    check_level(level, where="hazard_ratio")
    if ties == "efron" and stratum is None and entry is None:
        times, happened, first, chosen = checked(days, event, experimental, include)
        fits = _cox(times, happened, first, chosen, tolerance(merge_near_ties))
        log_ratio, error, estimable = fits[:, 0], fits[:, 1], np.isfinite(fits[:, 1])
    else:
        fit = cox_trials(
            days, event, experimental, include, ties=ties, stratum=stratum, entry=entry, merge_near_ties=merge_near_ties
        )
        log_ratio, error, estimable = fit.log_ratio, fit.standard_error, fit.estimable
    reach = deviate(level) * error
    with np.errstate(over="ignore"):  # an interval may end at inf
        lower, upper = np.exp(log_ratio - reach), np.exp(log_ratio + reach)
    return HazardRatio(
        ratio=np.exp(log_ratio),
        log_ratio=log_ratio,
        standard_error=error,
        lower=lower,
        upper=upper,
        estimable=estimable,
    )


@njit(cache=True, nogil=True)
def _cox(days: Floats, event: Bools, experimental: Bools, include: Bools, near: float) -> Floats:
    """Give each trial's log hazard ratio and its standard error, 0 and inf where there is no finite maximum."""
    out = np.zeros((days.shape[0], 2))
    for trial in range(days.shape[0]):
        _, risk, events, _ = distinct(days[trial], event[trial], experimental[trial], include[trial], near)
        both = (risk[:, 0] > 0) & (risk[:, 1] > 0) & (events[:, 0] + events[:, 1] > 0)
        risk, events = risk[both], events[both]  # a time with one arm at risk tells nothing about the ratio
        if events[:, 0].sum() == 0 or events[:, 1].sum() == 0:
            out[trial, 1] = np.inf
            continue
        best, information = _maximum(risk, events)
        out[trial, 0] = best
        out[trial, 1] = 1.0 / np.sqrt(information)
    return out


@njit(cache=True, nogil=True)
def _slope(risk: Counts, events: Counts, beta: float) -> Any:
    """Give first derivative and information of Efron's log partial likelihood at ``beta``."""
    weight = np.exp(beta)
    slope, information = 0.0, 0.0
    for k in range(len(risk)):
        dead = events[k, 0] + events[k, 1]
        slope += events[k, 1]
        for order in range(dead):
            left = order / dead  # Efron: earlier ties have left the risk set by this share
            first = (risk[k, 1] - left * events[k, 1]) * weight
            chance = first / (first + risk[k, 0] - left * events[k, 0])
            slope -= chance
            information += chance * (1.0 - chance)
    return slope, information


@njit(cache=True, nogil=True)
def _maximum(risk: Counts, events: Counts) -> Any:
    """Find the maximum of the concave likelihood by Newton's steps; bisect instead of stepping out of the bracket."""
    low, high, beta = -WIDEST, WIDEST, 0.0
    slope, information = _slope(risk, events, beta)
    for _ in range(NEWTON_STEPS):
        target, low, high = next_guess(beta, slope, information, low, high)
        moved = abs(target - beta)
        beta = target
        slope, information = _slope(risk, events, beta)
        if moved <= NEWTON_TOLERANCE:
            break
    return beta, information
