"""Emulators: a quadratic is found again, the noise of one trial is measured."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.workbench.calibrate.emulate import emulate, joined, told
from adoptive.workbench.calibrate.store import load_emulators, save_emulators
from adoptive.workbench.calibrate.types import Bank, Floats, Observation

BY = np.array([[0.3, 0.2, 0.0], [0.0, 0.0, 0.5]])
FREE = ("growth", "growth@gastric", "drug")


def observation(name: str, y: float = 0.0) -> Observation:
    return Observation(
        study="s", endpoint=name, arm="", set="ITT", at_months=None, value=1.0, n=50, weight=1.0, confidence="L",
        scale="log", y=y,
    )  # fmt: skip


def expected(phi: Floats) -> Floats:
    z = phi @ BY.T
    return np.stack([1.0 + 2.0 * z[:, 0] - z[:, 1], 0.5 * z[:, 0] ** 2 + z[:, 0] * z[:, 1]], axis=1)


def bank(draws: int = 400, noise: float = 0.2, seed: int = 1) -> Bank:
    rng = np.random.default_rng(seed)
    design = rng.normal(size=(draws, 3))
    shared = rng.normal(size=(draws, 1))
    errors = noise * (np.sqrt(0.5) * shared + np.sqrt(0.5) * rng.normal(size=(draws, 2)))
    return Bank(
        study="s", free=FREE, design=design, observations=(observation("orr"), observation("dcr")),
        values=expected(design) + errors, estimable=np.ones((draws, 2), bool),
    )  # fmt: skip


def test_a_quadratic_is_found_again() -> None:
    found = emulate(bank(noise=1e-3), BY)
    fresh = np.random.default_rng(2).normal(size=(50, 3))
    np.testing.assert_allclose(found.mean(fresh), expected(fresh), atol=0.02)


def test_the_slopes_are_those_of_the_mean() -> None:
    found = emulate(bank(), BY)
    at, step = np.array([0.3, -0.2, 0.5]), 1e-5
    slopes = [(found.mean((at + d)[None]) - found.mean((at - d)[None]))[0] / (2 * step) for d in step * np.eye(3)]
    np.testing.assert_allclose(found.jacobian(at), np.stack(slopes, axis=1), atol=1e-6)


def test_one_trial_s_noise_is_measured_with_its_correlation() -> None:
    covariance = emulate(bank(), BY).covariance
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), 0.2, rtol=0.12)
    assert covariance[0, 1] / covariance[0, 0] == pytest.approx(0.5, abs=0.15)


def test_trials_that_could_not_be_estimated_do_not_count() -> None:
    whole = bank()
    estimable = whole.estimable.copy()
    estimable[::3, 1] = False
    spoiled = whole.values.copy()
    spoiled[::3, 1] = 99.0
    found = emulate(Bank("s", FREE, whole.design, whole.observations, spoiled, estimable), BY)
    assert abs(found.constant[1]) < 1.0
    assert np.sqrt(found.covariance[1, 1]) < 0.4


def test_an_endpoint_that_hardly_any_trial_gives_is_left_out() -> None:
    whole = bank()
    estimable = whole.estimable.copy()
    estimable[20:, 1] = False
    left = told(Bank("s", FREE, whole.design, whole.observations, whole.values, estimable))
    assert [one.endpoint for one in left.observations] == ["orr"]
    assert left.values.shape == (400, 1)


def test_two_waves_are_one_bank() -> None:
    both = joined({"s": bank(100)}, {"s": bank(60, seed=3)})["s"]
    assert both.design.shape == (160, 3)
    assert both.values[100:].tolist() == bank(60, seed=3).values.tolist()


def test_emulators_are_kept(tmp_path: object) -> None:
    from pathlib import Path

    folder = Path(str(tmp_path))
    found = emulate(bank(), BY)
    save_emulators(folder, {"s": found})
    again = load_emulators(folder)["s"]
    phi = np.ones((1, 3))
    assert again.mean(phi).tolist() == found.mean(phi).tolist()
    assert again.observations == found.observations
