"""Scores are proper and places uniform: laws over whole families of predictions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from adoptive.workbench.validate.scores import (
    crps_normal,
    crps_of_quantiles,
    crps_of_values,
    fit_beta_binomial,
    log_beta_binomial,
    log_score,
    place,
    two_sided,
)

shares = st.floats(0.01, 0.99)
several = st.lists(st.floats(-50.0, 50.0), min_size=2, max_size=30)


@settings(max_examples=40, deadline=None)
@given(truth=shares, other=shares, n=st.integers(1, 60))
def test_the_log_score_is_proper(truth: float, other: float, n: int) -> None:
    x = np.arange(n + 1)
    chances = binom.pmf(x, n, truth)
    own, told = log_score(x, np.full(n + 1, n), [[truth]]), log_score(x, np.full(n + 1, n), [[other]])
    assert chances @ own >= chances @ told - 1e-9
    if abs(truth - other) > 0.05:
        assert chances @ own > chances @ told


@settings(max_examples=40, deadline=None)
@given(truth=several, other=several)
def test_the_crps_is_proper(truth: list[float], other: list[float]) -> None:
    own = np.mean([crps_of_values(truth, y) for y in truth])
    told = np.mean([crps_of_values(other, y) for y in truth])
    assert own <= told + 1e-9


@settings(max_examples=30, deadline=None)
@given(values=several, shift=st.floats(-20.0, 20.0), y=st.floats(-50.0, 50.0), factor=st.floats(0.1, 9.0))
def test_the_crps_moves_with_the_unit(values: list[float], shift: float, y: float, factor: float) -> None:
    drawn = np.asarray(values)
    moved = crps_of_values(factor * drawn + shift, factor * y + shift)
    assert moved == pytest.approx(factor * crps_of_values(drawn, y), abs=1e-7)
    assert crps_of_values(drawn, y) >= -1e-9


@settings(max_examples=30, deadline=None)
@given(mean=st.floats(-3, 3), sd=st.floats(0.2, 4), other=st.floats(-3, 3), wide=st.floats(0.2, 4))
def test_the_normal_crps_is_proper(mean: float, sd: float, other: float, wide: float) -> None:
    levels = (np.arange(4000) + 0.5) / 4000
    y = mean + sd * np.sqrt(2.0) * _erfinv(2 * levels - 1)
    assert np.mean(crps_normal(mean, sd, y)) <= np.mean(crps_normal(other, wide, y)) + 1e-3


def _erfinv(x: np.ndarray) -> np.ndarray:
    from scipy.special import erfinv

    return erfinv(x)


@settings(max_examples=40, deadline=None)
@given(values=st.lists(st.sampled_from([0.0, 1.0, 2.0, np.inf]), min_size=1, max_size=20), lot=st.floats(0.001, 0.999))
def test_places_of_one_more_draw_are_even(values: list[float], lot: float) -> None:
    """Over all that could be the odd one out, the places fill (0, 1) evenly: each tie class its share of the room."""
    everything = np.asarray(values)
    places = []
    for at, y in enumerate(everything):
        places.append(place(np.delete(everything, at), y, lot))
    assert all(0.0 < found < 1.0 for found in places)
    size = len(everything)
    for y in np.unique(everything):
        low, high = np.sum(everything < y) / size, np.sum(everything <= y) / size
        found = [place for place, value in zip(places, everything, strict=True) if value == y]
        assert all(low < one < high for one in found)


@given(values=several, y=st.floats(-60.0, 60.0))
def test_two_sided_shares_are_shares(values: list[float], y: float) -> None:
    assert 2.0 / (len(values) + 1) <= two_sided(values, y) <= 1.0
    assert two_sided(values, 1e9) == 2.0 / (len(values) + 1)


@settings(max_examples=40, deadline=None)
@given(shares_=st.lists(st.floats(0, 1), min_size=2, max_size=40), n=st.integers(2, 80))
def test_a_fitted_beta_binomial_is_a_distribution(shares_: list[float], n: int) -> None:
    x = np.rint(np.asarray(shares_) * n)
    alpha, beta = fit_beta_binomial(x, np.full(len(x), n))
    assert alpha > 0
    assert beta > 0
    assert np.exp(log_beta_binomial(np.arange(n + 1), n, alpha, beta)).sum() == pytest.approx(1.0)


def test_more_quantiles_come_nearer_the_whole_score() -> None:
    rng = np.random.default_rng(5)
    values = rng.gamma(3.0, 2.0, 4000)
    whole = crps_of_values(values, 4.0)
    gaps = []
    for count in (9, 99, 999):
        levels = np.arange(1, count + 1) / (count + 1)
        gaps.append(abs(crps_of_quantiles(levels, np.quantile(values, levels), 4.0) - whole) / whole)
    assert gaps[2] < gaps[1] < gaps[0]
    assert gaps[1] < 0.05
