"""The risk sets of the subdistribution: who had another cause stays in, with the weight of not being censored by then.

Someone with a competing cause at T counts at t > T with ``G(t-)/G(T-)``, G being the Kaplan-Meier curve of the
censoring times. So one sum per censoring group, of ``risk/G(T-)``, serves all later times: no row is split.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adoptive.verdict.regression.types import Design
from adoptive.verdict.regression.walk import at_times, risk_sums, rows_of

__all__ = ["Competing", "competing_of", "influence_of", "information_of"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Competing:
    """Hold the design of the cause of interest, and for its places: other cause, censored, group, ``G(T-)``.

    ``times`` ``(times,)`` are the distinct times of the cause of interest, ascending; ``kept`` ``(times, groups)`` is
    ``G(t-)`` there.
    """

    design: Design
    other: Bools
    censored: Bools
    group: Counts
    own: Floats
    times: Floats
    kept: Floats


def competing_of(design: Design, other: Bools, group: Counts) -> Competing:
    """Estimate the censoring curve of each group; ``other`` and ``group`` ``(rows,)`` are in the table's order."""
    other, group = other[design.order], group[design.order]
    censored = ~design.event & ~other
    times = np.unique(design.time[design.event])
    own, kept = np.empty(design.time.size), np.empty((times.size, int(group.max()) + 1))
    for place in range(kept.shape[1]):
        here = group == place
        grid, curve = _curve(design.time[here], censored[here], design.weight[here])
        own[here] = curve[np.searchsorted(grid, design.time[here], side="left")]
        kept[:, place] = curve[np.searchsorted(grid, times, side="left")]
        kept[times > design.time[here].max(), place] = 0.0  # nobody tells how many would still be uncensored
    return Competing(design, other, censored, group, own, times, kept)


def _curve(time: Floats, censored: Bools, weight: Floats) -> tuple[Floats, Floats]:
    """Give the censoring times and the curve before the first and after each."""
    grid = np.unique(time[censored])
    lost = np.bincount(np.searchsorted(grid, time[censored]), weight[censored], grid.size)
    order = np.argsort(time)
    below = np.concatenate([[0.0], np.cumsum(weight[order])])
    at_risk = weight.sum() - below[np.searchsorted(time[order], grid, side="left")]
    left = np.where(at_risk - lost > 1e-12 * at_risk, 1.0 - lost / at_risk, 0.0)
    return grid, np.concatenate([[1.0], np.cumprod(left)])


def information_of(competing: Competing, coefficients: Floats, efron: bool) -> tuple[float, Floats, Floats]:
    """Give log partial likelihood, slope and information at scaled coefficients."""
    numbers, _, _, means, spreads = _met(competing, coefficients, efron)
    design = competing.design
    dead, log_risk = design.event, rows_of(design, coefficients)[5]
    place = np.searchsorted(competing.times, design.time[dead])
    weight = design.weight[dead]
    slope = weight @ (design.covariates[dead] - means[place])
    return float(weight @ log_risk[dead] - numbers[:, 3].sum()), slope, spreads.sum(axis=0)


def _met(competing: Competing, coefficients: Floats, efron: bool) -> Any:
    """Give numbers, drifts, drifts of the dead, means, spreads by ascending event time; see ``walk.at_times``."""
    design = competing.design
    rows = rows_of(design, coefficients)
    found = risk_sums(design.starts, rows, competing.times.size)
    counts, heavies, sums, dead = (np.ascontiguousarray(part[::-1]) for part in found[1:])
    order = np.flatnonzero(competing.other)[::-1]  # ascending in time
    part = rows[4][order] / competing.own[order]
    others = (design.time[order], part, competing.group[order], rows[6][order])
    _stay(sums, others, competing.times, competing.kept)
    return at_times(counts, heavies, sums, dead, efron)


