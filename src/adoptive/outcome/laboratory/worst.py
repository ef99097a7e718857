"""The worst grade of each patient in a window of days: what toxicity tables report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.types import UNGRADED, as_codes, as_numbers

__all__ = ["WorstGrades", "worst_grade", "worst_grade_rows"]

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class WorstGrades:
    """Hold the worst grade per patient and term, in their order; -1 = no grade fell into the window."""

    patient: NDArray[Any]
    term: NDArray[Any]
    grade: Codes


def worst_grade(
    grade: ArrayLike,
    day: ArrayLike,
    *,
    first_day: ArrayLike = -np.inf,
    last_day: ArrayLike = np.inf,
    baseline_grade: ArrayLike | None = None,
) -> Codes:
    """Give each patient's worst grade in a window of days, both ends included; -1 where no grade falls into it.

    Parameters
    ----------
    grade
        Grades of one term ``(patients, days)``; -1 not graded.
    day
        Days ``(days,)`` or ``(patients, days)``.
    first_day, last_day
        The window, one for all or ``(patients,)``: for treatment-emergent grades, from the first dose on.
    baseline_grade
        Grade before treatment, one for all or ``(patients,)``: given, only a worse grade than this counts, any other is
        0; where the baseline grade is not known (-1) and the worst grade is not 0, the answer is -1.

    >>> worst_grade([[2, 3, 1], [1, 1, -1]], [0, 7, 60], last_day=28).tolist()
    [3, 1]
    >>> worst_grade([[2, 3, 1], [1, 1, -1]], [0, 7, 60], last_day=28, baseline_grade=[2, 1]).tolist()
    [3, 0]
    """
    grades = as_codes(grade, "grade")
    when = np.broadcast_to(np.asarray(day, np.float64), grades.shape)
    first, last = (np.asarray(edge, np.float64).reshape(-1, 1) for edge in (first_day, last_day))
    worst: Codes = np.where((when >= first) & (when <= last), grades, UNGRADED).max(axis=1, initial=UNGRADED)
    return worst if baseline_grade is None else _beyond_baseline(worst, as_codes(baseline_grade, "baseline_grade"))


def _beyond_baseline(worst: Codes, before: Codes) -> Codes:
    emerged = np.where(before == UNGRADED, UNGRADED, np.where(worst > before, worst, 0))
    return np.where(worst > 0, emerged, worst).astype(np.int64)


def worst_grade_rows(
    grade: ArrayLike,
    *,
    patient: ArrayLike,
    term: ArrayLike,
    day: ArrayLike,
    first_day: ArrayLike = -np.inf,
    last_day: ArrayLike = np.inf,
    baseline_adjusted: bool = False,
) -> WorstGrades:
    """Give the worst grade per patient and term in a window of days, both ends included, from rows.

    Parameters
    ----------
    grade, patient, term, day
        Columns ``(rows,)``; grade -1 is not graded.
    first_day, last_day
        The window, one for all or per row.
    baseline_adjusted
        Count only grades worse than that of the last graded row before ``first_day``, others as 0; where there is no
        such row and the worst grade is not 0, the answer is -1.

    >>> columns = {"patient": [1, 1, 2], "term": ["Anemia"] * 3, "day": [-1, 7, 7]}
    >>> worst_grade_rows([2, 3, 0], **columns, first_day=0).grade.tolist()
    [3, 0]
    """
    grades, when = as_codes(grade, "grade"), as_numbers(day, "day")
    patients, who = _coded(patient)
    terms, what = _coded(term)
    groups, place = np.unique(who * max(len(terms), 1) + what, return_inverse=True)
    first, last = (np.broadcast_to(np.asarray(edge, np.float64), grades.shape) for edge in (first_day, last_day))
    worst = np.full(groups.size, UNGRADED)
    inside = (when >= first) & (when <= last)
    np.maximum.at(worst, place[inside], grades[inside])
    if baseline_adjusted:
        earlier = np.flatnonzero((when < first) & (grades != UNGRADED))
        earlier = earlier[np.argsort(when[earlier], kind="stable")]
        before = np.full(groups.size, UNGRADED)
        before[place[earlier]] = grades[earlier]  # the last one stands
        worst = _beyond_baseline(worst, before)
    return WorstGrades(patients[groups // max(len(terms), 1)], terms[groups % max(len(terms), 1)], worst)


def _coded(column: ArrayLike) -> tuple[NDArray[Any], Codes]:
    """Give the distinct entries of a column in order, and per row which of them it holds."""
    values = pa.array(np.ravel(np.asarray(column)))
    if isinstance(values, pa.ChunkedArray):  # long columns of text come in pieces
        values = values.combine_chunks()
    coded = values.dictionary_encode()
    labels = np.asarray(coded.dictionary.to_pylist())
    order = np.argsort(labels, kind="stable")
    rank = np.empty(order.size, np.int64)
    rank[order] = np.arange(order.size)
    return labels[order], rank[coded.indices.to_numpy(zero_copy_only=False)]
