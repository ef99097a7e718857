"""The Cox model of one table: any covariates, strata, delayed entry, weights, three rules for ties, robust variance.

Cox 1972, 10.1111/j.2517-6161.1972.tb00899.x; ties by Efron 1977, 10.1080/01621459.1977.10480613, by Breslow 1974,
10.2307/2529620, or by the exact discrete likelihood.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtrc

from adoptive.tables import TableError
from adoptive.verdict.normal import check_level, deviate, two_sided
from adoptive.verdict.regression.design import column_of, design_of, matrix_of
from adoptive.verdict.regression.exact import exact_likelihood
from adoptive.verdict.regression.maximum import Maximum, climb
from adoptive.verdict.regression.risk_table import risk_table, score_residuals
from adoptive.verdict.regression.types import TIES, ChiSquared, CoxFit, Design, Ties
from adoptive.verdict.regression.walk import likelihood, rows_of
from adoptive.verdict.rows import SurvivalRows, codes_of

__all__ = ["chi_squared", "cox", "cox_groups", "inverse", "summed_by"]

Floats = NDArray[np.float64]


def cox(
    rows: SurvivalRows,
    covariates: Mapping[str, ArrayLike] | None = None,
    *,
    ties: Ties = "efron",
    offset: ArrayLike | None = None,
    robust: bool = False,
    cluster: ArrayLike | None = None,
    level: float = 0.95,
) -> CoxFit:
    """Fit Cox' model by its partial likelihood: ``hazard(t) = baseline_stratum(t) exp(offset + x' b)``.

    Strata and weights are the table's; someone whose covariates change has one row per piece.

    Parameters
    ----------
    rows
        The table; the groups play no part here (see :func:`cox_groups`).
    covariates
        Columns ``(rows,)`` of finite numbers by name; without any the fit has only its log likelihood and hazard.
    ties
        "efron", "breslow", or "exact" (discrete; every weight 1; the cost grows with the number tied).
    offset
        ``(rows,)`` known part of the log hazard.
    robust, cluster
        Lin and Wei's sandwich variance (1989, 10.1080/01621459.1989.10478874), summed over the rows of each cluster
        (names of any kind ``(rows,)``; default each row for itself). A cluster asks for it.
    level
        Confidence level, between 0 and 1.

    Raises
    ------
    TableError
        No event, a column constant among those at risk or dependent on others, weights with "exact".

    >>> from adoptive.verdict.rows import survival_rows
    >>> fit = cox(survival_rows([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 1, 1]), {"age": [60, 40, 70, 50, 65, 45]})
    >>> fit.coefficients.round(4), fit.likelihood_ratio.degrees
    (array([0.0301]), 1)
    """
    _check(rows, ties, level, robust or cluster is not None)
    names, matrix = matrix_of(covariates, len(rows))
    shift = np.zeros(len(rows)) if offset is None else column_of(offset, len(rows), "offset")
    design = design_of(rows, matrix, shift)

    def evaluate(coefficients: Floats) -> Any:
        walked = rows_of(design, coefficients)
        if ties == "exact":
            return exact_likelihood(design.starts, walked)
        return likelihood(design.starts, walked, ties == "efron")

    top = climb(evaluate, names, mass=float(rows.weight[rows.event].sum()))
    model = inverse(top.information, ~top.separated) / np.outer(design.scale, design.scale)
    sandwich = None
    if robust or cluster is not None:
        sandwich = _sandwich(design, top.at, ties, model, cluster)
    return _told(rows, names, design, top, ties, model, sandwich, level)


def cox_groups(
    rows: SurvivalRows,
    *,
    reference: str | None = None,
    ties: Ties = "efron",
    robust: bool = False,
    cluster: ArrayLike | None = None,
    level: float = 0.95,
) -> CoxFit:
    """Fit the hazard ratio of each group over the reference (default: the first group that has rows).

    >>> from adoptive.verdict.rows import survival_rows
    >>> table = survival_rows([1, 2, 3, 4, 5, 6], [1, 1, 1, 0, 1, 1], group=list("bbabaa"))
    >>> fit = cox_groups(table, reference="b")
    >>> fit.names, fit.coefficients.round(4)
    (('a',), array([-1.2271]))
    """
    present = [rows.groups[place] for place in np.unique(rows.group)]
    against = present[0] if reference is None else reference
    if against not in present or len(present) < 2:
        raise TableError(
            "no comparison of groups",
            where="cox_groups: reference",
            value=against,
            allowed="one of two groups or more: " + ", ".join(present),
        )
    others = [name for name in present if name != against]
    columns = {name: rows.group == rows.groups.index(name) for name in others}
    return cox(rows, columns, ties=ties, robust=robust, cluster=cluster, level=level)


def _wald(coefficients: Floats, variance: Floats) -> float:
    """Give Wald's statistic; 0 where the variance is: a robust one can be if all die at once."""
    return float(coefficients @ np.linalg.solve(variance, coefficients)) if variance.any() else 0.0


