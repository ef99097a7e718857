"""Thrombocytopenia after engineered cells: T-ICAHT early and late, and the definition in the growth-factor guideline.

T-ICAHT: Rejeski et al. 2025, 10.1182/blood.2025028833, table 1. The other definition is that of the NCCN guideline on
growth factors, read in a secondary text: yes or no, no grades.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from adoptive.outcome.haematology.daily import LATE_LAST_DAY, counts_in_window, find_runs, first_month
from adoptive.outcome.haematology.known import NO, NOT_KNOWN, YES, any_of, coded
from adoptive.outcome.types import UNGRADED, Graded

__all__ = ["grade_t_icaht_early", "grade_t_icaht_late", "has_nccn_thrombocytopenia"]

EARLY_LIMITS_E9_L: Final = (50.0, 20.0)
LATE_LIMITS_E9_L: Final = (100.0, 50.0, 20.0)
NCCN_LIMIT_E9_L: Final = 25.0
NCCN_DAYS: Final = 7

EARLY_REASONS: Final = (
    "no platelet count from day 0 to the end of follow-up: not graded",
    "never below 50e9 platelets per L: grade 0",
    "below 50e9 platelets per L for 1 to 6 days in all: grade 1",
    "below 50e9 platelets per L for 7 days or more in all: grade 2",
    "below 20e9 platelets per L for 1 to 13 days in all: grade 3",
    "below 20e9 platelets per L for 14 days or more in all: grade 4",
)
LATE_REASONS: Final = (
    "no platelet count in the window of days: not graded",
    "never below 100e9 platelets per L: grade 0",
    "only one platelet count below 100e9 per L, transient: grade 0",
    "below 100e9 platelets per L: grade 1",
    "below 50e9 platelets per L: grade 2",
    "below 20e9 platelets per L for 1 to 13 days in all: grade 3",
    "below 20e9 platelets per L for 14 days or more in all: grade 4",
)
NCCN_REASONS: Final = (
    "too few platelet counts to tell: not known",
    "neither below 25e9 platelets per L for more than 7 days nor dependent on transfusions",
    "below 25e9 platelets per L for more than 7 days",
    "dependent on platelet transfusions",
)


def grade_t_icaht_early(
    platelets_e9_l: ArrayLike,
    *,
    last_day: ArrayLike = np.inf,
    progression_day: ArrayLike = np.inf,
    next_therapy_day: ArrayLike = np.inf,
) -> Graded:
    """Grade early T-ICAHT (days 0 to 30) by the days in all below 50 and below 20e9 platelets per L.

    1: 1 to 6 days below 50. 2: 7 days or more. 3: 1 to 13 days below 20. 4: 14 days or more. One or two recovered
    days between low ones count as low. Gaps are filled as in early ICAHT, whose logic the source takes over.

    Parameters
    ----------
    platelets_e9_l
        Lowest platelet count of each day in 1e9/L, ``(..., days)``: column 0 is day 0; up to 31 days, NaN = not drawn.
    last_day, progression_day, next_therapy_day
        Last day of follow-up, of progression and of the next therapy, one for all or ``(...)``; NaN or inf = later.

    Returns
    -------
    Grades 0 to 4, one for each patient; -1 where no count is known.

    Raises
    ------
    StudyError
        If there are more than 31 days, or a count is negative or infinite.

    Source: 10.1182/blood.2025028833.

    >>> grade_t_icaht_early([[40.0] * 8 + [120.0] * 23, [15.0] * 14 + [120.0] * 17]).grade.tolist()
    [2, 4]
    """
    ends = (last_day, progression_day, next_therapy_day)
    month = first_month(platelets_e9_l, "platelet count", rule="early T-ICAHT", ends=ends)
    low, very_low = (find_runs(month.count < limit).total for limit in EARLY_LIMITS_E9_L)
    seen = ~np.isnan(month.count).all(axis=1)
    reason = np.select([~seen, very_low >= 14, very_low >= 1, low >= 7, low >= 1], [0, 5, 4, 3, 2], 1)
    grade = np.array([UNGRADED, 0, 1, 2, 3, 4])[reason]
    return Graded(grade.reshape(month.shape), reason.reshape(month.shape).astype(np.int64), EARLY_REASONS)


def grade_t_icaht_late(
    platelets_e9_l: ArrayLike,
    day: ArrayLike,
    *,
    last_day: ArrayLike = np.inf,
    progression_day: ArrayLike = np.inf,
    next_therapy_day: ArrayLike = np.inf,
    until_day: float = LATE_LAST_DAY,
) -> Graded:
    """Grade late T-ICAHT (days 31 to 100) by platelet counts below 100, 50 and 20e9 per L.

    1: below 100. 2: below 50. 3: below 20 on 1 to 13 days. 4: on 14 days or more. Two counts below 100 are needed,
    else the fall was transient; a single count decides alone. Days without a count are not filled: counts are rare.

    Parameters
    ----------
    platelets_e9_l
        Lowest platelet count of each day in 1e9/L, ``(..., days)``, NaN = not drawn.
    day
        Days after the infusion ``(days,)`` or ``(..., days)``, one column a day.
    last_day, progression_day, next_therapy_day, until_day
        The window, as in :func:`~adoptive.outcome.haematology.icaht.grade_icaht_late`.

    Returns
    -------
    Grades 0 to 4, one for each patient; -1 where the window holds no count.

    Raises
    ------
    StudyError
        If there is no axis of days, or a count is negative or infinite.

    Source: 10.1182/blood.2025028833.

    >>> grade_t_icaht_late([[90.0, 45.0, 150.0], [90.0, 140.0, 150.0]], [40, 60, 80]).grade.tolist()
    [2, 0]
    """
    ends = (last_day, progression_day, next_therapy_day)
    count = counts_in_window(platelets_e9_l, day, "platelet count", rule="late T-ICAHT", ends=ends, until_day=until_day)
    drawn = (~np.isnan(count)).sum(axis=-1)
    low, deep, very_low = ((count < limit).sum(axis=-1) for limit in LATE_LIMITS_E9_L)
    reason = np.select(
        [drawn == 0, (low == 1) & (drawn > 1), very_low >= 14, very_low >= 1, deep >= 1, low >= 1],
        [0, 2, 6, 5, 4, 3],
        1,
    ).astype(np.int64)
    return Graded(np.array([UNGRADED, 0, 0, 1, 2, 3, 4])[reason], reason, LATE_REASONS)


def has_nccn_thrombocytopenia(
    platelets_e9_l: ArrayLike, *, transfusion_dependent: ArrayLike = NOT_KNOWN, last_day: ArrayLike = np.inf
) -> Graded:
    """Tell whether platelets stayed below 25e9/L for more than 7 days in a row, or transfusions were needed.

    Parameters
    ----------
    platelets_e9_l, last_day
        As in :func:`grade_t_icaht_early`.
    transfusion_dependent
        1 or 0, -1 where it is not known, one for all or ``(...)``.

    Returns
    -------
    1 yes, 0 no, -1 not known (no count, or transfusions unknown and counts not low), one for each patient.

    Raises
    ------
    StudyError
        As :func:`grade_t_icaht_early`; if a code is unknown.

    >>> has_nccn_thrombocytopenia([20.0] * 8 + [80.0] * 23, transfusion_dependent=0).because.item()
    'below 25e9 platelets per L for more than 7 days'
    """
    month = first_month(platelets_e9_l, "platelet count", rule="the NCCN definition", ends=(last_day,))
    seen = ~np.isnan(month.count).all(axis=1)
    long = find_runs(month.count < NCCN_LIMIT_E9_L, unstable_recovery_days=0).longest > NCCN_DAYS
    low = np.where(long, YES, np.where(seen, NO, NOT_KNOWN)).astype(np.int64).reshape(month.shape)
    dependent = np.broadcast_to(coded(transfusion_dependent, "transfusion dependence"), month.shape)
    found = any_of(low, dependent)
    reason = np.where(found == NOT_KNOWN, 0, np.where(found == NO, 1, np.where(low == YES, 2, 3))).astype(np.int64)
    return Graded(found, reason, NCCN_REASONS)
