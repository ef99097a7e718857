"""One table of patients: examples by hand, published numbers, known traps, and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lifelines.datasets import load_waltons
from scipy.stats import norm

from adoptive.tables import TableError
from adoptive.verdict.rows import SurvivalRows, survival_rows
from adoptive.verdict.survival import (
    cumulative_incidence,
    incidence_trials,
    milestone_contrast,
    milestones,
    quantiles,
    restricted_mean_contrast,
    restricted_mean_trials,
    restricted_means,
    risk_counts,
    survival_curves,
)

TIME, EVENT, WEIGHT = [1.0, 2.0, 2.0, 3.0, 4.0, 5.0, 5.0], [1, 1, 1, 0, 1, 0, 1], [0.5, 1, 2, 1.2, 0.7, 1, 1]


def test_delayed_entry_by_hand() -> None:
    """At risk is who entered before the time, not at it: statsmodels' PHReg counts those, and errs."""
    rows = survival_rows([2.0, 4.0, 4.0, 5.0], [1, 1, 0, 1], entry=[0.0, 1.0, 2.0, 4.0])
    (curve,) = survival_curves(rows)
    assert curve.time.tolist() == [2.0, 4.0, 5.0]
    assert curve.at_risk.tolist() == [2.0, 2.0, 1.0]
    assert curve.entered.tolist() == [2.0, 1.0, 1.0]
    assert curve.survival.tolist() == [0.5, 0.25, 0.0]
    (risk,) = risk_counts(rows, at=[0.0, 1.0, 2.0, 2.5, 4.0, 4.5, 9.0])
    assert risk.at_risk.tolist() == [0.0, 1.0, 2.0, 2.0, 2.0, 1.0, 0.0]


def test_errors_by_hand() -> None:
    (curve,) = survival_curves(survival_rows([1, 2, 3, 4, 5], [1, 1, 0, 1, 0]), interval="log", level=0.9)
    greenwood = np.cumsum([1 / 20, 1 / 12, 0, 1 / 2, 0])
    survival = np.array([0.8, 0.6, 0.6, 0.3, 0.3])
    np.testing.assert_allclose(curve.survival, survival)
    np.testing.assert_allclose(curve.standard_error, survival * np.sqrt(greenwood))
    np.testing.assert_allclose(curve.lower, survival * np.exp(-norm.ppf(0.95) * np.sqrt(greenwood)))
    np.testing.assert_allclose(curve.hazard_standard_error, np.sqrt(np.cumsum([1 / 25, 1 / 16, 0, 1 / 4, 0])))


def test_the_interval_where_the_curve_is_one_or_nought() -> None:
    (curve,) = survival_curves(survival_rows([1, 2, 3], [0, 1, 1]), interval="log-log")
    assert (curve.lower[0], curve.upper[0]) == (1.0, 1.0)
    assert (curve.survival[-1], curve.standard_error[-1], curve.lower[-1]) == (0.0, 0.0, 0.0)
    assert curve.upper[-1] == curve.upper[-2] < 1.0
    (only,) = survival_curves(survival_rows([1.0], [1]))
    assert (only.lower[0], only.upper[0]) == (0.0, 1.0)
    assert quantiles(only, 0.5).upper[0] == np.inf


def _slope(of: Any, index: int, step: float = 1e-6) -> float:
    """Differentiate by one row's weight."""
    up, down = (np.array(WEIGHT, float) for _ in range(2))
    up[index] += step
    down[index] -= step
    return (of(up) - of(down)) / (2.0 * step)


@pytest.mark.parametrize("entry", [None, [0, 0, 1.5, 0, 2.5, 1, 0]])
def test_the_jackknife_is_the_sum_of_squared_slopes(entry: list[float] | None) -> None:
    def rows(weight: Any) -> SurvivalRows:
        return survival_rows(TIME, EVENT, weight=weight, entry=entry)

    def survival(weight: Any) -> float:
        return float(survival_curves(rows(weight))[0].survival[3])

    def mean(weight: Any) -> float:
        return restricted_means(rows(weight), horizon=4.5)[0].mean

    def incidence(weight: Any) -> float:
        cause = [1, 2, 1, 0, 2, 0, 1]
        return float(cumulative_incidence(TIME, cause, weight=weight, entry=entry)[0].incidence[0, -1])

    (curve,) = survival_curves(rows(WEIGHT))
    assert curve.robust  # weights are no counts
    assert curve.robust_standard_error is not None
    found = (
        curve.robust_standard_error[3],
        restricted_means(rows(WEIGHT), horizon=4.5)[0].standard_error,
        cumulative_incidence(TIME, [1, 2, 1, 0, 2, 0, 1], weight=WEIGHT, entry=entry)[0].standard_error[0, -1],
    )
    for value, of in zip(found, (survival, mean, incidence), strict=True):
        assert value == pytest.approx(np.sqrt(sum((w * _slope(of, i)) ** 2 for i, w in enumerate(WEIGHT))), rel=1e-6)


def test_near_ties_are_a_switch() -> None:
    time, event = [0.3, 0.1 + 0.2, 1.0], [0, 1, 0]
    merged, apart = (survival_curves(survival_rows(time, event, merge_near_ties=switch))[0] for switch in (True, False))
    assert merged.survival.tolist() == pytest.approx([2 / 3, 2 / 3])
    assert apart.survival.tolist() == pytest.approx([1, 1 / 2, 1 / 2])


