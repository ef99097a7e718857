"""The written module: never stale, never fatal, and clear refusals."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.linalg import solve

from adoptive.errors import SolveError
from adoptive.solve import Engine, Events, Jump, Model, compile_model, exp
from adoptive.solve.solo import SoloEngine
from adoptive.solve.solo.source import make_plan
from adoptive.solve.trace import trace


def decay(rate: float) -> Model:
    return Model("decay", ("x",), (), lambda y, p: {"x": -rate * y.x}, jumps=(Jump("add", {"x": 1.0}),))


def after_one_day(compiled: Engine) -> float:
    run = compiled.run(np.empty((1, 0)), [[1.0]], start=0.0, stop=1.0, visits=[1.0], rtol=1e-8, atol=1e-10)
    return float(run.final[0, 0])


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ADOPTIVE_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "solo"


def test_a_changed_equation_never_meets_an_old_module(folder: Path) -> None:
    for rate in (1.125, 1.375, 1.125):
        value = after_one_day(compile_model(decay(rate), backend="plain"))
        assert value == pytest.approx(np.exp(-rate), rel=1e-7)
    assert len(list(folder.glob("*.py"))) == 2


@pytest.mark.slow
def test_a_changed_equation_never_meets_an_old_kernel(folder: Path) -> None:
    assert after_one_day(compile_model(decay(1.125), backend="scalar")) == pytest.approx(np.exp(-1.125), rel=1e-7)
    changed = compile_model(decay(1.375), backend="scalar")
    assert after_one_day(changed) == pytest.approx(np.exp(-1.375), rel=1e-7)
    assert len(list(folder.glob("*.py"))) == 2
    again = SoloEngine(decay(1.375), backend="scalar")
    assert after_one_day(again) == after_one_day(changed)
    assert sum(again.compiled.stats.cache_hits.values()) == 1
    assert sum(again.compiled.stats.cache_misses.values()) == 0


@pytest.mark.slow
def test_damaged_machine_code_is_made_again(folder: Path) -> None:
    model = decay(1.0625)
    first = after_one_day(compile_model(model, backend="scalar"))
    for kept in folder.rglob("*.nb?"):
        kept.write_bytes(b"damaged")
    assert after_one_day(compile_model(model, backend="scalar")) == first


def test_a_changed_file_is_written_again(folder: Path) -> None:
    after_one_day(compile_model(decay(2.0), backend="plain"))
    (kept,) = folder.glob("*.py")
    kept.write_text("raise RuntimeError")
    assert after_one_day(compile_model(decay(2.0), backend="plain")) == pytest.approx(np.exp(-2.0), rel=1e-7)


def test_a_folder_that_cannot_be_written_is_no_obstacle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("ADOPTIVE_CACHE_DIR", str(tmp_path / "file"))
    assert after_one_day(compile_model(decay(3.0), backend="plain")) == pytest.approx(np.exp(-3.0), rel=1e-7)


def test_refusals_say_what_to_do() -> None:
    for backend, options, words in (
        ("gpu", {}, "no such backend"),
        ("scalar", {"width": 4}, "only the lanes have a width"),
        ("lanes", {"dtype": "f4"}, "the lanes compute in double precision"),
        ("scalar", {"dtype": "f2"}, "no such number type"),
        ("scalar", {"solver": "tsit5"}, "this backend has no such solver"),
    ):
        with pytest.raises(SolveError, match=words):
            compile_model(decay(1.0), backend=backend, **options)
    engine = compile_model(decay(1.0), backend="plain", dtype="f4")
    with pytest.raises(SolveError, match="single precision cannot reach"):
        after_one_day(engine)
    huge = Model("huge", ("x",), (), lambda y, p: {"x": 1e60 - y.x})
    with pytest.raises(SolveError, match="does not fit single precision"):
        compile_model(huge, backend="plain", dtype="f4")


def test_the_written_factors_solve_the_linear_system(mixture_model: Model) -> None:
    routines = SoloEngine(mixture_model, backend="plain").module
    plan = make_plan(trace(mixture_model))
    draw = np.random.default_rng(2)
    y, p = draw.uniform(0.2, 1.0, 4), np.zeros(3 + len(plan.steady))
    p[:3] = [0.5, 2.0, 1.3]
    slope, moved_slope, matrix, u = np.zeros(4), np.zeros(4), np.zeros(len(plan.negative_jacobian)), np.zeros(4)
    routines.model_prepare(u, p)
    routines.model_linearise(y, p, slope, matrix)
    size = len(plan.elimination.order)  # states, then intermediate values kept as unknowns
    negative = np.zeros((size, size))
    for (i, j), place in plan.elimination.place.items():
        negative[i, j] = matrix[place]
    kept = np.linalg.solve(negative[4:, 4:], negative[4:, :4])
    reduced = negative[:4, :4] - negative[:4, 4:] @ kept
    for k in range(4):  # the written Jacobian against differences of the written derivatives
        moved = y.copy()
        moved[k] += 1e-6
        routines.model_rhs(moved, p, moved_slope)
        np.testing.assert_allclose((slope - moved_slope) / 1e-6, reduced[:, k], atol=1e-4)
    mix = draw.standard_normal(4)
    routines.model_factor(matrix, 7.0)
    routines.model_solve(matrix, slope, mix, 3.0, u)
    np.testing.assert_allclose(u, solve(reduced + 7.0 * np.eye(4), slope + 3.0 * mix), rtol=1e-12)


def test_the_written_text_can_be_read() -> None:
    model = Model("two", ("a", "b"), ("k",), lambda y, p: {"a": -p.k * y.a, "b": p.k * y.a - exp(-y.b)})
    engine = SoloEngine(model, backend="plain")
    assert "def model_rhs(y, p, out):" in engine.text
    assert "safe_exp" in engine.text
    run = engine.run([[1.0]], [[1.0, 0.0]], start=0.0, stop=1.0, visits=[1.0], events=Events.none(1))
    assert run.failure[0] == 0
