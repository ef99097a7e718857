"""What holds of every table of patients, drawn by Hypothesis: ties, weights, late entries and empty ends included."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.verdict.rows import SurvivalRows, survival_rows
from adoptive.verdict.survival import (
    cumulative_incidence,
    kaplan_meier,
    median_survival,
    milestone_trials,
    milestones,
    quantile_trials,
    quantiles,
    restricted_mean_trials,
    restricted_means,
    risk_counts,
    survival_curves,
)
from adoptive.verdict.survival.types import IntervalKind

KINDS: tuple[IntervalKind, ...] = ("log", "log-log", "plain", "arcsine", "logit", "none")
laws = settings(max_examples=40, deadline=None, derandomize=True)


@st.composite
def tables(draw: st.DrawFn, late: bool = False, weighted: bool = False) -> dict[str, np.ndarray]:
    size = draw(st.integers(1, 25))

    def column(values: st.SearchStrategy[float]) -> np.ndarray:
        return np.array(draw(st.lists(values, min_size=size, max_size=size)))

    table = {"time": column(st.integers(1, 12)).astype(float), "event": column(st.integers(0, 2))}
    if late:
        table["entry"] = table["time"] * column(st.sampled_from([0.0, 0.25, 0.5, 0.9]))
    if weighted:
        table["weight"] = column(st.sampled_from([1.0, 2.0, 3.0]))
    return table


def _rows(table: dict[str, np.ndarray]) -> SurvivalRows:
    return survival_rows(**{**table, "event": table["event"] > 0})


@laws
@given(tables(late=True, weighted=True), st.sampled_from(KINDS))
def test_curves_fall_and_counts_add_up(table: dict[str, np.ndarray], kind: IntervalKind) -> None:
    (curve,) = survival_curves(_rows(table), interval=kind)
    assert (np.diff(np.concatenate([[1.0], curve.survival])) <= 0).all()
    assert (np.diff(np.concatenate([[0.0], curve.cumulative_hazard])) >= 0).all()
    assert ((curve.lower <= curve.survival) & (curve.survival <= curve.upper)).all()
    assert (curve.lower >= 0).all()
    assert (curve.upper <= 1).all()
    for values in (curve.standard_error, curve.lower, curve.upper, curve.hazard_standard_error):
        assert np.isfinite(values).all()
    assert curve.entered.sum() == curve.events.sum() + curve.censored.sum() == table["weight"].sum()
    gone = np.concatenate([[0.0], np.cumsum(curve.events + curve.censored)[:-1]])
    np.testing.assert_allclose(curve.at_risk, np.cumsum(curve.entered) - gone)


@laws
@given(tables(late=True, weighted=True), st.lists(st.floats(0, 14), min_size=1, max_size=5))
def test_the_risk_table_counts_one_by_one(table: dict[str, np.ndarray], at: list[float]) -> None:
    (found,) = risk_counts(_rows(table), at=at)
    for k, moment in enumerate(at):
        there = (table["entry"] < moment) & (moment <= table["time"])
        past = table["time"] < moment
        assert found.at_risk[k] == table["weight"][there].sum()
        assert found.events[k] == table["weight"][past & (table["event"] > 0)].sum()
        assert found.censored[k] == table["weight"][past & (table["event"] == 0)].sum()
    np.testing.assert_allclose(found.at_risk + found.events + found.censored, found.entered)


@laws
@given(tables(late=True, weighted=True))
def test_whole_weights_are_copies(table: dict[str, np.ndarray]) -> None:
    times = table["weight"].astype(int)
    copies = {name: np.repeat(column, times) for name, column in table.items() if name != "weight"}
    one, other = _rows(table), _rows(copies)
    (first,), (second,) = survival_curves(one), survival_curves(other)
    for name in ("survival", "standard_error", "lower", "upper", "at_risk", "hazard_standard_error"):
        np.testing.assert_allclose(getattr(first, name), getattr(second, name), rtol=1e-10, err_msg=name)
    (first_mean,), (second_mean,) = restricted_means(one, horizon=9.0), restricted_means(other, horizon=9.0)
    assert first_mean.mean == pytest.approx(second_mean.mean)
    assert first_mean.standard_error == pytest.approx(second_mean.standard_error)


@laws
@given(tables(late=True, weighted=True), st.sampled_from([1e-3, 7.0, 365.25]))
def test_the_unit_of_time_does_not_matter(table: dict[str, np.ndarray], unit: float) -> None:
    scaled = {**table, "time": table["time"] * unit, "entry": table["entry"] * unit}
    one, other = _rows(table), _rows(scaled)
    (first,), (second,) = survival_curves(one), survival_curves(other)
    np.testing.assert_allclose(first.upper, second.upper)
    np.testing.assert_allclose(quantiles(first).times * unit, quantiles(second).times)
    (mean,), (scaled_mean,) = restricted_means(one, horizon=8.0), restricted_means(other, horizon=8.0 * unit)
    assert mean.mean * unit == pytest.approx(scaled_mean.mean)
    assert mean.standard_error * unit == pytest.approx(scaled_mean.standard_error)


@laws
@given(tables(late=True), st.floats(0.1, 14))
def test_the_restricted_mean_is_the_area(table: dict[str, np.ndarray], horizon: float) -> None:
    rows = _rows(table)
    (found,), (curve,) = restricted_means(rows, horizon=horizon), survival_curves(rows)
    edges = np.concatenate([[0.0], curve.time[curve.time < horizon], [horizon]])
    heights = np.concatenate([[1.0], curve.survival])[: edges.size - 1]
    assert found.mean == pytest.approx(float(heights @ np.diff(edges)))
    assert 0 <= found.mean <= horizon * (1 + 1e-12)


@laws
@given(tables(late=True, weighted=True))
def test_survival_and_all_incidences_make_one(table: dict[str, np.ndarray]) -> None:
    columns = {name: table[name] for name in ("entry", "weight")}
    (found,) = cumulative_incidence(table["time"], table["event"], **columns)
    (curve,) = survival_curves(_rows(table))
    np.testing.assert_allclose(found.incidence.sum(axis=0) + curve.survival, 1.0)
    assert (np.diff(found.incidence, axis=1) >= 0).all()
    assert np.isfinite(found.standard_error).all()


@laws
@given(tables())
def test_one_cause_alone_is_one_minus_survival(table: dict[str, np.ndarray]) -> None:
    (found,) = cumulative_incidence(table["time"], table["event"] > 0, variance="Aalen")
    (curve,) = survival_curves(_rows(table))
    np.testing.assert_allclose(found.incidence[0], 1.0 - curve.survival, atol=1e-12)
    robust = cumulative_incidence(table["time"], table["event"] > 0)[0].standard_error[0]
    np.testing.assert_allclose(robust, curve.standard_error, atol=1e-10)  # the jackknife is Greenwood's


@laws
@given(tables())
def test_one_table_and_many_trials_agree(table: dict[str, np.ndarray]) -> None:
    rows, days, event = _rows(table), table["time"][None], table["event"][None] > 0
    (curve,) = survival_curves(rows)
    at = np.array([0.5, 3.0, 7.5, 20.0])
    for k, point in enumerate(kaplan_meier(days, event, at_days=at)[0]):
        (found,) = milestones(rows, at=float(at[k]))
        assert found.survival == pytest.approx(point, abs=1e-12)
        many = milestone_trials(days, event, at=float(at[k]))
        one = (found.standard_error, found.lower)
        assert one == pytest.approx((many.standard_error[0], many.lower[0]), abs=1e-12)
    median = quantiles(curve, 0.5)
    assert median.times[0] == median_survival(days, event)[0]
    many_medians = quantile_trials(days, event)
    assert (median.lower[0], median.upper[0]) == (many_medians.lower[0], many_medians.upper[0])
    (mean,), means = restricted_means(rows, horizon=8.0), restricted_mean_trials(days, event, horizon=8.0)
    assert (mean.mean, mean.standard_error) == pytest.approx((means.value[0], means.standard_error[0]), abs=1e-12)
