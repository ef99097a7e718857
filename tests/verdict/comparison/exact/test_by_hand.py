"""Small cases worked by hand, limits, and the p-value of a maximum against known integrals."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import multivariate_normal

from adoptive.tables import TableError
from adoptive.verdict.comparison import Weights, gray_test, log_rank_test, max_combo
from adoptive.verdict.comparison.normal_box import beyond
from adoptive.verdict.rows import survival_rows


def test_log_rank_of_four_patients_by_hand() -> None:
    """Events at 1 (n 4, second group 2), 2 (3, 2) and 3 (2, 1): E = 1/2 + 2/3 + 1/2, V = 1/4 + 2/9 + 1/4."""
    rows = survival_rows([1, 2, 3, 4], [1, 1, 1, 0], group=["a", "b", "a", "b"])
    test = log_rank_test(rows)
    assert test.observed.tolist() == [2.0, 1.0]
    assert test.expected[1] == pytest.approx(5 / 3)
    assert test.variance[1, 1] == pytest.approx(13 / 18)
    assert test.z == pytest.approx((1 - 5 / 3) / np.sqrt(13 / 18))
    assert test.one_sided_p == pytest.approx(ndtr(test.z))
    assert test.one_sided_p is not None
    assert test.one_sided_p < 0.5  # the second group has fewer events than expected


@pytest.mark.parametrize(
    ("weights", "values"),
    [
        (Weights.log_rank(), [1, 1, 1]),
        (Weights.fleming_harrington(1, 0), [1, 3 / 4, 1 / 2]),
        (Weights.fleming_harrington(0, 2), [0, 1 / 16, 1 / 4]),
        (Weights.gehan(), [4, 3, 2]),
        (Weights.tarone_ware(), [2, np.sqrt(3), np.sqrt(2)]),
        (Weights.peto(), [4 / 5, 3 / 5, 2 / 5]),
        (Weights.magirr_burman(delay=1.0), [1, 4 / 3, 4 / 3]),
        (Weights.magirr_burman(weight_cap=1.5), [1, 4 / 3, 3 / 2]),
        (Weights.magirr_burman(delay=2.5, weight_cap=1.9), [1, 4 / 3, 1.9]),
        (Weights.early_zero(2.0), [0, 1, 1]),
    ],
    ids=lambda value: value.name if isinstance(value, Weights) else "",
)
def test_every_weight_by_hand(weights: Weights, values: list[float]) -> None:
    rows = survival_rows([1, 2, 3, 4], [1, 1, 1, 0], group=["a", "b", "a", "b"])
    test = log_rank_test(rows, weights=weights)
    w = np.array(values, float)
    assert test.expected[1] == pytest.approx(w @ [1 / 2, 2 / 3, 1 / 2])
    assert test.variance[1, 1] == pytest.approx(w**2 @ [1 / 4, 2 / 9, 1 / 4])


def test_a_stratum_of_its_own_group_tells_nothing() -> None:
    rows = survival_rows([1, 2, 3, 4], [1, 1, 1, 1], group=[0, 0, 1, 1], stratum=[0, 0, 1, 1])
    test = log_rank_test(rows)
    assert (test.z, test.chi_squared, test.degrees, test.p_value, test.estimable) == (0.0, 0.0, 0, 1.0, False)
    combo = max_combo(rows)
    assert (combo.p_value, combo.one_sided_p, combo.estimable) == (1.0, 1.0, False)


def test_degrees_leave_out_groups_never_at_risk_at_an_event() -> None:
    rows = survival_rows([1, 2, 3, 4, 0.5], [1, 1, 1, 1, 0], group=[0, 1, 0, 1, 2])
    assert log_rank_test(rows).degrees == 1


def test_frequency_weights_are_replicated_rows() -> None:
    """A trap: lifelines' weighted Fleming-Harrington test takes weights for something else."""
    random = np.random.default_rng(5)
    time, event = np.ceil(random.exponential(5.0, 60)), random.random(60) < 0.7
    group, times_seen = random.integers(0, 2, 60), random.integers(1, 8, 60)
    weighted = survival_rows(time, event, group=group, weight=times_seen)
    whole = survival_rows(*(np.repeat(x, times_seen) for x in (time, event)), group=np.repeat(group, times_seen))
    for weights in [(0, 0), (3, 3), (0, 1), "gehan", "peto", "tarone-ware", Weights.magirr_burman(delay=4)]:
        one, other = log_rank_test(weighted, weights=weights), log_rank_test(whole, weights=weights)
        assert one.z == pytest.approx(other.z, rel=1e-12)
        assert one.p_value == pytest.approx(other.p_value, rel=1e-9)
    assert max_combo(weighted).p_value == pytest.approx(max_combo(whole).p_value, rel=1e-9)


