"""Shares compared within strata: Cochran-Mantel-Haenszel, stratified differences.

Mantel and Haenszel 1959, 10.1093/jnci/22.4.719; Robins, Breslow and Greenland 1986, 10.2307/2531052
(variance of the common odds ratio); Greenland and Robins 1985, 10.2307/2530643 (difference with Mantel-Haenszel
weights); Miettinen and Nurminen 1985, 10.1002/sim.4780040211.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc

from adoptive.tables import TableError
from adoptive.verdict.normal import deviate, two_sided
from adoptive.verdict.response.proportion import Floats, counts_of
from adoptive.verdict.response.restricted import ROUND_OFF, difference_shares, root
from adoptive.verdict.response.types import Association, StratifiedDifference

__all__ = ["mantel_haenszel", "stratified_difference"]

Strata = tuple[Floats, Floats, Floats, Floats]


def mantel_haenszel(
    hits_1: ArrayLike,
    n_1: ArrayLike,
    hits_0: ArrayLike,
    n_0: ArrayLike,
    *,
    corrected: bool = True,
    level: float = 0.95,
) -> Association:
    """Test whether two groups differ within strata, and estimate the common odds ratio.

    ``(|sum(x - E)| - 1/2)^2 / sum(V)`` with the hypergeometric variance; a stratum with one patient or one group tells
    nothing. As R's ``mantelhaen.test``.

    Parameters
    ----------
    hits_1, n_1, hits_0, n_0
        Counts ``(strata,)`` of the first and of the reference group.
    corrected
        Subtract one half (less where the sum is nearer to 0).
    level
        Confidence level of the odds ratio's interval (Robins, Breslow and Greenland).

    >>> mantel_haenszel([8, 6], [10, 10], [4, 3], [10, 10], corrected=False).odds_ratio
    4.5
    """
    x1, n1, x0, n0 = _strata(hits_1, n_1, hits_0, n_0, least=2.0)
    total, hits = n1 + n0, x1 + x0
    distance = abs(float((x1 - n1 * hits / total).sum()))
    variance = float((n1 * n0 * hits * (total - hits) / (total**2 * (total - 1.0))).sum())
    shift = 0.5 if corrected and distance >= 0.5 else 0.0
    statistic = (distance - shift) ** 2 / variance if variance > 0 else 0.0
    ratio, spread, estimable = _common_odds(x1, n1, x0, n0)
    reach = float(np.exp(deviate(level) * spread)) if estimable else np.inf
    return Association(
        statistic=statistic,
        degrees=1,
        p_value=float(chdtrc(1.0, statistic)),
        odds_ratio=ratio,
        lower=ratio / reach,
        upper=ratio * reach,
        estimable=estimable,
        corrected=corrected,
    )


def stratified_difference(
    hits_1: ArrayLike,
    n_1: ArrayLike,
    hits_0: ArrayLike,
    n_0: ArrayLike,
    *,
    method: str = "miettinen-nurminen",
    level: float = 0.95,
) -> StratifiedDifference:
    """Give the common difference of shares over strata with Mantel-Haenszel weights ``n1 n0 / N``.

    Parameters
    ----------
    hits_1, n_1, hits_0, n_0
        Counts ``(strata,)``.
    method
        ``miettinen-nurminen``: score interval, ``(sum w (d - delta))^2 / sum w^2 V(delta)``, each stratum's
        variance restricted to the difference ``delta``, times N/(N-1); ``mantel-haenszel``: Wald interval with
        Greenland and Robins' variance. With one stratum the first is the unstratified interval.
    level
        Confidence level.

    >>> found = stratified_difference([8, 6], [10, 10], [4, 3], [10, 10])
    >>> round(found.estimate, 4), round(found.lower, 4), round(found.upper, 4)
    (0.35, 0.0365, 0.6015)
    """
    rows = _strata(hits_1, n_1, hits_0, n_0, least=2.0)
    x1, n1, x0, n0 = rows
    weight = n1 * n0 / (n1 + n0)
    weight = weight / weight.sum()
    estimate = float((weight * (x1 / n1 - x0 / n0)).sum())
    z = deviate(level)
    if method == "miettinen-nurminen":
        lower, upper = (_score_end(rows, weight, side * z) for side in (1.0, -1.0))
        statistic = _score_z(rows, weight, 0.0)
    elif method == "mantel-haenszel":
        p1, p0 = x1 / n1, x0 / n0
        spread = float(np.sqrt((weight**2 * (p1 * (1.0 - p1) / n1 + p0 * (1.0 - p0) / n0)).sum()))
        lower, upper = max(estimate - z * spread, -1.0), min(estimate + z * spread, 1.0)
        statistic = estimate / spread if spread > 0 else 0.0
    else:
        allowed = "miettinen-nurminen, mantel-haenszel"
        raise TableError("unknown method", where="stratified_difference: method", value=method, allowed=allowed)
    p_value = float(two_sided(statistic))
    return StratifiedDifference(estimate, lower, upper, statistic, p_value, weight, method)


def _strata(hits_1: ArrayLike, n_1: ArrayLike, hits_0: ArrayLike, n_0: ArrayLike, *, least: float) -> Strata:
    """Give the strata in which both groups have patients."""
    rows = [np.atleast_1d(row) for row in (*counts_of(hits_1, n_1), *counts_of(hits_0, n_0))]
    x1, n1, x0, n0 = (np.ravel(row) for row in np.broadcast_arrays(*rows))
    some = (n1 > 0) & (n0 > 0) & (n1 + n0 >= least)
    if not some.any():
        raise TableError("no stratum has patients of both groups", where="strata", allowed="one stratum or more")
    return x1[some], n1[some], x0[some], n0[some]


def _common_odds(x1: Floats, n1: Floats, x0: Floats, n0: Floats) -> tuple[float, float, bool]:
    """Give the Mantel-Haenszel odds ratio, the standard error of its log, and whether both exist."""
    total = n1 + n0
    for_, against = x1 * (n0 - x0) / total, x0 * (n1 - x1) / total
    top, bottom = float(for_.sum()), float(against.sum())
    if top <= 0 or bottom <= 0:
        return (1.0 if top == bottom else 0.0 if top <= 0 else np.inf), np.inf, False
    same, other = (x1 + n0 - x0) / total, (x0 + n1 - x1) / total
    variance = (
        (same * for_).sum() / (2.0 * top**2)
        + (same * against + other * for_).sum() / (2.0 * top * bottom)
        + (other * against).sum() / (2.0 * bottom**2)
    )
    return top / bottom, float(np.sqrt(variance)), True


def _score_z(rows: Strata, weight: Floats, delta: float) -> float:
    """Give the stratified score statistic of a difference."""
    x1, n1, x0, n0 = rows
    p1, p0 = difference_shares(x1, n1, x0, n0, np.full(x1.shape, delta))
    variance = (p1 * (1.0 - p1) / n1 + p0 * (1.0 - p0) / n0) * (n1 + n0) / (n1 + n0 - 1.0)
    distance, total = float((weight * (x1 / n1 - x0 / n0 - delta)).sum()), float((weight**2 * variance).sum())
    if total > 0:
        return distance / float(np.sqrt(total))
    return 0.0 if abs(distance) < ROUND_OFF else float(np.copysign(np.inf, distance))


def _score_end(rows: Strata, weight: Floats, z: float) -> float:
    """Find the difference whose statistic is ``z``; the statistic falls as the difference rises."""
    found = root(lambda delta: np.asarray([_score_z(rows, weight, float(delta[0])) > z]), -np.ones(1), np.ones(1))
    return float(found[0])
