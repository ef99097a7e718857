"""How fast are thousands of trials set against one patient? Loading and judging are timed apart."""

from __future__ import annotations

import tempfile
import time
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from adoptive.workbench.match.patients import read_patient
from adoptive.workbench.match.run import Asked, find_trials
from adoptive.workbench.match.sources import trials_from
from adoptive.workbench.mistakes import Mistake
from benchmarks.matching.many import write_many

__all__ = ["Pace", "pace"]


@dataclass(frozen=True)
class Pace:
    """Hold what was timed, in seconds by the clock, and what was counted."""

    trials: int
    items: int
    not_read: int
    loading_s: float
    matching_s: float
    again_s: float


def pace(count: int) -> Pace:
    """Write ``count`` invented records with broken ones among them, load them, and match them twice."""
    with tempfile.TemporaryDirectory() as folder:
        write_many(Path(folder) / "trials", count=count)
        start = time.perf_counter()
        loaded = list(trials_from([str(Path(folder) / "trials")]))
        loading = time.perf_counter() - start
    with resources.as_file(resources.files("adoptive.workbench.match.patients") / "example.toml") as example:
        facts = read_patient(example)
    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        find_trials(facts, loaded, Asked(forecasts=0))
        seconds.append(time.perf_counter() - start)
    trials = [trial for trial in loaded if not isinstance(trial, Mistake)]
    items = sum(len(trial.items) for trial in trials)
    return Pace(len(trials), items, len(loaded) - len(trials), loading, *seconds)
