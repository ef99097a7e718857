"""Two-stage estimation."""

from __future__ import annotations

from adoptive.verdict.estimands.types import SwitchRows, TwoStage

__all__ = ["two_stage"]


def two_stage(
    rows: SwitchRows,
    *,
    recensor: bool = True,
    delay: str = "in time",
    bootstrap: int = 0,
    seed: int = 0,
    level: float = 0.95,
) -> TwoStage:
    raise NotImplementedError
