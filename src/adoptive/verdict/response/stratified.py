"""Shares compared within strata."""

from __future__ import annotations

from numpy.typing import ArrayLike

from adoptive.verdict.response.types import Association, StratifiedDifference

__all__ = ["mantel_haenszel", "stratified_difference"]


def mantel_haenszel(
    hits_1: ArrayLike, n_1: ArrayLike, hits_0: ArrayLike, n_0: ArrayLike, *, corrected: bool = True, level: float = 0.95
) -> Association:
    raise NotImplementedError


def stratified_difference(
    hits_1: ArrayLike,
    n_1: ArrayLike,
    hits_0: ArrayLike,
    n_0: ArrayLike,
    *,
    method: str = "miettinen-nurminen",
    level: float = 0.95,
) -> StratifiedDifference:
    raise NotImplementedError
