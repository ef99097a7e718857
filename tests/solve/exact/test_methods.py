"""Every method against its theory: order conditions on paper, measured orders, stiff order, error against tolerance."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adoptive.errors import SolveError
from adoptive.solve import Engine, Model, compile_model, exp
from adoptive.solve.methods import METHODS, RODAS5P, TSIT5, Method

ALL = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS.keys())
STIFF = pytest.mark.parametrize("method", [m for m in METHODS.values() if m.implicit], ids=lambda m: m.name)


# ---- order conditions: a method of order p is exact to h^p on every elementary differential (rooted trees)


def trees(nodes: int) -> list[tuple[Any, ...]]:
    """Return every rooted tree of so many nodes, as nested tuples of its branches."""
    if nodes == 1:
        return [()]
    found = set()
    for sizes in partitions(nodes - 1):
        for branches in itertools.product(*(trees(size) for size in sizes)):
            found.add(tuple(sorted(branches)))
    return sorted(found)


def partitions(total: int, largest: int | None = None) -> list[tuple[int, ...]]:
    if total == 0:
        return [()]
    top = min(total, largest or total)
    return [(first, *rest) for first in range(top, 0, -1) for rest in partitions(total - first, first)]


def size_of(tree: tuple[Any, ...]) -> int:
    return 1 + sum(size_of(branch) for branch in tree)


def density(tree: tuple[Any, ...]) -> int:
    product = size_of(tree)
    for branch in tree:
        product *= density(branch)
    return product


def butcher(method: Method) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return alpha (arguments), beta = alpha + gamma's (Rosenbrock) and how new y, error and q weigh the slopes k_i."""
    s = method.stages
    a = np.array([[*row, *[0.0] * (s - len(row))] for row in method.a])
    if not method.implicit:
        return a, a, np.eye(s)
    c = np.array([[*row, *[0.0] * (s - len(row))] for row in method.c])
    gamma = np.linalg.inv(np.eye(s) / method.gamma - c)  # u = gamma k
    return a @ gamma, a @ gamma + gamma, gamma


def stage_weights(tree: tuple[Any, ...], alpha: np.ndarray, beta: np.ndarray) -> np.ndarray:
    """Return the elementary weight of a tree at every stage (Hairer and Wanner 1996, section IV.7, theorem 7.4)."""
    if len(tree) == 1:  # a single branch: Rosenbrock methods see the exact Jacobian there
        return beta @ stage_weights(tree[0], alpha, beta)
    product = np.ones(len(alpha))
    for branch in tree:
        product = product * (alpha @ stage_weights(branch, alpha, beta))
    return product


def worst_condition(method: Method, weights: np.ndarray, order: int, s: float = 1.0) -> float:
    """Return the largest violation among the conditions of exactly this order, at a fraction s of the step."""
    alpha, beta, _ = butcher(method)
    return max(abs(weights @ stage_weights(t, alpha, beta) - s**order / density(t)) for t in trees(order))


def new_weights(method: Method) -> np.ndarray:
    """Return b in new y = y + sum b_i k_i."""
    _, _, u_of_k = butcher(method)
    last = np.array([*method.a[-1], 1.0 if method.implicit else 0.0])
    return last @ u_of_k


@ALL
def test_order_conditions_hold_up_to_the_order_and_not_beyond(method: Method) -> None:
    b = new_weights(method)
    held = [worst_condition(method, b, p) for p in range(1, method.order + 1)]
    broken = worst_condition(method, b, method.order + 1)
    print(method.name, "violations", [f"{x:.1e}" for x in held], "next order", f"{broken:.1e}")
    assert max(held) < 2e-12
    assert broken > 1e-5


@ALL
def test_the_embedded_method_has_one_order_less(method: Method) -> None:
    _, _, u_of_k = butcher(method)
    embedded = new_weights(method) - np.array(method.error) @ u_of_k
    held = [worst_condition(method, embedded, p) for p in range(1, method.error_order)]
    broken = worst_condition(method, embedded, method.error_order)
    print(method.name, "embedded", [f"{x:.1e}" for x in held], "next order", f"{broken:.1e}")
    assert max(held) < 2e-12
    assert broken > 1e-6


