"""A linear model, whose maximum likelihood is found without a random draw: estimates, likelihood, errors, modes."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from adoptive.workbench.calibrate.nlme import PopulationData, PopulationFit


def minus2(theta: np.ndarray, data: PopulationData) -> float:
    """Give -2 ln L of the line: level, slope, ln omega, ln a."""
    level, slope, omega, a = theta[0], theta[1], np.exp(theta[2]), np.exp(theta[3])
    times = data.time[0]
    matrix = omega**2 + a**2 * np.eye(len(times))
    away = data.value - level - slope * times
    quadratic = np.einsum("no,op,np->", away, np.linalg.inv(matrix), away)
    return float(quadratic + len(away) * (np.linalg.slogdet(matrix)[1] + len(times) * np.log(2 * np.pi)))


def best(data: PopulationData) -> np.ndarray:
    start = np.array([data.value.mean(), 0.0, 0.0, 0.0])
    options = {"fatol": 1e-10, "xatol": 1e-7, "maxiter": 4_000, "maxfev": 4_000}
    return np.asarray(minimize(minus2, start, args=(data,), method="Nelder-Mead", options=options).x)


def theta_of(fit: PopulationFit) -> np.ndarray:
    values = [fit.of(name).value for name in ("level", "slope", "omega level", "a")]
    return np.array([*values[:2], *np.log(values[2:])])


def test_estimates_are_those_of_maximum_likelihood(line_fit: PopulationFit, line_data: PopulationData) -> None:
    exact = best(line_data)
    errors = [line_fit.of(name).error_linear for name in ("level", "slope", "omega level", "a")]
    errors[2] /= line_fit.of("omega level").value
    errors[3] /= line_fit.of("a").value
    assert np.all(np.abs(theta_of(line_fit) - exact) < 0.1 * np.array(errors))
    assert minus2(theta_of(line_fit), line_data) - minus2(exact, line_data) < 0.02


def test_the_likelihood_is_exact_within_its_stated_error(line_fit: PopulationFit, line_data: PopulationData) -> None:
    """Four standard errors: a false alarm in 16,000 seeds."""
    exact = minus2(theta_of(line_fit), line_data)
    assert 0.0 < line_fit.likelihood.error < 0.2
    assert abs(line_fit.minus2 - exact) < 4.0 * line_fit.likelihood.error
    assert abs(line_fit.minus2_linear - exact) < 1e-6  # nothing is lost by making a linear model linear


def test_standard_errors_are_those_of_the_exact_information(line_fit: PopulationFit, line_data: PopulationData) -> None:
    theta, unit, size = theta_of(line_fit), 1e-3 * np.eye(4), 4
    hessian = np.zeros((size, size))
    for i in range(size):
        for j in range(size):
            corners = [s * t * minus2(theta + s * unit[i] + t * unit[j], line_data) for s in (1, -1) for t in (1, -1)]
            hessian[i, j] = 0.5 * sum(corners) / 4e-6
    exact = np.sqrt(np.diag(np.linalg.inv(hessian))) * np.array([1, 1, *np.exp(theta[2:])])
    rows = [line_fit.of(name) for name in ("level", "slope", "omega level", "a")]
    np.testing.assert_allclose([row.error_louis for row in rows], exact, rtol=0.1)  # of 4,000 draws
    np.testing.assert_allclose([row.error_linear for row in rows], exact, rtol=0.1)  # expected, not observed


def test_modes_and_means_are_the_best_linear_predictions(line_fit: PopulationFit, line_data: PopulationData) -> None:
    level, slope, log_omega, log_a = theta_of(line_fit)
    weight = np.exp(2 * log_omega) / (np.exp(2 * log_omega) + np.exp(2 * log_a) / 5)
    exact = level + weight * (line_data.value - slope * line_data.time - level).mean(axis=1)
    np.testing.assert_allclose(line_fit.individual.mode[:, 0], exact, atol=1e-4)
    sd = np.sqrt(weight) * np.exp(log_a) / np.sqrt(5)
    np.testing.assert_allclose(line_fit.individual.mean[:, 0], exact, atol=0.15 * sd)
    np.testing.assert_allclose(line_fit.individual.covariance[:, 0, 0] ** 0.5, sd, rtol=0.1)
    shrunk = 1 - np.std(exact - level, ddof=1) / np.exp(log_omega)
    assert abs(line_fit.eta_shrinkage[0] - shrunk) < 1e-3


def test_the_fit_settled_and_counts_what_it_estimated(line_fit: PopulationFit) -> None:
    assert line_fit.settled
    assert line_fit.estimated == 4
    assert line_fit.aic == line_fit.minus2 + 8
    assert abs(line_fit.bic - line_fit.minus2 - 4 * np.log(20)) < 1e-12