def test_without_other_causes_and_censoring_gray_scores_are_log_rank_scores() -> None:
    random = np.random.default_rng(2)
    time, group = random.exponential(1.0, 80), random.integers(0, 3, 80)
    gray = gray_test(time, np.ones(80, int), group)
    rank = log_rank_test(survival_rows(time, np.ones(80), group=group))
    np.testing.assert_allclose(gray.score, rank.observed - rank.expected, atol=1e-10)


@pytest.mark.parametrize("correlation", [-0.9, 0.0, 0.5, 0.99])
@pytest.mark.parametrize("limit", [0.4, 2.2])
def test_two_normals_against_their_orthant_formula(correlation: float, limit: float) -> None:
    both = np.array([[1.0, correlation], [correlation, 1.0]])
    inside = multivariate_normal(np.zeros(2), both).cdf([limit, limit], lower_limit=[-limit, -limit])
    assert beyond(both, limit, two_sided=True) == pytest.approx(1 - inside, abs=1e-7)
    below = multivariate_normal(np.zeros(2), both).cdf([limit, limit])
    assert beyond(both, limit, two_sided=False) == pytest.approx(1 - below, abs=1e-7)


def test_three_and_four_equally_correlated_normals_against_one_integral() -> None:
    """With correlation r all of them are below c with chance ``E Phi((c - sqrt(r) X) / sqrt(1 - r))^m``."""
    node, weight = np.polynomial.hermite_e.hermegauss(160)
    weight = weight / weight.sum()
    for many, r, limit in [(3, 0.5, 1.9), (3, 0.9, 2.3), (4, 0.7, 2.1), (3, 0.2, 0.6)]:
        both = np.full((many, many), r) + (1 - r) * np.eye(many)
        high, low = ((side * limit - np.sqrt(r) * node) / np.sqrt(1 - r) for side in (1, -1))
        within, below = weight @ (ndtr(high) - ndtr(low)) ** many, weight @ ndtr(high) ** many
        assert beyond(both, limit, two_sided=True) == pytest.approx(1 - within, abs=1e-6)
        assert beyond(both, limit, two_sided=False) == pytest.approx(1 - below, abs=1e-6)


def test_a_maximum_over_one_test_is_that_test() -> None:
    random = np.random.default_rng(8)
    rows = survival_rows(random.exponential(1.0, 50), random.random(50) < 0.8, group=random.integers(0, 2, 50))
    combo, alone = max_combo(rows, weights=[(0, 1)]), log_rank_test(rows, weights=(0, 1))
    assert combo.p_value == pytest.approx(alone.p_value, rel=1e-9)
    assert combo.one_sided_p == pytest.approx(alone.one_sided_p, rel=1e-9)
    doubled = max_combo(rows, weights=[(0, 1), (0, 1)])
    assert doubled.p_value == pytest.approx(alone.p_value, rel=1e-6)


def test_misuse_is_named() -> None:
    alone = survival_rows([1, 2], [1, 1])
    with pytest.raises(TableError, match="two groups or more"):
        log_rank_test(alone)
    with pytest.raises(TableError, match="two groups"):
        max_combo(alone)
    with pytest.raises(TableError, match="unknown weights"):
        log_rank_test(survival_rows([1, 2], [1, 1], group=[0, 1]), weights="late")
    with pytest.raises(TableError, match="censoring is no cause"):
        gray_test([1, 2], [1, 0], [0, 1], interest=0)
    for wrong in (lambda: Weights.fleming_harrington(-1, 0), Weights.magirr_burman, lambda: Weights.early_zero(-1)):
        with pytest.raises(TableError):
            wrong()