@ALL
@pytest.mark.parametrize("s", [0.25, 0.6, 0.9])
def test_the_interpolant_meets_the_conditions_of_its_order(method: Method, s: float) -> None:
    _, _, u_of_k = butcher(method)
    q = np.array(method.h) @ u_of_k
    weights = s * (new_weights(method) + (1.0 - s) * (q[0] + s * (q[1] + s * q[2])))
    held = [worst_condition(method, weights, p, s) for p in range(1, method.dense_order + 1)]
    assert max(held) < 1e-10
    assert worst_condition(method, weights, method.dense_order + 1, s) > 1e-6


@ALL
def test_tableaus_are_whole(method: Method) -> None:
    assert [len(row) for row in method.a] == list(range(method.stages))
    assert {len(method.error), *map(len, method.h)} == {method.stages}


# ---- measured orders, by the compiled engine with equal steps


def logistic(y: Any, p: Any) -> dict[str, Any]:
    return {"x": p.r * y.x * (1.0 - y.x) + 0.5 * y.z, "z": -y.z * y.x - 0.2 * y.z**2}


LOGISTIC = Model("logistic", ("x", "z"), ("r",), logistic)


def slope(steps: np.ndarray, errors: np.ndarray) -> float:
    return float(np.polyfit(np.log(steps), np.log(errors), 1)[0])


@pytest.fixture(scope="module")
def engines() -> Callable[[Model, Method], Engine]:
    made: dict[tuple[str, str], Engine] = {}

    def engine(model: Model, method: Method) -> Engine:
        key = (model.name, method.name)
        made[key] = made.get(key) or compile_model(model, solver=method.name)
        return made[key]

    return engine


@ALL
def test_measured_orders_of_step_and_interpolant(method: Method, engines: Callable[[Model, Method], Engine]) -> None:
    engine = engines(LOGISTIC, method)
    counts = np.array([40, 80, 160])
    ends, dense = [], []
    for count in counts:
        h = 4.0 / count
        inside = (np.arange(count) + 0.37) * h  # one place inside each step
        run = engine.run([[1.7]], [[0.1, 1.0]], start=0.0, stop=4.0, visits=inside, fixed_step=h)
        exact = engines(LOGISTIC, RODAS5P).run(
            [[1.7]], [[0.1, 1.0]], start=0.0, stop=4.0, visits=inside, rtol=1e-13, atol=1e-15
        )
        assert run.steps[0] == count
        ends.append(np.abs(run.final - exact.final).max())
        dense.append(np.abs(run.states - exact.states).max())
    step_order, dense_order = slope(4.0 / counts, np.array(ends)), slope(4.0 / counts, np.array(dense))
    print(
        f"{method.name}: order of the step {step_order:.2f} (theory {method.order}), with interpolant {dense_order:.2f}"
    )
    assert abs(step_order - method.order) < 0.45
    # global error of the interpolant: order min(order, dense_order + 1)
    assert dense_order > min(method.order, method.dense_order + 1) - 0.45


def prothero_robinson(y: Any, p: Any) -> dict[str, Any]:
    """x follows the curve 1/(1+t) ever faster: stiff relaxation to a smooth solution; time is a state."""
    curve = 1.0 / (1.0 + y.t)
    return {"x": -p.k * (y.x - curve) - curve * curve, "t": 1.0 + 0.0 * y.t}


@STIFF
def test_stiff_order_on_prothero_robinson(method: Method, engines: Callable[[Model, Method], Engine]) -> None:
    engine = engines(Model("prothero", ("x", "t"), ("k",), prothero_robinson), method)
    steps = np.array([0.1, 0.05, 0.025, 0.0125])
    orders = {}  # Rodas4 falls back to order 1 here, Rodas5P was built to keep 3
    for k in (1e2, 1e4, 1e6):
        errors = []
        for h in steps:
            run = engine.run([[k]], [[1.0, 0.0]], start=0.0, stop=2.0, visits=[2.0], fixed_step=float(h))
            errors.append(abs(run.final[0, 0] - 1.0 / 3.0) + 1e-17)
        orders[k] = slope(steps, np.array(errors))
        print(f"{method.name} k={k:g}: errors {[f'{e:.1e}' for e in errors]}, order {orders[k]:.2f}")
        assert max(errors) < 1e-6  # no explosion, however stiff
    assert orders[1e4] > {"rodas4": 0.6, "rodas5p": 2.5}[method.name]


