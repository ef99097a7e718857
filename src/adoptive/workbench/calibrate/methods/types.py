"""What a comparison of methods is made of: the problem, what a method gives, and the ranks of true values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from adoptive.workbench.calibrate.types import FreeQuantity, Observation

__all__ = ["Drawn", "Floats", "Infer", "Inference", "Integers", "Problem", "Ranks", "Simulate"]

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Drawn:
    """Hold draws from the prior: ``phi`` ``(draws, free)``, common spreads by name ``(draws,)``.

    ``family`` are the spreads of the effects, ``trials`` those between trials, by the names in :class:`FreeQuantity`.
    """

    phi: Floats
    family: Mapping[str, Floats]
    trials: Mapping[str, Floats]

    def take(self, places: Integers) -> Drawn:
        """Keep some draws."""
        family = {name: values[places] for name, values in self.family.items()}
        return Drawn(self.phi[places], family, {name: values[places] for name, values in self.trials.items()})


class Simulate(Protocol):
    """Simulate every study once for each draw: values ``(draws, observations)``, NaN where not estimable.

    ``between_trials=False`` leaves out what differs between trials.
    """

    def __call__(self, drawn: Drawn, *, seed: int, between_trials: bool = True) -> Floats:
        """Simulate."""
        ...


@dataclass(frozen=True)
class Problem:
    """Hold one problem of inference: what is free, what is reported (``y`` of each observation), a simulator, a prior.

    ``prior(draws, seed)``; ``levers`` are by study the shifts it can tell apart, ``(levers, free)``; ``families`` and
    ``groups`` are the scales of the half-normal priors of the spreads of effects and between trials.
    """

    name: str
    free: tuple[FreeQuantity, ...]
    observations: tuple[Observation, ...]
    simulate: Simulate
    prior: Callable[[int, int], Drawn]
    levers: Mapping[str, Floats]
    families: Mapping[str, float]
    groups: Mapping[str, float]

    @property
    def names(self) -> tuple[str, ...]:
        """Give the names of the free quantities."""
        return tuple(quantity.name for quantity in self.free)

    @property
    def studies(self) -> tuple[str, ...]:
        """Give the studies, each once, in their order."""
        return tuple(dict.fromkeys(seen.study for seen in self.observations))

    @property
    def y(self) -> Floats:
        """Give the reported values on their scales, ``(observations,)``; NaN where not estimable."""
        return np.array([seen.y for seen in self.observations])

    def reporting(self, y: Floats) -> Problem:
        """Give the same problem with other data."""
        pairs = zip(self.observations, y, strict=True)
        return replace(self, observations=tuple(replace(seen, y=float(value)) for seen, value in pairs))


@dataclass(frozen=True)
class Inference:
    """Hold what a method found: ``draws`` ``(draws, free)``, how many trial sets it simulated, processor seconds."""

    method: str
    draws: Floats
    simulated: int
    seconds: float
    notes: Mapping[str, Any] = field(default_factory=dict)


class Infer(Protocol):
    """Infer the free quantities of a problem with at most ``budget`` simulated trial sets."""

    def __call__(self, problem: Problem, *, seed: int, budget: int) -> Inference:
        """Infer."""
        ...


@dataclass(frozen=True)
class Ranks:
    """Hold the ranks of true values among posterior draws, ``(replicates, free)``, each 0 to ``draws``.

    ``z`` is (posterior mean - truth) / posterior sd; ``contraction`` is 1 - posterior variance / prior variance.
    """

    names: tuple[str, ...]
    ranks: Integers
    draws: int
    z: Floats
    contraction: Floats
