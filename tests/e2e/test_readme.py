"""What the README shows is what a reader gets."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parents[2] / "README.md"


def test_the_engines_example_prints_what_stands_below_it() -> None:
    found = re.search(r"```python\n(import numpy.*?)```\n\n```\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert found is not None
    code, shown = found.groups()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout == shown


def test_the_ward_record_is_graded_as_shown(tmp_path: Path) -> None:
    found = re.search(r"```\n(patient,day.*?)```.*?```\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert found is not None
    record, shown = found.groups()
    (tmp_path / "ward.csv").write_text(record, "utf-8")
    command = [sys.executable, "-m", "adoptive", "grade", "--rule", "astct-crs", "ward.csv"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2
    assert done.stdout == shown
    (told,) = re.findall(r"`(bad row: .*?)`", README.read_text("utf-8"))
    assert done.stderr.startswith(told)
