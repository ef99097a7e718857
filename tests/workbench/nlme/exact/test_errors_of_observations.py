"""The residual errors: densities that integrate to 1 with what lies below the limit, and known special cases."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm, poisson

from adoptive.kinetics.observe import FlowCount
from adoptive.workbench.calibrate.nlme import Residual
from adoptive.workbench.calibrate.nlme.residual import Observed, impute, log_likelihood


def seen(values: np.ndarray, *, below: bool = False, **context: np.ndarray) -> Observed:
    own = values[None]
    return Observed(own, np.full(own.shape, below), np.ones(own.shape, bool), {k: v[None] for k, v in context.items()})


@pytest.mark.parametrize("kind", ["additive", "proportional", "combined", "exponential"])
def test_what_is_measured_and_what_lies_below_make_one(kind: str) -> None:
    residual, error, prediction, limit = Residual(kind), np.array([0.4, 0.3]), 2.0, 1.5
    grid = np.linspace(limit, 30.0, 40_001)
    above = np.exp(log_likelihood(residual, seen(grid), np.full((1, len(grid)), prediction), error))[0]
    under = np.exp(log_likelihood(residual, seen(np.array([limit]), below=True), np.array([[prediction]]), error))[0, 0]
    assert abs(np.trapezoid(above, grid) + under - 1.0) < 1e-5
    assert under > 0.05


def test_values_below_are_drawn_from_the_cut_error() -> None:
    lot = (np.arange(2_000) + 0.5) / 2_000
    values = np.full(2_000, 1.0)
    prediction = np.full((1, 2_000), 1.2)
    drawn = impute(Residual("additive"), seen(values, below=True), prediction, np.array([0.5, 1.0]), lot[None])[0]
    assert drawn.max() <= 1.0
    cut = norm(1.2, 0.5)
    assert abs(drawn.mean() - (1.2 - 0.25 * cut.pdf(1.0) / cut.cdf(1.0))) < 1e-3


def test_a_count_below_has_the_poisson_chance_of_too_few_events() -> None:
    assay = FlowCount.published()
    cells, leukocytes = np.array([0.02, 0.3, 4.0]), np.array([500.0, 900.0, 4_000.0])
    got = log_likelihood(
        Residual("count", assay="flow"), seen(np.ones(3), below=True, leukocytes=leukocytes), cells[None], np.ones(2)
    )[0]
    events = assay.acquired * (cells / leukocytes + assay.background)
    np.testing.assert_allclose(got, poisson.logcdf(np.ceil(assay.lower_events) - 1, events), rtol=1e-9)
