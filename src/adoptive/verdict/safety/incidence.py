"""Who had what, by arm: incidence of each term at a grade or above, and how arms differ."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.tables import TableError
from adoptive.verdict.response import clopper_pearson, difference, fisher_exact, proportion
from adoptive.verdict.rows import codes_of
from adoptive.verdict.safety.types import Incidences, WorstGrades

__all__ = ["grade_table", "incidences"]

GRADES = 6


def incidences(
    worst: WorstGrades,
    arm: ArrayLike,
    *,
    at_least: int = 1,
    reference: str | None = None,
    method: str = "newcombe",
    level: float = 0.95,
) -> Incidences:
    """Count the patients of each arm whose worst grade reaches a grade, with intervals and differences.

    Each patient counts once per term. Who was not assessed for a term (-1) is not in its denominator.

    Parameters
    ----------
    worst
        Worst grades ``(patients, terms)``.
    arm
        Arm of each patient ``(patients,)``: names or numbers.
    at_least
        Grade from which a patient counts: 1 any, 3 severe, ...
    reference
        Arm that the others are compared with; default the first in order.
    method
        Method of the interval of differences, see :func:`adoptive.verdict.response.difference`.
    level
        Confidence level of all intervals.
    """
    groups, arms = _arms(worst, arm)
    base = arms[0] if reference is None else reference
    if base not in arms:
        raise TableError("no such arm", where="incidences: reference", value=base, allowed=", ".join(arms))
    if not 1 <= at_least < GRADES:
        raise TableError("not a grade", where="incidences: at_least", value=at_least, allowed="1 to 5")
    member = groups[:, None] == np.arange(len(arms))
    assessed = (worst.grades >= 0).T.astype(np.int64) @ member
    had = (worst.grades >= at_least).T.astype(np.int64) @ member
    interval = clopper_pearson(had, assessed, level=level)
    against = arms.index(base)
    pair = (had, assessed, had[:, [against]], assessed[:, [against]])
    apart = difference(*pair, method=method, level=level)
    itself = np.arange(len(arms)) == against
    return Incidences(
        worst.terms, arms, base, at_least, had, assessed, proportion(had, assessed), interval.lower, interval.upper,
        np.where(itself, 0.0, apart.estimate), np.where(itself, 0.0, apart.lower), np.where(itself, 0.0, apart.upper),
        np.where(itself, 1.0, fisher_exact(*pair).p_value),
    )  # fmt: skip


def grade_table(worst: WorstGrades, arm: ArrayLike) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Count the patients of each arm by worst grade: arms in order, counts ``(terms, arms, grades 0 to 5)``."""
    groups, arms = _arms(worst, arm)
    counts = np.zeros((len(worst.terms), len(arms), GRADES), np.int64)
    for grade in range(GRADES):
        for place in range(len(arms)):
            counts[:, place, grade] = (worst.grades[groups == place] == grade).sum(axis=0)
    return arms, counts


def _arms(worst: WorstGrades, arm: ArrayLike) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Give each patient's arm as a number, and the names."""
    given = np.asarray(arm)
    if given.shape != (len(worst.patients),):
        raise TableError("one arm per patient", where="arm", value=given.shape, allowed=f"({len(worst.patients)},)")
    return codes_of(given)
