"""The Fine-Gray model of one table: how covariates change the cumulative incidence of one of several causes.

Fine and Gray 1999, 10.1080/01621459.1999.10474144: proportional hazards of the subdistribution, censoring by weights.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.tables import TableError
from adoptive.verdict.normal import check_level, deviate, two_sided
from adoptive.verdict.regression.cox import chi_squared, inverse
from adoptive.verdict.regression.design import design_of, matrix_of
from adoptive.verdict.regression.maximum import Maximum, climb
from adoptive.verdict.regression.subdistribution import Competing, competing_of, influence_of, information_of
from adoptive.verdict.regression.types import FineGrayFit
from adoptive.verdict.rows import codes_of, survival_rows

__all__ = ["fine_gray"]

Floats = NDArray[np.float64]


def fine_gray(
    time: ArrayLike,
    cause: ArrayLike,
    covariates: Mapping[str, ArrayLike],
    *,
    interest: int = 1,
    weight: ArrayLike | None = None,
    censoring_group: ArrayLike | None = None,
    ties: Literal["breslow", "efron"] = "breslow",
    variance: Literal["censoring", "robust"] = "censoring",
    level: float = 0.95,
    merge_near_ties: bool = True,
) -> FineGrayFit:
    """Fit the hazard of the subdistribution of one cause: ``1 - F(t) = exp(-H(t) exp(x' b))``.

    Everybody is at risk from the start on (no delayed entry). Where a cause and a censoring share a time, those with
    the cause are still at risk of being censored then, as in R's ``cmprsk``.

    Parameters
    ----------
    time, cause, weight
        ``(rows,)``: times >= 0; whole numbers, 0 = censored; weights > 0.
    covariates
        Columns ``(rows,)`` by name.
    interest
        The cause of interest; all other causes compete.
    censoring_group
        Names ``(rows,)``: the censoring curve is estimated apart in each group; default together.
    ties
        "breslow" (as in ``cmprsk::crr``) or "efron" (as in ``survival::finegray`` with ``coxph``).
    variance
        "censoring": Fine and Gray's, which counts that the censoring curve is estimated; "robust": the sandwich that
        takes the curve as known.

    Raises
    ------
    TableError
        No event of interest, a negative or broken cause, columns without information, an unknown option.

    >>> fit = fine_gray([1, 2, 3, 4, 5, 6], [1, 2, 1, 0, 1, 2], {"a": [1, 0, 0, 1, 1, 0]})
    >>> fit.coefficients.round(4)
    array([1.007])
    """
    _check(ties, variance, level)
    causes = _causes(cause, interest)
    rows = survival_rows(time, causes == interest, weight=weight, merge_near_ties=merge_near_ties)
    if len(rows) != causes.size:
        raise TableError("a weight is 0", where="weight", allowed="above 0", next_step="leave such rows out")
    names, matrix = matrix_of(covariates, len(rows))
    group = np.zeros(len(rows), np.int64) if censoring_group is None else codes_of(censoring_group)[0]
    if group.shape != causes.shape:
        raise TableError(
            "length unlike the times'", where="censoring_group", value=group.shape, allowed=str(causes.shape)
        )
    design = design_of(rows, matrix, np.zeros(len(rows)))
    competing = competing_of(design, (causes != interest) & (causes != 0), group)
    efron = ties == "efron"
    top = climb(lambda at: information_of(competing, at, efron), names, mass=float(rows.weight[rows.event].sum()))
    bread = inverse(top.information, ~top.separated)
    influence = influence_of(competing, top.at, efron, censoring=variance == "censoring")
    influence = influence @ np.where(np.isfinite(bread), bread, 0.0)
    covariance = influence.T @ influence / np.outer(design.scale, design.scale)
    covariance[~np.isfinite(bread)] = np.inf
    return _told(names, competing, top, covariance, (ties, variance), level)


def _told(
    names: tuple[str, ...],
    competing: Competing,
    top: Maximum,
    covariance: Floats,
    said: tuple[str, str],
    level: float,
) -> FineGrayFit:
    """Give the fit in the covariates' own units."""
    finite = ~top.separated
    coefficients = np.where(finite, top.at / competing.design.scale, np.copysign(np.inf, top.at))
    middle, errors = np.where(finite, coefficients, 0.0), np.sqrt(np.diag(covariance))
    reach = deviate(level) * errors
    kept = np.ix_(finite, finite)
    wald = middle[finite] @ np.linalg.solve(covariance[kept], middle[finite]) if finite.any() else 0.0
    with np.errstate(over="ignore"):
        ratios, lower, upper = np.exp(coefficients), np.exp(middle - reach), np.exp(middle + reach)
    return FineGrayFit(
        names=names,
        coefficients=coefficients,
        standard_errors=errors,
        covariance=covariance,
        hazard_ratios=ratios,
        lower=lower,
        upper=upper,
        z=middle / errors,
        p_values=two_sided(middle / errors),
        log_likelihood_null=top.value_at_0,
        log_likelihood=top.value,
        wald=chi_squared(wald, int(finite.sum())),
        ties="efron" if said[0] == "efron" else "breslow",
        variance=said[1],
        iterations=top.iterations,
        converged=top.converged,
        rows=competing.design.time.size,
        events=int(competing.design.event.sum()),
        level=level,
        separated=tuple(top.separated.tolist()),
    )


def _causes(cause: ArrayLike, interest: int) -> NDArray[np.int64]:
    """Give causes as whole numbers >= 0, the one of interest among them."""
    given = np.asarray(cause)
    causes = given.astype(np.int64) if given.dtype.kind in "biuf" and np.isfinite(given).all() else None
    if causes is None or (causes != given).any() or (causes < 0).any():
        raise TableError("not causes", where="cause", allowed="whole numbers, 0 = censored")
    if interest < 1 or not (causes == interest).any():
        raise TableError("no event of the cause of interest", where="interest", value=interest, allowed="a cause seen")
    return causes


def _check(ties: str, variance: str, level: float) -> None:
    """Refuse unknown options."""
    for name, value, allowed in (
        ("ties", ties, ("breslow", "efron")),
        ("variance", variance, ("censoring", "robust")),
    ):
        if value not in allowed:
            raise TableError("unknown option", where=f"fine_gray: {name}", value=value, allowed=", ".join(allowed))
    check_level(level, where="fine_gray")
