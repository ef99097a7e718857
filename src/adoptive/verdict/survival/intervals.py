"""Intervals of a probability on five scales.

A probability with a standard error gets its interval on the scale named, and is brought back: the plain interval is cut
at 0 and 1, the logarithm's at 1. Scales as in Kalbfleisch and Prentice 2002, 10.1002/9781118032985, and Klein et al.
2007, 10.1002/sim.2864.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from adoptive.tables import TableError
from adoptive.verdict.normal import deviate
from adoptive.verdict.survival.types import IntervalKind

__all__ = ["SCALES", "bounds", "carried", "check_scale", "transformed"]

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]


def _plain(p: Floats, reach: Floats) -> Pair:
    return np.maximum(p - reach, 0.0), np.minimum(p + reach, 1.0)


def _log(p: Floats, reach: Floats) -> Pair:
    return p * np.exp(-reach / p), np.minimum(p * np.exp(reach / p), 1.0)


def _log_log(p: Floats, reach: Floats) -> Pair:
    step = reach / (p * -np.log(p))
    return p ** np.exp(step), p ** np.exp(-step)


def _logit(p: Floats, reach: Floats) -> Pair:
    step = reach / (p * (1.0 - p))
    return expit(logit(p) - step), expit(logit(p) + step)


def _arcsine(p: Floats, reach: Floats) -> Pair:
    step = 0.5 * reach / np.sqrt(p * (1.0 - p))
    angle = np.arcsin(np.sqrt(p))
    return np.sin(np.maximum(angle - step, 0.0)) ** 2, np.sin(np.minimum(angle + step, np.pi / 2.0)) ** 2


def _none(p: Floats, reach: Floats) -> Pair:
    return p, p


SCALES: Final[Mapping[IntervalKind, Callable[[Floats, Floats], Pair]]] = {
    "log": _log,
    "log-log": _log_log,
    "plain": _plain,
    "logit": _logit,
    "arcsine": _arcsine,
    "none": _none,
}

_ON_SCALE: Final[Mapping[str, tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]]] = {
    "plain": (lambda p: p, np.ones_like),
    "log": (np.log, lambda p: 1.0 / p),
    "log-log": (lambda p: -np.log(-np.log(p)), lambda p: -1.0 / (p * np.log(p))),
    "logit": (logit, lambda p: 1.0 / (p * (1.0 - p))),
    "arcsine": (lambda p: np.arcsin(np.sqrt(p)), lambda p: 0.5 / np.sqrt(p * (1.0 - p))),
}
"""A scale and its slope; all rise with the probability."""


def check_scale(kind: str, *, where: str, of: Iterable[str] = tuple(SCALES)) -> None:
    """Refuse a scale that does not exist."""
    if kind not in of:
        raise TableError("no such scale", where=where, value=kind, allowed=", ".join(of))


def bounds(p: Floats, error: Floats, kind: IntervalKind, level: float) -> Pair:
    """Give both ends of the interval of probabilities inside (0, 1); outside it the interval is the point.

    Arguments: ``p``, its standard ``error``, the scale and the confidence level.

    >>> lower, upper = bounds(np.array([0.5, 1.0]), np.array([0.1, 0.0]), "plain", 0.95)
    >>> lower.round(3).tolist(), upper.round(3).tolist()
    ([0.304, 1.0], [0.696, 1.0])
    """
    inside = (p > 0.0) & (p < 1.0)
    with np.errstate(over="ignore"):
        lower, upper = SCALES[kind](np.where(inside, p, 0.5), deviate(level) * np.where(inside, error, 0.0))
    return np.where(inside, lower, p), np.where(inside, upper, p)


def carried(survival: Floats, upper: Floats) -> Floats:
    """Keep a curve's last upper end once it is 0; 1 if it never was above."""
    alive = np.flatnonzero(survival > 0.0)
    return np.where(survival > 0.0, upper, upper[alive[-1]] if alive.size else 1.0)


def transformed(p: Floats, error: Floats, kind: str) -> Pair:
    """Give probabilities inside (0, 1) and their errors on a scale that rises with them."""
    check_scale(kind, where="scale", of=_ON_SCALE)
    value, slope = _ON_SCALE[kind]
    return value(p), error * slope(p)
