"""The main job from outside: same numbers from one worker and two, a clean end on Ctrl-C, quick help."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from adoptive.workbench.study import list_studies

pytestmark = pytest.mark.e2e

needs_study = pytest.mark.skipif("satri-cel" not in list_studies(), reason="the study is not bundled")


def group_size(leader: int) -> int:
    """Count the processes of a group."""
    members = 0
    for entry in Path("/proc").iterdir():
        try:
            members += (
                entry.name.isdigit() and int((entry / "stat").read_text().rpartition(")")[2].split()[2]) == leader
            )
        except (OSError, IndexError):
            continue
    return members


def wait_for(ready: Callable[[], bool], process: subprocess.Popen[str], limit_s: float = 90.0) -> None:
    end = time.monotonic() + limit_s
    while not ready():
        assert process.poll() is None, "the run ended too early"
        assert time.monotonic() < end, "the run never came so far"
        time.sleep(0.05)


@needs_study
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("moment", [pytest.param("at once", marks=pytest.mark.slow), "with workers"])
def test_interrupt_leaves_nothing(start: Callable[..., subprocess.Popen[str]], tmp_path: Path, moment: str) -> None:
    out = tmp_path / "runs"
    process = start(
        "run", "satri-cel", "--trials", "5000", "--workers", "2", "--out", str(out), "--despite-failed-checks"
    )
    wait_for(lambda: out.exists() and any(out.iterdir()), process)
    if moment == "with workers":
        wait_for(lambda: group_size(process.pid) >= 4, process)  # itself, the resource tracker, two workers
        time.sleep(1.0)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=120)  # a cold compiler ends its work first; the whole run takes longer still
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert not out.exists()
    end = time.monotonic() + 10
    while group_size(process.pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert group_size(process.pid) == 0


@needs_study
@pytest.mark.slow
def test_workers_and_repetition_change_no_byte(
    adoptive: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    documents, folders = [], []
    for number, workers in enumerate(("1", "2", "2")):
        out = tmp_path / str(number)
        options = ("--trials", "16", "--workers", workers, "--out", str(out), "--json", "--despite-failed-checks")
        done = adoptive("run", "satri-cel", *options)
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        document.pop("wall_s")
        documents.append(document)
        (folder,) = out.iterdir()
        folders.append({str(f.relative_to(out)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()})
    assert documents[0] == documents[1] == documents[2]
    for other in folders[1:]:
        assert [name for name in folders[0] if folders[0][name] != other.get(name)] == [
            name for name in folders[0] if name.endswith("provenance.json")
        ]


def test_reader_that_goes_away_is_no_error(start: Callable[..., subprocess.Popen[str]]) -> None:
    process = start("show", str(Path(__file__).parents[1] / "workbench" / "small.toml"))
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.wait(60) == 0
    assert "Traceback" not in process.stderr.read()
