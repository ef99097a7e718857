"""numbalsoda: LSODA in C++, its right-hand side and the loop over patients compiled by numba, restarted at each dose.

It takes one absolute tolerance for all states, so it integrates each state over its scale.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version as installed
from typing import Any

import numba
import numbalsoda
import numpy as np

from benchmarks.engine.peers.text import compiled, source_of
from benchmarks.engine.problem import Floats, Problem, gains

NAME = "numbalsoda"
MOST_STEPS = 100_000


def version() -> str:
    """Return the version."""
    return installed("numbalsoda")


def prepare(problem: Problem) -> Callable[[float], Floats]:
    """Compile, and return what integrates every patient at a relative tolerance."""
    legs, scale = list(problem.legs()), problem.scale
    days = [np.unique(np.append(leg.days, leg.begin)) for leg in legs]
    ends = np.cumsum([len(day) for day in days])
    seen = np.array([[leg.places[0], len(leg.places)] if len(leg.places) else [0, 0] for leg in legs])
    given = np.stack(gains(problem), axis=1) / scale
    everybody = _loop(_address(problem))

    def run(rtol: float) -> Floats:
        out = np.zeros((problem.patients, len(problem.visits), len(scale)))
        start = problem.initial / scale
        absolute = rtol * problem.absolute
        everybody(start, problem.parameters, given, np.concatenate(days), ends, seen, rtol, absolute, out)
        return out * scale

    return run


def _address(problem: Problem) -> int:
    text = compiled(source_of(problem.model, scale=problem.scale.tolist()))
    states, parameters = len(problem.scale), problem.parameters.shape[1]

    @numba.cfunc(numbalsoda.lsoda_sig)
    def slopes(_: float, u: Any, du: Any, p: Any) -> None:
        text(numba.carray(u, (states,)), numba.carray(p, (parameters,)), numba.carray(du, (states,)))

    _KEPT.append(slopes)
    return int(slopes.address)


_KEPT: list[Any] = []
"""Callbacks must outlive their addresses."""


def _loop(address: int) -> Callable[..., None]:
    lsoda = numbalsoda.lsoda

    @numba.njit
    def everybody(
        start: Any, parameters: Any, given: Any, days: Any, ends: Any, seen: Any, rtol: float, atol: float, out: Any
    ) -> None:
        for row in range(len(start)):
            y, p, begin = start[row].copy(), parameters[row].copy(), 0
            out[row, 0] = y
            for leg in range(len(ends)):
                states, good = lsoda(address, y, days[begin : ends[leg]], p, rtol, atol, MOST_STEPS)
                if not good:
                    out[row, seen[leg, 0] :] = np.nan
                    break
                first, count = seen[leg]
                out[row, first : first + count] = states[1 : 1 + count]
                y, begin = states[-1] + given[row, leg], ends[leg]

    loop: Callable[..., None] = everybody
    return loop
