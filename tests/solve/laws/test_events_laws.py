"""Laws of happenings: nothing given changes nothing, a split changes nothing, an ended patient harms nobody."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from event_clinic import CLINIC, clinic_patients
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adoptive.errors import SolveError
from adoptive.solve import (
    Dose,
    Engine,
    Ensemble,
    Events,
    Gate,
    Jump,
    Model,
    Regimen,
    Scans,
    Trigger,
    compile_model,
)

COUNT, STOP = 19, 80.0
RNG = np.random.default_rng(77)
SPREAD = RNG.uniform(0.0, 1.0, (8, COUNT))
DRAWS = RNG.random((COUNT, 1))
TIGHT: dict[str, Any] = {"rtol": 1e-9, "atol": 1e-11}


@pytest.fixture(scope="module")
def engine(_private_cache: Any) -> Engine:
    return compile_model(CLINIC)


def declared(rows: Any = slice(None), *, stops: bool = True) -> dict[str, Any]:
    """Declare everything at once; numbers differ from patient to patient."""
    u = SPREAD[:, rows]
    first = Regimen(
        (Dose(0.0, "dose", 5.0 + u[0]), Dose(2.5, "dose", 3.0), Dose(4.0, "surgery", 0.6)),
        3.0 * u[1],
        9.0 + u[2],
        4,
        (Gate("count", 0.5 + 0.2 * u[3], above=True),),
        1.5,
        9.0,
        (Gate("count", 0.25),),
        "next cycle",
    )
    second = Regimen((Dose(1.0, "dose", 6.0), Dose(6.0, "transfusion", 1.0)), np.inf, on_progression="next cycle")
    return {
        "triggers": (
            Trigger("cytokine", "rescue", 3.0 + 2.0 * u[4], 1.0, 0.7, 2.0, 3),
            Trigger("diameters", None, 35.0 + 50.0 * u[5], 1.0, 3.0, stops=stops),
            Trigger("cytokine", None, 4.0, maximum=5),
        ),
        "regimens": (first, second),
        "scans": Scans("diameters", 0.5, 8.0 + u[6], -0.2, 0.1, 1.0, "rescue", 0.2, 3),
        "events": Events(
            np.sort(40.0 * u[[0, 7]].T + 5.0, axis=1), np.tile([0, 3], (u.shape[1], 1)), np.ones((u.shape[1], 2))
        ),
        "survival_draws": DRAWS[rows],
    }


def run(engine: Engine, rows: Any = slice(None), *, stops: bool = True, **more: Any) -> Ensemble:
    parameters, initial = clinic_patients(COUNT, 5)
    options: dict[str, Any] = {"start": 0.0, "stop": STOP, "visits": np.arange(0.0, STOP + 1.0, 5.0)}
    chosen = {"initial": initial[rows]} | options | declared(rows, stops=stops) | more
    return engine.run(parameters[rows], chosen.pop("initial"), **chosen)


def assert_same(one: Ensemble, two: Ensemble, rows: Any = slice(None), **close: Any) -> None:
    for field in dataclasses.fields(Ensemble):
        found, expected = getattr(one, field.name), getattr(two, field.name)[rows]
        if close:
            np.testing.assert_allclose(found, expected, **close, err_msg=field.name)
        else:
            np.testing.assert_array_equal(found, expected, err_msg=field.name)


def test_order_blocks_and_threads_change_no_bit(engine: Engine) -> None:
    whole = run(engine)
    assert np.isfinite(whole.stopped_day).any()
    assert whole.holds.any()
    assert (whole.cycles > 0).any(axis=0).all()
    shuffled = np.random.default_rng(1).permutation(COUNT)
    assert_same(run(engine, shuffled), whole, shuffled)
    assert_same(run(engine, threads=3), whole)
    for first in range(0, COUNT, 5):
        assert_same(run(engine, slice(first, first + 5)), whole, slice(first, first + 5))


def test_blocks_of_reduced_runs_hand_on_every_declaration(engine: Engine) -> None:
    whole = run(engine)
    parameters, initial = clinic_patients(COUNT, 5)
    options: dict[str, Any] = {"start": 0.0, "stop": STOP, "visits": np.arange(0.0, STOP + 1.0, 5.0)}
    parts = engine.run_reduced(lambda rows, ran: (rows, ran), parameters, initial, block=6, **options, **declared())
    assert len(parts) == 4
    for rows, ran in parts:
        assert_same(ran, whole, rows)


def test_who_is_stopped_leaves_the_neighbours_bitwise_alone(engine: Engine) -> None:
    whole, unstopped = run(engine), run(engine, stops=False)
    ended = np.isfinite(whole.stopped_day)
    assert 3 <= ended.sum() <= COUNT - 3
    alone = run(engine, np.flatnonzero(~ended))
    assert_same(alone, whole, ~ended)
    np.testing.assert_array_equal(whole.final[~ended], unstopped.final[~ended])
    days = np.arange(0.0, STOP + 1.0, 5.0)
    after = days > whole.stopped_day[:, None]
    np.testing.assert_array_equal(whole.states[after], 0.0)
    before = ended[:, None] & ~after & (days < whole.fired_day[:, 1, :1])
    np.testing.assert_allclose(whole.states[before], unstopped.states[before], rtol=1e-4, atol=1e-4)
    assert (whole.steps[ended] < unstopped.steps[ended]).all()


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.lists(st.floats(0.0, STOP), min_size=1, max_size=3), jitter=st.booleans())
def test_splitting_a_run_changes_nothing(engine: Engine, at: list[float], jitter: bool) -> None:
    whole = run(engine, **TIGHT)
    # a split on a happening's own moment is among the cases: the day of a decision of the first patient
    stops = sorted([*at, float(whole.cycle_day[0, 0, 1])] if jitter else at)
    carried: dict[str, Any] = {}
    start, states, joined = 0.0, np.zeros_like(whole.states), np.full_like(whole.fired_day, np.inf)
    days = np.arange(0.0, STOP + 1.0, 5.0)
    for stop in [*stops, STOP]:
        part = run(engine, start=start, stop=stop, **TIGHT, **carried)
        mask = (days > start) & (days <= stop) if start > 0.0 else days <= stop
        states[:, mask] = part.states[:, mask]
        joined = np.sort(np.concatenate([joined, part.fired_day], axis=2), axis=2)[:, :, : joined.shape[2]]
        carried, start = {"initial": part.final, "carry": part.carry}, stop
    for name in ("fired", "scans", "cycles", "holds", "regimen_state", "extinct"):
        np.testing.assert_array_equal(getattr(part, name), getattr(whole, name), err_msg=name)
    for name in ("last_fired", "stopped_day", "baseline", "nadir", "response_day", "progression_day", "cycle_day"):
        np.testing.assert_allclose(getattr(part, name), getattr(whole, name), rtol=1e-6, err_msg=name)
    np.testing.assert_allclose(joined, whole.fired_day, rtol=1e-6)
    np.testing.assert_allclose(states, whole.states, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(part.final, whole.final, rtol=1e-5, atol=1e-5)


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=st.lists(st.floats(0.0, STOP), min_size=1, max_size=6), kind=st.sampled_from([0, 3]))
def test_a_dose_of_nothing_changes_nothing(engine: Engine, days: list[float], kind: int) -> None:
    rows = slice(0, 6)
    plain = run(engine, rows, events=None, **TIGHT)
    empty = Events(np.tile(sorted(days), (6, 1)), np.full((6, len(days)), kind), np.zeros((6, len(days))))
    dotted = run(engine, rows, events=empty, **TIGHT)
    for name in ("fired", "scans", "cycles", "holds", "regimen_state", "extinct"):
        np.testing.assert_array_equal(getattr(dotted, name), getattr(plain, name), err_msg=name)
    np.testing.assert_allclose(dotted.cycle_day, plain.cycle_day, rtol=1e-6)
    np.testing.assert_allclose(dotted.states, plain.states, rtol=1e-5, atol=1e-5)


def test_who_is_stopped_stays_stopped_in_later_legs(engine: Engine) -> None:
    first = run(engine, stop=60.0, visits=[60.0])
    ended = np.isfinite(first.stopped_day)
    assert ended.any()
    more = run(engine, start=60.0, visits=[60.0, 70.0], initial=first.final, carry=first.carry)
    np.testing.assert_array_equal(more.final[ended], first.final[ended])
    np.testing.assert_array_equal(more.states[ended], 0.0)
    np.testing.assert_array_equal(more.steps[ended], 0)
    np.testing.assert_array_equal(more.stopped_day[ended], first.stopped_day[ended])


def test_an_observer_changes_no_bit(engine: Engine) -> None:
    parameters, initial = clinic_patients(COUNT, 5)
    day = np.tile([1.0, 6.0], (COUNT, 1))
    options: dict[str, Any] = {"start": 0.0, "stop": 20.0, "visits": np.arange(21.0)}
    options |= {"events": Events(day, np.zeros((COUNT, 2), int), np.full((COUNT, 2), 8.0))}
    plain = engine.run(parameters, initial, **options)
    seen = engine.run(parameters, initial, **options, triggers=(Trigger("cytokine", None, 3.0, maximum=9),))
    assert seen.fired.sum() > COUNT
    np.testing.assert_array_equal(seen.states, plain.states)
    np.testing.assert_array_equal(seen.steps, plain.steps)


def test_texts_read_the_values_before_the_jump_and_gains_come_after() -> None:
    swap = Jump("swap", {"a": "gift"}, lambda y, p, amount: {"a": amount * y.b, "b": amount * y.a})
    model = Model("still", ("a", "b", "c"), ("gift",), lambda y, p: dict.fromkeys("abc", 0.0), jumps=(swap,))
    events = Events(np.array([[1.0, 2.0]]), np.zeros((1, 2), int), np.array([[2.0, 3.0]]))
    run = compile_model(model).run(
        [[10.0]], [[1.0, 2.0, 7.0]], start=0.0, stop=3.0, visits=[1.0, 2.0, 3.0], events=events
    )
    # 2 swaps: (1, 2) -> (2*2 + 2*10, 2*1) = (24, 2) -> (3*2 + 3*10, 3*24) = (36, 72)
    np.testing.assert_allclose(run.states[0], [[1.0, 2.0, 7.0], [24.0, 2.0, 7.0], [36.0, 72.0, 7.0]], rtol=1e-14)


def test_carry_of_others_is_refused(engine: Engine) -> None:
    ran = run(engine)
    with pytest.raises(SolveError, match="carry does not fit"):
        run(engine, slice(0, 4), carry=ran.carry)
    with pytest.raises(SolveError, match="leave fired_before and last_fired out"):
        run(engine, carry=ran.carry, fired_before=ran.fired)


@pytest.mark.parametrize(
    ("regimen", "words"),
    [
        (Regimen((Dose(0.0, "no such drug"),), 0.0), "unknown jump of a dose"),
        (Regimen((Dose(-1.0, "dose"),), 0.0), "finite offsets"),
        (Regimen((Dose(0.0, "dose"),), 0.0, 0.0), "intervals and hold_days of"),
        (Regimen((Dose(0.0, "dose"),), 0.0, gates=(Gate("weather", 1.0),)), "unknown gate signal"),
        (Regimen((Dose(0.0, "dose"),), 0.0, on_progression="cheer"), "unknown on_progression"),  # type: ignore[arg-type]
    ],
)
def test_a_regimen_that_makes_no_sense_is_refused(engine: Engine, regimen: Regimen, words: str) -> None:
    with pytest.raises(SolveError, match=words):
        run(engine, regimens=(regimen,))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"populations": {"tumour": ("mass", "sheds")}}, "names unknown states"),
        ({"populations": {"tumour": ("mass",), "mass": ("shed",)}}, "has the name of a state"),
        ({"populations": {"tumour": ("mass",), "idle": ("shed",)}}, "lacks its birth and death rate"),
        ({"clones": {"tumour": ("births", "deaths"), "mass": ("births", "deaths")}}, "belongs to two"),
        ({"jumps": (Jump("odd", text=lambda y, p, amount: {"weight": amount}),)}, "names unknown states"),
    ],
)
def test_a_model_that_makes_no_sense_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(SolveError, match=words):
        compile_model(dataclasses.replace(CLINIC, **change))


@pytest.mark.parametrize("interval", [0.0, -1.0])
def test_scans_without_an_interval_are_refused(engine: Engine, interval: float) -> None:
    with pytest.raises(SolveError, match="intervals of"):
        run(engine, scans=Scans("diameters", 0.0, interval))


RISING = Model(
    "rising",
    ("level", "note"),
    ("k", "top"),
    lambda y, p: {"level": p.k * (p.top - y.level), "note": -y.note},
    watch=lambda y, p: {"level": y.level, "beyond": y.level - 0.7 * p.top},
    jumps=(Jump("write", {"note": 1.0}), Jump("lift", {"level": 0.1})),
)


@pytest.mark.parametrize("solver", ["rodas5p", "rodas4", "tsit5"])
def test_a_signal_that_rises_once_fires_once_whatever_the_roundings(solver: str) -> None:
    """The state at the cut may lie a rounding below the threshold: that must be no second crossing."""
    count, rng = 4000, np.random.default_rng(0)
    parameters = np.stack([rng.uniform(0.05, 2.0, count), rng.uniform(0.5, 2.0, count)], axis=1)
    engine = compile_model(RISING, solver=solver)
    for signal, threshold in (("level", 0.7 * parameters[:, 1]), ("beyond", 0.0)):
        for jump in ("write", "lift"):
            trigger = Trigger(signal, jump, threshold, maximum=5)
            times = {"start": 0.0, "stop": 60.0, "visits": []}
            ran = engine.run(parameters, np.zeros((count, 2)), **times, triggers=(trigger,), rtol=1e-7)
            assert (ran.fired == 1).all()
            crossing = np.log(1.0 / 0.3) / parameters[:, 0]
            np.testing.assert_allclose(ran.fired_day[:, 0, 0], crossing, rtol=1e-5)
