"""How far replicate wells vary beyond chance, and whether two sets of wells differ, with that variation not known well.

``dispersion`` is the squared coefficient of variation of the true response between replicate wells: spots have variance
``mean + dispersion mean^2`` (negative binomial); the odds of cells vary by the same coefficient, so that a share ``m``
has variance ``dispersion (m (1 - m))^2`` beside the drawing of cells (beta-binomial). It is weighed on
a grid, never taken as one number: that is what keeps p-values honest with few wells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, gammaln, logsumexp
from scipy.stats import binom

from adoptive.units import In

__all__ = ["DISPERSIONS", "Prior", "Weights", "Wells", "degrees", "evidence_of", "p_of", "weigh", "wells_likelihood"]

Floats = NDArray[np.float64]

DISPERSIONS: Final = np.concatenate([[0.0], np.logspace(-4.0, 0.6, 32)])
"""The grid; 0 is chance alone."""

_PLACES: Final = 61
_LEAST: Final = 1e-15
"""Smaller chances are beyond the places at which shares are weighed."""


@dataclass(frozen=True)
class Prior:
    """Hold what is thought of the dispersion before a plate is seen; assumed, no source."""

    median: Annotated[float, In("-", "squared coefficient of variation: 0.04 is 20 %")] = 0.06
    log10_sd: Annotated[float, In("log10", "its spread")] = 0.7
    borrowed: Annotated[float, In("degrees of freedom", "most weight of the plate's other effectors")] = 20.0
    enough: Annotated[
        int, In("degrees of freedom", "so many, with no variation beyond chance found: chance alone is taken")
    ] = 20


@dataclass(frozen=True)
class Wells:
    """Hold replicate wells: spots, or positive cells and ``total`` cells looked at."""

    positive: Floats
    total: Floats | None = None

    @property
    def mean(self) -> float:
        """Give the mean response: spots per well, or the share of cells."""
        if self.total is None:
            return float(self.positive.mean())
        return float(self.positive.sum() / self.total.sum())


@dataclass(frozen=True)
class Weights:
    """Hold the weight of each dispersion of the grid, and whether chance alone was taken."""

    weights: Floats
    chance_alone: bool

    @property
    def median(self) -> float:
        """Give the median dispersion."""
        return float(DISPERSIONS[int(np.searchsorted(np.cumsum(self.weights), 0.5))])


def evidence_of(wells: Wells) -> Floats:
    """Give the log-likelihood of each dispersion from one set of replicates, whatever their mean, ``(grid,)``.

    Spots: exact, conditional on the sum (multinomial at 0, else Dirichlet-multinomial). Shares: the mean is integrated.
    """
    if wells.positive.size < 2:
        return np.zeros(DISPERSIONS.size)
    if wells.total is not None:
        return _share_posterior(wells, DISPERSIONS)[2]
    y, n = wells.positive, wells.positive.size
    size = 1.0 / DISPERSIONS[1:, None]
    spread = (gammaln(y + size) - gammaln(size)).sum(axis=1) - (
        gammaln(y.sum() + n * size[:, 0]) - gammaln(n * size[:, 0])
    )
    return np.concatenate([[-y.sum() * np.log(n)], spread])


def weigh(own: Floats, own_df: int, others: Floats, others_df: int, prior: Prior) -> Weights:
    """Weigh the dispersions of one effector: its own replicates, the plate's others with bounded weight, prior.

    If the replicates are many and say that there is no variation beyond chance, chance alone is taken: the test is
    then a comparison of Poisson (or binomial) means.
    """
    share = min(1.0, prior.borrowed / others_df) if others_df else 0.0
    seen = own + share * others
    if own_df + share * others_df >= prior.enough and int(seen.argmax()) == 0:
        return Weights(np.eye(DISPERSIONS.size)[0], chance_alone=True)
    log_grid = np.log10(DISPERSIONS[1:])
    before = -0.5 * ((log_grid - np.log10(prior.median)) / prior.log10_sd) ** 2
    weights = seen + np.concatenate([[-np.inf], before])
    return Weights(np.exp(weights - logsumexp(weights)), chance_alone=False)


def p_of(stimulus: Wells, background: Wells, weights: Weights) -> float:
    """Give the one-sided p-value of "the stimulus does not raise the response", averaged over the dispersions.

    Spots: exact for a known dispersion ``d``. The sum of ``n`` wells is negative binomial of size ``n/d``, so
    that given both sums the stimulus's is beta-binomial of shapes ``n1/d`` and ``n0/d``; at ``d = 0`` it is binomial.
    Shares: chance that the stimulus's mean is not above the background's, of two beta-binomials with Jeffreys' prior.

    >>> wells = lambda *spots: Wells(np.array(spots, float))
    >>> chance = Weights(np.eye(DISPERSIONS.size)[0], True)
    >>> round(p_of(wells(3, 5), wells(1, 1), chance), 4)  # 8 or more of 10 by tossing a coin: 56 / 1024
    0.0547
    """
    used = np.flatnonzero(weights.weights > 1e-6)
    each = _share_p(stimulus, background, used) if stimulus.total is not None else _count_p(stimulus, background, used)
    return float(min(1.0, (weights.weights[used] * each).sum() / weights.weights[used].sum()))


def _count_p(stimulus: Wells, background: Wells, used: NDArray[np.intp]) -> Floats:
    ours, whole = stimulus.positive.sum(), stimulus.positive.sum() + background.positive.sum()
    n1, n0 = stimulus.positive.size, background.positive.size
    k = np.arange(ours, whole + 1)
    ways = gammaln(whole + 1) - gammaln(k + 1) - gammaln(whole - k + 1)
    found = np.empty(used.size)
    for place, at in enumerate(used):
        if at == 0:
            found[place] = binom.sf(ours - 1, whole, n1 / (n1 + n0))
            continue
        a, b = n1 / DISPERSIONS[at], n0 / DISPERSIONS[at]
        found[place] = np.exp(ways + betaln(k + a, whole - k + b) - betaln(a, b)).sum()
    return found


def _share_p(stimulus: Wells, background: Wells, used: NDArray[np.intp]) -> Floats:
    ours, ours_density, _ = _share_posterior(stimulus, DISPERSIONS[used])
    theirs, theirs_density, _ = _share_posterior(background, DISPERSIONS[used])
    found = np.empty(used.size)
    for at in range(used.size):
        below = np.cumsum(ours_density[at]) - 0.5 * ours_density[at]
        found[at] = (theirs_density[at] * np.interp(theirs[at], ours[at], below, left=0.0, right=1.0)).sum()
    return np.maximum(found, _LEAST)


def _share_posterior(wells: Wells, dispersions: Floats) -> tuple[Floats, Floats, Floats]:
    """Give places (logit of the share) and the weight at each, ``(grid, places)``, and log evidence ``(grid,)``."""
    assert wells.total is not None
    k, n = wells.positive, wells.total
    share = (k.sum() + 0.5) / (n.sum() + 1.0)
    chance = 1.0 / max(k.sum(), 0.5) + 1.0 / max((n - k).sum(), 0.5)
    spread = np.sqrt(chance + dispersions / k.size)
    places = np.log(share / (1.0 - share)) + spread[:, None] * np.linspace(-9.0, 9.0, _PLACES)
    mean = np.clip(1.0 / (1.0 + np.exp(-places)), 1e-12, 1.0 - 1e-12)
    density = wells_likelihood(wells, mean, dispersions[:, None]) + 0.5 * np.log(mean * (1.0 - mean))
    whole = logsumexp(density, axis=1)
    return places, np.exp(density - whole[:, None]), whole + np.log(spread)


def wells_likelihood(wells: Wells, mean: Floats, dispersion: Floats) -> Floats:
    """Give the log-likelihood of wells for means of the wells' kind; shapes of mean and dispersion are broadcast.

    Terms that hold neither mean nor dispersion are left out.
    """
    mean, dispersion = np.broadcast_arrays(np.asarray(mean, float), np.asarray(dispersion, float))
    found = np.zeros(mean.shape)
    totals = [None] * wells.positive.size if wells.total is None else list(wells.total)
    for y, n in zip(wells.positive, totals, strict=True):
        found += _spots(float(y), mean, dispersion) if n is None else _cells(float(y), float(n), mean, dispersion)
    return found


def _spots(y: float, mean: Floats, dispersion: Floats) -> Floats:
    """Give the negative binomial's log-probability of ``y``; Poisson's at dispersion 0."""
    size = 1.0 / np.where(dispersion > 0.0, dispersion, 1.0)
    over = gammaln(y + size) - gammaln(size) + y * np.log(mean / (mean + size)) - size * np.log1p(mean / size)
    return np.where(dispersion > 0.0, over, y * np.log(mean) - mean)


def _cells(k: float, n: float, mean: Floats, dispersion: Floats) -> Floats:
    """Give the beta-binomial's log-probability of ``k`` of ``n``; binomial's at dispersion 0."""
    scale = 1.0 / np.where(dispersion > 0.0, dispersion, 1.0)
    a = np.maximum(scale / (1.0 - mean) - mean, 1e-3)
    b = np.maximum(scale / mean - (1.0 - mean), 1e-3)
    return np.where(
        dispersion > 0.0, betaln(k + a, n - k + b) - betaln(a, b), k * np.log(mean) + (n - k) * np.log1p(-mean)
    )


def degrees(groups: Sequence[Wells]) -> int:
    """Count the replicates beyond the first of each group: what the dispersion is seen from."""
    return sum(max(one.positive.size - 1, 0) for one in groups)
