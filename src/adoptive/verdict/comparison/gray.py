"""Gray's test that the cumulative incidence of one cause is the same in all groups, with other causes competing.

Gray 1988, 10.1214/aos/1176350951. A group's "at risk" for the incidence ``F`` of the cause is
``R = Y (1 - F(t-)) / S(t-)``: those seen at risk ``Y``, made up for those taken by another cause. The score of group
``g`` is ``sum_t L(t) (d_g - R_g / R d)`` with ``L = (1 - F(t-))^rho`` of all groups together.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from adoptive.tables import TableError
from adoptive.verdict.comparison.log_rank import quadratic
from adoptive.verdict.comparison.types import GrayTest, GrayTrials
from adoptive.verdict.normal import two_sided
from adoptive.verdict.rows import SurvivalRows, survival_rows
from adoptive.verdict.ties import checked, ordered, tolerance

__all__ = ["gray_test", "gray_trials"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]


def gray_test(
    time: ArrayLike,
    cause: ArrayLike,
    group: ArrayLike,
    *,
    stratum: ArrayLike | None = None,
    interest: int = 1,
    rho: float = 0.0,
    merge_near_ties: bool = True,
) -> GrayTest:
    """Test whether all groups have one cumulative incidence of a cause, within strata.

    Parameters
    ----------
    time, cause, group, stratum
        ``(rows,)``: times >= 0; a number per cause, 0 for censored; names of groups and strata.
    interest
        The cause that is tested; all others compete.
    rho
        0 weighs all events alike, above 0 early ones more.
    merge_near_ties
        Make times one that differ by round-off.

    Raises
    ------
    TableError
        Fewer than two groups, an interest of 0, or columns that do not fit together.

    Examples
    --------
    >>> test = gray_test([1, 2, 3, 4, 5, 6], [1, 2, 1, 0, 1, 2], [0, 0, 0, 1, 1, 1])
    >>> round(test.statistic, 4), test.degrees
    (2.1654, 1)
    """
    causes = np.asarray(cause)
    if interest == 0:
        raise TableError("censoring is no cause", where="interest", value=0, allowed="a cause's number, not 0")
    rows = survival_rows(time, causes != 0, group=group, stratum=stratum, merge_near_ties=merge_near_ties)
    k = len(rows.groups)
    if k < 2:
        raise TableError("nothing to compare", where="group", value=rows.groups, allowed="two groups or more")
    score, variance = np.zeros(k), np.zeros((k, k))
    for place in range(len(rows.strata)):
        inside = rows.stratum == place
        counts = _counts(rows.where(inside), causes[inside] == interest, k)
        one, spread = _gray(*counts, rho)
        score += one
        variance += spread
    z, chi_squared, degrees, p_value = quadratic(score, variance)
    return GrayTest(
        groups=rows.groups, score=score, variance=variance, z=z, statistic=chi_squared, degrees=degrees,
        p_value=p_value, one_sided_p=float(ndtr(z)) if k == 2 else None, estimable=degrees > 0,
    )  # fmt: skip


def gray_trials(
    days: ArrayLike,
    cause: ArrayLike,
    experimental: ArrayLike,
    include: ArrayLike | None = None,
    *,
    interest: int = 1,
    rho: float = 0.0,
    merge_near_ties: bool = True,
) -> GrayTrials:
    """Test in each trial whether two arms have one cumulative incidence of a cause.

    Parameters
    ----------
    days, cause, experimental, include
        Times, a number per cause (0: censored), whose arm is experimental, who belongs to the set; all
        ``(trials, patients)``.
    interest, rho, merge_near_ties
        As in :func:`gray_test`.
    """
    causes = np.asarray(cause)
    times, ours, other, arm, chosen = checked(
        days, causes == interest, (causes != 0) & (causes != interest), experimental, include
    )
    kinds = ours.astype(np.int64) + 2 * other.astype(np.int64)
    sums = _gray_trials(times, kinds, arm, chosen, rho, tolerance(merge_near_ties))
    score, variance = sums[:, 0], sums[:, 1]
    estimable = variance > 0
    z = np.where(estimable, score / np.sqrt(np.where(estimable, variance, 1.0)), 0.0)
    p_value = two_sided(z)
    return GrayTrials(score=score, variance=variance, z=z, p_value=p_value, estimable=estimable)


def _counts(rows: SurvivalRows, interest: Bools, groups: int) -> tuple[Floats, Floats, Floats]:
    """Give at risk, events of the cause and of the others ``(m, groups)`` at the times with an event."""
    times = np.unique(rows.time[rows.event])
    at_risk, ours, other = (np.zeros((times.size, groups)) for _ in range(3))
    for group in range(groups):
        mine = np.sort(rows.time[rows.group == group])
        at_risk[:, group] = mine.size - np.searchsorted(mine, times, side="left")
    for table, chosen in ((ours, rows.event & interest), (other, rows.event & ~interest)):
        np.add.at(table, (np.searchsorted(times, rows.time[chosen]), rows.group[chosen]), 1.0)
    return at_risk, ours, other


@njit(cache=True, nogil=True)
def _incidence(at_risk: Floats, ours: Floats, other: Floats) -> Any:
    """Give each group's survival and incidence before each time, the survival after it, and the pooled incidence.

    ``S`` is Kaplan and Meier's of all causes, ``F`` Aalen and Johansen's; the pooled one jumps by ``d / sum Y/S``.
    """
    m, k = at_risk.shape
    survival, incidence = np.ones((m + 1, k)), np.zeros((m + 1, k))
    pooled = np.zeros(m + 1)
    for t in range(m):
        made_up = 0.0
        for g in range(k):
            survival[t + 1, g], incidence[t + 1, g] = survival[t, g], incidence[t, g]
            if at_risk[t, g] > 0:
                made_up += at_risk[t, g] / survival[t, g]
                survival[t + 1, g] *= (at_risk[t, g] - ours[t, g] - other[t, g]) / at_risk[t, g]
                incidence[t + 1, g] += survival[t, g] * ours[t, g] / at_risk[t, g]
        pooled[t + 1] = pooled[t] + (ours[t].sum() / made_up if made_up > 0 else 0.0)
    return survival, incidence, pooled


@njit(cache=True, nogil=True)
def _influence(at_risk: Floats, ours: Floats, survival: Floats, pooled: Floats, rho: float) -> Any:
    """Give how an event of group ``h`` moves the score of group ``g`` at each time, and the sum of it so far.

    ``D = L (1{g = h} - share_g) Y_h / S_h``, ``(m, k, k)``; the sum is against the pooled subdistribution hazard.
    """
    m, k = at_risk.shape
    moved, summed = np.zeros((m, k, k)), np.zeros((m + 1, k, k))
    reach = np.zeros((m, k))
    for t in range(m):
        for g in range(k):
            if at_risk[t, g] > 0:
                reach[t, g] = at_risk[t, g] / survival[t, g]
        everybody = reach[t].sum()
        weight = (1.0 - pooled[t]) ** rho
        hazard = ours[t].sum() / everybody / (1.0 - pooled[t]) if pooled[t] < 1.0 else 0.0
        for g in range(k):
            for h in range(k):
                moved[t, g, h] = weight * reach[t, h] * ((1.0 if g == h else 0.0) - reach[t, g] / everybody)
                summed[t + 1, g, h] = summed[t, g, h] + moved[t, g, h] * hazard
    return moved, summed, reach


@njit(cache=True, nogil=True)
def _score(at_risk: Floats, ours: Floats, survival: Floats, incidence: Floats, pooled: Floats, rho: float) -> Floats:
    """Give the score ``(k,)``."""
    m, k = at_risk.shape
    score, made_up = np.zeros(k), np.zeros(k)
    for t in range(m):
        dead = ours[t].sum()
        if dead == 0.0:
            continue
        for g in range(k):
            made_up[g] = at_risk[t, g] * (1.0 - incidence[t, g]) / survival[t, g] if at_risk[t, g] > 0 else 0.0
        score += (1.0 - pooled[t]) ** rho * (ours[t] - dead * made_up / made_up.sum())
    return score


@njit(cache=True, nogil=True)
def _gray(at_risk: Floats, ours: Floats, other: Floats, rho: float) -> Any:
    """Give one stratum's score ``(k,)`` and its covariance ``(k, k)``.

    The score is a sum of martingales of both kinds of events; each event of group ``h`` counts with what it moves at
    its time and, as it changes ``S_h`` and ``F_h``, with the later influence ``C(end) - C(t)``. Ties shrink each term
    by ``1 - (d - 1) / (n - 1)``.
    """
    m, k = at_risk.shape
    survival, incidence, pooled = _incidence(at_risk, ours, other)
    moved, summed, reach = _influence(at_risk, ours, survival, pooled, rho)
    variance = np.zeros((k, k))
    for t in range(m):
        dead, everybody = ours[t].sum(), reach[t].sum()
        for h in range(k):
            if at_risk[t, h] <= 0:
                continue
            after, before = survival[t + 1, h], survival[t, h]
            later = summed[m, :, h] - summed[t + 1, :, h]
            if dead > 0:
                lost = 1.0 - (1.0 - pooled[t + 1]) / after if after > 0 else 1.0
                tied = 1.0 - (dead - 1.0) / (everybody * before - 1.0) if dead > 1 else 1.0
                felt = moved[t, :, h] + lost * later
                variance += np.outer(felt, felt) * tied * before * dead / (everybody * at_risk[t, h])
            if other[t, h] > 0 and after > 0:
                tied = 1.0 - (other[t, h] - 1.0) / (at_risk[t, h] - 1.0) if other[t, h] > 1 else 1.0
                felt = (1.0 - pooled[t + 1]) / after * later
                variance += np.outer(felt, felt) * tied * before**2 * other[t, h] / at_risk[t, h] ** 2
    return _score(at_risk, ours, survival, incidence, pooled, rho), variance


@njit(cache=True, nogil=True)
def _gray_trials(days: Floats, kind: Counts, arm: Bools, include: Bools, rho: float, near: float) -> Floats:
    """Give each trial's score and variance of the experimental arm; kind 0 censored, 1 the cause, 2 another."""
    out = np.zeros((days.shape[0], 2))
    for trial in range(days.shape[0]):
        order, times = ordered(days[trial], include[trial], near)
        at_risk, events = np.zeros((order.size, 2)), np.zeros((2, order.size, 2))
        left = np.zeros(2)
        for i in order:
            left[1 if arm[trial, i] else 0] += 1.0
        m = 0
        here = left.copy()
        for place in range(order.size):
            i = order[place]
            group = 1 if arm[trial, i] else 0
            if place == 0 or times[place] != times[place - 1]:
                here = left.copy()
                if m > 0 and events[:, m - 1].sum() == 0:
                    m -= 1
                at_risk[m] = here
                m += 1
            if kind[trial, i] > 0:
                events[kind[trial, i] - 1, m - 1, group] += 1.0
            left[group] -= 1.0
        score, variance = _gray(at_risk[:m], events[0, :m], events[1, :m], rho)
        out[trial, 0], out[trial, 1] = score[1], variance[1, 1]
    return out
