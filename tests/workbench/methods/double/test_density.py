"""The density that is sampled for many data sets is the one that is shipped, and the exact likelihood is a density."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.workbench.calibrate.infer import _model, pack
from adoptive.workbench.calibrate.methods.exact import _medians
from adoptive.workbench.calibrate.methods.refit import density
from adoptive.workbench.calibrate.methods.shipped import emulated
from adoptive.workbench.calibrate.methods.toy import TRIALS, toy_problem

numpyro = pytest.importorskip("numpyro")


def test_the_repeated_posterior_is_the_shipped_one() -> None:
    numpyro.enable_x64()
    problem = toy_problem(1)
    packed = pack(emulated(problem, seed=1, budget=64).of(problem), problem.free)
    ours, model = density(packed), _model(packed)
    random, apart = np.random.default_rng(0), []
    for _ in range(2):
        theta = 0.5 * random.normal(size=ours.size)
        spreads = np.exp(theta[ours.free :])
        at = {"raw": theta[: ours.free], "tau": spreads[:1], "sigma": spreads[1:2], "missed": spreads[2:]}
        used = (np.arange(len(packed.studies)) != 3).astype(float)
        y = packed.arrays["y"]
        theirs, _ = numpyro.infer.util.log_density(model, (y, used), {}, at)
        apart.append(float(theirs) + theta[ours.free :].sum() - float(ours.log_density(theta, y, used)))
        phi = theta[: ours.free] * np.where([one.kind == "effect" for one in problem.free], spreads[0], 1.0)
        assert np.allclose(ours.phi(theta), phi)
    assert np.ptp(apart) < 1e-8


def test_a_missing_value_tells_nothing() -> None:
    """A study whose values are all missing adds what a study without a say adds: nothing."""
    problem = toy_problem(1)
    packed = pack(emulated(problem, seed=1, budget=64).of(problem), problem.free)
    ours, y, used = density(packed), packed.arrays["y"].copy(), np.ones(len(packed.studies))
    theta, without = np.full(ours.size, -0.3), np.ones(len(packed.studies))
    without[4] = 0.0
    right = float(ours.log_density(theta, y, without))
    y[4] = np.nan
    assert float(ours.log_density(theta, y, used)) == pytest.approx(right, rel=1e-12)


def test_the_median_s_law_adds_up_to_one() -> None:
    at = next(number for number, trial in enumerate(TRIALS) if "median" in trial.reports and trial.n % 2 == 0)
    trial, log_median = TRIALS[at], np.log(9.0)
    log_seen = np.linspace(np.log(0.05), np.log(trial.months) - 1e-6, 2000)
    of = np.full(len(log_seen), at)
    before = np.trapezoid(np.exp(np.asarray(_medians(log_seen, np.full(len(of), log_median), of), float)), log_seen)
    never = np.exp(float(_medians(np.array([np.log(trial.months)]), np.array([log_median]), of[:1])[0]))
    assert never > 0.05
    assert before + never == pytest.approx(1.0, abs=2e-3)
