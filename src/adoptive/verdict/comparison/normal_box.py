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

__all__ = ["INDEPENDENT", "beyond", "beyond_three"]

Floats = NDArray[np.float64]

INDEPENDENT: Final = 4
"""Most independent normals that are integrated."""

_EMPTY: Final = 1e-9
_NONE: Final = 1e-12
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

_WIDEST, _NARROWEST = 1.2, 0.02
"""Widths: a panel above the first is halved at once, one below the second is not halved again."""


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
    return factor[order][:, :rank], rank


@njit(cache=True, nogil=True)
def _one(offset: Floats, slope: Floats, low: float, high: float) -> float:
    """Give the chance that one normal leaves the intersection of all rows' intervals."""
    below, above = -np.inf, np.inf
    for i in range(offset.size):
        if slope[i] > _NONE:
            below = max(below, (low - offset[i]) / slope[i])
            above = min(above, (high - offset[i]) / slope[i])
        elif slope[i] < -_NONE:
            below = max(below, (high - offset[i]) / slope[i])
            above = min(above, (low - offset[i]) / slope[i])
    if below >= above:
        return 1.0
    return _above(above) + _above(-below)


@njit(cache=True, nogil=True)
def _corners(offset: Floats, slope: Floats, low: float, high: float, start: float, stop: float) -> Any:
    """Give the panels' ends for the last but one normal: corners of the box, and both sides of steep steps."""
    m = offset.size
    ends = np.empty(12 * m * m + 12)
    ends[0], ends[1] = start, stop
    count = 2
    for i in range(m):
        if abs(slope[i, 1]) <= _NONE:
            continue
        for bound_i in (low, high):
            if not np.isfinite(bound_i):
                continue
            width = 4.0 * abs(slope[i, 1] / slope[i, 0]) if abs(slope[i, 0]) > _NONE else 1.0
            if width < 0.7:
                middle = (bound_i - offset[i]) / slope[i, 0]
                for shift in (-width, -0.4 * width, 0.0, 0.4 * width, width):
                    ends[count] = middle + shift
                    count += 1
            for j in range(i):
                across = slope[i, 0] * slope[j, 1] - slope[j, 0] * slope[i, 1]
                if abs(slope[j, 1]) <= _NONE or abs(across) <= _NONE:
                    continue
                for bound_j in (low, high):
                    if np.isfinite(bound_j):
                        shared = (bound_i - offset[i]) * slope[j, 1] - (bound_j - offset[j]) * slope[i, 1]
                        ends[count] = shared / across
                        count += 1
    for end in (0.0, start + 1.6, stop - 1.6):
        ends[count] = end
        count += 1
    inside = ends[:count]
    return np.sort(inside[(inside >= start) & (inside <= stop)])


@njit(cache=True, nogil=True)
def _edges(offset: Floats, slope: Floats, low: float, high: float) -> Any:
    """Give the interval of the first normal: from the rows that hang on it alone, the pivot's among them."""
    far = max(_FAR, abs(high) + 1.5)
    start, stop = -far, far
    for i in range(offset.size):
        if np.abs(slope[i, 1:]).max() <= _NONE and abs(slope[i, 0]) > _NONE:
            first, second = (low - offset[i]) / slope[i, 0], (high - offset[i]) / slope[i, 0]
            start, stop = max(start, min(first, second)), min(stop, max(first, second))
    return start, stop


@njit(cache=True, nogil=True)
def _two(offset: Floats, slope: Floats, low: float, high: float) -> float:
    """Give the chance to leave the box for two normals; row 0 is the first one's pivot."""
    start, stop = _edges(offset, slope, low, high)
    if start >= stop:
        return 1.0
    total = _above(stop) + _above(-start)
    ends = _corners(offset, slope, low, high, start, stop)
    others, last = offset[1:].copy(), slope[1:, 1].copy()
    moved = np.empty(others.size)
    for panel in range(ends.size - 1):
        half = 0.5 * (ends[panel + 1] - ends[panel])
        if half < 1e-13:
            continue
        for node in range(_NODES.size):
            x = ends[panel] + half * (1.0 + _NODES[node])
            for i in range(others.size):
                moved[i] = others[i] + slope[i + 1, 0] * x
            density = half * _NODE_WEIGHTS[node] * np.exp(-0.5 * x * x) / _ROOT_TWO_PI
            total += density * _one(moved, last, low, high)
    return total


