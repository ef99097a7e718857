"""Folders and files that only their owner can open: there when whole or not at all, whatever the umask says."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, TypeVar

from adoptive.errors import RunError, StudyError

__all__ = ["private_folder", "write_private"]

FOLDER: Final = 0o700
FILE: Final = 0o600

Made = TypeVar("Made")


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
    with _beside(out) as beside:
        hidden = Path(_made(out, tempfile.mkdtemp, beside))
        try:
            hidden.chmod(FOLDER)
            yield hidden
            _owner_only(hidden)
            _refuse(out)
            hidden.rename(out)  # a folder never goes over a file, a link or a folder that holds something
        except BaseException as problem:
            shutil.rmtree(hidden, ignore_errors=True)
            if isinstance(problem, OSError):
                raise _unwritten(out, problem) from None
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
    with _beside(place) as beside:
        number, hidden = _made(place, tempfile.mkstemp, beside)
        try:
            with os.fdopen(number, "wb") as file:  # by its number: the name could lead elsewhere by now
                os.fchmod(number, FILE)
                file.write(text.encode("utf-8", errors="replace"))
            _refuse(place)
            _set_beside(Path(hidden), place)
        except OSError as problem:
            raise _unwritten(place, problem) from None
        finally:
            with suppress(OSError):
                os.unlink(hidden)


@contextmanager
def _beside(out: Path) -> Iterator[Path]:
    """Make the folders above a place that are missing, for the owner alone; take them back if anything goes wrong."""
    _refuse(out)
    made: list[Path] = []
    try:
        for above in reversed([above for above in out.absolute().parents if not above.exists()]):
            with _no_place(out):
                above.mkdir(mode=FOLDER)
                made.append(above)
                above.chmod(FOLDER)
        yield out.absolute().parent
    except BaseException:
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        raise


def _made(out: Path, make: Callable[..., Made], beside: Path) -> Made:
    with _no_place(out):
        return make(prefix=".private.", dir=beside)


@contextmanager
def _no_place(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise StudyError(
            "nothing can be written there", where="--out", value=f"{out} ({problem.strerror or problem})",
            next_step="give a place in a folder in which you may write",
        ) from None  # fmt: skip


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


def _unwritten(out: Path, problem: OSError) -> RunError:
    return RunError(
        "it could not be written", where=str(out), value=problem.strerror or problem,
        next_step="make room, or give another --out",
    )  # fmt: skip
