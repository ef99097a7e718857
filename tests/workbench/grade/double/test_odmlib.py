"""A second opinion on Dataset-JSON: CDISC's own Python library reads what is written, and its files are graded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adoptive.workbench.grade import grade_file, write_result

model = pytest.importorskip("odmlib.dataset_json_1_1.model")
HEAD = "temp_c,hypotension,vasopressors,oxygen"


def test_odmlib_reads_what_is_written(sheet: Callable[..., Path], tmp_path: Path) -> None:
    result = grade_file(sheet(HEAD, "38.5,1,0,none", "37.0,0,0,none"), rule="astct-crs")
    write_result(result, tmp_path / "out.json")
    read = model.DatasetJSON.read_json(str(tmp_path / "out.json"))
    assert read.column_names == [*HEAD.split(","), "grade", "reason", "version"]
    assert [row[4] for row in read.rows] == [2, 0]


@pytest.mark.parametrize("name", ["a.json", "a.ndjson"])
def test_a_file_of_odmlib_is_graded(tmp_path: Path, name: str) -> None:
    made: Any = model.DatasetJSON(
        datasetJSONCreationDateTime="2024-01-01T00:00:00", datasetJSONVersion="1.1.0", itemGroupOID="IG.VS", records=0,
        name="VS", label="Signs",
    )  # fmt: skip
    for column, kind in zip(HEAD.split(","), ("float", "integer", "integer", "string"), strict=True):
        made.add_column(model.Column(itemOID=f"IT.{column}", name=column, label=column, dataType=kind))
    for row in ([38.5, 1, 0, "none"], [37.0, 0, 0, None]):
        made.add_row(row)
    getattr(made, "write_json" if name.endswith(".json") else "write_ndjson")(str(tmp_path / name))
    result = grade_file(tmp_path / name, rule="astct-crs")
    assert result.tables["rows"]["grade"].tolist() == [2, 0]
    assert result.line.tolist() == ([1, 2] if name.endswith(".json") else [2, 3])
