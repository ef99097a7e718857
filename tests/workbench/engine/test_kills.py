"""Kill tests: ``kill -9`` of a worker and of the client in mid-run; after resuming, the bytes of an undisturbed run."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster_parts import Dask, begin_run, dask, ended_well, parts_in, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kills")


@pytest.fixture(scope="module")
def undisturbed(place: Path) -> dict[str, bytes]:
    """Give the files of a run in one process that nobody disturbs."""
    files = ended_well(begin_run(place / "one", place / "one runs", "--workers", "1", page=True), place / "one runs")
    assert {"summary.json", "report.html", "study.toml", "tables/curves.parquet"} <= set(files)
    return files


def without_page(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name != "report.html"}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Dask]:
    pytest.importorskip("distributed")
    with dask(tmp_path / "dask") as started:
        yield started


def children(process: subprocess.Popen[str]) -> list[int]:
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    found = [int(word) for word in listed.read_text().split()] if listed.exists() else []
    return [number for number in found if b"spawn_main" in Path(f"/proc/{number}/cmdline").read_bytes()]


def killed_in_the_middle(run: subprocess.Popen[str], out: Path, *, parts: int = 3) -> None:
    wait_until(lambda: parts_in(out) >= parts or run.poll() is not None)
    run.kill()
    run.communicate()
    assert run.returncode == -signal.SIGKILL, "it ended before it could be killed"
    assert parts_in(out) >= parts
    assert list(out.glob("*/summary.json")) == [], "no run folder stands before the run is whole"


def test_pool_worker_killed(tmp_path: Path, undisturbed: dict[str, bytes]) -> None:
    run = begin_run(tmp_path, tmp_path / "runs", "--workers", "2")
    wait_until(lambda: parts_in(tmp_path / "runs") >= 2)
    victim = children(run)[0]
    os.kill(victim, signal.SIGKILL)
    assert ended_well(run, tmp_path / "runs") == without_page(undisturbed)


@pytest.mark.parametrize("workers", ["1", "2"])
def test_client_of_the_pool_killed(tmp_path: Path, undisturbed: dict[str, bytes], workers: str) -> None:
    run = begin_run(tmp_path, tmp_path / "runs", "--workers", workers)
    wait_until(lambda: parts_in(tmp_path / "runs") >= 2)
    born = children(run)
    assert len(born) == (2 if workers == "2" else 0)
    killed_in_the_middle(run, tmp_path / "runs")
    wait_until(lambda: not any(Path(f"/proc/{number}").exists() for number in born))
    (folder,) = (tmp_path / "runs").glob("*.unfinished")
    (folder / "parts" / f".half.parquet.{run.pid}").write_bytes(b"PAR1 and no more")
    whole = sorted((folder / "parts").glob("*.parquet"))
    whole[0].write_bytes(whole[0].read_bytes()[:-30])
    again = begin_run(tmp_path, tmp_path / "runs", "--workers", "2")
    assert ended_well(again, tmp_path / "runs") == without_page(undisturbed)


def test_worker_of_the_cluster_killed(tmp_path: Path, undisturbed: dict[str, bytes], cluster: Dask) -> None:
    run = begin_run(tmp_path, tmp_path / "runs", "--scheduler", cluster.address, page=True)
    wait_until(lambda: parts_in(tmp_path / "runs") >= 2)
    cluster.workers[0].kill()
    assert ended_well(run, tmp_path / "runs") == undisturbed


def test_client_of_the_cluster_killed(tmp_path: Path, undisturbed: dict[str, bytes], cluster: Dask) -> None:
    run = begin_run(tmp_path, tmp_path / "runs", "--scheduler", cluster.address)
    killed_in_the_middle(run, tmp_path / "runs")
    (folder,) = (tmp_path / "runs").glob("*.unfinished")
    cluster.workers[1].kill()
    again = begin_run(tmp_path, tmp_path / "runs", "--scheduler", cluster.address, "--resume", str(folder), page=True)
    assert ended_well(again, tmp_path / "runs") == undisturbed


def test_scheduler_killed(tmp_path: Path, undisturbed: dict[str, bytes], cluster: Dask) -> None:
    run = begin_run(tmp_path, tmp_path / "runs", "--scheduler", cluster.address)
    wait_until(lambda: parts_in(tmp_path / "runs") >= 2)
    cluster.scheduler.kill()
    said = run.communicate(timeout=120)[1]
    assert run.returncode == 3
    assert "the scheduler is gone" in said
    assert "what is finished is kept" in said
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1
    again = begin_run(tmp_path, tmp_path / "runs", "--workers", "1")
    assert ended_well(again, tmp_path / "runs") == without_page(undisturbed)


@pytest.mark.parametrize("home", ["one", "pool", "cluster"])
def test_ctrl_c_ends_quickly_and_says_how_to_go_on(
    tmp_path: Path, undisturbed: dict[str, bytes], home: str, request: pytest.FixtureRequest
) -> None:
    where = {"one": ("--workers", "1"), "pool": ("--workers", "2"), "cluster": ("--scheduler", "")}[home]
    if home == "cluster":
        where = ("--scheduler", request.getfixturevalue("cluster").address)
    run = begin_run(tmp_path, tmp_path / "runs", *where)
    wait_until(lambda: parts_in(tmp_path / "runs") >= 2)
    run.send_signal(signal.SIGINT)
    said = run.communicate(timeout=15)[1]
    assert run.returncode == 130
    assert said.count("\n") == 1, said
    assert "next: the same command goes on from there" in said
    again = begin_run(tmp_path, tmp_path / "runs", "--workers", "1")
    assert ended_well(again, tmp_path / "runs") == without_page(undisturbed)
