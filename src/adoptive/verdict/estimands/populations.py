"""Intention to treat, infused, as treated."""

from __future__ import annotations

from numpy.typing import ArrayLike

from adoptive.verdict.estimands.types import Effect, Populations

__all__ = ["population_effects", "populations"]


def populations(
    assigned: ArrayLike,
    infused: ArrayLike,
    *,
    infusion_day: ArrayLike | None = None,
    crossover_day: ArrayLike | None = None,
) -> Populations:
    raise NotImplementedError


def population_effects(
    time: ArrayLike, event: ArrayLike, who: Populations, *, level: float = 0.95
) -> tuple[Effect, ...]:
    raise NotImplementedError
