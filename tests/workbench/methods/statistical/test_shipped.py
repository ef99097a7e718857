"""The shipped method on the toy problem: ranks of known truths. Fixed seeds; a right method is blamed in 5 %."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from adoptive.errors import AdoptiveError
from adoptive.workbench.calibrate.emulate import emulate
from adoptive.workbench.calibrate.infer import MISSED
from adoptive.workbench.calibrate.methods.banks import sbc_of_banks
from adoptive.workbench.calibrate.methods.exact import exact_posterior
from adoptive.workbench.calibrate.methods.sbc import disturbed, ranks_of
from adoptive.workbench.calibrate.methods.shipped import banks_of, by_emulator_and_nuts, emulated
from adoptive.workbench.calibrate.methods.toy import toy_problem
from adoptive.workbench.calibrate.methods.uniformity import uniformity
from adoptive.workbench.calibrate.types import Bank, Emulator

pytest.importorskip("numpyro")
PROBLEM = toy_problem(1)


def _learn(banks: Mapping[str, Bank], rows: NDArray[np.bool_]) -> dict[str, Emulator]:
    return {name: emulate(bank, PROBLEM.levers[name], rows=rows) for name, bank in banks.items()}


def _too_sure(banks: Mapping[str, Bank], rows: NDArray[np.bool_]) -> dict[str, Emulator]:
    """Take the sampling noise for a quarter of what it is, and the studies for shifted."""
    return {
        name: replace(one, covariance=0.05 * one.covariance, constant=one.constant + 0.1)
        for name, one in _learn(banks, rows).items()
    }


def test_ranks_of_a_bank_s_own_rows_are_uniform() -> None:
    """The small, fast witness: emulators, normal likelihood and sampler together, on 40 rows of one small bank."""
    banks = banks_of(PROBLEM, draws=160, seed=3)
    ranks = sbc_of_banks(banks, PROBLEM.free, learn=_learn, replicates=40, folds=1, seed=2, draws=19)
    found = uniformity(ranks)
    assert found.holds, found
    assert (ranks.contraction.mean(axis=0)[:5] > 0.4).all()  # it learned, so ranks are not those of the prior


@pytest.mark.slow
def test_emulators_that_are_too_sure_are_blamed() -> None:
    banks = banks_of(PROBLEM, draws=220, seed=3)
    ranks = sbc_of_banks(banks, PROBLEM.free, learn=_too_sure, replicates=100, folds=1, seed=2)
    assert not uniformity(ranks).holds


def test_more_replicates_than_rows_are_refused() -> None:
    with pytest.raises(AdoptiveError, match="not enough draws"):
        sbc_of_banks(banks_of(PROBLEM, draws=64, seed=3), PROBLEM.free, learn=_learn, replicates=100)


@pytest.mark.slow
@pytest.mark.parametrize("budget", [400, 1500])
def test_the_shipped_method_is_calibrated_on_the_toy_problem(budget: int) -> None:
    """The whole hierarchy: 200 draws from the prior, each with its trials simulated patient by patient."""
    ready, truths = emulated(PROBLEM, seed=1, budget=budget), PROBLEM.prior(200, 7)
    data = disturbed(PROBLEM, PROBLEM.simulate(truths, seed=7), MISSED, seed=7)
    found = ready.refit(PROBLEM)(ready.packed(data), np.ones((200, len(PROBLEM.studies))), seed=3)
    prior = PROBLEM.prior(4000, 8).phi.std(axis=0)
    judged = uniformity(ranks_of(PROBLEM.names, truths.phi, list(found), draws=99, prior=prior))
    assert judged.holds, judged


@pytest.mark.slow
def test_the_shipped_code_comes_near_the_exact_posterior() -> None:
    found, exact = by_emulator_and_nuts(PROBLEM, seed=1, budget=1500), exact_posterior(PROBLEM, seed=1)
    assert exact.notes["rhat"] < 1.02
    sd = exact.draws.std(axis=0)
    assert np.abs((found.draws.mean(axis=0) - exact.draws.mean(axis=0)) / sd).max() < 0.6
    assert np.abs(np.log(found.draws.std(axis=0) / sd)).max() < 0.4
