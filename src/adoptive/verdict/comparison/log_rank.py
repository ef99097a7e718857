"""Weighted log-rank tests of one table: any number of groups, strata, delayed entry, case weights.

Mantel 1966; weights after Fleming and Harrington 1991 (10.1002/9781118150672) and the others of :class:`Weights`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, ndtr

from adoptive.tables import TableError
from adoptive.verdict.comparison.risk_sets import RiskSets, risk_sets
from adoptive.verdict.comparison.types import RankTest
from adoptive.verdict.comparison.weights import Weights, as_weights, weight_values
from adoptive.verdict.normal import two_sided
from adoptive.verdict.rows import SurvivalRows

__all__ = ["log_rank_test", "quadratic", "weights_of"]

Floats = NDArray[np.float64]

SINGULAR = 1e-10
"""Share of the largest eigenvalue below which a direction of a correlation matrix is empty."""


def log_rank_test(rows: SurvivalRows, *, weights: Weights | str | tuple[float, float] = "log-rank") -> RankTest:
    """Test whether all groups have one hazard at each time, within strata.

    ``O - E = sum_t w(t) (d_g - d n_g / n)`` with the hypergeometric covariance
    ``sum_t w(t)^2 d (n - d) / (n - 1) (n_g / n) (1{g = h} - n_h / n)``, both summed over strata, whose curves set the
    weights apart. Case weights are frequencies: a row of weight 3 counts as three rows. Degrees of freedom are the
    rank of the covariance: groups less one, less those never at risk at an event.

    Parameters
    ----------
    rows
        Patients; two groups or more.
    weights
        How much an event counts: :class:`Weights`, "log-rank", "gehan", "tarone-ware", "peto", or (rho, gamma).

    Raises
    ------
    TableError
        Fewer than two groups, or unknown weights.

    Examples
    --------
    >>> from adoptive.verdict.rows import survival_rows
    >>> rows = survival_rows([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 1], group=[0, 0, 0, 1, 1, 1])
    >>> test = log_rank_test(rows)
    >>> round(test.z, 4), round(test.p_value, 4), test.degrees
    (-1.5714, 0.1161, 1)
    """
    chosen, k = as_weights(weights), len(rows.groups)
    if k < 2:
        raise TableError("nothing to compare", where="group", value=rows.groups, allowed="two groups or more")
    observed, expected, variance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for sets in risk_sets(rows):
        weight, share = weights_of(chosen, sets), sets.share
        observed += weight @ sets.events
        expected += (weight * sets.dead) @ share
        spread = weight**2 * sets.spread
        variance += np.diag(spread @ share) - (share * spread[:, None]).T @ share
    z, chi_squared, degrees, p_value = quadratic(observed - expected, variance)
    return RankTest(
        name=chosen.name, groups=rows.groups, observed=observed, expected=expected, variance=variance, z=z,
        chi_squared=chi_squared, degrees=degrees, p_value=p_value,
        one_sided_p=float(ndtr(z)) if k == 2 else None, estimable=degrees > 0,
    )  # fmt: skip


def weights_of(weights: Weights, sets: RiskSets) -> Floats:
    """Give the weights at a stratum's event times ``(m,)``."""
    values: Floats = weight_values(weights.code, *weights.parameters, sets.time, sets.left, sets.dead)
    return values


def quadratic(score: Floats, variance: Floats) -> tuple[float, float, int, float]:
    """Give ``z`` of the second of two groups (0 with more), chi-squared ``u' V^- u``, its degrees of freedom and p.

    The generalised inverse leaves out empty directions; scores of groups add up to 0, so one is always empty.
    """
    scale = np.sqrt(np.diag(variance))
    there = scale > 0
    if there.sum() < 2:
        return 0.0, 0.0, 0, 1.0
    if len(score) == 2:
        z = float(score[1] / scale[1])
        return z, z**2, 1, float(two_sided(z))
    size = scale[there]
    values, vectors = np.linalg.eigh(variance[np.ix_(there, there)] / np.outer(size, size))
    kept = values > SINGULAR * values[-1]
    along = vectors[:, kept].T @ (score[there] / size)
    chi_squared, degrees = float((along**2 / values[kept]).sum()), int(kept.sum())
    return 0.0, chi_squared, degrees, float(chdtrc(float(degrees), chi_squared))
