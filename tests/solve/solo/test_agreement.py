"""The scalar backend computes what the lanes compute, and both what scipy computes."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from adoptive.solve import Engine, Ensemble, Values, compile_model

sys.path.insert(0, str(Path(__file__).parent))

from solo_problems import Problem, battle, clinic, dosed, kinetics, many_rates, mixture

from adoptive.solve.draws import fresh_draw

ROUNDING = 1e-12
COUNTS = ("failure", "steps", "fired", "extinct")


def one_rounding(problem: Problem, engine: Engine, run: Ensemble) -> float:
    """Return what one rounding of the parameters changes: at a kink of the model more than of a smooth one."""
    nudged = Problem(problem.model, np.nextafter(problem.parameters, np.inf), problem.initial, problem.options)
    return max(problem.difference(nudged.run(engine), run))


def assert_agree(problem: Problem, one: Ensemble, two: Ensemble, *, within: float = ROUNDING) -> None:
    for name in COUNTS:
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name), err_msg=name)
    at_visits, at_end = problem.difference(one, two)
    print(f"{problem.model.name}: {at_visits:.1e} at visits, {at_end:.1e} at the end")
    assert max(at_visits, at_end) <= within
    np.testing.assert_allclose(one.fired_day, two.fired_day, rtol=1e-11)
    np.testing.assert_allclose(one.last_fired, two.last_fired, rtol=1e-11)


@pytest.mark.parametrize("make", [dosed, battle, mixture])
def test_uncompiled_agrees_with_the_lanes(make: Callable[[int], Problem]) -> None:
    problem = make(6)
    engine = compile_model(problem.model)
    lanes = problem.run(engine)
    within = max(ROUNDING, 4.0 * one_rounding(problem, engine, lanes))
    print(f"allowed: {within:.1e}")
    assert_agree(problem, problem.run(compile_model(problem.model, backend="plain")), lanes, within=within)


@pytest.fixture(scope="module")
def scalar() -> Engine:
    return compile_model(battle(1).model, backend="scalar")


@pytest.mark.slow  # numba takes half a minute to compile this
def test_scalar_agrees_with_the_lanes_over_all_that_can_happen(scalar: Engine) -> None:
    problem = battle(60)
    lanes = problem.run(compile_model(problem.model))
    assert lanes.fired.min() == 0 < lanes.fired.max()  # some patients fire, some never
    assert 0.2 < lanes.extinct.mean() < 0.9
    assert_agree(problem, problem.run(scalar), lanes)


def test_rodas4_agrees_with_the_lanes() -> None:
    problem = dosed(4)
    lanes = problem.run(compile_model(problem.model, solver="rodas4"))
    assert_agree(problem, problem.run(compile_model(problem.model, solver="rodas4", backend="plain")), lanes)


def test_regimens_scans_populations_and_texts_of_jumps_agree_with_the_lanes() -> None:
    problem = clinic(6)
    lanes = problem.run(compile_model(problem.model))
    plain = problem.run(compile_model(problem.model, backend="plain"))
    assert (lanes.cycles > 0).all()
    assert lanes.scans.min() > 1
    assert np.isfinite(lanes.stopped_day).any()
    assert lanes.fired.any()
    assert lanes.extinct.any()
    assert_agree(problem, plain, lanes)
    for name in ("scans", "cycles", "holds", "regimen_state"):
        np.testing.assert_array_equal(getattr(plain, name), getattr(lanes, name), err_msg=name)
    for name in ("stopped_day", "baseline", "nadir", "best_change", "response_day", "progression_day", "cycle_day"):
        np.testing.assert_allclose(getattr(plain, name), getattr(lanes, name), rtol=1e-11, err_msg=name)


@pytest.mark.parametrize("number", [1, 2, 77, 10**6])
def test_draws_of_later_falls_are_those_of_the_lanes(number: int) -> None:
    written = compile_model(battle(1).model, backend="plain").module.fresh_draw
    with np.errstate(over="ignore"):
        assert written(0.37, number) == fresh_draw(0.37, number)
        assert written(0.0, number) == 0.0
    assert written(0.37, 0) == 0.37


@pytest.mark.slow
@pytest.mark.parametrize("make", [dosed, mixture, many_rates, kinetics])
def test_scalar_agrees_with_the_lanes(make: Callable[[int], Problem]) -> None:
    problem = make(6 if make is mixture else 16)  # at its kinks a rounding may cost other patients a step
    engine = compile_model(problem.model)
    lanes = problem.run(engine)
    assert not lanes.failure.any()
    within = max(ROUNDING, 4.0 * one_rounding(problem, engine, lanes))
    print(f"allowed: {within:.1e}")
    assert_agree(problem, problem.run(compile_model(problem.model, backend="scalar")), lanes, within=within)


def follow(problem: Problem, i: int) -> Any:
    """Follow one patient without triggers with scipy, from dose to dose."""
    model, options = problem.model, problem.options
    p = Values(model.parameters, list(problem.parameters[i]))

    def slopes(_: float, y: Any) -> Any:
        text = model.rhs(Values(model.states, list(y)), p)
        return [text[name] for name in model.states]

    y, day, days, events = problem.initial[i].copy(), 0.0, options["visits"], options["events"]
    out = np.tile(y, (len(days), 1))
    for e in range(events.day.shape[1] + 1):
        until = events.day[i, e] if e < events.day.shape[1] else options["stop"]
        here = (days > day) & (days <= until)
        if until > day:
            at = np.unique(np.append(days[here], until))
            part = solve_ivp(slopes, (day, until), y, "LSODA", t_eval=at, rtol=1e-11, atol=problem.floor * 1e-4)
            out[here] = part.y.T[np.searchsorted(at, days[here])]
            y, day = part.y[:, -1].copy(), until
        if e < events.day.shape[1]:
            jump = model.jumps[events.kind[i, e]]
            for name, size in jump.effect.items():
                size = p[size] if isinstance(size, str) else size
                y[model.states.index(name)] += events.amount[i, e] * size
    return out


@pytest.mark.parametrize("make", [dosed, mixture])
def test_uncompiled_and_lanes_agree_with_a_tight_reference(make: Callable[[int], Problem]) -> None:
    problem = make(3)
    changed: dict[str, Any] = {"triggers": (), "rtol": 1e-9, "atol": problem.options["atol"] * 1e-2}
    exact = np.array([follow(problem, i) for i in range(3)])
    size = np.abs(exact).max(axis=1, keepdims=True) + problem.floor
    for backend in ("lanes", "plain"):
        run = problem.run(compile_model(problem.model, backend=backend), **changed)
        error = float((np.abs(run.states - exact) / size).max())
        print(f"{problem.model.name}, {backend}: {error:.1e} from scipy")
        assert error <= 2e-7


@pytest.mark.slow  # numba takes half a minute to compile this
def test_order_and_threads_change_no_bit(scalar: Engine) -> None:
    problem = battle(13)
    whole = problem.run(scalar)
    shuffled = np.random.default_rng(1).permutation(13)
    moved = problem.run(scalar, shuffled)
    alone = problem.run(scalar, slice(4, 5))
    threaded = problem.run(scalar, threads=3)
    for name in ("states", "final", "fired_day", "last_fired", *COUNTS):
        np.testing.assert_array_equal(getattr(moved, name), getattr(whole, name)[shuffled], err_msg=name)
        np.testing.assert_array_equal(getattr(alone, name), getattr(whole, name)[4:5], err_msg=name)
        np.testing.assert_array_equal(getattr(threaded, name), getattr(whole, name), err_msg=name)


@pytest.mark.slow  # numba takes half a minute to compile this
def test_nobody_and_a_patient_that_cannot_be_integrated(scalar: Engine) -> None:
    problem = battle(4)
    assert problem.run(scalar, slice(0, 0)).states.shape == (0, 31, 3)
    parameters, initial = problem.parameters.copy(), problem.initial.copy()
    initial[1] = np.nan
    parameters[2, 2] = -50.0  # a tumour that grows beyond all numbers
    run = Problem(problem.model, parameters, initial, problem.options).run(scalar)
    whole = problem.run(scalar)
    assert run.failure[1] == 4
    assert run.failure[2] in (1, 2)
    assert np.isfinite(run.states).all()
    np.testing.assert_array_equal(run.states[[0, 3]], whole.states[[0, 3]])
    assert problem.run(scalar, most_steps=3).failure.tolist() == [3] * 4


def test_single_precision_says_how_exact_it_is() -> None:
    problem = dosed(4)
    exact = problem.run(compile_model(problem.model), rtol=1e-9, atol=1e-11)
    single = compile_model(problem.model, backend="plain", dtype="f4")
    errors = []
    for rtol in (1e-3, 1e-4, 1e-5):
        run = problem.run(single, rtol=rtol, atol=1e-2 * rtol)
        np.testing.assert_array_equal(run.fired, exact.fired)
        errors.append(max(problem.difference(run, exact)))
    print("single precision, errors at rtol 1e-3, 1e-4, 1e-5:", " ".join(f"{e:.1e}" for e in errors))
    assert errors[2] < 1e-4
