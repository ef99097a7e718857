"""The Cox model of one table: any covariates, strata, delayed entry, weights, three rules for ties, robust variance."""

from __future__ import annotations

from collections.abc import Mapping

from numpy.typing import ArrayLike

from adoptive.verdict.regression.types import CoxFit, Ties
from adoptive.verdict.rows import SurvivalRows

__all__ = ["cox", "cox_groups"]


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
    """Fit Cox' model by its partial likelihood."""
    raise NotImplementedError


def cox_groups(
    rows: SurvivalRows,
    *,
    reference: str | None = None,
    ties: Ties = "efron",
    robust: bool = False,
    cluster: ArrayLike | None = None,
    level: float = 0.95,
) -> CoxFit:
    """Fit the hazard ratio of each group over the reference (default: the first name)."""
    raise NotImplementedError
