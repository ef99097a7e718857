"""What must hold for every table: the Cox model's invariances, and that its parts fit together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.verdict.comparison import log_rank
from adoptive.verdict.regression import (
    concordance_of,
    cox,
    cox_groups,
    cox_trials,
    fine_gray,
    hazard_ratio,
    proportionality,
    proportionality_trials,
    residuals,
)
from adoptive.verdict.rows import survival_rows

SEEDS = st.integers(0, 2**32 - 1)
FEW = settings(max_examples=15, deadline=None)


def _table(seed: int, *, size: int = 60, late: bool = True) -> dict[str, np.ndarray]:
    """A table with ties, delayed entry, weights and strata; two covariates."""
    random = np.random.default_rng(seed)
    time = np.ceil(random.exponential(12.0, size))
    return {
        "time": time,
        "event": random.uniform(size=size) < 0.8,
        "entry": np.floor(time * random.uniform(0.0, 0.9, size)) if late else np.full(size, -np.inf),
        "stratum": random.integers(0, 2, size),
        "weight": random.integers(1, 4, size).astype(float),
        "a": random.normal(size=size),
        "b": random.integers(0, 2, size).astype(float),
    }


def _fit(table: dict[str, np.ndarray], **options: Any) -> Any:
    rows = survival_rows(**{name: table[name] for name in ("time", "event", "entry", "stratum", "weight")})
    return cox(rows, {"a": table["a"], "b": table["b"]}, **options)


@FEW
@given(SEEDS, st.sampled_from(["efron", "breslow"]))
def test_the_order_of_the_rows_does_not_matter(seed: int, ties: str) -> None:
    table = _table(seed)
    order = np.random.default_rng(seed).permutation(60)
    first, second = _fit(table, ties=ties), _fit({name: column[order] for name, column in table.items()}, ties=ties)
    np.testing.assert_allclose(second.coefficients, first.coefficients, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(residuals(second), residuals(first)[order], atol=1e-10)


@FEW
@given(SEEDS)
def test_a_row_of_weight_2_is_two_rows(seed: int) -> None:
    """For Breslow's rule, in which the tied do not leave one after the other."""
    table = _table(seed)
    copies = np.repeat(np.arange(60), table["weight"].astype(int))
    many = {name: column[copies] for name, column in table.items()} | {"weight": np.ones(copies.size)}
    first, second = _fit(table, ties="breslow"), _fit(many, ties="breslow")
    np.testing.assert_allclose(second.coefficients, first.coefficients, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(second.covariance, first.covariance, rtol=1e-9)
    assert second.log_likelihood == pytest.approx(first.log_likelihood, rel=1e-12)
    robust, clustered = _fit(table, ties="breslow", robust=True), _fit(many, ties="breslow", cluster=copies)
    np.testing.assert_allclose(clustered.robust_standard_errors, robust.robust_standard_errors, rtol=1e-9)


@FEW
@given(SEEDS, st.floats(1e-6, 1e6), st.floats(-1e3, 1e3))
def test_a_covariate_in_other_units(seed: int, unit: float, shift: float) -> None:
    table = _table(seed)
    first, second = _fit(table), _fit(table | {"a": (table["a"] + shift) * unit})
    np.testing.assert_allclose(second.coefficients * [unit, 1.0], first.coefficients, rtol=1e-8, atol=1e-11)
    np.testing.assert_allclose(second.z, first.z, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(proportionality(second).chi_squared, proportionality(first).chi_squared, rtol=1e-7)


@FEW
@given(SEEDS, st.sampled_from(["efron", "breslow", "exact"]))
def test_a_row_cut_in_two_changes_nothing(seed: int, ties: str) -> None:
    """Someone followed to t is the same as he followed to c without event and from c to t."""
    table = _table(seed) | {"weight": np.ones(60)}
    start = np.maximum(table["entry"], 0.0)
    cut = start + np.ceil((table["time"] - start) / 2.0)
    split = np.flatnonzero(cut < table["time"])
    late = {name: column[split] for name, column in table.items()} | {"entry": cut[split]}
    early = {name: column.copy() for name, column in table.items()}
    early["time"][split], early["event"][split] = cut[split], False
    both = {name: np.concatenate([early[name], late[name]]) for name in table}
    first, second = _fit(table, ties=ties), _fit(both, ties=ties)
    np.testing.assert_allclose(second.coefficients, first.coefficients, rtol=1e-8, atol=1e-11)
    assert second.log_likelihood == pytest.approx(first.log_likelihood, rel=1e-11)
    if ties != "exact":
        whole = residuals(second)[:60].copy()
        whole[split] += residuals(second)[60:]
        np.testing.assert_allclose(whole, residuals(first), atol=1e-10)


@FEW
@given(SEEDS, st.sampled_from(["efron", "breslow"]))
def test_residuals_sum_to_zero(seed: int, ties: str) -> None:
    table = _table(seed)
    fit = _fit(table, ties=ties)
    assert table["weight"] @ residuals(fit) == pytest.approx(0.0, abs=1e-9)
    np.testing.assert_allclose(table["weight"] @ residuals(fit, kind="score"), 0.0, atol=1e-8)
    even = _fit(table | {"weight": np.ones(60)}, ties=ties)
    np.testing.assert_allclose(residuals(even, kind="schoenfeld").sum(axis=0), 0.0, atol=1e-8)


@FEW
@given(SEEDS)
def test_without_ties_the_three_rules_are_one(seed: int) -> None:
    table = _table(seed) | {"weight": np.ones(60)}
    table["time"] = table["time"] + np.random.default_rng(seed).uniform(0.001, 0.9, 60)
    fits = [_fit(table, ties=ties) for ties in ("efron", "breslow", "exact")]
    for fit in fits[1:]:
        np.testing.assert_allclose(fit.coefficients, fits[0].coefficients, rtol=1e-9, atol=1e-12)


@FEW
@given(SEEDS, st.booleans())
def test_the_score_test_of_a_group_is_the_log_rank_test(seed: int, tied: bool) -> None:
    """Exactly so with the exact rule, ties or not; with the others where there are none."""
    random = np.random.default_rng(seed)
    time = np.ceil(random.exponential(8.0, 40)) if tied else random.exponential(8.0, 40)
    event, arm = random.uniform(size=40) < 0.8, np.arange(40) % 2
    fit = cox_groups(survival_rows(time, event, group=arm), ties="exact" if tied else "efron")
    test = log_rank([time], [event], [arm])
    assert fit.score.statistic == pytest.approx(test.chi_squared[0], rel=1e-9)
    assert fit.score.p_value == pytest.approx(test.p_value[0], rel=1e-8)


@FEW
@given(SEEDS, st.sampled_from(["efron", "breslow"]), st.booleans())
def test_many_trials_at_once_are_one_after_the_other(seed: int, ties: str, late: bool) -> None:
    tables = [_table(seed + k, late=late) for k in range(3)]
    stack = {name: np.array([table[name] for table in tables]) for name in tables[0]}
    given_ = {name: stack[name] for name in ("stratum", "entry")}
    batch = cox_trials(
        stack["time"], stack["event"], stack["b"], ties=ties, weight=stack["weight"], robust=True, **given_
    )
    changing = proportionality_trials(stack["time"], stack["event"], stack["b"], ties=ties, **given_)
    ratios = hazard_ratio(stack["time"], stack["event"], stack["b"], ties=ties, **given_)
    for k, table in enumerate(tables):
        rows = survival_rows(**{name: table[name] for name in ("time", "event", "entry", "stratum", "weight")})
        one = cox(rows, {"b": table["b"]}, ties=ties, robust=True)  # type: ignore[arg-type]
        assert batch.log_ratio[k] == pytest.approx(one.coefficients[0], rel=1e-9, abs=1e-11)
        assert batch.standard_error[k] == pytest.approx(one.standard_errors[0], rel=1e-9)
        assert batch.robust_standard_error is not None
        assert one.robust_standard_errors is not None
        assert batch.robust_standard_error[k] == pytest.approx(one.robust_standard_errors[0], rel=1e-8)
        for test in ("score", "likelihood_ratio", "wald"):
            assert getattr(batch, test)[k] == pytest.approx(getattr(one, test).statistic, rel=1e-7, abs=1e-9)
        even = cox(survival_rows(table["time"], table["event"], entry=table["entry"], stratum=table["stratum"]),
                   {"b": table["b"]}, ties=ties)  # type: ignore[arg-type]  # fmt: skip
        assert changing.chi_squared[k] == pytest.approx(proportionality(even).chi_squared[0], rel=1e-8, abs=1e-9)
        assert ratios.log_ratio[k] == pytest.approx(even.coefficients[0], rel=1e-9, abs=1e-11)


@FEW
@given(SEEDS)
def test_concordance_counts_every_pair(seed: int) -> None:
    table = _table(seed, size=25)
    risk = np.round(table["a"], 1)
    rows = survival_rows(table["time"], table["event"], entry=table["entry"], stratum=table["stratum"])
    counts = np.zeros(3)
    for i in np.flatnonzero(table["event"]):
        for j in range(25):
            at = table["time"][i]
            there = table["entry"][j] < at and (
                table["time"][j] > at or (table["time"][j] == at and not table["event"][j])
            )
            if there and table["stratum"][i] == table["stratum"][j]:
                counts[1 - int(np.sign(risk[i] - risk[j]))] += 1
    seen = concordance_of(rows, risk)
    assert (seen.concordant, seen.tied_risk, seen.discordant) == tuple(counts)


@FEW
@given(SEEDS)
def test_without_competing_causes_fine_gray_is_cox(seed: int) -> None:
    table = _table(seed)
    x = {"a": table["a"], "b": table["b"]}
    rows = survival_rows(table["time"], table["event"])
    first = cox(rows, x, ties="breslow", robust=True)
    for variance in ("censoring", "robust"):
        second = fine_gray(table["time"], table["event"].astype(int), x, variance=variance)  # type: ignore[arg-type]
        np.testing.assert_allclose(second.coefficients, first.coefficients, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(second.standard_errors, first.robust_standard_errors, rtol=1e-9)


def test_fine_grays_influence_is_the_derivative_by_weight() -> None:
    """What a row adds to the variance is what its weight moves, the censoring curves of two groups included.

    ``sum of (db/dweight)^2`` by differences; the martingale form differs by O(1/rows) of the part of the curves. Here
    it is 4e-5 off, ``cmprsk``'s 1.3e-4, and the variance that takes the curves as known 1.1e-3.
    """
    random = np.random.default_rng(12)
    size = 150
    x = {"a": random.normal(size=size)}
    time, cause = random.exponential(size=size), random.choice([0, 1, 2], size, p=[0.45, 0.25, 0.3])
    group, moved = random.integers(0, 2, size), np.empty(size)
    for i in range(size):
        ends = []
        for step in (-1e-4, 1e-4):
            weight = np.ones(size)
            weight[i] += step
            ends.append(fine_gray(time, cause, x, weight=weight, censoring_group=group).coefficients[0])
        moved[i] = (ends[1] - ends[0]) / 2e-4
    exact = np.sqrt(moved @ moved)
    fit = fine_gray(time, cause, x, censoring_group=group)
    known = fine_gray(time, cause, x, censoring_group=group, variance="robust")
    assert abs(fit.standard_errors[0] - exact) < 1e-4 * exact
    assert abs(known.standard_errors[0] - exact) > 1e-3 * exact
