"""The method: its order on paper, its error against closed forms, and its stages."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import scipy.linalg

from adoptive.solve import Model, Values, compile_model
from adoptive.solve.methods import RODAS5P

Vector = np.ndarray
GAMMA, STAGES, A, C, H = RODAS5P.gamma, RODAS5P.stages, RODAS5P.a, RODAS5P.c, RODAS5P.h


def step(
    f: Callable[[Vector], Vector], jacobian: Callable[[Vector], Vector], y: Vector, h: float
) -> tuple[Vector, Vector, Vector]:
    """One step in plain numpy: new state, embedded error, state at the middle by the interpolant."""
    matrix = np.eye(len(y)) / (h * GAMMA) - jacobian(y)
    u: list[Vector] = []
    for i in range(STAGES):
        argument = y + sum((A[i][j] * u[j] for j in range(i)), np.zeros_like(y))
        mix = sum((C[i][j] * u[j] for j in range(i)), np.zeros_like(y)) / h
        u.append(np.linalg.solve(matrix, f(argument) + mix))
    new = argument + u[-1]
    q = [sum(H[k][j] * u[j] for j in range(STAGES)) for k in range(len(H))]
    return new, u[-1], 0.5 * y + 0.5 * (new + 0.5 * (q[0] + 0.5 * (q[1] + 0.5 * q[2])))


def logistic(y: Vector) -> Vector:
    return y * (1.0 - y)


def logistic_at(t: float) -> float:
    return 1.0 / (1.0 + 4.0 * np.exp(-t))


def test_the_method_has_order_five_and_its_parts_order_four() -> None:
    errors = []
    for h in (0.2, 0.1):
        y, t, middle_error, estimate = np.array([0.2]), 0.0, 0.0, 0.0
        while t < 2.0 - 1e-9:
            new, error, middle = step(logistic, lambda z: np.diag(1.0 - 2.0 * z), y, h)
            start = np.log(y[0] / (1.0 - y[0]))  # exact solution through the present point: local errors
            middle_error = max(middle_error, abs(middle[0] - 1.0 / (1.0 + np.exp(-start - 0.5 * h))))
            estimate = max(estimate, abs(error[0]))
            y, t = new, t + h
        errors.append((abs(y[0] - logistic_at(2.0)), middle_error, estimate))
    global_order, middle_order, estimate_order = np.log2(np.array(errors[0]) / np.array(errors[1]))
    assert global_order > 4.7
    assert middle_order > 4.7  # local error of an interpolant of order 4
    assert estimate_order > 4.5  # local error of the embedded method of order 4


def test_error_follows_the_tolerance_over_decades() -> None:
    model = Model("swing", ("x", "v"), ("w",), lambda y, p: {"x": y.v, "v": -p.w * p.w * y.x})
    engine = compile_model(model)
    days = np.linspace(0.0, 10.0, 21)
    errors = []
    for rtol in (1e-3, 1e-5, 1e-7, 1e-9):
        run = engine.run([[1.3]], [[1.0, 0.0]], start=0.0, stop=10.0, visits=days, rtol=rtol, atol=rtol * 1e-2)
        errors.append(np.abs(run.states[0, :, 0] - np.cos(1.3 * days)).max())
    assert all(error < 60.0 * rtol for error, rtol in zip(errors, (1e-3, 1e-5, 1e-7, 1e-9), strict=True))
    assert errors[3] < 1e-3 * errors[1] < 1e-6 * errors[0] * 1e3


def test_linear_systems_follow_the_matrix_exponential() -> None:
    rng = np.random.default_rng(3)
    size, patients = 6, 11
    names = tuple(f"x{i}" for i in range(size))
    entries = [(i, j) for i in range(size) for j in range(size) if i == j or rng.random() < 0.5]

    def rhs(y: Values, p: Values) -> dict[str, object]:
        return {f"x{i}": sum(p[f"a{r}_{c}"] * y[f"x{c}"] for r, c in entries if r == i) for i in range(size)}

    engine = compile_model(Model("linear", names, tuple(f"a{i}_{j}" for i, j in entries), rhs))
    matrices = np.zeros((patients, size, size))
    for i, j in entries:
        matrices[:, i, j] = rng.normal(size=patients) - (40.0 * rng.random(patients) if i == j else 0.0)
    start = rng.normal(size=(patients, size))
    parameters = np.array([[m[i, j] for i, j in entries] for m in matrices])
    days = np.array([0.0, 0.1, 0.5, 1.5])
    run = engine.run(parameters, start, start=0.0, stop=1.5, visits=days, rtol=1e-9, atol=1e-11)
    for k in range(patients):
        exact = np.array([scipy.linalg.expm(matrices[k] * day) @ start[k] for day in days])
        np.testing.assert_allclose(run.states[k], exact, rtol=1e-7, atol=1e-8)
        np.testing.assert_array_equal(run.final[k], run.states[k, -1])


@pytest.mark.parametrize("width", [2, 4, 8])
def test_every_vector_width_gives_the_same_solution(width: int) -> None:
    def rhs(y: Values, p: Values) -> dict[str, object]:
        return {"x": -p.k * y.x**1.5}

    engine = compile_model(Model("root", ("x",), ("k",), rhs), width=width)
    k = np.linspace(0.2, 3.0, 19)[:, None]
    run = engine.run(k, np.ones((19, 1)), start=0.0, stop=5.0, visits=[5.0], rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(run.states[:, 0, 0], (1.0 + 0.5 * k[:, 0] * 5.0) ** -2.0, rtol=1e-6)
