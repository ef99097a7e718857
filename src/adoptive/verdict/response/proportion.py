"""Proportions and their intervals: Clopper-Pearson (exact) and Wilson (score), for arrays of counts.

Clopper and Pearson 1934, 10.1093/biomet/26.4.404; Wilson 1927, 10.1080/01621459.1927.10502953.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaincinv, ndtri

from adoptive.tables import TableError
from adoptive.verdict.types import Interval

__all__ = ["clopper_pearson", "proportion", "wilson"]

Floats = NDArray[np.float64]


def proportion(hits: ArrayLike, total: ArrayLike) -> Floats:
    """Give ``hits / total``, 0 where the total is 0.

    >>> proportion([1, 0], [4, 0])
    array([0.25, 0.  ])
    """
    count, size = _counts(hits, total)
    share: Floats = count / np.where(size > 0, size, 1.0)
    return share


def clopper_pearson(hits: ArrayLike, total: ArrayLike, *, level: float = 0.95) -> Interval:
    """Give the exact interval: the proportions not rejected by either one-sided binomial test at ``(1 - level) / 2``.

    Without observations the interval is 0 to 1.
    """
    count, size = _counts(hits, total)
    tail = (1.0 - _level(level)) / 2.0
    inside, short = count > 0, count < size
    lower = betaincinv(np.where(inside, count, 1.0), size - count + 1.0, tail)
    upper = betaincinv(count + 1.0, np.where(short, size - count, 1.0), 1.0 - tail)
    return Interval(lower=np.where(inside, lower, 0.0), upper=np.where(short, upper, 1.0))


def wilson(hits: ArrayLike, total: ArrayLike, *, level: float = 0.95) -> Interval:
    """Give the score interval: the roots of ``|p_hat - p| = z sqrt(p (1 - p) / n)``; 0 to 1 without observations."""
    count, size = _counts(hits, total)
    z = float(ndtri(0.5 + _level(level) / 2.0))
    spread = z * np.sqrt(count * (size - count) / np.where(size > 0, size, 1.0) + z**2 / 4.0)
    centre = count + z**2 / 2.0
    lower, upper = (centre - spread) / (size + z**2), (centre + spread) / (size + z**2)
    # at the ends the root is known exactly; round-off must not leave it outside
    return Interval(lower=np.where(count > 0, lower, 0.0), upper=np.where(count < size, upper, 1.0))


def _counts(hits: ArrayLike, total: ArrayLike) -> tuple[Floats, Floats]:
    count, size = np.broadcast_arrays(np.asarray(hits, np.float64), np.asarray(total, np.float64))
    if not ((count >= 0) & (count <= size)).all():
        raise TableError("hits must lie between 0 and the total", where="proportion", allowed="0 <= hits <= total")
    return count, size


def _level(level: float) -> float:
    if not 0 < level < 1:
        raise TableError("not a confidence level", where="level", value=level, allowed="between 0 and 1")
    return level
