"""The Hill function against closed forms and a second way of writing it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from adoptive.construct import hill


@pytest.mark.parametrize("steepness", [0.5, 1.0, 1.3, 4.0])
def test_half_the_effect_at_the_half_density(steepness: float) -> None:
    assert hill(np.array([1200.0]), np.array([1200.0]), np.array([steepness]))[0] == pytest.approx(0.5, abs=1e-15)


def test_no_antigen_no_effect() -> None:
    assert hill(np.zeros(1), np.array([1200.0]), np.array([1.3]))[0] == 0.0


def test_known_value() -> None:
    """Nine times the half density at steepness 1 gives 0.9; at steepness 2, 81 of 82."""
    values = hill(np.array([9.0, 9.0]), np.ones(2), np.array([1.0, 2.0]))
    np.testing.assert_allclose(values, [0.9, 81 / 82], rtol=1e-15)


@given(density=st.floats(1e-2, 1e7), half=st.floats(1.0, 1e6), steepness=st.floats(0.3, 4.0))
def test_it_is_the_logistic_function_of_the_log_density(density: float, half: float, steepness: float) -> None:
    expected = expit(steepness * (np.log(density) - np.log(half)))
    np.testing.assert_allclose(
        hill(np.array([density]), np.array([half]), np.array([steepness]))[0], expected, rtol=1e-9
    )
