"""Numbers that are none, times that run backwards, counts from nowhere: each is refused, or a value with a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adoptive.errors import SolveError
from adoptive.solve import (
    Dose,
    Engine,
    Events,
    Jump,
    Model,
    Regimen,
    Scans,
    Trigger,
    Values,
    compile_model,
    where_positive,
)
from adoptive.solve.diary import GIVEN, PROGRESSIONS, lay_out

COUNT = 3
SHRINKING = Model(
    "shrinking",
    ("drug", "cells"),
    ("ke",),
    lambda y, p: {"drug": -p.ke * y.drug, "cells": 0.1 * y.cells},
    watch=lambda y, p: {"cells": y.cells, "drug": y.drug},
    jumps=(
        Jump("dose", {"drug": 1.0}),
        Jump("graft", {"cells": 1.0}),
        Jump("share", text=lambda y, p, amount: {"cells": y.cells * amount / y.drug}),
    ),
    clones={"cells": ("births", "deaths")},
    clone_rates=lambda y, p: {"births": 0.2 * p.ke, "deaths": 0.1 * p.ke},
)
DOSE, GRAFT, SHARE = range(3)
KE, START = np.full((COUNT, 1), 0.5), np.tile([1.0, 5.0], (COUNT, 1))
TIMES: dict[str, Any] = {"start": 0.0, "stop": 10.0, "visits": [0.0, 5.0, 10.0]}


@pytest.fixture(scope="module")
def engine(_private_cache: Any) -> Engine:
    return compile_model(SHRINKING)


def on_day_two(kinds: list[int], amounts: list[float]) -> Events:
    """Give the jumps to the second patient only."""
    day = np.full((COUNT, len(kinds)), np.inf)
    day[1] = 2.0
    return Events(day, np.tile(kinds, (COUNT, 1)), np.tile(amounts, (COUNT, 1)))


@pytest.mark.parametrize("backend", ["lanes", "plain"])
@pytest.mark.parametrize(
    ("kind", "amount", "drug"),
    [(GRAFT, np.nan, 1.0), (GRAFT, -np.inf, 1.0), (GRAFT, np.inf, 1.0), (DOSE, np.nan, 1.0), (SHARE, 0.0, 0.0)],
)
def test_a_jump_to_no_number_is_a_failure_and_no_extinction(
    backend: str, kind: int, amount: float, drug: float
) -> None:
    initial = np.tile([drug, 5.0], (COUNT, 1))
    run = compile_model(SHRINKING, backend=backend).run
    with np.errstate(all="ignore"):
        got = run(KE, initial, **TIMES, events=on_day_two([kind], [amount]), survival_draws=np.ones((COUNT, 1)))
        alone = run(KE, initial, **TIMES)
    assert got.failure.tolist() == [0, 2, 0]
    assert not got.extinct.any()
    assert np.isfinite(got.final).all()
    np.testing.assert_allclose(got.final[1, 1], 5.0 * np.exp(0.2), rtol=1e-4)
    np.testing.assert_array_equal(got.states[[0, 2]], alone.states[[0, 2]])


def test_where_no_cell_is_left_none_lives_on_even_at_the_best_draw(engine: Engine) -> None:
    got = engine.run(KE, START, **TIMES, events=on_day_two([SHARE], [0.0]), survival_draws=np.ones((COUNT, 1)))
    assert got.extinct[:, 0].tolist() == [False, True, False]
    assert got.final[1, 1] == 0.0


def test_a_stop_in_the_moment_of_such_a_jump_does_not_hide_it(engine: Engine) -> None:
    events = on_day_two([GRAFT, DOSE], [4.0, np.nan])
    got = engine.run(KE, START, **TIMES, events=events, triggers=(Trigger("cells", None, 8.0, stops=True),))
    assert got.failure.tolist() == [0, 2, 0]
    assert np.isfinite(got.final).all()


@pytest.mark.parametrize(
    "declared",
    [
        {"triggers": (Trigger("cells", "dose", 8.0, delay_days=-2.0),)},
        {"triggers": (Trigger("cells", "dose", 8.0, lockout_days=[1.0, -1.0, 1.0]),)},
        {"triggers": (Trigger("cells", None, 8.0),), "fired_before": np.full((COUNT, 1), -5)},
        {"triggers": (Trigger("cells", None, 8.0),), "fired_before": np.full((COUNT, 1), np.nan)},
        {"triggers": (Trigger("cells", None, 8.0),), "last_fired": np.full((COUNT, 1), np.nan)},
        {"survival_draws": np.full((COUNT, 1), np.nan)},
        {"survival_draws": np.full((COUNT, 1), 1.5)},
        {"scans": Scans("cells", 1.0, 1e-300)},
        {"regimens": (Regimen((Dose(0.0, "dose"),), 0.0, 1e-300, 5),)},
        {"regimens": (Regimen((Dose(0.0, "dose"),), 0.0, hold_days=1e-300, longest_hold_days=9.0),)},
    ],
)
def test_declarations_that_would_not_end_or_run_backwards_are_refused(engine: Engine, declared: dict[str, Any]) -> None:
    with pytest.raises(SolveError):
        engine.run(KE, START, **TIMES, **declared)


@pytest.mark.parametrize(
    ("place", "value"), [("given", 3.0), ("given", -1.0), ("progressions", 1.0), ("fired", -1.0), ("due", np.nan)]
)
def test_a_carry_that_points_beyond_the_diary_is_refused(engine: Engine, place: str, value: float) -> None:
    regimen, scans = Regimen((Dose(0.0, "dose"),), 0.0, 30.0, 3), Scans("drug", 1.0, 2.0)
    declared: dict[str, Any] = {"triggers": (Trigger("cells", None, 8.0),), "scans": scans, "regimens": (regimen,)}
    carry = engine.run(KE, START, **TIMES, **declared).carry
    later: dict[str, Any] = {"start": 10.0, "stop": 12.0, "visits": [12.0], **declared}
    assert engine.run(KE, START, **later, carry=carry).failure.tolist() == [0, 0, 0]
    plan = lay_out(1, 1, (regimen,), scans)
    column = plan.regimen_column[0]
    columns = {"given": column + GIVEN, "progressions": plan.scan_column + PROGRESSIONS, "fired": -2, "due": column}
    carry[1, columns[place]] = value
    with pytest.raises(SolveError, match="carry"):
        engine.run(KE, START, **later, carry=carry)


def test_a_jump_that_an_earlier_leg_never_called_for_has_no_day(engine: Engine) -> None:
    trigger = Trigger("cells", "dose", 8.0, delay_days=np.inf)
    with np.errstate(all="raise"):
        got = engine.run(KE, START, **TIMES, triggers=(trigger,))
    assert got.fired.tolist() == [[1]] * COUNT


def test_blocks_share_triggers_whatever_holds_them(engine: Engine) -> None:
    """A list of as many triggers as patients is no list of numbers by patient."""
    triggers = [Trigger("cells", None, (8.0, 9.0, 99.0)), Trigger("cells", None, 6.0), Trigger("drug", None, 9.0)]
    whole = engine.run(KE, START, **TIMES, triggers=triggers)
    parts = engine.run_reduced(lambda _, part: part.fired, KE, START, block=1, **TIMES, triggers=triggers)
    assert whole.fired[:, 0].tolist() == [1, 1, 0]
    np.testing.assert_array_equal(np.concatenate(parts), whole.fired)


@pytest.mark.parametrize(
    "text",
    [
        lambda y, p: {"a": 1.0 if y.a == 0.0 else -y.a},
        lambda y, p: {"a": 1.0 if y.a != p.k else -y.a},
        lambda y, p: {"a": y.a + (y.a - y.a - 2.0) ** 0.5},
        lambda y, p: {"a": y.a + (y.a - y.a) ** -1.5},
        lambda y, p: {"a": y.a + (y.a - y.a + 10.0) ** 400.5},
    ],
)
def test_texts_without_meaning_are_refused(text: Callable[[Values, Values], Any]) -> None:
    with pytest.raises(SolveError):
        compile_model(Model("meaningless", ("a",), ("k",), text))


def branched(y: Values, p: Values) -> dict[str, Any]:
    """A sum of reciprocals that enters every equation, but only while s is above one."""
    names = [f"x{i}" for i in range(6)]
    total = sum(1.0 / y[name] for name in names)
    slopes = {
        name: where_positive(y.s - 1.0, 0.1 * (k + p.k) * total, -0.5 * (k + p.k) * y[name])
        for k, name in enumerate(names)
    }
    return {**slopes, "s": -0.1 * y.s}


@pytest.mark.parametrize("solver", ["rodas5p", "rodas4"])
def test_what_is_infinite_in_the_branch_not_taken_spoils_no_step(solver: str) -> None:
    model = Model("branched", (*(f"x{i}" for i in range(6)), "s"), ("k",), branched)
    initial = np.array([[0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.5]])
    got = compile_model(model, solver=solver).run([[1.0]], initial, start=0.0, stop=3.0, visits=[3.0], rtol=1e-7)
    assert got.failure.tolist() == [0]
    rates = np.array([*(0.5 * (k + 1.0) for k in range(6)), 0.1])
    np.testing.assert_allclose(got.states[0, 0], initial[0] * np.exp(-3.0 * rates), rtol=1e-4, atol=1e-8)
