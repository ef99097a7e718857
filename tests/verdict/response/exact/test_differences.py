"""Differences against a published table, the statistics that their ends solve, and limits."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.tables import TableError
from adoptive.verdict import response
from adoptive.verdict.response.restricted import difference_shares, difference_z, odds_z, risk_z

Z = 1.959963984540054
TABLES = np.array([(56, 70, 48, 80), (9, 10, 3, 10), (6, 7, 2, 7), (5, 56, 0, 29), (0, 10, 0, 20), (0, 10, 0, 10),
                   (10, 10, 0, 20), (10, 10, 0, 10)]).T  # fmt: skip


@pytest.mark.parametrize(
    ("method", "lower", "upper"),
    [
        ("farrington-manning", [0.0533, 0.1821, 0.0544, -0.0313, -0.1611, -0.2775, 0.7225, 0.6777],
         [0.3377, 0.8370, 0.8478, 0.1926, 0.2775, 0.2775, 1.0, 1.0]),
        ("miettinen-nurminen", [0.0528, 0.1700, 0.0342, -0.0326, -0.1658, -0.2879, 0.7156, 0.6636],
         [0.3382, 0.8406, 0.8534, 0.1933, 0.2844, 0.2879, 1.0, 1.0]),
        ("newcombe", [0.0524, 0.1705, 0.0582, -0.0381, -0.1611, -0.2775, 0.6791, 0.6075],
         [0.3339, 0.8090, 0.8062, 0.1926, 0.2775, 0.2775, 1.0, 1.0]),
    ],
)  # fmt: skip
def test_published_intervals(method: str, lower: list[float], upper: list[float]) -> None:
    # Newcombe 1998, table II (methods 5, 6 and 10), 10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I
    found = response.difference(*TABLES, method=method)
    assert found.lower == pytest.approx(lower, abs=5.1e-5)
    assert found.upper == pytest.approx(upper, abs=5.1e-5)


def test_restricted_shares_are_the_likeliest() -> None:
    """Against a fine grid of all pairs of shares with the given difference."""
    random = np.random.default_rng(5)
    n1, n0 = random.integers(2, 40, (2, 200)).astype(float)
    x1, x0 = np.floor(n1 * random.uniform(0, 1.01, 200)), np.floor(n0 * random.uniform(0, 1.01, 200))
    x1, x0, delta = np.minimum(x1, n1), np.minimum(x0, n0), random.uniform(-0.95, 0.95, 200)
    p1, p0 = difference_shares(x1, n1, x0, n0, delta)
    assert p1 - p0 == pytest.approx(delta, abs=1e-12)
    grid = np.maximum(0, delta) + np.linspace(0, 1, 2001)[:, None] * (1 - np.abs(delta))

    def log_likelihood(first: np.ndarray) -> np.ndarray:
        pairs = ((x1, first), (n1 - x1, 1 - first), (x0, first - delta), (n0 - x0, 1 - first + delta))
        return sum(np.where(x > 0, x * np.log(np.clip(p, 1e-300, 1)), 0.0) for x, p in pairs)

    assert (log_likelihood(p1) >= log_likelihood(grid).max(axis=0) - 1e-9).all()


@pytest.mark.parametrize(
    ("make", "statistic"), [(response.difference, difference_z), (response.relative_risk, risk_z),
                            (response.odds_ratio, odds_z)],
)  # fmt: skip
def test_score_intervals_end_where_their_statistic_is_z(make: object, statistic: object) -> None:
    x1, n1, x0, n0 = (row[:3].astype(float) for row in TABLES)
    method = "miettinen-nurminen" if make is response.difference else "score"
    found = make(x1, n1, x0, n0, method=method)
    factor = (n1 + n0) / (n1 + n0 - 1)
    assert statistic(x1, n1, x0, n0, found.lower, factor=factor) == pytest.approx(Z, abs=1e-9)
    assert statistic(x1, n1, x0, n0, found.upper, factor=factor) == pytest.approx(-Z, abs=1e-9)


def test_one_stratum_is_no_stratum() -> None:
    whole = response.difference(9, 10, 3, 10, method="miettinen-nurminen")
    split = response.stratified_difference([9], [10], [3], [10])
    assert (split.lower, split.upper) == pytest.approx((float(whole.lower), float(whole.upper)), abs=1e-12)
    assert split.p_value == pytest.approx(float(whole.p_value), abs=1e-12)


def test_common_difference_is_weighted_by_size() -> None:
    found = response.stratified_difference([8, 30], [10, 40], [5, 10], [10, 40], method="mantel-haenszel")
    assert found.weights == pytest.approx([0.2, 0.8])
    assert found.estimate == pytest.approx(0.2 * 0.3 + 0.8 * 0.5)
    spread = np.sqrt(0.04 * (0.8 * 0.2 / 10 + 0.25 / 10) + 0.64 * (0.75 * 0.25 / 40 + 0.25 * 0.75 / 40))
    assert (found.upper - found.lower) / 2 == pytest.approx(Z * spread)


def test_non_inferiority() -> None:
    z, p_value = response.non_inferiority(60, 80, 60, 80, margin=0.15)
    p1, p0 = difference_shares(*np.array([[60.0], [80.0], [60.0], [80.0], [-0.15]]))
    assert float(z) == pytest.approx(0.15 / np.sqrt((p1 * (1 - p1) + p0 * (1 - p0)) / 80).item())
    assert float(p_value) == pytest.approx(0.5 * (1 - _erf(float(z))))
    at_the_margin, one_half = response.non_inferiority(52, 80, 64, 80, margin=0.15)
    assert (float(at_the_margin), float(one_half)) == pytest.approx((0.0, 0.5))
    superiority, _ = response.non_inferiority(56, 70, 48, 80, margin=0.0)
    assert 2 * (1 - 0.5 * (1 + _erf(float(superiority)))) == pytest.approx(
        float(response.difference(56, 70, 48, 80).p_value)
    )


def _erf(z: float) -> float:
    from math import erf, sqrt

    return erf(z / sqrt(2))


def test_nothing_observed_says_nothing() -> None:
    found = response.difference([0, 3], [0, 4], [1, 0], [2, 0])
    assert found.lower.tolist() == [-1, -1]
    assert found.upper.tolist() == [1, 1]
    assert found.p_value.tolist() == [1, 1]
    ratio = response.relative_risk([0, 0], [5, 5], [0, 2], [5, 5])
    assert ratio.estimable.tolist() == [False, True]
    assert (ratio.estimate[1], ratio.lower[1]) == (0.0, 0.0)
    assert 0 < ratio.upper[1] < np.inf
    assert response.odds_ratio(3, 3, 0, 4, method="conditional").upper == np.inf


def test_mistakes_are_said() -> None:
    with pytest.raises(TableError, match="newcombe"):
        response.difference(1, 2, 1, 2, method="exact")
    with pytest.raises(TableError, match="hits"):
        response.difference(3, 2, 1, 2)
    with pytest.raises(TableError, match="stratum"):
        response.mantel_haenszel([1], [2], [0], [0])
