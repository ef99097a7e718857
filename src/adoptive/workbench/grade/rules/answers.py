"""Turn a rule's answers into columns: a missing grade is an empty cell, a reason is kept once and pointed at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.types import Graded, check_cells

__all__ = ["because", "daily", "flags", "grades", "names", "numbers", "reason_of", "written"]


def grades(code: ArrayLike) -> Any:
    """Give grades or counts as whole numbers; below 0 is no value.

    >>> grades([0, -1, 3]).to_pylist()
    [0, None, 3]
    """
    values = np.asarray(code, np.int64)
    return pa.array(values, pa.int64(), mask=values < 0)


def numbers(value: ArrayLike) -> Any:
    """Give numbers; NaN and infinity are no value."""
    values = np.asarray(value, np.float64)
    return pa.array(values, pa.float64(), mask=~np.isfinite(values))


def flags(mark: ArrayLike) -> Any:
    """Give yes or no; a code below 0 is no value."""
    values = np.asarray(mark, np.int64)
    return pa.array(values > 0, pa.bool_(), mask=values < 0)


def names(code: ArrayLike, words: Sequence[str]) -> Any:
    """Give the word of each code; an empty word and a code below 0 are no value."""
    place = np.asarray(code, np.int64)
    known = np.array([word != "" for word in words] + [False])
    bad = (place < 0) | ~known[np.clip(place, 0, len(words))]
    return pa.DictionaryArray.from_arrays(pa.array(place, mask=bad), pa.array(list(words), pa.string()))


def written(words: NDArray[Any]) -> Any:
    """Give texts; an empty one is no value."""
    return pa.array([str(word) or None for word in words], pa.string())


def because(graded: Graded) -> Any:
    """Give the reasons of grades."""
    return reason_of(graded.reason, graded.reasons)


def reason_of(place: ArrayLike, reasons: Sequence[str]) -> Any:
    """Give reasons by their place."""
    return pa.DictionaryArray.from_arrays(pa.array(np.asarray(place, np.int64)), pa.array(list(reasons), pa.string()))


def daily(
    patient: NDArray[np.int64], day: NDArray[np.float64], patients: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Lay rows out by patient and day: each row's place ``(rows,)`` in the patient's line, and the days' table.

    Rows of one patient and day share a place; the table is ``(patients, most days)``, NaN-free: beyond a patient's last
    day the days go on by one.
    """
    order = np.lexsort((day, patient))
    who, when = patient[order], day[order]
    new = np.ones(len(order), np.bool_)
    new[1:] = (who[1:] != who[:-1]) | (when[1:] != when[:-1])
    count = np.cumsum(new) - 1
    start = np.full(patients, 0, np.int64)
    first = np.flatnonzero(np.r_[True, who[1:] != who[:-1]]) if len(who) else np.zeros(0, np.int64)
    start[who[first]] = count[first]
    place_sorted = count - start[who]
    width = int(place_sorted.max(initial=-1)) + 1
    check_cells(patients, width)
    table = np.full((patients, width), np.nan)
    table[who, place_sorted] = when
    place = np.empty(len(order), np.int64)
    place[order] = place_sorted
    return place, _carried_on(table)


def _carried_on(table: NDArray[np.float64]) -> NDArray[np.float64]:
    """Let the days go on by one beyond a patient's last."""
    width = table.shape[1]
    if width == 0:
        return table
    missing = np.isnan(table)
    last = np.where(missing, -np.inf, table).max(axis=1, initial=-np.inf)
    last = np.where(np.isfinite(last), last, 0.0)
    known = (~missing).sum(axis=1)
    on = last[:, None] + (np.arange(width) - known[:, None] + 1)
    days: NDArray[np.float64] = np.where(missing, on, table)
    return days
