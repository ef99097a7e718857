"""The worst grade of each patient and term."""

from __future__ import annotations

from numpy.typing import ArrayLike

from adoptive.verdict.safety.types import WorstGrades

__all__ = ["worst_grades"]


def worst_grades(
    patient: ArrayLike,
    term: ArrayLike,
    grade: ArrayLike,
    *,
    onset: ArrayLike | None = None,
    patients: ArrayLike | None = None,
    terms: ArrayLike | None = None,
    window: tuple[float, float] | None = None,
) -> WorstGrades:
    raise NotImplementedError
