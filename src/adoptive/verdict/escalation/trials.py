"""Dose-finding trials, many at once: one loop over cohorts, a row per trial.

What a trial does depends on its own number, the seed and its patients alone: trial 7 is the same alone and among ten
thousand. Patients who are ready wait until the trial may treat the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.streams import Keys, Streams
from adoptive.verdict.escalation.outcomes import Events, Outcomes
from adoptive.verdict.escalation.seen import Design, Ending, Seen

__all__ = ["Conduct", "DoseFindingTrials", "run_dose_finding"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]

CHUNK: Final = 2000
"""Trials that go together: their arrays stay in the processor's cache."""


_SAME_MOMENT: Final = 1e-6
"""Days that are one moment."""


@dataclass(frozen=True)
class Conduct:
    """Describe how trials are run, whatever the design.

    ``start_level`` counts from 0. ``titration``: one patient per level until the first DLT, then cohorts from one
    level below. ``stagger_days``: how long a cohort's first patient is watched before the next is infused.
    ``accrual_days``: mean days between patients who are ready (exponential); 0: there is always one. ``detail`` off
    leaves the calendar and the patients' rows out and keeps counts, which is faster; a design that decides while
    patients are watched needs it.
    """

    cohort_size: int = 3
    most_patients: int = 30
    start_level: int = 0
    titration: bool = False
    window_days: float = 28.0
    stagger_days: float = 0.0
    accrual_days: float = 0.0
    detail: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.cohort_size <= self.most_patients:
            raise StudyError(
                "no such cohort", where="cohort_size", value=self.cohort_size, allowed=f"1 to {self.most_patients}"
            )
        days = (self.window_days, self.stagger_days, self.accrual_days)
        if not (np.isfinite(days).all() and min(days) >= 0 and self.window_days > 0):
            raise StudyError("days are not negative", where="window_days, stagger_days, accrual_days", value=days)


@dataclass(frozen=True)
class DoseFindingTrials:
    """Hold finished trials: counts ``(trials, levels)``, one value per trial ``(trials,)``, patients in order of entry.

    ``selected`` is a level from 0, -1 for none; ``given_level`` ``(trials, places)`` is -1 where nobody was treated.
    Without detail ``duration_days`` is nan and the patients' rows have no places.
    """

    trials: Counts
    selected: Counts
    ending: Counts
    dlt: Counts
    patients: Counts
    responses: Counts
    duration_days: Floats
    given_level: Counts
    toxic: Bools
    response: Bools
    entry_day: Floats
    dlt_day: Floats


