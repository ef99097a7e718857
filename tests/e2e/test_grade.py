"""Grading from outside: the program on the public vectors, a broken file, many rows."""

from __future__ import annotations

import json
import subprocess
import time
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


def test_many_rows_in_time(adoptive: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path) -> None:
    """A tenth of a million here, in a tenth of the 20 s that a million may take, start of the program aside."""
    rows, file = 100_000, tmp_path / "many.csv"
    body = (f"{at // 50},{at % 50},{36 + at % 5},{at % 2},{at % 3},nasal_cannula_{at % 9}L\n" for at in range(rows))
    file.write_text(HEAD + "\n" + "".join(body))
    start = time.perf_counter()
    adoptive("grade", "--rule", "astct-crs", VECTORS)
    empty = time.perf_counter() - start
    start = time.perf_counter()
    done = adoptive("grade", "--rule", "astct-crs", str(file), "--out", str(tmp_path / "out.csv"))
    assert done.returncode == 0, done.stderr
    took = time.perf_counter() - start - empty
    print(f"{rows / max(took, 1e-3):,.0f} rows per second")
    assert took < 4.0  # twice the 2 s: the machine may be shared
    assert sum(1 for _ in (tmp_path / "out.csv").open()) == rows + 1