def swing(y: Any, p: Any) -> dict[str, Any]:
    return {"x": y.v, "v": -p.w * p.w * y.x}


@ALL
def test_error_is_proportional_to_tolerance_over_four_decades(
    method: Method, engines: Callable[[Model, Method], Engine]
) -> None:
    engine = engines(Model("swing", ("x", "v"), ("w",), swing), method)
    days, tolerances = np.linspace(0.0, 10.0, 21), 10.0 ** -np.arange(4.0, 8.01, 0.5)
    errors = []
    for rtol in tolerances:
        run = engine.run([[1.3]], [[1.0, 0.0]], start=0.0, stop=10.0, visits=days, rtol=rtol, atol=rtol)
        errors.append(np.abs(run.states[0, :, 0] - np.cos(1.3 * days)).max())
    measured = slope(tolerances, np.array(errors))
    print(
        f"{method.name}: slope of log error against log rtol {measured:.2f}, errors {errors[0]:.1e} to {errors[-1]:.1e}"
    )
    assert 0.75 < measured < 1.25


@ALL
def test_time_enters_as_a_state_and_nothing_else(method: Method, engines: Callable[[Model, Method], Engine]) -> None:
    """Autonomous form: shifting the days by any amount changes nothing but the days."""
    engine = engines(LOGISTIC, method)
    early = engine.run([[1.1]], [[0.2, 0.4]], start=0.0, stop=8.0, visits=[2.0, 5.0])
    late = engine.run([[1.1]], [[0.2, 0.4]], start=64.0, stop=72.0, visits=[66.0, 69.0])
    np.testing.assert_allclose(late.states, early.states, rtol=1e-12)


def test_tsit5_keeps_its_last_slope_through_jumps_rejections_and_refills() -> None:
    from adoptive.solve import Events, Jump

    model = Model("spiky", ("x",), ("k",), lambda y, p: {"x": -p.k * y.x + exp(-y.x)}, jumps=(Jump("add", {"x": 5.0}),))
    engine, stiff = compile_model(model, solver="tsit5"), compile_model(model)
    count = 37
    k = np.linspace(0.05, 20.0, count)[:, None]
    day = np.sort(np.random.default_rng(0).uniform(0.0, 9.0, (count, 5)), axis=1)
    events = Events(day, np.zeros((count, 5), np.int64), np.ones((count, 5)))
    options: dict[str, Any] = {"start": 0.0, "stop": 10.0, "visits": np.arange(11.0), "events": events}
    run = engine.run(k, np.ones((count, 1)), rtol=1e-8, atol=1e-10, **options)
    other = stiff.run(k, np.ones((count, 1)), rtol=1e-9, atol=1e-11, **options)
    np.testing.assert_allclose(run.states, other.states, rtol=1e-6)
    for i in (0, 17, 36):  # alone, with other neighbours: the same bits
        alone = engine.run(
            k[i : i + 1],
            np.ones((1, 1)),
            rtol=1e-8,
            atol=1e-10,
            **options | {"events": Events(day[i : i + 1], events.kind[i : i + 1], events.amount[i : i + 1])},
        )
        np.testing.assert_array_equal(alone.states[0], run.states[i])


def test_the_explicit_method_is_kept_short_by_stiffness_not_by_accuracy() -> None:
    fast = Model("fast", ("x",), ("k",), lambda y, p: {"x": -p.k * (y.x - 1.0)})
    run = {
        name: compile_model(fast, solver=name).run([[500.0]], [[2.0]], start=0.0, stop=10.0, visits=[10.0], rtol=1e-4)
        for name in METHODS
    }
    print({name: int(r.steps[0]) for name, r in run.items()})
    assert run["tsit5"].steps[0] > 10 * run["rodas5p"].steps[0]
    assert all(abs(r.final[0, 0] - 1.0) < 1e-4 for r in run.values())


def test_an_unknown_solver_is_named() -> None:
    with pytest.raises(SolveError, match=r"no such solver.*euler.*rodas5p, rodas4, tsit5"):
        compile_model(LOGISTIC, solver="euler")
    assert TSIT5.stages == 7
