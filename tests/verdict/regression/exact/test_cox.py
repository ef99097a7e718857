"""The Cox model against closed forms and known traps: entry at an event's time, ties, near-ties, separation."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import brentq

from adoptive.tables import TableError
from adoptive.verdict.regression import (
    baseline_hazard,
    concordance,
    cox,
    cox_groups,
    fine_gray,
    predicted_survival,
    proportionality,
    residuals,
)
from adoptive.verdict.rows import survival_rows


def test_who_enters_at_an_event_is_not_yet_at_risk() -> None:
    """Entry 2 and event at 2: the patient counts from then on, not then (statsmodels' PHReg counts him)."""
    rows = survival_rows([1.0, 2.0, 3.0, 4.0], [1, 1, 1, 0], entry=[0.0, 0.0, 2.0, 0.0])
    fit = cox(rows, {"x": [0, 1, 1, 0]}, ties="breslow")
    # risk sets: {1, 2, 4} at 1, {2, 4} at 2, {3, 4} at 3
    best = brentq(lambda b: -np.exp(b) / (2 + np.exp(b)) + 2 * (1 - np.exp(b) / (1 + np.exp(b))), -9, 9, xtol=1e-15)
    assert fit.coefficients[0] == pytest.approx(best, rel=1e-12)
    just_later = survival_rows([1.0, 2.0, 3.0, 4.0], [1, 1, 1, 0], entry=[0.0, 0.0, 2.0 + 1e-6, 0.0])
    assert cox(just_later, {"x": [0, 1, 1, 0]}, ties="breslow").coefficients[0] == fit.coefficients[0]


def test_the_exact_rule_counts_all_sets() -> None:
    """Three events among six at one time: all twenty sets of three, written out."""
    x = np.array([0.3, -1.0, 2.0, 0.5, 0.1, 0.9])
    fit = cox(survival_rows([5.0] * 3 + [6.0] * 3, [1, 1, 1, 0, 0, 0]), {"x": x}, ties="exact")
    sums = np.array([x[list(chosen)].sum() for chosen in combinations(range(6), 3)])

    def slope(b: float) -> float:
        return float(x[:3].sum() - (sums * np.exp(b * sums)).sum() / np.exp(b * sums).sum())

    best = brentq(slope, -9, 9, xtol=1e-15)
    chances = np.exp(best * sums) / np.exp(best * sums).sum()
    assert fit.coefficients[0] == pytest.approx(best, rel=1e-11)
    assert fit.standard_errors[0] == pytest.approx((chances @ sums**2 - (chances @ sums) ** 2) ** -0.5, rel=1e-11)
    assert fit.log_likelihood == pytest.approx(best * x[:3].sum() - np.log(np.exp(best * sums).sum()), rel=1e-12)


def test_the_exact_rule_does_not_overflow() -> None:
    """400 tied among 1,000 at risk: C(1000, 400) has 291 digits."""
    random = np.random.default_rng(4)
    x = random.normal(size=1000) * 3.0
    fit = cox(survival_rows([1.0] * 400 + [2.0] * 600, [1] * 400 + [0] * 600), {"x": x}, ties="exact")
    assert fit.converged
    assert abs(fit.z[0]) < 4.0
    assert np.isfinite(fit.log_likelihood)


def test_ties_are_told_apart() -> None:
    """A textbook fit (Breslow) of many ties is off by more than a quarter: the three rules differ, in this order."""
    random = np.random.default_rng(8)
    x = random.normal(size=300)
    time = np.ceil(2.0 * random.exponential(np.exp(-1.5 * x)))
    rows = survival_rows(np.minimum(time, 6.0), time <= 6.0)
    breslow, efron, exact = (cox(rows, {"x": x}, ties=ties).coefficients[0] for ties in ("breslow", "efron", "exact"))
    assert breslow < efron < exact
    assert abs(breslow - exact) > 0.25 * exact


def test_near_ties_are_ties_unless_told_otherwise() -> None:
    time = np.array([1.0, 1.0 + 1e-12, 2.0, 3.0, 4.0])
    x = {"x": [1, 0, 0, 1, 0]}
    tied = cox(survival_rows([1.0, 1.0, 2.0, 3.0, 4.0], [1] * 5), x)
    assert cox(survival_rows(time, [1] * 5), x).coefficients[0] == tied.coefficients[0]
    apart = cox(survival_rows(time, [1] * 5, merge_near_ties=False), x)
    assert abs(apart.coefficients[0] - tied.coefficients[0]) > 0.01


def test_fits_go_to_the_last_digits() -> None:
    """Not to 1e-6 as lifelines': the slope at the estimate is at the level of round-off."""
    random = np.random.default_rng(1)
    x = {"a": random.normal(size=200), "b": 1000.0 + random.normal(size=200)}
    fit = cox(survival_rows(random.exponential(size=200), random.uniform(size=200) < 0.6), x)
    scores = residuals(fit, kind="score").sum(axis=0)
    assert (np.abs(scores * fit.standard_errors) < 1e-12).all()


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_separation_is_said(sign: float) -> None:
    """All events of one arm, none of the other: an infinite coefficient, flagged; the other coefficient is finite."""
    random = np.random.default_rng(2)
    time, arm, age = random.exponential(size=80), np.arange(80) % 2, random.normal(size=80)
    event = arm == (1 if sign > 0 else 0)
    fit = cox(survival_rows(time, event), {"arm": arm, "age": age})
    assert fit.separated == (True, False)
    assert fit.coefficients[0] == sign * np.inf
    assert fit.hazard_ratios[0] == (np.inf if sign > 0 else 0.0)
    assert (fit.standard_errors[0], fit.lower[0], fit.upper[0], fit.p_values[0]) == (np.inf, 0.0, np.inf, 1.0)
    if sign > 0:  # as if those of no risk were not in the table
        alone = cox(survival_rows(time[event], event[event]), {"age": age[event]})
        assert fit.coefficients[1] == pytest.approx(alone.coefficients[0], rel=1e-6)
        assert fit.standard_errors[1] == pytest.approx(alone.standard_errors[0], rel=1e-6)
        assert fit.log_likelihood == pytest.approx(alone.log_likelihood, abs=1e-9)
    assert fit.likelihood_ratio.p_value < 1e-6
    robust = cox(survival_rows(time, event), {"arm": arm, "age": age}, robust=True)
    assert robust.robust_standard_errors is not None
    assert robust.robust_standard_errors[0] == np.inf
    assert np.isfinite(robust.standard_errors[1])


@pytest.mark.parametrize("ties", ["efron", "breslow", "exact"])
def test_a_perfect_order_is_separation_by_two_columns(ties: str) -> None:
    """The risk's range outgrows the exponential before the likelihood is flat: said, no crash."""
    random = np.random.default_rng(17)
    x = random.normal(size=(60, 3))
    time = 1.0 + np.argsort(np.argsort(-x[:, 0] - x[:, 1]))
    columns = {"a": x[:, 0], "b": x[:, 1], "noise": x[:, 2]}
    fit = cox(survival_rows(time, np.ones(60)), columns, ties=ties)  # type: ignore[arg-type]
    assert fit.separated[:2] == (True, True)
    assert fit.coefficients[:2].tolist() == [np.inf, np.inf]
    assert fit.likelihood_ratio.p_value < 1e-10


def test_a_strong_effect_is_not_separation() -> None:
    random = np.random.default_rng(6)
    arm = np.arange(400) % 2
    time = random.exponential(np.where(arm == 1, 0.01, 1.0))
    fit = cox(survival_rows(time, np.ones(400)), {"arm": arm})
    assert fit.separated == (False,)
    assert fit.converged
    assert 3.5 < fit.coefficients[0] < 6.0


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        pytest.param({"one": np.ones(30)}, "one: a covariate is constant", id="constant"),
        pytest.param({"a": np.arange(30.0), "b": 3.0 - 2.0 * np.arange(30.0)}, "b: a covariate is a comb", id="twice"),
        pytest.param({"a": np.arange(30) % 2, "s": np.arange(30) // 15}, "s: a covariate is constant", id="stratum"),
    ],
)
def test_columns_without_information_are_named(columns: dict[str, np.ndarray], named: str) -> None:
    rows = survival_rows(np.random.default_rng(3).exponential(size=30), np.ones(30), stratum=np.arange(30) // 15)
    with pytest.raises(TableError, match=named):
        cox(rows, columns)


def test_misuse_is_refused_in_one_sentence() -> None:
    rows = survival_rows([1.0, 2.0, 3.0], [1, 0, 1], group=["a", "b", "a"])
    x = {"x": [0.0, 1.0, 0.5]}
    with pytest.raises(TableError, match="no event"):
        cox(survival_rows([1.0, 2.0], [0, 0]), {"x": [0, 1]})
    with pytest.raises(TableError, match="length unlike the table's"):
        cox(rows, {"x": [1.0, 2.0]})
    with pytest.raises(TableError, match="x, row 2: not finite"):
        cox(rows, {"x": [1.0, np.nan, 2.0]})
    with pytest.raises(TableError, match="not numeric"):
        cox(rows, {"x": ["low", "high", "low"]})
    with pytest.raises(TableError, match="unknown rule for ties"):
        cox(rows, x, ties="median")  # type: ignore[arg-type]
    with pytest.raises(TableError, match="weights with exact ties"):
        cox(survival_rows([1.0, 2.0, 3.0], [1, 0, 1], weight=[1.0, 2.0, 1.0]), x, ties="exact")
    with pytest.raises(TableError, match="reference"):
        cox_groups(rows, reference="c")
    with pytest.raises(TableError, match="exact ties"):
        residuals(cox(rows, x, ties="exact"))
    with pytest.raises(TableError, match="unknown transform"):
        proportionality(cox(rows, x), transform="sqrt")  # type: ignore[arg-type]
    with pytest.raises(TableError, match="cause of interest"):
        fine_gray([1.0, 2.0], [0, 2], {"x": [0, 1]})


def test_without_covariates_the_hazard_is_nelson_and_aalens() -> None:
    fit = cox(survival_rows([1.0, 2.0, 2.0, 3.0, 4.0], [1, 1, 1, 0, 1]), ties="breslow")
    (hazard,) = baseline_hazard(fit)
    assert hazard.time.tolist() == [1.0, 2.0, 4.0]
    assert hazard.events.tolist() == [1.0, 2.0, 1.0]
    np.testing.assert_allclose(hazard.cumulative_hazard, np.cumsum([1 / 5, 2 / 4, 1]), rtol=1e-14)
    efron = baseline_hazard(cox(survival_rows([1.0, 2.0, 2.0, 3.0, 4.0], [1, 1, 1, 0, 1])))[0]
    np.testing.assert_allclose(efron.cumulative_hazard, np.cumsum([1 / 5, 1 / 4 + 1 / 3, 1]), rtol=1e-14)
    assert fit.degrees == 0
    assert fit.log_likelihood == fit.log_likelihood_null


def test_baseline_and_prediction_agree() -> None:
    random = np.random.default_rng(9)
    rows = survival_rows(random.exponential(size=50), np.ones(50), stratum=np.arange(50) % 2)
    fit = cox(rows, {"x": 5.0 + random.normal(size=50)})
    for at_0, at_x in zip(baseline_hazard(fit), predicted_survival(fit, {"x": 4.0}), strict=True):
        risk = np.exp(4.0 * fit.coefficients[0])
        np.testing.assert_allclose(at_x.cumulative_hazard, at_0.cumulative_hazard * risk, rtol=1e-12)
        assert (at_x.lower <= at_x.survival).all()
        assert (at_x.survival <= at_x.upper).all()


def test_groups_of_a_factor_are_one_term() -> None:
    random = np.random.default_rng(12)
    group = random.choice(["low", "mid", "top"], 90)
    fit = cox_groups(survival_rows(random.exponential(size=90), np.ones(90), group=group), reference="mid")
    assert fit.names == ("low", "top")
    whole = proportionality(fit, terms={"group": fit.names})
    assert whole.names == ("group",)
    assert whole.degrees.tolist() == [2]
    assert whole.chi_squared[0] == pytest.approx(whole.overall.statistic, rel=1e-12)


def test_perfect_order_has_concordance_1() -> None:
    rows = survival_rows(np.arange(1.0, 21.0), np.ones(20))
    fit = cox(rows, {"x": -np.arange(20.0) + np.tile([0.0, 1.5], 10)})
    assert 0.9 < concordance(fit).concordance < 1.0
    assert concordance(cox(rows, {"x": np.tile([0.0, 1.0, 2.0, 1.0], 5)})).tied_risk > 0


def test_late_entry_keeps_its_digits() -> None:
    """Rows of huge risk that come late: sums are made anew, so that what is left is not the round-off of what left."""
    random = np.random.default_rng(13)
    late = random.uniform(1.0, 2.0, 60)
    time = np.concatenate([late, late + random.exponential(size=60)])
    entry, x = np.concatenate([random.uniform(0.0, 0.5, 60), late]), random.normal(size=120)
    offset = np.concatenate([np.zeros(60), np.full(60, 30.0)])  # e^30: 13 digits more than the rest
    fit = cox(survival_rows(time, np.ones(120), entry=entry), {"x": x}, offset=offset)
    risk, slope = np.exp(offset + fit.coefficients[0] * x), 0.0
    for at, own in zip(time, x, strict=True):
        there = (entry < at) & (at <= time)
        slope += own - np.average(x[there], weights=risk[there])
    assert fit.converged
    assert abs(slope * fit.standard_errors[0]) < 1e-10
