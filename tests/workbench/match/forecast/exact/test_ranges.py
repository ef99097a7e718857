"""Numbers and intervals from counts: closed forms, and samples whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta

from adoptive.workbench.match.forecast.ranges import chance, time_to


def test_the_value_is_the_share_among_those_asked() -> None:
    event = np.array([[1, 0, 0, 1], [0, 0, 1, 1]], bool)
    among = np.array([[1, 1, 0, 0], [1, 0, 1, 0]], bool)
    assert chance(event, among).value == 50.0


def test_the_interval_holds_the_spread_of_the_trials_and_not_that_of_counting() -> None:
    """400 trials of 20, chances Beta(4, 6): raw shares spread by 0.18, the chances by 0.148; 3 points is 4 errors."""
    random = np.random.default_rng(7)
    event = random.uniform(size=(400, 20)) < random.beta(4.0, 6.0, size=(400, 1))
    found, (low, high) = chance(event, np.ones_like(event)), 100 * beta(4.0, 6.0).ppf([0.05, 0.95])
    assert found.low == pytest.approx(low, abs=3.0)
    assert found.high == pytest.approx(high, abs=3.0)
    raw = 100 * np.quantile(event.mean(axis=1), [0.05, 0.95])
    assert found.high - found.low < 0.92 * (raw[1] - raw[0])


def test_without_any_spread_the_error_of_the_count_is_left() -> None:
    event = np.tile(np.arange(20) < 5, (50, 1))
    found = chance(event, np.ones_like(event))
    assert found.value == 25.0
    assert found.high - found.low == pytest.approx(100 * 2 * 1.645 * np.sqrt(0.25 * 0.75 / 1000), rel=0.05)


def test_what_happened_to_nobody_may_still_happen() -> None:
    none = np.zeros((10, 10), bool)
    found = chance(none, ~none)
    assert (found.value, found.low) == (0.0, 0.0)
    assert 0.5 < found.high < 5.0
    every = chance(~none, ~none)
    assert (every.value, every.high) == (100.0, 100.0)
    assert 95.0 < every.low < 99.5


def test_the_median_time_spreads_as_the_trials_do() -> None:
    """200 trials of 24 exponential times, medians lognormal about 100 days with sd 0.3; 6 and 15 % are 2.5 errors."""
    random = np.random.default_rng(3)
    middle = 100.0 * np.exp(0.3 * random.normal(size=(200, 1)))
    days = random.exponential(middle / np.log(2.0), size=(200, 24))
    found = time_to(days, np.ones_like(days, bool))
    assert found is not None
    month = 365.25 / 12
    assert found.value * month == pytest.approx(100.0, rel=0.06)
    assert found.low * month == pytest.approx(100.0 * np.exp(-1.645 * 0.3), rel=0.15)
    assert found.high * month == pytest.approx(100.0 * np.exp(1.645 * 0.3), rel=0.15)


def test_a_median_that_is_not_reached_is_not_given() -> None:
    days = np.full((10, 10), 500.0)
    assert time_to(days, np.zeros_like(days, bool)) is None
