"""Tidy tables: all tables of a run as Parquet or CSV, with a dictionary of every column."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from adoptive.tables import (
    CARE_COLUMNS,
    DAILY_COLUMNS,
    DOSE_COLUMNS,
    PATIENT_COLUMNS,
    VISIT_COLUMNS,
)
from adoptive.workbench.export.source import DETAIL, Source

__all__ = ["dictionary_of", "tables_of_run", "write_tidy"]

KNOWN = {
    "patients": PATIENT_COLUMNS, "visits": VISIT_COLUMNS, "doses": DOSE_COLUMNS, "care": CARE_COLUMNS,
    "daily": DAILY_COLUMNS,
}  # fmt: skip


def tables_of_run(source: Source) -> dict[str, Mapping[str, Any]]:
    """Give all tables: those over all trials as in the run, those of one trial with the patient's identifier first."""
    tables: dict[str, Mapping[str, Any]] = {
        name: table for name, table in source.run.tables.items() if table and name not in DETAIL
    }
    for name in DETAIL:
        table = getattr(source, name)
        if table:
            tables[name] = {"usubjid": source.subjects[source.place(table["patient"])]} | dict(table)
    return tables


def dictionary_of(tables: Mapping[str, Mapping[str, Any]]) -> list[dict[str, str]]:
    """Describe every column of every table: its type, unit and meaning."""
    own = tomllib.loads(resources.files("adoptive.workbench.export").joinpath("tidy.toml").read_text("utf-8"))
    rows = []
    for name, table in tables.items():
        for column, values in table.items():
            known = KNOWN.get(name, {}).get(column)
            said = own.get(name, {}).get(column) or own["*"].get(column) or ["", ""]
            unit, meaning = (known.unit, known.meaning) if known is not None else said
            if column == "usubjid":
                unit, meaning = "text", "identifier of the patient, as USUBJID of the ADaM and SDTM export"
            kind = {"b": "bool", "i": "int64", "u": "int64", "f": "float64"}.get(values.dtype.kind, "text")
            rows.append({"table": name, "column": column, "type": kind, "unit": unit, "meaning": meaning})
    return rows


def write_tidy(source: Source, folder: Path, kind: Literal["parquet", "csv"]) -> None:
    """Write every table and ``dictionary.csv``; Parquet files carry unit and meaning with each column, too."""
    import pyarrow as pa
    from pyarrow import csv, parquet

    tables = tables_of_run(source)
    rows = dictionary_of(tables)
    notes = {(row["table"], row["column"]): row for row in rows}
    said = {"simulated": source.comment}
    for name, table in tables.items():
        fields, arrays = [], []
        for column, values in table.items():
            array = pa.array(values.tolist() if values.dtype == object else values)
            row = notes[name, column]
            fields.append(pa.field(column, array.type, metadata={"unit": row["unit"], "meaning": row["meaning"]}))
            arrays.append(array)
        flat = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=said))
        if kind == "parquet":
            parquet.write_table(flat, folder / f"{name}.parquet", compression="zstd", version="2.6")
        else:
            csv.write_csv(flat, folder / f"{name}.csv", csv.WriteOptions(quoting_style="needed"))
    words = pa.table({key: [row[key] for row in rows] for key in rows[0]})
    csv.write_csv(words, folder / "dictionary.csv", csv.WriteOptions(quoting_style="needed"))
