"""The toy problem's simulator and its closed forms are the same trials. Fixed seeds; a test errs in 1 of 1000."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta, f, kstest

from adoptive.workbench.calibrate.methods.toy import FREE, SHAPE, TRIALS, one_hot, rates, simulate, toy_problem
from adoptive.workbench.calibrate.methods.types import Drawn
from adoptive.workbench.calibrate.scales import back

DRAWS = 3000
PHI = np.array([0.3, -0.4, 0.5, 0.2, -0.3, 0.6, -0.5, 0.1])


@pytest.fixture(scope="module")
def values() -> dict[tuple[str, str], np.ndarray]:
    drawn = Drawn(np.tile(PHI, (DRAWS, 1)), {}, {})
    found = simulate(drawn, seed=5, between_trials=False)
    named = [(trial.name, endpoint) for trial in TRIALS for endpoint in trial.reports]
    return {pair: found[:, at] for at, pair in enumerate(named)}


def test_counts_have_their_chances(values: dict[tuple[str, str], np.ndarray]) -> None:
    for trial in TRIALS:
        rate = rates(PHI, one_hot(trial))
        chance = {name: 1.0 / (1.0 + np.exp(-rate[name])) for name in ("infused", "controlled", "responded", "toxic")}
        whole = {
            "infused": chance["infused"], "controlled": chance["infused"] * chance["controlled"],
            "responded": chance["infused"] * chance["controlled"] * chance["responded"],
            "toxic": chance["infused"] * chance["toxic"],
        }  # fmt: skip
        for name in set(trial.reports) & set(whole):
            share = back(values[trial.name, name], "arcsine", n=trial.n).mean() / 100.0
            error = np.sqrt(whole[name] * (1.0 - whole[name]) / (trial.n * DRAWS))
            assert abs(share - whole[name]) < 4.5 * error, (trial.name, name)


def test_medians_are_order_statistics(values: dict[tuple[str, str], np.ndarray]) -> None:
    for trial in (one for one in TRIALS if "median" in one.reports):
        rate = rates(PHI, one_hot(trial))
        log_median = rate["log_median"] - (0.0 if trial.product == "control" else rate["log_hazard_ratio"] / SHAPE)
        seen = values[trial.name, "median"]
        k = -(-trial.n // 2)
        law = beta(k, trial.n - k + 1)
        gone = 1.0 - np.exp(-np.log(2.0) * np.exp(SHAPE * (seen - log_median)))
        never = seen >= np.log(trial.months) - 1e-9
        last = 1.0 - np.exp(-np.log(2.0) * np.exp(SHAPE * (np.log(trial.months) - log_median)))
        assert abs(never.mean() - law.sf(last)) < 4.5 * np.sqrt(law.sf(last) / DRAWS) + 1e-3, trial.name
        assert kstest(law.cdf(gone[~never]) / law.cdf(last), "uniform").pvalue > 1e-4, trial.name


def test_hazard_ratios_follow_f(values: dict[tuple[str, str], np.ndarray]) -> None:
    for trial in (one for one in TRIALS if one.events):
        apart = values[trial.name, "hazard_ratio"] - rates(PHI, one_hot(trial))["log_hazard_ratio"]
        assert kstest(np.exp(apart), f(2 * trial.events, 2 * trial.events).cdf).pvalue > 1e-4, trial.name


def test_between_trials_moves_what_it_should() -> None:
    drawn = Drawn(np.zeros((400, len(FREE))), {}, {"trials": np.full(400, 2.0)})
    apart, alone = simulate(drawn, seed=2), simulate(drawn, seed=2, between_trials=False)
    problem = toy_problem()
    median = next(at for at, seen in enumerate(problem.observations) if seen.endpoint == "median")
    assert apart[:, median].std() > 2.0 * alone[:, median].std()
    infused = [at for at, seen in enumerate(problem.observations) if seen.endpoint == "infused"]
    assert np.array_equal(apart[:, infused], alone[:, infused])  # attrition is the same in all trials
