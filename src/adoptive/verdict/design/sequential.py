"""Group-sequential bounds: how the error is spent over the looks, and where a trial stops at each.

Lan and DeMets 1983, 10.1093/biomet/70.3.659; Hwang, Shih and DeCani 1990, 10.1002/sim.4780091207; the recursive
integral is that of Armitage, McPherson and Rowe 1969, 10.2307/2343787. Bounds are one-sided: large ``z`` favours the
experimental arm. The score at information fraction ``t`` is Brownian motion with a drift.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri

from adoptive.errors import StudyError

__all__ = ["SPENDING", "Bounds", "crossing_probabilities", "error_spent", "group_sequential"]

Floats = NDArray[np.float64]

SPENDING: Final = ("O'Brien-Fleming", "Pocock", "Hwang-Shih-DeCani", "power")
"""Families of spending functions."""

_FAR: Final = 9.0
"""Standard deviations beyond which nothing is integrated."""

_NEVER: Final = 30.0
"""A bound that no trial reaches."""

_LEAST: Final = 1e-14
"""Error too small to place a bound for."""


@dataclass(frozen=True)
class Bounds:
    """Hold a group-sequential plan, each ``(looks,)``: stop for efficacy at ``z >= efficacy``, else for futility.

    ``futility`` is -inf where nothing stops for it; the bound is non-binding: the efficacy bounds hold the error even
    if nobody heeds it. ``alpha_spent`` and ``beta_spent`` are cumulative. ``drift`` is the mean of the final ``z``
    at which the plan has its power (0 without futility).
    """

    fractions: Floats
    efficacy: Floats
    futility: Floats
    alpha_spent: Floats
    beta_spent: Floats
    drift: float


def error_spent(family: str, fractions: ArrayLike, *, level: float, parameter: float = 1.0) -> Floats:
    """Give the error spent by each information fraction ``t``.

    O'Brien-Fleming type ``2 - 2 Phi(z_{1 - level/2} / sqrt t)``; Pocock type ``level ln(1 + (e - 1) t)``;
    Hwang-Shih-DeCani ``level (1 - exp(-g t)) / (1 - exp(-g))`` (``level t`` at g = 0); power ``level t^g``.

    Raises :class:`StudyError` for an unknown family.

    >>> error_spent("power", [0.5, 1.0], level=0.025, parameter=2.0).tolist()
    [0.00625, 0.025]
    """
    t = np.asarray(fractions, np.float64)
    if family == "O'Brien-Fleming":
        return np.asarray(2.0 * ndtr(ndtri(level / 2.0) / np.sqrt(t)))
    if family == "Pocock":
        return np.asarray(level * np.log1p((np.e - 1.0) * t))
    if family == "Hwang-Shih-DeCani":
        return level * t if parameter == 0 else np.asarray(level * np.expm1(-parameter * t) / np.expm1(-parameter))
    if family == "power":
        return np.asarray(level * t**parameter)
    raise StudyError("unknown spending function", where="spending", value=family, allowed=", ".join(SPENDING))


def group_sequential(
    fractions: ArrayLike,
    *,
    alpha: float = 0.025,
    spending: str = "O'Brien-Fleming",
    parameter: float = 1.0,
    futility: str = "none",
    futility_parameter: float = 1.0,
    beta: float = 0.1,
) -> Bounds:
    """Place the bounds of a group-sequential plan.

    Parameters
    ----------
    fractions
        Information fraction of each look, rising.
    alpha, spending, parameter
        One-sided level and how it is spent.
    futility, futility_parameter, beta
        How the type II error is spent for futility; "none" for no such bound. With it, the drift is the one at which
        the final futility bound meets the final efficacy bound, so that the power is ``1 - beta``.

    Raises
    ------
    StudyError
        Fractions that do not rise within (0, 1], or an unknown spending function.

    Examples
    --------
    >>> group_sequential([0.5, 1.0]).efficacy.round(3).tolist()
    [2.963, 1.969]
    """
    t = np.atleast_1d(np.asarray(fractions, np.float64))
    if not ((np.diff(t, prepend=0.0) > 0).all() and t[-1] <= 1.0 + 1e-12):
        raise StudyError("fractions must rise within (0, 1]", where="fractions", value=t.tolist())
    spent = error_spent(spending, t, level=alpha, parameter=parameter)
    efficacy = _upper_bounds(t, np.diff(spent, prepend=0.0))
    never = np.full(len(t), -np.inf)
    if futility == "none":
        return Bounds(t, efficacy, never, spent, np.zeros(len(t)), 0.0)
    missed = error_spent(futility, t, level=beta, parameter=futility_parameter)
    steps = np.diff(missed, prepend=0.0)

    def too_powerful(drift: float) -> float:
        return float(_lower_bounds(t, steps, efficacy, drift)[-1] - efficacy[-1])

    drift = float(brentq(too_powerful, 0.0, 25.0, xtol=1e-10))
    lower = np.minimum(_lower_bounds(t, steps, efficacy, drift), efficacy)
    return Bounds(t, efficacy, lower, spent, missed, drift)


def crossing_probabilities(
    fractions: ArrayLike, efficacy: ArrayLike, futility: ArrayLike | None = None, *, drift: float = 0.0
) -> tuple[Floats, Floats]:
    """Give the chance to stop at each look for efficacy and for futility, both ``(looks,)``.

    ``drift`` is the mean of the final ``z`` at information fraction 1.
    """
    t, upper = np.atleast_1d(np.asarray(fractions, float)), np.atleast_1d(np.asarray(efficacy, float))
    lower = np.full(len(t), -np.inf) if futility is None else np.atleast_1d(np.asarray(futility, float))
    path = _Path(drift)
    above, below = np.zeros(len(t)), np.zeros(len(t))
    for look, (time, low, high) in enumerate(zip(t, lower, upper, strict=True)):
        above[look], below[look] = path.beyond(time, high), path.below(time, low)
        path = path.on(time, low, high)
    return above, below


def _upper_bounds(t: Floats, steps: Floats) -> Floats:
    """Place each efficacy bound so that a trial without an effect first crosses it with the step's probability."""
    path, bounds = _Path(0.0), []
    for time, step in zip(t, steps, strict=True):
        bounds.append(_place(partial(path.beyond, time), step))
        path = path.on(time, -np.inf, bounds[-1])
    return np.array(bounds)


