"""Folders and files that only their owner can open: there when whole or not at all, whatever the umask says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["private_folder", "write_private"]


@contextmanager
def private_folder(out: Path) -> Iterator[Path]:
    """Give a hidden folder (0700) to write in, which becomes ``out`` at the end; its files are 0600.

    Raises
    ------
    StudyError
        The folder exists, or cannot be made.
    """
    raise NotImplementedError
    yield out


def write_private(place: Path, text: str) -> None:
    """Write a new file (0600), whole or not at all; what stands there already is refused."""
    raise NotImplementedError
