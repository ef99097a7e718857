"""A population as one vector of free coordinates: coefficients, ln omega, atanh correlation, ln residual error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from adoptive.workbench.calibrate.nlme.problem import Problem
from adoptive.workbench.calibrate.nlme.types import Estimate, Floats, Population, Whole

__all__ = ["Coordinates"]

_NO_RANK = 0.999999


@dataclass(frozen=True)
class Coordinates:
    """Hold which numbers are free: coefficients, omegas, pairs of correlations, residual errors."""

    problem: Problem
    beta: Whole
    omega: Whole
    pairs: tuple[tuple[int, int], ...]
    error: Whole
    origin: Population

    @classmethod
    def of(cls, problem: Problem) -> Coordinates:
        """Find what a problem leaves free."""
        size = len(problem.varying)
        pairs = tuple((i, j) for j in range(size) for i in range(j)) if problem.model.correlated else ()
        error = np.array([0 if name == "a" else 1 for name in problem.model.residual.names], np.int64)
        return cls(problem, np.flatnonzero(problem.free), np.flatnonzero(~problem.held_omega), pairs, error,
                   problem.start())  # fmt: skip

    def __len__(self) -> int:
        return len(self.beta) + len(self.omega) + len(self.pairs) + len(self.error)

    @property
    def labels(self) -> tuple[str, ...]:
        """Name the coordinates."""
        names = [self.problem.model.parameters[place].name for place in self.problem.varying]
        return (
            *(self.problem.labels[at] for at in self.beta), *(f"omega {names[at]}" for at in self.omega),
            *(f"correlation {names[i]}, {names[j]}" for i, j in self.pairs), *self.problem.model.residual.names,
        )  # fmt: skip

    def pack(self, population: Population) -> Floats:
        """Return the free coordinates of a population."""
        spread = np.sqrt(np.diag(population.omega))
        rank = population.omega / np.outer(spread, spread)
        pairs = [np.arctanh(np.clip(rank[i, j], -_NO_RANK, _NO_RANK)) for i, j in self.pairs]
        return np.concatenate([
            population.beta[self.beta], np.log(spread[self.omega]), pairs, np.log(population.error[self.error]),
        ])  # fmt: skip

    def unpack(self, theta: Floats, base: Population | None = None) -> Population:
        """Return the population of coordinates; what is held comes from `base` (default: the start)."""
        told = self.origin if base is None else base
        beta, error = told.beta.copy(), told.error.copy()
        spread = np.sqrt(np.diag(told.omega))
        first, second = len(self.beta), len(self.beta) + len(self.omega)
        third = second + len(self.pairs)
        beta[self.beta], spread[self.omega] = theta[:first], np.exp(theta[first:second])
        error[self.error] = np.exp(theta[third:])
        rank = np.eye(len(spread))
        for (i, j), value in zip(self.pairs, np.tanh(theta[second:third]), strict=True):
            rank[i, j] = rank[j, i] = value
        return Population(beta, rank * np.outer(spread, spread), error)

    def estimates(self, population: Population, linear: Floats, louis: Floats) -> tuple[Estimate, ...]:
        """Return every number with its standard errors, brought from the coordinates to its own scale."""
        theta, problem = self.pack(population), self.problem
        errors = [(float(one), float(other)) for one, other in zip(linear, louis, strict=True)]
        found: list[Estimate] = []
        for at, label in enumerate(problem.labels):
            free = np.flatnonzero(self.beta == at)
            pair = errors[int(free[0])] if len(free) else (0.0, 0.0)
            found.append(_coefficient(problem, at, label, float(population.beta[at]), pair, held=not len(free)))
        first, second = len(self.beta), len(self.beta) + len(self.omega)
        for place, own in enumerate(problem.varying):
            free = np.flatnonzero(self.omega == place)
            value = float(np.sqrt(population.omega[place, place]))
            pair = errors[first + int(free[0])] if len(free) else (0.0, 0.0)
            name = f"omega {problem.model.parameters[own].name}"
            found.append(Estimate(name, "omega", value, value * pair[0], value * pair[1], held=not len(free)))
        for k in range(second, len(self)):
            value, slope = float(np.tanh(theta[k])), float(1.0 - np.tanh(theta[k]) ** 2)
            if k >= second + len(self.pairs):
                value = slope = float(np.exp(theta[k]))
            kind: Literal["correlation", "residual"] = "correlation" if k < second + len(self.pairs) else "residual"
            found.append(Estimate(self.labels[k], kind, value, slope * errors[k][0], slope * errors[k][1]))
        return tuple(found)


def _coefficient(
    problem: Problem, at: int, label: str, value: float, errors: tuple[float, float], *, held: bool
) -> Estimate:
    """Bring a typical value to its natural scale; a slope stays on the parameter's scale."""
    parameter = problem.model.parameters[problem.owner[at]]
    if label != parameter.name:
        return Estimate(label, "slope", value, errors[0], errors[1], held)
    row = np.zeros(len(problem.model.parameters))
    row[problem.owner[at]] = value
    natural = float(problem.natural(row)[problem.owner[at]])
    slope = {"log": natural, "logit": natural * (1.0 - natural), "identity": 1.0}[parameter.scale]
    return Estimate(label, "typical", natural, slope * errors[0], slope * errors[1], held)
