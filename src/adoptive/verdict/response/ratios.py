"""Ratios of two shares and of two odds, with log (Wald), score and conditional intervals.

Katz et al. 1978, 10.2307/2530610 (log of the relative risk); Woolf 1955,
10.1111/j.1469-1809.1955.tb01348.x (log of the odds ratio); Miettinen and Nurminen 1985, 10.1002/sim.4780040211 (score).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from adoptive.tables import TableError
from adoptive.verdict.normal import deviate, two_sided
from adoptive.verdict.response.exact import conditional_odds, fisher_exact
from adoptive.verdict.response.proportion import Floats, counts_of
from adoptive.verdict.response.restricted import odds_z, risk_z, root
from adoptive.verdict.response.types import Ratio

__all__ = ["odds_ratio", "relative_risk"]

Statistic = Callable[[Floats], Floats]
WIDEST = 50.0
"""Bound on the log ratio while it is searched."""


def relative_risk(
    hits_1: ArrayLike, n_1: ArrayLike, hits_0: ArrayLike, n_0: ArrayLike, *, method: str = "score", level: float = 0.95
) -> Ratio:
    """Give the ratio ``p1 / p0`` of two shares with an interval and the p-value of no difference.

    Parameters
    ----------
    hits_1, n_1, hits_0, n_0
        Counts of the first and of the reference group; any shapes that broadcast.
    method
        ``score`` (Miettinen and Nurminen; ends where a group has no or only hits) or ``log`` (Katz; not estimable
        there).
    level
        Confidence level.

    >>> found = relative_risk(15, 30, 5, 25, method="log")
    >>> float(found.estimate.round(3)), float(found.lower.round(3)), float(found.upper.round(3))
    (2.5, 1.056, 5.918)
    """
    x1, n1, x0, n0, known = _known(hits_1, n_1, hits_0, n_0, where="relative_risk")
    estimate = _over(x1 / n1, x0 / n0)
    if method == "score":
        factor = (n1 + n0) / (n1 + n0 - 1.0)
        return _score(lambda ratio: risk_z(x1, n1, x0, n0, ratio, factor=factor), estimate, known, level=level)
    if method != "log":
        raise TableError("unknown method", where="relative_risk: method", value=method, allowed="score, log")
    some = known & (x1 > 0) & (x0 > 0)
    variance = 1.0 / np.maximum(x1, 1.0) - 1.0 / n1 + 1.0 / np.maximum(x0, 1.0) - 1.0 / n0
    return _log(estimate, variance, some, level=level)


def odds_ratio(
    hits_1: ArrayLike, n_1: ArrayLike, hits_0: ArrayLike, n_0: ArrayLike, *, method: str = "score", level: float = 0.95
) -> Ratio:
    """Give the ratio of the odds of two groups with an interval and the p-value of no difference.

    Parameters
    ----------
    hits_1, n_1, hits_0, n_0
        Counts of the first and of the reference group; any shapes that broadcast.
    method
        ``score`` (Miettinen and Nurminen), ``log`` (Woolf; not estimable with an empty cell), ``conditional`` (given
        the margins, exact interval, p by Fisher).
    level
        Confidence level.

    >>> found = odds_ratio(15, 30, 5, 25, method="log")
    >>> float(found.estimate.round(3)), float(found.lower.round(3)), float(found.upper.round(3))
    (4.0, 1.189, 13.461)
    """
    x1, n1, x0, n0, known = _known(hits_1, n_1, hits_0, n_0, where="odds_ratio")
    estimate = _over(x1 * (n0 - x0), x0 * (n1 - x1))
    if method == "score":
        factor = (n1 + n0) / (n1 + n0 - 1.0)
        known = known & (x1 + x0 < n1 + n0)
        return _score(lambda ratio: odds_z(x1, n1, x0, n0, ratio, factor=factor), estimate, known, level=level)
    if method == "conditional":
        found, lower, upper = conditional_odds(x1, n1, x0, n0, level=level)
        p_value = fisher_exact(x1, n1, x0, n0).p_value
        return Ratio(found, lower, upper, p_value, known & (x1 + x0 < n1 + n0), method)
    if method != "log":
        raise TableError("unknown method", where="odds_ratio: method", value=method, allowed="score, log, conditional")
    cells = np.stack([x1, n1 - x1, x0, n0 - x0])
    some = known & (cells > 0).all(axis=0)
    return _log(estimate, (1.0 / np.maximum(cells, 1.0)).sum(axis=0), some, level=level)


def _known(
    hits_1: ArrayLike, n_1: ArrayLike, hits_0: ArrayLike, n_0: ArrayLike, *, where: str
) -> tuple[Floats, Floats, Floats, Floats, np.ndarray]:
    """Give the counts in one shape, and which tables tell anything: both groups there, some hits."""
    x1, n1, x0, n0 = np.broadcast_arrays(*counts_of(hits_1, n_1), *counts_of(hits_0, n_0))
    there = (n1 > 0) & (n0 > 0)
    n1, n0 = np.where(there, n1, 1.0), np.where(there, n0, 1.0)
    return np.where(there, x1, 0.0), n1, np.where(there, x0, 0.0), n0, there & (x1 + x0 > 0)


def _over(top: Floats, bottom: Floats) -> Floats:
    """Divide; inf where only the top is above 0, 1 where neither is."""
    some = bottom > 0
    return np.where(some, top / np.where(some, bottom, 1.0), np.where(top > 0, np.inf, 1.0))


def _log(estimate: Floats, variance: Floats, some: np.ndarray, *, level: float) -> Ratio:
    """Give the Wald interval on the log scale."""
    spread = np.sqrt(np.where(some, np.maximum(variance, 0.0), 1.0))
    value = np.where(some, estimate, 1.0)
    reach = np.exp(deviate(level) * spread)
    log_value = np.abs(np.log(value))
    z = np.where(spread > 0, log_value / np.where(spread > 0, spread, 1.0), np.where(log_value > 0, np.inf, 0.0))
    lower, upper = np.where(some, value / reach, 0.0), np.where(some, value * reach, np.inf)
    return Ratio(value, lower, upper, np.where(some, two_sided(z), 1.0), some, "log")


def _score(z_of: Statistic, estimate: Floats, known: np.ndarray, *, level: float) -> Ratio:
    """Find the ratios whose score statistic is +z and -z; z falls as the ratio rises."""
    z = deviate(level)
    with np.errstate(divide="ignore"):
        seen = np.clip(np.log(np.where(known, estimate, 1.0)), -WIDEST, WIDEST)
    end = np.full(seen.shape, WIDEST)
    lower = np.exp(root(lambda log: z_of(np.exp(log)) > z, -end, seen))
    upper = np.exp(root(lambda log: z_of(np.exp(log)) > -z, seen, end))
    p_value = two_sided(z_of(np.ones(seen.shape)))
    return Ratio(
        estimate=np.where(known, estimate, 1.0),
        lower=np.where(known & (estimate > 0), lower, 0.0),
        upper=np.where(known & np.isfinite(estimate), upper, np.inf),
        p_value=np.where(known, p_value, 1.0),
        estimable=known,
        method="score",
    )
