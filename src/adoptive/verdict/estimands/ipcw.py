"""Inverse probability of censoring weighting."""

from __future__ import annotations

from adoptive.verdict.estimands.types import Ipcw, SwitchRows

__all__ = ["ipcw"]


def ipcw(
    rows: SwitchRows,
    *,
    interval: float = 30.4375,
    after: str = "progression",
    stabilised: bool = True,
    truncate: float | None = None,
    level: float = 0.95,
) -> Ipcw:
    raise NotImplementedError
