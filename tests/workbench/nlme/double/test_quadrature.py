"""The likelihood of the theophylline fit by Gauss and Hermite's quadrature, written apart from the sampling."""

from __future__ import annotations

import numpy as np
from numpy.polynomial.hermite_e import hermegauss

from adoptive.workbench.calibrate.nlme import PopulationFit


def by_quadrature(fit: PopulationFit, nodes: int) -> float:
    """Give -2 ln L on a grid stretched over each subject's conditional distribution."""
    data, population = fit.problem.data, fit.population
    x, weight = hermegauss(nodes)
    grid = np.stack(np.meshgrid(x, x, x, indexing="ij"), -1).reshape(-1, 3)
    weights = np.prod(np.stack(np.meshgrid(weight, weight, weight, indexing="ij"), -1), -1).ravel()
    total = 0.0
    for who in range(data.subjects):
        root = np.linalg.cholesky(fit.individual.covariance[who])
        ka, volume, clearance = np.exp(fit.individual.mean[who] + grid @ root.T).T[:, :, None]
        k = clearance / volume
        time, dose = data.time[who], data.covariates["dose"][who]
        f = dose * ka / (volume * (ka - k)) * (np.exp(-k * time) - np.exp(-ka * time))
        a = population.error[0]
        level = (-0.5 * ((data.value[who] - f) / a) ** 2 - np.log(a) - 0.5 * np.log(2 * np.pi)).sum(axis=1)
        away = fit.individual.mean[who] + grid @ root.T - population.beta
        omega = np.diag(population.omega)
        prior = (-0.5 * away**2 / omega - 0.5 * np.log(omega)).sum(axis=1)
        value = level + prior + 0.5 * (grid**2).sum(axis=1) + np.log(np.diag(root)).sum() - 1.5 * np.log(2 * np.pi)
        top = value.max()
        total += top + np.log((weights * np.exp(value - top)).sum())
    return -2.0 * total


def test_sampling_agrees_with_quadrature(additive_fit: PopulationFit) -> None:
    """Four standard errors; the quadrature itself has settled to a thousandth."""
    exact = by_quadrature(additive_fit, 13)
    assert abs(exact - by_quadrature(additive_fit, 9)) < 0.005
    assert additive_fit.likelihood.error < 0.08
    assert abs(additive_fit.minus2 - exact) < 4.0 * additive_fit.likelihood.error
