"""Files that nobody means well: each gives one clear error, ends in bounded time and harms no other file."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from adoptive.errors import StudyError
from adoptive.workbench.grade import grade_file
from adoptive.workbench.grade.writing import write_result

HEAD = "patient,day,temp_c,hypotension,vasopressors,oxygen"
ROW = "A,1,38.5,0,0,none"
SIGNS: dict[str, Any] = dict(zip(HEAD.split(","), (["A"], [1], [38.5], [0], [0], ["none"]), strict=True))


def refused(path: Path, match: str) -> None:
    with pytest.raises(StudyError, match=match):
        grade_file(path, rule="astct-crs")


def test_what_never_ends_is_not_read(tmp_path: Path) -> None:
    endless, pipe = tmp_path / "zero.csv", tmp_path / "pipe.csv"
    endless.symlink_to("/dev/zero")
    os.mkfifo(pipe)
    for path in (endless, pipe):
        refused(path, "a pipe or a device")


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary(), pa.binary(2)])
def test_bytes_of_parquet_that_are_no_text_are_refused(tmp_path: Path, kind: Any) -> None:
    file = tmp_path / "t.parquet"
    parquet.write_table(pa.table(SIGNS | {"note": pa.array([b"\xff\xfe"], kind)}), file)
    refused(file, "note.*|bytes that are no text")


def test_bytes_of_parquet_that_are_text_are_text(tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    views = {"patient": pa.array(["A"], pa.string_view()), "oxygen": pa.array([b"CPAP"])}
    parquet.write_table(pa.table(SIGNS | views), file)
    result = grade_file(file, rule="astct-crs")
    write_result(result, tmp_path / "out.csv")
    assert result.tables["rows"]["grade"].tolist() == [4]
    assert result.tables["patients"]["patient"].tolist() == ["A"]


def test_text_of_parquet_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "t.parquet"
    wrong = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff\xfe"]).buffers())
    parquet.write_table(pa.table(SIGNS | {"note": wrong}), file)
    refused(file, "bytes that are no text")


def test_a_number_of_thousands_of_digits_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "d.json"
    columns = [{"itemOID": name, "name": name, "label": name, "dataType": "string"} for name in SIGNS]
    text = json.dumps({"datasetJSONVersion": "1.1.0", "columns": columns, "rows": [["A", 1, 38.5, 0, 0, "none"]]})
    file.write_text(text.replace("38.5", "9" * 5000))
    refused(file, "too many digits")


@pytest.mark.parametrize("beside", ["patients", "bad"])
def test_no_table_beside_overwrites_the_input(
    command: Callable[..., Any], sheet: Callable[..., Path], tmp_path: Path, beside: str
) -> None:
    file = sheet(HEAD, ROW, "B,1,x,0,0,none", name=f"out-{beside}.csv")
    before = file.read_bytes()
    said = command("grade", "--rule", "astct-crs", file, "--out", tmp_path / "out.csv")
    assert (said.code, "would be overwritten" in said.err) == (2, True)
    assert file.read_bytes() == before
    assert not (tmp_path / "out.csv").exists()
    with pytest.raises(StudyError, match="would be overwritten"):
        write_result(grade_file(file, rule="astct-crs"), file)


def test_a_circle_of_links_is_told(command: Callable[..., Any], tmp_path: Path) -> None:
    circle = tmp_path / "circle.csv"
    circle.symlink_to(circle)
    said = command("grade", "--rule", "astct-crs", circle, "--out", tmp_path / "out.csv")
    assert said.code == 2
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("rule", "head", "row"),
    [
        ("astct-crs", HEAD, "{who},{day},38.5,0,0,none"),
        ("b-cell-aplasia", "patient,day,cd19_per_uL", "{who},{day},5"),
        ("recist", "patient,day,response", "{who},{day},SD"),
        ("recist", "patient,visit,day,lesion,kind,nodal,diameter_mm", "{who},{day},{day},L1,target,0,20"),
    ],
)
def test_one_patient_with_very_many_rows_is_told(
    sheet: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, rule: str, head: str, row: str
) -> None:
    rows = [row.format(who="many", day=day) for day in range(40)]
    rows += [row.format(who=f"p{at}", day=day) for at in range(60) for day in (1, 2)]
    monkeypatch.setattr("adoptive.outcome.types.MOST_CELLS", 60 * 40)
    with pytest.raises(StudyError, match="too large a table"):
        grade_file(sheet(head, *rows), rule=rule)
    monkeypatch.setattr("adoptive.outcome.types.MOST_CELLS", 61 * 41)
    assert not grade_file(sheet(head, *rows), rule=rule).bad_rows


def test_a_cell_that_is_far_too_long_is_bad(sheet: Callable[..., Path]) -> None:
    result = grade_file(sheet(HEAD, ROW, f"B,1,38.5,0,0,{'x' * 201}", f"{'C' * 200},1,38.5,0,0,none"), rule="astct-crs")
    assert [(one.line, one.column, one.problem) for one in result.bad_rows] == [
        (3, "oxygen", "the text is too long; allowed: 200 characters")
    ]
    assert result.arrow["rows"]["grade"].to_pylist() == [1, None, 1]


def test_a_name_that_is_too_long_is_told(command: Callable[..., Any], sheet: Callable[..., Path]) -> None:
    name = "a" * 300 + ".csv"
    for said in (
        command("grade", "--rule", "astct-crs", name),
        command("grade", "--rule", "astct-crs", sheet(HEAD, ROW), "--out", name),
    ):
        assert said.code == 2
        assert "File name too long" in said.err
        assert "Traceback" not in said.err


def test_a_file_name_need_not_be_text(tmp_path: Path) -> None:
    file = tmp_path / os.fsdecode(b"\xff.csv")
    file.write_text(f"{HEAD}\n{ROW}\nB,1,x,0,0,none\n")
    for kind in ("csv", "parquet", "json"):
        written = write_result(grade_file(file, rule="astct-crs"), tmp_path / f"out.{kind}")
        assert written["bad"].exists()


def test_a_reader_that_goes_away_and_closed_streams_are_no_error(sheet: Callable[..., Path]) -> None:
    file = sheet(HEAD, *(f"p{at},1,38.5,0,0,none" for at in range(5_000)))  # more than a pipe holds
    line = f'"{sys.executable}" -m adoptive grade --rule astct-crs "{file}"'
    for command in (f"{line} | head -1; exit ${{PIPESTATUS[0]}}", f"{line} >&-", f"{line} >&- 2>&-"):
        said = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
        assert (said.returncode, "Traceback" in said.stderr) == (0, False), command


def test_an_absurd_expected_number_disagrees(command: Callable[..., Any], sheet: Callable[..., Path]) -> None:
    odd = ("0.0e999999999999", "1.5e-99999", "nan1", "1e99999", "0." + "0" * 5000)
    file = sheet(HEAD + ",expected", *(f"p{at},1,38.5,0,0,none,{cell}" for at, cell in enumerate(odd)))
    said = command("grade", "--rule", "astct-crs", file, "--against", "expected")
    assert said.code == 1
    assert "expected: 0 of 5 rows agree" in said.err


def test_an_option_that_contradicts_the_unit_of_the_name_is_refused(sheet: Callable[..., Path]) -> None:
    file = sheet(HEAD, ROW)
    for unit in ("F", "K"):
        with pytest.raises(StudyError, match="unit"):
            grade_file(file, rule="astct-crs", temperature_unit=unit)
    assert grade_file(file, rule="astct-crs", temperature_unit="C").tables["rows"]["grade"].tolist() == [1]
