"""Several hypotheses in one trial: weights that travel along a graph, so that the family-wise error holds.

Bretz, Maurer, Brannath and Posch 2009, 10.1002/sim.3495; with interim looks: Maurer and Bretz 2013,
10.1080/19466315.2013.807748. A graph is a short way to write a closed test of weighted Bonferroni tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.verdict.design.boundaries import sequential_plan
from adoptive.verdict.design.types import ErrorSpending

__all__ = [
    "GraphResult", "GraphicalProcedure", "SequentialGraphResult", "adjusted_p_values", "closed_test", "fallback",
    "fixed_sequence", "graph", "holm", "intersection_weights", "parallel_gatekeeping", "reject", "reject_sequentially",
]  # fmt: skip

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_ROUND: float = 1e-9


@dataclass(frozen=True)
class GraphicalProcedure:
    """Hold hypotheses, their shares of alpha ``(m,)`` and where a share goes on rejection ``(m, m)``."""

    names: tuple[str, ...]
    weights: Floats
    transitions: Floats


@dataclass(frozen=True)
class GraphResult:
    """Hold what is rejected, each ``(m,)``, in which order, and the graph that is left."""

    rejected: Bools
    adjusted_p: Floats
    order: tuple[str, ...]
    weights: Floats


@dataclass(frozen=True)
class SequentialGraphResult:
    """Hold the look at which each hypothesis was rejected ``(m,)``, counted from 1; 0: at none."""

    look: NDArray[np.int64]
    levels: Floats


def graph(weights: ArrayLike, transitions: ArrayLike, *, names: Sequence[str] = ()) -> GraphicalProcedure:
    """Make a graphical procedure.

    Raises
    ------
    StudyError
        Weights or rows of the matrix that are negative or add up to more than 1; a diagonal that is not 0.
    """
    w, g = np.atleast_1d(np.asarray(weights, np.float64)), np.atleast_2d(np.asarray(transitions, np.float64))
    called = tuple(names) or tuple(f"H{k + 1}" for k in range(w.size))
    if g.shape != (w.size, w.size) or len(called) != w.size or len(set(called)) != w.size:
        raise StudyError(
            "weights, matrix and names do not fit", where="graph", value=f"{w.size} weights, matrix {g.shape}",
            allowed="m weights, an m by m matrix, m different names",
        )  # fmt: skip
    for what, values in (("weights", w[None]), ("transitions", g)):
        if not np.isfinite(values).all() or (values < 0).any() or (values.sum(axis=1) > 1.0 + _ROUND).any():
            raise StudyError(
                "negative, or a sum above 1", where=what, value=values.tolist(), allowed="shares of at most 1"
            )
    if np.diagonal(g).any():
        raise StudyError("a hypothesis cannot pass weight to itself", where="transitions", allowed="0 on the diagonal")
    return GraphicalProcedure(called, w, g)


def holm(hypotheses: int, *, names: Sequence[str] = ()) -> GraphicalProcedure:
    """Give Holm's procedure: equal weights, each passes its share on in equal parts."""
    share = 0.0 if hypotheses < 2 else 1.0 / (hypotheses - 1)
    away = share * (1.0 - np.eye(hypotheses))
    return graph(np.full(hypotheses, 1.0 / hypotheses), away, names=names)


def fixed_sequence(hypotheses: int, *, names: Sequence[str] = ()) -> GraphicalProcedure:
    """Give the test in a fixed order: all weight first, and on to the next."""
    return fallback(np.eye(hypotheses)[0], names=names)


def fallback(weights: ArrayLike, *, names: Sequence[str] = ()) -> GraphicalProcedure:
    """Give the fallback procedure: own weights in a fixed order, each passed on to the next.

    Wiens 2003, 10.1002/pst.64.
    """
    own = np.atleast_1d(np.asarray(weights, np.float64))
    return graph(own, np.eye(own.size, k=1), names=names)


def parallel_gatekeeping(primary: ArrayLike, secondary: int, *, names: Sequence[str] = ()) -> GraphicalProcedure:
    """Give primaries with weights whose shares go to the secondaries in equal parts, which share by Holm."""
    first = np.atleast_1d(np.asarray(primary, np.float64))
    size = first.size + secondary
    moves = np.zeros((size, size))
    moves[: first.size, first.size :] = 1.0 / max(secondary, 1)
    if secondary > 1:
        moves[first.size :, first.size :] = (1.0 - np.eye(secondary)) / (secondary - 1)
    return graph(np.append(first, np.zeros(secondary)), moves, names=names)


def reject(procedure: GraphicalProcedure, p_values: ArrayLike, *, alpha: float = 0.025) -> GraphResult:
    """Reject in sequence: a hypothesis with ``p <= weight alpha`` goes, its weight travels, until none is left to go.

    Examples
    --------
    >>> reject(holm(3), [0.012, 0.02, 0.5], alpha=0.05).rejected.tolist()
    [True, True, False]
    """
    p, level = _p_values(procedure, p_values), _level(alpha)
    w, g, gone = procedure.weights, procedure.transitions, np.zeros(p.size, np.bool_)
    order: list[str] = []
    while True:
        able = ~gone & (p <= w * level) & (w > 0)
        if not able.any():
            return GraphResult(gone, adjusted_p_values(procedure, p), tuple(order), w)
        first = int(np.argmax(np.where(able, w * level - p + 1.0, 0.0)))
        gone[first] = True
        order.append(procedure.names[first])
        w, g = _removed(w, g, first, ~gone)


