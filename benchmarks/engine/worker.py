"""One engine in a process of its own: it prepares, then answers each request with a timed run. Started by `race`.

Requests and answers are lines of JSON. What a library prints on standard output goes to standard error.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np

from benchmarks.engine.problem import Floats, Problem

COMPETITORS: dict[str, tuple[str, dict[str, Any]]] = {
    "adoptive": ("ours", {}),
    "libroadrunner": ("roadrunner_cvode", {}),
    "libroadrunner_by_name": ("roadrunner_cvode", {"by_name": True}),
    "numbalsoda": ("numbalsoda", {}),
    "scipy_lsoda": ("scipy_lsoda", {}),
    "diffrax_tsit5": ("diffrax_vmap", {"method": "Tsit5"}),
    "diffrax_kvaerno5": ("diffrax_vmap", {"method": "Kvaerno5"}),
    "diffrax_kvaerno3": ("diffrax_vmap", {"method": "Kvaerno3"}),
}
"""Each competitor's module in `peers` and what its `prepare` is told."""


def build_problem(name: str, patients: int) -> Problem:
    """Return a problem by name."""
    module = import_module(f"benchmarks.engine.{name}")
    built: Problem = module.problem(patients)
    return built


def prepare(name: str, problem: Problem) -> tuple[str, Callable[[float], Floats]]:
    """Return a competitor's version and its run; ImportError where it is not installed."""
    module, told = COMPETITORS[name]
    peer = import_module(f"benchmarks.engine.peers.{module}")
    return peer.version(), partial(peer.prepare, **told)(problem)


def timed(run: Callable[[float], Floats], rtol: float) -> tuple[float, Floats]:
    """Return processor seconds, of all threads of this process, and the states."""
    begun = time.process_time()
    states = run(rtol)
    return time.process_time() - begun, states


def main() -> None:
    """Prepare, say so, then answer requests until the input ends."""
    asked: dict[str, Any] = json.loads(sys.argv[1])
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    _keep_to_one_core(asked["core"])

    def answer(**words: Any) -> None:
        print(json.dumps(words), file=answers)

    try:
        problem = build_problem(asked["problem"], asked["patients"]).take(asked["patients"], asked["copies"])
        version, run = prepare(asked["name"], problem)
        run(asked["warm_up_rtol"])
    except ImportError as missing:
        return answer(absent=f"not installed: {missing}")
    except Exception as failed:
        return answer(absent=f"failed: {type(failed).__name__}: {str(failed)[:300]}")
    answer(ready=version)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            spent, states = timed(run, request["rtol"])
        except Exception as failed:
            answer(absent=f"failed: {type(failed).__name__}: {str(failed)[:300]}")
            continue
        if request["keep"]:
            np.save(request["keep"], states[: asked["patients"]])
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0
        answer(cpu_s=spent, patients=problem.patients, peak_mb=memory)


def _keep_to_one_core(place: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[place % len(cores)]})


if __name__ == "__main__":
    main()
