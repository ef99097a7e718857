"""Read a user's text file whole: plain or gzip, UTF-8, of a size that is no mistake."""

from __future__ import annotations

import gzip
import hashlib
import stat
import zlib
from pathlib import Path
from typing import Final

from adoptive.errors import StudyError

__all__ = ["LARGEST_BYTES", "Text", "read_text"]

LARGEST_BYTES: Final = 200_000_000
"""Tables and sequences of one patient are a few megabytes; more is another file given by mistake."""


class Text(str):
    """Hold a file's text with its name and digest, so that every row can say where it came from."""

    path: Path
    sha256: str

    def at(self, line: int) -> str:
        """Name a line as a source: ``variants.tsv:12 #9f86d081``."""
        return f"{self.path.name}:{line} #{self.sha256[:8]}"


def read_text(path: Path | str, *, what: str, largest: int = LARGEST_BYTES) -> Text:
    """Read a text file; ``what`` names its kind in messages, as "variant table".

    Raises
    ------
    StudyError
        It is absent, a folder, a pipe, empty, too large (before and after unpacking), or no UTF-8 text.
    """
    place = Path(path)
    data = _bytes(place, what, largest)
    text = Text(_decoded(_unpacked(data, place, what, largest), place, what))
    text.path, text.sha256 = place, hashlib.sha256(data).hexdigest()
    if not text.strip():
        raise StudyError(f"the {what} is empty", where=str(place), next_step="is it the right file, and whole?")
    return text


def _bytes(place: Path, what: str, largest: int) -> bytes:
    try:
        known = place.stat()
        if stat.S_ISDIR(known.st_mode):
            raise StudyError("this is a folder", where=str(place), next_step=f"name the {what} in it")
        if not stat.S_ISREG(known.st_mode):
            raise StudyError("this is a pipe or a device", where=str(place), next_step=f"save the {what} in a file")
        if known.st_size > largest:
            raise _too_large(place, what, f"{known.st_size:,} bytes", largest)
        return place.read_bytes()
    except (OSError, ValueError) as problem:
        if isinstance(problem, StudyError):
            raise
        reason = problem.strerror if isinstance(problem, OSError) else str(problem)
        raise StudyError(
            f"the {what} cannot be read", where=str(place), value=reason, next_step="correct the name or its rights"
        ) from None


def _too_large(place: Path, what: str, value: str, largest: int) -> StudyError:
    return StudyError(
        f"the {what} is too large", where=str(place), value=value, allowed=f"{largest:,} bytes",
        next_step="give the rows of one patient",
    )  # fmt: skip


def _unpacked(data: bytes, place: Path, what: str, largest: int) -> bytes:
    """Unpack gzip, but never more than ``largest`` bytes: a small file may hold a huge one."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    try:
        with gzip.open(place) as file:
            unpacked = file.read(largest + 1)
    except (OSError, EOFError, zlib.error) as problem:
        raise StudyError(
            f"the {what} is a damaged gzip file", where=str(place), value=problem,
            next_step="copy it again, or unpack it",
        ) from None  # fmt: skip
    if len(unpacked) > largest:
        raise _too_large(place, what, f"more than {largest:,} bytes unpacked", largest)
    return unpacked


def _decoded(data: bytes, place: Path, what: str) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise StudyError(
            f"the {what} is no UTF-8 text", where=f"{place}: line {line}", value=hex(data[problem.start]),
            next_step="save it as UTF-8",
        ) from None  # fmt: skip
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise StudyError(
            f"the {what} is no text", where=f"{place}: line {line}", value="a zero byte", next_step="give the text file"
        )
    return text
