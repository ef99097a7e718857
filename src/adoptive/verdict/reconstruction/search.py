"""The walk along a piece of a published curve, and the search for its censorings: how many, and early or late."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["best_censoring", "in_order", "lost_at", "walk"]

Floats = NDArray[np.float64]

SKEWS: Final = (1.0, 0.6, 1.6, 0.4, 2.5, 0.25, 4.0)
"""Powers that spread the censorings: 1 evenly, below 1 late in the piece, above 1 early."""

READING: Final = 0.005
"""Root mean square by which a reader misses a curve at worst; what lies off by more cannot be so."""


@njit(cache=True, nogil=True)
def lost_at(number: int, lost: int, start: float, end: float, skew: float) -> float:
    """Give the time of a censoring, counted from 0, of those that are ``lost`` between start and end."""
    return float(start + ((number + 0.5) / lost) ** skew * (end - start))


@njit(cache=True, nogil=True)
def walk(
    time: Floats,
    survival: Floats,
    there: int,
    curve: float,
    start: float,
    end: float,
    floor: int,
    lost: int,
    skew: float,
) -> Any:
    """Let events happen at the points so that the curve stays near them.

    Arguments: the points, who is ``there`` at the ``start``, the ``curve`` then, where the ``lost`` censorings are
    spread to and by which ``skew``, and the ``floor`` below which the number at risk must not fall.

    Returns events ``(points,)``, who is left, the curve at the end, and the sum of squared deviations.
    """
    events = np.zeros(time.size, np.int64)
    left, gone, error = there, 0, 0.0
    for k in range(time.size):
        while gone < lost and lost_at(gone, lost, start, end, skew) < time[k]:
            gone += 1
            left -= 1
        most = left - (lost - gone) - floor
        if left > 0 and curve > 0.0:
            events[k] = max(min(round(left * (1.0 - survival[k] / curve)), most), 0)
            curve *= 1.0 - events[k] / left
            left -= events[k]
        error += (curve - survival[k]) ** 2
    return events, left - (lost - gone), curve, error


@njit(cache=True, nogil=True)
def in_order(time: Floats, survival: Floats, slip: float) -> Floats:
    """Exchange shares that rise between points nearer in time than a reader's slip: the two ends of one step."""
    out = survival.copy()
    for _ in range(out.size):
        moved = False
        for k in range(out.size - 1):
            if out[k] < out[k + 1] and time[k + 1] - time[k] <= slip:
                out[k], out[k + 1] = out[k + 1], out[k]
                moved = True
        if not moved:
            break
    return out


@njit(cache=True, nogil=True)
def best_censoring(
    time: Floats,
    survival: Floats,
    there: int,
    curve: float,
    start: float,
    end: float,
    floor: int,
    guess: int,
    wanted: int,
) -> Any:
    """Try every number of censorings, early and late, and give the best number and skew.

    ``guess`` >= 0: that number, or the largest below it with which the curve still can be met. ``wanted`` >= 0: nearest
    to so many events, then nearest to the points. Else: who is left at the end nearest to ``floor``, then nearest to
    the points. The censorings are spread evenly unless the points cannot be met so.
    """
    best, skewed, miss, error = 0, 1.0, np.inf, np.inf
    limit = time.size * READING**2
    if guess >= 0:
        for lost in range(guess, -1, -1):
            squares = walk(time, survival, there, curve, start, end, floor, lost, 1.0)[3]
            if squares < error:
                best, error = lost, squares
            if squares <= limit:
                return lost, 1.0
        return best, 1.0
    for skew in SKEWS:
        if miss == 0.0 and error <= limit:
            break
        for lost in range(there - floor + 1):
            events, left, _, squares = walk(time, survival, there, curve, start, end, floor, lost, skew)
            off = float(abs(events.sum() - wanted) if wanted >= 0 else left - floor)
            if off < miss or (off == miss and squares < error):
                best, skewed, miss, error = lost, skew, off, squares
    return best, skewed
