"""Proportions against known intervals and the tests they invert."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from adoptive.tables import TableError
from adoptive.verdict import clopper_pearson, proportion, wilson


def test_published_intervals() -> None:
    # Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29
    # 10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E
    hits, total = [81, 15, 0, 1], [263, 148, 20, 29]
    exact, score = clopper_pearson(hits, total), wilson(hits, total)
    assert exact.lower == pytest.approx([0.2527, 0.0578, 0, 0.0009], abs=5e-5)
    assert exact.upper == pytest.approx([0.3676, 0.1617, 0.1684, 0.1776], abs=5e-5)
    assert score.lower == pytest.approx([0.2553, 0.0624, 0, 0.0061], abs=5e-5)
    assert score.upper == pytest.approx([0.3662, 0.1605, 0.1611, 0.1718], abs=5e-5)


@pytest.mark.parametrize("size", [1, 2, 9, 104])
def test_exact_interval_inverts_the_binomial_tests(size: int) -> None:
    hits = np.arange(size + 1)
    found = clopper_pearson(hits, size, level=0.9)
    some = hits > 0
    assert binom.sf(hits[some] - 1, size, found.lower[some]) == pytest.approx(0.05)
    assert binom.cdf(hits[~(hits == size)], size, found.upper[~(hits == size)]) == pytest.approx(0.05)
    assert (found.lower[0], found.upper[-1]) == (0.0, 1.0)


def test_wilson_interval_inverts_the_score_test() -> None:
    hits = np.arange(1, 20)
    found = wilson(hits, 20)
    for edge in (found.lower, found.upper):
        assert np.abs(hits / 20 - edge) / np.sqrt(edge * (1 - edge) / 20) == pytest.approx(1.959963984540054)


def test_without_observations() -> None:
    for interval in (clopper_pearson(0, 0), wilson(0, 0)):
        assert (float(interval.lower), float(interval.upper)) == (0.0, 1.0)
    assert proportion([3, 0], [4, 0]).tolist() == [0.75, 0.0]


@pytest.mark.parametrize(("hits", "total"), [(5, 4), (-1, 4)])
def test_impossible_counts_are_said(hits: int, total: int) -> None:
    with pytest.raises(TableError, match="hits"):
        wilson(hits, total)
