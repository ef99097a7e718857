"""What must hold of every batch: order, scale, independence of trials, swapped arms, sets as if they were the trial."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from adoptive.verdict import hazard_ratio, kaplan_meier, log_rank, median_survival, risk_table

SEEDS = st.integers(0, 2**32 - 1)
AT = np.array([0.0, 3.0, 8.0, 8.5, 30.0, 200.0])
Batch = dict[str, NDArray[Any]]


def batch(seed: int, trials: int = 6) -> Batch:
    """Make trials of any size with ties, some of them degenerate."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 40))
    days = rng.integers(0, rng.choice([3, 20, 1000]), (trials, size)).astype(float)
    chance = rng.choice([0.0, 0.3, 0.9, 1.0], (trials, 1))
    return {
        "days": days,
        "event": rng.random(days.shape) < chance,
        "arm": rng.random(days.shape) < 0.5,
        "include": rng.random(days.shape) < rng.choice([0.0, 0.8, 1.0], (trials, 1)),
    }


def everything(of: Batch, scale: float = 1.0) -> list[NDArray[Any]]:
    days, event, arm, include = of["days"], of["event"], of["arm"], of["include"]
    fit, test = hazard_ratio(days, event, arm, include), log_rank(days, event, arm, include)
    survival = kaplan_meier(days, event, include, at_days=AT * scale)
    median = median_survival(days, event, include) / scale
    return [survival, median, fit.log_ratio, fit.standard_error, fit.estimable, test.chi_squared, test.p_value]


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_nothing_is_nan_and_curves_fall(seed: int) -> None:
    found = everything(batch(seed))
    assert not any(np.isnan(values).any() for values in found)
    assert (np.diff(found[0], axis=1) <= 0).all()
    assert ((found[0] >= 0) & (found[0] <= 1)).all()


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_patients_may_stand_in_any_order(seed: int) -> None:
    before = batch(seed)
    order = np.random.default_rng(seed).permutation(before["days"].shape[1])
    after = {name: column[:, order] for name, column in before.items()}
    for one, other in zip(everything(before), everything(after), strict=True):
        assert (one == other).all()


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.sampled_from([0.25, 2.0, 30.4375, 1e4]))
def test_the_unit_of_time_does_not_matter(seed: int, scale: float) -> None:
    before = batch(seed)
    after = before | {"days": before["days"] * scale}
    for one, other in zip(everything(before), everything(after, scale), strict=True):
        assert other == pytest.approx(one, rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_each_trial_is_judged_alone_and_a_set_is_a_trial(seed: int) -> None:
    together = batch(seed)
    found = everything(together)
    for k in range(len(together["days"])):
        chosen = together["include"][k]
        alone = {name: column[[k]][:, chosen] for name, column in together.items()}
        for one, other in zip(everything(alone), found, strict=True):
            assert (one[0] == other[k]).all()


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_swapping_the_arms_inverts_the_ratio(seed: int) -> None:
    one = batch(seed)
    fit, swapped = (hazard_ratio(one["days"], one["event"], arm, one["include"]) for arm in (one["arm"], ~one["arm"]))
    assert (fit.estimable == swapped.estimable).all()
    assert swapped.log_ratio == pytest.approx(-fit.log_ratio, abs=1e-9)
    assert swapped.lower[fit.estimable] == pytest.approx(1 / fit.upper[fit.estimable], rel=1e-8)
    test, other = (log_rank(one["days"], one["event"], arm, one["include"]) for arm in (one["arm"], ~one["arm"]))
    assert other.z == pytest.approx(-test.z, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_an_estimate_exists_only_at_a_zero_of_the_slope_with_events_in_both_arms(seed: int) -> None:
    one = batch(seed)
    fit = hazard_ratio(one["days"], one["event"], one["arm"], one["include"])
    counted = one["event"] & one["include"]
    both = (counted & one["arm"]).any(axis=1) & (counted & ~one["arm"]).any(axis=1)
    assert (~fit.estimable | both).all()
    assert np.isfinite(fit.log_ratio).all()
    assert (np.abs(fit.log_ratio) < 12).all()  # a monotone likelihood would run to the bound of the search


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_at_risk_censored_and_events_add_up(seed: int) -> None:
    one = batch(seed)
    table = risk_table(one["days"], one["event"], one["include"], at_days=AT)
    total = table.at_risk + table.censored + table.events
    assert (total == one["include"].sum(axis=1)[:, None]).all()


@settings(max_examples=40, deadline=None)
@given(SEEDS)
def test_without_censoring_at_a_time_the_curve_is_one_minus_the_share_of_events(seed: int) -> None:
    one = batch(seed)
    at = float(np.median(one["days"]))
    clean = ~((one["days"] <= at) & ~one["event"] & one["include"]).any(axis=1) & one["include"].any(axis=1)
    survival = kaplan_meier(one["days"], one["event"], one["include"], at_days=[at])[:, 0]
    dead = (one["include"] & one["event"] & (one["days"] <= at)).sum(axis=1)
    expected = 1 - dead / np.maximum(one["include"].sum(axis=1), 1)
    assert survival[clean] == pytest.approx(expected[clean], abs=1e-12)
