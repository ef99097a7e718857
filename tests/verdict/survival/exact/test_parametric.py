"""Fitted distributions against closed forms, against a search of the written likelihood, and without events."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from adoptive.tables import TableError
from adoptive.verdict.rows import SurvivalRows, survival_rows
from adoptive.verdict.survival import parametric_fit
from adoptive.verdict.survival.parametric import FAMILIES
from adoptive.verdict.survival.types import Family, ParametricFit

SMOOTH: tuple[Family, ...] = ("exponential", "Weibull", "log-normal", "log-logistic", "Gompertz")


@pytest.fixture(scope="module")
def rows() -> SurvivalRows:
    random = np.random.default_rng(8)
    time = random.weibull(1.5, 90) * 20 + 0.1
    entry = np.where(random.random(90) < 0.4, time * random.random(90) * 0.8, 0.0)
    return survival_rows(time, random.random(90) < 0.7, entry=entry, weight=random.uniform(0.3, 2.0, 90))


def _likelihood(fit: ParametricFit, rows: SurvivalRows) -> float:
    entry = np.maximum(rows.entry, 0.0)
    terms = np.where(rows.event, np.log(fit.hazard(rows.time)), 0.0) - fit.hazard_integral(rows.time)
    return float(rows.weight @ (terms + fit.hazard_integral(entry)))


def _changed(fit: ParametricFit, values: np.ndarray) -> ParametricFit:
    from dataclasses import replace

    return replace(fit, parameters=dict(zip(fit.parameters, values.tolist(), strict=True)))


@pytest.mark.parametrize("family", SMOOTH)
def test_the_fit_is_the_maximum_and_the_errors_its_curvature(rows: SurvivalRows, family: Family) -> None:
    fit = parametric_fit(rows, family)
    best = np.array(list(fit.parameters.values()))
    assert fit.converged
    assert fit.log_likelihood == pytest.approx(_likelihood(fit, rows), rel=1e-12)
    found = minimize(lambda x: -_likelihood(_changed(fit, x), rows), best * 1.03, method="Nelder-Mead", tol=1e-11)
    assert found.x == pytest.approx(best, rel=1e-4)
    assert -found.fun <= fit.log_likelihood + 1e-9
    steps = np.diag(1e-4 * np.maximum(np.abs(best), 1e-3))
    information = np.empty((best.size, best.size))
    for i, a in enumerate(steps):
        for j, b in enumerate(steps):
            corners = [_likelihood(_changed(fit, best + s * a + t * b), rows) for s in (1, -1) for t in (1, -1)]
            information[i, j] = -(corners[0] - corners[1] - corners[2] + corners[3]) / (4 * a[i] * b[j])
    np.testing.assert_allclose(np.linalg.inv(information), fit.covariance, rtol=2e-3, atol=1e-9)


def test_closed_forms(rows: SurvivalRows) -> None:
    stayed = rows.weight @ (rows.time - np.maximum(rows.entry, 0.0))
    events = rows.weight[rows.event].sum()
    fit = parametric_fit(rows, "exponential")
    assert fit.parameters["rate"] == pytest.approx(events / stayed)
    assert fit.standard_errors["rate"] == pytest.approx(np.sqrt(events) / stayed)
    assert fit.median == pytest.approx(np.log(2) * stayed / events)
    complete = survival_rows(rows.time, np.ones(len(rows)))
    normal = parametric_fit(complete, "log-normal")
    assert normal.parameters["mean_log"] == pytest.approx(np.log(rows.time).mean())
    assert normal.parameters["sd_log"] == pytest.approx(np.log(rows.time).std())


def test_piecewise_exponential_by_hand() -> None:
    data = survival_rows([1.0, 3.0, 4.0, 6.0], [1, 1, 1, 0], entry=[0.0, 1.0, 2.5, 0.0], weight=[1, 1, 2, 1])
    fit = parametric_fit(data, "piecewise exponential", cuts=[2.0, 4.0])
    # exposure: to 2: 1 + 1 + 2; to 4: 1 + 2 x 1.5 + 2; beyond: 2. The event at a cut belongs to the piece it ends.
    assert fit.parameters == pytest.approx({"rate 1": 1 / 4, "rate 2": 3 / 6, "rate 3": 0.0})
    assert fit.standard_errors["rate 2"] == pytest.approx(np.sqrt(3) / 6)
    assert fit.survival([2.0, 4.0, 9.0]).tolist() == pytest.approx([np.exp(-0.5), np.exp(-1.5), np.exp(-1.5)])
    assert fit.median == pytest.approx(2.0 + (np.log(2) - 0.5) / 0.5)
    assert fit.quantile(0.9) == np.inf
    assert fit.hazard([1.0, 2.0, 3.0]).tolist() == [0.25, 0.25, 0.5]
    assert fit.log_likelihood == pytest.approx(np.log(1 / 4) - 1 + 3 * np.log(1 / 2) - 3)


@pytest.mark.parametrize("family", SMOOTH)
def test_quantiles_return_their_share(rows: SurvivalRows, family: Family) -> None:
    fit = parametric_fit(rows, family)
    assert fit.survival([fit.quantile(p) for p in (0.1, 0.5, 0.9)]).tolist() == pytest.approx([0.9, 0.5, 0.1])
    ends = np.array([5.0, 12.0])
    slope = (fit.hazard_integral(ends + 1e-5) - fit.hazard_integral(ends - 1e-5)) / 2e-5
    np.testing.assert_allclose(slope, fit.hazard(ends), rtol=1e-7)


@pytest.mark.parametrize("unit", [1e-3, 365.25])
def test_the_unit_of_time_does_not_matter(rows: SurvivalRows, unit: float) -> None:
    for family in SMOOTH:
        scaled = survival_rows(rows.time * unit, rows.event, entry=rows.entry * unit, weight=rows.weight)
        one, other = parametric_fit(rows, family), parametric_fit(scaled, family)
        assert one.median * unit == pytest.approx(other.median, rel=1e-9)
        events = rows.weight[rows.event].sum()
        assert one.log_likelihood - events * np.log(unit) == pytest.approx(other.log_likelihood)


def test_a_gompertz_that_falls_may_never_reach_its_median() -> None:
    time = np.concatenate([np.linspace(0.1, 2.0, 20), np.full(60, 30.0)])
    fit = parametric_fit(survival_rows(time, time < 30), "Gompertz")
    assert fit.parameters["growth"] < 0
    assert fit.median == np.inf
    assert fit.survival([1e6])[0] > 0.5


@pytest.mark.parametrize("family", [name for name in FAMILIES if name != "piecewise exponential"])
def test_without_events_there_is_no_maximum(family: Family) -> None:
    fit = parametric_fit(survival_rows([1.0, 2.0, 3.0], [0, 0, 0]), family)
    assert not fit.converged
    assert fit.median == np.inf
    assert np.isfinite(fit.log_likelihood)


@pytest.mark.parametrize("family", ["Weibull", "log-normal", "log-logistic", "Gompertz"])
def test_all_events_at_one_time_have_no_maximum(family: Family) -> None:
    assert not parametric_fit(survival_rows([2.0, 2.0, 2.0], [1, 1, 1]), family).converged
    censored_before = parametric_fit(survival_rows([2.0, 2.0, 1.0], [1, 1, 0]), family)
    assert not censored_before.converged


@pytest.mark.parametrize(
    ("family", "cuts", "message"),
    [
        ("gamma", None, "no such family"),
        ("Weibull", [1.0], "only the piecewise"),
        ("piecewise exponential", None, "not cuts"),
        ("piecewise exponential", [2.0, 1.0], "not cuts"),
        ("Weibull", None, "event at time 0"),
    ],
)
def test_misuse_is_said(family: Family, cuts: list[float] | None, message: str) -> None:
    with pytest.raises(TableError, match=message):
        parametric_fit(survival_rows([0.0, 2.0], [1, 1]), family, cuts=cuts)
