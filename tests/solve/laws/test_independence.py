"""A patient's numbers depend on the patient alone: not on order, block, thread, neighbours or legs."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from adoptive.solve import FAILURES, Engine, Ensemble, Events, Jump, Model, Trigger, compile_model

COUNT = 53
DAYS = np.arange(0.0, 15.5, 0.5)


def schedule(count: int) -> Events:
    day = np.tile([0.0, 1.0, 2.5, 7.0, 7.0], (count, 1)) + 0.01 * np.arange(count)[:, None]
    kind = np.tile([0, 0, 0, 0, 1], (count, 1))
    return Events(day, kind, np.tile([4.0, 3.0, 3.0, 5.0, 0.1], (count, 1)))


def triggers(count: int) -> tuple[Trigger, ...]:
    high = np.linspace(2.0, 6.0, count)
    return (Trigger("cytokine", "rescue", high, 1.0, 0.25, 0.5, 3), Trigger("cytokine", "dose", 1.5, 0.5, 1.0, 2.0, 2))


def run(engine: Engine, parameters: Any, initial: Any, rows: Any = slice(None), **options: Any) -> Ensemble:
    events, settings = schedule(COUNT), {"start": 0.0, "stop": 15.0, "visits": DAYS} | options
    chosen = tuple(
        dataclasses.replace(t, threshold=np.broadcast_to(np.asarray(t.threshold), (COUNT,))[rows])
        for t in triggers(COUNT)
    )
    part = Events(events.day[rows], events.kind[rows], events.amount[rows])
    return engine.run(parameters[rows], initial[rows], events=part, triggers=chosen, **settings)


def assert_same(one: Ensemble, two: Ensemble, rows: Any = slice(None)) -> None:
    for field in dataclasses.fields(Ensemble):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(two, field.name)[rows], err_msg=field.name)


def test_order_blocks_and_threads_change_no_bit(dosed_engine: Engine, patients: Any) -> None:
    parameters, initial = patients(COUNT)
    whole = run(dosed_engine, parameters, initial)
    assert whole.fired.any(axis=0).all()
    shuffled = np.random.default_rng(1).permutation(COUNT)
    assert_same(run(dosed_engine, parameters, initial, shuffled), whole, shuffled)
    for threads in (2, 3, 7):
        assert_same(run(dosed_engine, parameters, initial, threads=threads), whole)
    for size in (1, 5, 8, 20):
        for first in range(0, COUNT, size):
            rows = slice(first, first + size)
            assert_same(run(dosed_engine, parameters, initial, rows), whole, rows)


@pytest.mark.parametrize("between", [1.0, 3.3, 7.0, 7.2, 8.15])
def test_two_legs_are_one_run(dosed_engine: Engine, patients: Any, between: float) -> None:
    parameters, initial = patients(COUNT)
    options = {"rtol": 1e-9, "atol": 1e-11}
    whole = run(dosed_engine, parameters, initial, **options)
    first = run(dosed_engine, parameters, initial, stop=between, **options)
    carried = {"fired_before": first.fired, "last_fired": first.last_fired}
    second = run(dosed_engine, parameters, first.final, start=between, **carried, **options)
    np.testing.assert_array_equal(second.fired, whole.fired)
    np.testing.assert_allclose(second.last_fired, whole.last_fired, rtol=1e-7)
    days = np.sort(np.concatenate([first.fired_day, second.fired_day], axis=2), axis=2)[
        :, :, : whole.fired_day.shape[2]
    ]
    np.testing.assert_allclose(days, whole.fired_day, rtol=1e-7)
    assert (
        np.diff(np.isfinite(second.fired_day).astype(int), axis=2) <= 0
    ).all()  # this leg's, from the first place on
    np.testing.assert_allclose(second.final, whole.final, rtol=1e-6, atol=1e-8)
    joined = np.where(between > DAYS[:, None], first.states, second.states)
    np.testing.assert_allclose(joined, whole.states, rtol=1e-6, atol=1e-8)


def test_an_event_of_nothing_changes_nothing(dosed_engine: Engine, patients: Any) -> None:
    parameters, initial = patients(COUNT)
    initial = initial + np.array([6.0, 0.0, 0.0, 0.0])
    empty = Events(np.tile(np.linspace(0.0, 14.0, 29), (COUNT, 1)), np.zeros((COUNT, 29), int), np.zeros((COUNT, 29)))
    settings = {"start": 0.0, "stop": 15.0, "visits": DAYS, "rtol": 1e-7, "atol": 1e-9}
    plain = dosed_engine.run(parameters, initial, **settings)
    dotted = dosed_engine.run(parameters, initial, events=empty, **settings)
    np.testing.assert_allclose(dotted.states, plain.states, rtol=1e-5, atol=1e-7)


@pytest.fixture(scope="module")
def blow_up() -> Engine:
    return compile_model(Model("blow up", ("y",), ("a",), lambda y, p: {"y": p.a * y.y**2 - 0.1 * y.y}))


def test_a_patient_who_cannot_be_integrated_is_a_value_and_harms_nobody(blow_up: Engine) -> None:
    parameters = np.full((21, 1), 0.05)
    parameters[[3, 4, 17], 0] = [1.0, np.nan, 40.0]
    initial = np.ones((21, 1))
    initial[9] = np.inf
    initial[12] = 1e200
    settings: dict[str, Any] = {"start": 0.0, "stop": 5.0, "visits": np.arange(6.0)}
    run = blow_up.run(parameters, initial, **settings)
    bad = np.array([3, 4, 9, 12, 17])
    np.testing.assert_array_equal(np.flatnonzero(run.failure), bad)
    assert run.failure[[4, 9]].tolist() == [4, 4]
    assert all(int(code) in FAILURES for code in run.failure)
    assert np.isfinite(run.states).all()
    assert np.isfinite(run.final).all()
    good = np.setdiff1d(np.arange(21), bad)
    alone = blow_up.run(parameters[good], initial[good], **settings)
    np.testing.assert_array_equal(run.states[good], alone.states)
    np.testing.assert_array_equal(run.final[good], alone.final)


def test_too_many_steps_is_a_reason(blow_up: Engine) -> None:
    run = blow_up.run([[0.05]], [[1.0]], start=0.0, stop=5.0, visits=[5.0], most_steps=3)
    assert run.failure.tolist() == [3]
    assert run.steps.tolist() == [3]


def test_nobody_and_no_visits_are_fine(dosed_engine: Engine) -> None:
    nobody = dosed_engine.run(np.empty((0, 7)), np.empty((0, 4)), start=0.0, stop=1.0, visits=[])
    assert nobody.states.shape == (0, 0, 4)


def test_jumps_keep_their_order_of_names() -> None:
    model = Model(
        "two doses",
        ("a", "b"),
        ("k",),
        lambda y, p: {"a": -p.k * y.a, "b": -p.k * y.b},
        jumps=(Jump("both", {"b": 2.0, "a": 1.0}), Jump("none", {})),
    )
    events = Events(np.array([[0.0, 0.0]]), np.array([[0, 1]]), np.array([[3.0, 9.0]]))
    run = compile_model(model).run([[0.0]], [[0.0, 0.0]], start=0.0, stop=1.0, visits=[1.0], events=events)
    np.testing.assert_allclose(run.final[0], [3.0, 6.0], rtol=1e-12)
