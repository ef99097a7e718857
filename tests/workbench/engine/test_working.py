"""The working folder: kept if something is finished, gone if nothing is; of one run, and for one process at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from synthetic_clinic import SyntheticClinic

from adoptive.errors import StudyError
from adoptive.trial.types import Study
from adoptive.workbench.engine import run_study
from adoptive.workbench.engine.columns import as_columns
from adoptive.workbench.engine.parts import digest_of
from adoptive.workbench.engine.run import run_identity
from adoptive.workbench.engine.stream import Piece
from adoptive.workbench.engine.working import working_folder

TOLD: dict[str, object] = {"study": "s", "seed": 1}


def nothing(job: int) -> dict[str, np.ndarray]:
    return {"x": np.zeros(1)}


PIECE = Piece("s", 0, 0, 0, nothing, 0, "d")


def ended(out: Path, *, problem: type[BaseException] = KeyboardInterrupt, keep: bool = True) -> Path:
    """Begin a run and end it before its time; give its working folder."""

    def work() -> None:
        with working_folder(out, "s-1", TOLD) as working:
            if keep:
                working.store.keep(PIECE, nothing(0))
            (working.folder / "columns").write_text("half")
            (working.store.folder / ".s.parquet.77").write_text("half")
            raise problem

    with pytest.raises(problem):
        work()
    return out / "s-1.unfinished"


@pytest.mark.parametrize("problem", [KeyboardInterrupt, RuntimeError, SystemExit])
def test_nothing_finished_leaves_nothing(tmp_path: Path, problem: type[BaseException]) -> None:
    ended(tmp_path / "deep" / "runs", problem=problem, keep=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("problem", [KeyboardInterrupt, RuntimeError, SystemExit])
def test_what_is_finished_stays_and_is_found_again(tmp_path: Path, problem: type[BaseException]) -> None:
    folder = ended(tmp_path, problem=problem)
    with working_folder(tmp_path, "s-1", TOLD) as working:
        assert working.folder == folder
        assert working.store.find(PIECE)
        assert working.parts == 1
        assert {entry.name for entry in folder.rglob("*")} == {
            "lock",
            "parts",
            "run.json",
            "s-d00000-t000000-000000.parquet",
        }
    assert list(tmp_path.iterdir()) == [], "a finished run needs it no more"


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with working_folder(tmp_path, "s-1", TOLD) as working:
        working.store.keep(PIECE, nothing(0))
        with pytest.raises(StudyError, match="under way"), working_folder(tmp_path, "s-1", TOLD):
            pass
        assert working.store.find(PIECE), "the other one took nothing away"


def test_resume_wants_the_same_run(tmp_path: Path) -> None:
    folder = ended(tmp_path)
    with working_folder(tmp_path, "other name", TOLD, resume=folder) as working:
        assert working.store.find(PIECE)
        with pytest.raises(StudyError, match=r"another run \(seed\)"):
            working_folder(tmp_path, "s", TOLD | {"seed": 2}, resume=folder).__enter__()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda place: None, "No such file"),
        (lambda place: place.mkdir(), "No such file"),
        (lambda place: place.write_text("x"), "Not a directory"),
        (lambda place: (place.mkdir(), (place / "run.json").write_text("{")), "cannot be read"),
        (lambda place: (place.mkdir(), (place / "run.json").write_text("[1]")), "another run"),
    ],
)
def test_resume_wants_a_working_folder(tmp_path: Path, make: Callable[[Path], object], said: str) -> None:
    make(tmp_path / "place")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StudyError, match=said), working_folder(tmp_path, "s", TOLD, resume=tmp_path / "place"):
        pass
    assert sorted(tmp_path.rglob("*")) == before


def test_out_may_not_be_a_run(tmp_path: Path) -> None:
    folder = ended(tmp_path)
    with pytest.raises(StudyError, match="--resume"), working_folder(folder, "s", TOLD):
        pass
    for name in ("summary.json", "study.toml"):
        (tmp_path / name).write_text("")
    with pytest.raises(StudyError, match="run folder of another run"), working_folder(tmp_path, "s", TOLD):
        pass


def test_no_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StudyError, match="no run folder can be made"), working_folder(tmp_path / "file", "s", TOLD):
        pass


def test_more_trials_go_on_with_the_parts_of_fewer(small_study: Study, tmp_path: Path) -> None:
    told = run_identity(small_study, seed=3)
    found: list[tuple[int, int]] = []

    def begin() -> None:
        with working_folder(tmp_path, "s", told) as working:
            run_study(small_study, trials=68, seed=3, simulate=SyntheticClinic(), working=working)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        begin()
    with working_folder(tmp_path, "s", told) as working:
        more = run_study(
            small_study, trials=140, seed=3, simulate=SyntheticClinic(), working=working,
            progress=lambda done, total: found.append((done, total)),
        )  # fmt: skip
        seen = digest_of(as_columns(more.all_trials))
    assert found[0] == (68 + 60, 140 + 60), "two blocks and those under the other rules"
    alone = run_study(small_study, trials=140, seed=3, simulate=SyntheticClinic())
    assert digest_of(as_columns(alone.all_trials)) == seen


def test_identity_is_of_all_that_makes_the_numbers(small_study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    one = run_identity(small_study, seed=3)
    assert run_identity(small_study, seed=3) == one
    assert run_identity(small_study, seed=4) != one
    monkeypatch.setattr("adoptive.workbench.engine.run.book_digest", lambda: "another posterior")
    assert [key for key, value in run_identity(small_study, seed=3).items() if value != one[key]] == ["parameter rows"]
