"""Coordinates that are standard normal before any evidence, for methods that know no hierarchy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from adoptive.workbench.calibrate.methods.types import Drawn, Floats, Problem

__all__ = ["Whitened", "whitened"]


@dataclass(frozen=True)
class Whitened:
    """Hold the way from coordinates ``(draws, size)`` to a problem's quantities: first the free, then the spreads."""

    problem: Problem

    @property
    def size(self) -> int:
        """Count the coordinates."""
        return len(self.problem.free) + len(self.problem.families) + len(self.problem.groups)

    def prior(self, draws: int, seed: int) -> Floats:
        """Draw coordinates, ``(draws, size)``."""
        return np.random.default_rng(seed).normal(size=(draws, self.size))

    def drawn(self, x: Floats) -> Drawn:
        """Give the quantities and spreads at some coordinates; a spread is its scale times a half-normal."""
        free, families = self.problem.free, self.problem.families
        spreads = np.abs(x[:, len(free) :])
        family = {name: spreads[:, at] * scale for at, (name, scale) in enumerate(families.items())}
        trials = {
            name: spreads[:, len(families) + at] * scale for at, (name, scale) in enumerate(self.problem.groups.items())
        }  # fmt: skip
        size = np.stack([family.get(one.family, np.ones(len(x))) for one in free], axis=1)
        return Drawn(x[:, : len(free)] * size, family, trials)

    def phi(self, x: Floats) -> Floats:
        """Give the free quantities at some coordinates, ``(draws, free)``."""
        return self.drawn(x).phi


def whitened(problem: Problem) -> Whitened:
    """Give a problem's standard normal coordinates."""
    return Whitened(problem)
