"""The Fine-Gray model of one table with competing causes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from numpy.typing import ArrayLike

from adoptive.verdict.regression.types import FineGrayFit

__all__ = ["fine_gray"]


def fine_gray(
    time: ArrayLike,
    cause: ArrayLike,
    covariates: Mapping[str, ArrayLike],
    *,
    interest: int = 1,
    entry: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    censoring_group: ArrayLike | None = None,
    ties: Literal["breslow", "efron"] = "breslow",
    variance: Literal["censoring", "robust"] = "censoring",
    level: float = 0.95,
    merge_near_ties: bool = True,
) -> FineGrayFit:
    """Fit the hazard of the subdistribution of the cause of interest (cause 0: censored)."""
    raise NotImplementedError
