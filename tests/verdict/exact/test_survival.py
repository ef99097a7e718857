"""Survival curves against closed forms, the median rule, near-ties, and trials in which nothing happens."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from adoptive.tables import TableError
from adoptive.verdict import curve, kaplan_meier, median_interval, median_survival, risk_table


def test_without_censoring_the_curve_is_the_share_alive() -> None:
    days = np.random.default_rng(1).exponential(100, (20, 31))
    at = np.array([250.0, 0.0, 10.0, 80.0, 1e6])
    expected = (days[:, :, None] > at).mean(axis=1)
    assert kaplan_meier(days, np.ones(days.shape), at_days=at) == pytest.approx(expected, abs=1e-12)


def test_hand_worked_example() -> None:
    # Freireich's 6-MP arm (Cox 1972): at 6, 7, 10, 13, 16, 22, 23 weeks
    weeks = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
    relapse = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
    at = [6, 7, 10, 13, 16, 22, 23]
    expected = [0.8571, 0.8067, 0.7529, 0.6902, 0.6275, 0.5378, 0.4482]
    assert kaplan_meier([weeks], [relapse], at_days=at)[0] == pytest.approx(expected, abs=5e-5)
    assert median_survival([weeks], [relapse]).tolist() == [23.0]
    found = curve(weeks, relapse)
    assert found.at_risk[:3].tolist() == [21, 17, 16]
    assert found.events.sum() == 9
    assert found.censored.sum() == 12


def test_curve_interval_is_the_log_log_one() -> None:
    found = curve([1.0, 2.0, 3.0, 4.0, 5.0], [1, 1, 0, 1, 0], level=0.9)
    survival = np.array([0.8, 0.6, 0.6, 0.3, 0.3])
    greenwood = np.array([1 / 20, 1 / 20 + 1 / 12, 1 / 20 + 1 / 12, 1 / 20 + 1 / 12 + 1 / 2, 1 / 20 + 1 / 12 + 1 / 2])
    z = norm.ppf(0.95)
    loglog, reach = np.log(-np.log(survival)), z * np.sqrt(greenwood) / np.abs(np.log(survival))
    assert found.survival == pytest.approx(survival)
    assert found.lower == pytest.approx(np.exp(-np.exp(loglog + reach)))
    assert found.upper == pytest.approx(np.exp(-np.exp(loglog - reach)))


def test_curve_at_its_ends() -> None:
    found = curve([1.0, 2.0, 3.0], [0, 1, 1])
    assert (found.lower[0], found.upper[0]) == (1.0, 1.0)
    assert found.survival[-1] == found.lower[-1] == 0.0
    assert found.upper[-1] == found.upper[-2] < 1.0
    only = curve([1.0], [1])
    assert (only.survival.tolist(), only.lower.tolist(), only.upper.tolist()) == ([0.0], [0.0], [1.0])
    assert curve([], []).days.shape == (0,)


def test_median_interval_is_where_the_band_crosses_one_half() -> None:
    rng = np.random.default_rng(3)
    days, event = rng.exponential(100, 60), rng.random(60) < 0.8
    found = curve(days, event)
    median, early, late = median_interval(found)
    assert median == median_survival([days], [event])[0]
    assert early == found.days[np.flatnonzero(found.lower <= 0.5)[0]]
    assert late == found.days[np.flatnonzero(found.upper <= 0.5)[0]]
    assert early <= median <= late
    assert median_interval(curve([1.0, 2.0, 3.0], [0, 0, 0])) == (np.inf, np.inf, np.inf)


@pytest.mark.parametrize(
    ("days", "event", "expected"),
    [
        ([1, 2, 3, 4], [1, 1, 1, 1], 2.5),  # flat at one half from 2 to 3
        ([1, 2, 3], [1, 1, 1], 2.0),
        ([1, 2, 2.5, 3, 4], [1, 1, 0, 1, 1], 3.0),  # 0.8, 0.6, then 0.3 at 3
        ([1, 2, 2.5, 4], [1, 1, 0, 1], 3.0),  # the next event ends the piece, not the censoring at 2.5
        ([1, 2, 3, 4], [1, 1, 0, 0], 3.0),  # nothing ends the piece: the last time does
        ([1, 2, 3, 4], [1, 0, 0, 0], np.inf),
        ([5, 5, 5, 5], [1, 1, 1, 1], 5.0),
        ([0, 0, 0, 9], [1, 1, 1, 1], 0.0),
    ],
)
def test_median_rule(days: list[float], event: list[int], expected: float) -> None:
    assert median_survival([days], [event]).tolist() == [expected]


@pytest.mark.parametrize("size", range(2, 200, 2))
def test_median_of_complete_data_is_the_middle_although_the_product_rounds(size: int) -> None:
    days = np.arange(1.0, size + 1)
    assert median_survival([days], [np.ones(size)]).tolist() == [np.median(days)]


def test_near_ties_are_one_time() -> None:
    # 0.1 + 0.2 is a little more than 0.3: merged, the event comes before the censoring
    days, event = [[0.3, 0.1 + 0.2, 1.0]], [[0, 1, 0]]
    assert kaplan_meier(days, event, at_days=[0.5])[0, 0] == pytest.approx(2 / 3)
    assert kaplan_meier(days, event, at_days=[0.5], merge_near_ties=False)[0, 0] == pytest.approx(1 / 2)


def test_near_ties_are_relative_to_the_scale() -> None:
    event = [[0, 1, 0]]
    close, apart = [[1e6, 1e6 + 0.001, 2e6]], [[1.0, 1.001, 2.0]]
    assert kaplan_meier(close, event, at_days=[1.5e6])[0, 0] == pytest.approx(2 / 3)
    assert kaplan_meier(apart, event, at_days=[1.5])[0, 0] == pytest.approx(1 / 2)


def test_trials_without_events_or_patients() -> None:
    days = np.array([[1.0, 2.0, 3.0]] * 3)
    event = np.array([[0, 0, 0], [1, 1, 1], [1, 1, 1]])
    include = np.array([[1, 1, 1], [0, 0, 0], [0, 1, 0]])
    survival = kaplan_meier(days, event, include, at_days=[0.5, 2.0, 9.0])
    assert survival.tolist() == [[1, 1, 1], [1, 1, 1], [1, 0, 0]]
    assert median_survival(days, event, include).tolist() == [np.inf, np.inf, 2.0]
    assert kaplan_meier(np.empty((0, 5)), np.empty((0, 5)), at_days=[1.0]).shape == (0, 1)
    assert kaplan_meier(np.empty((2, 0)), np.empty((2, 0)), at_days=[1.0]).tolist() == [[1.0], [1.0]]


def test_risk_table_adds_up() -> None:
    days = np.array([[1.0, 2.0, 2.0, 3.0, 5.0]])
    found = risk_table(days, [[1, 1, 0, 0, 1]], [[1, 1, 1, 1, 0]], at_days=[0.0, 2.0, 2.5, 9.0])
    assert found.at_risk.tolist() == [[4, 3, 1, 0]]
    assert found.events.tolist() == [[0, 1, 2, 2]]
    assert found.censored.tolist() == [[0, 0, 1, 2]]


@pytest.mark.parametrize(
    ("days", "event", "message"),
    [
        ([1.0, 2.0], [1, 1], "not a table"),
        ([[1.0, np.nan]], [[1, 1]], "not finite"),
        ([[1.0, np.inf]], [[1, 1]], "not finite"),
        ([[1.0, -1.0]], [[1, 1]], "negative"),
        ([[1.0, 2.0]], [[1]], "shape"),
    ],
)
def test_misuse_is_said(days: object, event: object, message: str) -> None:
    with pytest.raises(TableError, match=message):
        median_survival(days, event)  # type: ignore[arg-type]
