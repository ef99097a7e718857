"""Cytopenia grades by the Common Terminology Criteria for Adverse Events (CTCAE, version 5.0, NCI 2017).

A count at the limit belongs to the lower grade: neutrophils of exactly 0.5e9/L are grade 3.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError

__all__ = ["LIMITS_E9_L", "LOWER_LIMIT_E9_L", "Lineage", "grade_cytopenia", "worst_cytopenia"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

Lineage = Literal["neutrophils", "lymphocytes", "leukocytes", "platelets"]

LIMITS_E9_L: Final[dict[str, dict[Lineage, tuple[float, float, float]]]] = {
    "5.0": {
        "neutrophils": (1.5, 1.0, 0.5),
        "lymphocytes": (0.8, 0.5, 0.2),
        "leukocytes": (3.0, 2.0, 1.0),
        "platelets": (75.0, 50.0, 25.0),
    }
}
"""Counts (1e9/L) below which grades 2, 3 and 4 begin, by version and lineage."""

LOWER_LIMIT_E9_L: Final[dict[Lineage, float]] = {
    "neutrophils": 1.8,
    "lymphocytes": 1.1,
    "leukocytes": 3.5,
    "platelets": 125.0,
}
"""Lower limits of normal (1e9/L) of Chinese adults (WS/T 405-2012); grade 1 begins below."""


def grade_cytopenia(
    count_e9_l: ArrayLike,
    lineage: Lineage,
    *,
    lower_limit_e9_l: float | None = None,
    version: str = "5.0",
) -> Codes:
    """Grade blood counts: 0 from the lower limit of normal up, 1 to 4 below the limits of the version.

    Parameters
    ----------
    count_e9_l
        Counts in 1e9/L, any shape.
    lineage
        Which count.
    lower_limit_e9_l
        The laboratory's lower limit of normal; by default :data:`LOWER_LIMIT_E9_L`.
    version
        CTCAE version.

    Returns
    -------
    Grades 0 to 4, in the shape of the counts.

    Raises
    ------
    StudyError
        If version or lineage is unknown.

    >>> grade_cytopenia([2.0, 1.5, 1.0, 0.5, 0.49], "neutrophils")
    array([0, 1, 2, 3, 4])
    """
    if version not in LIMITS_E9_L:
        raise StudyError("unknown CTCAE version", value=version, allowed=", ".join(LIMITS_E9_L))
    if lineage not in LIMITS_E9_L[version]:
        raise StudyError("unknown lineage", value=lineage, allowed=", ".join(LIMITS_E9_L[version]))
    normal = LOWER_LIMIT_E9_L[lineage] if lower_limit_e9_l is None else lower_limit_e9_l
    two, three, four = LIMITS_E9_L[version][lineage]
    count = np.asarray(count_e9_l, np.float64)
    grade: Codes = np.select([count < four, count < three, count < two, count < normal], [4, 3, 2, 1], 0)
    return grade.astype(np.int64)


def worst_cytopenia(
    count_e9_l: Floats,
    day: ArrayLike,
    lineage: Lineage,
    *,
    first_day: ArrayLike = -np.inf,
    last_day: ArrayLike = np.inf,
    lower_limit_e9_l: float | None = None,
    version: str = "5.0",
) -> Codes:
    """Give each patient's worst grade in a window of days, both ends included; -1 where no count falls into it.

    Parameters
    ----------
    count_e9_l
        Counts ``(patients, days)`` in 1e9/L.
    day
        Days ``(days,)`` or ``(patients, days)``.
    lineage, lower_limit_e9_l, version
        As in :func:`grade_cytopenia`.
    first_day, last_day
        The window, one for all or ``(patients,)``.
    """
    grade = grade_cytopenia(count_e9_l, lineage, lower_limit_e9_l=lower_limit_e9_l, version=version)
    when = np.broadcast_to(np.asarray(day, np.float64), grade.shape)
    first, last = (np.asarray(edge, np.float64).reshape(-1, 1) for edge in (first_day, last_day))
    worst: Codes = np.where((when >= first) & (when <= last), grade, -1).max(axis=1, initial=-1)
    return worst
