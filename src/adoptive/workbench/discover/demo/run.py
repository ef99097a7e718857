"""Make the demonstration: a new folder with the patient, every step, the commands and the page, whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adoptive.workbench.discover.demo.patient import planted_patient
from adoptive.workbench.discover.demo.story import write_story
from adoptive.workbench.discover.demo.way import walk
from adoptive.workbench.new_folder import check_folder, new_folder

__all__ = ["DemoRequest", "Made", "make_demo"]


@dataclass(frozen=True)
class DemoRequest:
    """Hold what was asked of the demonstration."""

    out: Path
    trials: int = 100
    workers: int | None = 1
    seed: int = 1


@dataclass(frozen=True)
class Made:
    """Hold the demonstration's summary and how long it took."""

    summary: dict[str, Any]
    seconds: float


def make_demo(request: DemoRequest, *, say: Callable[[str], None] = lambda _: None) -> Made:
    """Make the folder; ``say`` is told each step's command line before it is taken.

    Raises
    ------
    StudyError
        The folder exists, or cannot be made.
    """
    check_folder(request.out)
    started = time.perf_counter()
    with new_folder(request.out) as folder:
        way = walk(
            folder, planted_patient(), seed=request.seed, trials=request.trials, workers=request.workers, say=say
        )
        summary = write_story(way)
    return Made(summary, time.perf_counter() - started)
