"""Drawn values follow their row: seed fixed; with another seed each test fails by chance once in a thousand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from scipy.special import logit

from adoptive.parameters import SCALES, Book, Parameter, draw_patients, draw_typical
from adoptive.streams import Keys, Streams

SIZE = 20_000


def _deviation(scale: str, values: NDArray[np.float64], centre: float) -> NDArray[np.float64]:
    if scale == "log":
        return np.asarray(np.log(values) - np.log(centre))
    if scale == "logit":
        return np.asarray(logit(values) - logit(centre))
    return values - centre


def _row(scale: str) -> Parameter:
    return Parameter("x", 0.4, "-", "a number", "by hand", "assumed", between=0.3, uncertainty=0.2, scale=scale)


@pytest.mark.parametrize("scale", SCALES)
def test_typical_values_spread_by_their_uncertainty(scale: str) -> None:
    drawn = draw_typical(Book({"x": _row(scale)}), Streams(1), trials=range(SIZE)).values["x"]
    z = _deviation(scale, drawn, 0.4) / 0.2
    assert stats.kstest(z, stats.norm.cdf).pvalue > 1e-3


@pytest.mark.parametrize("scale", SCALES)
def test_patients_spread_around_their_trial_within_three_deviations(scale: str) -> None:
    typical = draw_typical(Book({"x": _row(scale)}), Streams(1), trials=[5])
    drawn = draw_patients(typical, Streams(1), name="x", keys=Keys.of(5, np.arange(SIZE)))
    z = _deviation(scale, drawn, float(typical.values["x"][0])) / 0.3
    assert np.abs(z).max() <= 3.0 + 1e-9
    inside = z[np.abs(z) < 3.0 - 1e-9]
    assert stats.kstest(inside, stats.truncnorm(-3, 3).cdf).pvalue > 1e-3
