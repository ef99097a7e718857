"""The run folder: whole or not there at all, and the same bytes from the same inputs."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from adoptive.errors import RunError, StudyError
from adoptive.tables import read_table
from adoptive.workbench.engine.store import check_writable, folder_name, run_folder, write_run
from adoptive.workbench.engine.types import RunResult
from adoptive.workbench.study import load_study


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_same_inputs_same_bytes_but_for_provenance(result: RunResult, run_place: Path, tmp_path: Path) -> None:
    with run_folder(tmp_path, run_place.name) as folder:
        write_run(folder, result, wall_s=2.0)
    first, second = contents(run_place), contents(tmp_path / run_place.name)
    assert set(first) == set(second)
    assert [name for name in first if first[name] != second[name]] == ["provenance.json"]


def test_folder_holds_what_is_promised(result: RunResult, run_place: Path) -> None:
    assert {path.name for path in run_place.iterdir()} == {
        "study.toml", "summary.json", "provenance.json", "report.html", "tables",
    }  # fmt: skip
    assert load_study(run_place / "study.toml") == result.study
    assert json.loads((run_place / "summary.json").read_text())["trials"] == 70
    told = json.loads((run_place / "provenance.json").read_text())
    assert {"version", "commit", "lock_sha256", "seed", "machine", "wall_s"} <= set(told)
    risk = read_table(run_place / "tables" / "risk")
    arm = risk["at_risk"] + risk["censored"] + risk["events"]
    assert set(arm[risk["arm"] == 0].tolist()) == {20}
    assert set(arm[risk["arm"] == 1].tolist()) == {10}


def test_name_depends_on_study_trials_and_seed(result: RunResult) -> None:
    study = result.study
    other = dataclasses.replace(study, infusion=dataclasses.replace(study.infusion, dose_cells=1e8))
    names = {
        folder_name(study, trials=10, seed=1), folder_name(study, trials=11, seed=1),
        folder_name(study, trials=10, seed=2), folder_name(other, trials=10, seed=1),
    }  # fmt: skip
    assert len(names) == 4
    assert all(name.startswith("small-") for name in names)


@pytest.mark.parametrize("problem", [KeyboardInterrupt, RuntimeError, SystemExit])
def test_nothing_is_left_when_something_goes_wrong(problem: type[BaseException], tmp_path: Path) -> None:
    out = tmp_path / "deep" / "runs"

    def work() -> None:
        with run_folder(out, "x") as folder:
            (folder / "half.txt").write_text("half")
            raise problem

    with pytest.raises(problem):
        work()
    assert list(tmp_path.iterdir()) == []


def test_failure_leaves_the_earlier_run_alone(tmp_path: Path) -> None:
    with run_folder(tmp_path, "x") as folder:
        (folder / "a").write_text("first")

    def work() -> None:
        with run_folder(tmp_path, "x") as folder:
            (folder / "a").write_text("second")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
    assert (tmp_path / "x" / "a").read_text() == "first"


def test_an_earlier_run_is_replaced_whole(tmp_path: Path) -> None:
    for name in ("old", "new"):
        with run_folder(tmp_path, "x") as folder:
            (folder / name).write_text(name)
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["new"]


@pytest.mark.parametrize("problem", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("moment", ["second rename", "removal"])
def test_interrupted_while_moving(
    problem: type[BaseException], moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with run_folder(tmp_path, "x") as folder:
        (folder / "old").write_text("")
    calls: list[object] = []

    def interrupted(real: Callable[..., object], at: int) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            calls.append(arguments)
            if len(calls) == at:
                raise problem
            return real(*arguments, **options)

        return call

    def work() -> None:
        with run_folder(tmp_path, "x") as folder:
            (folder / "new").write_text("")

    if moment == "removal":
        monkeypatch.setattr("adoptive.workbench.engine.store.shutil.rmtree", interrupted(shutil.rmtree, 1))
    else:
        monkeypatch.setattr(Path, "rename", interrupted(Path.rename, 2))
    with pytest.raises(problem):
        work()
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["new" if moment == "removal" else "old"]


def test_a_file_in_the_way_is_replaced_and_nothing_hidden_stays(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("a file")
    with run_folder(tmp_path, "x") as folder:
        (folder / "new").write_text("")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_panic_leaves_nothing(tmp_path: Path) -> None:
    class PanicException(BaseException):
        """What a panic in compiled code raises."""

    def work() -> None:
        with run_folder(tmp_path, "x"):
            raise PanicException

    with pytest.raises(PanicException):
        work()
    assert list(tmp_path.iterdir()) == []


def test_full_disk_is_a_failed_run(result: RunResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("adoptive.workbench.engine.store.write_table", full)

    def work() -> None:
        with run_folder(tmp_path, "x") as folder:
            write_run(folder, result, wall_s=1.0)

    with pytest.raises(RunError, match="No space left"):
        work()
    assert list(tmp_path.iterdir()) == []


def test_place_under_a_file_is_refused_before_anything_is_computed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    def work() -> None:
        with run_folder(tmp_path / "file" / "runs", "x"):
            pytest.fail("nothing may be computed")

    with pytest.raises(StudyError, match="--out"):
        work()


def test_a_place_that_takes_no_folder_is_refused_before_anything_is_computed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for place, name in ((tmp_path / "file", "run"), (tmp_path / "file" / "deep", "run"), (tmp_path, "n" * 300)):
        with pytest.raises(StudyError, match="no run folder can be made there"):
            check_writable(place, name)
    check_writable(tmp_path / "not" / "yet", "run")
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]
