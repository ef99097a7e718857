"""scipy's LSODA with a right-hand side compiled by numba, one patient after the other, restarted at each dose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy
from scipy.integrate import solve_ivp

from benchmarks.engine.peers.text import compiled, source_of
from benchmarks.engine.problem import Floats, Problem, gains

NAME = "scipy LSODA"


def version() -> str:
    """Return the version."""
    return str(scipy.__version__)


def prepare(problem: Problem) -> Callable[[float], Floats]:
    """Compile, and return what integrates every patient at a relative tolerance."""
    text, states = compiled(source_of(problem.model)), len(problem.model.states)
    legs, given = list(problem.legs()), gains(problem)

    def slopes(_: float, y: Floats, p: Floats) -> Floats:
        dy = np.empty(states)
        text(y, p, dy)
        return dy

    def one(row: int, rtol: float, out: Floats) -> None:
        y, p = problem.initial[row], problem.parameters[row]
        out[0] = y
        options: dict[str, Any] = {"rtol": rtol, "atol": rtol * problem.absolute * problem.scale, "args": (p,)}
        for leg, gain in zip(legs, given, strict=True):
            part = solve_ivp(slopes, (leg.begin, leg.end), y, "LSODA", t_eval=leg.days, **options)
            if not part.success:
                out[leg.places[0] :] = np.nan
                return
            out[leg.places], y = part.y.T[: len(leg.places)], part.y[:, -1] + gain[row]

    def run(rtol: float) -> Floats:
        out = np.zeros((problem.patients, len(problem.visits), states))
        for row in range(problem.patients):
            one(row, rtol, out[row])
        return out

    return run
