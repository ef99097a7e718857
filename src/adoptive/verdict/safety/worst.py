"""The worst grade of each patient in each term, from a table of events in any order."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.tables import TableError
from adoptive.verdict.safety.types import WorstGrades

__all__ = ["grades_of_columns", "worst_grades"]

HIGHEST = 5


def worst_grades(
    patient: ArrayLike,
    term: ArrayLike,
    grade: ArrayLike,
    *,
    day: ArrayLike | None = None,
    window: tuple[float, float] | None = None,
    start: ArrayLike | None = None,
    patients: ArrayLike | None = None,
    terms: ArrayLike | None = None,
) -> WorstGrades:
    """Give each patient's worst grade in each term; who has no event of a term has grade 0 in it.

    Parameters
    ----------
    patient, term, grade, day
        Events ``(rows,)``: whose, which, grade -1 (assessed as none of them), 0 to 5, day of onset.
    window
        Count only events whose day lies from ``start + window[0]`` to ``start + window[1]``, both included:
        treatment-emergent events.
    start
        Day of the first dose of each patient in ``patients`` ``(patients,)``; default 0. inf: never treated, so
        nothing of his is treatment-emergent.
    patients, terms
        All patients of the analysis set (those without an event too) and all terms, in the order wanted; default
        those of the events. Events of others are left out.

    Raises
    ------
    TableError
        For a grade outside -1 to 5, a window without days, or columns of different length.

    >>> worst = worst_grades(["a", "b", "a"], ["CRS", "CRS", "CRS"], [1, 2, 3], patients=["a", "b", "c"])
    >>> worst.grades.ravel().tolist()
    [3, 2, 0]
    """
    whose, what = np.asarray(patient).astype(str), np.asarray(term).astype(str)
    grades = _checked(np.asarray(grade), whose, what)
    people = _names(whose if patients is None else patients, keep=patients is not None)
    kinds = _names(what if terms is None else terms, keep=terms is not None)
    days = np.full(grades.shape, np.inf) if day is None else np.asarray(day, np.float64)
    row, column = _places(whose, people), _places(what, kinds)
    counted = (row >= 0) & (column >= 0)
    if window is not None:
        if day is None:
            raise TableError("a window needs the day of each event", where="worst_grades: day", next_step="give day")
        began = np.zeros(len(people)) if start is None else np.asarray(start, np.float64)
        first = began[np.maximum(row, 0)]
        counted &= np.isfinite(first) & (days >= first + window[0]) & (days <= first + window[1])
    worst = np.zeros((len(people), len(kinds)), np.int64)
    lowest = np.zeros(worst.shape, np.int64)
    onset = np.full(worst.shape, np.inf)
    at = (row[counted], column[counted])
    np.maximum.at(worst, at, grades[counted])
    np.minimum.at(lowest, at, grades[counted])
    real = counted & (grades > 0)
    np.minimum.at(onset, (row[real], column[real]), days[real])
    return WorstGrades(people, kinds, np.where((worst == 0) & (lowest < 0), -1, worst), onset)


def grades_of_columns(
    columns: dict[str, ArrayLike], *, patients: ArrayLike | None = None, onset: dict[str, ArrayLike] | None = None
) -> WorstGrades:
    """Give worst grades from one column per term ``(patients,)``, as the patients' table of a trial has them.

    ``onset`` holds days of onset by term where they are known; they count where the grade is 1 or more.
    """
    if not columns:
        raise TableError("no column of grades", where="grades_of_columns", allowed="one term or more")
    table = np.stack([np.asarray(column, np.int64) for column in columns.values()], axis=1)
    names = np.arange(len(table)) if patients is None else patients
    days = np.full(table.shape, np.inf)
    for place, term in enumerate(columns):
        if onset and term in onset:
            days[:, place] = np.where(table[:, place] > 0, np.asarray(onset[term], np.float64), np.inf)
    return WorstGrades(_names(names, keep=True), tuple(columns), table, days)


def _checked(grades: NDArray[np.generic], whose: NDArray[np.str_], what: NDArray[np.str_]) -> NDArray[np.int64]:
    """Give the grades as whole numbers."""
    if not (grades.shape == whose.shape == what.shape):
        raise TableError(
            "columns differ in length", where="worst_grades", value=(whose.shape, what.shape, grades.shape)
        )
    whole = grades.astype(np.int64)
    wrong = (whole != grades.astype(np.float64)) | (whole < -1) | (whole > HIGHEST)
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise TableError(
            "not a grade", where=f"grade, row {row + 1}", value=grades[row], allowed="-1, 0, 1, 2, 3, 4, 5"
        )
    return whole


def _names(of: ArrayLike, *, keep: bool) -> tuple[str, ...]:
    """Give names once each: in the order given, or sorted."""
    names = np.asarray(of).astype(str)
    kinds, first = np.unique(names, return_index=True)
    return tuple(str(name) for name in (names[np.sort(first)] if keep else kinds))


def _places(of: NDArray[np.str_], names: tuple[str, ...]) -> NDArray[np.int64]:
    """Give each value's place among the names, -1 if it is not there."""
    place = {name: number for number, name in enumerate(names)}
    return np.asarray([place.get(str(value), -1) for value in of], np.int64).reshape(of.shape)
