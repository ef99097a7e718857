"""Are ranks uniform? A simultaneous envelope of their distribution function, and chi-square, with one error rate."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, chi2

from adoptive.errors import AdoptiveError
from adoptive.workbench.calibrate.methods.types import Floats, Integers, Ranks

__all__ = ["ERROR", "Uniformity", "envelope", "holm", "uniformity"]

ERROR: Final = 0.05
"""Chance that a right method is blamed for any of its quantities by any of the two tests."""

_BINS: Final = 10


@dataclass(frozen=True)
class Uniformity:
    """Hold two p-values of each quantity, corrected for the number of quantities (Holm), and who is blamed.

    ``envelope`` is the p-value of the largest departure of the ranks' distribution function; ``chi_square`` that of ten
    bins. A quantity is ``blamed`` if either is at most half of ``error``, so that a right method is blamed in at most
    ``error`` of all comparisons.
    """

    names: tuple[str, ...]
    envelope: Floats
    chi_square: Floats
    error: float

    @property
    def blamed(self) -> tuple[str, ...]:
        """Give the quantities whose ranks are not uniform."""
        worst = np.minimum(self.envelope, self.chi_square)
        return tuple(name for name, p in zip(self.names, worst, strict=True) if p <= self.error / 2.0)

    @property
    def holds(self) -> bool:
        """Say whether no quantity is blamed."""
        return not self.blamed


def uniformity(ranks: Ranks, *, error: float = ERROR) -> Uniformity:
    """Test each quantity's ranks for uniformity.

    The distribution function of the ranks is compared with its simultaneous envelope (Säilynoja, Bürkner and Vehtari
    2022, 10.1007/s11222-022-10090-6), whose coverage is computed exactly, and counts in ten bins by Pearson's
    chi-square (Talts et al. 2018, 10.48550/arXiv.1804.06788).

    Raises
    ------
    AdoptiveError
        Fewer than 20 replicates.
    """
    replicates = len(ranks.ranks)
    if replicates < 20:
        raise AdoptiveError("too few replicates to judge ranks", value=replicates, allowed="20 or more")
    cells = ranks.draws + 1
    by_envelope = np.array([_envelope_p(one, cells) for one in ranks.ranks.T])
    by_bins = np.array([_chi_square_p(one, cells) for one in ranks.ranks.T])
    return Uniformity(ranks.names, holm(by_envelope), holm(by_bins), error)


def holm(p: Floats) -> Floats:
    """Correct p-values for their number (Holm 1979, Scandinavian Journal of Statistics 6:65), ``(tests,)``.

    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected


def _chi_square_p(ranks: Integers, cells: int) -> float:
    edges = np.linspace(0, cells, min(_BINS, cells) + 1).round().astype(int)
    seen = np.histogram(ranks, bins=edges - 0.5)[0]
    expected = len(ranks) * np.diff(edges) / cells
    return float(chi2.sf(((seen - expected) ** 2 / expected).sum(), len(seen) - 1))


def below(ranks: Integers, cells: int) -> Integers:
    """Count the ranks below 1, 2, ... ``cells - 1``, ``(cells - 1,)``."""
    return np.asarray(np.searchsorted(np.sort(ranks), np.arange(1, cells), side="left"), np.int64)


@cache
def _pointwise(replicates: int, cells: int) -> Floats:
    """Give each count's two-sided pointwise p-value at each point, ``(points, replicates + 1)``."""
    z = np.arange(1, cells)[:, None] / cells
    counts = np.arange(replicates + 1)[None, :]
    return np.asarray(2.0 * np.minimum(binom.cdf(counts, replicates, z), binom.sf(counts - 1, replicates, z)))


@cache
def _steps(replicates: int, cells: int) -> Floats:
    """Give the chance of going from a count at one point to a count at the next, ``(points, from, to)``."""
    counts = np.arange(replicates + 1)
    chance = 1.0 / (cells - np.arange(cells - 1))
    gained = counts[None, None, :] - counts[None, :, None]
    return np.asarray(binom.pmf(gained, (replicates - counts)[None, :, None], chance[:, None, None]))


def coverage(gamma: float, replicates: int, cells: int) -> float:
    """Give the chance that uniform ranks stay where no pointwise p-value is below ``gamma``; a walk over the points."""
    inside = _pointwise(replicates, cells) >= gamma * (1.0 - 1e-9)
    state = np.zeros(replicates + 1)
    state[0] = 1.0
    for allowed, step in zip(inside, _steps(replicates, cells), strict=True):
        state = (state @ step) * allowed
    return float(state.sum())


def _envelope_p(ranks: Integers, cells: int) -> float:
    """Give the chance that uniform ranks depart at some point as much as these do where they depart most."""
    pointwise = _pointwise(len(ranks), cells)
    least = float(pointwise[np.arange(cells - 1), below(ranks, cells)].min())
    return 1.0 - coverage(np.nextafter(least, 1.0) * (1.0 + 1e-8), len(ranks), cells)


def envelope(replicates: int, draws: int, *, error: float = ERROR) -> tuple[Floats, Floats, Floats]:
    """Give points in (0, 1) and the lowest and highest share of ranks below them, for all points at once.

    Uniform ranks leave the envelope anywhere in at most ``error`` of all cases. ``(draws,)`` each.

    >>> z, low, high = envelope(50, 19)
    >>> len(z), bool(np.all(low < z)), bool(np.all(z < high))
    (19, True, True)
    """
    cells = draws + 1
    low, high = 0.0, error
    for _ in range(30):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if coverage(middle, replicates, cells) >= 1.0 - error else (low, middle)
    inside: NDArray[np.bool_] = _pointwise(replicates, cells) >= low
    lowest = inside.argmax(axis=1) / replicates
    highest = (replicates - inside[:, ::-1].argmax(axis=1)) / replicates
    return np.arange(1, cells) / cells, lowest, highest
