"""The same text for graphics processors: run in numba's simulator, compiled to PTX where no such processor is."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from adoptive.errors import SolveError
from adoptive.solve import compile_model
from adoptive.solve.solo import write_ptx

sys.path.insert(0, str(Path(__file__).parent))

from solo_problems import ROOT, battle, kinetics

pytestmark = pytest.mark.skipif(importlib.util.find_spec("numba_cuda") is None, reason="numba-cuda is not installed")

SIMULATE = """
import json, sys
sys.path.insert(0, {tests!r})
from solo_problems import battle
from adoptive.solve import compile_model
from adoptive.solve.solo import SoloEngine
problem = battle(5)
answers, wanted = [], ("states", "final", "fired_day", "steps", "failure")
for dtype, launch, rows in (("f8", None, [0, 1, 2, 3, 4]), ("f8", 2, [4, 2, 0, 3, 1]), ("f4", 1, [0, 1, 2, 3, 4])):
    engine = SoloEngine(problem.model, backend="cuda", dtype=dtype, launch=launch)
    run = problem.run(engine, rows)
    answers.append({{name: getattr(run, name).tolist() for name in wanted}})
print(json.dumps(answers))
"""


def test_the_simulator_agrees_with_plain_python_whatever_order_and_launch() -> None:
    environment = os.environ | {"NUMBA_ENABLE_CUDASIM": "1", "PYTHONPATH": str(ROOT / "src")}
    code = SIMULATE.format(tests=str(Path(__file__).parent))
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    whole, moved, single = json.loads(done.stdout)
    problem = battle(5)
    plain = problem.run(compile_model(problem.model, backend="plain"))
    assert plain.fired.sum() > 0
    assert plain.extinct.any()
    assert whole["failure"] == single["failure"] == [0] * 5
    for name in ("states", "final", "fired_day", "steps"):
        np.testing.assert_array_equal(whole[name], getattr(plain, name), err_msg=name)
        np.testing.assert_array_equal(np.array(moved[name])[[2, 4, 1, 3, 0]], whole[name], err_msg=name)
    size = np.abs(plain.states).max(axis=1, keepdims=True) + problem.floor
    error = (np.abs(np.array(single["states"]) - plain.states) / size).max()
    print(f"single precision in the simulator: {error:.1e} from double")
    assert error < 1e-3


def count(ptx: str) -> Counter[str]:
    """Count arithmetic instructions by their number type."""
    return Counter(re.findall(r"^\s+(?:add|sub|mul|fma|div|rcp|sqrt)[a-z.]*\.(f32|f64)", ptx, re.MULTILINE))


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["f8", "f4"])
def test_a_small_model_compiles_to_ptx_without_such_a_processor(dtype: str) -> None:
    found = count(write_ptx(battle(1).model, dtype=dtype, capability=(8, 0)))
    print(dtype, dict(found))
    if dtype == "f8":
        assert found["f32"] == 0
        assert found["f64"] > 500
    else:
        assert (
            found["f64"] < 400 < found["f32"]
        )  # days, step lengths and what happens at them: the same for every model


@pytest.mark.slow
@pytest.mark.parametrize(("dtype", "capability"), [("f8", (8, 0)), ("f4", (9, 0))])
def test_the_full_kinetics_model_compiles_to_ptx(dtype: str, capability: tuple[int, int]) -> None:
    ptx = write_ptx(kinetics(1).model, dtype=dtype, capability=capability)
    found = count(ptx)
    print(dtype, dict(found), f"{len(ptx.splitlines())} lines")
    assert f".target sm_{capability[0]}{capability[1]}" in ptx
    assert found["f64" if dtype == "f8" else "f32"] > 5000
    if dtype == "f4":
        assert found["f64"] < 400


def test_where_no_such_processor_is_one_sentence_says_so() -> None:
    problem = battle(1)
    engine = compile_model(problem.model, backend="cuda")
    from numba import cuda

    if cuda.is_available():
        pytest.skip("a graphics processor is here")
    with pytest.raises(SolveError, match="no graphics processor"):
        problem.run(engine)
