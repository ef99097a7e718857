"""Grade rows of a laboratory table by CTCAE, each with its own term and unit."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.laboratory.grading import (
    UNKNOWN,
    Floats,
    UnknownBaseline,
    check_options,
    grade_laboratory,
    terms_meant,
)
from adoptive.outcome.types import UNGRADED, Graded

__all__ = ["grade_laboratory_rows"]

Codes = NDArray[np.int64]

_COLUMNS: Final = ("value", "lower_limit", "upper_limit", "baseline", "percent_change")

NOT_A_TERM: Final = "not a laboratory term of this CTCAE version: not graded"
NOT_THIS_WAY: Final = "no CTCAE term of this test in this direction: not graded"


def grade_laboratory_rows(
    term: ArrayLike,
    value: ArrayLike,
    unit: ArrayLike,
    lower_limit: ArrayLike = np.nan,
    upper_limit: ArrayLike = np.nan,
    baseline: ArrayLike = np.nan,
    *,
    baseline_abnormal: ArrayLike | None = None,
    percent_change: ArrayLike = np.nan,
    direction: ArrayLike | None = None,
    version: str = "5.0",
    unknown_baseline: UnknownBaseline = "normal",
) -> Graded:
    """Grade rows of mixed terms and units; a row whose term or unit is not known is not graded, and says why.

    Parameters
    ----------
    term
        CTCAE term or code of a test per row, ``(rows,)``; a missing one is an empty text or ``None``.
    value, lower_limit, upper_limit, baseline
        Numbers per row (or one for all), in the row's unit; missing ones are NaN.
    unit
        Unit per row (or one for all).
    baseline_abnormal, percent_change
        Per row (or one for all), as in :func:`grade_laboratory`.
    direction
        Per row (or one for all): low or high (L or H), where the term is the code of a test; empty for both.
    version, unknown_baseline
        As in :func:`grade_laboratory`.

    Raises
    ------
    StudyError
        If columns differ in length, or version, direction or option is unknown.

    >>> graded = grade_laboratory_rows(["Anemia", "K", "K"], [79.0, 5.6, 5.6], ["g/L", "mmol/L", "g/L"])
    >>> graded.grade
    array([ 3,  2, -1])
    >>> graded.because.tolist()[:2]
    ['haemoglobin below 80 g/L: grade 3', 'potassium above 5.5 mmol/L: grade 2']
    """
    check_options(version=version, unknown_baseline=unknown_baseline)
    rows = np.size(term)
    names, which = _distinct(term, rows, "term")
    units, measured = _distinct(unit, rows, "unit")
    ways, way = _distinct("" if direction is None else direction, rows, "direction")
    columns = zip(_COLUMNS, (value, lower_limit, upper_limit, baseline, percent_change), strict=True)
    numbers = [_column(column, rows, name) for name, column in columns]
    states = None if baseline_abnormal is None else _states(baseline_abnormal, rows)
    kind = (which * len(units) + measured) * len(ways) + way
    grade, reason, reasons = np.full(rows, UNGRADED), np.zeros(rows, np.int64), [NOT_A_TERM, NOT_THIS_WAY]
    for group, place in _groups(kind):
        name, its_unit, its_way = _apart(int(group), names, units, ways)
        if not terms_meant(name, its_way, version=version):
            reason[place] = bool(terms_meant(name, None, version=version))
            continue
        its = [number[place] for number in numbers]
        graded = grade_laboratory(
            its[0],
            term=name,
            unit=its_unit,
            lower_limit=its[1],
            upper_limit=its[2],
            baseline=its[3],
            baseline_abnormal=None if states is None else states[place],
            percent_change=its[4],
            direction=its_way,
            version=version,
            unknown_baseline=unknown_baseline,
        )
        grade[place], reason[place] = graded.grade, graded.reason + len(reasons)
        reasons += graded.reasons
    return Graded(grade, reason, tuple(reasons))


def _apart(group: int, names: list[str], units: list[str], ways: list[str]) -> tuple[str, str, str]:
    pair, way = divmod(group, len(ways))
    return names[pair // len(units)], units[pair % len(units)], ways[way]


def _distinct(texts: ArrayLike, rows: int, what: str) -> tuple[list[str], Codes]:
    """Give the distinct texts of a column and, per row, which of them it holds (missing ones are empty)."""
    if isinstance(texts, str) or texts is None:
        return [texts or ""], np.zeros(rows, np.int64)
    flat = np.ravel(np.asarray(texts, dtype=object if isinstance(texts, list | tuple) else None))
    _check_length(flat.size, rows, what)
    if flat.size == 0:
        return [""], np.zeros(rows, np.int64)
    column = pa.array(flat, from_pandas=True)
    if isinstance(column, pa.ChunkedArray):  # long columns of text come in pieces
        column = column.combine_chunks()
    if not pa.types.is_string(column.type) and not pa.types.is_large_string(column.type):
        column = column.cast(pa.string())
    coded = column.fill_null("").dictionary_encode()
    return coded.dictionary.to_pylist(), coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def _column(numbers: ArrayLike, rows: int, name: str) -> Floats:
    column: Floats = np.asarray(numbers, np.float64)
    if column.ndim:
        _check_length(column.size, rows, name)
    return np.broadcast_to(column.ravel() if column.ndim else column, (rows,))


def _states(abnormal: ArrayLike, rows: int) -> NDArray[np.generic]:
    given = np.broadcast_to(np.asarray(abnormal), (rows,)) if np.ndim(abnormal) == 0 else np.asarray(abnormal)
    if given.dtype.kind == "O":
        given = np.array([UNKNOWN if one is None else one for one in given.ravel()])
    _check_length(given.size, rows, "baseline_abnormal")
    return given.ravel()


def _check_length(size: int, rows: int, what: str) -> None:
    if size != rows:
        raise StudyError("columns differ in length", where=what, value=f"{size} rows", allowed=f"{rows}, as term has")


def _groups(kind: Codes) -> list[tuple[np.int64, Codes]]:
    """Give each distinct code with the places where it stands."""
    order = np.argsort(kind, kind="stable")
    codes, first = np.unique(kind[order], return_index=True)
    return list(zip(codes, np.split(order, first[1:]), strict=True)) if codes.size else []
