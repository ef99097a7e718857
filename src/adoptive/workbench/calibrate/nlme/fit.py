"""Fit a population: SAEM, then individuals, likelihood, standard errors and shrinkage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from adoptive.workbench.calibrate.nlme.coordinates import Coordinates
from adoptive.workbench.calibrate.nlme.individuals import Individual, draw_individuals, shrinkage
from adoptive.workbench.calibrate.nlme.information import linear_information, louis_errors, standard_errors
from adoptive.workbench.calibrate.nlme.likelihood import Likelihood, importance_likelihood, linearise
from adoptive.workbench.calibrate.nlme.problem import Problem
from adoptive.workbench.calibrate.nlme.saem import estimate_population
from adoptive.workbench.calibrate.nlme.types import (
    Estimate,
    Floats,
    Population,
    PopulationData,
    PopulationModel,
    Settings,
)

__all__ = ["PopulationFit", "fit_population"]


@dataclass(frozen=True)
class PopulationFit:
    """Hold a fit: estimates with standard errors, the individuals, the likelihood, shrinkage and SAEM's path.

    `minus2_linear` is of the measured values alone. `drift` (coordinates,) is by how many standard errors (Louis) a
    coordinate moved over the second half of the averaging.
    """

    problem: Problem
    settings: Settings
    population: Population
    estimates: tuple[Estimate, ...]
    individual: Individual
    likelihood: Likelihood
    minus2_linear: float
    eta_shrinkage: Floats
    residual_shrinkage: float
    path: Floats
    coordinates: tuple[str, ...]
    drift: Floats

    def __repr__(self) -> str:
        """Say what was fitted and how well."""
        return (
            f"<PopulationFit {self.problem.model.name}: {self.problem.data.subjects:,} subjects, "
            f"-2LL {self.minus2:.2f} (Monte Carlo error {self.likelihood.error:.2f})>"
        )

    @property
    def minus2(self) -> float:
        """Return minus twice the log-likelihood by importance sampling."""
        return self.likelihood.minus2

    @property
    def estimated(self) -> int:
        """Return how many numbers were estimated."""
        return len(self.coordinates)

    @property
    def aic(self) -> float:
        """Return ``-2LL + 2 p``."""
        return self.minus2 + 2.0 * self.estimated

    @property
    def bic(self) -> float:
        """Return ``-2LL + p ln(subjects)``."""
        return float(self.minus2 + self.estimated * np.log(self.problem.data.subjects))

    @property
    def settled(self) -> bool:
        """Tell whether no coordinate drifted by half a standard error; one that the data leave open is not asked."""
        return bool((self.drift[np.isfinite(self.drift)] < 0.5).all())

    def of(self, name: str) -> Estimate:
        """Return an estimate by name."""
        return next(estimate for estimate in self.estimates if estimate.name == name)


def fit_population(model: PopulationModel, data: PopulationData, settings: Settings | None = None) -> PopulationFit:
    """Fit a population model by SAEM (Kuhn and Lavielle 2005, 10.1016/j.csda.2004.07.002).

    Returns estimates with standard errors from the linearised and from the observed information, each individual's
    conditional draws and mode, ``-2 ln L`` by importance sampling. Raises ParameterError for data and a model that do
    not fit together.
    """
    chosen = Settings() if settings is None else settings
    problem = Problem.of(model, data)
    found = estimate_population(problem, chosen)
    population = found.population
    individual = draw_individuals(found.chains, population, chosen.posterior_draws)
    level = importance_likelihood(problem, population, individual, samples=chosen.samples, seed=chosen.seed)
    coordinates = Coordinates.of(problem)
    linear = linearise(problem, individual.mode)
    counts = model.residual.kind == "count"
    by_linear = standard_errors(linear_information(coordinates, population, linear)) if not counts else None
    by_louis = louis_errors(coordinates, population, individual.draws)
    if by_linear is None:
        by_linear = np.full(len(coordinates), np.nan)
    eta, epsilon = shrinkage(problem, population, individual.mode)
    return PopulationFit(
        problem, chosen, population, coordinates.estimates(population, by_linear, by_louis), individual, level,
        float("nan") if counts else linear.minus2(population), eta, epsilon, found.path, coordinates.labels,
        _drift(found.path, chosen.averaging, by_louis),
    )  # fmt: skip


def _drift(path: Floats, averaging: int, errors: Floats) -> Floats:
    """Give how far coordinates moved over the last half of the averaging, in standard errors."""
    moved = np.abs(path[-1] - path[-1 - averaging // 2])
    return np.where(np.isfinite(errors) & (errors > 0), moved / np.where(errors > 0, errors, 1.0), np.inf)
