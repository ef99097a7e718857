"""Quantiles over trials, their Monte Carlo error and the median trial, against hand-made numbers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from adoptive.workbench.cli.say import _cells
from adoptive.workbench.engine.compare import compare, median_interval, median_trial, percentiles
from adoptive.workbench.published import Published

INF = np.inf


def published(estimate: float | None) -> Published:
    return Published("orr", "cells", "ITT", "%", estimate, None, None, None, None, "made up", 1.0, "L")


def test_percentiles_by_the_inverted_distribution_function() -> None:
    assert percentiles(np.arange(1.0, 101.0)).tolist() == [5.0, 50.0, 95.0]


def test_percentiles_keep_not_reached() -> None:
    values = np.array([1.0] * 10 + [INF] * 10)
    assert percentiles(values).tolist() == [1.0, 1.0, INF]


@pytest.mark.parametrize("size", [6, 7, 20, 99, 200, 1001])
def test_median_interval_covers_and_is_the_narrowest(size: int) -> None:
    low, high = (int(end) for end in median_interval(np.random.default_rng(1).permutation(np.arange(1.0, size + 1))))
    assert low + high == size + 1
    assert binom.cdf(low - 1, size, 0.5) <= 0.025
    assert low == size // 2 or binom.cdf(low, size, 0.5) > 0.025


def test_too_few_trials_for_an_interval() -> None:
    assert median_interval(np.arange(5.0)) == (-INF, INF)


@pytest.mark.parametrize(
    ("estimate", "inside"), [(5.0, True), (4.99, False), (95.0, True), (95.01, False), (None, None)]
)
def test_inside_includes_the_ends(estimate: float | None, inside: bool | None) -> None:
    values = np.arange(1.0, 101.0)
    assert compare(published(estimate), values, np.ones(100, bool)).inside is inside


def test_trials_without_an_estimate_are_left_out() -> None:
    values, estimable = np.array([0.0, 7.0, 0.0, 9.0, 8.0]), np.array([False, True, False, True, True])
    row = compare(published(8.0), values, estimable)
    assert (row.simulated_median, row.estimable_share, row.inside) == (8.0, 0.6, True)


def test_nothing_to_compare() -> None:
    row = compare(published(8.0), np.zeros(3), np.zeros(3, bool))
    assert row.inside is None
    assert row.simulated_median == INF


def test_not_estimable_is_not_called_not_reached() -> None:
    row = compare(published(8.0), np.zeros(3), np.zeros(3, bool))
    assert [str(cell) for cell in _cells(row, 3)][5:] == ["not estimable", "–", "?", "", "–"]


def test_not_reached_is_outside() -> None:
    assert compare(published(8.0), np.full(10, INF), np.ones(10, bool)).inside is False


def test_median_trial_of_equals_is_the_lowest() -> None:
    values = np.array([9.0, 2.0, 1.0, 2.0, 0.5])
    assert median_trial(np.array([10, 11, 12, 13, 14]), values, np.ones(5, bool)) == 11


def test_median_trial_without_estimates_is_the_first() -> None:
    assert median_trial(np.array([4, 5]), np.array([INF, INF]), np.ones(2, bool)) == 4