def adjusted_p_values(procedure: GraphicalProcedure, p_values: ArrayLike) -> Floats:
    """Give the smallest level at which each hypothesis is rejected.

    >>> adjusted_p_values(holm(2), [0.01, 0.04]).tolist()
    [0.02, 0.04]
    """
    p = _p_values(procedure, p_values)
    w, g, left, adjusted, largest = (
        procedure.weights,
        procedure.transitions,
        np.ones(p.size, np.bool_),
        np.ones(p.size),
        0.0,
    )
    while left.any():
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(left & (w > 0), p / w, np.inf)
        first = int(np.argmin(ratio))
        if not np.isfinite(ratio[first]):
            break
        largest = max(largest, float(ratio[first]))
        adjusted[first] = min(largest, 1.0)
        left[first] = False
        w, g = _removed(w, g, first, left)
    return adjusted


def intersection_weights(procedure: GraphicalProcedure, members: ArrayLike) -> Floats:
    """Give the weights of the intersection of some hypotheses, ``(m,)``: the others taken out of the graph.

    The result does not depend on the order in which they are taken out.
    """
    inside = np.asarray(members, np.bool_)
    w, g, left = procedure.weights, procedure.transitions, np.ones(inside.size, np.bool_)
    for out in np.flatnonzero(~inside):
        left[out] = False
        w, g = _removed(w, g, int(out), left)
    return w


def closed_test(procedure: GraphicalProcedure, p_values: ArrayLike, *, alpha: float = 0.025) -> Bools:
    """Reject what all intersections reject by their weighted Bonferroni tests, ``(m,)``: the graph's long form."""
    p, level = _p_values(procedure, p_values), _level(alpha)
    size = p.size
    if size > 16:
        raise StudyError("too many hypotheses for all intersections", where="closed test", value=size, allowed="16")
    kept = np.zeros(size, np.bool_)
    for number in range(1, 2**size):
        inside = np.array([number >> k & 1 for k in range(size)], np.bool_)
        w = intersection_weights(procedure, inside)
        if not (inside & (w > 0) & (p <= w * level)).any():
            kept |= inside
    return ~kept


def reject_sequentially(
    procedure: GraphicalProcedure,
    p_values: ArrayLike,
    *,
    fractions: Sequence[ArrayLike],
    alpha: float = 0.025,
    spending: Sequence[str | ErrorSpending] | str | ErrorSpending = "O'Brien-Fleming",
) -> SequentialGraphResult:
    """Reject over interim looks: each hypothesis spends its current share of alpha by its own function and fractions.

    Parameters
    ----------
    procedure
        The graph.
    p_values
        One-sided nominal p-values ``(looks, m)`` of the data so far; nan where a hypothesis has no look.
    fractions
        For each hypothesis its information fraction at each look, ``(looks,)``; nan where it has none.
    alpha, spending
        Family-wise level, and one spending family for all or one each.

    Returns
    -------
    SequentialGraphResult
        The look of each rejection. A share that grew is used from that look on, at that look's data too; earlier looks
        are not judged again.
    """
    p = np.atleast_2d(np.asarray(p_values, np.float64))
    size = len(procedure.names)
    families = [spending] * size if isinstance(spending, str | ErrorSpending) else list(spending)
    times = [np.atleast_1d(np.asarray(one, np.float64)) for one in fractions]
    if p.shape[1] != size or len(times) != size or len(families) != size or any(t.size != len(p) for t in times):
        raise StudyError(
            "p-values, fractions and graph do not fit", where="p_values", value=p.shape, allowed=f"(looks, {size})"
        )
    w, g, found = procedure.weights, procedure.transitions, np.zeros(size, np.int64)
    for look in range(len(p)):
        moved = True
        while moved:
            moved = False
            for k in np.flatnonzero((found == 0) & (w > 0) & np.isfinite(p[look])):
                if p[look, k] <= _nominal(times[k], look, families[k], float(w[k]) * alpha):
                    found[k], moved = look + 1, True
                    w, g = _removed(w, g, int(k), found == 0)
                    break
    return SequentialGraphResult(found, w * alpha)


def _nominal(times: Floats, look: int, family: str | ErrorSpending, level: float) -> float:
    """Give the nominal level of a hypothesis at a look, at its share of alpha."""
    so_far = times[: look + 1]
    if not np.isfinite(so_far[-1]) or level < 1e-12:
        return 0.0
    plan = sequential_plan(so_far[np.isfinite(so_far)], alpha=level, beta=1e-3, efficacy=family)
    return float(plan.stage_levels[-1])


def _removed(w: Floats, g: Floats, out: int, left: Bools) -> tuple[Floats, Floats]:
    """Take a hypothesis out: its weight and its edges pass along the graph to those that are left."""
    weights = np.where(left, w + w[out] * g[out], 0.0)
    through = g + np.outer(g[:, out], g[out])
    loop = (g[:, out] * g[out])[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        moves = np.where(loop < 1.0 - 1e-12, through / (1.0 - loop), 0.0)
    np.fill_diagonal(moves, 0.0)
    return weights, np.where(left[:, None] & left[None, :], moves, 0.0)


def _p_values(procedure: GraphicalProcedure, given: ArrayLike) -> Floats:
    p = np.atleast_1d(np.asarray(given, np.float64))
    if p.shape != (len(procedure.names),) or not ((p >= 0) & (p <= 1)).all():
        raise StudyError(
            "p-values do not fit", where="p_values", value=p.tolist(), allowed=f"{len(procedure.names)} of 0 to 1"
        )
    return p


def _level(alpha: float) -> float:
    if not 0.0 < alpha < 1.0:
        raise StudyError("level out of range", where="alpha", value=alpha, allowed="between 0 and 1")
    return alpha
