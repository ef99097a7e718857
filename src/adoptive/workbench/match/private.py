"""Folders and files that only their owner can open: there when whole or not at all, whatever the umask says."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from adoptive.errors import RunError, StudyError

__all__ = ["private_folder", "write_private"]

FOLDER: Final = 0o700
FILE: Final = 0o600


@contextmanager
def private_folder(out: Path) -> Iterator[Path]:
    """Give a hidden folder (0700) to write in, which becomes ``out`` at the end; its files are 0600.

    Until then, and after any failure, nothing stands at ``out``; what stood there before is never replaced. Missing
    folders above it are made for the owner alone.

    Raises
    ------
    StudyError
        Something stands there already (a link that leads nowhere, too), or nothing can be made there.
    RunError
        The disk is full, the folder holds a link, or it could not be moved to its place.
    """
    made, hidden = _hidden(out, folder=True)
    try:
        try:
            yield hidden
            _owner_only(hidden)
            _refuse(out)
            hidden.rename(out)  # a folder never goes over a file, a link or a folder that holds something
        except OSError as problem:
            raise _unwritten(out, problem) from None
    except BaseException:
        shutil.rmtree(hidden, ignore_errors=True)
        _take_back(made)
        raise


def write_private(place: Path, text: str) -> None:
    """Write a new file (0600) in UTF-8, whole or not at all; no link is followed.

    Raises
    ------
    StudyError
        Something stands there already, or nothing can be made there.
    RunError
        The disk is full.
    """
    made, hidden = _hidden(place, folder=False)
    try:
        try:
            hidden.write_text(text, "utf-8", errors="replace")
            _refuse(place)
            _set_beside(hidden, place)
        except OSError as problem:
            raise _unwritten(place, problem) from None
    except BaseException:
        _take_back(made)
        raise
    finally:
        with suppress(OSError):
            hidden.unlink(missing_ok=True)
    if not os.path.lexists(place):
        _take_back(made)


def _hidden(out: Path, *, folder: bool) -> tuple[list[Path], Path]:
    """Make the folders above a place and, beside it, a hidden folder or file; give both."""
    _refuse(out)
    made: list[Path] = []
    try:
        for above in reversed([above for above in out.absolute().parents if not above.exists()]):
            above.mkdir(mode=FOLDER)
            made.append(above)
            above.chmod(FOLDER)
        if folder:
            hidden = Path(tempfile.mkdtemp(prefix=".private.", dir=out.absolute().parent))
        else:
            number, name = tempfile.mkstemp(prefix=".private.", dir=out.absolute().parent)
            os.close(number)
            hidden = Path(name)
        hidden.chmod(FOLDER if folder else FILE)
    except OSError as problem:
        _take_back(made)
        raise StudyError(
            "nothing can be written there", where="--out", value=f"{out} ({problem.strerror or problem})",
            next_step="give a place in a folder in which you may write",
        ) from None  # fmt: skip
    return made, hidden


def _refuse(out: Path) -> None:
    if not out.name or out.name == "..":
        raise StudyError("not the name of a new place", where="--out", value=out, next_step="name a new one")
    if os.path.lexists(out):
        raise StudyError("this exists already", where="--out", value=out, next_step="name a new one")


def _owner_only(folder: Path) -> None:
    """Make everything in a folder the owner's alone; refuse what is neither a file nor a folder."""
    for place, folders, files in os.walk(folder, followlinks=False):
        for name in (*folders, *files):
            entry = Path(place, name)
            mode = entry.lstat().st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                raise OSError(0, f"neither a file nor a folder: {name}")
            entry.chmod(FOLDER if stat.S_ISDIR(mode) else FILE)
    folder.chmod(FOLDER)


def _set_beside(hidden: Path, place: Path) -> None:
    """Give a finished file its name; a second name never goes over what stands there, a move might."""
    try:
        os.link(hidden, place, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:  # a disk without second names
        hidden.rename(place)


def _take_back(made: list[Path]) -> None:
    for folder in reversed(made):
        with suppress(OSError):
            folder.rmdir()


def _unwritten(out: Path, problem: OSError) -> RunError:
    return RunError(
        "it could not be written", where=str(out), value=problem.strerror or problem,
        next_step="make room, or give another --out",
    )  # fmt: skip
