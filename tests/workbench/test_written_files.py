"""Files that a command leaves: refused early and in one sentence, whole or not there."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from adoptive.errors import StudyError
from adoptive.workbench.cli.written import check_place, whole_file


def test_a_written_file_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    out = tmp_path / "days.csv"
    out.write_text("old")
    with whole_file(out, where="--out") as file:
        file.write(b"new")
        assert out.read_text() == "old"
    assert out.read_text() == "new"
    assert os.listdir(tmp_path) == ["days.csv"]


def write_half(out: Path, problem: BaseException) -> None:
    """Write something and break off."""
    with whole_file(out, where="--out") as file:
        file.write(b"half")
        raise problem


@pytest.mark.parametrize("problem", [KeyboardInterrupt(), OSError(errno.ENOSPC, "full"), ValueError()])
def test_a_broken_off_file_leaves_the_old_one(tmp_path: Path, problem: BaseException) -> None:
    out = tmp_path / "days.csv"
    out.write_text("old")
    with pytest.raises(type(problem)):
        write_half(out, problem)
    assert out.read_text() == "old"
    assert os.listdir(tmp_path) == ["days.csv"]


def test_a_link_keeps_pointing_at_what_is_written(tmp_path: Path) -> None:
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    link.symlink_to(real)
    with whole_file(link, where="--out") as file:
        file.write(b"new")
    assert link.is_symlink()
    assert real.read_text() == "new"


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no folder that takes no files")
def test_a_place_that_takes_no_files_is_refused_in_one_sentence() -> None:
    with (
        pytest.raises(StudyError, match="--out: the file cannot be written there"),
        whole_file(Path("/proc/days.csv"), where="--out"),
    ):
        pass


@pytest.mark.parametrize(
    ("name", "said"),
    [("days.xls", "kind is not known"), ("nowhere/days.csv", "no such folder"), ("folder.csv", "this is a folder")],
)
def test_bad_places_are_refused_before_anything_is_computed(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(StudyError, match=said):
        check_place(tmp_path / name, where="--out", kinds=(".csv",))