def test_the_variance_of_the_restricted_mean_is_that_of_the_estimate() -> None:
    """On waltons' miR-137 at 10 the variance of the estimate is 0.0152; of the times (lifelines gives it) 0.5164."""
    flies = load_waltons()
    flies = flies[flies["group"] == "miR-137"]
    time, event = flies["T"].to_numpy(float), flies["E"].to_numpy(bool)
    (found,) = restricted_means(survival_rows(time, event), horizon=10.0)
    assert found.standard_error**2 == pytest.approx(0.01519, abs=5e-5)
    pick = np.random.default_rng(7).integers(0, time.size, (4_000, time.size))
    again = restricted_mean_trials(time[pick], event[pick], horizon=10.0)
    assert found.standard_error**2 == pytest.approx(again.value.var(), rel=0.1)


def test_contrasts_are_the_others_over_the_reference() -> None:
    rows = survival_rows([1, 2, 3, 4, 5, 6], [1, 1, 0, 1, 1, 0], group=list("aabbcc"))
    pair = rows.where(rows.group < 2)
    one, other = restricted_mean_contrast(pair), restricted_mean_contrast(pair, reference="b")
    assert one.names == ("a", "b")
    assert one.horizon == 2.0
    assert one.difference == pytest.approx(-other.difference)
    assert one.difference == pytest.approx(2.0 - 1.5)
    assert one.ratio == pytest.approx(1 / other.ratio)
    assert one.ratio_lower == pytest.approx(1 / other.ratio_upper)
    assert one.p_value == pytest.approx(other.p_value)
    first, last = (milestone_contrast(rows, at=3.5, reference=name, other="c") for name in ("a", "b"))
    assert (first.difference, last.difference) == (1.0, 0.0)
    assert not first.estimable
    assert (first.z, first.p_value) == (0.0, 1.0)
    with pytest.raises(TableError, match="two groups"):
        restricted_mean_contrast(rows)
    with pytest.raises(TableError, match="two groups"):
        milestone_contrast(rows, at=1.0, reference="a", other="d")


def test_milestone_contrasts_by_hand() -> None:
    rows = survival_rows([1, 2, 3, 4, 1, 1, 3, 4], [1, 0, 1, 1, 1, 1, 0, 1], group=[0, 0, 0, 0, 1, 1, 1, 1])
    survival, error = np.array([0.75, 0.5]), np.array([np.sqrt(0.75 * 0.25 / 4), 0.25])
    plain = milestone_contrast(rows, at=2.5, scale="plain")
    assert plain.z == pytest.approx((survival[1] - survival[0]) / np.hypot(*error))
    assert plain.lower == pytest.approx(-0.25 - norm.ppf(0.975) * np.hypot(*error))
    doubled = milestone_contrast(rows, at=2.5, scale="log-log")
    values, errors = -np.log(-np.log(survival)), error / (survival * -np.log(survival))
    assert doubled.z == pytest.approx((values[1] - values[0]) / np.hypot(*errors))
    assert doubled.p_value == pytest.approx(2 * norm.sf(abs(doubled.z)))
    assert doubled.difference == plain.difference == -0.25
    found = milestones(rows, at=2.5)
    assert [one.at_risk for one in found] == [2.0, 2.0]


def test_a_mean_of_nought_has_no_ratio() -> None:
    found = restricted_mean_contrast(survival_rows([0, 0, 5], [1, 1, 1], group=[0, 0, 1]), horizon=3)
    assert (found.ratio, found.ratio_lower, found.ratio_upper, found.ratio_p_value) == (1.0, 0.0, np.inf, 1.0)
    assert found.difference == 3.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rows: survival_curves(rows, level=1.0), "confidence level"),
        (lambda rows: survival_curves(rows, interval="wald"), "no such scale"),
        (lambda rows: survival_curves(rows, hazard="Breslow"), "no such hazard"),
        (lambda rows: quantiles(survival_curves(rows)[0], [0.0]), "not a probability"),
        (lambda rows: restricted_means(rows, horizon=0.0), "end of the mean"),
        (lambda rows: milestones(rows, at=np.inf), "not a time"),
        (lambda rows: milestone_contrast(rows, at=1.0, scale="none"), "no such scale"),
        (lambda rows: cumulative_incidence([1, 2], [1, 0.5]), "not a cause"),
        (lambda rows: cumulative_incidence([1, 2], [1, 0], weight=[1, 2], variance="Aalen"), "for patients"),
        (lambda rows: cumulative_incidence([1, 2], [1, 0], variance="Gray"), "no such variance"),
    ],
)
def test_misuse_is_said(call: Any, message: str) -> None:
    with pytest.raises(TableError, match=message):
        call(survival_rows([1.0, 2.0, 3.0], [1, 0, 1]))


@pytest.mark.parametrize("cause", [1.5, -1.0])
def test_causes_are_whole_numbers_in_many_trials_as_in_one(cause: float) -> None:
    with pytest.raises(TableError, match="not a cause"):
        cumulative_incidence([1.0, 2.0], [cause, 0])
    with pytest.raises(TableError, match="not a cause"):
        incidence_trials([[1.0, 2.0]], [[cause, 0]], at=1.0)