def _lower_bounds(t: Floats, steps: Floats, efficacy: Floats, drift: float) -> Floats:
    """Place each futility bound so that a trial with the drift first falls below it with the step's probability."""
    path, bounds = _Path(drift), []
    for time, step, high in zip(t, steps, efficacy, strict=True):
        bounds.append(-_place(partial(_mirrored, path, time), step))
        path = path.on(time, min(bounds[-1], high), high)
    return np.array(bounds)


def _mirrored(path: _Path, time: float, bound: float) -> float:
    return path.below(time, -bound)


def _place(chance: Callable[[float], float], step: float) -> float:
    """Find the bound beyond which lies a chance."""
    if step < _LEAST:
        return _NEVER
    if chance(-_NEVER) <= step:
        return -_NEVER
    return float(brentq(lambda z: chance(z) - step, -_NEVER, _NEVER, xtol=1e-12))


@dataclass(frozen=True)
class _Path:
    """Hold the trials that go on after a look: a density of the score at nodes, ready to be integrated."""

    drift: float
    time: float = 0.0
    score: Floats = field(default_factory=lambda: np.zeros(1))
    mass: Floats = field(default_factory=lambda: np.ones(1))

    def beyond(self, time: float, bound: float) -> float:
        """Give the chance that ``z`` at a time is above a bound."""
        return float(self.mass @ ndtr(-self._scaled(time, bound)))

    def below(self, time: float, bound: float) -> float:
        """Give the chance that ``z`` at a time is below a bound."""
        return 0.0 if bound == -np.inf else float(self.mass @ ndtr(self._scaled(time, bound)))

    def _scaled(self, time: float, bound: float) -> Floats:
        step = time - self.time
        return np.asarray((bound * np.sqrt(time) - self.score - self.drift * step) / np.sqrt(step))

    def on(self, time: float, low: float, high: float) -> _Path:
        """Follow the trials to a time at which those within the bounds go on."""
        step, middle = time - self.time, self.drift * np.sqrt(time)
        ends = np.array([max(low, middle - _FAR), min(high, middle + _FAR)]) * np.sqrt(time)
        if ends[1] <= ends[0]:
            return _Path(self.drift, time, np.zeros(1), np.zeros(1))
        score, weight = _nodes(ends, width=np.sqrt(step))
        density = np.exp(-0.5 * ((score[:, None] - self.score - self.drift * step) ** 2) / step)
        return _Path(self.drift, time, score, weight * (density @ self.mass) / np.sqrt(2.0 * np.pi * step))


def _nodes(ends: Floats, *, width: float) -> tuple[Floats, Floats]:
    """Give Gauss-Legendre nodes and weights, so dense that a step of a width is smooth between them."""
    pieces = max(int(np.ceil((ends[1] - ends[0]) / (2.0 * width))), 1)
    node, weight = np.polynomial.legendre.leggauss(16)
    edges = np.linspace(ends[0], ends[1], pieces + 1)
    half = (edges[1:] - edges[:-1])[:, None] / 2.0
    at = half * node + (edges[1:] + edges[:-1])[:, None] / 2.0
    return at.ravel(), (half * weight).ravel()
