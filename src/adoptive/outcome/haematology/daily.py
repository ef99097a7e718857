"""Daily counts of patients: the lowest value of a day, short gaps filled, and runs of days below a limit.

The first month and the window after it are those of ICAHT (10.1182/blood.2023020578).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.haematology.known import measured

__all__ = [
    "EARLY_LAST_DAY",
    "LATE_FIRST_DAY",
    "LATE_LAST_DAY",
    "DailyLowest",
    "Month",
    "Runs",
    "counts_in_window",
    "daily_lowest",
    "earliest_day",
    "fill_short_gaps",
    "find_runs",
    "first_month",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]

EARLY_LAST_DAY: Final = 30
LATE_FIRST_DAY: Final = 31
LATE_LAST_DAY: Final = 100

LARGEST_GAP_DAYS: Final = 7
"""Missing days in a row that are filled: one value a week is enough (Liang et al., see ``icaht``)."""

UNSTABLE_RECOVERY_DAYS: Final = 2
"""Days above a limit that do not end a run: recovery is three consecutive days above."""


@dataclass(frozen=True)
class DailyLowest:
    """Hold the lowest value of each day, ``(patients, days)``, NaN on days without one, with the names of both axes."""

    patient: NDArray[np.generic]
    day: Codes
    value: Floats


@dataclass(frozen=True)
class Runs:
    """Hold what the days below a limit say, in the shape of the patients; days are those of the grid, -1 = none.

    ``longest`` is the longest run, ``total`` the sum over runs, days of unstable recovery within a run included;
    ``last_start`` and ``last_end`` are the first and the last day of the last run.
    """

    longest: Codes
    total: Codes
    last_start: Codes
    last_end: Codes


@dataclass(frozen=True)
class Month:
    """Hold the first month of patients in one row each, ``(rows, days)``: the counts with short gaps filled.

    ``last`` ``(rows,)`` is the last column of each one's follow-up, ``shape`` the shape in which the patients came.
    """

    count: Floats
    last: Codes
    shape: tuple[int, ...]


def daily_lowest(
    patient: ArrayLike, day: ArrayLike, count: ArrayLike, *, first_day: int = 0, last_day: int = 30
) -> DailyLowest:
    """Turn long rows into a grid of days with the lowest value of each day.

    Parameters
    ----------
    patient
        Identifier of the patient of each row ``(rows,)``, numbers or text.
    day
        Day of each row after the infusion ``(rows,)``; a fraction of a day belongs to its day.
    count
        Value of each row ``(rows,)``, for instance neutrophils per uL; NaN rows count as not drawn.
    first_day, last_day
        The grid, both ends included; rows outside are left out, their patients are kept.

    Returns
    -------
    Patients in ascending order, the days, and the grid.

    Raises
    ------
    StudyError
        If the columns differ in length, or a value is negative or infinite, or a day is missing.

    >>> grid = daily_lowest(["a", "a", "b"], [0, 0, 2], [900.0, 400.0, 1200.0], last_day=2)
    >>> grid.value.tolist()
    [[400.0, nan, nan], [nan, nan, 1200.0]]
    """
    who, when, value = np.asarray(patient), np.asarray(day, np.float64), measured(count, "count")
    if not (who.ndim == when.ndim == value.ndim == 1 and len(who) == len(when) == len(value)):
        raise StudyError(
            "columns differ in length", value=f"{who.shape}, {when.shape}, {value.shape}", allowed="one row each"
        )
    if not np.isfinite(when).all():
        raise StudyError("a day is missing", value=when[~np.isfinite(when)][0], allowed="days after the infusion")
    names, row = np.unique(who, return_inverse=True)
    days = last_day - first_day + 1
    column = np.floor(when).astype(np.int64) - first_day
    inside = (column >= 0) & (column < days)
    grid = np.full(len(names) * days, np.nan)
    np.fmin.at(grid, row[inside] * days + column[inside], value[inside])
    return DailyLowest(patient=names, day=np.arange(first_day, last_day + 1), value=grid.reshape(len(names), days))


def earliest_day(*days: ArrayLike, latest: float) -> Floats:
    """Give the earliest of some days and ``latest``; a missing day (NaN) does not count.

    >>> earliest_day([40.0, float("nan")], 60.0, latest=100.0).tolist()
    [40.0, 60.0]
    """
    end = np.asarray(latest, np.float64)
    for day in days:
        end = np.fmin(end, np.asarray(day, np.float64))
    return end


def first_month(count: ArrayLike, name: str, *, rule: str, ends: tuple[ArrayLike, ...]) -> Month:
    """Read the counts of days 0 to 30, or to the earliest end of follow-up, and fill short gaps.

    Parameters
    ----------
    count
        Lowest value of each day, ``(..., days)``: column 0 is day 0; up to 31 days, NaN = not drawn.
    name, rule
        What is counted and for which rule, for the message of an error.
    ends
        Days on which follow-up ends, one for all or ``(...)``; NaN or inf = later.

    Raises
    ------
    StudyError
        If there are more than 31 days, or a count is negative or infinite.
    """
    grid = measured(count, name)
    if grid.ndim == 0 or not 1 <= grid.shape[-1] <= EARLY_LAST_DAY + 1:
        raise StudyError(
            f"{rule} needs a grid of days", value=grid.shape, allowed="1 to 31 columns, day 0 to day 30 at most"
        )
    shape, days = grid.shape[:-1], grid.shape[-1]
    end = np.floor(earliest_day(*ends, latest=EARLY_LAST_DAY))
    last = np.broadcast_to(np.clip(end, -1, days - 1), shape).reshape(-1).astype(np.int64)
    return Month(fill_short_gaps(grid.reshape(-1, days), last_day=last), last, shape)


def counts_in_window(
    count: ArrayLike, day: ArrayLike, name: str, *, rule: str, ends: tuple[ArrayLike, ...], until_day: float
) -> Floats:
    """Keep the counts from day 31 to the earliest end, both days included; the others become NaN.

    Without any day there is one column of NaN.

    Parameters
    ----------
    count
        Lowest value of each day, ``(..., days)``, NaN = not drawn.
    day
        Days after the infusion ``(days,)`` or ``(..., days)``, one column a day.
    name, rule, ends
        As in :func:`first_month`.
    until_day
        Last day of the window.

    Raises
    ------
    StudyError
        If there is no axis of days, or a count is negative or infinite.

    >>> counts_in_window([9.0, 8.0, 7.0], [30, 31, 60], "count", rule="late ICAHT", ends=(50.0,), until_day=100)
    array([nan,  8., nan])
    """
    grid = measured(count, name)
    if grid.ndim == 0:
        raise StudyError(f"{rule} needs an axis of days", value=grid.shape, allowed="(..., days)")
    when, end = np.asarray(day, np.float64), earliest_day(*ends, latest=until_day)
    if grid.shape[-1] == 0:
        return np.full((*grid.shape[:-1], 1), np.nan)
    return np.where((when >= LATE_FIRST_DAY) & (when <= end[..., None]), grid, np.nan)


def fill_short_gaps(grid: Floats, *, last_day: ArrayLike, largest_gap_days: int = LARGEST_GAP_DAYS) -> Floats:
    """Fill gaps of few missing days by a straight line; before the first and after the last value it stays level.

    Parameters
    ----------
    grid
        Daily values ``(patients, days)``, NaN where missing.
    last_day
        Last column that belongs to the patient, ``(patients,)``; what stands behind it is dropped.
    largest_gap_days
        A longer gap stays missing as a whole.

    Returns
    -------
    The grid ``(patients, days)`` with short gaps filled, NaN after the last day.
    """
    days = grid.shape[1]
    column = np.arange(days)
    last = np.asarray(last_day, np.int64)[:, None]
    known = ~np.isnan(grid) & (column <= last)
    before = np.maximum.accumulate(np.where(known, column, -1), axis=1)
    after = np.minimum.accumulate(np.where(known, column, days)[:, ::-1], axis=1)[:, ::-1]
    # an edge of the grid ends a gap as a value does, and takes the value of the other side
    end = np.minimum(after, last + 1)
    left = np.take_along_axis(grid, np.where(before < 0, np.minimum(after, days - 1), before), axis=1)
    right = np.take_along_axis(grid, np.where(after >= days, np.maximum(before, 0), after), axis=1)
    weight = np.where((before < 0) | (after >= days), 0.0, (column - before) / np.maximum(after - before, 1))
    filled = left + weight * (right - left)
    enough = known.sum(axis=1, keepdims=True) > 1  # one value alone gives no line
    short = (end - before - 1 <= largest_gap_days) & (column <= last) & enough
    return np.where(known, grid, np.where(short, filled, np.nan))


def find_runs(low: Bools, *, unstable_recovery_days: int = UNSTABLE_RECOVERY_DAYS) -> Runs:
    """Find runs of low days ``(patients, days)``; a pause of few days joins the runs on both sides and counts.

    >>> runs = find_runs(np.array([[True, False, False, True, False, False, False, True]]))
    >>> runs.longest.tolist(), runs.total.tolist(), runs.last_start.tolist()
    ([4], [5], [7])
    """
    patients = low.shape[0]
    start, end = np.full(patients, -1, np.int64), np.full(patients, -1, np.int64)
    longest, total = np.zeros(patients, np.int64), np.zeros(patients, np.int64)
    for day, today in enumerate(np.ascontiguousarray(low.T)):
        joins = today & (end >= 0) & (day - end - 1 <= unstable_recovery_days)
        total += np.where(joins, day - end, today)
        start = np.where(today & ~joins, day, start)
        end = np.where(today, day, end)
        longest = np.maximum(longest, np.where(today, day - start + 1, 0))
    return Runs(longest=longest, total=total, last_start=start, last_end=end)
