"""What happens at random to a patient, at a rate that his tumour sets: death, becoming unfit, new lesions, leaving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.parameters import Typical
from adoptive.streams import Streams

__all__ = ["Fate", "draw_fate", "first_passage", "passages"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Fate:
    """Hold the days of what happens to each patient on a trajectory, ``(patients,)``; inf = not within the horizon."""

    death_day: Floats
    unfit_day: Floats
    new_lesion_day: Floats
    withdrawal_day: Floats

    @property
    def lost_day(self) -> Floats:
        """Give the day from which a patient can no longer receive the cells."""
        return np.minimum(np.minimum(self.death_day, self.unfit_day), self.withdrawal_day)

    @property
    def last_contact_day(self) -> Floats:
        """Give the day of death or of leaving, whichever is first."""
        return np.minimum(self.death_day, self.withdrawal_day)

    def take(self, rows: NDArray[Any]) -> Fate:
        """Keep some patients."""
        return Fate(*(values[rows] for values in self.__dict__.values()))


def first_passage(hazard: Floats, day: Floats, threshold: Floats) -> Floats:
    """Give the day on which a cumulative hazard passes each patient's threshold, ``(patients,)``; inf if it never does.

    ``H(t) = integral of h``, by trapezoids and linear within a day; with an exponential threshold this draws the event.

    >>> first_passage(np.full((1, 3), 0.5), np.array([0.0, 1.0, 2.0]), np.array([0.75]))
    array([1.5])
    """
    return _passed(_cumulated(hazard, day), day, threshold)


def passages(hazard: Floats, day: Floats, thresholds: Floats) -> Floats:
    """Give the days on which a cumulative hazard passes several thresholds of each patient, ``(patients, times)``.

    >>> passages(np.full((1, 3), 0.5), np.array([0.0, 1.0, 2.0]), np.array([[0.25, 0.75]]))
    array([[0.5, 1.5]])
    """
    total = _cumulated(hazard, day)
    return np.stack([_passed(total, day, threshold) for threshold in thresholds.T], axis=1)


def _cumulated(hazard: Floats, day: Floats) -> Floats:
    """Integrate a hazard over the days by trapezoids, ``(patients, days)``."""
    steps = 0.5 * (hazard[:, 1:] + hazard[:, :-1]) * np.diff(day)
    return np.concatenate([np.zeros((len(hazard), 1)), np.cumsum(steps, axis=1)], axis=1)


def _passed(total: Floats, day: Floats, threshold: Floats) -> Floats:
    """Give the day on which each patient's cumulative hazard passes his threshold, inf if it never does."""
    after = np.minimum((total < threshold[:, None]).sum(axis=1), len(day) - 1)
    row = np.arange(len(total))
    before = np.maximum(after - 1, 0)
    low, high = total[row, before], total[row, after]
    share = np.where(high > low, (threshold - low) / np.where(high > low, high - low, 1.0), 0.0)
    when = day[before] + np.clip(share, 0.0, 1.0) * (day[after] - day[before])
    return np.where(total[:, -1] >= threshold, when, np.inf)


def draw_fate(
    volume_cm3: Floats,
    day: Floats,
    cohort: Cohort,
    *,
    typical: Typical,
    streams: Streams,
    baseline_day: Floats | None = None,
) -> Fate:
    """Draw every patient's fate on his tumour's course ``(patients, days)`` in cm3.

    ``h_death = h0 frailty HR_peritoneal (min(V, limit) / Vref)^b (1 - s exp(-t / tau))``; the last factor is the
    healthy start that entry criteria ask for. A patient is unfit once a share of the cumulative hazard that kills him
    has passed. New lesions or non-target progression have ``h = h_new min(V / V0, limit)`` from the day of the baseline
    scan on (``baseline_day`` ``(patients,)``, day 0 if None): what that scan shows is not new. ``V0`` is the volume on
    day 0. Leaving has a constant rate. The exponential thresholds belong to the patient, so a better course of the same
    patient can only postpone what happens to him. Each tumour type has rates of its own where there is a row
    ``name@type``.
    """
    keys = cohort.keys

    def row(name: str) -> Floats:
        return typical.at(f"outcome.{name}", keys, kinds=cohort.kinds)

    frailty = cohort.frailty * np.where(cohort.peritoneal, row("peritoneal_hazard_ratio"), 1.0)
    burden = np.clip(volume_cm3, 0.05, row("death_burden_limit_cm3")[:, None]) / row("death_reference_cm3")[:, None]
    selection = 1.0 - row("entry_selection")[:, None] * np.exp(-day / row("entry_selection_days")[:, None])
    death = (row("death_hazard") * frailty)[:, None] * burden ** row("death_burden_exponent")[:, None] * selection
    begins = np.zeros(len(keys)) if baseline_day is None else baseline_day
    relative = volume_cm3 / np.maximum(volume_cm3[:, :1], 1e-6)
    elsewhere = row("new_lesion_hazard")[:, None] * np.minimum(relative, row("new_lesion_limit")[:, None])
    # By trapezoids a hazard on the day itself would reach back to the recorded day before it.
    elsewhere = np.where((day > begins[:, None]) | (begins[:, None] <= 0), elsewhere, 0.0)
    chance = {name: streams.exponential(f"outcome.{name}", keys) for name in ("death", "new lesion", "leaving")}
    return Fate(
        death_day=first_passage(death, day, chance["death"]),
        unfit_day=first_passage(death, day, chance["death"] * row("unfit_share")),
        new_lesion_day=first_passage(elsewhere, day, chance["new lesion"]),
        withdrawal_day=chance["leaving"] / row("withdrawal_hazard"),
    )