@njit(cache=True, nogil=True)
def _panel(offset: Floats, slope: Floats, low: float, high: float, start: float, stop: float) -> Any:
    """Integrate density times the chance to leave, given the first normal, over a panel; with an estimated error."""
    rest = np.ascontiguousarray(slope[1:, 1:])
    middle, half = 0.5 * (start + stop), 0.5 * (stop - start)
    fine, rough = 0.0, 0.0
    for node in range(2 * _KRONROD.size - 1):
        place = min(node, 2 * _KRONROD.size - 2 - node)
        x = middle + half * (_KRONROD[place] if node > place else -_KRONROD[place])
        density = half * np.exp(-0.5 * x * x) / _ROOT_TWO_PI
        value = density * _two(offset[1:] + slope[1:, 0] * x, rest, low, high)
        fine += _KRONROD_WEIGHTS[place] * value
        rough += _GAUSS_WEIGHTS[place] * value
    return fine, abs(fine - rough)


@njit(cache=True, nogil=True)
def _three(offset: Floats, slope: Floats, low: float, high: float, tolerance: float, halved: bool) -> float:
    """Give the chance to leave the box for three normals.

    Panels of the first are halved until they are exact enough; if ``halved``, the box is the same seen from below, and
    half of it is integrated, twice.
    """
    start, stop = _edges(offset, slope, low, high)
    if start >= stop:
        return 1.0
    total = _above(stop) + _above(-start)
    waiting = [(0.0 if halved else start, stop)]
    while len(waiting) > 0:
        begin, end = waiting.pop()
        wide = end - begin > _WIDEST
        value, error = (0.0, 1.0) if wide else _panel(offset, slope, low, high, begin, end)
        if error <= tolerance or end - begin <= _NARROWEST:
            total += 2.0 * value if halved else value
        else:
            middle = 0.5 * (begin + end)
            waiting.append((begin, middle))
            waiting.append((middle, end))
    return total


def _four(factor: Floats, low: float, high: float) -> float:
    """Give the chance to leave the box for four normals; the first is integrated by an adaptive rule."""
    start, stop = _edges(np.zeros(len(factor)), factor, low, high)
    rest = np.ascontiguousarray(factor[1:, 1:])

    def given(x: float) -> float:
        chance = _three(factor[1:, 0] * x, rest, low, high, 1e-7, False)
        return float(np.exp(-0.5 * x * x) / _ROOT_TWO_PI * chance)

    inside, _ = quad(given, start, stop, points=sorted({start, 0.0, stop}), epsabs=1e-7, epsrel=1e-6, limit=60)
    return float(_above(stop) + _above(-start) + inside)


@njit(cache=True, nogil=True)
def beyond_three(correlation: Floats, limit: float, two_sided: bool, tolerance: float) -> float:
    """Give the same as :func:`beyond` for a rank of 3 at most, -1 for more; for kernels."""
    factor, rank = _factor(correlation)
    low = -limit if two_sided else -np.inf
    if two_sided and limit <= 0.0:
        return 1.0
    offset = np.zeros(correlation.shape[0])
    if rank == 1:
        chance = _one(offset, factor[:, 0].copy(), low, limit)
    elif rank == 2:
        chance = _two(offset, factor, low, limit)
    elif rank == 3:
        chance = _three(offset, factor, low, limit, tolerance, two_sided)
    else:
        return -1.0
    return min(max(chance, 0.0), 1.0)


def beyond(correlation: Floats, limit: float, *, two_sided: bool) -> float:
    """Give the chance that some normal is above a limit (by size, if two-sided).

    Correlation ``(m, m)``; the error is below 1e-6. Raises :class:`TableError` if its rank is above 4.

    >>> round(beyond(np.eye(2), 1.959964, two_sided=True), 6)
    0.0975
    """
    chance = float(beyond_three(correlation, limit, two_sided, 1e-9))
    if chance >= 0:
        return chance
    factor, rank = _factor(correlation)
    if rank > INDEPENDENT:
        allowed = f"at most {INDEPENDENT} independent tests"
        raise TableError("too many tests at once", where="weights", value=f"{rank} of them", allowed=allowed)
    return min(max(_four(factor, -limit if two_sided else -np.inf, limit), 0.0), 1.0)
