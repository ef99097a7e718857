"""One file that a command leaves: refused before anything is computed, whole or not there afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from adoptive.errors import StudyError
from adoptive.workbench.limits import NO_ROOM

__all__ = ["check_place", "whole_file"]


def check_place(out: Path, *, where: str, kinds: Sequence[str]) -> None:
    """Refuse a file of another kind, and a place where no file can be made. Raises StudyError."""
    if out.suffix.lower() not in kinds:
        raise StudyError("the file's kind is not known", where=where, value=out, allowed=" or ".join(kinds))
    try:
        folder = out.is_dir()
    except OSError as problem:  # a name that is too long
        raise _not_there(out, where, problem.strerror or str(problem)) from None
    if folder:
        raise StudyError("this is a folder", where=where, value=out, next_step="name a file in it")
    if not out.parent.is_dir():
        raise StudyError("no such folder", where=where, value=out.parent, next_step="make it first")
    if not os.access(out if out.exists() else out.parent, os.W_OK):
        raise _not_there(out, where, "Permission denied")


@contextmanager
def whole_file(out: Path, *, where: str) -> Iterator[BinaryIO]:
    """Open a file for writing that takes its place when all is written; an interrupted one leaves nothing.

    Raises StudyError where it cannot be written; a full disk stays an OSError.
    """
    place = out.resolve()
    beside = place.with_name(f".{place.name}.{os.getpid()}.part")
    try:
        if place.exists() and not place.is_file():  # a pipe or a device is written as it stands
            with place.open("wb") as file:
                yield file
            return
        try:
            with beside.open("wb") as file:
                yield file
            beside.replace(place)
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
    except OSError as problem:
        if problem.errno in NO_ROOM:
            raise
        raise _not_there(out, where, problem.strerror or str(problem)) from None


def _not_there(out: Path, where: str, why: str) -> StudyError:
    return StudyError(
        f"the file cannot be written there ({why})", where=where, value=out, next_step="choose another place"
    )
