"""The weighted tests of many trials at once: one sort of a trial's patients serves all weights and strata."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from adoptive.tables import TableError
from adoptive.verdict.comparison.max_combo import FOUR, standardised
from adoptive.verdict.comparison.normal_box import FAST, beyond, chances_beyond
from adoptive.verdict.comparison.trials import of_sums
from adoptive.verdict.comparison.types import MaxComboTrials
from adoptive.verdict.comparison.weights import Weights, as_weights, weight_values
from adoptive.verdict.rows import codes_of
from adoptive.verdict.ties import checked, ordered, tolerance
from adoptive.verdict.types import LogRank

__all__ = ["max_combo_trials", "weighted_log_rank"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]


def weighted_log_rank(
    days: ArrayLike,
    event: ArrayLike,
    experimental: ArrayLike,
    include: ArrayLike | None = None,
    *,
    weights: Weights | str | tuple[float, float] = "log-rank",
    stratum: ArrayLike | None = None,
    merge_near_ties: bool = True,
) -> LogRank:
    """Test in each trial whether the two arms have one hazard, by weighted events and within strata.

    The same as :func:`adoptive.verdict.comparison.log_rank_test` for two groups; the unweighted, unstratified test is
    that of :func:`adoptive.verdict.comparison.log_rank`.

    Parameters
    ----------
    days, event, experimental, include
        Times, whether the event was seen, whose arm is experimental, who belongs to the set; ``(trials, patients)``.
    weights
        How much an event counts: :class:`Weights`, a name, or (rho, gamma).
    stratum
        Names of the strata ``(trials, patients)``; default one.
    merge_near_ties
        Treat times that differ by round-off as one.

    >>> days, event, arm = [[1.0, 2.0, 3.0, 4.0]], [[1, 1, 1, 1]], [[0, 0, 1, 1]]
    >>> weighted_log_rank(days, event, arm, weights=(0, 1)).z.round(3)
    array([-1.414])
    """
    sums = _batch(days, event, experimental, include, (as_weights(weights),), stratum, merge_near_ties)
    return of_sums(sums[0][:, 0], sums[1][:, 0], sums[2][:, 0, 0])


def max_combo_trials(
    days: ArrayLike,
    event: ArrayLike,
    experimental: ArrayLike,
    include: ArrayLike | None = None,
    *,
    weights: Sequence[Weights | str | tuple[float, float]] = FOUR,
    stratum: ArrayLike | None = None,
    one_sided: bool = False,
    merge_near_ties: bool = True,
) -> MaxComboTrials:
    """Test in each trial the two arms by the largest of several weighted log-rank tests.

    ``p_value`` is two-sided, or with ``one_sided`` that of the smallest ``z`` (small p: the experimental arm has the
    lower hazard). Its error is below 5e-5, far less for small p. Other arguments as in :func:`weighted_log_rank`.
    """
    chosen = tuple(as_weights(one) for one in weights)
    if not chosen:
        raise TableError("nothing to compare by", where="weights", value=chosen, allowed="one weight or more")
    observed, expected, variance = _batch(days, event, experimental, include, chosen, stratum, merge_near_ties)
    z, correlation = standardised(observed - expected, variance)
    there = np.diagonal(variance, axis1=1, axis2=2) > 0
    side = np.where(there, -z if one_sided else np.abs(z), -np.inf)
    estimable: Bools = np.asarray(there.any(axis=1))
    statistic = np.where(estimable, side.max(axis=1), 0.0)
    p_value: Floats = chances_beyond(correlation, there, statistic, not one_sided, FAST[0], FAST[1])
    for trial in np.flatnonzero(p_value < 0):
        inside = np.ascontiguousarray(correlation[trial][np.ix_(there[trial], there[trial])])
        p_value[trial] = beyond(inside, float(statistic[trial]), two_sided=not one_sided)
    names = tuple(one.name for one in chosen)
    return MaxComboTrials(names, z, correlation, statistic, p_value, one_sided, estimable)


def _batch(
    days: ArrayLike,
    event: ArrayLike,
    experimental: ArrayLike,
    include: ArrayLike | None,
    weights: tuple[Weights, ...],
    stratum: ArrayLike | None,
    merge_near_ties: bool,
) -> tuple[Floats, Floats, Floats]:
    """Give observed and expected ``(trials, tests)`` and covariance ``(trials, tests, tests)``."""
    times, happened, first, chosen = checked(days, event, experimental, include)
    if stratum is None:
        strata, kinds = np.zeros(times.shape, np.int64), 1
    else:
        names = np.asarray(stratum)
        if names.shape != times.shape:
            raise TableError(
                "shape unlike that of the days", where="stratum", value=names.shape, allowed=str(times.shape)
            )
        codes, found = codes_of(names)
        strata, kinds = codes.reshape(times.shape), len(found)
    codes_, parameters = np.array([one.code for one in weights]), np.array([one.parameters for one in weights])
    near = tolerance(merge_near_ties)
    sums: tuple[Floats, Floats, Floats] = _sums(times, happened, first, chosen, strata, kinds, codes_, parameters, near)
    return sums


@njit(cache=True, nogil=True)
def _stratum_sets(order: Counts, times: Floats, event: Bools, first: Bools, inside: Bools) -> Any:
    """Give one stratum's event times, and at risk and events of all and of the experimental arm ``(m, 4)``."""
    left, left_first = 0.0, 0.0
    for i in order:
        if inside[i]:
            left += 1.0
            left_first += first[i]
    moments, sets = np.empty(order.size), np.zeros((order.size, 4))
    m, last = 0, -1.0
    for place in range(order.size):
        i = order[place]
        if not inside[i]:
            continue
        if times[place] != last:
            if m == 0 or sets[m - 1, 2] > 0.0:
                m += 1
            last = times[place]
            moments[m - 1] = last
            sets[m - 1, 0], sets[m - 1, 1] = left, left_first
        if event[i]:
            sets[m - 1, 2] += 1.0
            sets[m - 1, 3] += first[i]
        left -= 1.0
        left_first -= first[i]
    if m > 0 and sets[m - 1, 2] == 0.0:
        m -= 1
    return moments[:m], sets[:m]


