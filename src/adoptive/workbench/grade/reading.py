"""Read a user's table as text cells with the line of every row: CSV, Parquet, Dataset-JSON 1.1."""

from __future__ import annotations

import csv
import io
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv
from pyarrow import parquet

from adoptive.errors import StudyError
from adoptive.workbench.grade.dataset_json import read_dataset_json
from adoptive.workbench.grade.types import BadRow

__all__ = ["KINDS", "Sheet", "only_sheet", "read_sheet"]

KINDS: Final = (".csv", ".tsv", ".txt", ".parquet", ".json", ".ndjson")
"""Suffixes that are read; the first three as text with commas, semicolons, tabs or bars."""

LARGEST_BYTES: Final = 1_000_000_000
MOST_ROWS: Final = 5_000_000
EMPTY: Final = pa.array(["", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", ".", "#N/A", "<NA>", "NaT"])
"""Cells that say that there is no value, as spreadsheets, R, SAS and pandas write it."""

_NO_VALUE: Final = EMPTY.filter(pc.not_equal(EMPTY, "None"))

_DELIMITERS: Final = (",", ";", "\t", "|")
_BYTES: Final = (
    pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary, pa.types.is_binary_view,
    pa.types.is_string_view,
)  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """Hold a table as it was read: the columns untouched, the line of every row, and rows that could not be read."""

    path: Path
    table: Any
    line: NDArray[np.int64]
    bad: tuple[BadRow, ...] = ()

    @property
    def names(self) -> list[str]:
        """Give the columns' names."""
        return [str(name) for name in self.table.column_names]

    def text(self, name: str, *, none_counts: bool = False) -> Any:
        """Give a column as trimmed text (pyarrow array), null where the cell is empty.

        ``none_counts``: "None" is a finding (no seizure, no oxygen), not an empty cell.
        """
        column = self.table.column(name).combine_chunks()
        if isinstance(column, pa.ChunkedArray):  # an empty table keeps its chunks
            column = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], pa.string())
        if pa.types.is_floating(column.type):
            column = pc.if_else(pc.is_nan(column), None, column)
        text = pc.utf8_trim_whitespace(column.cast(pa.string()))
        return pc.if_else(pc.is_in(text, value_set=_NO_VALUE if none_counts else EMPTY), None, text)


def read_sheet(path: Path | str) -> Sheet:
    """Read a file by its suffix.

    Raises
    ------
    StudyError
        If the file is absent, a folder, empty, too large, of an unknown kind or no such text.
    """
    place = Path(path)
    kind = place.suffix.lower()
    if os.path.isdir(place):  # unlike Path.is_dir, also for a name that is too long
        raise StudyError("this is a folder", where=str(place), next_step="name a file in it")
    if kind not in KINDS:
        raise StudyError("the file's kind is not known", where=str(place), value=kind, allowed=", ".join(KINDS))
    data = _bytes(place)
    if not data.strip():
        raise StudyError("the file is empty", where=str(place), next_step="give it a line of column names and rows")
    sheet = _without_blank(_read(place, kind, data))
    _check(sheet)
    return sheet


def only_sheet(sheets: Sequence[Sheet], rule: str) -> Sheet:
    """Give the one sheet of a rule that reads one file.

    Raises
    ------
    StudyError
        If there are more, or none.
    """
    if not sheets:
        raise StudyError("there is no file to grade", where=f"rule {rule}", next_step="name a file")
    if len(sheets) > 1:
        raise StudyError(
            "this rule reads one file", where=f"rule {rule}", value=", ".join(str(one.path) for one in sheets),
            next_step="grade them one by one",
        )  # fmt: skip
    return sheets[0]


def _without_blank(sheet: Sheet) -> Sheet:
    """Leave out columns without name and without any cell, as spreadsheets append them."""
    keep = [at for at, name in enumerate(sheet.names) if name or not _empty(sheet.table.column(at))]
    return sheet if len(keep) == len(sheet.names) else replace(sheet, table=sheet.table.select(keep))


def _empty(column: Any) -> bool:
    return column.null_count == len(column) or (
        pa.types.is_string(column.type) and not pc.any(pc.not_equal(column, "")).as_py()
    )


def _bytes(place: Path) -> bytes:
    """Read a file whole; a pipe or a device, which may never end, is refused."""
    try:
        known = place.stat()
        if not stat.S_ISREG(known.st_mode):
            raise StudyError("this is a pipe or a device", where=str(place), next_step="save the table in a file")
        if known.st_size > LARGEST_BYTES:
            raise StudyError(
                "the file is too large", where=str(place), value=f"{known.st_size:,} bytes",
                allowed=f"{LARGEST_BYTES:,} bytes", next_step="split it by patient",
            )  # fmt: skip
        return place.read_bytes()
    except OSError as problem:
        raise StudyError("the file cannot be read", where=str(place), value=problem.strerror) from None


def _read(place: Path, kind: str, data: bytes) -> Sheet:
    if kind == ".parquet":
        return _read_parquet(place, data)
    if kind in (".json", ".ndjson"):
        table, line = read_dataset_json(place, data)
        return Sheet(place, table, line)
    if b"\x00" in data[:100_000] or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise StudyError(
            "this is no text in UTF-8", where=str(place), value=repr(data[:8]), next_step="save it as CSV in UTF-8"
        )
    return _read_csv(place, data)


