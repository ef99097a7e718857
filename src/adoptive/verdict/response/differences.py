"""Differences of two shares: Wald, Agresti-Caffo, Newcombe, Miettinen-Nurminen, Farrington-Manning.

Newcombe 1998, 10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I; Agresti and Caffo 2000,
10.1080/00031305.2000.10474560; Miettinen and Nurminen 1985, 10.1002/sim.4780040211; Farrington and Manning 1990,
10.1002/sim.4780091208.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import ndtr

from adoptive.tables import TableError
from adoptive.verdict.normal import deviate, two_sided
from adoptive.verdict.response.proportion import Floats, counts_of, wilson
from adoptive.verdict.response.restricted import difference_z, root
from adoptive.verdict.response.types import Difference

__all__ = ["DIFFERENCES", "difference", "non_inferiority"]

Ends = tuple[Floats, Floats]


def difference(
    hits_1: ArrayLike,
    n_1: ArrayLike,
    hits_0: ArrayLike,
    n_0: ArrayLike,
    *,
    method: str = "newcombe",
    level: float = 0.95,
) -> Difference:
    """Give the difference ``p1 - p0`` of two shares with an interval, and the p-value of no difference.

    Parameters
    ----------
    hits_1, n_1, hits_0, n_0
        Counts of the first and of the reference group; any shapes that broadcast.
    method
        ``newcombe`` (from two Wilson intervals), ``miettinen-nurminen`` (score, variance x N/(N-1)),
        ``farrington-manning`` (score without that factor), ``wald``, ``wald-corrected`` (continuity, as R's
        ``prop.test``), ``agresti-caffo`` (one hit and one miss added to each group).
    level
        Confidence level.

    Returns
    -------
    The difference. The p-value is that of the pooled score test (the chi-squared test), with Miettinen and
    Nurminen's factor or the continuity correction where the method has it.

    >>> found = difference(56, 70, 48, 80)
    >>> float(found.estimate.round(4)), float(found.lower.round(4)), float(found.upper.round(4))
    (0.2, 0.0524, 0.3339)
    """
    if method not in DIFFERENCES:
        raise TableError("unknown method", where="difference: method", value=method, allowed=", ".join(DIFFERENCES))
    (x1, n1), (x0, n0) = counts_of(hits_1, n_1), counts_of(hits_0, n_0)
    x1, n1, x0, n0 = np.broadcast_arrays(x1, n1, x0, n0)
    known = (n1 > 0) & (n0 > 0)
    m1, m0 = np.where(known, n1, 1.0), np.where(known, n0, 1.0)
    y1, y0 = np.where(known, x1, 0.0), np.where(known, x0, 0.0)
    z = deviate(level)
    lower, upper = DIFFERENCES[method](y1, m1, y0, m0, z)
    return Difference(
        estimate=y1 / m1 - y0 / m0,
        lower=np.where(known, lower, -1.0),
        upper=np.where(known, upper, 1.0),
        p_value=np.where(known, _p_value(y1, m1, y0, m0, method), 1.0),
        method=method,
    )


def non_inferiority(
    hits_1: ArrayLike, n_1: ArrayLike, hits_0: ArrayLike, n_0: ArrayLike, *, margin: float
) -> tuple[Floats, Floats]:
    """Test by Farrington and Manning whether the first share lies less than ``margin`` below the reference.

    Returns z of ``p1 - p0 = -margin`` and the one-sided p-value; large z speaks for non-inferiority. With margin 0 it
    is the pooled test of superiority.

    >>> z, p = non_inferiority(75, 100, 78, 100, margin=0.15)
    >>> float(z.round(4)), float(p.round(4))
    (1.9964, 0.0229)
    """
    (x1, n1), (x0, n0) = counts_of(hits_1, n_1), counts_of(hits_0, n_0)
    x1, n1, x0, n0 = np.broadcast_arrays(x1, n1, x0, n0)
    if not 0 <= margin < 1:
        raise TableError("not a margin", where="non_inferiority: margin", value=margin, allowed="0 to below 1")
    if not ((n1 > 0) & (n0 > 0)).all():
        raise TableError("a group without patients", where="non_inferiority", allowed="n_1 and n_0 above 0")
    z = difference_z(x1, n1, x0, n0, np.full(x1.shape, -margin), factor=np.ones(x1.shape))
    return z, np.asarray(ndtr(-z))


def _continuity(x1: Floats, n1: Floats, x0: Floats, n0: Floats) -> Floats:
    """Give Yates' correction on the scale of the difference, as R's ``prop.test`` limits it."""
    whole = 1.0 / n1 + 1.0 / n0
    return np.asarray(np.minimum(0.5, np.abs(x1 / n1 - x0 / n0) / whole) * whole)


def _wald(x1: Floats, n1: Floats, x0: Floats, n0: Floats, z: float, extra: Floats | float = 0.0) -> Ends:
    """Give the interval by each group's own variance, cut at -1 and 1; ``extra`` widens it to both sides."""
    p1, p0 = x1 / n1, x0 / n0
    reach = z * np.sqrt(p1 * (1.0 - p1) / n1 + p0 * (1.0 - p0) / n0) + extra
    return np.maximum(p1 - p0 - reach, -1.0), np.minimum(p1 - p0 + reach, 1.0)


