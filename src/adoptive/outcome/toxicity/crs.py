"""Cytokine release syndrome: grade from the bedside signs, by the consensus or by the older scales, and its course.

ASTCT consensus: Lee et al. 2019, 10.1016/j.bbmt.2018.12.758.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.toxicity.criteria import MISSING, apply_rule, read_signs
from adoptive.outcome.toxicity.episodes import REOPEN_DAYS, GradedCourse, episodes
from adoptive.outcome.toxicity.scales import SCALES
from adoptive.outcome.toxicity.types import CrsSigns, Oxygen
from adoptive.outcome.types import Graded

__all__ = ["CRS_SCALES", "CrsSigns", "Oxygen", "crs_course", "grade_crs"]

CRS_SCALES: Final = tuple(SCALES)
"""The names of the scales; short names are taken too: astct, lee, penn, ctcae."""

_BY_WORD: Final = {word: rule for name, rule in SCALES.items() for word in (name.lower(), name.lower().split()[0])}


def grade_crs(signs: CrsSigns, *, scale: str = "ASTCT") -> Graded:
    """Grade cytokine release syndrome at each time.

    By ASTCT the grade is the worse of the hypotension part (2 without vasopressor, 3 with one, 4 with more than one,
    vasopressin alone 3 and never a second one) and the hypoxia part (2 low flow, 3 high flow or mask, 4 positive
    pressure); fever alone is 1. There is no grade without fever, unless a drug was given that may hide it. Death from
    the syndrome is 5. The other scales: see the page of this rule.

    Parameters
    ----------
    signs
        The signs, see :class:`CrsSigns`; any shape, usually ``(patients, days)``.
    scale
        "ASTCT", "Lee 2014", "Penn" or "CTCAE 5.0", in any case; "lee" and "ctcae" will do.

    Returns
    -------
    Grades 0 to 5 with reasons; UNGRADED where a missing sign could change the grade or a value is impossible.

    Raises
    ------
    StudyError
        If the scale is unknown, a sign is no number, or the shapes do not fit.

    >>> signs = CrsSigns([37.0, 38.0, 39.0, np.nan], hypotension=[0, 0, 1, 1], vasopressors=[0, 0, 1, 0], oxygen=0)
    >>> grade_crs(signs).grade
    array([ 0,  1,  3, -1])
    >>> grade_crs(signs).because[2:].tolist()
    ['one vasopressor: grade 3', 'no grade: temperature in degrees C is missing']
    """
    rule = _BY_WORD.get(str(scale).strip().lower())
    if rule is None:
        raise StudyError("unknown scale of cytokine release syndrome", value=scale, allowed=", ".join(CRS_SCALES))
    seen = read_signs(signs, rule.signs)
    # ventilated for the airway: the support is known even if the device was not written down
    told = (seen["airway_only"] == 1) & (seen["oxygen"] == MISSING)
    if told.any():
        seen["oxygen"] = np.where(told, np.int8(Oxygen.POSITIVE_PRESSURE), seen["oxygen"])
    return apply_rule(rule, seen)


def crs_course(grade: NDArray[np.int64], day: ArrayLike, *, reopen_days: float = REOPEN_DAYS) -> GradedCourse:
    """Summarise daily grades of CRS: onset, worst grade, duration, episodes; :func:`.episodes.episodes` says how.

    >>> crs_course(np.array([[0, 1, 2, 0]]), np.arange(4.0)).duration_days
    array([2.])
    """
    return episodes(grade, day, gap_days=reopen_days)
