"""The distinct times of a trial: who is at risk, who has an event, who is censored at each.

Times that differ by round-off only are one time. The rule is that of R's ``survival``: neighbours closer than 1.5e-8,
absolutely or relative to the mean distinct time, are merged, so an event and a censoring do not swap places because
one was computed by another sum (Therneau, ``survival`` vignette "Roundoff error and tied times").
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from adoptive.tables import TableError

__all__ = ["NEAR_TIE", "checked", "distinct", "tolerance"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NEAR_TIE: Final = 2.0**-26
"""Square root of the floating-point spacing at 1."""
_ONE_LAYOUT: Final = ("C_CONTIGUOUS", "WRITEABLE")
"""A kernel is compiled anew for each layout of its arrays, read-only ones too: a copy is cheaper."""


def tolerance(merge_near_ties: bool) -> float:
    """Give the distance below which times are merged; 0 merges exact ties only."""
    return NEAR_TIE if merge_near_ties else 0.0


def checked(days: ArrayLike, *marks: ArrayLike | None) -> tuple[Any, ...]:
    """Give ``(trials, patients)`` days and marks as arrays of one shape; a mark of ``None`` is true for everybody.

    Raises
    ------
    TableError
        If days are not a table, not finite or negative, or a mark has another shape.
    """
    times = np.require(days, np.float64, _ONE_LAYOUT)
    if times.ndim != 2:
        raise TableError("not a table of trials and patients", value=times.shape, allowed="(trials, patients)")
    if not (np.isfinite(times).all() and (times >= 0).all()):
        raise TableError("a time is negative or not finite", where="days", allowed="0 or more")
    arrays = [np.ones(times.shape, np.bool_) if mark is None else np.asarray(mark, np.bool_) for mark in marks]
    for array in arrays:
        if array.shape != times.shape:
            raise TableError("shape unlike that of the days", value=array.shape, allowed=str(times.shape))
    return times, *(np.require(array, np.bool_, _ONE_LAYOUT) for array in arrays)


@njit(cache=True, nogil=True)
def ordered(days: Floats, include: Bools, near: float) -> Any:
    """Give the included patients in order of time, and their times with near-ties merged."""
    chosen = np.flatnonzero(include)
    order = chosen[np.argsort(days[chosen])]
    times = days[order]
    total, kinds = 0.0, 0
    for i in range(times.size):
        if i == 0 or times[i] != times[i - 1]:
            total += times[i]
            kinds += 1
    gap = near * max(1.0, total / max(kinds, 1))
    raw = times.copy()
    for i in range(1, times.size):
        if raw[i] - raw[i - 1] <= gap:
            times[i] = times[i - 1]
    return order, times


@njit(cache=True, nogil=True)
def distinct(days: Floats, event: Bools, group: Bools, include: Bools, near: float) -> Any:
    """Count one trial's patients at its distinct times, apart for the two groups.

    Returns times ``(m,)``, and at risk, events, censored ``(m, 2)``; column 1 is where ``group`` is true.
    """
    order, merged = ordered(days, include, near)
    size = order.size
    times = np.empty(size)
    counts = np.zeros((3, size, 2), np.int64)
    left = np.zeros(2, np.int64)
    for i in order:
        left[1 if group[i] else 0] += 1
    m = -1
    for k in range(size):
        if k == 0 or merged[k] != merged[k - 1]:
            m += 1
            times[m] = merged[k]
            counts[0, m] = left
        arm = 1 if group[order[k]] else 0
        counts[1 if event[order[k]] else 2, m, arm] += 1
        left[arm] -= 1
    m += 1
    return times[:m], counts[0, :m], counts[1, :m], counts[2, :m]
