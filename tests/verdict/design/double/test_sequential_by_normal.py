"""Crossing probabilities against the multivariate normal distribution of the looks' z."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from adoptive.verdict.design.sequential import crossing_probabilities, group_sequential


@pytest.mark.parametrize("drift", [0.0, 2.0])
@pytest.mark.parametrize("fractions", [[0.5, 1.0], [0.2, 0.6, 1.0], [0.3, 0.35, 0.9, 1.0]])
@pytest.mark.parametrize("family", ["O'Brien-Fleming", "Pocock"])
def test_never_crossing_is_an_orthant_of_the_normal(family: str, fractions: list[float], drift: float) -> None:
    """Corr(z_i, z_j) = sqrt(t_i / t_j); scipy's integral is good to about 1e-5."""
    t = np.array(fractions)
    bounds = group_sequential(t, spending=family)
    above, _ = crossing_probabilities(t, bounds.efficacy, drift=drift)
    covariance = np.sqrt(np.minimum.outer(t, t) / np.maximum.outer(t, t))
    normal = multivariate_normal(
        mean=drift * np.sqrt(t), cov=covariance, maxpts=2_000_000, abseps=1e-7, releps=1e-7, seed=1
    )
    inside = normal.cdf(bounds.efficacy)
    np.testing.assert_allclose(1.0 - above.sum(), inside, atol=2e-5)
