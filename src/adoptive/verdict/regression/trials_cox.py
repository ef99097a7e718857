"""The Cox model of two arms, many trials at once: strata, delayed entry, weights, robust variance, proportionality.

Where only the ratio and its interval are wanted, :func:`adoptive.verdict.regression.hazard_ratio` gives the same.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from adoptive.tables import TableError
from adoptive.verdict.regression.proportionality import TRANSFORMS, Transform
from adoptive.verdict.regression.two_arms import changing, gathered, maximum, own_scores, slope_at
from adoptive.verdict.regression.types import CoxTrials, ProportionalityTrials, Ties
from adoptive.verdict.rows import codes_of
from adoptive.verdict.ties import checked, tolerance

__all__ = ["cox_trials", "proportionality_trials"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Counts = NDArray[np.int64]


def cox_trials(
    days: ArrayLike,
    event: ArrayLike,
    experimental: ArrayLike,
    include: ArrayLike | None = None,
    *,
    ties: Ties = "efron",
    stratum: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    robust: bool = False,
    merge_near_ties: bool = True,
) -> CoxTrials:
    """Fit Cox' model with the arm as its covariate in each trial, with Wald, score and likelihood-ratio tests.

    Parameters
    ----------
    days, event, experimental, include
        Times, whether the event was seen, whose arm is experimental, who belongs to the set; ``(trials, patients)``.
    ties
        "efron" or "breslow".
    stratum, entry, weight
        ``(trials, patients)``: names of strata; times of entry (-inf: none); weights above 0.
    robust
        Give the sandwich error of each patient for himself as well; Wald's test uses it.

    Raises
    ------
    TableError
        Shapes that differ, an entry not before its time, "exact".

    >>> fit = cox_trials([[1, 2, 3, 4, 5, 6]], [[1, 1, 1, 0, 1, 1]], [[0, 0, 1, 0, 1, 1]])
    >>> fit.log_ratio.round(4), fit.score.round(4)
    (array([-1.2271]), array([1.0664]))
    """
    patients, include_, near = _given(
        days, event, experimental, include, (entry, weight, stratum), ties, merge_near_ties
    )
    found = _fits(patients, include_, near, ties == "efron", robust, -1)
    beta, information, estimable = found[:, 0], found[:, 1], found[:, 2] > 0
    error = np.where(estimable, 1.0 / np.sqrt(np.where(estimable, information, 1.0)), np.inf)
    sandwich = (
        np.where(estimable, np.sqrt(found[:, 5]) / np.where(estimable, information, 1.0), np.inf) if robust else None
    )
    log_ratio = np.where(estimable, beta, 0.0)
    return CoxTrials(
        log_ratio=log_ratio,
        standard_error=error,
        robust_standard_error=sandwich,
        wald=np.where(estimable, (log_ratio / (error if sandwich is None else sandwich)) ** 2, 0.0),
        score=found[:, 3],
        likelihood_ratio=found[:, 4],
        estimable=estimable,
    )


def proportionality_trials(
    days: ArrayLike,
    event: ArrayLike,
    experimental: ArrayLike,
    include: ArrayLike | None = None,
    *,
    transform: Transform = "km",
    ties: Ties = "efron",
    stratum: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    merge_near_ties: bool = True,
) -> ProportionalityTrials:
    """Test in each trial whether the hazard ratio of the arms changes with g(time), as ``proportionality`` does.

    Not estimable (no finite hazard ratio, or all events at one time): chi-squared 0, p 1.

    >>> proportionality_trials([[1, 2, 3, 4, 5, 6]], [[1] * 6], [[1, 1, 0, 1, 0, 0]]).chi_squared.round(4)
    array([0.0823])
    """
    if transform not in TRANSFORMS:
        allowed = ", ".join(TRANSFORMS)
        raise TableError("unknown transform", where="proportionality_trials", value=transform, allowed=allowed)
    patients, include_, near = _given(days, event, experimental, include, (entry, None, stratum), ties, merge_near_ties)
    if transform == "log" and (patients[0][patients[1] & include_] == 0).any():
        raise TableError("an event at time 0 has no log", where="proportionality_trials", allowed="times above 0")
    statistic = _fits(patients, include_, near, ties == "efron", False, TRANSFORMS.index(transform))[:, 6]
    estimable = statistic >= 0
    chi_squared = np.where(estimable, statistic, 0.0)
    return ProportionalityTrials(chi_squared, np.asarray(chdtrc(1, chi_squared), np.float64), estimable)


def _given(
    days: ArrayLike,
    event: ArrayLike,
    experimental: ArrayLike,
    include: ArrayLike | None,
    further: tuple[ArrayLike | None, ArrayLike | None, ArrayLike | None],
    ties: str,
    merge: bool,
) -> tuple[Any, Bools, float]:
    """Check the tables and give them as the kernels take them."""
    if ties not in ("efron", "breslow"):
        raise TableError("unknown rule for ties", where="ties", value=ties, allowed="efron, breslow")
    times, happened, first, chosen = checked(days, event, experimental, include)
    shape, (entry, weight, stratum) = times.shape, further
    entries = np.full(shape, -np.inf) if entry is None else np.ascontiguousarray(entry, np.float64)
    weights = np.ones(shape) if weight is None else np.ascontiguousarray(weight, np.float64)
    codes = np.zeros(shape, np.int64)
    if stratum is not None:
        codes = codes_of(np.asarray(stratum).reshape(-1))[0].reshape(np.asarray(stratum).shape)
    for name, table in (("entry", entries), ("weight", weights), ("stratum", codes)):
        if table.shape != shape:
            raise TableError("shape unlike that of the days", where=name, value=table.shape, allowed=str(shape))
    if (entries >= times)[chosen].any():
        raise TableError("an entry is not before its time", where="entry", allowed="less than the time")
    if not (np.isfinite(weights) & (weights > 0))[chosen].all():
        raise TableError("a weight is not above 0", where="weight", allowed="above 0", next_step="use include")
    return (times, happened, first, entries, weights, codes), chosen, tolerance(merge)


@njit(cache=True, nogil=True)
def _fits(patients: Any, include: Bools, near: float, efron: bool, robust: bool, kind: int) -> Floats:
    """Give each trial's log ratio, information, whether finite, score, likelihood ratio, squared scores, change.

    The change is tested if ``kind`` is a transform's place, -1 stands for no test.
    """
    days, event, arm, entry, weight, stratum = patients
    out = np.zeros((len(include), 7))
    for k in range(len(include)):
        trial = days[k], event[k], arm[k], entry[k], weight[k], stratum[k]
        table, order, times = gathered(trial, include[k], near)
        null, slope, start, _ = slope_at(table, 0.0, efron)
        beta, finite = maximum(table, efron)
        best, _, information, own = slope_at(table, beta, efron)
        out[k, 0], out[k, 1], out[k, 2] = beta, information, 1.0 if finite else 0.0
        out[k, 3] = slope**2 / start if start > 0 else 0.0
        out[k, 4] = max(2.0 * (best - null), 0.0)
        if robust and finite:
            gap = near * max(1.0, times.mean())
            out[k, 5] = own_scores(table, order, times, trial, beta, efron, gap)
        out[k, 6] = changing(table, own, kind) if finite and kind >= 0 else -1.0
    return out