def run_dose_finding(
    design: Design, conduct: Conduct, outcomes: Outcomes, *, trials: int | Sequence[int] | Counts, streams: Streams
) -> DoseFindingTrials:
    """Run dose-finding trials to their end.

    Parameters
    ----------
    design
        Decides on the next cohort's level and recommends one at the end.
    conduct
        Cohorts, patients, start and calendar.
    outcomes
        What happens to the patients: :class:`~adoptive.verdict.escalation.outcomes.Curves` or ``Table``.
    trials
        How many, or their numbers.
    streams
        Where chance comes from.

    Raises
    ------
    StudyError
        A start level that does not exist, or a design that needs a calendar without one.

    Examples
    --------
    >>> from adoptive.verdict.escalation import Curves, boin_design
    >>> curves = Curves.of([0.05, 0.15, 0.30, 0.45, 0.60])
    >>> run = run_dose_finding(boin_design(0.3, 30), Conduct(), curves, trials=200, streams=Streams(1))
    >>> float((run.selected == 2).mean())
    0.58
    """
    if not 0 <= conduct.start_level < outcomes.levels:
        where = "start_level"
        raise StudyError("no such dose level", where=where, value=conduct.start_level, allowed=f"< {outcomes.levels}")
    if design.most_pending > 0 and not conduct.detail:
        raise StudyError(f"{design.name} decides by the calendar", where="detail", value="off", next_step="turn it on")
    numbers = np.arange(trials) if isinstance(trials, int) else np.asarray(trials, np.int64)
    parts = [
        _Group(design, conduct, outcomes, numbers[first : first + CHUNK], streams).finish()
        for first in range(0, max(len(numbers), 1), CHUNK)
    ]
    names = DoseFindingTrials.__dataclass_fields__
    return DoseFindingTrials(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


class _Group:
    """Run some trials together; the arrays are filled as the trials go on."""

    def __init__(self, design: Design, conduct: Conduct, outcomes: Outcomes, trials: Counts, streams: Streams) -> None:
        rows, levels, places = len(trials), outcomes.levels, conduct.most_patients
        self.design, self.conduct, self.trials = design, conduct, trials
        self.people = outcomes.drawn(trials, streams=streams, patients=places)
        places = places if conduct.detail else 0
        self.dlt, self.patients, self.responses, self.both = np.zeros((4, rows, levels), np.int64)
        self.level, self.highest = np.full(rows, conduct.start_level), np.full(rows, levels - 1)
        self.treated, self.last_dlt, self.last_patients = np.zeros((3, rows), np.int64)
        self.ending = np.full(rows, int(Ending.RUNNING))
        self.titrating = np.full(rows, conduct.titration and conduct.cohort_size > 1)
        self.given_level = np.full((rows, places), -1)
        self.toxic, self.response = np.zeros((2, rows, places), bool)
        self.entry_day, self.dlt_day = np.full((rows, places), np.nan), np.full((rows, places), np.inf)
        self.open_day = np.zeros(rows)
        self.arrival = np.zeros((rows, places))
        if conduct.detail and conduct.accrual_days > 0:
            gaps = streams.exponential("verdict.dose finding, accrual", Keys.of(trials, 0), places)
            self.arrival = conduct.accrual_days * np.cumsum(gaps.reshape(rows, places), axis=1)

    def finish(self) -> DoseFindingTrials:
        """Treat cohort after cohort until every trial has ended."""
        while (rows := np.flatnonzero(self.ending == Ending.RUNNING)).size:
            self._treat(rows)
            full = self.treated[rows] >= self.conduct.most_patients
            self.ending[rows[full]] = Ending.MOST_PATIENTS
            self._decide(rows[~full])
        chosen = self.design.select(self._seen(np.arange(len(self.trials)), final=True))
        lost = np.isin(self.ending, (Ending.TOO_TOXIC, Ending.NO_DOSE))
        return DoseFindingTrials(
            self.trials, np.where(lost, -1, chosen), self.ending, self.dlt, self.patients, self.responses,
            self._duration(), self.given_level, self.toxic, self.response, self.entry_day, self.dlt_day,
        )  # fmt: skip

    def _treat(self, rows: Counts) -> None:
        """Treat each trial's next cohort at its level."""
        level = self.level[rows]
        size = np.where(self.titrating[rows], 1, self.conduct.cohort_size)
        size = np.minimum(size, self.conduct.most_patients - self.treated[rows])
        place = self.treated[rows][:, None] + np.arange(int(size.max()))
        real = np.arange(place.shape[1]) < size[:, None]
        place = np.minimum(place, self.conduct.most_patients - 1)
        seen = self.people.see(rows, place, level, days=self.conduct.detail)
        if self.conduct.detail:
            self._enter(rows, place, real, seen)
        toxic = (seen.dlt & real).sum(axis=1)
        self.dlt[rows, level] += toxic
        self.patients[rows, level] += size
        if self.people.responds:
            self.responses[rows, level] += (seen.response & real).sum(axis=1)
            self.both[rows, level] += (seen.dlt & seen.response & real).sum(axis=1)
        self.treated[rows] += size
        self.last_dlt[rows], self.last_patients[rows] = toxic, size

    def _enter(self, rows: Counts, place: Counts, real: Bools, seen: Events) -> None:
        """Write down each patient's level, events and day of infusion."""
        at = np.broadcast_to(rows[:, None], place.shape)[real], place[real]
        self.given_level[at] = np.broadcast_to(self.level[rows][:, None], place.shape)[real]
        self.toxic[at], self.response[at], self.dlt_day[at] = seen.dlt[real], seen.response[real], seen.dlt_day[real]
        day = np.maximum(self.arrival[rows[:, None], place], self.open_day[rows][:, None])
        if day.shape[1] > 1:
            day[:, 1:] = np.maximum(day[:, 1:], day[:, :1] + self.conduct.stagger_days)
        day = np.maximum.accumulate(day, axis=1)
        self.entry_day[at] = day[real]
        self.open_day[rows] = np.where(real, day, -np.inf).max(axis=1)

    def _decide(self, rows: Counts) -> None:
        """Ask the design for the next level, or for the end."""
        if not rows.size:
            return
        if self.conduct.detail:
            self._wait(rows)
        plain = rows[~self._titrate(rows)]
        if not plain.size:
            return
        move = self.design.move(self._seen(plain))
        self.level[plain], self.highest[plain], self.ending[plain] = move.level, move.highest, move.ending

    def _titrate(self, rows: Counts) -> Bools:
        """Move trials that titrate up a level; at the first DLT, or at the top, cohorts begin. Say who was moved."""
        titrating = self.titrating[rows]
        if not titrating.any():
            return titrating
        hit = titrating & (self.last_dlt[rows] > 0)
        top = titrating & (self.level[rows] == self.highest[rows])
        self.titrating[rows[hit | top]] = False
        self.level[rows[hit]] = np.maximum(self.level[rows[hit]] - 1, 0)
        self.level[rows[titrating & ~hit & ~top]] += 1
        return titrating

    def _wait(self, rows: Counts) -> None:
        """Set the day from which the next patient may be infused: enough of the dose's patients were watched."""
        here = self.given_level[rows] == self.level[rows][:, None]
        done = self.entry_day[rows] + np.minimum(self.dlt_day[rows], self.conduct.window_days)
        done = np.sort(np.where(here, done, np.inf), axis=1)
        count = here.sum(axis=1)
        needed = count - np.floor(self.design.most_pending * count + 1e-9).astype(np.int64)
        day = np.where(needed > 0, done[np.arange(len(rows)), np.maximum(needed - 1, 0)], -np.inf)
        self.open_day[rows] = np.maximum(self.open_day[rows], day)

    def _seen(self, rows: Counts, *, final: bool = False) -> Seen:
        """Give what is known when the next patient comes; at the end everything."""
        all_of_them = rows.size == len(self.trials)  # a view then, not a copy
        shared = {
            name: getattr(self, name) if all_of_them else getattr(self, name)[rows]
            for name in ("dlt", "patients", "responses", "both", "level", "highest", "last_dlt", "last_patients")
        }
        if self.design.most_pending == 0:
            return Seen(**shared)
        window = self.conduct.window_days
        placed = self.given_level[rows]
        next_place = np.minimum(self.treated[rows], self.conduct.most_patients - 1)
        now = np.full(len(rows), np.inf) if final else np.maximum(self.open_day[rows], self.arrival[rows, next_place])
        # On the very day for which the trial waited, round-off must not hide what that day shows.
        since = now[:, None] - self.entry_day[rows] + _SAME_MOMENT
        watched = np.where(placed >= 0, np.minimum(since, window), np.nan)
        toxic = (placed >= 0) & (self.dlt_day[rows] <= watched)
        watched = np.where(toxic, np.minimum(self.dlt_day[rows], watched), watched)
        at_level = placed[..., None] == np.arange(self.dlt.shape[1])
        shared["dlt"] = (at_level & toxic[..., None]).sum(axis=1)
        last = np.arange(placed.shape[1]) >= (self.treated[rows] - self.last_patients[rows])[:, None]
        shared["last_dlt"] = (last & toxic).sum(axis=1)
        return Seen(**shared, given_level=placed, toxic=toxic, followed_days=watched)

    def _duration(self) -> Floats:
        """Give the day on which the last patient's window, or DLT, ends the trial."""
        if not self.conduct.detail:
            return np.full(len(self.trials), np.nan)
        done = self.entry_day + np.minimum(self.dlt_day, self.conduct.window_days)
        return np.asarray(np.where(np.isnan(done), 0.0, done).max(axis=1))
