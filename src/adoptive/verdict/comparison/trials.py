"""The log-rank test of two arms, many trials at once.

Mantel 1966. With two arms the sums need one sort of a trial's patients.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from adoptive.verdict.normal import two_sided
from adoptive.verdict.ties import checked, distinct, tolerance
from adoptive.verdict.types import LogRank

__all__ = ["log_rank", "of_sums"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def log_rank(
    days: ArrayLike,
    event: ArrayLike,
    experimental: ArrayLike,
    include: ArrayLike | None = None,
    *,
    merge_near_ties: bool = True,
) -> LogRank:
    """Test in each trial whether the two arms have one survival curve.

    ``z = (O - E) / sqrt(V)`` with the experimental arm's observed and expected events and the hypergeometric variance.

    Parameters
    ----------
    days, event, experimental, include
        Times, whether the event was seen, whose arm is experimental, who belongs to the set; ``(trials, patients)``.
    merge_near_ties
        Treat times that differ by round-off as one.

    >>> test = log_rank([[1, 2, 3, 4, 5, 6]], [[1, 1, 0, 1, 1, 1]], [[0, 0, 0, 1, 1, 1]])
    >>> test.z.round(4), test.p_value.round(4)
    (array([-1.5714]), array([0.1161]))
    """
    times, happened, first, chosen = checked(days, event, experimental, include)
    sums = _log_rank(times, happened, first, chosen, tolerance(merge_near_ties))
    return of_sums(sums[:, 0], sums[:, 1], sums[:, 2])


def of_sums(observed: Floats, expected: Floats, variance: Floats) -> LogRank:
    """Give the tests that follow from each trial's sums ``(trials,)``: ``z = (O - E) / sqrt(V)``."""
    estimable = variance > 0
    z = np.where(estimable, (observed - expected) / np.sqrt(np.where(estimable, variance, 1.0)), 0.0)
    return LogRank(
        observed=observed,
        expected=expected,
        variance=variance,
        z=z,
        chi_squared=z**2,
        p_value=two_sided(z),
        estimable=estimable,
    )


@njit(cache=True, nogil=True)
def _log_rank(days: Floats, event: Bools, experimental: Bools, include: Bools, near: float) -> Floats:
    """Give each trial's observed and expected events of the experimental arm, and the variance."""
    out = np.zeros((days.shape[0], 3))
    for trial in range(days.shape[0]):
        times, risk, events, _ = distinct(days[trial], event[trial], experimental[trial], include[trial], near)
        for k in range(times.size):
            dead, left = events[k, 0] + events[k, 1], risk[k, 0] + risk[k, 1]
            share = risk[k, 1] / left
            out[trial, 0] += events[k, 1]
            out[trial, 1] += dead * share
            if left > 1:
                out[trial, 2] += dead * share * (1.0 - share) * (left - dead) / (left - 1)
    return out
