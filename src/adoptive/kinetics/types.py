"""What happens inside: the nouns of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.kinetics.states import LESIONS, lesion_state

__all__ = ["Physiology", "Trajectory"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Physiology:
    """Hold the parameters ``(patients, parameters)`` and the starting state ``(patients, states)`` of some patients."""

    names: tuple[str, ...]
    values: Floats
    initial: Floats
    survival_draws: Floats

    def of(self, name: str) -> Floats:
        """Give one parameter of every patient."""
        return np.asarray(self.values[:, self.names.index(name)])

    def replace(self, **changes: Floats) -> Physiology:
        """Give the same patients with some parameters changed."""
        values = self.values.copy()
        for name, column in changes.items():
            values[:, self.names.index(name)] = column
        return Physiology(self.names, values, self.initial, self.survival_draws)

    def take(self, rows: NDArray[Any]) -> Physiology:
        """Keep some patients."""
        return Physiology(self.names, self.values[rows], self.initial[rows], self.survival_draws[rows])


@dataclass(frozen=True)
class Trajectory:
    """Hold what was recorded on a shared grid of days since randomisation, and where everybody stands now.

    ``recorded`` maps a state to ``(patients, days)``; a patient's values count up to his ``now`` day. ``fired_day``
    ``(patients, triggers, times)`` holds the days on which the ward reacted (inf = never).
    """

    day: Floats
    recorded: Mapping[str, Floats]
    state: Floats
    now: Floats
    fired: NDArray[np.int64]
    fired_day: Floats
    failure: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.now)

    def lesion(self, name: str) -> Floats:
        """Give a lesion state of every lesion, ``(patients, days, lesions)``."""
        return np.stack([self.recorded[lesion_state(name, j)] for j in range(LESIONS)], axis=-1)

    def take(self, rows: NDArray[Any]) -> Trajectory:
        """Keep some patients."""
        return Trajectory(
            self.day,
            {name: values[rows] for name, values in self.recorded.items()},
            *(getattr(self, name)[rows] for name in ("state", "now", "fired", "fired_day", "failure")),
        )

    def merge(self, other: Trajectory, rows: NDArray[Any]) -> Trajectory:
        """Put another trajectory's patients in the place of some rows."""

        def put(mine: NDArray[Any], theirs: NDArray[Any]) -> NDArray[Any]:
            joined = mine.copy()
            joined[rows] = theirs
            return joined

        return Trajectory(
            self.day,
            {name: put(values, other.recorded[name]) for name, values in self.recorded.items()},
            *(put(getattr(self, n), getattr(other, n)) for n in ("state", "now", "fired", "fired_day", "failure")),
        )
