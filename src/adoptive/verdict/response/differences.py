"""Differences of two shares."""

from __future__ import annotations

from numpy.typing import ArrayLike

from adoptive.verdict.response.types import Difference

__all__ = ["difference"]


def difference(
    hits_1: ArrayLike,
    n_1: ArrayLike,
    hits_0: ArrayLike,
    n_0: ArrayLike,
    *,
    method: str = "newcombe",
    level: float = 0.95,
) -> Difference:
    raise NotImplementedError
