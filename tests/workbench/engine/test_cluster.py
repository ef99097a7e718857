"""A Dask cluster: the same bytes, a lost worker, and everything that is refused in one sentence."""

from __future__ import annotations

import builtins
import importlib
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cluster_parts import begin_run, dask, wait_until
from synthetic_clinic import SyntheticClinic

from adoptive.errors import RunError, StudyError
from adoptive.trial.types import Study
from adoptive.workbench.engine import cluster, run_study
from adoptive.workbench.engine.cluster import checked_address, differences, makings, work_there
from adoptive.workbench.engine.columns import as_columns
from adoptive.workbench.engine.layout import open_layout
from adoptive.workbench.engine.parts import digest_of

Command = Callable[..., SimpleNamespace]


@pytest.fixture(scope="module")
def here() -> Iterator[Any]:
    """Three workers and a scheduler that speak TCP with each other, all of them in this process."""
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 3, "threads_per_worker": 1, "processes": False, "dashboard_address": None}
    with distributed.LocalCluster(protocol="tcp://", host="127.0.0.1", **options) as started:
        yield started


def test_a_lost_worker_changes_no_byte(here: Any, small_study: Study) -> None:
    """Fast witness of the kill tests: a worker leaves in mid-run with what it had."""
    seen: list[int] = []

    def lose_one(done: int, total: int) -> None:
        seen.append(done)
        if len(seen) == 3:
            here.sync(here.workers[0].close, nanny=False, reason="lost")

    with open_layout(scheduler=here.scheduler_address) as layout:
        away = run_study(small_study, trials=300, simulate=SyntheticClinic(0.02), layout=layout, progress=lose_one)
    home = run_study(small_study, trials=300, simulate=SyntheticClinic(0.02), workers=1)
    assert digest_of(as_columns(away.all_trials)) == digest_of(as_columns(home.all_trials))
    assert away.comparisons == home.comparisons
    assert seen == sorted(seen)
    assert len(here.scheduler.workers) < 3


def failing(job: int) -> None:
    raise {0: OSError(28, "No space left"), 1: StudyError("not like this", where="a study")}[job]


@pytest.mark.parametrize(("job", "kind", "said"), [(0, RunError, "No space left"), (1, StudyError, "not like this")])
def test_what_a_worker_raises_arrives(here: Any, job: int, kind: type[Exception], said: str) -> None:
    with open_layout(scheduler=here.scheduler_address) as layout, pytest.raises(kind, match=said):
        list(layout.results(failing, [job]))


@pytest.mark.parametrize(
    "address",
    [
        "",
        "here",
        "host:",
        "host:0",
        "host:65536",
        "host:http",
        "http://host:80",
        "tcp://",
        "tcp://host",
        "a b:1",
        "h:1/",
    ],
)
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(StudyError, match="not the address of a Dask scheduler"), open_layout(scheduler=address):
        pass


@pytest.mark.parametrize("address", ["host:1", "tcp://10.0.0.1:8786", "tls://head.node-1.org:65535", "[::1]:8786"])
def test_addresses_that_are_some(address: str) -> None:
    assert checked_address(address).endswith(address)


@pytest.mark.parametrize("listens", [False, True])
def test_nobody_answers(listens: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "ANSWER_S", 0.5)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        if listens:  # something else than a scheduler
            other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        said = "no Dask scheduler answers.*dask scheduler"
        with pytest.raises(StudyError, match=said), open_layout(scheduler=address):
            pass


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(StudyError, match=r"adoptive\[cluster\]"), open_layout(scheduler="127.0.0.1:8786"):
        pass


def test_no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed")
    monkeypatch.setattr(cluster, "WORKERS_S", 0.2)
    options = {"n_workers": 0, "processes": False, "dashboard_address": None, "protocol": "tcp://"}
    with (
        distributed.LocalCluster(host="127.0.0.1", **options) as empty,
        pytest.raises(StudyError, match=r"no workers.*dask worker tcp://"),
        open_layout(scheduler=empty.scheduler_address),
    ):
        pass


@pytest.mark.parametrize("name", ["adoptive", "Python", "parameter rows", "code", "numpy"])
@pytest.mark.parametrize("who", ["the scheduler", "the worker tcp://10.0.0.9:1"])
def test_others_numbers_are_refused(here: Any, name: str, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"the scheduler": makings(), "the worker tcp://10.0.0.9:1": makings()} | {who: makings() | {name: "0.0"}}
    monkeypatch.setattr(cluster, "_asked_all", lambda client: told)
    said = rf"{who}: {name} 0\.0 \(here"
    with pytest.raises(StudyError, match=said), open_layout(scheduler=here.scheduler_address):
        pass


def test_a_place_without_the_package_is_refused(here: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"the scheduler": makings(), "the worker x": ModuleNotFoundError("No module named 'adoptive'")}
    monkeypatch.setattr(cluster, "_asked_all", lambda client: told)
    with pytest.raises(StudyError, match="the worker x: this version"), open_layout(scheduler=here.scheduler_address):
        pass


def test_a_worker_that_joins_late_is_checked_too() -> None:
    assert work_there(abs, -3, makings()) == 3
    with pytest.raises(RunError, match=r"other numbers.*Python"):
        work_there(abs, -3, makings() | {"Python": "2.7"})


def test_makings_tell_the_difference() -> None:
    assert differences(makings(), makings()) == ""
    assert set(makings()) == {"adoptive", "Python", "parameter rows", "code", "numpy", "scipy", "numba", "llvmlite"}


def test_nothing_of_the_library_is_imported_without_a_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def guarded(name: str, *rest: Any, **named: Any) -> Any:
        assert name.partition(".")[0] not in ("dask", "distributed")
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", guarded)
    importlib.reload(cluster)
    with open_layout(workers=1) as layout:
        assert layout.said == "this process"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--workers", "2", "--scheduler", "tcp://localhost:1", "--out", "runs"), "one home only"),
        (("--scheduler", "nowhere"), "not the address"),
        (("--resume", "nowhere.unfinished"), "no working folder"),
        (("--resume", "x.unfinished", "--out", "elsewhere"), "--resume"),
    ],
)
def test_bad_usage(
    command: Command, tmp_path: Path, options: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    seen = command("run", Path(__file__).parents[1] / "small.toml", "--trials", "2", "--quiet", *options)
    assert (seen.code, seen.out) == (2, "")
    assert said in seen.err
    assert "Traceback" not in seen.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_cluster_of_another_version_is_refused(tmp_path: Path) -> None:
    """The workers have another package of the same name first on their path."""
    pytest.importorskip("distributed")
    (tmp_path / "old" / "adoptive").mkdir(parents=True)
    (tmp_path / "old" / "adoptive" / "__init__.py").write_text('__version__ = "0.0.1"\n')
    with dask(tmp_path / "dask", workers=1, paths=(str(tmp_path / "old"),)) as old:
        run = begin_run(tmp_path, tmp_path / "runs", "--scheduler", old.address)
        wait_until(lambda: run.poll() is not None)
        said = run.communicate()[1]
        assert run.returncode == 2
        assert "cannot be imported there" in said
        assert said.count("\n") == 1
        assert not (tmp_path / "runs").exists()
