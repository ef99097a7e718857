"""Expansion: activated cells divide while the stimulus lasts and there is room.

``dA/dt = -A / lag``, ``dN/dt = A / lag + mu(t) (1 - (A + N) / K) N - death N`` and
``mu(t) = rate (c + (1 - c) exp(-decay t))``: ``A`` resting cells, ``N`` dividing ones, ``K`` the room, ``c`` what the
cytokine keeps up when the stimulus is gone. Donors differ in rate and lag. The model is this package's own; it is set
to the published 30-fold in 13 days of a closed system and 500-fold in 8 days of perfused fibres.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.parameters import Kinds, Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = ["Culture", "Growth", "donor_growth", "expand", "typical_growth"]

Floats = NDArray[np.float64]

STEP_DAYS: Final = 0.25
"""Step of the classical Runge-Kutta rule; the counts are then right to about three in ten thousand."""


@dataclass(frozen=True)
class Growth:
    """Hold how cells grow in culture, ``(patients,)``: rates per day, lag in days, room in cells."""

    rate: Floats
    lag: Floats
    decay: Floats
    cytokine: Floats
    death: Floats
    room: Floats


@dataclass(frozen=True)
class Culture:
    """Hold cultures on a grid of days: ``cells`` and ``divisions`` of a dividing cell, both ``(patients, days)``."""

    day: Floats
    cells: Floats
    divisions: Floats

    def at(self, day: Floats) -> tuple[Floats, Floats]:
        """Give cells and divisions on each patient's own day, interpolated (cells on the log scale)."""
        place = np.clip(day / STEP_DAYS, 0.0, len(self.day) - 1.0)
        low = np.minimum(place.astype(np.int64), max(len(self.day) - 2, 0))
        part, row = place - low, np.arange(len(day))
        high = np.minimum(low + 1, len(self.day) - 1)
        before, after = (np.log(np.maximum(self.cells[row, near], 1e-300)) for near in (low, high))
        cells = np.exp((1.0 - part) * before + part * after)
        return cells, (1.0 - part) * self.divisions[row, low] + part * self.divisions[row, high]


def typical_growth(kinds: Kinds, *, keys: Keys, typical: Typical) -> Growth:
    """Give the typical donor's growth, ``(patients,)``."""
    rows = ("growth_per_day", "growth_lag_days", "stimulus_decay", "cytokine_share", "culture_death", "culture_room")
    return Growth(*(typical.at(f"facility.{name}", keys, kinds=kinds) for name in rows))


def donor_growth(kinds: Kinds, *, number: int, keys: Keys, typical: Typical, streams: Streams) -> Growth:
    """Draw each donor's growth; an attempt adds its own luck to the rate.

    In about one donor in a hundred the cells divide slowly and die fast, in every attempt.
    """
    common: dict[str, Any] = {"keys": keys, "kinds": kinds}
    base = typical_growth(kinds, keys=keys, typical=typical)
    sd = typical.at("facility.growth_attempt_sd", keys)
    luck = np.exp(sd * np.clip(streams.normal(f"facility.growth, attempt {number}", keys), -3.0, 3.0))
    poor = streams.uniform("facility.poor growth", keys) < typical.at("facility.poor_growth", keys)
    slowed = np.where(poor, typical.at("facility.poor_growth_factor", keys), 1.0)
    rate = luck * slowed * draw_patients(typical, streams, name="facility.growth_per_day", **common)
    lag = draw_patients(typical, streams, name="facility.growth_lag_days", **common)
    death = np.where(poor, typical.at("facility.poor_growth_death", keys), base.death)
    return Growth(rate, lag, base.decay, base.cytokine, death, base.room)


def expand(seeded: Floats, growth: Growth, *, days: float) -> Culture:
    """Grow cultures of some seeded cells for a number of days.

    Arguments: ``seeded`` ``(patients,)`` viable T cells; ``days`` at least one step. Returns the whole course.
    """
    steps = max(int(np.ceil(days / STEP_DAYS)), 1)
    state = np.stack([seeded, np.zeros_like(seeded), np.zeros_like(seeded)])
    cells, divisions = np.empty((2, steps + 1, len(seeded)))
    for step in range(steps + 1):
        cells[step], divisions[step] = state[0] + state[1], state[2]
        now = step * STEP_DAYS
        a = _slope(now, state, growth)
        b = _slope(now + STEP_DAYS / 2, state + STEP_DAYS / 2 * a, growth)
        c = _slope(now + STEP_DAYS / 2, state + STEP_DAYS / 2 * b, growth)
        d = _slope(now + STEP_DAYS, state + STEP_DAYS * c, growth)
        state = state + STEP_DAYS / 6 * (a + 2 * b + 2 * c + d)
    return Culture(STEP_DAYS * np.arange(steps + 1.0), cells.T, divisions.T)


def _slope(day: float, state: Floats, growth: Growth) -> Floats:
    """Give the rates of change of resting cells, dividing cells and divisions."""
    resting, dividing, _ = state
    woken = resting / growth.lag
    stimulus = growth.cytokine + (1.0 - growth.cytokine) * np.exp(-growth.decay * day)
    speed = growth.rate * stimulus * np.maximum(1.0 - (resting + dividing) / growth.room, 0.0)
    return np.stack([-woken, woken + (speed - growth.death) * dividing, speed / np.log(2.0)])
