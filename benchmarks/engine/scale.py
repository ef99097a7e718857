"""What no race shows: two threads against one, memory for very many patients, and the start in a fresh process."""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.engine.problem import Problem

ROOT = Path(__file__).parents[2]

MEMORY = """
import json, sys
from pathlib import Path
from benchmarks.engine import problem28
from adoptive.solve import compile_model

def peak():
    status = Path("/proc/self/status").read_text().split()  # getrusage would count the parent's memory, too
    return float(status[status.index("VmHWM:") + 1]) / 1024.0

patients = int(sys.argv[1])
few = problem28.problem(100)
many = few.take(few.patients, -(-patients // few.patients))
engine, events = compile_model(many.model), many.events()
before = peak()

def reduce(rows, ensemble):
    return ensemble.states.max(axis=1), ensemble.failure

ran = engine.run_reduced(
    reduce, many.parameters, many.initial, start=0.0, stop=float(many.visits[-1]), visits=many.visits,
    events=events, rtol=1e-5, atol=1e-8, threads=2)
failed = sum(int((failure > 0).sum()) for _, failure in ran)
print(json.dumps({"patients": many.patients, "peak_mb": peak(), "before_run_mb": before, "failed": failed,
                  "whole_output_mb": many.patients * len(many.visits) * len(many.model.states) * 8 / 2**20}))
"""

STARTUP = """
import json, sys, time
begun = time.perf_counter()
import numpy as np
from adoptive.solve import compile_model
from adoptive.kinetics.equations import build_model
imported = time.perf_counter()
kept = np.load(sys.argv[1])
engine = compile_model(build_model(tuple(kept["names"].tolist())))
compiled = time.perf_counter()
ran = engine.run(kept["values"], kept["initial"], start=0.0, stop=28.0, visits=np.arange(29.0))
assert ran.failure[0] == 0
done = time.perf_counter()
print(json.dumps({"s": done - begun, "import_s": imported - begun, "compile_s": compiled - imported,
                  "first_run_s": done - compiled, "cpu_s": time.process_time()}))
"""


def threads(problem: Problem, *, patients: int, rounds: int, rtol: float = 1e-5) -> dict[str, Any]:
    """Return how much sooner two threads are done than one, by the clock, in interleaved rounds."""
    from adoptive.solve import compile_model

    many = problem.take(problem.patients, -(-patients // problem.patients))
    engine, events = compile_model(many.model), many.events()

    def once(count: int) -> tuple[float, float]:
        clock, processor = time.perf_counter(), time.process_time()
        options: dict[str, Any] = {"record": many.model.states[:1], "threads": count}
        tolerances: dict[str, Any] = {"rtol": rtol, "atol": rtol * many.absolute}
        days: dict[str, Any] = {"start": 0.0, "stop": many.visits[-1], "visits": many.visits}
        engine.run(many.parameters, many.initial, events=events, **days, **tolerances, **options)
        return time.perf_counter() - clock, time.process_time() - processor

    once(2)
    pairs = [(once(1), once(2)) for _ in range(rounds)]
    clock = [one[0] / two[0] for one, two in pairs]
    return {
        "patients": many.patients,
        "rtol": rtol,
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "speedup_2": statistics.median(clock),
        "speedup_2_best": max(clock),
        "speedup_2_by_processor_time": statistics.median(2.0 * one[1] / two[1] for one, two in pairs),
        "patients_per_s_1": many.patients / statistics.median(one[0] for one, _ in pairs),
        "patients_per_s_2": many.patients / statistics.median(two[0] for _, two in pairs),
    }


def memory(*, patients: int) -> dict[str, Any]:
    """Return the most memory of a process that reduces many patients block by block to each state's largest value."""
    from adoptive.solve import Engine

    if not hasattr(Engine, "run_reduced"):
        return {"patients": patients, "absent": "the engine has no reducers"}
    return _fresh(MEMORY, str(patients))


def startup(problem: Problem, *, rounds: int) -> dict[str, Any]:
    """Return seconds from the import to the first patient of the full model: caches empty, then filled."""
    cold, warm = [], []
    with tempfile.TemporaryDirectory() as folder:
        patient = Path(folder) / "patient.npz"
        names = np.array(problem.model.parameters)
        np.savez(patient, names=names, values=problem.parameters[:1], initial=problem.initial[:1])
        for number in range(rounds):
            empty = Path(folder) / f"caches-{number}"
            space = {"ADOPTIVE_CACHE_DIR": str(empty / "kernels"), "NUMBA_CACHE_DIR": str(empty / "numba")}
            cold.append(_fresh(STARTUP, str(patient), **space))
            warm.append(_fresh(STARTUP, str(patient), **space))
    if missing := [found for found in (*cold, *warm) if "absent" in found]:
        return missing[0]
    told: dict[str, Any] = {"rounds": rounds}
    for kind, found in (("cold", cold), ("warm", warm)):
        for part in found[0]:
            told[f"{kind}_{part}"] = statistics.median(each[part] for each in found)
    return told


def _fresh(code: str, *words: str, **space: str) -> dict[str, Any]:
    """Run a script in a process of its own and return what it prints."""
    paths = os.pathsep.join([str(ROOT), str(ROOT / "src")])
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths, **space},
        capture_output=True,
        text=True,
        check=False,
    )
    spent = time.perf_counter() - begun
    with contextlib.suppress(ValueError, IndexError):
        found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
        return found | {"process_s": spent}
    return {"absent": f"failed with code {done.returncode}: {done.stderr.strip()[-300:]}"}
