"""One model text, three uses: on arrays, as a compiled kernel, and differentiated."""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from adoptive.errors import SolveError
from adoptive.solve import Model, Values, compile_model, exp, log, maximum, minimum, positive, where_positive
from adoptive.solve.derive import eliminate, jacobian
from adoptive.solve.kernels import ROUTINES, write_kernels
from adoptive.solve.methods import RODAS5P
from adoptive.solve.native import NativeCode, lane_width, to_object_code
from adoptive.solve.trace import trace

W = lane_width()
POINTER = ctypes.POINTER(ctypes.c_double)


class Kernels:
    """Call a model's compiled routines from Python."""

    def __init__(self, model: Model) -> None:
        traced = trace(model)
        entries = jacobian(traced.slopes, traced.states)
        self.elimination = eliminate(len(model.states), entries)
        self.nonzero = set(entries)
        self.listing = write_kernels(traced, W)
        self.code = NativeCode([to_object_code(text) for text in self.listing.texts], ROUTINES)
        self.size = len(model.states)

    def call(self, name: str, *vectors: Any) -> None:
        address = self.code.addresses[ROUTINES.index(name)]
        kind = ctypes.CFUNCTYPE(None, *[POINTER] * len(vectors))
        kind(address)(*(v.ctypes.data_as(POINTER) for v in vectors))

    def prepared(self, parameters: Any) -> Any:
        p = np.zeros((self.listing.parameter_rows, W))
        p[: parameters.shape[1]] = parameters.T
        self.call("prepare", p, p)
        return p

    def slopes_and_jacobian(self, states: Any, parameters: Any) -> tuple[Any, Any, Any]:
        y, p = np.ascontiguousarray(states.T), self.prepared(parameters)
        slow, fast = np.zeros_like(y), np.zeros_like(y)
        packed = np.zeros((self.listing.matrix_entries, W))
        self.call("rhs", y, p, slow)
        self.call("linearise", y, p, fast, packed)
        dense = np.zeros((W, self.size, self.size))
        for (i, j), at in self.elimination.place.items():
            dense[:, i, j] = packed[at]
        return slow.T, fast.T, dense

    def solved(self, matrix: Any, inverse_step: Any, right: Any) -> Any:
        packed = np.zeros((self.listing.matrix_entries, W))
        for (i, j), at in self.elimination.place.items():
            packed[at] = matrix[:, i, j]
        out = np.zeros((self.size, W))
        zero, one = np.zeros((self.size, W)), np.ones(W)
        self.call("factor", packed, inverse_step)
        self.call("solve", packed, np.ascontiguousarray(right.T), zero, one, out)
        return out.T


@pytest.fixture(scope="module")
def kernels(mixture_model: Model) -> Kernels:
    return Kernels(mixture_model)


