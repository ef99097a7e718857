"""Write a data set as Dataset-JSON 1.1 (CDISC 2024), and read one back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive import __version__
from adoptive.workbench.export.source import SAS_EPOCH
from adoptive.workbench.export.types import Columns, DataSet, Standard, Variable
from adoptive.workbench.export.write.moment import moment

__all__ = ["read_dataset", "write_dataset"]

KINDS: Final = {
    "text": {"dataType": "string"},
    "integer": {"dataType": "integer"},
    "float": {"dataType": "double"},
    "date": {"dataType": "date", "targetDataType": "integer", "displayFormat": "E8601DA."},
    "iso": {"dataType": "date"},
}
ROWS_AT_ONCE: Final = 20_000


def write_dataset(place: Path, standard: Standard, dataset: DataSet) -> None:
    """Write one data set, a row per line; missing values are null."""
    head = json.dumps(_head(standard, dataset), ensure_ascii=False)
    listed = [_cells(dataset.of(variable.name), variable) for variable in dataset.spec.variables]
    with place.open("w", encoding="utf-8", newline="\n") as file:
        file.write(head[:-1] + ', "rows": [')
        for first in range(0, len(dataset), ROWS_AT_ONCE):
            rows = zip(*(cells[first : first + ROWS_AT_ONCE] for cells in listed), strict=True)
            lines = ",\n".join(json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows)
            file.write((",\n" if first else "\n") + lines)
        file.write("\n]}\n")


def _head(standard: Standard, dataset: DataSet) -> dict[str, Any]:
    spec = dataset.spec
    return {
        "datasetJSONCreationDateTime": moment(), "datasetJSONVersion": "1.1.0",
        "fileOID": f"{standard.study_id}.{spec.name}", "originator": "adoptive: SIMULATED DATA, no real patients",
        "sourceSystem": {"name": "adoptive", "version": __version__}, "studyOID": f"ST.{standard.study_id}",
        "metaDataVersionOID": f"MDV.{standard.study_id}", "metaDataRef": "define.xml",
        "itemGroupOID": f"IG.{spec.name}", "records": len(dataset), "name": spec.name, "label": spec.label,
        "columns": [_described(variable, dataset) for variable in spec.variables],
    }  # fmt: skip


def _described(variable: Variable, dataset: DataSet) -> dict[str, Any]:
    spec = dataset.spec
    found: dict[str, Any] = {
        "itemOID": f"IT.{spec.name}.{variable.name}",
        "name": variable.name,
        "label": variable.label,
    }
    found |= KINDS[variable.kind]
    if variable.is_text:
        found["length"] = longest(dataset.of(variable.name))
    if variable.name in spec.keys:
        found["keySequence"] = spec.keys.index(variable.name) + 1
    return found


def longest(values: NDArray[Any]) -> int:
    """Give the length in bytes of the longest text, at least 1."""
    return max((len(text.encode("utf-8")) for text in set(values.tolist())), default=1) or 1


def _cells(values: NDArray[Any], variable: Variable) -> list[Any]:
    if variable.is_text:
        return [text or None for text in values.tolist()]
    if variable.kind == "date":
        return [None if day is None else str(SAS_EPOCH + int(day)) for day in _numbers(values)]
    if variable.kind == "integer":
        return [None if number is None else int(number) for number in _numbers(values)]
    return _numbers(values)


def _numbers(values: NDArray[Any]) -> list[float | None]:
    return [number if np.isfinite(number) else None for number in values.tolist()]


def read_dataset(place: Path) -> Columns:
    """Read a data set back as columns: null becomes "" or NaN, dates become SAS days."""
    read = json.loads(place.read_text("utf-8"))
    rows = read["rows"]
    return {
        column["name"]: _back([row[at] for row in rows], column["dataType"], column.get("targetDataType"))
        for at, column in enumerate(read["columns"])
    }


def _back(cells: list[Any], kind: str, target: str | None) -> NDArray[Any]:
    if kind == "date" and target == "integer":
        known = [cell or "NaT" for cell in cells]
        days = (np.array(known, "datetime64[D]") - SAS_EPOCH) / np.timedelta64(1, "D")
        return np.asarray(days, np.float64)
    if kind in ("string", "date"):
        return np.array(["" if cell is None else cell for cell in cells], dtype=object)
    return np.array([np.nan if cell is None else cell for cell in cells], np.float64)
