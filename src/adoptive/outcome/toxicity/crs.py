"""Cytokine release syndrome: daily grade and course by the ASTCT consensus.

Lee et al. 2019, 10.1016/j.bbmt.2018.12.758. Grade 5 (death from CRS) is a cause of death, not a daily grade.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["CrsCourse", "Oxygen", "crs_course", "grade_crs"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]

FEVER_C: Final = 38.0
RECORD_DAYS: Final = 1.0


class Oxygen(IntEnum):
    """Name the oxygen support: low flow is a nasal cannula up to 6 L/min or blow-by, the pressure any ventilation."""

    NONE = 0
    LOW_FLOW = 1
    HIGH_FLOW_OR_MASK = 2
    POSITIVE_PRESSURE = 3


@dataclass(frozen=True)
class CrsCourse:
    """Hold the course of CRS, all ``(patients,)``; days are inf and the duration 0 for patients without CRS.

    ``duration_days`` counts from the first to the last graded day of an episode, both included, over all episodes.
    """

    maximum_grade: Codes
    onset_day: Floats
    maximum_day: Floats
    duration_days: Floats
    episodes: Codes


def grade_crs(
    temperature_c: ArrayLike,
    *,
    hypotension: ArrayLike,
    vasopressors: ArrayLike,
    vasopressin: ArrayLike,
    oxygen: ArrayLike,
    treated: ArrayLike,
    fever_attributable: ArrayLike = True,
) -> Codes:
    """Grade CRS from the bedside signs: the worse of the hypotension part and the hypoxia part, fever alone 1.

    Once an antipyretic or anticytokine drug was given, fever is no longer required and the rest decides. Vasopressin
    alone counts as one vasopressor and never as a second one.

    Parameters
    ----------
    temperature_c
        Body temperature, any shape, for instance ``(patients, days)``; the others broadcast against it.
    hypotension
        Whether blood pressure is too low.
    vasopressors
        Number of vasopressors other than vasopressin.
    vasopressin
        Whether vasopressin runs.
    oxygen
        :class:`Oxygen` codes.
    treated
        Whether an antipyretic or anticytokine drug was given by then and may hide the fever.
    fever_attributable
        False where the fever has another cause (sepsis, tumour): it then does not count.

    Returns
    -------
    Grades 0 to 4.

    >>> grade_crs([37.0, 38.0, 39.0], hypotension=[0, 0, 1], vasopressors=0, vasopressin=False, oxygen=0, treated=False)
    array([0, 1, 2])
    """
    fever = (np.asarray(temperature_c, np.float64) >= FEVER_C) & np.asarray(fever_attributable, np.bool_)
    pressors, helped = np.asarray(vasopressors), np.asarray(vasopressin, np.bool_)
    low = np.asarray(hypotension, np.bool_)
    pressure_part = np.select([pressors > 1, (pressors == 1) | helped, low], [4, 3, 2], 0)
    support = np.asarray(oxygen, np.int64)
    oxygen_part = np.where(support > Oxygen.NONE, support + 1, 0)
    worst = np.maximum(np.maximum(pressure_part, oxygen_part), fever.astype(np.int64))
    grade: Codes = np.where(fever | np.asarray(treated, np.bool_), worst, 0).astype(np.int64)
    return grade


def crs_course(grade: Codes, day: ArrayLike, *, reopen_days: float = 7.0) -> CrsCourse:
    """Summarise daily grades: onset, worst grade, duration, episodes.

    A graded day at most ``reopen_days`` after the last one reopens the same episode (the consensus fixes no number).

    Parameters
    ----------
    grade
        Daily grades ``(patients, days)``.
    day
        Days ``(days,)`` or ``(patients, days)``, ascending, one record a day.
    reopen_days
        Longest pause within an episode.
    """
    when = np.broadcast_to(np.asarray(day, np.float64), grade.shape)
    sick = grade > 0
    maximum = grade.max(axis=1, initial=0)
    gap = when - _last_before(when, sick)
    opens = sick & (np.isinf(gap) | (gap > reopen_days))
    # inside an episode a graded day adds the days since the last graded one, a first day adds itself
    span = np.where(sick, np.where(opens, RECORD_DAYS, gap), 0.0)
    return CrsCourse(
        maximum_grade=maximum.astype(np.int64),
        onset_day=np.where(sick, when, np.inf).min(axis=1, initial=np.inf),
        maximum_day=np.where(sick & (grade == maximum[:, None]), when, np.inf).min(axis=1, initial=np.inf),
        duration_days=span.sum(axis=1),
        episodes=opens.sum(axis=1).astype(np.int64),
    )


def _last_before(when: Floats, sick: Bools) -> Floats:
    """Give the last graded day before each day, -inf where there is none."""
    last = np.maximum.accumulate(np.where(sick, when, -np.inf), axis=1)
    before = np.concatenate([np.full((len(when), 1), -np.inf), last], axis=1)
    return before[:, : when.shape[1]]
