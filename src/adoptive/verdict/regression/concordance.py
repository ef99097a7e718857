"""Harrell's concordance of risk and time: how often, of two patients, the one of higher risk is first.

Harrell et al. 1982, 10.1001/jama.1982.03320430047030. Pairs are compared within strata; a pair counts if at the event's
time the other was at risk and did not have his event then. The error is the infinitesimal jackknife's.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from adoptive.tables import TableError
from adoptive.verdict.regression.design import column_of
from adoptive.verdict.regression.types import Concordance, CoxFit
from adoptive.verdict.rows import SurvivalRows

__all__ = ["concordance", "concordance_of"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]


def concordance(fit: CoxFit) -> Concordance:
    """Give the fit's concordance: how often the patient of higher risk has the event first.

    >>> from adoptive.verdict.regression.cox import cox
    >>> from adoptive.verdict.rows import survival_rows
    >>> concordance(cox(survival_rows([1, 2, 3, 4], [1, 1, 1, 1]), {"a": [3, 1, 2, 0]})).concordance
    0.8333333333333334
    """
    design = fit.design
    return _concordance(
        design.time, design.entry, design.event, design.weight, design.stratum,
        design.covariates @ fit.reached + design.offset,
    )  # fmt: skip


def concordance_of(rows: SurvivalRows, risk: ArrayLike) -> Concordance:
    """Give the concordance of any risk score ``(rows,)``; a higher score stands for an earlier event.

    >>> from adoptive.verdict.rows import survival_rows
    >>> concordance_of(survival_rows([1, 2, 3], [1, 1, 0]), [5, 5, 1])
    Concordance(concordance=0.8333..., standard_error=..., concordant=2.0, discordant=0.0, tied_risk=1.0, tied_time=0.0)
    """
    score = column_of(risk, len(rows), "risk")
    return _concordance(rows.time, rows.entry, rows.event, rows.weight, rows.stratum, score)


def _concordance(
    time: Floats, entry: Floats, event: Bools, weight: Floats, stratum: Counts, risk: Floats
) -> Concordance:
    """Count pairs from both sides: to the event and to the one who lived on; the influence needs both."""
    order = np.lexsort((~event, time, stratum))
    late = np.lexsort((entry, stratum))
    bounds = np.concatenate([np.searchsorted(stratum[order], np.unique(stratum)), [time.size]]).astype(np.int64)
    rows = (time, entry, event, weight, _places(risk))
    pairs = np.zeros((2, time.size, 4))
    _first(bounds, order, late, rows, pairs[0])
    _second(bounds, order, late, rows, pairs[1])
    agree, against, same, together = (float(total) for total in weight @ pairs[0])
    total = agree + against + same
    if total == 0:
        raise TableError("no pair can be compared", where="concordance", allowed="an event while others are at risk")
    index = (agree + 0.5 * same) / total
    own = pairs.sum(axis=0)
    influence = weight * (own[:, 0] + 0.5 * own[:, 2] - index * own[:, :3].sum(axis=1)) / total
    return Concordance(index, float(np.sqrt(influence @ influence)), agree, against, same, 0.5 * together)


def _places(risk: Floats) -> Counts:
    """Give each risk its place among the distinct ones, from 1; those that differ by round-off are one."""
    order = np.argsort(risk, kind="stable")
    ranked = risk[order]
    apart = np.diff(ranked) > 1e-12 * np.abs(ranked).max()
    out = np.empty(risk.size, np.int64)
    out[order] = 1 + np.concatenate([[0], np.cumsum(apart)])
    return out


@njit(cache=True, nogil=True)
def _put(tree: Floats, place: int, weight: float) -> None:
    """Add weight at a place of the tree of partial sums (Fenwick 1994, 10.1002/spe.4380240306)."""
    while place < tree.size:
        tree[place] += weight
        place += place & -place


@njit(cache=True, nogil=True)
def _up_to(tree: Floats, place: int) -> float:
    """Sum the tree's weights at this place and below."""
    total = 0.0
    while place > 0:
        total += tree[place]
        place -= place & -place
    return total


@njit(cache=True, nogil=True)
def _first(bounds: Counts, order: Counts, late: Counts, rows: Any, pairs: Floats) -> None:
    """Count for each event the weight of those at risk who live on: of lower, higher, equal risk; and tied events."""
    time, entry, event, weight, score = rows
    tree = np.zeros(score.max() + 1)
    for stratum in range(bounds.size - 1):
        low, k, gone, inside = bounds[stratum], bounds[stratum + 1] - 1, bounds[stratum + 1] - 1, 0.0
        tree[:] = 0.0
        while k >= low:
            at, last = time[order[k]], k
            while k >= low and time[order[k]] == at and not event[order[k]]:
                _put(tree, score[order[k]], weight[order[k]])
                inside += weight[order[k]]
                k -= 1
            while gone >= low and entry[late[gone]] >= at:
                _put(tree, score[late[gone]], -weight[late[gone]])
                inside -= weight[late[gone]]
                gone -= 1
            last = k
            while k >= low and time[order[k]] == at:
                i = order[k]
                below, upto = _up_to(tree, score[i] - 1), _up_to(tree, score[i])
                pairs[i, 0], pairs[i, 1], pairs[i, 2] = below, inside - upto, upto - below
                for other in range(last, low - 1, -1):
                    if time[order[other]] != at:
                        break
                    if score[order[other]] != score[i]:
                        pairs[i, 3] += weight[order[other]]
                k -= 1
            for j in range(k + 1, last + 1):
                _put(tree, score[order[j]], weight[order[j]])
                inside += weight[order[j]]


@njit(cache=True, nogil=True)
def _ask(tree: Floats, inside: float, place: int, sign: float, pairs: Floats) -> None:
    """Add the weight of events of higher, lower, equal risk."""
    below, upto = _up_to(tree, place - 1), _up_to(tree, place)
    pairs[0] += sign * (inside - upto)
    pairs[1] += sign * below
    pairs[2] += sign * (upto - below)


@njit(cache=True, nogil=True)
def _second(bounds: Counts, order: Counts, late: Counts, rows: Any, pairs: Floats) -> None:
    """Count for each row the weight of the events that it lived through: of higher, lower, equal risk."""
    time, entry, event, weight, score = rows
    tree = np.zeros(score.max() + 1)
    for stratum in range(bounds.size - 1):
        k, high, came, inside = bounds[stratum], bounds[stratum + 1], bounds[stratum], 0.0
        tree[:] = 0.0
        while k < high:
            at, first = time[order[k]], k
            while came < high and entry[late[came]] < at:
                _ask(tree, inside, score[late[came]], -1.0, pairs[late[came]])
                came += 1
            while k < high and time[order[k]] == at and event[order[k]]:
                _ask(tree, inside, score[order[k]], 1.0, pairs[order[k]])
                k += 1
            for j in range(first, k):
                _put(tree, score[order[j]], weight[order[j]])
                inside += weight[order[j]]
            while k < high and time[order[k]] == at:
                _ask(tree, inside, score[order[k]], 1.0, pairs[order[k]])
                k += 1
