"""The same bits whatever the threads, the blocks, the order of patients and the width of the vectors."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adoptive.kinetics.equations import build_model
from adoptive.kinetics.physiology import parameter_names
from adoptive.solve import Ensemble, Events, Jump, Model, Trigger, compile_model
from adoptive.solve.methods import METHODS

COUNT = 41
VISITS = np.arange(0.0, 6.01, 0.25)


def mixture(model: Model) -> Model:
    """The model with every operation, its rates held within one a day, and jumps, a signal and a clone."""

    def held(y: Any, p: Any) -> dict[str, Any]:
        return {name: rate / (1.0 + abs(rate)) - 0.3 * y[name] for name, rate in model.rhs(y, p).items()}

    return dataclasses.replace(
        model,
        rhs=held,
        watch=lambda y, p: {"level": y.a * y.b + y.c},
        jumps=(Jump("push", {"b": 0.4, "c": "k"}), Jump("pull", {"a": -0.1})),
        clones={"c": ("birth", "death")},
        clone_rates=lambda y, p: {"birth": 0.3 * p.m, "death": 0.1 * p.n + 0.01 * y.a * y.a},
    )


def mixture_case(count: int = COUNT) -> dict[str, Any]:
    rng = np.random.default_rng(11)
    return {
        "parameters": rng.uniform(0.5, 2.0, (count, 3)),
        "initial": np.column_stack([rng.uniform(0.0, 2.0, (count, 2)), rng.uniform(0.8, 3.0, count), np.zeros(count)]),
        "start": rng.uniform(0.0, 0.5, count),
        "stop": rng.uniform(4.0, 6.0, count),
        "visits": VISITS,
        "events": Events(
            np.sort(rng.uniform(0.5, 4.0, (count, 3)), axis=1), rng.integers(0, 2, (count, 3)), np.ones((count, 3))
        ),
        "triggers": (Trigger("level", "pull", rng.uniform(0.5, 2.0, count), 0.5, 0.1, 0.2, 3),),
        "survival_draws": rng.uniform(size=(count, 1)),
    }


def kinetics_case(count: int = 13) -> tuple[Model, dict[str, Any]]:
    """The whole model on invented patients, with cells, drugs and a rising tumour."""
    names = parameter_names()
    model = build_model(names)
    rng = np.random.default_rng(5)
    jumps = len(model.jumps)
    case = {
        "parameters": rng.uniform(0.2, 1.2, (count, len(names))),
        "initial": rng.uniform(0.1, 2.0, (count, len(model.states))),
        "start": 0.0,
        "stop": 12.0,
        "visits": np.arange(0.0, 12.5, 0.5),
        "events": Events(
            np.sort(rng.uniform(0.0, 10.0, (count, 4)), axis=1), rng.integers(0, jumps, (count, 4)), np.ones((count, 4))
        ),
    }
    return model, case


def part(case: dict[str, Any], rows: Any, count: int) -> dict[str, Any]:
    """The same case for some patients, in some order."""

    def pick(value: Any) -> Any:
        return value[rows] if isinstance(value, np.ndarray) and len(value) == count else value

    chosen = {name: value if name == "visits" else pick(value) for name, value in case.items()}
    events = case["events"]
    chosen["events"] = Events(events.day[rows], events.kind[rows], events.amount[rows])
    chosen["triggers"] = tuple(dataclasses.replace(t, threshold=pick(t.threshold)) for t in case.get("triggers", ()))
    return chosen


def assert_same(one: Ensemble, two: Ensemble, rows: Any = slice(None)) -> None:
    for field in dataclasses.fields(Ensemble):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(two, field.name)[rows], err_msg=field.name)


@pytest.mark.parametrize("solver", METHODS)
def test_threads_blocks_order_and_width_change_no_bit(mixture_model: Model, solver: str) -> None:
    model, case = mixture(mixture_model), mixture_case()
    engine = compile_model(model, solver=solver)
    whole = engine.run(**case)
    assert whole.fired.sum() > 5
    assert len(np.unique(whole.steps)) > 5
    assert (whole.failure == 0).all()
    for threads in (2, 3, 7):
        assert_same(engine.run(**case, threads=threads), whole)
    shuffled = np.random.default_rng(1).permutation(COUNT)
    assert_same(engine.run(**part(case, shuffled, COUNT)), whole, shuffled)
    for size in (1, 7, 20):
        for first in range(0, COUNT, size):
            rows = slice(first, min(first + size, COUNT))
            assert_same(engine.run(**part(case, rows, COUNT)), whole, rows)
    for width in (2, 4, 8):
        assert_same(compile_model(model, width=width, solver=solver).run(**case), whole)


@pytest.mark.slow
def test_the_full_model_gives_the_same_bits_at_every_width() -> None:
    model, case = kinetics_case()
    runs = [compile_model(model, width=width).run(**case) for width in (2, 8)]
    print("failures", runs[0].failure.tolist(), "steps", runs[0].steps.tolist())
    assert (runs[0].failure == 0).sum() > 6
    for run in runs[1:]:
        assert_same(run, runs[0])


def ends(rows: slice, ensemble: Ensemble) -> tuple[slice, Any, Any]:
    return rows, ensemble.final, ensemble.states.max(axis=1)


@pytest.mark.parametrize("block", [1, 8, 13, 100, None])
def test_reducing_block_by_block_is_the_whole_run(mixture_model: Model, block: int | None) -> None:
    engine, case = compile_model(mixture(mixture_model)), mixture_case()
    whole = engine.run(**case)
    parts = engine.run_reduced(ends, block=block, threads=2, **case)
    assert [rows.start for rows, _, _ in parts] == list(range(0, COUNT, block or COUNT))
    np.testing.assert_array_equal(np.concatenate([final for _, final, _ in parts]), whole.final)
    np.testing.assert_array_equal(np.concatenate([most for _, _, most in parts]), whole.states.max(axis=1))


MANY = """
from pathlib import Path
import numpy as np
from adoptive.solve import Model, compile_model
names = tuple(f"x{i}" for i in range(24))
model = Model("chain", names, ("k",), lambda y, p: {n: p.k * (y[names[i - 1]] - y[n]) for i, n in enumerate(names)})
count, visits = 100_000, np.linspace(0.0, 1.0, 160)
parts = compile_model(model).run_reduced(
    lambda rows, run: (run.final.sum(axis=1), int(run.failure.max())),
    np.ones((count, 1)), np.tile(np.arange(24.0), (count, 1)), start=0.0, stop=1.0, visits=visits, rtol=1e-3, atol=1e-3)
assert sum(len(total) for total, _ in parts) == count and not any(failed for _, failed in parts)
status = Path("/proc/self/status").read_text().split()  # getrusage would count the parent's memory, too
print(float(status[status.index("VmHWM:") + 1]) / 1024)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read in Linux's unit")
def test_a_hundred_thousand_patients_fit_half_a_gigabyte() -> None:
    """Their visits alone would be 3.1 GB."""
    source = str(Path(__file__).parents[3] / "src")
    code = f"import sys; sys.path.insert(0, {source!r})\n{MANY}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    print(f"peak memory {float(done.stdout):.0f} MB")
    assert float(done.stdout) < 500.0
