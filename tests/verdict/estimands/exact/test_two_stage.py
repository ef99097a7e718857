"""The two-stage estimate on data made by its model, and where it cannot be made."""

from __future__ import annotations

import numpy as np
import pytest

from adoptive.tables import TableError
from adoptive.verdict.estimands import switch_rows, two_stage
from adoptive.verdict.estimands.two_stage import _after_progression, _minus_log_likelihood
from adoptive.verdict.estimands.types import SwitchRows


def _trial(*, switching: bool = True, patients: int = 300) -> SwitchRows:
    """Time after progression is Weibull; some controls switch some time later and live three times as long."""
    random = np.random.default_rng(21)
    arm = np.arange(patients) % 2 == 0
    progression, after = random.exponential(4, patients) + 0.1, random.weibull(1.5, patients) * 6
    wait = random.exponential(5, patients) if switching else np.full(patients, np.inf)
    switches = ~arm & (wait < after)
    wait = np.where(switches, wait, after)
    time = progression + np.where(switches, wait + 3 * (after - wait), after)
    start = np.where(arm, 0.0, np.where(switches, progression + wait, np.inf))
    return switch_rows(time, np.ones(patients), arm, start=start, progression=progression, follow_up=time + 50)


def test_untreated_times_come_back() -> None:
    """psi is -log 3; the limit is 4 of the fit's own standard errors (6e-5)."""
    rows = _trial()
    found = two_stage(rows, recensor=False)
    assert found.converged
    assert found.psi_standard_error < 0.3
    assert abs(found.psi + np.log(3)) < 4 * found.psi_standard_error
    assert found.shape == pytest.approx(1.5, abs=0.3)
    factor = np.exp(found.psi)
    begin = np.where(rows.switched, rows.start, rows.time)
    assert found.time == pytest.approx(begin + (rows.time - begin) * np.where(rows.switched, factor, 1.0))
    assert (found.event == rows.event).all()
    assert found.switched == int(rows.switched.sum())
    ends = two_stage(rows, recensor=True)
    controls = ~rows.experimental
    assert (ends.time[controls] <= rows.follow_up[controls] * min(1, factor) + 1e-9).all()
    assert ends.psi == found.psi


def test_the_slope_is_that_of_the_likelihood() -> None:
    after = _after_progression(_trial(), np.arange(300), delay="in time")
    at = np.array([1.5, 0.2, -0.7, -0.3])
    value, slope = _minus_log_likelihood(at, after, after.matrix)
    for k in range(4):
        step = 1e-6 * (np.arange(4) == k)
        up, down = (_minus_log_likelihood(at + side * step, after, after.matrix)[0] for side in (1, -1))
        assert slope[k] == pytest.approx((up - down) / 2e-6, rel=1e-5, abs=1e-5)
    assert np.isfinite(value)


def test_without_a_switch_nothing_is_shrunk() -> None:
    rows = _trial(switching=False)
    found = two_stage(rows)
    assert not found.converged
    assert "cannot be estimated" in found.notes[0]
    assert found.time == pytest.approx(rows.time)
    assert found.effect.estimable


def test_a_switch_before_progression_is_said() -> None:
    rows = _trial()
    early = np.where(rows.switched & (np.arange(300) < 50), rows.progression / 2, rows.start)
    again = switch_rows(rows.time, rows.event, rows.experimental, start=early, progression=rows.progression)
    found = two_stage(again, recensor=False)
    assert any("before progression" in note for note in found.notes)


def test_resampling_is_wider_and_repeats_itself() -> None:
    rows = _trial(patients=200)
    plain = two_stage(rows, recensor=False).effect
    one, two = (two_stage(rows, recensor=False, bootstrap=60, seed=3).effect for _ in range(2))
    assert one == two
    assert one.hazard_ratio == plain.hazard_ratio
    assert one.lower < one.hazard_ratio < one.upper
    assert np.log(one.upper / one.lower) > np.log(plain.upper / plain.lower)


def test_mistakes_are_said() -> None:
    rows = _trial()
    with pytest.raises(TableError, match="delay"):
        two_stage(rows, delay="none")  # type: ignore[arg-type]
    bare = switch_rows(rows.time, rows.event, rows.experimental, start=rows.start, progression=rows.progression)
    with pytest.raises(TableError, match="follow_up"):
        two_stage(bare)
