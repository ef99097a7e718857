"""Jobs that take a moment; worker processes import them by name."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Slow:
    """A job that says where it is done."""

    number: int
    place: Path


def slow_square(job: Slow) -> int:
    (job.place / f"{job.number}-{os.getpid()}").touch()
    time.sleep(0.05)
    return job.number**2
