"""All estimates of one trial side by side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adoptive.verdict.estimands.types import Effect

__all__ = ["of_patients"]


def of_patients(
    table: Mapping[str, Any],
    *,
    trial: int | None = None,
    doses: Mapping[str, Any] | None = None,
    endpoint: str = "os",
    level: float = 0.95,
) -> tuple[Effect, ...]:
    raise NotImplementedError
