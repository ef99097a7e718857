"""Reading step curves: their value at a time, and the time at which they come down to a value."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

__all__ = ["FLAT", "crossing", "value_at"]

Floats = NDArray[np.float64]

FLAT: Final = 2.0**-26
"""A curve within this of a level runs at that level: products round."""


def value_at(time: Floats, values: Floats, at: ArrayLike, *, start: float = 1.0) -> Floats:
    """Read a step curve that holds from each time on; ``start`` before the first.

    >>> value_at(np.array([1.0, 2.0]), np.array([0.5, 0.2]), [0.5, 1.0, 9.0])
    array([1. , 0.5, 0.2])
    """
    place = np.searchsorted(time, np.asarray(at, np.float64), side="right")
    return np.concatenate([[start], values])[place]


@njit(cache=True, nogil=True)
def crossing(time: Floats, values: Floats, level: float) -> float:
    """Give the time at which a step curve comes down to a level; inf = never.

    The first time of its highest value not above the level: of a curve that never rises, the first crossing. Where it
    runs flat at the level, the middle of the flat piece; the last time stands in for an end that no step makes.
    """
    start, best = _highest(values, level + FLAT)
    if start < 0:
        return np.inf
    if best < level - FLAT:
        return float(time[start])
    end, _ = _highest(values, level - FLAT)  # -1 if nothing ends it: the last time
    return float(0.5 * (time[start] + time[end]))


@njit(cache=True, nogil=True)
def _highest(values: Floats, most: float) -> Any:
    """Give the first place of the highest value that is at most so much, and the value; -1 if there is none."""
    place, best = -1, -np.inf
    for k in range(values.size):
        if best < values[k] <= most:
            place, best = k, values[k]
    return place, best
