"""Folders and files for the owner alone: whole or not at all, whatever the umask, no link followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adoptive.errors import RunError, StudyError
from adoptive.workbench.match.private import private_folder, write_private


@contextmanager
def mask(bits: int) -> Iterator[None]:
    before = os.umask(bits)
    try:
        yield
    finally:
        os.umask(before)


def mode(place: Path) -> int:
    return stat.S_IMODE(place.lstat().st_mode)


@pytest.mark.parametrize("bits", [0o000, 0o022, 0o077, 0o777])
def test_only_the_owner_can_open_whatever_the_umask(tmp_path: Path, bits: int) -> None:
    with mask(bits), private_folder(tmp_path / "above" / "card") as folder:
        assert mode(folder) == 0o700
        (folder / "plain.txt").write_text("a")
        write_private(folder / "private.txt", "b")
        (folder / "inner").mkdir()
        (folder / "inner").chmod(0o777)
        (folder / "inner" / "c.txt").write_text("c")
    out = tmp_path / "above" / "card"
    assert [mode(place) for place in (tmp_path / "above", out, out / "inner")] == [0o700] * 3
    assert [mode(out / name) for name in ("plain.txt", "private.txt", "inner/c.txt")] == [0o600] * 3


@pytest.mark.parametrize("bits", [0o000, 0o777])
def test_a_file_alone_is_the_owners_too(tmp_path: Path, bits: int) -> None:
    with mask(bits):
        write_private(tmp_path / "match.json", "{}\n")
    assert mode(tmp_path / "match.json") == 0o600
    assert (tmp_path / "match.json").read_text() == "{}\n"
    assert os.listdir(tmp_path) == ["match.json"]


@pytest.mark.parametrize("there", ["folder", "empty folder", "file", "link to nowhere", "link to a folder"])
def test_what_stands_there_is_refused_and_stays(tmp_path: Path, there: str) -> None:
    out, other = tmp_path / "card", tmp_path / "other"
    other.mkdir()
    if "folder" in there and "link" not in there:
        out.mkdir()
        if there == "folder":
            (out / "mine.txt").write_text("mine")
    elif there == "file":
        out.write_text("mine")
    else:
        out.symlink_to(other if there == "link to a folder" else tmp_path / "nowhere")
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(StudyError, match="exists already"), private_folder(out):
        pytest.fail("a place that is taken was given")
    with pytest.raises(StudyError, match="exists already"):
        write_private(out, "text")
    assert sorted(os.listdir(tmp_path)) == before
    assert os.listdir(other) == []


@pytest.mark.parametrize("problem", [ValueError, KeyboardInterrupt])
def test_nothing_is_left_after_a_failure(tmp_path: Path, problem: type[BaseException]) -> None:
    def fail() -> None:
        with private_folder(tmp_path / "a" / "b" / "card") as folder:
            write_private(folder / "half.txt", "half")
            raise problem

    with pytest.raises(problem):
        fail()
    assert os.listdir(tmp_path) == []


def test_a_folder_that_comes_meanwhile_is_never_replaced(tmp_path: Path) -> None:
    out = tmp_path / "card"

    def race() -> None:
        with private_folder(out) as folder:
            write_private(folder / "a.txt", "a")
            out.mkdir()
            (out / "theirs.txt").write_text("theirs")

    with pytest.raises(StudyError, match="exists already"):
        race()
    assert os.listdir(tmp_path) == ["card"]
    assert os.listdir(out) == ["theirs.txt"]


def test_a_link_that_comes_in_the_last_moment_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if the look before the move sees nothing, the move itself goes over no link."""
    out, target = tmp_path / "card", tmp_path / "target"
    target.mkdir()

    def race() -> None:
        with private_folder(out) as folder:
            write_private(folder / "a.txt", "a")
            out.symlink_to(target)
            monkeypatch.setattr(os.path, "lexists", lambda place: False)

    with pytest.raises(RunError, match="could not be written"):
        race()
    assert os.listdir(target) == []
    assert out.is_symlink()


def test_a_link_inside_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    secret.chmod(0o644)

    def link() -> None:
        with private_folder(tmp_path / "card") as folder:
            (folder / "link").symlink_to(secret)

    with pytest.raises(RunError, match="neither a file nor a folder"):
        link()
    assert os.listdir(tmp_path) == ["secret.txt"]
    assert mode(secret) == 0o644


def test_a_place_that_takes_nothing_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StudyError, match="nothing can be written there"), private_folder(tmp_path / "file" / "card"):
        pytest.fail("a file is no folder")
    for name in ("..", "."):
        with pytest.raises(StudyError), private_folder(tmp_path / name):
            pytest.fail("no name")


def test_text_that_cannot_be_written_is_replaced(tmp_path: Path) -> None:
    write_private(tmp_path / "a.txt", "x\ud800y")
    assert (tmp_path / "a.txt").read_text("utf-8") == "x?y"
