"""Profile likelihoods: one quantity held at values from one end of its range to the other, the others at their best.

Raue 2009, 10.1093/bioinformatics/btp358.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from adoptive.workbench.calibrate.identify.likelihood import Evidence
from adoptive.workbench.calibrate.identify.types import CLOSES_AT, REACH, Floats, Profile

__all__ = ["Landscape", "best_point", "profile_of", "profiles"]

STEPS: Final = (0.5, 1.0, 1.5, 2.0, 2.5, 3.5)
"""Where a profile is computed on either side of the best value, in its curvature's standard deviations."""
COARSE: Final = np.linspace(-REACH, REACH, 9)
TOLERANCE: Final = 1e-7
ROOM: Final = 2.0 * REACH
"""How far the others may go: further than the profile, so that the end of a range is not taken for knowledge."""

Said = Callable[[int, int], None]


@dataclass(frozen=True)
class Landscape:
    """Hold what is made as small as can be: squared residuals, and, if ``held``, the price of leaving the priors.

    ``prior_sd`` ``(free,)``; the quantity that is profiled never pays.
    """

    evidence: Evidence
    prior_sd: Floats
    held: bool = False
    at: int | None = None
    others: NDArray[np.int64] = field(init=False)

    def __post_init__(self) -> None:
        free = np.arange(len(self.prior_sd))
        object.__setattr__(self, "others", free if self.at is None else np.delete(free, self.at))

    def residuals(self, phi: Floats) -> Floats:
        """Give everything whose squares are added up."""
        found = self.evidence.residuals(phi)
        return np.concatenate([found, (phi / self.prior_sd)[self.others]]) if self.held else found

    def slopes(self, phi: Floats) -> Floats:
        """Give the slopes of :meth:`residuals` along the quantities that may move: ``(residuals, others)``."""
        found = -self.evidence.slopes(phi)[:, self.others]
        return np.concatenate([found, np.diag(1.0 / self.prior_sd[self.others])]) if self.held else found

    def lowest(self, start: Floats) -> tuple[float, Floats, bool]:
        """Go downhill from a point: the sum of squares, the point, and whether the search ended well."""
        inside = np.clip(start, -ROOM, ROOM)

        def place(moving: Floats) -> Floats:
            point = inside.copy()
            point[self.others] = moving
            return point

        if not len(self.others):
            return float(np.sum(self.residuals(inside) ** 2)), inside, True

        def missed(moving: Floats) -> Floats:
            return self.residuals(place(moving))

        def steep(moving: Floats) -> Floats:
            return self.slopes(place(moving))

        found = least_squares(
            missed, np.clip(inside[self.others], -0.999 * ROOM, 0.999 * ROOM), jac=steep, bounds=(-ROOM, ROOM),
            xtol=TOLERANCE, ftol=TOLERANCE, gtol=TOLERANCE, max_nfev=200,
        )  # fmt: skip
        return 2.0 * float(found.cost), place(found.x), bool(found.success)


def best_point(evidence: Evidence, *, start: Floats, prior_sd: Floats, held: bool = False) -> tuple[float, Floats]:
    """Find the most likely point: twice the negative log-likelihood (plus prices), and the point."""
    value, point, _ = Landscape(evidence, prior_sd, held).lowest(start)
    return value, point


def profile_of(evidence: Evidence, name: str, *, start: Floats, prior_sd: Floats, held: bool = False) -> Profile:
    """Profile one free quantity from the most likely point outwards, both ways.

    Arguments: ``start`` ``(free,)`` near the most likely point, ``prior_sd`` ``(free,)``; ``held`` makes the other
    quantities pay for leaving their priors, so that the profile asks what is known of this one given them.
    """
    at = evidence.free.index(name)
    start = start.copy()
    start[at] = np.clip(start[at], -REACH, REACH)
    land = Landscape(evidence, prior_sd, held, at)
    grid = _grid(land, start, at)
    values, failures, lowest = _walk(land, grid, start)
    vertex = _vertex(grid, values)
    if vertex is not None:  # the lowest value may lie between two places of the grid
        point = lowest.copy()
        point[at] = vertex
        value, _, ended = land.lowest(point)
        place = int(np.searchsorted(grid, vertex))
        grid, values, failures = np.insert(grid, place, vertex), np.insert(values, place, value), failures + (not ended)
    drop = values - values.min()
    lower, upper = _ends(grid, drop)
    return Profile(name, grid, drop, lower, upper, held, failures)


