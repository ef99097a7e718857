"""Cytopenia grades by CTCAE: the four counts that lymphodepletion and the cells lower.

The limits are those of the laboratory terms (``terms.toml``); here stand only the lineages' names and the lower limits
of normal of the model's patients. A count at a limit belongs to the lower grade: neutrophils of exactly 0.5e9/L are
grade 3 in version 5.0.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.laboratory.grading import grade_laboratory
from adoptive.outcome.laboratory.terms import VERSIONS, find_term
from adoptive.outcome.laboratory.worst import worst_grade

__all__ = ["LOWER_LIMIT_E9_L", "TERM", "Lineage", "grade_cytopenia", "worst_cytopenia"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

Lineage = Literal["neutrophils", "lymphocytes", "leukocytes", "platelets"]

TERM: Final[dict[Lineage, str]] = {
    "neutrophils": "Neutrophil count decreased",
    "lymphocytes": "Lymphocyte count decreased",
    "leukocytes": "White blood cell decreased",
    "platelets": "Platelet count decreased",
}
"""The CTCAE term of each lineage."""

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
        Counts in 1e9/L, any shape; missing ones are NaN.
    lineage
        Which count.
    lower_limit_e9_l
        The laboratory's lower limit of normal; by default :data:`LOWER_LIMIT_E9_L`.
    version
        CTCAE version.

    Returns
    -------
    Grades 0 to 4, -1 for a missing count, in the shape of the counts.

    Raises
    ------
    StudyError
        If version or lineage is unknown, or the version has no such term (6.0: lymphocytes).

    >>> grade_cytopenia([2.0, 1.5, 1.0, 0.5, 0.49], "neutrophils")
    array([0, 1, 2, 3, 4])
    >>> grade_cytopenia([2.0, 1.5, 1.0, 0.5, 0.49], "neutrophils", version="6.0")
    array([0, 0, 1, 2, 3])
    """
    if lineage not in TERM:
        raise StudyError("unknown lineage", value=lineage, allowed=", ".join(TERM))
    if find_term(TERM[lineage], version=version) is None:
        allowed = ", ".join(one for one in VERSIONS if find_term(TERM[lineage], version=one) is not None)
        raise StudyError(
            f"CTCAE {version} as read has no such term", value=TERM[lineage], allowed=f"versions {allowed}"
        )
    normal = LOWER_LIMIT_E9_L[lineage] if lower_limit_e9_l is None else lower_limit_e9_l
    return grade_laboratory(count_e9_l, term=TERM[lineage], unit="10^9/L", lower_limit=normal, version=version).grade


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
    return worst_grade(grade, day, first_day=first_day, last_day=last_day)
