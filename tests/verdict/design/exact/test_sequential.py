"""Group-sequential bounds that are published, and the arithmetic of spending."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.errors import StudyError
from adoptive.verdict.design.sequential import SPENDING, crossing_probabilities, error_spent, group_sequential

# Lan and DeMets 1983 and Reboussin et al. 2000 (two-sided 0.05 of their program is one-sided 0.025 here); the last
# three are the printed bounds of gsDesign's default spending, Hwang-Shih-DeCani -4 for alpha and -2 for beta.
PUBLISHED = [
    ("O'Brien-Fleming", 1.0, 2, [2.963, 1.969]),
    ("O'Brien-Fleming", 1.0, 3, [3.710, 2.511, 1.993]),
    ("O'Brien-Fleming", 1.0, 5, [4.877, 3.357, 2.680, 2.290, 2.031]),
    ("Pocock", 1.0, 2, [2.157, 2.201]),
    ("Pocock", 1.0, 5, [2.438, 2.427, 2.410, 2.397, 2.386]),
    ("Hwang-Shih-DeCani", -4.0, 3, [3.011, 2.547, 1.999]),
]


@pytest.mark.parametrize(("family", "parameter", "looks", "expected"), PUBLISHED)
def test_published_bounds(family: str, parameter: float, looks: int, expected: list[float]) -> None:
    bounds = group_sequential(np.arange(1, looks + 1) / looks, spending=family, parameter=parameter)
    np.testing.assert_allclose(bounds.efficacy, expected, atol=6e-4)


def test_published_futility_bounds() -> None:
    bounds = group_sequential(
        [1 / 3, 2 / 3, 1.0], spending="Hwang-Shih-DeCani", parameter=-4.0, futility="Hwang-Shih-DeCani",
        futility_parameter=-2.0, beta=0.1,
    )  # fmt: skip
    np.testing.assert_allclose(bounds.futility, [-0.239, 0.941, 1.999], atol=6e-4)
    above, below = crossing_probabilities(bounds.fractions, bounds.efficacy, bounds.futility, drift=bounds.drift)
    np.testing.assert_allclose(above.sum(), 0.9, atol=1e-8)
    np.testing.assert_allclose(np.cumsum(below), bounds.beta_spent, atol=1e-8)


def test_one_look_is_the_fixed_design() -> None:
    for family in SPENDING:
        np.testing.assert_allclose(group_sequential([1.0], spending=family).efficacy, [1.959964], atol=1e-5)


def test_power_family_spends_powers() -> None:
    assert error_spent("power", [0.25, 0.5, 1.0], level=0.04, parameter=2.0).tolist() == [0.0025, 0.01, 0.04]
    np.testing.assert_allclose(error_spent("Hwang-Shih-DeCani", [0.3, 1.0], level=0.05, parameter=0.0), [0.015, 0.05])


@pytest.mark.parametrize("fractions", [[0.5, 0.5, 1.0], [0.6, 0.4], [0.0, 1.0], [0.5, 1.2]])
def test_fractions_must_rise(fractions: list[float]) -> None:
    with pytest.raises(StudyError, match="rise"):
        group_sequential(fractions)


def test_unknown_family() -> None:
    with pytest.raises(StudyError, match="O'Brien-Fleming, Pocock"):
        group_sequential([1.0], spending="Haybittle")
