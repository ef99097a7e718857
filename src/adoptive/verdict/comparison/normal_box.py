"""The chance that correlated standard normals leave a box: the p-value of a maximum of tests.

The normals are written as ``L x`` with independent ``x`` by a Cholesky factor with pivots, which finds how many of them
are independent: the four usual MaxCombo statistics have rank 3, as the log-rank score is the sum of the early and the
late one. The last ``x`` is integrated in closed form, the others by Gaussian panels that end where the box has a corner
or the integrand is steep, or that are halved until they are exact enough. The tail is integrated, not its complement,
so small chances keep their digits.
"""

from __future__ import annotations

from math import erfc
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.integrate import quad

from adoptive.tables import TableError

__all__ = ["FAST", "FINE", "INDEPENDENT", "beyond", "chances_beyond"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

INDEPENDENT: Final = 4
"""Most independent normals that are integrated."""

_EMPTY: Final = 1e-9
_NONE: Final = 1e-12
_CORNERS: Final = 120
_STEP: Final = 1.5
_FAR: Final = 7.5
_ROOT_HALF: Final = np.sqrt(0.5)
_ROOT_TWO_PI: Final = np.sqrt(2.0 * np.pi)
_NODES, _NODE_WEIGHTS = (np.ascontiguousarray(part) for part in np.polynomial.legendre.leggauss(8))
_KRONROD: Final = np.array(
    [0.991455371120812639206854697526329, 0.949107912342758524526189684047851, 0.864864423359769072789712788640926,
     0.741531185599394439863864773280788, 0.586087235467691130294144691693013, 0.405845151377397166906606412076961,
     0.207784955007898467600689403773245, 0.0]
)  # fmt: skip
_KRONROD_WEIGHTS: Final = np.array(
    [0.022935322010529224963732008058970, 0.063092092629978553290700663189204, 0.104790010322250183839876322541518,
     0.140653259715525918745189590510238, 0.169004726639267902826583426598550, 0.190350578064785409913256402421014,
     0.204432940075298892414161999234649, 0.209482141084727828012999174891714]
)  # fmt: skip
_GAUSS_WEIGHTS: Final = np.array(
    [0.0, 0.129484966168869693270611432679082, 0.0, 0.279705391489276667901467771423780,
     0.0, 0.381830050505118944950369775488975, 0.0, 0.417959183673469387755102040816327]
)  # fmt: skip
"""Nodes >= 0 of Kronrod's rule with 15 points, its weights, and those of Gauss' rule with 7 of them."""

FINE: Final = (1e-9, 0.25)
FAST: Final = (1e-6, 1.2)
"""Largest estimated error of a panel of the first of three normals and its greatest width: for one test, for many."""

_WIDE, _NARROWEST = 1.2, 0.02
"""Widths of panels: the first of four normals leaves the other three these; none below the second is halved again."""


@njit(cache=True, nogil=True)
def _above(x: float) -> float:
    return 0.5 * erfc(x * _ROOT_HALF)


@njit(cache=True, nogil=True)
def _factor(correlation: Floats) -> Any:
    """Give ``L`` with the pivot rows first (lower triangular), and the rank."""
    m = correlation.shape[0]
    left = correlation.copy()
    factor = np.zeros((m, m))
    order = np.arange(m)
    rank = 0
    for step in range(m):
        best = step
        for i in range(step, m):
            if left[order[i], order[i]] > left[order[best], order[best]]:
                best = i
        order[step], order[best] = order[best], order[step]
        pivot = order[step]
        if left[pivot, pivot] <= _EMPTY:
            break
        rank += 1
        root = np.sqrt(left[pivot, pivot])
        factor[pivot, step] = root
        for i in range(step + 1, m):
            factor[order[i], step] = left[order[i], pivot] / root
        for i in range(step + 1, m):
            for j in range(step + 1, m):
                left[order[i], order[j]] -= factor[order[i], step] * factor[order[j], step]
    return factor[order][:, :rank].copy(), rank  # contiguous: one layout, one compilation of all that takes it


@njit(cache=True, nogil=True)
def _one(offset: Floats, slope: Floats, low: float, high: float) -> float:
    """Give the chance that the last normal leaves the intersection of all rows' intervals."""
    below, above = -np.inf, np.inf
    last = slope.shape[1] - 1
    for i in range(offset.size):
        if slope[i, last] > _NONE:
            below = max(below, (low - offset[i]) / slope[i, last])
            above = min(above, (high - offset[i]) / slope[i, last])
        elif slope[i, last] < -_NONE:
            below = max(below, (high - offset[i]) / slope[i, last])
            above = min(above, (low - offset[i]) / slope[i, last])
    if below >= above:
        return 1.0
    return _above(above) + _above(-below)


@njit(cache=True, nogil=True)
def _corners(offset: Floats, slope: Floats, low: float, high: float, ends: Floats) -> int:
    """Fill where panels of the last but one normal must end, in order: corners of the box, both sides of steep steps.

    ``ends`` begins with the two ends of the interval; what lies outside it is left out. Gives how many there are.
    """
    count = 2
    for one in range(2 * offset.size):
        i, bound = one // 2, high if one % 2 else low
        if abs(slope[i, 1]) <= _NONE or abs(bound) == np.inf:
            continue
        middle = (bound - offset[i]) / slope[i, 0] if abs(slope[i, 0]) > _NONE else np.inf
        width = 4.0 * abs(slope[i, 1] / slope[i, 0]) if abs(slope[i, 0]) > _NONE else 1.0
        if width < 0.7:
            for step in range(-2, 3):
                count = _put(ends, count, middle + width * (0.4 * step if abs(step) == 1 else 0.5 * step))
        for other in range(2 * i):
            j, limit = other // 2, high if other % 2 else low
            across = slope[i, 0] * slope[j, 1] - slope[j, 0] * slope[i, 1]
            if abs(slope[j, 1]) > _NONE and abs(limit) < np.inf and abs(across) > _NONE:
                shared = (bound - offset[i]) * slope[j, 1] - (limit - offset[j]) * slope[i, 1]
                count = _put(ends, count, shared / across)
    return count


@njit(cache=True, nogil=True)
def _put(ends: Floats, count: int, value: float) -> int:
    """Put a value in its place among ``ends``, if it lies within them and there is room; give their new number."""
    if not ends[0] < value < ends[count - 1] or count == ends.size:
        return count
    place = count
    while ends[place - 1] > value:
        ends[place] = ends[place - 1]
        place -= 1
    ends[place] = value
    return count + 1


@njit(cache=True, nogil=True)
def _edges(offset: Floats, slope: Floats, low: float, high: float) -> Any:
    """Give the interval of the first normal: from the rows that hang on it alone, the pivot's among them."""
    stop = max(_FAR, abs(high) + 1.5)
    start = -stop
    for i in range(offset.size):
        rest = 0.0
        for k in range(1, slope.shape[1]):
            rest = max(rest, abs(slope[i, k]))
        if rest <= _NONE and abs(slope[i, 0]) > _NONE:
            first, second = (low - offset[i]) / slope[i, 0], (high - offset[i]) / slope[i, 0]
            start, stop = max(start, min(first, second)), min(stop, max(first, second))
    return start, stop


@njit(cache=True, nogil=True)
def _two(offset: Floats, slope: Floats, low: float, high: float) -> float:
    """Give the chance to leave the box for two normals; row 0 is the first one's pivot."""
    start, stop = _edges(offset, slope, low, high)
    if start >= stop:
        return 1.0
    ends, moved = np.empty(_CORNERS), np.empty(offset.size)
    ends[0], ends[1] = start, stop
    count = _corners(offset, slope, low, high, ends)
    total = 0.0
    for panel in range(count - 1):
        width = ends[panel + 1] - ends[panel]
        parts = int(width / _STEP) + 1
        half = 0.5 * width / parts
        for part in range(parts):
            middle = ends[panel] + half * (2 * part + 1)
            for node in range(_NODES.size):
                x = middle + half * _NODES[node]
                for i in range(moved.size):
                    moved[i] = offset[i] + slope[i, 0] * x
                total += half * _NODE_WEIGHTS[node] * np.exp(-0.5 * x * x) * _one(moved, slope, low, high)
    return float(total / _ROOT_TWO_PI + _above(stop) + _above(-start))


@njit(cache=True, nogil=True)
def _panel(offset: Floats, slope: Floats, low: float, high: float, start: float, stop: float) -> Any:
    """Integrate density times the chance to leave, given the first normal, over a panel; with an estimated error."""
    rest, moved = slope[:, 1:].copy(), np.empty(offset.size)
    middle, half = 0.5 * (start + stop), 0.5 * (stop - start)
    fine, rough = 0.0, 0.0
    for node in range(2 * _KRONROD.size - 1):
        place = min(node, 2 * _KRONROD.size - 2 - node)
        x = middle + half * (_KRONROD[place] if node > place else -_KRONROD[place])
        density = half * np.exp(-0.5 * x * x) / _ROOT_TWO_PI
        for i in range(moved.size):
            moved[i] = offset[i] + slope[i, 0] * x
        value = density * _two(moved, rest, low, high)
        fine += _KRONROD_WEIGHTS[place] * value
        rough += _GAUSS_WEIGHTS[place] * value
    return fine, abs(fine - rough)


@njit(cache=True, nogil=True)
def _three(
    offset: Floats, slope: Floats, low: float, high: float, tolerance: float, widest: float, halved: bool
) -> float:
    """Give the chance to leave the box for three normals.

    Panels of the first, at first ``widest``, are halved until they are exact enough; if ``halved``, the box is the same
    seen from below, and half of it is integrated, twice.
    """
    start, stop = _edges(offset, slope, low, high)
    if start >= stop:
        return 1.0
    total = 0.0
    begin, width = 0.0 if halved else start, widest
    while begin < stop:
        width = min(width, stop - begin)
        value, error = _panel(offset, slope, low, high, begin, begin + width)
        if error > tolerance and width > _NARROWEST:
            width *= 0.5
            continue
        total += 2.0 * value if halved else value
        begin += width
        width = min(2.0 * width, widest)
        if stop - begin < 1e-13:
            break
    return total + _above(stop) + _above(-start)


def _four(factor: Floats, low: float, high: float) -> float:
    """Give the chance to leave the box for four normals; the first is integrated by an adaptive rule."""
    start, stop = _edges(np.zeros(len(factor)), factor, low, high)
    rest = factor[:, 1:].copy()

    def given(x: float) -> float:
        chance = _three(factor[:, 0] * x, rest, low, high, 1e-7, _WIDE, False)
        return float(np.exp(-0.5 * x * x) / _ROOT_TWO_PI * chance)

    inside, _ = quad(given, start, stop, points=sorted({start, 0.0, stop}), epsabs=1e-7, epsrel=1e-6, limit=60)
    return float(_above(stop) + _above(-start) + inside)


@njit(cache=True, nogil=True)
def chances_beyond(
    correlation: Floats, there: Bools, limit: Floats, two_sided: bool, tolerance: float, widest: float
) -> Floats:
    """Do :func:`beyond` for many trials ``(trials, m, m)``, each with the normals that are ``there (trials, m)``.

    Gives 1 where none is there and -1 where more than three are independent.
    """
    out = np.ones(limit.size)
    for trial in range(limit.size):
        kept = np.flatnonzero(there[trial])
        high = limit[trial]
        if kept.size == 0 or (two_sided and high <= 0.0):
            continue
        inside = np.empty((kept.size, kept.size))
        for i in range(kept.size):
            for j in range(kept.size):
                inside[i, j] = correlation[trial, kept[i], kept[j]]
        factor, rank = _factor(inside)
        low = -high if two_sided else -np.inf
        offset, chance = np.zeros(kept.size), -1.0
        if rank == 1:
            chance = _one(offset, factor, low, high)
        elif rank == 2:
            chance = _two(offset, factor, low, high)
        elif rank == 3:
            chance = _three(offset, factor, low, high, tolerance, widest, two_sided)
        out[trial] = min(chance, 1.0)
    return out


def beyond(correlation: Floats, limit: float, *, two_sided: bool) -> float:
    """Give the chance that some normal is above a limit (by size, if two-sided).

    Correlation ``(m, m)``; the error is below 1e-6. Raises :class:`TableError` if its rank is above 4.

    >>> round(beyond(np.eye(2), 1.959964, two_sided=True), 6)
    0.0975
    """
    there, limits = np.ones((1, len(correlation)), np.bool_), np.array([limit])
    chance = float(chances_beyond(correlation[None], there, limits, two_sided, FINE[0], FINE[1])[0])
    if chance >= 0:
        return chance
    factor, rank = _factor(correlation)
    if rank > INDEPENDENT:
        allowed = f"at most {INDEPENDENT} independent tests"
        raise TableError("too many tests at once", where="weights", value=f"{rank} of them", allowed=allowed)
    return min(max(_four(factor, -limit if two_sided else -np.inf, limit), 0.0), 1.0)
