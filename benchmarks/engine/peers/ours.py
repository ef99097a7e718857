"""This package's engine, on the same patients several times over, so that its lanes are as full as in real use."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from adoptive import __version__
from adoptive.solve import compile_model
from benchmarks.engine.problem import Floats, Problem

NAME = "adoptive"
COPIES = 8


def version() -> str:
    """Return the version."""
    return __version__


def prepare(problem: Problem) -> Callable[[float], Floats]:
    """Compile, and return what integrates every patient at a relative tolerance."""
    engine, events = compile_model(problem.model), problem.events()

    def run(rtol: float) -> Floats:
        ran = engine.run(
            problem.parameters,
            problem.initial,
            start=0.0,
            stop=problem.visits[-1],
            visits=problem.visits,
            events=events,
            rtol=rtol,
            atol=rtol * problem.absolute,
        )
        ran.states[ran.failure > 0] = np.nan
        return ran.states

    return run