def _check(sheet: Sheet) -> None:
    """Refuse tables without names or with the same name twice, without rows, with too many rows or nested cells."""
    names, where = sheet.names, str(sheet.path)
    if twice := [name for name in names if names.count(name) > 1]:
        raise StudyError("two columns have the same name", where=where, value=repr(twice[0]))
    if len(sheet.table) == 0 and not sheet.bad:
        raise StudyError("there is no row below the column names", where=where)
    if len(sheet.table) > MOST_ROWS:
        raise StudyError("too many rows", where=where, value=f"{len(sheet.table):,}", allowed=f"{MOST_ROWS:,}")
    if nested := [field.name for field in sheet.table.schema if pa.types.is_nested(field.type)]:
        raise StudyError("a column holds lists or structures, not cells", where=where, value=nested[0])


def _read_parquet(place: Path, data: bytes) -> Sheet:
    try:
        table = parquet.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as problem:
        raise StudyError("this is no Parquet file", where=str(place), value=_first_line(problem)) from None
    plain = [
        column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
        for column in table.columns
    ]
    table = pa.Table.from_arrays([_checked(place, column, name) for column, name in zip(
        plain, table.column_names, strict=True)], names=table.column_names)  # fmt: skip
    return Sheet(place, table, np.arange(1, len(table) + 1, dtype=np.int64))


def _checked(place: Path, column: Any, name: str) -> Any:
    """Give a column that can be written as text; old writers leave text as bytes."""
    kind = column.type
    try:
        if any(is_kind(kind) for is_kind in _BYTES):
            column = column.cast(pa.binary()).cast(pa.string())
        column.validate(full=True)
    except (pa.ArrowException, NotImplementedError):
        raise StudyError("a column holds bytes that are no text in UTF-8", where=str(place), value=name) from None
    return column


def _read_csv(place: Path, data: bytes) -> Sheet:
    """Read text in columns: fast where every record stands on one line, else line by line."""
    body = data.removeprefix(b"\xef\xbb\xbf")
    delimiter = _delimiter(place, body)
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(body),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=b'"' in body),
            convert_options=arrow_csv.ConvertOptions(
                column_types={name: pa.string() for name in _head(place, body, delimiter)}
            ),
        )
    except (pa.ArrowException, UnicodeDecodeError):
        table = None
    lines = body.count(b"\n") + (not body.endswith(b"\n"))
    alone = table is not None and len(table) + 1 == lines and _all_text(table)
    if alone and not _torn_quotes(body):
        clean = table.rename_columns([name.strip() for name in table.column_names])
        return Sheet(place, clean, np.arange(2, lines + 1, dtype=np.int64))
    return _read_slowly(place, body, delimiter)


def _all_text(table: Any) -> bool:
    return all(pa.types.is_string(field.type) for field in table.schema)


def _torn_quotes(body: bytes) -> bool:
    """Say whether quotes stand where only the strict reader judges them right: an odd number in the file."""
    return body.count(b'"') % 2 == 1


def _delimiter(place: Path, body: bytes) -> str:
    """Give the delimiter of the first line: the commonest of comma, semicolon, tab and bar outside quotes."""
    first = re.sub(rb'"[^"]*"', b"", body.lstrip(b"\r\n")[:100_000]).splitlines()[:1]
    counts = {mark: first[0].count(mark.encode()) if first else 0 for mark in _DELIMITERS}
    return max(_DELIMITERS, key=lambda mark: counts[mark])


def _head(place: Path, body: bytes, delimiter: str) -> list[str]:
    """Read the column names."""
    rows = _rows(place, body, delimiter)
    return next((row for _, row in rows if any(cell.strip() for cell in row)), [])


def _rows(place: Path, body: bytes, delimiter: str) -> Any:
    """Give every record with the line it starts on."""
    text = io.TextIOWrapper(io.BytesIO(body), encoding="utf-8", newline="")
    reader = csv.reader(text, delimiter=delimiter, strict=True)
    start = 1
    try:
        for row in reader:
            yield start, row
            start = reader.line_num + 1
    except UnicodeDecodeError:
        raise _no_utf8(place, body) from None
    except csv.Error as problem:
        raise StudyError(
            "this is no CSV text", where=f"{place}, line {start}", value=problem, next_step="close the quotes"
        ) from None


def _no_utf8(place: Path, body: bytes) -> StudyError:
    """Say in which line the text stops being UTF-8."""
    try:
        body.decode("utf-8")
        at = 0
    except UnicodeDecodeError as problem:
        at = problem.start
    return StudyError(
        "this is no text in UTF-8", where=f"{place}, line {body.count(bytes([10]), 0, at) + 1}",
        value=repr(body[at : at + 4]), next_step="save it as CSV in UTF-8",
    )  # fmt: skip


def _read_slowly(place: Path, body: bytes, delimiter: str) -> Sheet:
    """Read record by record: quoted line ends, blank lines and rows of another length than the first."""
    records = _rows(place, body, delimiter)
    head = [name.strip() for name in next((row for _, row in records if any(cell.strip() for cell in row)), [])]
    width = len(head)
    cells: list[list[str]] = []
    lines: list[int] = []
    bad: list[BadRow] = []
    for line, row in records:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != width:
            problem = f"the row has {len(row)} cells, the first line {width}"
            bad.append(BadRow(str(place), line, "", delimiter.join(row)[:80], problem))
            row = [*row, *[""] * width][:width]
        cells.append(row)
        lines.append(line)
    table = _columns(head, cells)
    return Sheet(place, table, np.asarray(lines, np.int64), tuple(bad))


def _columns(head: Sequence[str], cells: Sequence[Sequence[str]]) -> Any:
    columns = list(zip(*cells, strict=True)) if cells else [()] * len(head)
    return pa.Table.from_arrays([pa.array(column, pa.string()) for column in columns], names=list(head))


def _first_line(problem: BaseException) -> str:
    return str(problem).splitlines()[0][:120] if str(problem) else type(problem).__name__