@njit(cache=True, nogil=True)
def _sums(
    days: Floats,
    event: Bools,
    experimental: Bools,
    include: Bools,
    stratum: Counts,
    strata: int,
    codes: Counts,
    parameters: Floats,
    near: float,
) -> Any:
    """Give observed, expected and covariance of each trial's tests."""
    trials, tests = days.shape[0], codes.size
    observed, expected = np.zeros((trials, tests)), np.zeros((trials, tests))
    variance = np.zeros((trials, tests, tests))
    for trial in range(trials):
        order, times = ordered(days[trial], include[trial], near)
        for place in range(strata):
            inside = stratum[trial] == place
            moments, sets = _stratum_sets(order, times, event[trial], experimental[trial], inside)
            each = np.empty((tests, moments.size))
            at_risk, dead = sets[:, 0].copy(), sets[:, 2].copy()
            for v in range(tests):
                each[v] = weight_values(codes[v], parameters[v, 0], parameters[v, 1], moments, at_risk, dead)
            for t in range(moments.size):
                share = sets[t, 1] / at_risk[t]
                spread = 0.0
                if at_risk[t] > 1.0:
                    spread = share * (1.0 - share) * dead[t] * (at_risk[t] - dead[t]) / (at_risk[t] - 1.0)
                for v in range(tests):
                    observed[trial, v] += each[v, t] * sets[t, 3]
                    expected[trial, v] += each[v, t] * dead[t] * share
                    for w in range(v + 1):
                        variance[trial, v, w] += each[v, t] * each[w, t] * spread
        for v in range(tests):
            for w in range(v):
                variance[trial, w, v] = variance[trial, v, w]
    return observed, expected, variance
