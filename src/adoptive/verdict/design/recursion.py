"""Trials on their way from look to look: the density of the score of those that go on, and what lies beyond a bound.

The score at information fraction ``t`` is Brownian motion with a drift; the recursive integral is that of Armitage,
McPherson and Rowe 1969, 10.2307/2343787, here by Gauss-Legendre quadrature on pieces as wide as a step is smooth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

__all__ = ["Path", "place_above", "place_below"]

Floats = NDArray[np.float64]

_FAR: Final = 9.0
"""Standard deviations beyond which nothing is integrated."""

_SURE: Final = 30.0
"""A z that no trial exceeds."""

_LEAST: Final = 1e-14
"""Error too small to place a bound for."""

_NODE, _WEIGHT = np.polynomial.legendre.leggauss(16)


@dataclass(frozen=True)
class Path:
    """Hold the trials that go on after a look: a density of the score at nodes, ready to be integrated.

    ``drift`` is that of the next step; ``centre`` is the score's mean if nothing had stopped.
    """

    drift: float
    time: float = 0.0
    score: Floats = field(default_factory=lambda: np.zeros(1))
    mass: Floats = field(default_factory=lambda: np.ones(1))
    centre: float = 0.0

    def beyond(self, time: float, bound: float) -> float:
        """Give the chance that ``z`` at a time is above a bound."""
        return 0.0 if bound == np.inf else float(self.mass @ ndtr(-self._scaled(time, bound)))

    def below(self, time: float, bound: float) -> float:
        """Give the chance that ``z`` at a time is below a bound."""
        return 0.0 if bound == -np.inf else float(self.mass @ ndtr(self._scaled(time, bound)))

    def outside(self, time: float, bound: float) -> float:
        """Give the chance that ``|z|`` at a time is above a bound."""
        return self.beyond(time, bound) + self.below(time, -bound)

    def _scaled(self, time: float, bound: float) -> Floats:
        step = time - self.time
        return np.asarray((bound * np.sqrt(time) - self.score - self.drift * step) / np.sqrt(step))

    def on(self, time: float, low: float, high: float) -> Path:
        """Follow the trials to a time at which those within the bounds go on."""
        step = time - self.time
        centre = self.centre + self.drift * step
        middle = centre / np.sqrt(time)
        ends = np.array([max(low, middle - _FAR), min(high, middle + _FAR)]) * np.sqrt(time)
        if ends[1] <= ends[0]:
            return Path(self.drift, time, np.zeros(1), np.zeros(1), centre)
        score, weight = _nodes(ends, width=np.sqrt(step))
        density = np.exp(-0.5 * ((score[:, None] - self.score - self.drift * step) ** 2) / step)
        return Path(self.drift, time, score, weight * (density @ self.mass) / np.sqrt(2.0 * np.pi * step), centre)


def _nodes(ends: Floats, *, width: float) -> tuple[Floats, Floats]:
    """Give Gauss-Legendre nodes and weights, so dense that a step of a width is smooth between them."""
    pieces = max(int(np.ceil((ends[1] - ends[0]) / (2.0 * width))), 1)
    edges = np.linspace(ends[0], ends[1], pieces + 1)
    half = (edges[1:] - edges[:-1])[:, None] / 2.0
    at = half * _NODE + (edges[1:] + edges[:-1])[:, None] / 2.0
    return at.ravel(), (half * _WEIGHT).ravel()


def place_above(chance: Callable[[float], float], step: float, *, least: float = -_SURE) -> float:
    """Find the bound beyond which lies a chance; inf if there is next to none to spend."""
    if step < _LEAST:
        return np.inf
    if chance(least) <= step:
        return least
    return float(brentq(lambda z: chance(z) - step, least, _SURE, xtol=1e-12))


def place_below(chance: Callable[[float], float], step: float) -> float:
    """Find the bound below which lies a chance; -inf if there is next to none to spend."""
    return -place_above(lambda z: chance(-z), step)
