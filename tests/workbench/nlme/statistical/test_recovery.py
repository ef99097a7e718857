"""Known populations come back: bias and coverage over simulated data sets, limits, counts; checks that reject."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest
from series import rectangle

from adoptive.workbench.calibrate.nlme import (
    Population,
    PopulationData,
    PopulationFit,
    PopulationModel,
    PopulationParameter,
    Problem,
    Residual,
    Settings,
    closed,
    fit_population,
    prediction_errors,
    predictive_check,
    simulate_data,
)

TRUE = Population(np.log([1.6, 32.0, 2.8]), np.diag([0.6, 0.15, 0.25]) ** 2, np.array([0.7, 1.0]))
TIME = np.array([0.3, 0.6, 1.0, 2.0, 3.5, 5.0, 7.0, 9.0, 12.0, 24.0])
NAMES = ("ka", "V", "Cl", "omega ka", "omega V", "omega Cl", "a")


def truth() -> np.ndarray:
    return np.array([*np.exp(TRUE.beta), *np.sqrt(np.diag(TRUE.omega)), TRUE.error[0]])


def simulated(model: PopulationModel, subjects: int, seed: int) -> PopulationData:
    blank = rectangle(TIME, np.ones((subjects, len(TIME))), dose=np.full(subjects, 320.0))
    return replace(blank, value=simulate_data(Problem.of(model, blank), TRUE, copies=1, seed=seed)[0])


def away(fit: PopulationFit) -> np.ndarray:
    """Give (estimate - truth) / SE; errors that the draws do not resolve are taken from the linearised model."""
    rows = [fit.of(name) for name in NAMES]
    errors = [row.error_louis if np.isfinite(row.error_louis) else row.error_linear for row in rows]
    return (np.array([row.value for row in rows]) - truth()) / np.array(errors)


def test_one_data_set_comes_back(oral: Callable[..., PopulationModel]) -> None:
    """Seven numbers within four standard errors: a false alarm in 2,000 seeds."""
    fit = fit_population(
        oral("additive"), simulated(oral("additive"), 40, 8),
        Settings(burn_in=150, averaging=80, samples=300, posterior_draws=150),
    )  # fmt: skip
    assert np.abs(away(fit)).max() < 4.0


@pytest.mark.slow
def test_thirty_data_sets_are_unbiased_and_covered(oral: Callable[..., PopulationModel]) -> None:
    """Mean of 30 standardised errors within 3.5 / sqrt(30), 95 % intervals cover 24 or more of 30 (each p < 0.003).

    Variances of few subjects are biased low by maximum likelihood, about 1 / (2 N) of omega: 60 subjects.
    """
    found = np.array([
        away(fit_population(oral("additive"), simulated(oral("additive"), 60, 100 + seed), Settings(samples=300)))
        for seed in range(30)
    ])  # fmt: skip
    assert np.all(np.abs(found.mean(axis=0)) < 3.5 / np.sqrt(30))
    assert np.all((np.abs(found) < 1.96).sum(axis=0) >= 24)


def decay(known: Mapping[str, np.ndarray], time: np.ndarray) -> np.ndarray:
    return known["top"] * np.exp(-known["rate"] * time)


def fading(residual: Residual) -> PopulationModel:
    parameters = (PopulationParameter("top", 50.0, spread=0.6), PopulationParameter("rate", 0.2, spread=0.5))
    return PopulationModel("decay", closed(decay, ("top", "rate")), parameters, residual)


FADING = Population(np.log([80.0, 0.3]), np.diag([0.5, 0.3]) ** 2, np.array([0.4, 1.0]))
QUICK = Settings(burn_in=80, averaging=50, samples=200, posterior_draws=100)


def test_limits_do_not_bend_a_decline() -> None:
    """A third of the values lie below the limit: the rate comes back within four standard errors, bent if dropped."""
    model = fading(Residual("exponential", additive=0.5))
    blank = rectangle(np.array([0.0, 2.0, 5.0, 9.0, 14.0]), np.ones((40, 5)))
    value = simulate_data(Problem.of(model, blank), FADING, copies=1, seed=3)[0]
    limit = np.quantile(value, 0.35)
    below = value < limit
    data = replace(blank, value=np.where(below, limit, value), below=below)
    fit = fit_population(model, data, QUICK)
    rate = fit.of("rate")
    assert abs(rate.value - 0.3) < 4.0 * rate.error_linear
    dropped = fit_population(model, replace(data, used=~below, below=np.zeros_like(below)), QUICK).of("rate")
    assert dropped.value < rate.value - 2.0 * rate.error_linear


@pytest.mark.slow
def test_counts_of_cells_by_their_poisson_chance() -> None:
    """Flow cytometry, a quarter of the samples with too few events: both means within four standard errors."""
    blank = rectangle(np.array([0.0, 2.0, 5.0, 9.0, 14.0, 25.0]), np.ones((30, 6)))
    blank = replace(blank, context={"leukocytes": np.full((30, 6), 4_000.0)})
    model = fading(Residual("count", assay="flow"))
    value = simulate_data(Problem.of(model, blank), FADING, copies=1, seed=4)[0]
    limit = value.min()
    data = replace(blank, value=value, below=value <= limit)
    assert 0.1 < data.below.mean() < 0.5
    fit = fit_population(model, data, QUICK)
    for name, true, omega in (("top", 80.0, 0.5), ("rate", 0.3, 0.3)):
        assert abs(np.log(fit.of(name).value / true)) < 4.0 * omega / np.sqrt(30)
    assert not np.isfinite(fit.minus2_linear)


def test_prediction_errors_pass_the_truth_and_reject_another(oral: Callable[..., PopulationModel]) -> None:
    """At the truth p > 0.001 (one false alarm in 1,000 seeds); with half the error, and with wrong means, p < 1e-4."""
    problem = Problem.of(oral("additive"), simulated(oral("additive"), 30, 21))
    wrong = (replace(TRUE, error=0.5 * TRUE.error), replace(TRUE, beta=TRUE.beta + np.array([0.0, 0.6, 0.6])))
    right, narrow, shifted = (
        prediction_errors(problem, simulate_data(problem, population, copies=600, seed=2), seed=2)
        for population in (TRUE, *wrong)
    )
    assert right.together > 0.001
    assert narrow.variance < 1e-4
    assert shifted.together < 1e-4
    assert abs(np.nanmean(right.values)) < 4.0 / np.sqrt(300)


def test_the_visual_check_passes_the_truth_and_rejects_another(oral: Callable[..., PopulationModel]) -> None:
    problem = Problem.of(oral("additive"), simulated(oral("additive"), 60, 31))
    copies = simulate_data(problem, TRUE, copies=300, seed=5)
    assert predictive_check(problem, TRUE, copies).inside > 0.65
    assert predictive_check(problem, TRUE, copies, corrected=True).inside > 0.65
    assert predictive_check(problem, TRUE, 1.4 * copies).inside < 0.5
