"""Jumps, triggers and visits against closed forms: exponential decay and linear growth know their days exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adoptive.errors import SolveError
from adoptive.solve import Engine, Events, Jump, Model, Trigger, compile_model

INF = np.inf


@pytest.fixture(scope="module")
def decay() -> Engine:
    jumps = (Jump("add", {"x": 1.0}), Jump("add_by_parameter", {"x": "size", "z": -2.0}))
    model = Model("decay", ("x", "z"), ("k", "size"), lambda y, p: {"x": -p.k * y.x, "z": -y.z}, jumps=jumps)
    return compile_model(model)


@pytest.fixture(scope="module")
def ramp() -> Engine:
    model = Model(
        "ramp",
        ("x", "z"),
        ("v",),
        lambda y, p: {"x": p.v, "z": 0.0 * y.z},
        watch=lambda y, p: {"level": y.x, "double": 2.0 * y.x},
        jumps=(Jump("drop", {"x": -1.0}), Jump("count", {"z": 1.0}), Jump("raise", {"x": 1.0})),
    )
    return compile_model(model)


def go(engine: Engine, parameters: Any, initial: Any, **options: Any) -> Any:
    defaults: dict[str, Any] = {"start": 0.0, "stop": 10.0, "visits": np.arange(11.0), "rtol": 1e-9, "atol": 1e-12}
    return engine.run(parameters, initial, **(defaults | options))


def test_jumps_add_number_and_parameter_times_amount(decay: Engine) -> None:
    days = np.array([[0.0, 2.0, 2.0, 3.5, 10.0], [1.0, 2.25, INF, INF, INF]])
    kinds = np.array([[0, 0, 1, 1, 0], [1, 0, 0, 0, 0]])
    amounts = np.array([[3.0, 1.0, 2.0, -1.0, 50.0], [4.0, 1.0, 9.0, 9.0, 9.0]])
    k, size = np.array([0.3, 0.7]), np.array([0.5, 2.0])
    run = go(decay, np.c_[k, size], [[1.0, 1.0], [2.0, 0.0]], events=Events(days, kinds, amounts))
    visits = np.arange(11.0)
    for i in range(2):
        x, z = [1.0, 2.0][i] * np.exp(-k[i] * visits), [1.0, 0.0][i] * np.exp(-visits)
        for day, kind, amount in zip(days[i], kinds[i], amounts[i], strict=True):
            # a visit on the day itself shows what was before the jump
            after = np.where(visits > day, visits - np.minimum(day, 99.0), np.inf)
            x += amount * (size[i] if kind else 1.0) * np.exp(-k[i] * after)
            z += amount * (-2.0 if kind else 0.0) * np.exp(-after)
        np.testing.assert_allclose(run.states[i, :, 0], x, rtol=1e-7)
        np.testing.assert_allclose(run.states[i, :, 1], z, rtol=1e-7, atol=1e-10)


def test_events_before_start_and_on_stop_are_left_alone(decay: Engine) -> None:
    events = Events(np.array([[0.0, 4.0, 6.0]]), np.zeros((1, 3), np.int64), np.full((1, 3), 1.0))
    run = go(decay, [[0.0, 1.0]], [[5.0, 0.0]], start=1.0, stop=6.0, events=events)
    np.testing.assert_allclose(run.final[0, 0], 6.0, rtol=1e-12)


def test_visits_outside_the_patients_time_stay_zero(decay: Engine) -> None:
    run = go(decay, np.ones((3, 2)), np.ones((3, 2)), start=[0.0, 2.0, 2.5], stop=[10.0, 7.0, 2.5])
    written = run.states[:, :, 0] > 0.0
    np.testing.assert_array_equal(written[0], True)
    np.testing.assert_array_equal(np.flatnonzero(written[1]), [2, 3, 4, 5, 6, 7])
    assert not written[2].any()
    np.testing.assert_array_equal(run.final[2], [1.0, 1.0])


def test_only_recorded_states_are_written_in_their_order(decay: Engine) -> None:
    every = go(decay, [[0.2, 1.0]], [[3.0, 2.0]])
    some = go(decay, [[0.2, 1.0]], [[3.0, 2.0]], record=("z", "x"))
    np.testing.assert_array_equal(some.states, every.states[:, :, ::-1])


def test_a_trigger_fires_on_the_crossing_day_and_jumps_after_the_delay(ramp: Engine) -> None:
    v = np.array([0.5, 1.3, 0.2])
    trigger = Trigger("double", "count", threshold=[2.5, 5.0, 100.0], amount=[1.0, 7.0, 1.0], delay_days=0.25)
    run = go(ramp, v[:, None], np.zeros((3, 2)), triggers=(trigger,), visits=np.linspace(0.0, 10.0, 1001))
    crossing = np.array([1.25, 2.5]) / v[:2]
    np.testing.assert_allclose(run.fired_day[:2, 0, 0], crossing, rtol=1e-9)
    assert run.fired[:, 0].tolist() == [1, 1, 0]
    assert run.fired_day[2, 0, 0] == INF
    counted = run.states[:2, :, 1] > 0.0
    np.testing.assert_allclose(np.linspace(0.0, 10.0, 1001)[counted.argmax(axis=1)], crossing + 0.25, atol=0.0101)
    np.testing.assert_allclose(run.final[:, 1], [1.0, 7.0, 0.0], rtol=1e-12)


def test_a_sawtooth_fires_at_every_tooth_up_to_the_maximum(ramp: Engine) -> None:
    # x climbs 1 a day; at 2 it drops by 1: crossings on days 2, 3, 4, ...
    trigger = Trigger("level", "drop", threshold=2.0, amount=1.0, maximum=4)
    run = go(ramp, [[1.0]], [[0.0, 0.0]], triggers=(trigger,))
    np.testing.assert_allclose(run.fired_day[0, 0], [2.0, 3.0, 4.0, 5.0], rtol=1e-9)
    np.testing.assert_allclose(run.final[0, 0], 6.0, rtol=1e-9)


def test_lockout_ignores_crossings_and_delay_moves_the_drop(ramp: Engine) -> None:
    # The drop comes 0.5 day after the crossing: x falls from 2.5 to 0.5 (amount 2), it crosses again 1.5 days later.
    trigger = Trigger("level", "drop", threshold=2.0, amount=2.0, delay_days=0.5, maximum=9)
    run = go(ramp, [[1.0]], [[0.0, 0.0]], triggers=(trigger,), stop=9.9)
    np.testing.assert_allclose(run.fired_day[0, 0, :5], [2.0, 4.0, 6.0, 8.0, INF], rtol=1e-9)
    # Locked out for 2.5 days: the crossing on day 4 is ignored, and nothing brings the level down after it.
    locked = go(ramp, [[1.0]], [[0.0, 0.0]], triggers=(Trigger("level", "drop", 2.0, 2.0, 0.5, 2.5, 9),))
    np.testing.assert_allclose(locked.fired_day[0, 0, :2], [2.0, INF], rtol=1e-9)


def test_a_jump_can_set_off_a_trigger_on_the_spot(ramp: Engine) -> None:
    events = Events(np.array([[3.0]]), np.array([[2]]), np.array([[50.0]]))
    triggers = (Trigger("level", "count", 40.0), Trigger("level", "drop", 20.0, 45.0))
    run = go(ramp, [[1.0]], [[0.0, 0.0]], events=events, triggers=triggers)
    np.testing.assert_array_equal(run.fired_day[0, :, 0], [3.0, 3.0])
    np.testing.assert_allclose(run.final[0], [15.0, 1.0], rtol=1e-9)


def test_a_signal_above_its_threshold_from_the_start_does_not_fire(ramp: Engine) -> None:
    run = go(ramp, [[1.0]], [[5.0, 0.0]], triggers=(Trigger("level", "count", 2.0),))
    assert run.fired[0, 0] == 0


def test_misuse_is_named(decay: Engine) -> None:
    with pytest.raises(SolveError, match=r"initial has the wrong shape.*\(2, 3\)"):
        go(decay, np.ones((2, 2)), np.ones((2, 3)))
    with pytest.raises(SolveError, match="unknown record"):
        go(decay, np.ones((1, 2)), np.ones((1, 2)), record=("q",))
    with pytest.raises(SolveError, match="start <= stop"):
        go(decay, np.ones((1, 2)), np.ones((1, 2)), start=3.0, stop=2.0)
    with pytest.raises(SolveError, match="ascend"):
        go(decay, np.ones((1, 2)), np.ones((1, 2)), visits=[1.0, 1.0])
    with pytest.raises(SolveError, match="event days must ascend"):
        go(
            decay,
            np.ones((1, 2)),
            np.ones((1, 2)),
            events=Events(np.array([[2.0, 1.0]]), np.zeros((1, 2), int), np.ones((1, 2))),
        )
    with pytest.raises(SolveError, match="event kinds"):
        go(decay, np.ones((1, 2)), np.ones((1, 2)), events=Events(np.array([[2.0]]), np.array([[2]]), np.ones((1, 1))))
    with pytest.raises(SolveError, match="unknown trigger signal"):
        go(decay, np.ones((1, 2)), np.ones((1, 2)), triggers=(Trigger("x", "add", 1.0),))
