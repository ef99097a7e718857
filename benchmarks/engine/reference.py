"""The tight answer to a problem, that every error is measured against: scipy's DOP853 or Radau at rtol 1e-11, kept."""

from __future__ import annotations

import hashlib
import tempfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

from benchmarks.engine.peers.text import compiled, source_of
from benchmarks.engine.problem import Floats, Problem, gains

RTOL, ATOL = 1e-11, 1e-14
METHOD = "DOP853"


def reference(problem: Problem, *, folder: Path | None = None, workers: int = 1) -> Floats:
    """Return the states at the visits, ``(patients, visits, states)``, from the folder of kept answers if they fit."""
    folder = folder or Path(tempfile.gettempdir()) / "adoptive-bench"
    kept = folder / f"{fingerprint(problem)}.npy"
    with suppress(OSError, ValueError):
        return np.asarray(np.load(kept))
    if workers > 1:
        with ProcessPoolExecutor(workers) as pool:
            parts = list(pool.map(partial(_some, problem), range(workers), [workers] * workers))
    else:
        parts = [_some(problem, 0, 1)]
    states = np.empty((problem.patients, len(problem.visits), len(problem.model.states)))
    for place, part in enumerate(parts):
        states[place :: len(parts)] = part
    folder.mkdir(parents=True, exist_ok=True)
    np.save(kept, states)
    return states


def fingerprint(problem: Problem) -> str:
    """Return a hash of everything that the answer depends on."""
    total = hashlib.sha256(f"{source_of(problem.model)} {METHOD} {RTOL} {ATOL}".encode())
    for array in (problem.parameters, problem.initial, problem.dose_day, problem.jumps, problem.visits, problem.scale):
        total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


def _some(problem: Problem, first: int, step: int) -> Floats:
    right_hand_side = compiled(source_of(problem.model))
    rows = range(first, problem.patients, step)
    return np.array([one_patient(problem, row, right_hand_side) for row in rows]).reshape(
        len(rows), len(problem.visits), -1
    )


def one_patient(problem: Problem, row: int, right_hand_side: Any) -> Floats:
    """Return one patient's states at the visits, restarted at each dose."""
    states, parameters = len(problem.model.states), problem.parameters[row]

    def slopes(_: float, y: Floats) -> Floats:
        dy = np.empty(states)
        right_hand_side(y, parameters, dy)
        return dy

    out, y = np.empty((len(problem.visits), states)), problem.initial[row]
    out[0] = y
    for leg, gain in zip(problem.legs(), gains(problem), strict=True):
        tolerance: dict[str, Any] = {"rtol": RTOL, "atol": ATOL * problem.scale}
        part = solve_ivp(slopes, (leg.begin, leg.end), y, METHOD, t_eval=leg.days, **tolerance)
        if not part.success:
            raise RuntimeError(f"no reference for patient {row} of {problem.name}: {part.message}")
        out[leg.places], y = part.y.T[: len(leg.places)], part.y[:, -1] + gain[row]
    return out
