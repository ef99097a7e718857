"""What immortal time does to a comparison of infused with not infused."""

from __future__ import annotations

from numpy.typing import ArrayLike

from adoptive.verdict.estimands.types import Demonstration, Effect

__all__ = ["demonstrate_immortal_time", "infusion_effects"]


def infusion_effects(
    time: ArrayLike, event: ArrayLike, infusion_day: ArrayLike, *, landmark: float, level: float = 0.95
) -> tuple[Effect, Effect, Effect]:
    raise NotImplementedError


def demonstrate_immortal_time(
    *,
    median_survival: float,
    median_wait: float,
    follow_up: float,
    hazard_ratio: float = 1.0,
    landmark: float | None = None,
    patients: int = 200,
    trials: int = 200,
    seed: int = 0,
) -> Demonstration:
    raise NotImplementedError
