"""What happens inside: the nouns of this folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.kinetics.states import lesion_state

__all__ = ["Physiology", "Trajectory"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Physiology:
    """Hold the parameters ``(patients, parameters)`` and the starting state ``(patients, states)`` of some patients."""

    names: tuple[str, ...]
    values: Floats
    initial: Floats
    survival_draws: Floats

    @property
    def lesions(self) -> int:
        """Give the number of lesion places."""
        return sum(name[:1] == "r" and name[1:].isdigit() for name in self.names)

    def of(self, name: str) -> Floats:
        """Give one parameter of every patient."""
        return np.asarray(self.values[:, self.names.index(name)])

    def replace(self, **changes: Floats) -> Physiology:
        """Give the same patients with some parameters changed."""
        values = self.values.copy()
        for name, column in changes.items():
            values[:, self.names.index(name)] = column
        return Physiology(self.names, values, self.initial, self.survival_draws)

    def answering_tocilizumab(self, effect: Floats) -> Physiology:
        """Say how far each patient's signs answer to tocilizumab, ``(patients,)``, 0 not at all to 1 fully.

        The blockade keeps interleukin 6 in blood (``o6``); in who does not answer it only makes up for that: no harm,
        no good. So ``toc_effect`` is never below ``o6``.
        """
        return self.replace(toc_effect=np.maximum(effect, self.of("o6")))

    def take(self, rows: NDArray[Any]) -> Physiology:
        """Keep some patients."""
        return Physiology(self.names, self.values[rows], self.initial[rows], self.survival_draws[rows])


@dataclass(frozen=True)
class Trajectory:
    """Hold what was recorded on a shared grid of days since randomisation, and where everybody stands now.

    ``values`` is ``(patients, days, recorded states)``; a patient's values count up to his ``now`` day. Legs append to
    it; ``written`` ``(patients,)`` tells up to where, and a second leg from the same day gets a copy of its own, so
    what a trajectory recorded stays true.
    ``fired_day`` ``(patients, wards, times)`` holds the days on which the ward reacted (inf = never); ``carry`` is what
    the engine must know of earlier legs: jumps still due, how often a clone fell below one cell.
    """

    day: Floats
    names: tuple[str, ...]
    values: Floats
    written: Floats
    state: Floats
    now: Floats
    fired: NDArray[np.int64]
    fired_day: Floats
    failure: NDArray[np.int64]
    carry: Floats

    def __len__(self) -> int:
        return len(self.now)

    def recorded_day_from(self, day: Floats) -> Floats:
        """Give the first day of the grid on or after each day; the last one if there is none."""
        return self.day[np.minimum(np.searchsorted(self.day, day, side="left"), len(self.day) - 1)]

    def so_far(self) -> Trajectory:
        """Give it without the days of the grid that nobody has come near: a view of the same record."""
        days = int(np.searchsorted(self.day, self.now.max(initial=0.0), side="left")) + 1
        return replace(self, day=self.day[:days], values=self.values[:, :days])

    def of(self, name: str) -> Floats:
        """Give one recorded state of every patient, ``(patients, days)``."""
        return np.asarray(self.values[:, :, self.names.index(name)])

    def lesion_states(self) -> Floats:
        """Give the recorded states of lesions, ``(patients, days, lesions, states)``: T_H, T_L, T_N and D."""
        first = self.names.index(lesion_state("T_H", 0))
        return self.values[:, :, first:].reshape(*self.values.shape[:2], -1, 4)
