"""The same table in every form gives the same grades, and every row keeps its line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import csv, parquet

from adoptive.errors import StudyError
from adoptive.workbench.grade import grade_file
from adoptive.workbench.grade.reading import read_sheet

DATA = Path(__file__).parents[3] / "data"
VECTORS = DATA / "toxgrading/astct_crs_vectors.csv"
HEAD = "temp_c,hypotension,vasopressors,oxygen"


def variants(folder: Path) -> dict[str, Path]:
    text = VECTORS.read_text()
    table = csv.read_csv(VECTORS)
    plain = [line.replace(", ", " ").replace('"', "") for line in text.splitlines()]
    files = {name: folder / name for name in ("bom.csv", "crlf.csv", "tab.tsv", "semi.csv", "t.parquet", "d.json",
                                             "d.ndjson", "quoted.csv")}  # fmt: skip
    files["bom.csv"].write_bytes(b"\xef\xbb\xbf" + text.encode())
    files["crlf.csv"].write_bytes(text.replace("\n", "\r\n").encode())
    files["tab.tsv"].write_text("\n".join(plain).replace(",", "\t"))
    files["semi.csv"].write_text("\n".join(plain).replace(",", ";") + "\n\n")
    files["quoted.csv"].write_text(text.replace("no fever, never treated", "no fever,\nnever treated"))
    parquet.write_table(table, files["t.parquet"])
    head: dict[str, Any] = {
        "datasetJSONCreationDateTime": "2024-01-01T00:00:00", "datasetJSONVersion": "1.1.0", "itemGroupOID": "IG.A",
        "records": len(table), "name": "A", "label": "A",
        "columns": [{"itemOID": f"IT.{name}", "name": name, "label": name, "dataType": "string"}
                    for name in table.column_names],
    }  # fmt: skip
    rows = [list(row.values()) for row in table.to_pylist()]
    files["d.json"].write_text(json.dumps(head | {"rows": rows}))
    files["d.ndjson"].write_text("\n".join(json.dumps(part) for part in [head, *rows]))
    return files


def test_every_form_gives_the_same_grades(tmp_path: Path) -> None:
    expected = grade_file(VECTORS, rule="astct-crs").tables["rows"]["grade"].tolist()
    assert expected == csv.read_csv(VECTORS)["expected_grade"].to_pylist()
    for name, file in variants(tmp_path).items():
        result = grade_file(file, rule="astct-crs")
        assert result.tables["rows"]["grade"].tolist() == expected, name
        first = {"quoted.csv": [2, 4, 5], "t.parquet": [1, 2, 3], "d.json": [1, 2, 3]}.get(name, [2, 3, 4])
        assert result.line[:3].tolist() == first, name


def test_bad_rows_keep_their_physical_line(sheet: Callable[..., Path]) -> None:
    file = sheet(HEAD + ",note", '38.5,0,0,none,"a', 'b"', "", "x,0,0,none,c", "38.5,0,0", "38.5,0,0,none,d")
    result = grade_file(file, rule="astct-crs")
    assert result.line.tolist() == [2, 5, 6, 7]
    assert [(bad.line, bad.column) for bad in result.bad_rows] == [(5, "temp_c"), (6, "")]
    assert [one if one is not None else None for one in result.tables["rows"]["grade"].tolist()] == [1, None, None, 1]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "empty"),
        ("a.csv", b"   \n", "empty"),
        ("a.csv", b"temp_c,oxygen\n", "no row"),
        ("a.csv", b"a\x00b\xff\xfe", "no text in UTF-8"),
        ("a.csv", HEAD.encode() + b"\n38\xb0,0,0,none\n", "line 2: this is no text in UTF-8"),
        ("a.csv", HEAD.encode() + b'\n38,0,0,"none\n', "close the quotes"),
        ("a.csv", b"temp_c,temp_c\n38,39\n", "two columns have the same name"),
        ("a.xlsx", b"PK", "kind is not known"),
        ("a.parquet", b"PAR1", "no Parquet"),
        ("a.json", b"[1, 2", "no JSON"),
        ("a.json", b"[1, 2]", "no Dataset-JSON"),
        ("a.json", b'{"datasetJSONVersion": "1.0", "columns": [], "rows": []}', "another version"),
        ("a.json", b'{"datasetJSONVersion": "1.1", "columns": [{"name": "a"}], "rows": [[1, 2]]}', "row 1"),
        ("a.json", b'{"datasetJSONVersion": "1.1", "columns": [{"name": "a"}], "rows": [[1]], "records": 2}',
        "records"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_one_clear_error(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(StudyError, match=said):
        read_sheet(tmp_path / name)


def test_a_folder_an_absent_and_a_huge_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    huge = tmp_path / "huge.csv"
    with huge.open("wb") as file:
        file.truncate(2_000_000_000)
    for place, said in (("folder.csv", "folder"), ("absent.csv", "No such file"), ("huge.csv", "too large")):
        with pytest.raises(StudyError, match=said):
            read_sheet(tmp_path / place)


def test_numbers_of_typed_files_stay_exact(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    parquet.write_table(
        pa.table({"temp_c": pa.array([38.0, 37.9], pa.float32()), "hypotension": [False, True],
                  "vasopressors": pa.array([0, None], pa.int8()), "oxygen": pa.array(["none",
                  "cpap"]).dictionary_encode()}),
        file,
    )  # fmt: skip
    result = grade_file(file, rule="astct-crs")
    assert result.tables["rows"]["grade"].tolist() == [1, 0]
