"""Fits to simulated individuals give back the truth, with the error that they state; the limit is handled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from adoptive.errors import ParameterError
from adoptive.kinetics.zoo import ZooModel, find_model, run_zoo
from adoptive.kinetics.zoo.fit import Fit, Settings, fit_individuals
from adoptive.kinetics.zoo.series import Individuals

DAYS = np.array([1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 14.0, 18.0, 22.0, 28.0, 45.0, 60.0, 90.0, 180.0, 270.0, 360.0])
NOISE = 0.3


def simulated(
    zoo: ZooModel, quantity: str, truth: dict[str, np.ndarray], *, limit: float, seed: int, group: str | None = None
) -> Individuals:
    """Draw noisy series; a value below the limit is given as the limit."""
    count = len(next(iter(truth.values())))
    exact = run_zoo(zoo, days=DAYS, parameter_set=group, changes=truth).of(quantity)
    value = exact * np.exp(NOISE * np.random.default_rng(seed).standard_normal(exact.shape))
    below = value < limit
    shape = exact.shape
    return Individuals(
        ids=tuple(str(at) for at in range(count)), quantities=(quantity,), day=np.broadcast_to(DAYS, shape).copy(),
        quantity=np.zeros(shape, np.int64), value=np.where(below, limit, value), below_limit=below,
        used=np.ones(shape, np.bool_), constants={},
    )  # fmt: skip


def stein_truth(count: int, seed: int) -> dict[str, np.ndarray]:
    zoo, rng = find_model("stein-2019"), np.random.default_rng(seed)
    rows = zoo.rows_of_set()
    sd = {"foldx": 1.0, "Tmax": 0.25, "Cmax": 0.65, "alpha": 0.5, "FB": 0.5, "beta": 0.3}
    return {name: rows[name].value * np.exp(sd[name] * rng.standard_normal(count)) for name in zoo.fitted}


@pytest.fixture(scope="module")
def stein() -> tuple[Fit, dict[str, np.ndarray]]:
    truth = stein_truth(60, 1)
    data = simulated(find_model("stein-2019"), "transgene", truth, limit=10.0, seed=2)
    flat = {name: (find_model("stein-2019").rows_of_set()[name].value, np.inf) for name in ("foldx", "Cmax", "alpha")}
    return fit_individuals(find_model("stein-2019"), data, Settings(priors=flat, noise=NOISE)), truth


def test_all_fits_converge(stein: tuple[Fit, dict[str, np.ndarray]]) -> None:
    fit, _ = stein
    assert fit.converged.all()
    assert (fit.observations + fit.censored == len(DAYS)).all()
    assert (fit.r_squared > 0.8).all()


@pytest.mark.parametrize("name", ["foldx", "Cmax", "alpha"])
def test_the_truth_lies_within_the_stated_error(stein: tuple[Fit, dict[str, np.ndarray]], name: str) -> None:
    fit, truth = stein
    at = fit.parameters.index(name)
    error = np.log(fit.estimate[:, at] / truth[name])
    z = error / fit.standard_error[:, at]
    inside = int((np.abs(z) < 1.96).sum())
    print(f"{name}: bias {error.mean():+.3f}, sd {error.std():.3f}, stated {np.median(fit.standard_error[:, at]):.3f}, "
          f"{inside} of {len(z)} within 95 %")  # fmt: skip
    assert stats.binomtest(inside, len(z), 0.95).pvalue > 1e-3
    assert abs(error.mean()) < 4.0 * error.std() / np.sqrt(len(z)) + 0.02


def test_values_below_the_limit_carry_information() -> None:
    """Left out, they bias the slow phase upwards; censored, they do not."""
    zoo = find_model("stein-2019")
    truth = stein_truth(60, 5)
    data = simulated(zoo, "transgene", truth, limit=80.0, seed=6)
    wide = {"beta": (0.0032, 0.3), "FB": (0.0079, 1.5)}
    settings = Settings(priors=wide, noise=NOISE, starts=4)
    at = zoo.fitted.index("FB")
    censored = np.log(fit_individuals(zoo, data, settings).estimate[:, at] / truth["FB"])
    dropped = replace(data, used=data.used & ~data.below_limit)
    left_out = np.log(fit_individuals(zoo, dropped, settings).estimate[:, at] / truth["FB"])
    print(f"bias of ln FB: censored {censored.mean():+.3f}, left out {left_out.mean():+.3f}")
    assert abs(censored.mean()) < 0.15
    assert left_out.mean() > censored.mean() + 0.05


def test_liu_recovers_expansion_and_loss() -> None:
    zoo = find_model("liu-2022")
    rows, rng = zoo.rows_of_set("CR"), np.random.default_rng(9)
    names = ("N_0", "rTA", "lTA")
    truth = {name: rows[name].value * np.exp(0.3 * rng.standard_normal(20)) for name in names}
    data = simulated(zoo, "car_t", truth, limit=0.05, seed=10, group="CR")
    flat = {name: (rows[name].value, np.inf) for name in names}
    fit = fit_individuals(zoo, data, Settings(parameters=names, parameter_set="CR", priors=flat, noise=NOISE, starts=6))
    assert fit.converged.all()
    for at, name in enumerate(names):
        error = np.log(fit.estimate[:, at] / truth[name])
        inside = int((np.abs(error) < 1.96 * fit.standard_error[:, at]).sum())
        print(f"{name}: bias {error.mean():+.3f}, sd {error.std():.3f}, {inside} of 20 within 95 %")
        assert stats.binomtest(inside, 20, 0.95).pvalue > 1e-3, name


def test_two_quantities_are_fitted_together_and_constants_are_kept() -> None:
    zoo = find_model("liu-2022")
    burden = np.array([500.0, 2000.0, 8000.0])
    truth = {"B_0": burden, "rTA": np.array([1.5, 1.7, 2.0]), "e": np.array([15.0, 25.0, 40.0])}
    run = run_zoo(zoo, days=DAYS[:8], changes=truth)
    value = np.concatenate([run.of("car_t"), np.maximum(run.of("cd19_positive"), 1e-3)], axis=1)
    shape = value.shape
    data = Individuals(
        ids=("a", "b", "c"), quantities=("car_t", "cd19_positive"),
        day=np.broadcast_to(np.tile(DAYS[:8], 2), shape).copy(),
        quantity=np.broadcast_to(np.repeat([0, 1], 8), shape).copy(), value=value,
        below_limit=value <= 1e-3, used=np.ones(shape, np.bool_), constants={"B_0": burden},
    )  # fmt: skip
    flat = {"rTA": (1.62, np.inf), "e": (22.72, np.inf)}
    fit = fit_individuals(zoo, data, Settings(parameters=("rTA", "e"), priors=flat, noise=0.1))
    np.testing.assert_allclose(fit.estimate, np.column_stack([truth["rTA"], truth["e"]]), rtol=1e-3)


def test_names_that_do_not_fit_are_refused() -> None:
    zoo = find_model("stein-2019")
    data = simulated(zoo, "transgene", stein_truth(2, 1), limit=1.0, seed=1)
    for settings, said in (
        (Settings(parameters=("colour",)), "no such parameter; value: colour"),
        (Settings(priors={"sigma": (1.0, 1.0)}), "not fitted; value: sigma"),
        (Settings(priors={"Tmax": (-1.0, 1.0)}), "cannot start here"),
        (Settings(priors={"Tmax": (9.0, 0.0)}), "must be above 0"),
    ):
        with pytest.raises(ParameterError, match=said):
            fit_individuals(zoo, data, settings)
    given = replace(data, constants={"Tmax": np.array([8.0, 9.0])})
    with pytest.raises(ParameterError, match="a fitted parameter is given by the data"):
        fit_individuals(zoo, given)
    with pytest.raises(ParameterError, match="no parameter to fit"):
        fit_individuals(find_model("kimmel-2021"), data)
