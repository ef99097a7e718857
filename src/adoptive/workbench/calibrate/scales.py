"""Scales on which one endpoint's sampling noise is nearly the same wherever it lies."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from adoptive.workbench.calibrate.types import Floats, Scale

__all__ = ["FEWEST", "back", "onto", "scale_for"]

_BY_UNIT: Final[dict[str, Scale]] = {"%": "arcsine"}
"""Shares on the arcsine scale; times, ratios, counts and levels, which are above 0, on the log scale."""

FEWEST: Final = 1e-3
"""Smallest value that is told from 0 on the log scale, in the endpoint's unit."""


def scale_for(unit: str) -> Scale:
    """Name the scale of an endpoint by its unit."""
    return _BY_UNIT.get(unit, "log")


def onto(values: ArrayLike, scale: Scale, *, n: int | None = None, cap: float = np.inf) -> Floats:
    """Bring values onto a scale.

    ``arcsine``: ``asin(sqrt((x + 3/8) / (n + 3/4)))`` with ``x = n value / 100`` (Anscombe 1948,
    10.1093/biomet/35.3-4.246), whose variance is near ``1 / (4 n)``; ``log``: ``ln(min(value, cap))``.

    >>> float(onto(50.0, "arcsine", n=40).round(4)), float(onto(np.inf, "log", cap=24.0).round(4))
    (0.7854, 3.1781)
    """
    given = np.asarray(values, float)
    if scale == "identity":
        return given
    if scale == "log":
        return np.asarray(np.log(np.clip(given, FEWEST, cap)))
    size = float(n or 50)
    share = np.clip(given, 0.0, 100.0) / 100.0
    return np.asarray(np.arcsin(np.sqrt((size * share + 0.375) / (size + 0.75))))


def back(values: ArrayLike, scale: Scale, *, n: int | None = None) -> Floats:
    """Bring values back to the endpoint's unit; the inverse of :func:`onto` below the cap.

    >>> float(back(onto(20.0, "arcsine", n=30), "arcsine", n=30).round(6))
    20.0
    """
    given = np.asarray(values, float)
    if scale == "identity":
        return given
    if scale == "log":
        return np.asarray(np.exp(given))
    size = float(n or 50)
    share = (np.sin(np.clip(given, 0.0, np.pi / 2)) ** 2 * (size + 0.75) - 0.375) / size
    return np.asarray(100.0 * np.clip(share, 0.0, 1.0))
