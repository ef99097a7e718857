"""Proportions with intervals and the exact binomial test, for arrays of counts.

Clopper and Pearson 1934, 10.1093/biomet/26.4.404; Wilson 1927, 10.1080/01621459.1927.10502953; mid-p and Jeffreys:
Brown, Cai and DasGupta 2001, 10.1214/ss/1009213286; Blaker 2000, 10.2307/3315916.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betaincinv

from adoptive.tables import TableError
from adoptive.verdict.normal import deviate, tail_of
from adoptive.verdict.types import Interval

__all__ = [
    "EQUALLY_LIKELY",
    "binomial_test",
    "blaker",
    "clopper_pearson",
    "counts_of",
    "jeffreys",
    "mid_p",
    "proportion",
    "wilson",
]

Floats = NDArray[np.float64]

HALVINGS: Final = 60
EQUALLY_LIKELY: Final = 1.0 + 1e-7
"""Outcomes within this factor count as equally likely, as in R."""


def proportion(hits: ArrayLike, total: ArrayLike) -> Floats:
    """Give ``hits / total``, 0 where the total is 0.

    >>> proportion([1, 0], [4, 0])
    array([0.25, 0.  ])
    """
    count, size = counts_of(hits, total)
    share: Floats = count / np.where(size > 0, size, 1.0)
    return share


def clopper_pearson(hits: ArrayLike, total: ArrayLike, *, level: float = 0.95) -> Interval:
    """Give the exact interval: the proportions not rejected by either one-sided binomial test at ``(1 - level) / 2``.

    Without observations the interval is 0 to 1.

    >>> ends = clopper_pearson(7, 10)
    >>> float(ends.lower.round(4)), float(ends.upper.round(4))
    (0.3475, 0.9333)
    """
    count, size = counts_of(hits, total)
    tail = tail_of(level)
    inside, short = count > 0, count < size
    lower = betaincinv(np.where(inside, count, 1.0), size - count + 1.0, tail)
    upper = betaincinv(count + 1.0, np.where(short, size - count, 1.0), 1.0 - tail)
    return Interval(lower=np.where(inside, lower, 0.0), upper=np.where(short, upper, 1.0))


def wilson(hits: ArrayLike, total: ArrayLike, *, level: float = 0.95) -> Interval:
    """Give the score interval: the roots of ``|p_hat - p| = z sqrt(p (1 - p) / n)``; 0 to 1 without observations.

    >>> ends = wilson(7, 10)
    >>> float(ends.lower.round(4)), float(ends.upper.round(4))
    (0.3968, 0.8922)
    """
    count, size = counts_of(hits, total)
    z = deviate(level)
    spread = z * np.sqrt(count * (size - count) / np.where(size > 0, size, 1.0) + z**2 / 4.0)
    centre = count + z**2 / 2.0
    lower, upper = (centre - spread) / (size + z**2), (centre + spread) / (size + z**2)
    # at the ends the root is known exactly; round-off must not leave it outside
    return Interval(lower=np.where(count > 0, lower, 0.0), upper=np.where(count < size, upper, 1.0))


def jeffreys(hits: ArrayLike, total: ArrayLike, *, level: float = 0.95) -> Interval:
    """Give the equal-tailed interval of ``Beta(x + 1/2, n - x + 1/2)``; it reaches 0 without and 1 with hits only."""
    count, size = counts_of(hits, total)
    tail = tail_of(level)
    lower = betaincinv(count + 0.5, size - count + 0.5, tail)
    upper = betaincinv(count + 0.5, size - count + 0.5, 1.0 - tail)
    return Interval(lower=np.where(count > 0, lower, 0.0), upper=np.where(count < size, upper, 1.0))


def mid_p(hits: ArrayLike, total: ArrayLike, *, level: float = 0.95) -> Interval:
    """Give the mid-p interval: as Clopper and Pearson's, with the observed outcome counted by half.

    ``P(X > x | p) + P(X = x | p) / 2 = (1 -+ level) / 2``: shorter than the exact one, its coverage is not guaranteed.
    """
    count, size = counts_of(hits, total)
    tail = tail_of(level)
    lower = np.where(count > 0, _share_at(count, size, tail), 0.0)
    return Interval(lower=lower, upper=np.where(count < size, _share_at(count, size, 1.0 - tail), 1.0))


def blaker(hits: ArrayLike, total: ArrayLike, *, level: float = 0.95) -> Interval:
    """Give Blaker's exact interval: inside Clopper and Pearson's, with at least the stated coverage.

    The proportions at which the outcomes that lie as far out as the observed one, in both tails, have a chance above
    ``1 - level``; its ends are searched from those of the exact interval inwards.
    """
    count, size = counts_of(hits, total)
    outer = clopper_pearson(hits, total, level=level)
    ends = np.empty((2, count.size))
    for k, (x, n) in enumerate(zip(count.ravel(), size.ravel(), strict=True)):
        low, high = outer.lower.ravel()[k], outer.upper.ravel()[k]
        ends[0, k] = _blaker_end(int(x), int(n), low, proportion(x, n).item(), 1.0 - level)
        ends[1, k] = _blaker_end(int(x), int(n), high, proportion(x, n).item(), 1.0 - level)
    return Interval(lower=ends[0].reshape(count.shape), upper=ends[1].reshape(count.shape))


def binomial_test(hits: ArrayLike, total: ArrayLike, *, share: float) -> Floats:
    """Give the exact two-sided p-value of a share: the chance of all outcomes no likelier than the observed one.

    >>> float(binomial_test(7, 10, share=0.5).round(6))
    0.34375
    """
    count, size = counts_of(hits, total)
    if not 0 < share < 1:
        raise TableError("not a share", where="binomial_test: share", value=share, allowed="between 0 and 1")
    flat = [_binomial_p(int(x), int(n), share) for x, n in zip(count.ravel(), size.ravel(), strict=True)]
    return np.asarray(flat, np.float64).reshape(count.shape)


def counts_of(hits: ArrayLike, total: ArrayLike) -> tuple[Floats, Floats]:
    """Give hits and totals as numbers of one shape.

    Raises
    ------
    TableError
        If hits lie outside 0 to the total.
    """
    count, size = np.broadcast_arrays(np.asarray(hits, np.float64), np.asarray(total, np.float64))
    if not ((count >= 0) & (count <= size)).all():
        raise TableError("hits must lie between 0 and the total", where="proportion", allowed="0 <= hits <= total")
    return count, size


def _share_at(count: Floats, size: Floats, chance: float) -> Floats:
    """Find the share at which more hits, with the same number counted by half, have the chance."""
    low, high = np.zeros(count.shape), np.ones(count.shape)
    many, few = np.maximum(count, 1.0), np.maximum(size - count, 1.0)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        at_least = np.where(count > 0, betainc(many, size - count + 1.0, middle), 1.0)
        more = np.where(count < size, betainc(count + 1.0, few, middle), 0.0)
        below = 0.5 * (at_least + more) < chance
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(0.5 * (low + high))


@njit(cache=True, nogil=True)
def _chances(n: int, share: float) -> Any:
    """Give the chances of 0 to n hits."""
    out = np.empty(n + 1)
    for k in range(n + 1):
        ways = math.lgamma(n + 1.0) - math.lgamma(k + 1.0) - math.lgamma(n - k + 1.0)
        out[k] = math.exp(ways + k * math.log(share) + (n - k) * math.log1p(-share))
    return out


@njit(cache=True, nogil=True)
def _binomial_p(x: int, n: int, share: float) -> float:
    """Give the two-sided p-value by likelihood."""
    chance = _chances(n, share)
    return min(1.0, float(chance[chance <= chance[x] * EQUALLY_LIKELY].sum()))


@njit(cache=True, nogil=True)
def _acceptability(x: int, n: int, share: float) -> float:
    """Give Blaker's acceptability: the smaller tail, and of the other tail as much as does not exceed it."""
    chance = _chances(n, share)
    up, down = chance[x:].sum(), chance[: x + 1].sum()
    near = min(up, down)
    total, far = near, 0.0
    for k in range(n + 1):  # from the far end of the other tail inwards
        far += chance[n - k] if down < up else chance[k]
        if far > near * EQUALLY_LIKELY:
            break
        total = near + far
    return min(1.0, float(total))


@njit(cache=True, nogil=True)
def _blaker_end(x: int, n: int, outer: float, inner: float, chance: float) -> float:
    """Walk from the exact end inwards to the first share that is accepted; steps 1e-4, then halved."""
    if outer == inner or outer <= 0.0 or outer >= 1.0:
        return outer
    step = 1e-4 if inner > outer else -1e-4
    here = outer
    while (inner - here) * step > 0.0 and _acceptability(x, n, here) <= chance:
        here += step
    low, high = here - step, here
    if (low - outer) * step < 0.0:
        return outer
    for _ in range(40):
        middle = 0.5 * (low + high)
        if _acceptability(x, n, middle) <= chance:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
