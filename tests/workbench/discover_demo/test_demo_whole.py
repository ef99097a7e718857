"""The whole way, with few virtual trials, and the printed commands typed one by one: slow."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import adoptive
from adoptive.errors import StudyError
from adoptive.workbench.discover.demo.run import DemoRequest, make_demo

FOLDERS = (
    "01-neoantigens", "02-minigenes", "03-clonotypes", "04-screen-pools", "04-screen-all", "05-rank", "06-construct",
    "07-handoff-two", "07-handoff-one",
)  # fmt: skip


def test_a_folder_that_exists_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="exists"):
        make_demo(DemoRequest(tmp_path))


@pytest.mark.slow
def test_the_whole_way_and_the_commands_that_make_the_same_folders(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    said: list[str] = []
    made = make_demo(DemoRequest(out, trials=2), say=said.append)
    page = (out / "report.html").read_text("utf-8")
    assert "SYNTHETIC" in page
    assert page.count("<section") == 10
    assert "http://" not in page.split("xmlns")[0]
    assert len(said) == 11
    assert all(f"\n{one}\n" in (out / "commands.sh").read_text("utf-8") for one in said)
    counts = made.summary["found_against_planted"]
    assert counts["found"] >= 6
    assert counts["false"] <= 2
    covered = {(one["product"], one["scenario"]): one["covered"] for one in made.summary["coverage"]}
    assert min(share for (_, scenario), share in covered.items() if scenario == "haplotype 1 lost") == 0.0
    assert made.summary["ready_to_order"]
    _type_the_commands(out, tmp_path / "again")
    for name in FOLDERS:
        _same(out / name, tmp_path / "again" / name)


def _type_the_commands(out: Path, again: Path) -> None:
    """Run commands.sh, without the virtual trials, in a folder that holds the patient's files only."""
    again.mkdir()
    (again / "00-patient").symlink_to(out / "00-patient")
    (again / "bin").mkdir()
    shim = again / "bin" / "adoptive"
    shim.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m adoptive "$@"\n')
    shim.chmod(0o755)
    lines = [one for one in (out / "commands.sh").read_text("utf-8").splitlines() if not one.startswith("adoptive run")]
    (again / "commands.sh").write_text("\n".join(lines) + "\n")
    path = f"{again / 'bin'}{os.pathsep}{os.environ['PATH']}"
    code = str(Path(adoptive.__file__).resolve().parents[1])  # a relative path would mean another place in `again`
    around = {**os.environ, "PATH": path, "PYTHONPATH": code}
    done = subprocess.run(["sh", "commands.sh"], cwd=again, env=around, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def _same(ours: Path, theirs: Path) -> None:
    names = {one.relative_to(ours) for one in ours.rglob("*") if one.is_file()} - {Path("SYNTHETIC.txt")}
    assert names == {one.relative_to(theirs) for one in theirs.rglob("*") if one.is_file()}
    for name in names - {Path("provenance.json")}:
        assert (ours / name).read_bytes() == (theirs / name).read_bytes(), name
    if (ours / "provenance.json").is_file():
        told = [json.loads((one / "provenance.json").read_text("utf-8")) for one in (ours, theirs)]
        assert told[0]["inputs"] == told[1]["inputs"]
        assert told[0]["options"] == told[1]["options"]
