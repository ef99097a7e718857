"""Theophylline (12 subjects): what Monolix, saemix, nlme and nlmixr2 gave for it, against ours.

Monolix 5.1.1: run of 25 February 2020 kept in saemixdevelopment/saemixextension, `bootstrapSIR/mlx/theoCondDist`
(summary, populationParameters, logLikelihood, individualLL, estimatedIndividualParameters): 120 samples after time 0,
proportional error, and, as its project says, doses at steady state every 24 hours. saemix: the same repository,
`FIM_stochastique/stocha_outputs/Theophylline_CI_lin_sa_CI.txt`. nlme: Pinheiro and Bates 2000, fm2Theo.nlme.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pytest

from adoptive.workbench.calibrate.nlme import (
    Population,
    PopulationData,
    PopulationFit,
    PopulationModel,
    PopulationParameter,
    Problem,
    Residual,
    Settings,
    Slope,
    closed,
    fit_population,
)
from adoptive.workbench.calibrate.nlme.chains import Chains
from adoptive.workbench.calibrate.nlme.individuals import Individual, draw_individuals
from adoptive.workbench.calibrate.nlme.likelihood import importance_likelihood
from r_reference import run_r

Model = Callable[..., PopulationModel]
Data = Callable[..., PopulationData]
NAMES = ("ka", "V", "Cl")

MONOLIX = Population(
    np.log([1.27976812696076, 37.2585287383796, 3.24980542318229]),
    np.diag([0.640479223996228, 0.0565527342208045, 0.172817812060764]) ** 2,
    np.array([1.0, 0.196742398620417]),
)
MONOLIX_SE = {"ka": 0.261450, "V": 1.483497, "Cl": 0.173862, "omega ka": 0.155724, "omega V": 0.039159,
              "omega Cl": 0.039663, "b": 0.014984}  # fmt: skip
MONOLIX_MINUS_2 = (380.483, 0.027)
MONOLIX_EACH = (39.350, 33.883, 23.335, 31.974, 39.638, 29.621, 31.894, 25.719, 27.486, 33.360, 24.092, 40.131)
MONOLIX_MODE_KA = (1.10761, 1.83245, 1.73381, 0.97381, 1.42874, 0.704923, 0.536262, 1.01737, 4.30684, 0.613369,
                   2.45877, 0.892254)  # fmt: skip
MONOLIX_MODE_CL = (2.33841, 3.64718, 3.4312, 3.32077, 2.90083, 4.18523, 3.75903, 3.56281, 3.20295, 2.58923, 3.9365,
                   3.09919)  # fmt: skip
MONOLIX_SD_KA = (0.419146, 0.567298, 0.470661, 0.243351, 0.382366, 0.153311, 0.118196, 0.288272, 1.74458, 0.150723,
                 0.719687, 0.193672)  # fmt: skip


def steady(known: Mapping[str, np.ndarray], time: np.ndarray) -> np.ndarray:
    """Give a dose every 24 hours for ever, the last at time 0."""
    ka, volume = known["ka"], known["V"]
    k = known["Cl"] / volume
    slow, fast = np.exp(-k * time) / -np.expm1(-24.0 * k), np.exp(-ka * time) / -np.expm1(-24.0 * ka)
    return known["dose"] * ka / (volume * (ka - k)) * (slow - fast)


@pytest.fixture(scope="module")
def as_monolix(theophylline: Data, oral: Model) -> Problem:
    model = replace(oral("proportional"), structure=closed(steady, NAMES))
    return Problem.of(model, theophylline(at_zero=False))


@pytest.fixture(scope="module")
def conditional(as_monolix: Problem) -> Individual:
    chains = Chains.begin(as_monolix, MONOLIX, seed=3, count=6)
    for _ in range(60):
        chains.advance(MONOLIX, learn=True)
    return draw_individuals(chains, MONOLIX, 900)


def test_the_likelihood_at_monolix_estimates_is_monolix_own(as_monolix: Problem, conditional: Individual) -> None:
    """Both errors are Monte Carlo: four times their root sum of squares, one false alarm in 16,000 seeds."""
    found = importance_likelihood(as_monolix, MONOLIX, conditional, samples=4_000, seed=1)
    error = float(np.hypot(found.error, MONOLIX_MINUS_2[1]))
    assert error < 0.1
    assert abs(found.minus2 - MONOLIX_MINUS_2[0]) < 4.0 * error
    np.testing.assert_allclose(-2.0 * found.each, MONOLIX_EACH, atol=0.08)


def test_individuals_at_monolix_estimates_are_monolix_own(conditional: Individual) -> None:
    mode = np.exp(conditional.mode)
    np.testing.assert_allclose(mode[:, 0], MONOLIX_MODE_KA, rtol=0.005)
    np.testing.assert_allclose(mode[:, 2], MONOLIX_MODE_CL, rtol=0.005)
    np.testing.assert_allclose(np.exp(conditional.draws[:, :, 0]).std(axis=0), MONOLIX_SD_KA, rtol=0.25)


@pytest.mark.slow
def test_the_fit_is_as_likely_as_monolix_and_within_its_errors(theophylline: Data, as_monolix: Problem) -> None:
    fit = fit_population(as_monolix.model, theophylline(at_zero=False))
    assert abs(fit.minus2 - MONOLIX_MINUS_2[0]) < 4.0 * np.hypot(fit.likelihood.error, MONOLIX_MINUS_2[1])
    exact = [*np.exp(MONOLIX.beta), *np.sqrt(np.diag(MONOLIX.omega)), MONOLIX.error[1]]
    for (name, error), value in zip(MONOLIX_SE.items(), exact, strict=True):
        assert abs(fit.of(name).value - value) < (1.5 if name == "omega V" else 0.5) * error, name
    for name in ("ka", "Cl", "omega ka", "omega Cl", "b"):  # that of omega V lets V itself open
        assert abs(fit.of(name).error_louis / MONOLIX_SE[name] - 1.0) < 0.15, name


def test_all_samples_with_additive_error_as_nlmixr2(additive_fit: PopulationFit) -> None:
    """FOCEI of nlmixr2 on `theo_sd`: ln ka 0.463, ln Cl 1.01, ln V 3.46, sd 0.694."""
    found = {name: additive_fit.of(name) for name in (*NAMES, "a")}
    for name, value in (("ka", 0.463), ("Cl", 1.01), ("V", 3.46)):
        assert abs(np.log(found[name].value) - value) < 0.1 * found[name].error_louis / found[name].value + 0.005
    assert abs(found["a"].value - 0.694) < 0.01
    assert additive_fit.settled


@pytest.mark.slow
def test_weight_on_clearance_as_saemix(theophylline: Data, oral: Model) -> None:
    model = oral("additive")
    clearance = replace(model.parameters[2], slopes=(Slope("weight"),))
    fit = fit_population(replace(model, parameters=(*model.parameters[:2], clearance)), theophylline(at_zero=False))
    for name, value, error in (("ka", 1.56, 0.30), ("V", 31.48, 1.31), ("a", 0.74, 0.06)):
        assert abs(fit.of(name).value - value) < 0.25 * error
        assert abs(fit.of(name).error_linear / error - 1.0) < 0.15
    assert abs(fit.of("weight on Cl").value - 0.01) < 0.01
    variances = [fit.of(f"omega {name}").value ** 2 for name in NAMES]
    assert np.all(np.abs(np.array(variances) - [0.38, 0.01, 0.07]) < [0.04, 0.01, 0.015])


@pytest.mark.slow
def test_elimination_and_clearance_as_nlme(theophylline: Data) -> None:
    """nlme is a linearisation: a tenth of our standard errors for means, 10 % for spreads; ke hardly varies in both."""

    def curve(known: Mapping[str, np.ndarray], time: np.ndarray) -> np.ndarray:
        ka, ke = known["ka"], known["ke"]
        return known["dose"] * ke * ka / (known["Cl"] * (ka - ke)) * (np.exp(-ke * time) - np.exp(-ka * time))

    names = ("ke", "ka", "Cl")
    parameters = tuple(PopulationParameter(n, s, spread=0.5) for n, s in zip(names, (0.1, 1.5, 0.04), strict=True))
    model = PopulationModel("oral", closed(curve, names), parameters, Residual("additive"))
    fit = fit_population(model, theophylline(at_zero=True, per_kg=True), Settings(burn_in=500))
    for name, value in (("ke", -2.454646), ("ka", 0.465505), ("Cl", -3.227198)):
        estimate = fit.of(name)
        assert abs(np.log(estimate.value) - value) < 0.25 * estimate.error_linear / estimate.value, name
    assert abs(fit.of("omega ka").value / 0.6439 - 1.0) < 0.1
    assert abs(fit.of("omega Cl").value / 0.1669 - 1.0) < 0.1
    assert fit.of("omega ke").value < 0.05
    assert abs(fit.of("a").value - 0.7092) < 0.01


def test_the_shipped_table_is_that_of_r(theophylline: Data) -> None:
    script = 'put("theoph", data.frame(id = as.integer(as.character(Theoph$Subject)), Theoph[, -1]))'
    table = run_r(script, packages=())["theoph"]
    order = np.lexsort((table["Time"], table["id"]))
    data = theophylline(at_zero=True, per_kg=True)
    np.testing.assert_allclose(table["conc"][order], data.value.ravel())
    np.testing.assert_allclose(table["Time"][order], data.time.ravel())
    np.testing.assert_allclose(table["Dose"][order], np.repeat(data.covariates["dose"], 11))
