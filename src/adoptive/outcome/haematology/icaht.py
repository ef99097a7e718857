"""Neutropenia after engineered cells: early and late ICAHT by the EHA/EBMT consensus.

Grades: Rejeski et al. 2023, 10.1182/blood.2023020578. Where the consensus leaves open how daily values are read (gaps,
unstable recovery, patients who die early), the rules of the public algorithm of Liang et al. are followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.haematology.daily import (
    EARLY_LAST_DAY,
    LATE_LAST_DAY,
    counts_in_window,
    find_runs,
    first_month,
)
from adoptive.outcome.types import UNGRADED, Graded

__all__ = ["NeutropeniaDays", "count_neutropenia_days", "grade_icaht_early", "grade_icaht_late"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

SEVERE_PER_UL: Final = 500.0
PROFOUND_PER_UL: Final = 100.0
LATE_LIMITS_PER_UL: Final = (1500.0, 1000.0, 500.0, 100.0)
"""Nadirs at or below which late grades 1, 2, 3 and 4 begin."""
ROUND_TO_PER_UL: Final = 10.0
LATEST_ONSET_WITHOUT_RECOVERY: Final = 3

EARLY_REASONS: Final = (
    "no neutrophil count from day 0 to the end of follow-up: not graded",
    "never at or below 500 neutrophils per uL: grade 0",
    "at or below 500 neutrophils per uL for 1 to 6 days: grade 1",
    "at or below 500 neutrophils per uL for 7 to 13 days: grade 2",
    "at or below 500 neutrophils per uL for 14 days or more: grade 3",
    "at or below 100 neutrophils per uL for 7 to 13 days: grade 3",
    "at or below 100 neutrophils per uL for 14 days or more: grade 4",
    "never above 500 neutrophils per uL in 31 days: grade 4",
    "at or below 500 neutrophils per uL from day 0-3 to day 30 or the end of follow-up: grade 4",
)
_EARLY_GRADE: Final = np.array([UNGRADED, 0, 1, 2, 3, 3, 4, 4, 4])

LATE_REASONS: Final = (
    "no neutrophil count in the window of days: not graded",
    "lowest neutrophil count above 1500 per uL: grade 0",
    "only one neutrophil count at or below 1500 per uL, transient: grade 0",
    "lowest neutrophil count 1001 to 1500 per uL: grade 1",
    "lowest neutrophil count 501 to 1000 per uL: grade 2",
    "lowest neutrophil count 101 to 500 per uL: grade 3",
    "lowest neutrophil count at or below 100 per uL: grade 4",
)
_LATE_GRADE: Final = np.array([UNGRADED, 0, 0, 1, 2, 3, 4])


@dataclass(frozen=True)
class NeutropeniaDays:
    """Hold the numbers behind early ICAHT, in the shape of the patients.

    ``severe`` is at or below 500 per uL, ``profound`` at or below 100; the longest runs and totals count days of
    unstable recovery. ``never_recovered``: low from day 0-3 to day 30 or the end of follow-up. ``nadir_per_ul`` is inf
    and the days are -1 where no count is known; ``unknown_days`` are the days of follow-up that stayed without a value.
    """

    longest_severe: Codes
    longest_profound: Codes
    total_severe: Codes
    total_profound: Codes
    nadir_per_ul: Floats
    nadir_day: Codes
    last_known_day: Codes
    unknown_days: Codes
    never_recovered: NDArray[np.bool_]


def count_neutropenia_days(anc_per_ul: ArrayLike, *, last_day: ArrayLike = np.nan) -> NeutropeniaDays:
    """Count days of severe and profound neutropenia from day 0 to day 30, or to the end of follow-up.

    Up to 7 missing days in a row are filled by a straight line (level at the edges), longer gaps stay missing; values
    are rounded to 10 per uL; runs with one or two recovered days between them are one run.

    Parameters
    ----------
    anc_per_ul
        Lowest neutrophil count of each day per uL, ``(..., days)``: column 0 is day 0; up to 31 days, NaN = not drawn.
    last_day
        Last day of follow-up, one for all or ``(...)``; NaN = not known: then the last count tells
        whether the neutrophils came back.

    Returns
    -------
    Numbers in the shape of the patients.

    Raises
    ------
    StudyError
        If there are more than 31 days, or a count is negative or infinite.

    >>> days = count_neutropenia_days([300.0] * 9 + [900.0] * 22)
    >>> int(days.longest_severe), float(days.nadir_per_ul), bool(days.never_recovered)
    (9, 300.0, False)
    """
    month = first_month(anc_per_ul, "neutrophil count", rule="early ICAHT", ends=(last_day,))
    filled, last, shape = month.count, month.last, month.shape
    days, known = filled.shape[1], ~np.isnan(filled)
    told = np.broadcast_to(np.asarray(last_day, np.float64), shape).reshape(-1)
    seen = known.any(axis=1)
    rounded = np.where(known, np.round(filled / ROUND_TO_PER_UL) * ROUND_TO_PER_UL, np.inf)
    severe, profound = find_runs(rounded <= SEVERE_PER_UL), find_runs(rounded <= PROFOUND_PER_UL)
    last_known = np.where(seen, days - 1 - known[:, ::-1].argmax(axis=1), -1)
    # a known end must itself be reached: counts that merely stop do not say that the neutrophils never came back
    until = np.where(np.isnan(told), last_known, last)
    never = seen & (severe.last_end == until) & (severe.last_start <= LATEST_ONSET_WITHOUT_RECOVERY)
    return NeutropeniaDays(
        longest_severe=severe.longest.reshape(shape),
        longest_profound=profound.longest.reshape(shape),
        total_severe=severe.total.reshape(shape),
        total_profound=profound.total.reshape(shape),
        nadir_per_ul=rounded.min(axis=1).reshape(shape),
        nadir_day=np.where(seen, rounded.argmin(axis=1), -1).reshape(shape),
        last_known_day=last_known.reshape(shape),
        unknown_days=(last + 1 - known.sum(axis=1)).reshape(shape),
        never_recovered=never.reshape(shape),
    )


def grade_icaht_early(anc_per_ul: ArrayLike, *, last_day: ArrayLike = np.nan) -> Graded:
    """Grade early ICAHT (days 0 to 30) by the longest run of days at or below 500 and 100 neutrophils per uL.

    1: up to 6 days at or below 500. 2: 7 to 13 days. 3: 14 days or more, or 7 to 13 days at or below 100. 4: 14 days
    or more at or below 100, never above 500, or at or below 500 from day 0-3 to day 30 or the end of follow-up, if that
    comes first.

    Parameters
    ----------
    anc_per_ul, last_day
        As in :func:`count_neutropenia_days`; :func:`~adoptive.outcome.haematology.daily.daily_lowest` makes the grid.

    Returns
    -------
    Grades 0 to 4, one for each patient; -1 where no count is known. Days that stay without a value do not count as
    low (``unknown_days`` of :func:`count_neutropenia_days` says how many there are).

    Raises
    ------
    StudyError
        As :func:`count_neutropenia_days`.

    Source: 10.1182/blood.2023020578.

    >>> grade_icaht_early([[300.0] * 9 + [900.0] * 22, [80.0] * 17 + [900.0] * 14]).grade.tolist()
    [2, 4]
    """
    found = count_neutropenia_days(anc_per_ul, last_day=last_day)
    severe, profound = found.longest_severe, found.longest_profound
    reason = np.select(
        [
            found.last_known_day < 0,
            profound >= 14,
            severe > EARLY_LAST_DAY,
            found.never_recovered,
            profound >= 7,
            severe >= 14,
            severe >= 7,
            severe >= 1,
        ],
        [0, 6, 7, 8, 5, 4, 3, 2],
        1,
    )
    return Graded(grade=_EARLY_GRADE[reason], reason=np.asarray(reason, np.int64), reasons=EARLY_REASONS)


def grade_icaht_late(
    anc_per_ul: ArrayLike,
    day: ArrayLike,
    *,
    last_day: ArrayLike = np.inf,
    progression_day: ArrayLike = np.inf,
    next_therapy_day: ArrayLike = np.inf,
    until_day: float = LATE_LAST_DAY,
) -> Graded:
    """Grade late ICAHT by the two lowest daily counts from day 31 to the earliest end of the window.

    The lowest count decides: at or below 1500 grade 1, 1000 grade 2, 500 grade 3, 100 grade 4 per uL; the second
    lowest must be at or below 1500 too, else the fall was transient. A single count decides alone.

    Parameters
    ----------
    anc_per_ul
        Lowest neutrophil count of each day per uL, ``(..., days)``, NaN = not drawn.
    day
        Days after the infusion ``(days,)`` or ``(..., days)``, one column a day.
    last_day, progression_day, next_therapy_day
        Last day of follow-up, of progression and of the next therapy, one for all or ``(...)``; NaN or inf = never.
        The earliest of them ends the window; a count of that day still counts.
    until_day
        Last day of the window: 100 in the consensus; later only if the lowest counts must be close in time.

    Returns
    -------
    Grades 0 to 4, one for each patient; -1 where the window holds no count.

    Raises
    ------
    StudyError
        If there is no axis of days, or a count is negative or infinite.

    Source: 10.1182/blood.2023020578.

    >>> grade_icaht_late([[900.0, 1400.0, 5000.0], [900.0, 1600.0, 5000.0]], [40, 60, 80]).grade.tolist()
    [2, 0]
    """
    ends = (last_day, progression_day, next_therapy_day)
    count = counts_in_window(anc_per_ul, day, "neutrophil count", rule="late ICAHT", ends=ends, until_day=until_day)
    counted = ~np.isnan(count)
    value = np.where(counted, count, np.inf)
    two = np.partition(value, min(1, value.shape[-1] - 1), axis=-1)[..., :2]
    lowest, second, drawn = two[..., 0], two[..., -1], counted.sum(axis=-1)
    depth = sum((lowest <= limit).astype(np.int64) for limit in LATE_LIMITS_PER_UL)
    transient = (depth > 0) & (drawn > 1) & (second > LATE_LIMITS_PER_UL[0])
    reason = np.where(drawn == 0, 0, np.where(depth == 0, 1, np.where(transient, 2, depth + 2))).astype(np.int64)
    return Graded(grade=_LATE_GRADE[reason], reason=reason, reasons=LATE_REASONS)
