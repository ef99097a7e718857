"""Grading from outside: the program on the public vectors, a broken file, many rows."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e

DATA = Path(__file__).parents[1] / "data"
VECTORS = str(DATA / "toxgrading" / "astct_crs_vectors.csv")
HEAD = "patient,day,temp_c,hypotension,vasopressors,oxygen"


def test_the_program_grades_the_vectors(adoptive: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = adoptive("grade", "--rule", "astct-crs", VECTORS, "--against", "expected_grade", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["summary"] == {"rows": 21, "bad_rows": 0, "graded": 21, "not_graded": 0}


def test_a_broken_file_gives_one_sentence(
    adoptive: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    (tmp_path / "bad.csv").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    done = adoptive("grade", "--rule", "recist", str(tmp_path / "bad.csv"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "no text in UTF-8" in done.stderr


def test_many_rows_in_their_order(adoptive: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    rows, file, out = 20_000, tmp_path / "many.csv", tmp_path / "out.csv"
    body = (f"{at // 50},{at % 50},{36 + at % 5},0,0,room_air\n" for at in range(rows))
    file.write_text(HEAD + "\n" + "".join(body))
    done = adoptive("grade", "--rule", "astct-crs", str(file), "--out", str(out))
    assert done.returncode == 0, done.stderr
    with out.open(newline="") as text:
        grades = [row["grade"] for row in csv.DictReader(text)]
    assert grades == ["0", "0", "1", "1", "1"] * (rows // 5)
