"""What a dose-finding trial has seen and what it does next: many trials at once, a row each."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Design", "Ending", "Move", "Seen"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Ending(IntEnum):
    """Name why a trial ended."""

    RUNNING = 0
    MOST_PATIENTS = 1
    TOO_TOXIC = 2
    ENOUGH_AT_DOSE = 3
    FOUND = 4
    NO_DOSE = 5


@dataclass(frozen=True)
class Seen:
    """Hold what is known of some trials when the next cohort's dose is asked for.

    ``dlt``, ``patients``, ``responses``, ``both`` ``(trials, levels)`` count patients; ``level`` ``(trials,)`` is the
    last cohort's level, ``highest`` the highest level that was not given up (-1: none). ``last_dlt`` and
    ``last_patients`` are those of the last cohort. A design that decides while patients are watched also gets
    ``given_level`` (-1: nobody), ``toxic`` and ``followed_days`` ``(trials, places)``, as known on that day.
    """

    dlt: Counts
    patients: Counts
    responses: Counts
    both: Counts
    level: Counts
    highest: Counts
    last_dlt: Counts
    last_patients: Counts
    given_level: Counts | None = None
    toxic: Bools | None = None
    followed_days: Floats | None = None

    def at(self, counts: Counts) -> Counts:
        """Pick the counts ``(trials, levels)`` at the current level."""
        return np.asarray(counts[np.arange(len(self.level)), self.level])

    def take(self, rows: NDArray[Any]) -> Seen:
        """Keep some trials."""
        kept: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            kept[field.name] = None if value is None else value[rows]
        return Seen(**kept)


@dataclass(frozen=True)
class Move:
    """Hold the next cohort's ``level``, the ``highest`` open level and the ``ending`` (0: go on), all ``(trials,)``."""

    level: Counts
    highest: Counts
    ending: Counts


class Design(Protocol):
    """Decide on dose levels, for many trials at once; a row's decision depends on that row alone."""

    @property
    def name(self) -> str:
        """Give the design's name."""

    @property
    def most_pending(self) -> float:
        """Give the share of the dose's patients who may still be watched at a decision; 0: it waits for everybody."""

    def move(self, seen: Seen) -> Move:
        """Decide for the next cohort."""

    def select(self, seen: Seen) -> Counts:
        """Recommend a level after the last cohort, from 0; -1: none."""
