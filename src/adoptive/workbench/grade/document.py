"""A graded file as one JSON document."""

from __future__ import annotations

import dataclasses
import datetime
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa

from adoptive.workbench.grade.compare import Compared
from adoptive.workbench.grade.types import Result

__all__ = ["grade_document", "grade_json"]

_KEPT: Final = ("patient", "USUBJID", "SUBJID", "day", "ADY", "reader", "visit", "VISITNUM", "PARAMCD", "LBTESTCD")


def grade_document(result: Result, compared: Sequence[Compared] = ()) -> dict[str, Any]:
    """Give the answers as one document: rows with line, grade and reason, visits, patients, bad rows, summary."""
    rows = result.arrow["rows"]
    shown = [name for name in rows.column_names if name in result.added and name.removeprefix("adoptive_") != "version"]
    document: dict[str, Any] = {
        "rule": result.rule, "title": result.title, "version": result.version, "source": result.source,
        "layout": result.layout, "options": dict(result.options), "files": [str(file) for file in result.files],
        "answer": result.answer, "main": result.main,
    }  # fmt: skip
    lines = result.line.tolist()
    kept = [name for name in _KEPT if name in rows.column_names]
    document["rows"] = [
        {"line": line} | row for line, row in zip(lines, _rows(rows.select([*kept, *shown])), strict=True)
    ]
    for name in ("visits", "patients"):
        document[name] = _rows(result.arrow[name]) if name in result.arrow else []
    document["bad_rows"] = [dataclasses.asdict(one) for one in result.bad_rows]
    if compared:
        document["against"] = [dataclasses.asdict(one) for one in compared]
    return document | {"summary": dict(result.summary)}


def grade_json(document: Mapping[str, Any]) -> str:
    """Write the document as JSON text: a line for every row of a table, so that it stays small and quick to read."""
    line = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
    parts = []
    for name, value in document.items():
        if name in _TABLES and value:
            text = "[\n    " + ",\n    ".join(map(line, value)) + "\n  ]"
        else:
            text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False).replace("\n", "\n  ")
        parts.append(f"  {line(name)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


_TABLES: Final = ("rows", "visits", "patients", "bad_rows")


def _rows(table: Any) -> list[dict[str, Any]]:
    names = [name.removeprefix("adoptive_") for name in table.column_names]
    cells = [_values(column) for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*cells, strict=True)] if cells else []


def _values(column: Any) -> list[Any]:
    """Give the cells of a column as JSON knows them; whole numbers, flags and text are so already."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return list(column.cast(pa.string()).to_pylist())
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_string(kind):
        return list(column.to_pylist())
    return [_cell(cell) for cell in column.to_pylist()]


def _cell(cell: Any) -> Any:
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    return str(cell) if isinstance(cell, (datetime.date, datetime.time, bytes)) else cell