@njit(cache=True, nogil=True)
def _stay(sums: Floats, others: Any, times: Floats, kept: Floats) -> None:
    """Add those with another cause before each event time, group by group, with their weight."""
    time, part, group, z = others
    groups, size, k = kept.shape[1], z.shape[1], 0
    held = np.zeros((groups, size, size))
    for m in range(times.size):
        while k < time.size and time[k] < times[m]:
            for a in range(size):
                for b in range(a + 1):
                    held[group[k], a, b] += part[k] * z[k, a] * z[k, b]
            k += 1
        for g in range(groups):
            for a in range(size):
                for b in range(a + 1):
                    sums[m, a, b] += kept[m, g] * held[g, a, b]


def influence_of(competing: Competing, coefficients: Floats, efron: bool, *, censoring: bool) -> Floats:
    """Give each row's part of the slope ``(rows, covariates)``, weighted, in the design's order and scale.

    With ``censoring`` its part through the estimated censoring curve is added (Fine and Gray's psi).
    """
    design = competing.design
    numbers, drifts, met, means, _ = _met(competing, coefficients, efron)
    risk = np.exp(rows_of(design, coefficients)[5])[:, None]
    x, event = design.covariates, design.event[:, None]
    hazard, hazard_dead = numbers[:, 0:1], numbers[:, 1:2]
    until = np.searchsorted(competing.times, design.time, side="right")
    last = np.maximum(until - 1, 0)
    passed = _before(hazard)[until] - event * (hazard - hazard_dead)[last]
    drifted = _before(drifts)[until] - event * (drifts - met)[last]
    influence = event * (x - means[last]) - risk * (x * passed - drifted)
    for place in range(competing.kept.shape[1]):
        kept = competing.kept[:, place : place + 1]
        later, later_drift = _from(kept * hazard), _from(kept * drifts)
        here = competing.other & (competing.group == place)
        part = risk[here] / competing.own[here, None]
        influence[here] -= part * (x[here] * later[until[here]] - later_drift[until[here]])
        if censoring:
            influence += _psi(competing, place, risk, later, later_drift) / design.weight[:, None]
    return np.asarray(influence * design.weight[:, None], np.float64)


def _psi(competing: Competing, place: int, risk: Floats, later: Floats, later_drift: Floats) -> Floats:
    """Give what each row of a censoring group adds through G: ``integral of q/pi`` over its censoring martingale."""
    design = competing.design
    out = np.zeros(design.covariates.shape)
    here = np.flatnonzero(competing.group == place)[::-1]  # ascending in time
    time, weight, censored = design.time[here], design.weight[here], competing.censored[here]
    other = here[competing.other[here]]
    part = design.weight[other, None] * risk[other] / competing.own[other, None]
    grid = np.unique(time[censored])
    if not grid.size:
        return out
    first = np.searchsorted(design.time[other], grid, side="left")
    after = np.searchsorted(competing.times, grid, side="left")
    q = _before(part * design.covariates[other])[first] * later[after] - _before(part)[first] * later_drift[after]
    at_risk = weight.sum() - np.concatenate([[0.0], np.cumsum(weight)])[np.searchsorted(time, grid, side="left")]
    lost = np.bincount(np.searchsorted(grid, time[censored]), weight[censored], grid.size)
    ratio = q / at_risk[:, None]
    total = _before(ratio * (lost / at_risk)[:, None])
    psi = -total[np.searchsorted(grid, time, side="right")]
    psi[censored] += ratio[np.searchsorted(grid, time[censored])]
    out[here] = psi * weight[:, None]
    return out


def _before(column: Floats) -> Floats:
    """Sum the first k rows, k = 0 .. rows."""
    return np.concatenate([np.zeros((1, column.shape[1])), np.cumsum(column, axis=0)])


def _from(column: Floats) -> Floats:
    """Sum the rows from k on, k = 0 .. rows."""
    return np.concatenate([np.cumsum(column[::-1], axis=0)[::-1], np.zeros((1, column.shape[1]))])
