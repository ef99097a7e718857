"""Race engines on a problem: rounds in which each runs once after the other, and ratios taken within a round.

The engine's own times at several tolerances make its work-precision line of a round; a peer's ratio at the same
achieved error is its time over the engine's, read from that line (both logarithmic) at the peer's error.
"""

from __future__ import annotations

import json
import os
import select
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.engine.problem import Floats, errors

ROOT = Path(__file__).parents[2]
LINE = (1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8)
"""Relative tolerances of the engine's own work-precision line."""
PATIENCE_S = 300.0
"""Longest wait for a competitor to prepare, or to run once."""


@dataclass(frozen=True)
class Reference:
    """Hold the tight states ``(patients, visits, states)`` and each state's scale."""

    states: Floats
    scale: Floats


@dataclass
class Runner:
    """Talk to one competitor's process."""

    name: str
    process: subprocess.Popen[str]
    patients: int
    copies: int
    absent: str | None = None
    version: str = ""
    cpu_ms: dict[float, list[float]] = field(default_factory=dict)
    error: dict[float, tuple[float, float]] = field(default_factory=dict)
    peak_mb: float = 0.0

    def hear(self, patience_s: float = PATIENCE_S) -> dict[str, Any]:
        """Return the next answer; a process that ended or says nothing for too long is an absent competitor."""
        stream = self.process.stdout
        if stream and not select.select([stream], [], [], patience_s)[0]:
            self.process.kill()
            self.absent = f"gave up after {patience_s:g} s without an answer"
            return {"absent": self.absent}
        line = stream.readline() if stream else ""
        words: dict[str, Any] = json.loads(line) if line else {"absent": f"ended with code {self.process.wait()}"}
        if "absent" in words:
            self.absent = words["absent"]
        return words

    def run(self, rtol: float, reference: Reference, folder: Path) -> None:
        """Ask for one timed run; the first one of a tolerance is judged by the reference."""
        keep = "" if rtol in self.error else str(folder / f"{self.name}.npy")
        if self.process.stdin is None:
            return
        with suppress(BrokenPipeError):
            print(json.dumps({"rtol": rtol, "keep": keep}), file=self.process.stdin, flush=True)
        words = self.hear()
        if self.absent:
            return
        self.cpu_ms.setdefault(rtol, []).append(words["cpu_s"] / words["patients"] * 1e3)
        self.peak_mb = words["peak_mb"]
        if keep:
            worst = errors(np.load(keep), reference.states, reference.scale)
            self.error[rtol] = float(np.median(worst)), float(worst.max())
            Path(keep).unlink()

    def close(self) -> None:
        """End the process."""
        if self.process.stdin:
            with suppress(BrokenPipeError):
                self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def start(name: str, *, problem: str, patients: int, copies: int, rtol: float, core: int = 0) -> Runner:
    """Start a competitor's process; it prepares while others do."""
    words = {"name": name, "problem": problem, "patients": patients, "copies": copies, "core": core}
    command = [sys.executable, "-m", "benchmarks.engine.worker", json.dumps(words | {"warm_up_rtol": rtol})]
    space = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")]), "NUMBA_NUM_THREADS": "1"}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    return Runner(name, subprocess.Popen(command, cwd=ROOT, env=space, text=True, **pipes), patients, copies)


def race(
    problem: str, reference: Reference, *, fields: Mapping[str, int], copies: int, rounds: int, rtol: float
) -> dict[str, Any]:
    """Race and return what was measured; `fields` gives each competitor's number of patients."""
    runners = []
    for name, patients in fields.items():
        own = name == "adoptive"
        runner = start(name, problem=problem, patients=patients, copies=copies if own else 1, rtol=rtol)
        words = runner.hear()
        runner.version = words.get("ready", "")
        _say(f"{problem}: {name} {runner.absent or runner.version}")
        runners.append(runner)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            _say(f"{problem}: round {number + 1} of {rounds}")
            for runner in runners:
                for tolerance in LINE if runner.name == "adoptive" else (rtol,):
                    if not runner.absent:
                        runner.run(tolerance, reference, Path(folder))
    for runner in runners:
        runner.close()
    return summary(runners, rtol=rtol)


def summary(runners: Sequence[Runner], *, rtol: float) -> dict[str, Any]:
    """Put times, errors and ratios into one table."""
    ours = next(runner for runner in runners if runner.name == "adoptive")
    if ours.absent:
        raise RuntimeError(f"the engine itself did not run: {ours.absent}")
    line = {f"{t:g}": _row(ours, t) for t in LINE}
    table: dict[str, Any] = {"engines": {"adoptive": _row(ours, rtol)}, "work_precision": line}
    for runner in runners:
        if runner is ours:
            continue
        if runner.absent:
            table["engines"][runner.name] = {"absent": runner.absent}
            continue
        pairs = list(enumerate(runner.cpu_ms[rtol]))
        same_rtol = statistics.median(spent / ours.cpu_ms[rtol][k] for k, spent in pairs)
        at_error = statistics.median(spent / own_time(ours, k, runner.error[rtol][0]) for k, spent in pairs)
        row = _row(runner, rtol) | {"ratio_same_error": at_error, "ratio_same_rtol": same_rtol}
        low, high = (pick(error for error, _ in ours.error.values()) for pick in (min, max))
        row["error_within_our_line"] = bool(low <= runner.error[rtol][0] <= high)
        table["engines"][runner.name] = row
    return table


def own_time(ours: Runner, number: int, error: float) -> float:
    """Return the engine's time of a round at an error, on its work-precision line; beyond its ends the end's time."""
    points = sorted((ours.error[t][0], ours.cpu_ms[t][number]) for t in ours.cpu_ms)
    achieved, spent = np.log(np.array(points)).T
    return float(np.exp(np.interp(np.log(error), achieved, spent)))


def _row(runner: Runner, rtol: float) -> dict[str, Any]:
    spent = statistics.median(runner.cpu_ms[rtol])
    median, largest = runner.error[rtol]
    return {
        "version": runner.version,
        "patients": runner.patients * runner.copies,
        "ms_per_patient": spent,
        "patients_per_s_per_core": 1e3 / spent,
        "error_median": median,
        "error_max": largest,
        "peak_mb": runner.peak_mb,
    }


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
