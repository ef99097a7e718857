"""``adoptive export``: folder, exit codes, one sentence for every mistake."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from adoptive.workbench.cli import main as command
from adoptive.workbench.export.checks import Checked
from adoptive.workbench.export.derive import Derived
from adoptive.workbench.export.run import FORMATS, Found

Said = pytest.CaptureFixture[str]


def main(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as leaving:
        command(arguments)
    return int(str(leaving.value.code or 0))


def test_a_run_becomes_a_folder(small_run: Path, tmp_path: Path, capsys: Said) -> None:
    place = tmp_path / "run"
    shutil.copytree(small_run, place)
    assert main(["export", str(place), "--format", "adam"]) == 0
    said = capsys.readouterr().out
    assert "SIMULATED DATA" in said
    assert "122 of 122 consistency checks passed" in said
    folder = place / "export" / "adam"
    names = {one.name for one in folder.iterdir()}
    assert {"define.xml", "adsl.json", "adsl.xpt", "adtte.json", "checks.json", "SIMULATED.txt"} <= names
    document = json.loads((folder / "checks.json").read_text("utf-8"))
    assert document["items_equal"] == sum(one["equal"] is True for one in document["derived"]) > 20
    assert main(["export", str(place), "--format", "adam"]) == 2
    assert "exists already" in capsys.readouterr().err


def test_a_failing_check_gives_exit_code_1(
    small_run: Path, tmp_path: Path, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Found(
        (Checked("keys are unique", "ADSL", 30, 2, "USUBJID A"),), (Derived("orr", "comparison", 1, "1", "2", False),)
    )
    monkeypatch.setitem(FORMATS, "csv", lambda source, place, asked: found)
    assert main(["export", str(small_run), "--format", "csv", "--out", str(tmp_path / "x")]) == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "0 of 1 consistency checks passed" in said
    assert "FAILED ADSL: keys are unique; 2 of 30 rows" in said
    assert "DIFFERS orr (comparison): 1, run 2" in said
    assert main(["export", str(small_run), "--format", "csv", "--out", str(tmp_path / "y"), "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert not document["passed"]
    assert document["simulated"]
    assert document["trial"] == 0


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--format", "adam", "--trial", "7"], "the run has no such trial"),
        (["--format", "xml"], "Invalid value for '--format'"),
        (["--format", "csv", "--patient", "3"], "only for --format petab and sbml"),
        ([], "Missing option '--format'"),
    ],
)
def test_mistakes_are_one_sentence(small_run: Path, tmp_path: Path, capsys: Said, more: list[str], words: str) -> None:
    assert main(["export", str(small_run), *more, "--out", str(tmp_path / "x")]) == 2
    said = capsys.readouterr()
    assert words in " ".join(said.err.split())
    assert "Traceback" not in said.err
    assert not (tmp_path / "x").exists()


def test_no_run_folder(tmp_path: Path, capsys: Said) -> None:
    assert main(["export", str(tmp_path), "--format", "csv"]) == 2
    assert "not a run folder" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
