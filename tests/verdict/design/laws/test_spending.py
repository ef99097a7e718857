"""Laws of group-sequential bounds: all error is spent, no more; looking late costs less."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.verdict.design.sequential import SPENDING, crossing_probabilities, error_spent, group_sequential

steps = st.lists(st.floats(0.02, 1.0), min_size=1, max_size=6).map(lambda part: np.cumsum(part) / np.sum(part))


@settings(max_examples=40, deadline=None)
@given(fractions=steps, family=st.sampled_from(SPENDING), alpha=st.sampled_from([0.005, 0.025, 0.1]))
def test_what_is_spent_is_the_chance_to_cross(fractions: np.ndarray, family: str, alpha: float) -> None:
    bounds = group_sequential(fractions, alpha=alpha, spending=family, parameter=1.5)
    above, below = crossing_probabilities(fractions, bounds.efficacy)
    np.testing.assert_allclose(np.cumsum(above), bounds.alpha_spent, atol=1e-9)
    np.testing.assert_allclose(bounds.alpha_spent[-1], alpha, rtol=1e-9)
    assert (below == 0).all()


@pytest.mark.parametrize("family", SPENDING)
def test_spending_rises_from_nothing_to_the_level(family: str) -> None:
    t = np.linspace(1e-6, 1.0, 200)
    spent = error_spent(family, t, level=0.025, parameter=2.0)
    assert (np.diff(spent) >= 0).all()
    assert spent[0] < 1e-6
    np.testing.assert_allclose(spent[-1], 0.025)


def test_futility_is_not_binding() -> None:
    """Heeding it can only lower the error; the efficacy bounds are those without it."""
    t = [0.4, 0.7, 1.0]
    with_it = group_sequential(t, futility="O'Brien-Fleming", beta=0.2)
    assert with_it.efficacy.tolist() == group_sequential(t).efficacy.tolist()
    above, _ = crossing_probabilities(t, with_it.efficacy, with_it.futility)
    assert above.sum() < 0.025
    assert (with_it.futility[:-1] < with_it.efficacy[:-1]).all()
    np.testing.assert_allclose(with_it.futility[-1], with_it.efficacy[-1], atol=1e-8)


def test_more_power_with_more_drift() -> None:
    bounds = group_sequential([0.5, 1.0])
    power = [
        crossing_probabilities([0.5, 1.0], bounds.efficacy, drift=drift)[0].sum() for drift in (0.0, 1.0, 3.0, 5.0)
    ]
    assert (np.diff(power) > 0).all()
    np.testing.assert_allclose(power[0], 0.025, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(
    fractions=steps,
    alpha=st.sampled_from([1e-12, 0.001, 0.025, 0.4, 0.49]),
    beta=st.sampled_from([0.001, 0.2, 0.49]),
    family=st.sampled_from(SPENDING),
)
def test_a_plan_with_futility_has_its_power(fractions: np.ndarray, alpha: float, beta: float, family: str) -> None:
    bounds = group_sequential(fractions, alpha=alpha, futility=family, futility_parameter=2.0, beta=beta)
    above, below = crossing_probabilities(fractions, bounds.efficacy, bounds.futility, drift=bounds.drift)
    np.testing.assert_allclose(above.sum(), 1.0 - beta, atol=1e-6)
    np.testing.assert_allclose(below.sum(), beta, atol=1e-6)
    assert (bounds.futility <= bounds.efficacy).all()
