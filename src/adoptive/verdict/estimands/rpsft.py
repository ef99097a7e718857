"""Rank-preserving structural failure time model."""

from __future__ import annotations

from adoptive.verdict.estimands.types import Rpsft, SwitchRows

__all__ = ["rpsft"]


def rpsft(
    rows: SwitchRows,
    *,
    recensor: bool = True,
    bounds: tuple[float, float] = (-3.0, 3.0),
    steps: int = 241,
    level: float = 0.95,
) -> Rpsft:
    raise NotImplementedError
