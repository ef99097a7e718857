"""MaxCombo: the largest of several weighted log-rank tests of two groups, with the p-value that allows for the choice.

Karrison 2016, 10.1177/1536867X1601600309. Under the null hypothesis the tests are normal with a correlation known from
their joint variance, so the chance of a larger maximum is an integral over a box.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.tables import TableError
from adoptive.verdict.comparison.log_rank import weights_of
from adoptive.verdict.comparison.normal_box import beyond
from adoptive.verdict.comparison.risk_sets import risk_sets
from adoptive.verdict.comparison.types import MaxCombo
from adoptive.verdict.comparison.weights import Weights, as_weights
from adoptive.verdict.rows import SurvivalRows

__all__ = ["FOUR", "max_combo", "standardised"]

Floats = NDArray[np.float64]

FOUR: Final = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
"""The usual (rho, gamma): throughout, late, early, middle."""


def max_combo(rows: SurvivalRows, *, weights: Sequence[Weights | str | tuple[float, float]] = FOUR) -> MaxCombo:
    """Test two groups by the largest of several weighted log-rank tests.

    The covariance of two of them is ``sum_t v(t) w(t) V(t)`` with the hypergeometric variance ``V(t)``, summed over
    strata; p is the chance that one of as many correlated normals is larger. A test without variance is left out.

    Raises
    ------
    TableError
        Not two groups, no weights, or more than four independent tests.

    Examples
    --------
    >>> from adoptive.verdict.rows import survival_rows
    >>> rows = survival_rows([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 1], group=[0, 0, 0, 1, 1, 1])
    >>> test = max_combo(rows)
    >>> round(test.statistic, 4), round(test.p_value, 4)
    (1.5714, 0.1933)
    """
    chosen = tuple(as_weights(one) for one in weights)
    if len(rows.groups) != 2 or not chosen:
        value = (rows.groups, tuple(one.name for one in chosen))
        raise TableError("no such comparison", where="max_combo", value=value, allowed="two groups, one weight or more")
    score, variance = np.zeros(len(chosen)), np.zeros((len(chosen), len(chosen)))
    for sets in risk_sets(rows):
        each = np.array([weights_of(one, sets) for one in chosen])
        share = sets.share[:, 1]
        score += each @ (sets.events[:, 1] - sets.dead * share)
        variance += (each * (sets.spread * share * (1.0 - share))) @ each.T
    z, correlation = standardised(score, variance)
    there = np.diag(variance) > 0
    inside = np.ascontiguousarray(correlation[np.ix_(there, there)])
    statistic, estimable = float(np.abs(z).max()), bool(there.any())
    return MaxCombo(
        tests=tuple(one.name for one in chosen), z=z, correlation=correlation, statistic=statistic,
        p_value=beyond(inside, statistic, two_sided=True) if estimable else 1.0,
        one_sided_p=beyond(inside, float(-z[there].min()), two_sided=False) if estimable else 1.0,
        estimable=estimable,
    )  # fmt: skip


def standardised(score: Floats, variance: Floats) -> tuple[Floats, Floats]:
    """Give ``z`` and the correlation of scores ``(..., tests)``; z 0 and uncorrelated where the variance is 0."""
    size = np.sqrt(np.diagonal(variance, axis1=-2, axis2=-1))
    there = size > 0
    safe = np.where(there, size, 1.0)
    correlation = variance / (safe[..., :, None] * safe[..., None, :])
    same = np.eye(score.shape[-1], dtype=bool)
    return np.where(there, score / safe, 0.0), np.where(same, 1.0, np.clip(correlation, -1.0, 1.0))
