"""The structural model on data made by it, its root, its limits."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.tables import TableError
from adoptive.verdict import log_rank
from adoptive.verdict.estimands import rpsft, switch_rows
from adoptive.verdict.estimands.counterfactual import untreated_times
from adoptive.verdict.estimands.types import SwitchRows

UNTREATED = np.array([1.0, 2.3, 3.1, 4.4, 6.0, 9.5, 11.0, 20.0])


def _model_trial() -> SwitchRows:
    """Two arms with the same untreated times; therapy doubles time, controls switch at half of theirs."""
    switch = UNTREATED / 2
    time = np.concatenate([2 * UNTREATED, switch + 2 * (UNTREATED - switch)])
    start = np.concatenate([np.zeros(8), switch])
    return switch_rows(time, np.ones(16), np.arange(16) < 8, start=start, follow_up=np.full(16, 100.0))


def _random_trial(seed: int = 1, *, switching: bool = True) -> SwitchRows:
    random = np.random.default_rng(seed)
    time, cut = random.exponential(10, 120), random.uniform(5, 30, 120)
    start = np.where(random.uniform(size=120) < 0.5, time * random.uniform(0.2, 0.9, 120), np.inf)
    arm = np.arange(120) % 2 == 0
    start = np.where(arm, 0.0, start if switching else np.inf)
    return switch_rows(np.minimum(time, cut), time <= cut, arm, start=start, follow_up=cut)


def test_it_finds_the_factor_that_made_the_data() -> None:
    rows = _model_trial()
    found = rpsft(rows, recensor=False)
    assert found.psi == pytest.approx(-np.log(2), abs=1e-6)
    assert found.time == pytest.approx(np.tile(UNTREATED, 2), rel=1e-6)
    assert found.effect.hazard_ratio < found.itt.hazard_ratio < 1


@pytest.mark.parametrize("recensor", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_the_statistic_changes_sign_at_each_root(seed: int, recensor: bool) -> None:
    rows = _random_trial(seed)
    found = rpsft(rows, recensor=recensor)
    assert found.estimable
    assert found.psi in found.roots
    assert found.z_beside[0] * found.z_beside[1] <= 0
    for root in found.roots:
        times, event = untreated_times(rows, [root - 1e-9, root + 1e-9], recensor=recensor)
        z = log_rank(times, event, np.broadcast_to(rows.experimental, times.shape)).z
        assert z[0] * z[1] <= 0
    at_0 = np.interp(0.0, found.grid, found.z)
    assert at_0 == pytest.approx(float(log_rank(rows.time[None], rows.event[None], rows.experimental[None]).z[0]))


def test_the_interval_holds_what_the_test_does_not_reject() -> None:
    found = rpsft(_random_trial(3), recensor=False, steps=601)
    kept = found.grid[np.abs(found.z) < 1.959963984540054]
    assert found.lower <= kept.min() + 1e-9
    assert found.upper >= kept.max() - 1e-9
    assert found.lower < found.psi < found.upper


def test_without_a_switch_the_effect_is_that_of_the_arms() -> None:
    rows = _random_trial(switching=False)
    found = rpsft(rows)
    assert found.effect.hazard_ratio == pytest.approx(found.itt.hazard_ratio)
    assert found.recensored == 0
    assert "nobody switched" in found.notes[0]


def test_the_p_value_is_that_of_itt_and_the_interval_agrees() -> None:
    rows = _random_trial(4)
    found = rpsft(rows).effect
    test = log_rank(rows.time[None], rows.event[None], rows.experimental[None])
    assert found.p_value == pytest.approx(float(test.p_value[0]))
    spread = (np.log(found.upper) - np.log(found.lower)) / (2 * 1.959963984540054)
    assert abs(np.log(found.hazard_ratio)) / spread == pytest.approx(abs(float(test.z[0])))


def test_recensoring_forgets_who_was_treated() -> None:
    """No follow-up goes beyond C min(1, exp(psi)) in an arm of mixed treatment; times only get shorter."""
    rows = _random_trial(5)
    controls = ~rows.experimental
    for psi in (-0.7, 0.4):
        free, seen = (column[0] for column in untreated_times(rows, psi, recensor=False))
        times, event = (column[0] for column in untreated_times(rows, psi, recensor=True))
        ends = rows.follow_up * min(1, np.exp(psi))
        assert (times[controls] <= ends[controls] + 1e-12).all()
        assert (times <= free).all()
        assert not (event & ~seen).any()
        assert (event == (seen & (free <= times))).all()
        assert times[~controls] == pytest.approx(rows.time[~controls] * np.exp(psi))


def test_recensoring_needs_the_cut() -> None:
    rows = switch_rows([1.0, 2.0], [1, 1], [1, 0], start=[0.0, np.inf])
    with pytest.raises(TableError, match="follow_up"):
        rpsft(rows)
    with pytest.raises(TableError, match="grid"):
        rpsft(rows, recensor=False, bounds=(0.5, 1.0))


def test_a_statistic_without_a_root_says_so() -> None:
    rows = switch_rows([5.0, 6.0, 7.0, 8.0], [1, 1, 0, 0], [1, 1, 0, 0], start=[0, 0, np.inf, np.inf])
    found = rpsft(rows, recensor=False, bounds=(-0.1, 0.1))
    assert not found.estimable
    assert "no root" in found.notes[0]
    assert (found.lower, found.upper) == (-np.inf, np.inf)


def test_another_statistic_may_be_used() -> None:
    """Twice the log-rank statistic has the same root and a narrower interval."""
    rows = _random_trial(3)
    usual = rpsft(rows)
    found = rpsft(rows, test=lambda times, event, arm: 2 * log_rank(times, event, arm).z)
    assert found.psi == usual.psi
    assert usual.lower < found.lower < found.upper < usual.upper


@pytest.mark.parametrize(
    ("change", "words"),
    [({"time": [-1.0, 2.0]}, "time, row 1"), ({"experimental": [1, 1]}, "one arm"), ({"start": [0.0]}, "length"),
     ({"follow_up": [0.5, 9.0]}, "data were cut"), ({"start": [0.0, np.nan]}, "start, row 2"),
     ({"covariates": {"age": [1.0, np.inf]}}, "age, row 2")],
)  # fmt: skip
def test_mistakes_are_said(change: dict[str, object], words: str) -> None:
    given: dict[str, object] = {"time": [1.0, 2.0], "event": [1, 1], "experimental": [1, 0], "start": [0.0, np.inf]}
    with pytest.raises(TableError, match=words):
        switch_rows(**(given | change))
