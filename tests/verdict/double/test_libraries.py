"""The batch against lifelines, statsmodels and scikit-survival, trial by trial, with ties, censoring and a chosen set.

lifelines' Cox stops early by default (heavy ties: 1e-4 off the maximum), so it is asked for more precision.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import logrank_test
from numpy.typing import NDArray
from sksurv.nonparametric import kaplan_meier_estimator
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import SurvfuncRight, survdiff
from statsmodels.stats.proportion import proportion_confint

from adoptive.verdict import (
    clopper_pearson,
    curve,
    hazard_ratio,
    kaplan_meier,
    log_rank,
    median_survival,
    risk_table,
    wilson,
)

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")

TRIALS, AT = 12, np.array([0.0, 5.0, 20.0, 41.0, 100.0])


class Trials(NamedTuple):
    days: NDArray[np.float64]
    event: NDArray[np.bool_]
    arm: NDArray[np.int64]
    include: NDArray[np.bool_]

    def one(self, k: int) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.int64]]:
        chosen = self.include[k]
        return self.days[k, chosen], self.event[k, chosen], self.arm[k, chosen]


@pytest.fixture(scope="module", params=["continuous", "tied", "heavily tied"])
def trials(request: pytest.FixtureRequest) -> Trials:
    rng = np.random.default_rng(20)
    arm = np.tile(np.arange(80) % 3 == 0, (TRIALS, 1)).astype(np.int64)
    time = rng.exponential(np.where(arm == 1, 30.0, 50.0))
    stop = rng.uniform(5, 150, time.shape)
    step = {"continuous": 0.0, "tied": 3.0, "heavily tied": 25.0}[request.param]
    days = np.minimum(time, stop)
    days = np.ceil(days / step) * step if step else days
    return Trials(days, time <= stop, arm, rng.random(time.shape) < 0.9)


def test_kaplan_meier(trials: Trials) -> None:
    found = kaplan_meier(trials.days, trials.event, trials.include, at_days=AT)
    for k in range(TRIALS):
        days, event, _ = trials.one(k)
        peer = KaplanMeierFitter().fit(days, event)
        assert found[k] == pytest.approx(peer.survival_function_at_times(AT).to_numpy(), abs=1e-12)


def test_median(trials: Trials) -> None:
    found = median_survival(trials.days, trials.event, trials.include)
    for k in range(TRIALS):
        days, event, _ = trials.one(k)
        survival = KaplanMeierFitter().fit(days, event).survival_function_.iloc[:, 0]
        if (abs(survival - 0.5) > 1e-9).all():  # at exactly one half the libraries follow other rules
            assert found[k] == KaplanMeierFitter().fit(days, event).median_survival_time_


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_curve_with_interval(trials: Trials, level: float) -> None:
    days, event, _ = trials.one(0)
    found = curve(trials.days[0], trials.event[0], trials.include[0], level=level)
    times, survival, interval = kaplan_meier_estimator(event, days, conf_level=level, conf_type="log-log")
    assert found.days.tolist() == times.tolist()
    assert found.survival == pytest.approx(survival, abs=1e-12)
    inside = (survival > 0) & (survival < 1)
    assert inside.any()
    assert found.lower[inside] == pytest.approx(interval[0][inside], abs=1e-12)
    assert found.upper[inside] == pytest.approx(interval[1][inside], abs=1e-12)
    peer = SurvfuncRight(days, event.astype(int))
    assert found.at_risk[found.events > 0].tolist() == peer.n_risk.tolist()
    assert found.events[found.events > 0].tolist() == peer.n_events.tolist()


def test_number_at_risk(trials: Trials) -> None:
    found = risk_table(trials.days, trials.event, trials.include, at_days=AT)
    days, event, _ = trials.one(1)
    table = KaplanMeierFitter().fit(days, event).event_table
    for column, moment in enumerate(AT):
        before = table[table.index < moment]
        assert found.events[1, column] == before.observed.sum()
        assert found.censored[1, column] == before.censored.sum()
        assert found.at_risk[1, column] == len(days) - before.removed.sum()


def test_log_rank(trials: Trials) -> None:
    found = log_rank(trials.days, trials.event, trials.arm, trials.include)
    for k in range(TRIALS):
        days, event, arm = trials.one(k)
        peer = logrank_test(days[arm == 1], days[arm == 0], event[arm == 1], event[arm == 0])
        assert found.chi_squared[k] == pytest.approx(peer.test_statistic, rel=1e-9)
        assert found.p_value[k] == pytest.approx(peer.p_value, rel=1e-9)
        assert found.chi_squared[k] == pytest.approx(survdiff(days, event.astype(int), arm)[0], rel=1e-9)


def test_cox_against_statsmodels(trials: Trials) -> None:
    found = hazard_ratio(trials.days, trials.event, trials.arm, trials.include, level=0.95)
    for k in range(TRIALS):
        days, event, arm = trials.one(k)
        peer = PHReg(days, arm[:, None].astype(float), status=event.astype(int), ties="efron").fit()
        assert found.log_ratio[k] == pytest.approx(peer.params[0], abs=1e-7)
        assert found.standard_error[k] == pytest.approx(peer.bse[0], rel=1e-7)
        assert np.log([found.lower[k], found.upper[k]]) == pytest.approx(peer.conf_int()[0], abs=1e-6)


def test_cox_against_lifelines(trials: Trials) -> None:
    found = hazard_ratio(trials.days, trials.event, trials.arm, trials.include)
    for k in range(3):
        days, event, arm = trials.one(k)
        table = pd.DataFrame({"days": days, "event": event, "arm": arm})
        peer = CoxPHFitter().fit(table, "days", "event", fit_options={"precision": 1e-14, "r_precision": 1e-14})
        assert found.log_ratio[k] == pytest.approx(peer.params_["arm"], abs=1e-7)
        assert found.standard_error[k] == pytest.approx(peer.standard_errors_["arm"], rel=1e-7)


@pytest.mark.parametrize(("ours", "method"), [(clopper_pearson, "beta"), (wilson, "wilson")])
def test_proportions(ours: object, method: str) -> None:
    hits, total = np.arange(0, 53), 52
    found = ours(hits, total, level=0.9)  # type: ignore[operator]
    lower, upper = proportion_confint(hits, total, alpha=0.1, method=method)
    assert found.lower == pytest.approx(lower, abs=1e-10)
    assert found.upper == pytest.approx(upper, abs=1e-10)
