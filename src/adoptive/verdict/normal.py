"""Confidence levels and normal deviates: where all intervals ``estimate -+ z se`` and their p-values come from."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from adoptive.tables import TableError

__all__ = ["check_level", "deviate", "tail_of", "two_sided"]


def check_level(level: float, *, where: str = "") -> None:
    """Refuse a confidence level that is not between 0 and 1; ``where`` names the function that was asked."""
    if not 0 < level < 1:
        place = f"{where}: level" if where else "level"
        raise TableError("not a confidence level", where=place, value=level, allowed="between 0 and 1")


def deviate(level: float) -> float:
    """Give the normal deviate that a two-sided level reaches, ``Phi^-1(1/2 + level / 2)``; the level is checked.

    >>> round(deviate(0.95), 4)
    1.96
    """
    check_level(level)
    return float(ndtri(0.5 + level / 2.0))


def tail_of(level: float) -> float:
    """Give what a two-sided level leaves out on each side, ``(1 - level) / 2``; the level is checked."""
    check_level(level)
    return (1.0 - level) / 2.0


def two_sided(z: ArrayLike) -> NDArray[np.float64]:
    """Give the two-sided p-value of normal deviates, ``2 Phi(-|z|)``.

    >>> two_sided([0.0, -1.96]).round(3).tolist()
    [1.0, 0.05]
    """
    return np.asarray(2.0 * ndtr(-np.abs(np.asarray(z, np.float64))), np.float64)
