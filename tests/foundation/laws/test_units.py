"""Laws of the conversions: each has its inverse, on numbers and arrays alike."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adoptive.units import DAYS_PER_MONTH, days, diameter_mm, months, volume_cm3

POSITIVE = st.floats(1e-6, 1e6)


@given(POSITIVE)
def test_months_and_days_are_inverse(value: float) -> None:
    assert days(months(value)) == pytest.approx(value, rel=1e-12)
    assert months(days(value)) == pytest.approx(value, rel=1e-12)


@given(POSITIVE)
def test_diameter_and_volume_are_inverse(value: float) -> None:
    assert volume_cm3(diameter_mm(value)) == pytest.approx(value, rel=1e-12)
    assert diameter_mm(volume_cm3(value)) == pytest.approx(value, rel=1e-12)


@given(POSITIVE, st.floats(1.01, 10))
def test_volume_grows_with_the_cube_of_the_diameter(value: float, factor: float) -> None:
    assert volume_cm3(factor * value) / volume_cm3(value) == pytest.approx(factor**3, rel=1e-9)


@pytest.mark.parametrize("convert", [months, days, diameter_mm, volume_cm3])
def test_arrays_are_converted_elementwise(convert: Callable[..., Any]) -> None:
    values = np.array([0.0, 0.5, 20.0])
    np.testing.assert_allclose(convert(values), [convert(float(value)) for value in values], rtol=1e-15)


def test_constants() -> None:
    assert 12 * DAYS_PER_MONTH == 365.25
    assert volume_cm3(10.0) == pytest.approx(math.pi / 6, rel=1e-15)  # a ball of 1 cm
