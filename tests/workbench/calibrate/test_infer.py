"""The sampler against what can be computed by hand, and leave-one-out against the fit that never saw the study."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from adoptive.workbench.calibrate.infer import infer, pack, sampler
from adoptive.workbench.calibrate.leave_out import leave_out, smoothed
from adoptive.workbench.calibrate.store import load_fit, save_fit
from adoptive.workbench.calibrate.types import Emulator, Fit, Floats, FreeQuantity, Observation

NOISE = 1.2
BY = {"one": np.array([[1.0, 0.5]]), "two": np.array([[0.0, 2.0]])}
Y = {"one": np.array([1.5, 0.9]), "two": np.array([-1.0])}


def quantity(name: str) -> FreeQuantity:
    return FreeQuantity(name, "population", name, {"row": 1.0}, "by hand", "assumed")


FREE = (quantity("a"), quantity("b"))


def emulator(name: str, weight: float = 1.0) -> Emulator:
    e = len(Y[name])
    seen = tuple(
        Observation(name, "pfs_median", "", "ITT", None, 1.0, 10, weight, "L", "log", float(value)) for value in Y[name]
    )
    return Emulator(
        study=name, free=("a", "b"), observations=seen, levers=BY[name], centre=np.zeros(1), constant=np.zeros(e),
        linear=np.ones((e, 1)), quadratic=np.zeros((e, 1, 1)), covariance=NOISE**2 * np.eye(e), explained=np.ones(e),
    )  # fmt: skip


def by_hand(names: tuple[str, ...]) -> tuple[Floats, Floats]:
    """Give mean and covariance of the posterior of a linear model with normal noise."""
    slopes = np.concatenate([np.repeat(BY[name], len(Y[name]), axis=0) for name in names])
    y = np.concatenate([Y[name] for name in names])
    covariance = np.linalg.inv(np.eye(2) + slopes.T @ slopes / NOISE**2)
    return covariance @ slopes.T @ y / NOISE**2, covariance


@pytest.fixture(scope="module")
def fits() -> dict[str, Fit]:
    emulators = {name: emulator(name) for name in Y}
    run = sampler(pack(emulators, FREE), warmup=250, draws=1500, chains=1)
    whole = infer(emulators, FREE, seed=1, run=run)
    return {"whole": whole, "without": infer(emulators, FREE, seed=2, without=("two",), run=run, again=True)}


def test_the_posterior_is_the_one_computed_by_hand(fits: dict[str, Fit]) -> None:
    """Up to the little that the model may miss (a half-normal of 0.15 beside a noise of 1.2) and 1,500 draws."""
    mean, covariance = by_hand(("one", "two"))
    np.testing.assert_allclose(fits["whole"].draws.mean(axis=0), mean, atol=0.08)
    np.testing.assert_allclose(np.cov(fits["whole"].draws.T), covariance, atol=0.1)
    assert fits["whole"].diagnostics["rhat_max"] < 1.03


def test_a_study_left_out_has_no_say(fits: dict[str, Fit]) -> None:
    mean, covariance = by_hand(("one",))
    np.testing.assert_allclose(fits["without"].draws.mean(axis=0), mean, atol=0.15)
    np.testing.assert_allclose(np.cov(fits["without"].draws.T), covariance, atol=0.2)


def test_weights_leave_a_study_out_as_a_second_fit_does(fits: dict[str, Fit]) -> None:
    def refuse(_: str) -> Fit:
        raise AssertionError("weights were enough")

    found = leave_out(fits["whole"], "two", again=refuse, seed=3)
    assert found.without == ("two",)
    np.testing.assert_allclose(found.draws.mean(axis=0), by_hand(("one",))[0], atol=0.15)


def test_a_study_that_says_too_much_is_left_out_by_sampling_again(fits: dict[str, Fit]) -> None:
    loud = dataclasses.replace(
        fits["whole"], log_lik=np.stack([np.zeros(1500), 8.0 * np.random.default_rng(1).standard_cauchy(1500)], axis=1)
    )
    found = leave_out(loud, "two", again=lambda _: fits["without"], seed=3)
    assert found.diagnostics["again"] == 1.0
    assert found.draws.tolist() == fits["without"].draws.tolist()


def test_smoothed_weights_keep_a_mean() -> None:
    """Weights of a normal shifted by half a standard deviation give its mean."""
    x = np.random.default_rng(5).normal(size=4000)
    weights, shape = smoothed(0.5 * x)
    assert shape < 0.5
    assert float(weights @ x) == pytest.approx(0.5, abs=0.06)


def test_half_the_weight_is_twice_the_variance() -> None:
    packed = pack({"one": emulator("one", weight=0.5)}, FREE)
    assert packed.arrays["weight"][0].tolist() == [0.5, 0.5]


def test_a_fit_is_kept(fits: dict[str, Fit], tmp_path: Path) -> None:
    save_fit(tmp_path / "fit.parquet", fits["whole"])
    again = load_fit(tmp_path)
    assert again.free == FREE
    assert again.draws.tolist() == fits["whole"].draws.tolist()
    assert set(again.scales) == set(fits["whole"].scales)