points = arrays(np.float64, (W, 4), elements=st.floats(-2.0, 3.0, width=64))
parameter_points = arrays(np.float64, (W, 3), elements=st.floats(0.5, 3.0, width=64))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(states=points, parameters=parameter_points)
def test_model_text_on_arrays_equals_the_kernel(
    kernels: Kernels, mixture_model: Model, states: Any, parameters: Any
) -> None:
    y, p = Values(mixture_model.states, states), Values(mixture_model.parameters, parameters)
    text = mixture_model.rhs(y, p)
    expected = np.stack([text[name] for name in mixture_model.states], axis=1)
    slow, fast, _ = kernels.slopes_and_jacobian(states, parameters)
    np.testing.assert_allclose(slow, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(fast, expected, rtol=1e-12, atol=1e-12)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(states=points, parameters=parameter_points)
def test_jacobian_equals_finite_differences(
    kernels: Kernels, mixture_model: Model, states: Any, parameters: Any
) -> None:
    a, b, c = states[:, 0], states[:, 1], states[:, 2]
    kinks = np.abs(np.stack([a - 0.5, b - 0.3, a - c, a - b]))
    if kinks.min() < 1e-3:  # differences across a kink say nothing
        return
    p, h = Values(mixture_model.parameters, parameters), 1e-6

    def slopes(at: Any) -> Any:
        text = mixture_model.rhs(Values(mixture_model.states, at), p)
        return np.stack([text[name] for name in mixture_model.states], axis=1)

    differences = np.stack(
        [(slopes(states + h * unit) - slopes(states - h * unit)) / (2.0 * h) for unit in np.eye(4)], axis=2
    )
    _, _, derived = kernels.slopes_and_jacobian(states, parameters)
    np.testing.assert_allclose(derived, differences, rtol=1e-5, atol=1e-4 * max(1.0, np.abs(differences).max()) * 1e-1)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(seed=st.integers(0, 2**32 - 1))
def test_generated_elimination_solves_the_system(kernels: Kernels, seed: int) -> None:
    rng = np.random.default_rng(seed)
    matrix = np.zeros((W, 4, 4))
    for i, j in kernels.nonzero:
        matrix[:, i, j] = rng.normal(size=W)
    inverse_step, right = np.full(W, 8.0 * RODAS5P.gamma), rng.normal(size=(W, 4))
    solved = kernels.solved(matrix, inverse_step, right)
    expected = np.linalg.solve(8.0 * np.eye(4) - matrix, right[:, :, None])[:, :, 0]
    np.testing.assert_allclose(solved, expected, rtol=1e-10, atol=1e-13)


def test_elimination_fills_little_and_orders_all() -> None:
    # An arrow matrix with the hub first fills completely if taken in order, not at all if the hub comes last.
    size = 12
    arrow = [(0, i) for i in range(size)] + [(i, 0) for i in range(size)]
    plan = eliminate(size, arrow)
    assert sorted(plan.order) == list(range(size))
    assert len(plan.place) == 3 * size - 2


def functions(y: Values, p: Values) -> dict[str, Any]:
    x = y.x
    return {"x": exp(x * p.one), "l": log(positive(x) + 1e-200), "w": positive(x) ** p.h, "m": minimum(x, 1.0)}


def test_exp_log_and_power_are_accurate_over_their_range() -> None:
    kernel = Kernels(Model("functions", ("x", "l", "w", "m"), ("one", "h"), functions))
    rng = np.random.default_rng(5)
    x = np.concatenate([rng.uniform(-600, 600, 400), 10.0 ** rng.uniform(-12, 2.5, 400), [0.0, 1.0, 2.0, 0.5] * 4])
    for block in x[: len(x) // W * W].reshape(-1, W):
        states = np.zeros((W, 4))
        states[:, 0] = block
        slopes, _, _ = kernel.slopes_and_jacobian(states, np.tile([1.0, 1.7], (W, 1)))
        above = np.maximum(block, 0.0)
        np.testing.assert_allclose(slopes[:, 0], np.exp(block), rtol=4e-15)
        np.testing.assert_allclose(slopes[:, 1], np.log(above + 1e-200), rtol=1e-15, atol=5e-16)
        np.testing.assert_allclose(slopes[:, 2], above**1.7, rtol=3e-14, atol=1e-290)


def test_not_a_number_stays_visible() -> None:
    kernel = Kernels(Model("functions", ("x", "l", "w", "m"), ("one", "h"), functions))
    states = np.full((W, 4), np.nan)
    slopes, _, _ = kernel.slopes_and_jacobian(states, np.ones((W, 2)))
    assert np.isnan(slopes[:, 0]).all()


def test_a_power_at_zero_has_a_finite_derivative() -> None:
    model = Model("hill", ("x",), ("h",), lambda y, p: {"x": y.x**p.h / (1.0 + y.x**p.h)})
    kernel = Kernels(model)
    for h in (0.8, 1.0, 1.3, 2.5):
        _, _, derived = kernel.slopes_and_jacobian(np.zeros((W, 1)), np.full((W, 1), h))
        assert np.isfinite(derived).all()
    run = compile_model(model).run([[1.4]], [[0.0]], start=0.0, stop=5.0, visits=[5.0])
    assert run.failure[0] == 0
    assert abs(run.final[0, 0]) < 1e-12


def test_numpy_numbers_may_stand_left_of_a_node() -> None:
    two = np.float64(2.0)
    model = Model(
        "left", ("x",), ("k",), lambda y, p: {"x": two * y.x + two / (two + p.k) - two + np.float64(0.5) ** y.x}
    )
    kernel = Kernels(model)
    slopes, _, _ = kernel.slopes_and_jacobian(np.full((W, 1), 3.0), np.full((W, 1), 1.0))
    np.testing.assert_allclose(slopes, 6.0 + 2.0 / 3.0 - 2.0 + 0.125, rtol=1e-14)


@pytest.mark.parametrize(
    ("rhs", "message"),
    [
        (lambda y, p: {"x": -y.x}, "every state once"),
        (lambda y, p: {"x": -y.x, "z": 1.0, "q": 2.0}, "every state once"),
        (lambda y, p: {"x": -y.x if y.x > 0 else 0.0, "z": 0.0}, "cannot branch"),
        (lambda y, p: {"x": "fast", "z": 0.0}, "not a number"),
        (lambda y, p: {"x": y.typo, "z": 0.0}, "unknown name"),
        (lambda y, p: {"x": y.x / 0.0, "z": 0.0}, "zero"),
    ],
)
def test_a_wrong_model_text_is_named(rhs: Any, message: str) -> None:
    with pytest.raises(SolveError, match=message):
        compile_model(Model("wrong", ("x", "z"), (), rhs))


def test_where_positive_and_maximum_agree_on_arrays_and_floats() -> None:
    x = np.array([-1.0, 0.0, 2.0])
    np.testing.assert_array_equal(where_positive(x, x, -x), [1.0, 0.0, 2.0])
    np.testing.assert_array_equal(maximum(x, 0.5), [0.5, 0.5, 2.0])
    np.testing.assert_array_equal(minimum(x, 0.5), [-1.0, 0.0, 0.5])
