"""The likeliest shares of two groups once their difference, ratio or odds ratio is given, and the score statistics.

Miettinen and Nurminen 1985, 10.1002/sim.4780040211; Farrington and Manning 1990,
10.1002/sim.4780091208 (the closed form of the cubic).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.verdict.response.proportion import Floats

__all__ = ["ROUND_OFF", "difference_shares", "difference_z", "odds_z", "risk_z", "root", "signed"]

HALVINGS: Final = 80
ROUND_OFF: Final = 1e-15
"""A difference below this is none."""


def difference_shares(x1: Floats, n1: Floats, x0: Floats, n0: Floats, delta: Floats) -> tuple[Floats, Floats]:
    """Give the likeliest shares ``(first, reference)`` among those that differ by ``delta``."""
    theta = n0 / n1
    a = 1.0 + theta
    b = -(1.0 + theta + x1 / n1 + theta * x0 / n0 + delta * (theta + 2.0))
    c = delta**2 + delta * (2.0 * x1 / n1 + theta + 1.0) + x1 / n1 + theta * x0 / n0
    d = -(x1 / n1) * delta * (1.0 + delta)
    v = b**3 / (3.0 * a) ** 3 - b * c / (6.0 * a**2) + d / (2.0 * a)
    u = np.where(v < 0, -1.0, 1.0) * np.sqrt(np.maximum(b**2 / (3.0 * a) ** 2 - c / (3.0 * a), 0.0))
    cosine = np.clip(v / np.where(u == 0, 1.0, u) ** 3, -1.0, 1.0)
    angle = (np.pi + np.arccos(np.where(u == 0, 0.0, cosine))) / 3.0
    first = 2.0 * u * np.cos(angle) - b / (3.0 * a)
    first = np.clip(first, np.maximum(0.0, delta), np.minimum(1.0, 1.0 + delta))
    return first, np.clip(first - delta, 0.0, 1.0)


def difference_z(x1: Floats, n1: Floats, x0: Floats, n0: Floats, delta: Floats, *, factor: Floats) -> Floats:
    """Give the score statistic of the difference ``delta``; ``factor`` multiplies the variance."""
    p1, p0 = difference_shares(x1, n1, x0, n0, delta)
    variance = (p1 * (1.0 - p1) / n1 + p0 * (1.0 - p0) / n0) * factor
    return signed(x1 / n1 - x0 / n0 - delta, variance)


def risk_z(x1: Floats, n1: Floats, x0: Floats, n0: Floats, ratio: Floats, *, factor: Floats) -> Floats:
    """Give the score statistic of the ratio of shares."""
    a = (n1 + n0) * ratio
    b = -(n1 * ratio + x1 + n0 + x0 * ratio)
    p0 = np.clip((-b - np.sqrt(np.maximum(b**2 - 4.0 * a * (x1 + x0), 0.0))) / (2.0 * a), 0.0, 1.0)
    p1 = np.clip(ratio * p0, 0.0, 1.0)
    variance = (p1 * (1.0 - p1) / n1 + ratio**2 * p0 * (1.0 - p0) / n0) * factor
    return signed(x1 / n1 - ratio * x0 / n0, variance)


def odds_z(x1: Floats, n1: Floats, x0: Floats, n0: Floats, ratio: Floats, *, factor: Floats) -> Floats:
    """Give the score statistic of the odds ratio."""
    a = n0 * (ratio - 1.0)
    b = n1 * ratio + n0 - (x1 + x0) * (ratio - 1.0)
    # the root of a p^2 + b p - (x1 + x0) in the form that stays right as a goes to 0
    p0 = 2.0 * (x1 + x0) / (b + np.sqrt(np.maximum(b**2 + 4.0 * a * (x1 + x0), 0.0)))
    p0 = np.clip(p0, 0.0, 1.0)
    p1 = p0 * ratio / (1.0 + p0 * (ratio - 1.0))
    v1, v0 = n1 * p1 * (1.0 - p1), n0 * p0 * (1.0 - p0)
    inverse = np.where((v1 > 0) & (v0 > 0), (1.0 / np.where(v1 > 0, v1, 1.0) + 1.0 / np.where(v0 > 0, v0, 1.0)), np.inf)
    return signed(x1 - n1 * p1, factor / inverse)


def signed(distance: Floats, variance: Floats) -> Floats:
    """Give ``distance / sqrt(variance)``; no variance: inf with the distance's sign, 0 for no distance."""
    some = variance > 0
    z = np.where(some, distance / np.sqrt(np.where(some, variance, 1.0)), np.copysign(np.inf, distance))
    return np.where(np.abs(distance) < ROUND_OFF, 0.0, z)


def root(of: Callable[[Floats], NDArray[np.bool_]], low: Floats, high: Floats) -> Floats:
    """Find where ``of`` turns from true to false between ``low`` and ``high``, by halving."""
    low, high = low.copy(), high.copy()
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        yes = of(middle)
        low, high = np.where(yes, middle, low), np.where(yes, high, middle)
    return np.asarray(0.5 * (low + high))
