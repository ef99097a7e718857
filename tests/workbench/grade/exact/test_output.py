"""What the command writes: tables in every form, whole or not at all; exit codes; clear errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from jsonschema import Draft201909Validator
from pyarrow import csv, parquet

from adoptive.workbench.grade import RULES, grade_file

DATA = Path(__file__).parents[3] / "data"
HEAD = "patient,day,temp_c,hypotension,vasopressors,oxygen"
ROWS = ("A,1,38.5,0,0,none", "A,2,37.0,0,0,none", "B,1,x,1,0,none")


@pytest.mark.parametrize("kind", [".csv", ".parquet", ".json"])
def test_written_files_can_be_graded_again(
    command: Callable[..., Any], sheet: Callable[..., Path], tmp_path: Path, kind: str
) -> None:
    out = tmp_path / f"out{kind}"
    said = command("grade", "--rule", "astct-crs", sheet(HEAD, *ROWS), "--out", out)
    assert said.code == 2
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(
        ["rows.csv", f"out{kind}", f"out-patients{kind}", f"out-bad{kind}"]
    )
    again = grade_file(out, rule="astct-crs")
    grade = again.arrow["rows"]["grade"].cast(pa.string()).to_pylist()
    assert [one or None for one in grade] == ["1", "0", None]
    assert again.tables["rows"]["adoptive_grade"].tolist() == [1, 0, None]
    assert len(again.bad_rows) == 1


def test_dataset_json_follows_the_schema(
    command: Callable[..., Any], sheet: Callable[..., Path], tmp_path: Path
) -> None:
    schema = json.loads((DATA / "sdtm_adam/dataset.schema.json").read_text())
    command("grade", "--rule", "astct-crs", sheet(HEAD, *ROWS), "--out", tmp_path / "out.json")
    for name in ("out.json", "out-patients.json", "out-bad.json"):
        document = json.loads((tmp_path / name).read_text())
        assert list(Draft201909Validator(schema).iter_errors(document)) == []
        assert document["records"] == len(document["rows"])


def test_an_impossible_place_leaves_nothing(
    command: Callable[..., Any], sheet: Callable[..., Path], tmp_path: Path
) -> None:
    file = sheet(HEAD, *ROWS)
    before = file.read_bytes()
    for out in (tmp_path / "no" / "a.csv", tmp_path / "a.xlsx", tmp_path, file):
        said = command("grade", "--rule", "astct-crs", file, "--out", out)
        assert (said.code, said.out) == (2, "")
        assert "Traceback" not in said.err
    assert [one.name for one in tmp_path.iterdir()] == ["rows.csv"]
    assert file.read_bytes() == before


def test_rows_go_to_stdout_and_bad_rows_to_stderr(command: Callable[..., Any], sheet: Callable[..., Path]) -> None:
    said = command("grade", "--rule", "astct-crs", sheet(HEAD, *ROWS))
    table = csv.read_csv(pa.py_buffer(said.out.encode()))
    assert table["grade"].to_pylist() == [1, 0, None]
    assert "line 4, temp_c: 'x': not a number" in said.err
    assert said.err.splitlines()[-1].startswith("astct-crs (ASTCT 2019; bedside records): 3 rows, 1 bad rows")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--rule", "astct-csr"), "is astct-crs meant?"),
        (("--rule", "astct-crs", "--set", "gap=3"), "unknown option"),
        (("--rule", "astct-crs", "--set", "gap_days=-3"), "allowed: 0 to 365"),
        (("--rule", "astct-crs", "--set", "gap_days"), "allowed: NAME=VALUE"),
        (("--rule", "astct-crs", "--version", "5.0"), "unknown option"),
        (("--rule", "ctcae", "--version", "7"), "allowed: 5.0, 6.0, 4.03"),
        (("--rule", "tls", "--variant", "bishop"), "allowed: cairo-bishop, howard"),
        (("--rule", "tls"), "columns are missing"),
        (("--rule", "astct-crs", "--against", "temp"), "no such column"),
        (("--rule", "astct-crs", "--against", "day=score"), "gives no such answer"),
        (("--rule", "astct-crs", "absent.csv"), "No such file"),
        ((), "--rule is missing"),
    ],
)
def test_misuse_is_one_clear_error(
    command: Callable[..., Any], sheet: Callable[..., Path], arguments: tuple[str, ...], said: str
) -> None:
    answer = command("grade", sheet(HEAD, *ROWS), *arguments)
    assert answer.code == 2
    assert said in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("name", RULES)
def test_every_rule_says_what_it_reads(command: Callable[..., Any], name: str) -> None:
    said = command("grade", "--rule", name, "--columns")
    assert said.code == 0
    for layout in RULES[name].layouts:
        assert f"Layout {layout.name!r}" in said.out
    document = json.loads(command("grade", "--rule", name, "--columns", "--json").out)
    assert [layout["name"] for layout in document["layouts"]] == [layout.name for layout in RULES[name].layouts]
    assert name in command("grade", "--rules").out


def test_a_parquet_file_keeps_the_types_of_the_input(tmp_path: Path) -> None:
    from adoptive.workbench.grade import write_result

    file = tmp_path / "in.parquet"
    parquet.write_table(
        pa.table({"temp_c": [38.5], "hypotension": [True], "vasopressors": pa.array([0], pa.int8()),
        "oxygen": ["none"]}),
        file,
    )  # fmt: skip
    write_result(grade_file(file, rule="astct-crs"), tmp_path / "out.parquet")
    written = parquet.read_table(tmp_path / "out.parquet")
    assert [str(kind) for kind in written.schema.types[:4]] == ["double", "bool", "int8", "string"]
    assert written["grade"].to_pylist() == [2]


def test_the_example_of_the_page_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    root = DATA.parents[1]
    page = (root / "docs/rules/grade.md").read_text()
    code = page.split("```python\n")[1].split("```")[0]
    monkeypatch.chdir(root)
    space: dict[str, Any] = {}
    exec(code, space)
    assert space["result"].summary["graded"] == 21
    assert all(f"`{name}`" in page for name in RULES)