def _walk(land: Landscape, grid: Floats, start: Floats) -> tuple[Floats, int, Floats]:
    """Go outwards over the grid, each search from the last one's end: values, failures, the lowest point."""
    at = int(land.at or 0)
    first = int(np.argmin(np.abs(grid - start[at])))
    values, failures, lowest = np.full(len(grid), np.inf), 0, start
    for order in (range(first, len(grid)), range(first, -1, -1)):
        point = start
        for place in order:
            point = point.copy()
            point[at] = grid[place]
            value, point, ended = land.lowest(point)
            lowest = point if value < values.min() else lowest
            values[place] = min(values[place], value)
            failures += not ended
    return values, failures, lowest


def _vertex(grid: Floats, values: Floats) -> float | None:
    """Give the lowest point of the parabola through the lowest three places; none at an end or where it is flat.

    >>> x = np.array([-1.0, 0.0, 2.0])
    >>> round(_vertex(x, (x - 0.25) ** 2), 6)
    0.25
    """
    low = int(np.argmin(values))
    if not 0 < low < len(grid) - 1:
        return None
    bend, slope, _ = np.polyfit(grid[low - 1 : low + 2] - grid[low], values[low - 1 : low + 2], 2)
    vertex = float(grid[low] - slope / (2.0 * bend)) if bend > 1e-9 else float(grid[low])
    inside = grid[low - 1] < vertex < grid[low + 1]
    return vertex if inside and abs(vertex - grid[low]) > 1e-9 else None


def profiles(
    evidence: Evidence, *, start: Floats, prior_sd: Floats, held: bool = False, said: Said | None = None
) -> tuple[Profile, ...]:
    """Profile every free quantity."""
    found = []
    for number, name in enumerate(evidence.free):
        if said is not None:
            said(number, len(evidence.free))
        found.append(profile_of(evidence, name, start=start, prior_sd=prior_sd, held=held))
    return tuple(found)


def _grid(land: Landscape, start: Floats, at: int) -> Floats:
    """Choose the values at which a quantity is held: dense where its profile bends, and to the ends of its range."""
    whole = Landscape(land.evidence, land.prior_sd, land.held)
    slopes = whole.slopes(start)
    information = slopes.T @ slopes
    if land.held:
        information[at, at] -= 1.0 / land.prior_sd[at] ** 2
    variance = float(np.linalg.inv(information + 1e-9 * np.eye(len(start)))[at, at])
    sd = float(np.sqrt(np.clip(variance, 1e-6, REACH**2)))
    near = start[at] + sd * np.array([0.0, *STEPS, *(-step for step in STEPS)])
    return np.unique(np.clip(np.concatenate([near, COARSE]), -REACH, REACH).round(9))


def _ends(grid: Floats, drop: Floats) -> tuple[float, float]:
    """Find where a profile first reaches the limit on either side of its lowest point; infinite where it does not.

    The square root of the drop is interpolated: for a parabola that is exact.

    >>> x = np.linspace(-4.0, 4.0, 17)
    >>> _ends(x, x**2)
    (-1.95..., 1.95...)
    """
    root, limit, low = np.sqrt(np.maximum(drop, 0.0)), float(np.sqrt(CLOSES_AT)), int(np.argmin(drop))
    ends = []
    for side in (range(low, -1, -1), range(low, len(grid))):
        places = np.array(side)
        over = np.flatnonzero(root[places] >= limit)
        if not len(over):
            ends.append(np.inf)
            continue
        after, before = places[over[0]], places[max(over[0] - 1, 0)]
        part = (limit - root[before]) / max(root[after] - root[before], 1e-12)
        ends.append(float(grid[before] + part * (grid[after] - grid[before])))
    return (-np.inf if np.isinf(ends[0]) else ends[0]), ends[1]
