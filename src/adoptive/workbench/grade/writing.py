"""Write a graded file: rows and, beside them, visits and patients, as CSV, Parquet or Dataset-JSON; whole or not."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, Final

import pyarrow as pa
from pyarrow import csv, parquet

from adoptive.errors import StudyError
from adoptive.workbench.cli.written import check_place, whole_file
from adoptive.workbench.grade.dataset_json import write_dataset_json
from adoptive.workbench.grade.types import BadRow, Result

__all__ = ["OUT_KINDS", "bad_table", "keep_input", "places", "write_csv", "write_result"]

OUT_KINDS: Final = (".csv", ".parquet", ".json")


def places(out: Path, result: Result) -> dict[str, Path]:
    """Give the file of every table: rows in the file named, the others beside it."""
    named = {"rows": out}
    for name in ("visits", "patients"):
        if name in result.arrow:
            named[name] = out.with_name(f"{out.stem}-{name}{out.suffix}")
    bad = out.with_name(f"{out.stem}-bad{out.suffix}")
    if result.bad_rows or bad.is_file():  # one of an earlier run would tell of rows that are mended
        named["bad"] = bad
    return named


def write_result(result: Result, out: Path | str) -> dict[str, Path]:
    """Write rows to a file and the other tables beside it (``NAME-patients.csv``); give the files.

    Raises
    ------
    StudyError
        If the kind of file is unknown, it cannot be written there or is the file that was graded; an interrupted one
        leaves nothing.
    """
    where = Path(out)
    check_place(where, where="--out", kinds=OUT_KINDS)
    files = places(where, result)
    tables = dict(result.arrow) | {"bad": bad_table(result.bad_rows)}
    for file in files.values():
        check_place(file, where="--out", kinds=OUT_KINDS)
        keep_input(file, result.files)
    with ExitStack() as stack:
        opened = {name: stack.enter_context(whole_file(file, where="--out")) for name, file in files.items()}
        for name, handle in opened.items():
            _write(tables[name], handle, where.suffix.lower(), result, name)
    return files


def keep_input(out: Path, files: Sequence[Path]) -> None:
    """Refuse to write over a file that is to be graded. Raises StudyError."""
    if os.path.realpath(out) in {os.path.realpath(file) for file in files}:
        raise StudyError(
            "the file to grade would be overwritten", where="--out", value=out, next_step="choose another name"
        )


def bad_table(bad: tuple[BadRow, ...]) -> Any:
    """Give the bad rows as a table."""
    kinds = {
        "file": pa.string(),
        "line": pa.int64(),
        "column": pa.string(),
        "value": pa.string(),
        "problem": pa.string(),
    }
    cells = {name: [getattr(one, name) for one in bad] for name in kinds}
    cells["file"] = [os.fsencode(one.file).decode("utf-8", "replace") for one in bad]  # a name need not be UTF-8
    return pa.table({name: pa.array(cells[name], kind) for name, kind in kinds.items()})


def _write(table: Any, file: BinaryIO, kind: str, result: Result, name: str) -> None:
    if kind == ".csv":
        write_csv(table, file)
    elif kind == ".parquet":
        parquet.write_table(_plain(table), file, compression="zstd")
    else:
        write_dataset_json(
            file,
            _plain(table),
            name=f"{result.rule}_{name}".replace("-", "_"),
            label=f"{result.title}: {name}",
            labels={},
        )


def write_csv(table: Any, file: Any) -> None:
    """Write a table as CSV; quotes stand where they are needed."""
    csv.write_csv(_plain(table), file, csv.WriteOptions(quoting_style="needed"))


def _plain(table: Any) -> Any:
    """Turn columns of repeated words into text, and what CSV cannot hold into text as well."""
    columns = [
        column.cast(pa.string()) if pa.types.is_dictionary(column.type) or pa.types.is_temporal(column.type) else column
        for column in table.columns
    ]
    return pa.Table.from_arrays(columns, names=table.column_names)
