"""The climb to the maximum of a concave likelihood, and what is said where there is none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.tables import TableError

__all__ = ["Maximum", "climb"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Likelihood = Callable[[Floats], tuple[float, Floats, Floats]]

STEPS: Final = 60
SMALL_STEP: Final = 1e-9
"""Length of a Newton step after which none is needed: the next would be its square."""
NO_GAIN: Final = 1e-11
"""Log likelihood that a step still promises where a coefficient is said to run away."""
LONG_STEP: Final = 0.1
"""Such a step, in standard deviations of the covariate, does not come near a finite maximum that promises no gain."""
WIDEST: Final = 100.0
"""Log hazard ratio of a standard deviation beyond which a coefficient is said to run away."""
DEPENDENT: Final = 1e-10
"""Share of a column's information below which it is a combination of those before it."""


@dataclass(frozen=True)
class Maximum:
    """Hold the maximum in scaled coefficients, and value, slope and information there and at 0."""

    at: Floats
    value: float
    information: Floats
    value_at_0: float
    slope_at_0: Floats
    information_at_0: Floats
    iterations: int
    converged: bool
    separated: Bools


def climb(likelihood: Likelihood, names: Sequence[str], *, mass: float) -> Maximum:
    """Climb by Newton's steps from 0, halved where they fall, until a step is below 1e-9 of a standard deviation.

    If steps stay long while they promise no gain, or lead beyond any sensible ratio, the likelihood rises for ever in
    that direction (separation): its coefficients are marked, and those that no information is left of.
    ``mass`` is the weight of the events.

    Raises
    ------
    TableError
        A column without information: constant in every risk set, or a combination of other columns.
    """
    at = np.zeros(len(names))
    value, slope, information = likelihood(at)
    _independent(information, names, mass)
    start = (value, slope, information)
    separated, converged, taken = np.zeros(len(names), np.bool_), not names, 0
    while not converged and taken < STEPS:
        step = _step(information, slope)
        size, gain = np.abs(step), float(0.5 * slope @ step)
        away = np.abs(at) if np.abs(at).max() > WIDEST else size
        if (gain < NO_GAIN and size.max() > LONG_STEP) or away is not size:
            separated = (away > 0.05 * away.max()) | (np.diag(information) <= DEPENDENT * mass)
            converged = True
            break
        least = value - 1e-10 * (1.0 + abs(value))
        for _ in range(30):
            value, slope, information = likelihood(at + step)
            if np.isfinite(value) and value >= least and np.isfinite(information).all():
                break
            step = 0.5 * step
        at = at + step
        taken += 1
        converged = bool(size.max() <= SMALL_STEP * (1.0 + np.abs(at).max()))
    return Maximum(at, float(value), information, float(start[0]), start[1], start[2], taken, converged, separated)


def _step(information: Floats, slope: Floats) -> Floats:
    """Solve for Newton's step, each column scaled by its own information."""
    own = 1.0 / np.sqrt(np.maximum(np.diag(information), 1e-300))
    scaled = information * np.outer(own, own)
    return np.asarray(own * np.linalg.lstsq(scaled, own * slope, rcond=1e-15)[0], np.float64)


def _independent(information: Floats, names: Sequence[str], mass: float) -> None:
    """Refuse the first column that adds no information to those before it; ``mass`` events could give 1 each."""
    left = information.copy()
    for k, name in enumerate(names):
        alone = information[k, k] <= DEPENDENT * mass
        if alone or left[k, k] <= DEPENDENT * information[k, k]:
            raise TableError(
                f"a covariate is {'constant among all who are at risk' if alone else 'a combination of others'}",
                where=name,
                allowed="a column that tells patients of one stratum apart" if alone else "independent columns",
                next_step="leave this column out",
            )
        left = left - np.outer(left[:, k], left[k]) / left[k, k]
