"""Ratios of two shares and of two odds."""

from __future__ import annotations

from numpy.typing import ArrayLike

from adoptive.verdict.response.types import Ratio

__all__ = ["odds_ratio", "relative_risk"]


def relative_risk(
    hits_1: ArrayLike, n_1: ArrayLike, hits_0: ArrayLike, n_0: ArrayLike, *, method: str = "score", level: float = 0.95
) -> Ratio:
    raise NotImplementedError


def odds_ratio(
    hits_1: ArrayLike, n_1: ArrayLike, hits_0: ArrayLike, n_0: ArrayLike, *, method: str = "score", level: float = 0.95
) -> Ratio:
    raise NotImplementedError