def _wald_corrected(x1: Floats, n1: Floats, x0: Floats, n0: Floats, z: float) -> Ends:
    return _wald(x1, n1, x0, n0, z, _continuity(x1, n1, x0, n0))


def _agresti_caffo(x1: Floats, n1: Floats, x0: Floats, n0: Floats, z: float) -> Ends:
    return _wald(x1 + 1.0, n1 + 2.0, x0 + 1.0, n0 + 2.0, z)


def _newcombe(x1: Floats, n1: Floats, x0: Floats, n0: Floats, z: float) -> Ends:
    level = float(2.0 * ndtr(z) - 1.0)
    first, reference = wilson(x1, n1, level=level), wilson(x0, n0, level=level)
    p1, p0 = x1 / n1, x0 / n0
    lower = p1 - p0 - np.sqrt((p1 - first.lower) ** 2 + (reference.upper - p0) ** 2)
    return lower, p1 - p0 + np.sqrt((first.upper - p1) ** 2 + (p0 - reference.lower) ** 2)


def _score(x1: Floats, n1: Floats, x0: Floats, n0: Floats, z: float, *, factor: Floats) -> Ends:
    """Find the differences whose score statistic is +z and -z."""

    def above(limit: float) -> Callable[[Floats], np.ndarray]:
        return lambda delta: difference_z(x1, n1, x0, n0, delta, factor=factor) > limit

    seen, end = x1 / n1 - x0 / n0, np.ones(x1.shape)
    return root(above(z), -end, seen), root(above(-z), seen, end)


def _miettinen_nurminen(x1: Floats, n1: Floats, x0: Floats, n0: Floats, z: float) -> Ends:
    return _score(x1, n1, x0, n0, z, factor=(n1 + n0) / (n1 + n0 - 1.0))


def _farrington_manning(x1: Floats, n1: Floats, x0: Floats, n0: Floats, z: float) -> Ends:
    return _score(x1, n1, x0, n0, z, factor=np.ones(x1.shape))


def _p_value(x1: Floats, n1: Floats, x0: Floats, n0: Floats, method: str) -> Floats:
    """Give the two-sided p-value of the pooled score test."""
    pooled = (x1 + x0) / (n1 + n0)
    variance = pooled * (1.0 - pooled) * (1.0 / n1 + 1.0 / n0)
    distance = np.abs(x1 / n1 - x0 / n0)
    if method == "wald-corrected":
        distance = distance - _continuity(x1, n1, x0, n0)
    if method == "miettinen-nurminen":
        variance = variance * (n1 + n0) / (n1 + n0 - 1.0)
    z = np.where(variance > 0, distance / np.sqrt(np.where(variance > 0, variance, 1.0)), 0.0)
    return two_sided(z)


DIFFERENCES: Final[Mapping[str, Callable[[Floats, Floats, Floats, Floats, float], Ends]]] = MappingProxyType(
    {
        "newcombe": _newcombe,
        "miettinen-nurminen": _miettinen_nurminen,
        "farrington-manning": _farrington_manning,
        "wald": _wald,
        "wald-corrected": _wald_corrected,
        "agresti-caffo": _agresti_caffo,
    }
)
"""How the interval of a difference is made, by name."""
