"""Ranks blame what is wrong and spare what is right: normal means with a known posterior; 5 % error for a right one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from adoptive.errors import AdoptiveError
from adoptive.workbench.calibrate.methods.sbc import sbc
from adoptive.workbench.calibrate.methods.types import Drawn, Floats, Infer, Inference, Problem, Ranks
from adoptive.workbench.calibrate.methods.uniformity import coverage, envelope, holm, uniformity
from adoptive.workbench.calibrate.types import FreeQuantity, Observation

FREE = tuple(FreeQuantity(f"q{at}", "population", "", {}, "made up", "made up") for at in range(4))
SEEN = tuple(Observation("one", f"e{at}", "", "", None, 0.0, 10, 1.0, "D", "identity", 0.0) for at in range(4))
NOISE = 0.8


def _simulate(drawn: Drawn, *, seed: int, between_trials: bool = True) -> Floats:
    return drawn.phi + NOISE * np.random.default_rng([seed, 1]).normal(size=drawn.phi.shape)


def _prior(draws: int, seed: int) -> Drawn:
    return Drawn(np.random.default_rng([seed, 2]).normal(size=(draws, 4)), {}, {})


PROBLEM = Problem("normal means", FREE, SEEN, _simulate, _prior, {}, {}, {})


def _infer(*, narrow: float = 1.0, shift: float = 0.0) -> Infer:
    def infer(problem: Problem, *, seed: int, budget: int) -> Inference:
        shrink = 1.0 / (1.0 + NOISE**2)
        sd = np.sqrt(shrink) * NOISE
        z = np.random.default_rng([seed, 3]).normal(size=(99, 4))
        return Inference("conjugate", shrink * problem.y + sd * (narrow * z + shift), 0, 0.0)

    return infer


def test_a_right_posterior_is_spared() -> None:
    found = uniformity(sbc(PROBLEM, _infer(), replicates=150, seed=3))
    assert found.holds
    assert found.names == ("q0", "q1", "q2", "q3")


@pytest.mark.parametrize(("narrow", "shift"), [(0.7, 0.0), (1.4, 0.0), (1.0, 0.5), (1.0, -0.5)])
def test_a_wrong_posterior_is_blamed(narrow: float, shift: float) -> None:
    ranks = sbc(PROBLEM, _infer(narrow=narrow, shift=shift), replicates=150, seed=3)
    assert set(uniformity(ranks).blamed) == {"q0", "q1", "q2", "q3"}
    assert np.allclose(ranks.z.std(axis=0) * narrow, 1.0, atol=0.25)


def test_one_wrong_quantity_is_named() -> None:
    ranks = sbc(PROBLEM, _infer(), replicates=150, seed=3)
    wrong = ranks.ranks.copy()
    wrong[:, 2] = np.minimum(wrong[:, 2] // 2 + 40, 99)
    assert uniformity(replace(ranks, ranks=wrong)).blamed == ("q2",)


def test_right_methods_are_blamed_as_rarely_as_promised() -> None:
    """200 sets of uniform ranks at 5 %: 21 or more blamed have a chance below 0.001."""
    random = np.random.default_rng(8)
    none = np.zeros((60, 5))
    sets = (Ranks(tuple("abcde"), random.integers(0, 20, (60, 5)), 19, none, none) for _ in range(200))
    assert sum(not uniformity(one).holds for one in sets) <= 20


def test_the_envelope_has_its_coverage() -> None:
    """The walk's chance against 4000 simulated sets; standard error 0.0034."""
    _, low, high = envelope(60, 19, error=0.05)
    ranks = np.sort(np.random.default_rng(4).integers(0, 20, (4000, 60)), axis=1)
    share = (ranks[:, :, None] < np.arange(1, 20)).mean(axis=1)
    inside = ((share >= low - 1e-12) & (share <= high + 1e-12)).all(axis=1).mean()
    assert 0.95 - 4 * 0.0034 < inside < 0.985
    assert coverage(0.0, 60, 20) == pytest.approx(1.0)
    assert coverage(1.1, 60, 20) == 0.0


def test_holm_is_ordered_and_bounded() -> None:
    assert holm(np.array([0.2, 0.9, 0.0])).tolist() == pytest.approx([0.4, 0.9, 0.0])


def test_few_replicates_are_refused() -> None:
    with pytest.raises(AdoptiveError, match="too few replicates"):
        uniformity(sbc(PROBLEM, _infer(), replicates=5))
