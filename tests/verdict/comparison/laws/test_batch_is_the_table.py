"""Many trials at once are the same as one table after the other; and what must hold of every test."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adoptive.verdict.comparison import (
    Weights,
    gray_test,
    gray_trials,
    log_rank,
    log_rank_test,
    max_combo,
    max_combo_trials,
    weighted_log_rank,
)
from adoptive.verdict.rows import survival_rows

ALL = [
    Weights.log_rank(),
    Weights.fleming_harrington(0, 1),
    Weights.fleming_harrington(0.5, 2),
    Weights.gehan(),
    Weights.tarone_ware(),
    Weights.peto(),
    Weights.magirr_burman(delay=3.0),
    Weights.magirr_burman(weight_cap=1.7),
    Weights.early_zero(2.0),
]


def batch(trials: int = 12, size: int = 45) -> dict[str, Any]:
    """Make trials with ties of several densities, and a set of patients."""
    random = np.random.default_rng(11)
    grid = random.choice([1.0, 4.0, 1000.0], (trials, 1))
    days = np.ceil(random.exponential(4.0, (trials, size)) * grid) / grid
    return {
        "days": days,
        "event": random.random(days.shape) < 0.7,
        "arm": random.random(days.shape) < 0.5,
        "include": random.random(days.shape) < 0.9,
        "stratum": random.integers(0, 3, days.shape),
        "cause": random.integers(0, 3, days.shape),
    }


@pytest.mark.parametrize("weights", ALL, ids=lambda weights: weights.name)
@pytest.mark.parametrize("stratified", [False, True])
def test_weighted_tests(weights: Weights, stratified: bool) -> None:
    of = batch()
    stratum = of["stratum"] if stratified else None
    found = weighted_log_rank(of["days"], of["event"], of["arm"], of["include"], weights=weights, stratum=stratum)
    for k, keep in enumerate(of["include"]):
        by = of["stratum"][k][keep] if stratified else None
        days, event, arm = (of[name][k][keep] for name in ("days", "event", "arm"))
        test = log_rank_test(survival_rows(days, event, group=arm, stratum=by), weights=weights)
        ours = [found.z[k], found.observed[k], found.expected[k], found.variance[k], found.p_value[k]]
        one = [test.z, test.observed[1], test.expected[1], test.variance[1, 1], test.p_value]
        np.testing.assert_allclose(ours, one, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("one_sided", [False, True])
def test_max_combo(one_sided: bool) -> None:
    of = batch()
    columns = [of[name] for name in ("days", "event", "arm", "include")]
    found = max_combo_trials(*columns, stratum=of["stratum"], one_sided=one_sided)
    for k, keep in enumerate(of["include"]):
        days, event, arm, stratum = (of[name][k][keep] for name in ("days", "event", "arm", "stratum"))
        test = max_combo(survival_rows(days, event, group=arm, stratum=stratum))
        np.testing.assert_allclose(found.z[k], test.z, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(found.correlation[k], test.correlation, rtol=1e-9)
        assert found.p_value[k] == pytest.approx(test.one_sided_p if one_sided else test.p_value, abs=5e-5)


def test_gray_and_the_plain_log_rank() -> None:
    of = batch()
    found = gray_trials(of["days"], of["cause"], of["arm"], of["include"], interest=2, rho=0.5)
    for k, keep in enumerate(of["include"]):
        test = gray_test(of["days"][k][keep], of["cause"][k][keep], of["arm"][k][keep], interest=2, rho=0.5)
        assert found.z[k] == pytest.approx(test.z, rel=1e-9, abs=1e-12)
    columns = [of[name] for name in ("days", "event", "arm", "include")]
    np.testing.assert_allclose(weighted_log_rank(*columns).z, log_rank(*columns).z, rtol=1e-12, atol=1e-12)


def test_swapped_groups_swap_the_sign_and_names_do_not_matter() -> None:
    of = batch()
    days, event, arm = of["days"][0], of["event"][0], of["arm"][0]
    one, other = (survival_rows(days, event, group=group) for group in (arm, ~arm))
    for weights in ALL:
        assert log_rank_test(one, weights=weights).z == pytest.approx(-log_rank_test(other, weights=weights).z)
    assert max_combo(one).p_value == pytest.approx(max_combo(other).p_value, abs=1e-8)
    many = np.array(["x", "y", "z", "w"])[np.arange(days.size) % 4]
    renamed = np.array(["b", "d", "a", "c"])[np.arange(days.size) % 4]
    tests = [log_rank_test(survival_rows(days, event, group=group)) for group in (many, renamed)]
    assert tests[0].chi_squared == pytest.approx(tests[1].chi_squared)
    assert tests[0].degrees == tests[1].degrees == 3


def test_the_unit_of_time_does_not_matter_but_for_named_delays() -> None:
    of = batch()
    days, event, arm = of["days"][1], of["event"][1], of["arm"][1]
    for weights in (*ALL[:6], ALL[7]):
        tests = [log_rank_test(survival_rows(days * by, event, group=arm), weights=weights) for by in (1, 30.4375)]
        assert tests[0].z == pytest.approx(tests[1].z, rel=1e-9)


def test_who_enters_at_an_event_is_not_at_risk_at_it() -> None:
    """Moving such an entry a little later changes nothing, a little earlier changes the test."""
    time, event, group = [2.0, 3.0, 4.0, 5.0, 6.0], [1, 1, 1, 1, 1], [0, 1, 0, 1, 1]
    entries = [[0.0, 0.0, 0.0, entry, 0.0] for entry in (2.0, 2.1, 1.9)]
    z = [log_rank_test(survival_rows(time, event, entry=entry, group=group)).z for entry in entries]
    assert z[0] == pytest.approx(z[1], rel=1e-12)
    assert abs(z[0] - z[2]) > 0.01


def test_near_ties_are_merged_by_a_switch() -> None:
    """Two events at times that differ by round-off are one time, unless told otherwise."""
    time, group = np.array([0.3, 0.1 + 0.2, 1.0, 2.0, 2.5]), [0, 1, 1, 0, 1]
    assert time[0] != time[1]
    exact = log_rank_test(survival_rows([0.3, 0.3, 1.0, 2.0, 2.5], np.ones(5), group=group))
    merged = log_rank_test(survival_rows(time, np.ones(5), group=group))
    apart = log_rank_test(survival_rows(time, np.ones(5), group=group, merge_near_ties=False))
    assert merged.z == pytest.approx(exact.z, rel=1e-12)
    assert abs(apart.z - exact.z) > 1e-3
