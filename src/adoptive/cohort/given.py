"""Virtual patients from a table: reading the text, and handing its rows to the patients of a trial."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.columns import COLUMNS
from adoptive.cohort.types import Population
from adoptive.errors import StudyError
from adoptive.streams import Keys

__all__ = ["MOST_PATIENTS", "given_lesions", "given_rows", "read_patients"]

Floats = NDArray[np.float64]

MOST_PATIENTS: Final = 100_000
"""Patients that a table may hold."""

_YES_NO: Final = {"yes": 1.0, "no": 0.0, "1": 1.0, "0": 0.0, "true": 1.0, "false": 0.0}


def read_patients(text: str, where: str = "patients.csv") -> dict[str, tuple[float, ...]]:
    r"""Read the text of a table of patients: one line of column names, then one line for each patient.

    Words and yes or no become numbers (a place in ``TUMOUR_TYPES`` or ``ANCESTRIES``; 1 and 0). A column that is left
    out is drawn; an empty cell is a mistake.

    Raises
    ------
    StudyError
        Names the file, the line, the column, the value and what is allowed.

    >>> read_patients("age_years,male\n61,yes\n48,no\n")
    {'age_years': (61.0, 48.0), 'male': (1.0, 0.0)}
    """
    lines = _lines(text, where)
    if len(lines) < 2:
        raise StudyError(
            "no patients in the table", where=where, next_step="write a line of column names, then the patients"
        )
    names = [name.strip() for name in lines[0][1]]
    _check_names(names, where)
    patients = lines[1:]
    if len(patients) > MOST_PATIENTS:
        raise StudyError(
            "too many patients", where=where, value=len(patients), allowed=f"at most {MOST_PATIENTS:,}",
            next_step="keep a part of them",
        )  # fmt: skip
    for number, line in patients:
        if len(line) != len(names):
            raise StudyError(
                "a line does not match the column names", where=f"{where}: line {number}",
                value=f"{len(line)} cells", allowed=f"{len(names)} cells", next_step="correct the line",
            )  # fmt: skip
    columns = {
        name: tuple(_cell(line[place], name, f"{where}: line {number}, column {name}") for number, line in patients)
        for place, name in enumerate(names)
    }
    _check_lesions(columns, [number for number, _ in patients], where)
    return columns


def _lines(text: str, where: str) -> list[tuple[int, list[str]]]:
    """Cut the text into lines of cells, each with its number; empty lines are passed over."""
    try:
        read = csv.reader(io.StringIO(text, newline=None))  # any way of ending a line
        return [(number, line) for number, line in enumerate(read, start=1) if any(line)]
    except csv.Error as problem:
        raise StudyError(
            "not a table in CSV", where=where, value=problem, allowed="lines of cells with commas between",
            next_step="save the table as CSV",
        ) from None  # fmt: skip


def given_rows(population: Population, keys: Keys) -> dict[str, Floats]:
    """Give each patient's row of the study's table, ``(patients,)`` by column: candidate k is row k modulo rows.

    So every row is screened equally often, in the same order in every virtual trial; who fails is passed over.
    """
    columns = {name: np.asarray(values, float) for name, values in population.given.items()}
    return {name: values[keys.patient % len(values)] for name, values in columns.items()}


def given_lesions(given: Mapping[str, Floats], lesions: int) -> Floats | None:
    """Give the diameters of the table's lesions ``(patients, lesions)``, from the left; None if it names none."""
    if not any(name.startswith("lesion_") for name in given):
        return None
    patients = len(next(iter(given.values())))
    each = [given.get(f"lesion_{place}_mm", np.zeros(patients)) for place in range(1, lesions + 1)]
    sizes = np.stack(each, axis=1)
    return np.take_along_axis(sizes, np.argsort(sizes == 0, axis=1, kind="stable"), axis=1)


def _check_names(names: list[str], where: str) -> None:
    """Refuse columns that are unknown or stand twice."""
    for name in names:
        close = get_close_matches(name, COLUMNS, n=1)
        if name not in COLUMNS:
            raise StudyError(
                "unknown column", where=f"{where}: line 1", value=repr(name), allowed=", ".join(COLUMNS),
                next_step=f"did you mean {close[0]}?" if close else "rename or remove the column",
            )  # fmt: skip
        if names.count(name) > 1:
            raise StudyError("a column stands twice", where=f"{where}: line 1", value=name, next_step="remove one")


def _cell(text: str, name: str, where: str) -> float:
    """Read one cell."""
    column, word = COLUMNS[name], text.strip()
    if not word:
        raise StudyError(
            "empty cell", where=where, allowed=column.allowed, next_step="fill it, or leave the whole column out"
        )
    if column.names:
        value = float(column.names.index(word)) if word in column.names else math.nan
    elif column.unit == "yes/no":
        value = _YES_NO.get(word.lower(), math.nan)
    else:
        value = _number(word)
        if not column.holds(value):
            value = math.nan
    if math.isnan(value):
        raise StudyError(
            "cannot be used", where=where, value=repr(word), allowed=column.allowed, next_step="correct it"
        )
    return value


def _number(word: str) -> float:
    """Read a number; what is none becomes NaN."""
    try:
        return float(word)
    except ValueError:
        return math.nan


def _check_lesions(columns: Mapping[str, tuple[float, ...]], lines: list[int], where: str) -> None:
    """Refuse a patient without any lesion where the table has lesions."""
    sizes = [values for name, values in columns.items() if name.startswith("lesion_")]
    for row, number in enumerate(lines) if sizes else ():
        if not any(values[row] > 0 for values in sizes):
            raise StudyError(
                "a patient without a lesion", where=f"{where}: line {number}", allowed="one lesion above 0 mm at least",
                next_step="give a diameter, or leave the lesion columns out",
            )  # fmt: skip
