"""Triggers that look again while their signal lasts, from a first day, and from a store, on a curve known exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adoptive.errors import SolveError
from adoptive.solve import Jump, Model, Trigger, compile_model

CROSSING = 2.0 * np.log(2.0)
"""Day on which ``x = 1 - exp(-t / 2)`` passes a half; it stays above for good."""

RISING = Model(
    name="rising",
    states=("x", "drug"),
    parameters=("k",),
    rhs=lambda y, p: {"x": p.k * (1.0 - y.x), "drug": 0.0 * y.drug},
    watch=lambda y, p: {"x": y.x},
    jumps=(Jump("dose", {"drug": 1.0}), Jump("cure", {"x": -1.0})),
)


@pytest.fixture(scope="module", params=["lanes", pytest.param("scalar", marks=pytest.mark.slow)])
def engine(request: pytest.FixtureRequest) -> Any:
    return compile_model(RISING, backend=request.param)


def run(engine: Any, *triggers: Trigger, stop: float = 10.0, patients: int = 1, **more: Any) -> Any:
    visits, options = np.arange(0.0, stop + 1e-9), {"start": 0.0, "stop": stop, "rtol": 1e-9, "atol": 1e-12} | more
    initial = options.pop("initial", np.zeros((patients, 2)))
    return engine.run(np.full((patients, 1), 0.5), initial, visits=visits, triggers=triggers, **options)


def daily(**changed: Any) -> Trigger:
    """Dose at a half, and again every day while it lasts."""
    settings: dict[str, Any] = {"jump": "dose", "again_days": 1.0, "lockout_days": 1.0, "maximum": 20}
    return Trigger("x", threshold=0.5, **(settings | changed))


def test_a_dose_follows_every_day_while_the_signal_lasts(engine: Any) -> None:
    ran = run(engine, daily())
    expected = CROSSING + np.arange(9)
    np.testing.assert_allclose(ran.fired_day[0, 0, :9], expected, rtol=1e-6)
    assert np.isinf(ran.fired_day[0, 0, 9:]).all()
    assert ran.final[0, 1] == 9.0


def test_no_more_than_the_maximum(engine: Any) -> None:
    assert run(engine, daily(maximum=4)).final[0, 1] == 4.0


def test_without_again_it_fires_once(engine: Any) -> None:
    assert run(engine, daily(again_days=np.inf)).final[0, 1] == 1.0


def test_an_observer_notes_the_same_days(engine: Any) -> None:
    noted, dosed = run(engine, daily(jump=None)), run(engine, daily())
    np.testing.assert_allclose(noted.fired_day[0, 0, :9], dosed.fired_day[0, 0, :9], rtol=1e-6)
    assert noted.final[0, 1] == 0.0


def test_a_signal_that_was_cured_sets_off_nothing_more(engine: Any) -> None:
    cure = daily(jump="cure", maximum=20)
    ran = run(engine, cure, stop=3.0)
    assert np.isfinite(ran.fired_day).sum() == 1, "below the threshold when it looks again, and up again later"
    longer = run(engine, cure, stop=4.0)
    assert np.isfinite(longer.fired_day).sum() == 2


def test_a_first_day_is_looked_at_and_nothing_before_it_counts(engine: Any) -> None:
    ran = run(engine, daily(first_day=np.array([0.0, 5.0, 9.5, 12.0])), patients=4)
    first = ran.fired_day[:, 0, 0]
    np.testing.assert_allclose(first[:3], [CROSSING, 5.0, 9.5], rtol=1e-6)
    assert np.isinf(first[3])
    assert ran.final[:, 1].tolist() == [9.0, 5.0, 1.0, 0.0]


def test_a_signal_must_last(engine: Any) -> None:
    ran = run(engine, daily(lasting_days=np.array([0.0, 1.5, 9.5]), again_days=1.0), patients=3)
    np.testing.assert_allclose(ran.fired_day[:2, 0, 0], [CROSSING, CROSSING + 1.5], rtol=1e-6)
    assert np.isinf(ran.fired_day[2]).all()
    assert np.isfinite(ran.fired_day[1]).sum() == 8, "then every day"


def test_a_signal_that_fell_in_time_did_not_last(engine: Any) -> None:
    cure = Trigger("x", "cure", 0.5, maximum=1, delay_days=0.5)
    ran = run(engine, daily(lasting_days=1.0), cure)
    second = CROSSING + 0.5 + 2.0 * np.log((1.0 - (1.0 - np.exp(-(CROSSING + 0.5) / 2.0) - 1.0)) / 0.5)
    np.testing.assert_allclose(ran.fired_day[0, 0, 0], second + 1.0, rtol=1e-6)


def test_who_lasts_on_the_first_day_begins_to_count_then(engine: Any) -> None:
    ran = run(engine, daily(lasting_days=1.0, first_day=5.0))
    np.testing.assert_allclose(ran.fired_day[0, 0, 0], 6.0, rtol=1e-9)


def test_an_empty_store_is_filled_after_its_time(engine: Any) -> None:
    ran = run(engine, daily(again_days=0.5, lockout_days=0.5, stock=2, restock_days=3.0))
    days = ran.fired_day[0, 0]
    np.testing.assert_allclose(days[np.isfinite(days)] - CROSSING, [0.0, 0.5, 3.5, 4.0, 7.0, 7.5], atol=1e-6)


def test_a_store_that_is_never_filled_gives_what_it_has(engine: Any) -> None:
    assert run(engine, daily(stock=3)).final[0, 1] == 3.0


def test_it_does_not_look_before_the_last_dose_was_given(engine: Any) -> None:
    days = run(engine, daily(delay_days=1.5)).fired_day[0, 0]
    np.testing.assert_allclose(np.diff(days[np.isfinite(days)]), 1.5, atol=1e-9)


@pytest.mark.parametrize("cut", [0.7, 1.5, 4.386, 7.0])
def test_splitting_a_run_changes_nothing(engine: Any, cut: float) -> None:
    trigger = daily(delay_days=0.2, stock=2, restock_days=2.5, lasting_days=0.4)
    whole = run(engine, trigger)
    first = run(engine, trigger, stop=cut)
    rest = run(engine, trigger, start=cut, stop=10.0, initial=first.final, carry=first.carry)
    days = np.concatenate([first.fired_day[0, 0], rest.fired_day[0, 0]])
    full = whole.fired_day[0, 0]
    np.testing.assert_allclose(days[np.isfinite(days)], full[np.isfinite(full)], rtol=1e-6)
    assert rest.final[0, 1] == whole.final[0, 1]


@pytest.mark.parametrize("wrong", [{"again_days": 0.0}, {"restock_days": -1.0}, {"stock": -1}, {"first_day": np.nan}])
def test_a_trigger_that_makes_no_sense_is_refused(engine: Any, wrong: dict[str, Any]) -> None:
    with pytest.raises(SolveError, match="first day"):
        run(engine, daily(**wrong))
