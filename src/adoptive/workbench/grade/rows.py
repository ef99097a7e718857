"""Read the cells of a layout's columns: every row, which rows are good, and whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from adoptive.workbench.grade.cells import by_unit, read_cells
from adoptive.workbench.grade.columns import find
from adoptive.workbench.grade.reading import Sheet
from adoptive.workbench.grade.types import BadRow, Column, Found, Layout, Setting

__all__ = ["Cells", "missing_cells", "number_patients", "read_layout"]

_STUDY_DAYS: Final = ("ADY", "LBDY", "TRDY", "RSDY", "VSDY")
"""Study days of CDISC: the day of the first dose is 1, the day before it -1, and there is no day 0."""


@dataclass(frozen=True)
class Cells:
    """Hold the cells of every row, and which rows are good."""

    columns: Mapping[str, NDArray[Any]]
    found: Mapping[str, Found]
    bad: tuple[BadRow, ...]
    good: NDArray[np.bool_]


def read_layout(layout: Layout, sheet: Sheet, options: Mapping[str, Setting]) -> Cells:
    """Read every cell of the layout's columns; a column that the file lacks is missing in every row."""
    columns: dict[str, NDArray[Any]] = {}
    found: dict[str, Found] = {}
    bad = list(sheet.bad)
    comma = options["decimal"] == "comma"
    size = len(sheet.line)
    for column in layout.columns:
        place = find(column, sheet.names, told=str(options.get(f"{column.name}_unit", "")), sheet=sheet)
        if place is None:
            columns[column.name] = _absent(column, size)
            if column.apart:
                columns |= {f"{column.name} {unit.name}": np.full(size, np.nan) for unit in column.units}
            continue
        found[column.name] = place
        columns[column.name], wrong = read_cells(column, place, sheet, comma=comma)
        if column.name == "day" and place.header.upper() in _STUDY_DAYS:
            columns[column.name] = _since_day_0(columns[column.name])
        if column.apart:
            columns |= by_unit(column, columns[column.name], place, sheet, comma=comma)
        bad += wrong
        bad += _empty_keys(column, columns[column.name], place, sheet)
    good = ~np.isin(sheet.line, [one.line for one in bad if one.file == str(sheet.path)])
    bad += _duplicates(layout, columns, found, sheet, good)
    good = ~np.isin(sheet.line, [one.line for one in bad if one.file == str(sheet.path)])
    return Cells(columns, found, tuple(bad), good)


def _since_day_0(day: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn study days of CDISC into days since the first dose; a column with a day 0 holds no such study days."""
    if (day == 0).any():
        return day
    return np.where(day > 0, day - 1, day)


def _absent(column: Column, size: int) -> NDArray[Any]:
    if column.kind == "number":
        return np.full(size, np.nan)
    return np.full(size, "", object) if column.kind == "text" else np.full(size, -1, np.int64)


def missing_cells(column: Column, values: NDArray[Any]) -> NDArray[np.bool_]:
    """Mark cells without a value."""
    if column.kind == "number":
        return np.asarray(np.isnan(values), np.bool_)
    return np.asarray(values == "" if column.kind == "text" else values < 0, np.bool_)


def _empty_keys(column: Column, values: NDArray[Any], found: Found, sheet: Sheet) -> list[BadRow]:
    if not column.key:
        return []
    text_missing = np.asarray(sheet.text(found.header).is_null().to_numpy(zero_copy_only=False), np.bool_)
    empty = np.flatnonzero(missing_cells(column, values) & text_missing)
    return [BadRow(str(sheet.path), int(sheet.line[at]), found.header, "", "the cell is empty") for at in empty]


def _duplicates(
    layout: Layout, columns: Mapping[str, NDArray[Any]], found: Mapping[str, Found], sheet: Sheet,
    good: NDArray[np.bool_],
) -> list[BadRow]:  # fmt: skip
    """List rows that stand there twice and differ: which is right cannot be known. Mere copies are harmless."""
    known = {"visit_number", "day"} & set(found)
    names = [name for name in layout.unique if name in found and not (name == "date" and known and "lesion" in found)]
    rows = np.flatnonzero(good)
    if len(names) < 2 or not len(rows):
        return []
    code = _coded_together([columns[name][rows] for name in names])
    count = np.bincount(code)
    several = np.flatnonzero(count[code] > 1)
    if not len(several):
        return []
    whole = _coded_together([code[several], *(columns[name][rows[several]] for name in found)])
    versions = np.zeros(len(count), np.int64)
    np.add.at(versions, code[several][np.unique(whole, return_index=True)[1]], 1)
    first = np.full(len(count), -1, np.int64)
    first[code[::-1]] = rows[::-1]
    heads = " + ".join(found[name].header for name in names)
    return [
        BadRow(str(sheet.path), int(sheet.line[rows[at]]), heads,
               ", ".join(str(columns[name][rows[at]]) for name in names)[:80],
               f"stands there more than once with different values (first in line {int(sheet.line[first[code[at]]])})")
        for at in several[versions[code[several]] > 1].tolist()
    ]  # fmt: skip


def _coded_together(columns: Sequence[NDArray[Any]]) -> NDArray[np.int64]:
    """Give every different combination of cells a number."""
    code = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        if column.dtype == object:
            indices = pa.array(column, pa.string()).dictionary_encode().indices
            part = np.asarray(indices.to_numpy(zero_copy_only=False), np.int64)
        else:
            part = np.unique(column, return_inverse=True)[1]
        code = np.unique(code * (int(part.max(initial=0)) + 1) + part, return_inverse=True)[1]
    return code


def number_patients(cells: Cells, size: int) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Give the patients numbers in the order of the file; -1 for a row that names none."""
    if "patient" not in cells.found:
        return np.arange(size, dtype=np.int64), np.array([], object)
    encoded = pa.array(cells.columns["patient"], pa.string()).dictionary_encode()
    names = np.array(encoded.dictionary.to_pylist(), object)
    code = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), np.int64)
    if "" in names:
        empty = int(np.flatnonzero(names == "")[0])
        code = np.where(code == empty, -1, code - (code > empty))
        names = np.delete(names, empty)
    return code, names
