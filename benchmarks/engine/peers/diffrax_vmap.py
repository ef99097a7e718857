"""diffrax on one processor core: float64, the patients of a batch side by side by vmap, restarted at each dose.

The stretch between two doses is compiled once (its visits padded to one length), and compiling is not timed. Tsit5 is
limited by stability, the Kvaerno methods by a batch that waits for its slowest member: each gets the batch that suits
it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from importlib.metadata import version as installed
from typing import Any

os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ["JAX_PLATFORMS"] = "cpu"

import diffrax
import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.engine.peers.text import ARRAY, function_of, source_of
from benchmarks.engine.problem import Floats, Problem, gains

jax.config.update("jax_enable_x64", True)

BATCH = {"Tsit5": 64, "Kvaerno5": 16, "Kvaerno3": 16}
MOST_STEPS = {"Tsit5": None, "Kvaerno5": 16_384, "Kvaerno3": 16_384}


def version() -> str:
    """Return the version."""
    return f"{installed('diffrax')}, jax {installed('jax')}"


def prepare(problem: Problem, *, method: str) -> Callable[[float], Floats]:
    """Return what integrates every patient at a relative tolerance; the first call compiles."""
    legs, given = list(problem.legs()), gains(problem)
    longest = max(len(leg.days) for leg in legs)
    days = [np.append(leg.days, np.full(longest - len(leg.days), leg.end)) for leg in legs]
    stretch = _stretch(problem, method)

    def batch(rows: slice, rtol: float, out: Floats) -> None:
        y, p = jnp.asarray(problem.initial[rows]), jnp.asarray(problem.parameters[rows])
        out[rows, 0] = y
        for leg, day, gain in zip(legs, days, given, strict=True):
            at_visits = stretch(y, p, leg.begin, leg.end, day, rtol)
            out[rows, leg.places] = np.asarray(at_visits)[:, : len(leg.places)]
            y = at_visits[:, -1] + gain[rows]

    def run(rtol: float) -> Floats:
        out = np.zeros((problem.patients, len(problem.visits), len(problem.scale)))
        for first in range(0, problem.patients, BATCH[method]):
            batch(slice(first, first + BATCH[method]), rtol, out)
        return out

    return run


def _stretch(problem: Problem, method: str) -> Callable[..., Any]:
    """Return the compiled stretch: states and parameters of a batch to the states at its days."""
    text = function_of(source_of(problem.model, select=ARRAY), exp=jnp.exp, log=jnp.log, where=jnp.where)
    states, absolute = len(problem.scale), jnp.asarray(problem.absolute * problem.scale)

    def slopes(_: Any, y: Any, p: Any) -> Any:
        dy: list[Any] = [0.0] * states
        text(y, p, dy)
        return jnp.stack([jnp.asarray(rate, jnp.float64) for rate in dy])

    term, solver = diffrax.ODETerm(slopes), getattr(diffrax, method)()

    @jax.jit
    @partial(jax.vmap, in_axes=(0, 0, None, None, None, None))
    def stretch(y: Any, p: Any, begin: Any, end: Any, days: Any, rtol: Any) -> Any:
        control = diffrax.PIDController(rtol=rtol, atol=rtol * absolute)
        save, most = diffrax.SaveAt(ts=days), MOST_STEPS[method]
        options = {"saveat": save, "stepsize_controller": control, "max_steps": most, "throw": False}
        solved = diffrax.diffeqsolve(term, solver, begin, end, None, y, p, **options)
        return jnp.where(solved.result == diffrax.RESULTS.successful, solved.ys, jnp.nan)

    return stretch
