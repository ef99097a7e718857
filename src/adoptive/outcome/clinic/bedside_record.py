"""What the ward writes down over the weeks of watch: the courses of cytokine release and of neurotoxicity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.clinic.brain import FULL_ICE, BrainTolerance, brain_signs, daily_icans_grade
from adoptive.outcome.clinic.signs import Tolerance, daily_crs_grade
from adoptive.outcome.toxicity.episodes import GradedCourse, episodes

__all__ = ["Bedside", "WatchDays", "read_bedside", "watch_days"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


@dataclass(frozen=True)
class WatchDays:
    """Hold the recorded days from the first infusion to the end of the watch, ``(patients, days)``, packed to the left.

    ``row`` ``(patients, 1)`` and ``at`` are places in the trajectory, ``day`` its days, ``watched`` whether a day is
    within the watch; packing keeps a cohort whose infusions are spread over a year small.
    """

    row: NDArray[np.int64]
    at: NDArray[np.int64]
    day: Floats
    watched: NDArray[np.bool_]

    def of(self, values: Floats | NDArray[np.bool_], *, otherwise: float = 0.0) -> Floats:
        """Take values ``(trajectory's patients, recorded days)`` on the days of watch."""
        return np.where(self.watched, values[self.row, self.at], otherwise)


@dataclass(frozen=True)
class Bedside:
    """Hold the courses of cytokine release and neurotoxicity, and the lowest ICE score ``(patients,)``.

    ``crs_grade`` and ``icans_grade`` ``(patients, days of watch)`` are the daily grades, 0 on days out of watch.
    """

    crs: GradedCourse
    icans: GradedCourse
    lowest_ice: Codes
    crs_grade: Codes
    icans_grade: Codes


def watch_days(day: Floats, window: NDArray[np.bool_], *, rows: NDArray[np.int64], infusion_day: Floats) -> WatchDays:
    """Pack the days of watch: ``window (patients, days)`` of some rows, from each one's first infusion on."""
    first = np.searchsorted(day, infusion_day, side="left")
    last = window.shape[1] - 1 - window[rows, ::-1].argmax(axis=1)
    longest = max(int((last - first).max(initial=-1)) + 1, 1)
    place = first[:, None] + np.arange(longest)
    at = np.minimum(place, len(day) - 1)
    watched = (place < len(day)) & window[rows[:, None], at]
    # days beyond the grid go on ascending, so that a course can be read from them
    when = day[at] + (place - at)
    return WatchDays(rows[:, None], at, when, watched)


def read_bedside(
    watch: WatchDays,
    *,
    il6_effective: Floats,
    leak: Floats,
    tolerance: Tolerance,
    brain: BrainTolerance,
    first_drug_day: Floats,
    antipyretic_c: Floats,
    crs_scale: str = "ASTCT",
) -> Bedside:
    """Grade every day of watch by the signs that show on it, and summarise each patient's days.

    Parameters
    ----------
    watch
        The days that count.
    il6_effective, leak
        Effective interleukin 6 above baseline (pg/mL) and leak of the blood-brain barrier (0 to 1) of all patients of
        the trajectory, ``(patients, days)``.
    tolerance, brain, first_drug_day
        Of the patients under watch.
    antipyretic_c
        What an antipyretic takes from the temperature of the patients under watch, ``(patients, days of watch)``.
    crs_scale
        The scale by which cytokine release is graded.
    """
    crs = daily_crs_grade(
        watch.of(il6_effective),
        watch.day,
        tolerance,
        first_drug_day=first_drug_day,
        antipyretic_c=antipyretic_c,
        scale=crs_scale,
    )
    crs = np.where(watch.watched, crs, 0)
    watched = watch.of(leak)
    icans = daily_icans_grade(watched, brain)
    worst = brain_signs(watched.max(axis=1, initial=0.0), brain)
    return Bedside(
        crs=episodes(crs, watch.day),
        icans=episodes(icans, watch.day),
        lowest_ice=np.minimum(worst.ice, FULL_ICE),
        crs_grade=crs,
        icans_grade=icans,
    )