def chi_squared(statistic: float, degrees: int) -> ChiSquared:
    """Give a statistic with its p-value; without degrees of freedom it is 0 and p is 1."""
    if degrees == 0:
        return ChiSquared(0.0, 0, 1.0)
    return ChiSquared(float(statistic), degrees, float(chdtrc(degrees, statistic)))


def inverse(information: Floats, kept: NDArray[np.bool_]) -> Floats:
    """Invert the information of the columns kept; the others' rows and columns are 0, their variance inf."""
    out = np.zeros_like(information)
    block = np.ix_(kept, kept)
    if kept.any():
        try:
            half = np.linalg.inv(np.linalg.cholesky(information[block]))
        except np.linalg.LinAlgError:
            raise TableError(
                "the information about the coefficients is singular", where="cox",
                allowed="independent columns, each told by several events, and weights of like size",
                next_step="leave columns out, or join small groups",
            ) from None  # fmt: skip
        out[block] = half.T @ half
    out[~kept, ~kept] = np.inf
    return out


def summed_by(influence: Floats, cluster: ArrayLike | None) -> Floats:
    """Sum rows of influence over clusters."""
    if cluster is None:
        return influence
    codes, names = codes_of(cluster)
    if codes.shape != influence.shape[:1]:
        raise TableError(
            "length unlike the table's", where="cluster", value=codes.shape, allowed=f"({len(influence)},)"
        )
    return np.column_stack([np.bincount(codes, column, len(names)) for column in influence.T])


def _sandwich(design: Design, at: Floats, ties: Ties, model: Floats, cluster: ArrayLike | None) -> Floats:
    """Give the sum over clusters of squared influence ``weight score model-variance``."""
    scores = score_residuals(design, risk_table(design, at, ties))
    weight = np.empty(design.time.size)
    weight[design.order] = design.weight
    finite = np.isfinite(np.diag(model))
    bread = np.where(np.outer(finite, finite), model, 0.0)
    influence = summed_by((weight[:, None] * scores) @ bread, cluster)
    out: Floats = influence.T @ influence
    out[~finite, ~finite] = np.inf
    return out


def _told(
    rows: SurvivalRows,
    names: tuple[str, ...],
    design: Design,
    top: Maximum,
    ties: Ties,
    model: Floats,
    sandwich: Floats | None,
    level: float,
) -> CoxFit:
    """Give the fit in the covariates' own units, with tests and intervals."""
    size = len(names)
    finite = ~top.separated
    coefficients = np.where(finite, top.at / design.scale, np.copysign(np.inf, top.at))
    middle = np.where(finite, coefficients, 0.0)
    used = model if sandwich is None else sandwich
    errors = np.sqrt(np.diag(used))
    z = np.divide(middle, errors, out=middle * 0, where=errors > 0)
    reach = deviate(level) * errors
    with np.errstate(over="ignore"):
        ratios, lower, upper = np.exp(coefficients), np.exp(middle - reach), np.exp(middle + reach)
    kept = np.ix_(finite, finite)
    score = float(top.slope_at_0 @ np.linalg.solve(top.information_at_0, top.slope_at_0)) if size else 0.0
    return CoxFit(
        names=names,
        coefficients=coefficients,
        standard_errors=np.sqrt(np.diag(model)),
        robust_standard_errors=None if sandwich is None else np.sqrt(np.diag(sandwich)),
        covariance=used,
        model_covariance=model,
        hazard_ratios=ratios,
        lower=lower,
        upper=upper,
        z=z,
        p_values=two_sided(z),
        log_likelihood_null=top.value_at_0,
        log_likelihood=top.value,
        likelihood_ratio=chi_squared(2.0 * (top.value - top.value_at_0), size),
        wald=chi_squared(_wald(coefficients[finite], used[kept]), int(finite.sum())),
        score=chi_squared(score, size),
        degrees=size,
        ties=ties,
        iterations=top.iterations,
        converged=top.converged,
        rows=len(rows),
        events=int(rows.event.sum()),
        level=level,
        separated=tuple(top.separated.tolist()),
        reached=top.at,
        design=design,
    )


def _check(rows: SurvivalRows, ties: str, level: float, robust: bool) -> None:
    """Refuse what cannot be fitted."""
    if ties not in TIES:
        raise TableError("unknown rule for ties", where="cox: ties", value=ties, allowed=", ".join(TIES))
    check_level(level, where="cox")
    if not rows.event.any():
        raise TableError("no event: a hazard ratio cannot be estimated", where="cox", allowed="one event or more")
    if ties == "exact" and robust:
        raise TableError(
            "no robust variance with exact ties", where="cox: ties", allowed="efron or breslow", next_step="use efron"
        )
    if ties == "exact" and not (rows.weight == 1).all():
        raise TableError(
            "weights with exact ties", where="cox: weight", allowed="every weight 1", next_step="use efron"
        )
