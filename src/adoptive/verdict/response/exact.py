"""Exact tests of two shares: Fisher, Barnard, Boschloo; the conditional odds ratio.

Fisher's two-sided p-value adds the tables with the same margins that are no likelier than the observed one, as R's
``fisher.test``. Barnard 1945, 10.1038/156177a0; Boschloo 1970, 10.1111/j.1467-9574.1970.tb00104.x (both as in scipy).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import ArrayLike
from scipy import stats

from adoptive.verdict.normal import tail_of
from adoptive.verdict.response.proportion import EQUALLY_LIKELY, Floats, counts_of
from adoptive.verdict.response.types import ExactTest

__all__ = ["barnard_exact", "boschloo_exact", "conditional_odds", "fisher_exact"]

HALVINGS: Final = 100
WIDEST: Final = 60.0
"""Bound on the log odds ratio while it is searched."""


def fisher_exact(hits_1: ArrayLike, n_1: ArrayLike, hits_0: ArrayLike, n_0: ArrayLike) -> ExactTest:
    """Test two shares given all margins (hypergeometric); arrays of tables.

    >>> float(fisher_exact(3, 4, 1, 4).p_value.round(6))
    0.485714
    """
    x1, n1, x0, n0 = _tables(hits_1, n_1, hits_0, n_0)
    out = np.empty((3, x1.size))
    for k, (a, m, b, n) in enumerate(zip(x1.flat, n1.flat, x0.flat, n0.flat, strict=True)):
        out[:, k] = _fisher(int(a), int(m), int(b), int(n))
    both, less, greater = (row.reshape(x1.shape) for row in out)
    return ExactTest(p_value=both, p_less=less, p_greater=greater, method="Fisher")


def barnard_exact(hits_1: ArrayLike, n_1: ArrayLike, hits_0: ArrayLike, n_0: ArrayLike) -> ExactTest:
    """Test two shares by Barnard's unconditional test with the pooled Wald statistic."""
    return _unconditional(hits_1, n_1, hits_0, n_0, test=stats.barnard_exact, method="Barnard")


def boschloo_exact(hits_1: ArrayLike, n_1: ArrayLike, hits_0: ArrayLike, n_0: ArrayLike) -> ExactTest:
    """Test two shares by Boschloo's unconditional test: Fisher's p-value as the statistic, never less powerful."""
    return _unconditional(hits_1, n_1, hits_0, n_0, test=stats.boschloo_exact, method="Boschloo")


def conditional_odds(
    hits_1: ArrayLike, n_1: ArrayLike, hits_0: ArrayLike, n_0: ArrayLike, *, level: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """Give the conditional maximum-likelihood odds ratio with its exact interval, as R's ``fisher.test``.

    Estimate, lower, upper; the estimate is 0 or inf where a cell of the table is empty.
    """
    x1, n1, x0, n0 = _tables(hits_1, n_1, hits_0, n_0)
    tail = tail_of(level)
    out = np.empty((3, x1.size))
    for k, (a, m, b, n) in enumerate(zip(x1.flat, n1.flat, x0.flat, n0.flat, strict=True)):
        out[:, k] = _conditional(int(a), int(m), int(b), int(n), tail)
    estimate, lower, upper = (row.reshape(x1.shape) for row in out)
    return estimate, lower, upper


def _tables(hits_1: ArrayLike, n_1: ArrayLike, hits_0: ArrayLike, n_0: ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.broadcast_arrays(*counts_of(hits_1, n_1), *counts_of(hits_0, n_0)))


def _unconditional(
    hits_1: ArrayLike, n_1: ArrayLike, hits_0: ArrayLike, n_0: ArrayLike, *, test: Callable[..., Any], method: str
) -> ExactTest:
    """Run one of scipy's tests on each table; a table with an empty margin tells nothing."""
    x1, n1, x0, n0 = _tables(hits_1, n_1, hits_0, n_0)
    out = np.ones((3, x1.size))
    for k, (a, m, b, n) in enumerate(zip(x1.flat, n1.flat, x0.flat, n0.flat, strict=True)):
        if min(m, n) > 0 and 0 < a + b < m + n:
            table = np.array([[a, b], [m - a, n - b]], np.int64)
            out[:, k] = [test(table, alternative=side).pvalue for side in ("two-sided", "less", "greater")]
    both, less, greater = (np.minimum(row, 1.0).reshape(x1.shape) for row in out)
    return ExactTest(p_value=both, p_less=less, p_greater=greater, method=method)


@njit(cache=True, nogil=True)
def _ways(x1: int, n1: int, x0: int, n0: int) -> Any:
    """Give the least possible number of hits in group 1 and the log chances from there on, given the margins."""
    hits = x1 + x0
    least, most = max(0, hits - n0), min(hits, n1)
    out = np.empty(most - least + 1)
    for k in range(least, most + 1):
        first = math.lgamma(n1 + 1.0) - math.lgamma(k + 1.0) - math.lgamma(n1 - k + 1.0)
        rest = math.lgamma(n0 + 1.0) - math.lgamma(hits - k + 1.0) - math.lgamma(n0 - hits + k + 1.0)
        out[k - least] = first + rest
    return least, out


@njit(cache=True, nogil=True)
def _shares(logs: Any, least: int, log_odds: float) -> Any:
    """Give the chances at an odds ratio."""
    tilted = logs + log_odds * (np.arange(logs.size) + least)
    weight = np.exp(tilted - tilted.max())
    return weight / weight.sum()


@njit(cache=True, nogil=True)
def _fisher(x1: int, n1: int, x0: int, n0: int) -> Any:
    """Give the p-values: two-sided, less, greater."""
    least, logs = _ways(x1, n1, x0, n0)
    chance = _shares(logs, least, 0.0)
    here = x1 - least
    both = chance[chance <= chance[here] * EQUALLY_LIKELY].sum()
    return np.minimum(np.array([both, chance[: here + 1].sum(), chance[here:].sum()]), 1.0)


@njit(cache=True, nogil=True)
def _solve(logs: Any, least: int, here: int, kind: int, aim: float) -> float:
    """Find the log odds ratio at which the mean (kind 0), the upper tail (1) or minus the lower one is ``aim``."""
    low, high = -WIDEST, WIDEST
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        chance = _shares(logs, least, middle)
        if kind == 0:
            value = (chance * np.arange(chance.size)).sum()
        elif kind == 1:
            value = chance[here:].sum()
        else:
            value = -chance[: here + 1].sum()
        if value < aim:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)


@njit(cache=True, nogil=True)
def _conditional(x1: int, n1: int, x0: int, n0: int, tail: float) -> Any:
    """Give the conditional estimate and its exact interval."""
    least, logs = _ways(x1, n1, x0, n0)
    here, last = x1 - least, logs.size - 1
    out = np.array([1.0, 0.0, np.inf])
    if last == 0:
        return out
    out[0] = 0.0 if here == 0 else np.inf if here == last else math.exp(_solve(logs, least, here, 0, float(here)))
    if here > 0:
        out[1] = math.exp(_solve(logs, least, here, 1, tail))
    if here < last:
        out[2] = math.exp(_solve(logs, least, here, 2, -tail))
    return out
