"""CDISC Dataset-JSON 1.1: read and write, as one document (``.json``) or a line per row (``.ndjson``)."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from adoptive import __version__
from adoptive.errors import StudyError

__all__ = ["read_dataset_json", "write_dataset_json"]

_NEEDED: Final = ("datasetJSONVersion", "columns")
_TYPES: Final = (
    "string", "integer", "decimal", "float", "double", "boolean", "datetime", "date", "time", "URI",
)  # fmt: skip


def read_dataset_json(place: Path, data: bytes) -> tuple[Any, NDArray[np.int64]]:
    """Read a Dataset-JSON 1.1 document or its line form; give the table and the number of every row.

    Rows of a document count from 1; in the line form a row has the line of its file.

    Raises
    ------
    StudyError
        If it is no such text, says another version, or its rows do not fit its columns.
    """
    text = _text(place, data)
    if place.suffix.lower() == ".ndjson":
        lines = [(at, line) for at, line in enumerate(text.split("\n"), start=1) if line.strip()]
        head = _parsed(place, lines[0][1], line=lines[0][0])
        rows: Any = [_parsed(place, line, line=at) for at, line in lines[1:]]
        number = np.array([at for at, _ in lines[1:]], np.int64)
    else:
        head = _parsed(place, text)
        rows = head.get("rows") if isinstance(head, dict) else None
        number = np.arange(1, len(rows) + 1, dtype=np.int64) if isinstance(rows, list) else np.zeros(0, np.int64)
    _check_head(place, head, rows)
    return _table(place, head["columns"], rows, number), number


def _text(place: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise StudyError("this is no text in UTF-8", where=str(place), value=problem.reason) from None


def _parsed(place: Path, text: str, *, line: int | None = None) -> Any:
    where = str(place) if line is None else f"{place}, line {line}"
    try:
        return json.loads(text)
    except json.JSONDecodeError as problem:
        at = f"{place}, line {problem.lineno}" if line is None else where
        raise StudyError("this is no JSON", where=at, value=problem.msg, next_step="write the file again") from None
    except RecursionError:
        raise StudyError("this is no Dataset-JSON: too many brackets", where=where) from None
    except ValueError:  # Python refuses whole numbers of more than 4,300 digits
        raise StudyError("a number has too many digits", where=where, next_step="write the file again") from None


def _check_head(place: Path, head: Any, rows: Any) -> None:
    """Check the description of the table before its rows."""
    where = str(place)
    shape = "a Dataset-JSON 1.1 document: datasetJSONVersion, columns, rows"
    if not isinstance(head, dict) or any(name not in head for name in _NEEDED):
        raise StudyError("this is no Dataset-JSON 1.1", where=where, allowed=shape)
    if not str(head["datasetJSONVersion"]).startswith("1.1"):
        raise StudyError(
            "another version of Dataset-JSON", where=where, value=head["datasetJSONVersion"], allowed="1.1"
        )
    if not isinstance(rows, list):
        raise StudyError("there are no rows", where=where, allowed=shape)
    columns = head["columns"]
    if not isinstance(columns, list) or not columns or not all(
        isinstance(column, dict) and isinstance(column.get("name"), str) for column in columns
    ):  # fmt: skip
        raise StudyError("a column has no name", where=f"{where}: columns", allowed="name, label, dataType per column")
    for column in columns:
        if column.get("dataType", "string") not in _TYPES:
            raise StudyError(
                "unknown dataType", where=f"{where}: {column['name']}", value=column["dataType"],
                allowed=", ".join(_TYPES),
            )  # fmt: skip
    if isinstance(said := head.get("records"), int) and said != len(rows):
        raise StudyError(
            "the number of rows differs from what the file says (records)", where=where, value=len(rows),
            allowed=str(said), next_step="the file may be cut off: write it again",
        )  # fmt: skip


def _table(place: Path, columns: Sequence[dict[str, Any]], rows: Sequence[Any], number: NDArray[np.int64]) -> Any:
    """Lay rows out as columns: numbers where all cells are numbers, else text."""
    names = [_as_text(column["name"]) for column in columns]
    for at, row in zip(number, rows, strict=True):
        if not isinstance(row, list) or len(row) != len(names):
            size = len(row) if isinstance(row, list) else type(row).__name__
            raise StudyError(
                "a row does not fit the columns", where=f"{place}, row {at}", value=size, allowed=f"{len(names)} cells"
            )
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return pa.Table.from_arrays([_column(column) for column in cells], names=names)


def _column(cells: Sequence[Any]) -> Any:
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds <= {int} or kinds <= {float, int}:
        try:
            return pa.array(cells, pa.int64() if kinds <= {int} and kinds else pa.float64() if kinds else pa.string())
        except (pa.ArrowException, OverflowError):
            pass
    if kinds == {bool}:
        return pa.array(cells, pa.bool_())
    return pa.array([None if cell is None else _as_text(cell) for cell in cells], pa.string())


def _as_text(cell: Any) -> str:
    """Give a cell as text; half a character (a lone surrogate) becomes a question mark."""
    text = cell if isinstance(cell, str) else json.dumps(cell)
    return text.encode("utf-8", "replace").decode("utf-8")


def write_dataset_json(file: BinaryIO, table: Any, *, name: str, label: str, labels: dict[str, str]) -> None:
    """Write a table as a Dataset-JSON 1.1 document.

    Arguments: ``table`` a pyarrow table; ``name`` and ``label`` of the dataset; ``labels`` of columns, default the
    name. The date is now, or ``SOURCE_DATE_EPOCH`` where that is set, which makes the file reproducible.
    """
    short = "".join(sign for sign in name.upper() if sign.isalnum() or sign == "_")[:32] or "GRADES"
    columns = [_described(field, short, labels) for field in table.schema]
    head = {
        "datasetJSONCreationDateTime": _now(), "datasetJSONVersion": "1.1.0",
        "sourceSystem": {"name": "adoptive", "version": __version__}, "itemGroupOID": f"IG.{short}",
        "records": len(table), "name": short, "label": label[:200] or short, "columns": columns,
    }  # fmt: skip
    text = json.dumps(head, ensure_ascii=False, allow_nan=False)
    file.write((text[:-1] + ', "rows": [').encode("utf-8"))
    first = True
    for batch in table.to_batches(max_chunksize=50_000):
        rows = list(zip(*(column.to_pylist() for column in batch.columns), strict=True))
        if not rows:
            continue
        body = ",\n".join(json.dumps([_cell(cell) for cell in row], ensure_ascii=False) for row in rows)
        file.write(("\n" if first else ",\n").encode("ascii") + body.encode("utf-8"))
        first = False
    file.write(b"\n]}\n")


def _cell(cell: Any) -> Any:
    if isinstance(cell, float) and not np.isfinite(cell):
        return None
    return cell if cell is None or isinstance(cell, (str, int, float, bool)) else str(cell)


def _described(field: Any, short: str, labels: dict[str, str]) -> dict[str, Any]:
    kind = "string"
    if pa.types.is_boolean(field.type):
        kind = "boolean"
    elif pa.types.is_integer(field.type):
        kind = "integer"
    elif pa.types.is_floating(field.type):
        kind = "double"
    oid = "".join(sign if sign.isalnum() else "_" for sign in field.name) or "COLUMN"
    return {
        "itemOID": f"IT.{short}.{oid}", "name": field.name or "COLUMN", "label": labels.get(field.name, field.name)
        or "COLUMN", "dataType": kind,
    }  # fmt: skip


def _now() -> str:
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = (
        datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
        if epoch.isdigit()
        else datetime.datetime.now(datetime.UTC)
    )
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
