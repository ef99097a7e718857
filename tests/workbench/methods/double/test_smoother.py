"""The smoother of ``iterative-ensemble-smoother`` behind our protocol, where the answer is known: linear and normal."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.workbench.calibrate.methods.smoother import by_local_smoother, by_smoother
from adoptive.workbench.calibrate.methods.types import Drawn, Floats, Infer, Problem
from adoptive.workbench.calibrate.types import FreeQuantity, Observation

pytest.importorskip("iterative_ensemble_smoother")
FREE = tuple(FreeQuantity(f"q{at}", "population", "", {}, "made up", "made up") for at in range(3))
VALUES = (1.0, -0.5, 0.3)
SEEN = tuple(Observation("one", f"e{y}", "", "", None, 0.0, 10, 1.0, "D", "identity", y) for y in VALUES)


def _simulate(drawn: Drawn, *, seed: int, between_trials: bool = True) -> Floats:
    return drawn.phi + 0.5 * np.random.default_rng([seed, 1]).normal(size=drawn.phi.shape)


def _prior(draws: int, seed: int) -> Drawn:
    return Drawn(np.random.default_rng([seed, 2]).normal(size=(draws, 3)), {}, {})


@pytest.mark.parametrize("infer", [by_smoother, by_local_smoother])
def test_it_finds_a_normal_mean(infer: Infer) -> None:
    """The mean is found; the sd comes out too wide or narrow by up to a third, as the simulator is noisy itself."""
    problem = Problem("normal means", FREE, SEEN, _simulate, _prior, {}, {}, {})
    found = infer(problem, seed=1, budget=4000)
    shrink = 1.0 / (1.0 + 0.25)
    assert np.abs(found.draws.mean(axis=0) - shrink * problem.y).max() < 0.15
    assert np.abs(np.log(found.draws.std(axis=0) / (np.sqrt(shrink) * 0.5))).max() < np.log(4.0 / 3.0)
    assert found.simulated == 4000
