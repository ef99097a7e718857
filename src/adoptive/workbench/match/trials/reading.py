"""Bytes of files as JSON values, one by one: plain or packed, whole or page by page, in bounded memory."""

from __future__ import annotations

import codecs
import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from adoptive.errors import StudyError
from adoptive.workbench.match.trials.stream import LONGEST_RECORD, Numbered, encoding_of, streamed

__all__ = ["json_values", "opened", "text_of"]

AT_ONCE: Final = 8_000_000
"""Bytes of a file that are read at once; a larger one is read value by value."""

READING_ERRORS: Final = (OSError, EOFError, zlib.error)


def opened(path: Path) -> BinaryIO:
    """Open a file to read bytes; a gzip file, by its first bytes, is unpacked on the way."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if packed else path.open("rb")  # type: ignore[return-value]


def json_values(path: Path, *, by_line: bool) -> Iterator[Numbered]:
    """Yield the JSON values of a file: of a page its studies, of a list its elements, of lines each.

    Raises
    ------
    StudyError
        What cannot be read, after everything that comes before it in the file.
    """
    try:
        with opened(path) as file:
            if by_line:
                yield from _lines(file)
                return
            head = file.read(AT_ONCE + 1)
            yield from _at_once(head) if len(head) <= AT_ONCE else streamed(_Again(head, file))
    except READING_ERRORS as problem:
        raise StudyError(f"cannot be read: {problem}", next_step="check the file, or copy it again") from None


def _at_once(data: bytes) -> Iterator[Numbered]:
    text = text_of(data)
    try:
        value = loads(text)
    except StudyError:
        raise
    except RecursionError:
        yield from streamed(_Again(data))
    except ValueError as problem:
        if isinstance(problem, json.JSONDecodeError) and _in_lines(text, problem):
            yield from _lines(_Again(data))
        else:
            yield from streamed(_Again(text.encode("utf-8", "replace")))
    else:
        values = value["studies"] if isinstance(value, dict) and isinstance(value.get("studies"), list) else value
        yield from enumerate(values, 1) if isinstance(values, list) else ((0, value),)


def _in_lines(text: str, problem: json.JSONDecodeError) -> bool:
    """Say whether a text that is not one value has one in its first line."""
    return problem.msg.startswith("Extra data") and not text[: problem.pos].strip().count("\n")


def loads(text: str) -> Any:
    """Read a JSON text; NaN and the infinities are nothing, and a number with too many digits is none either.

    In a file of match trees a key that stands twice in a table is a mistake: one of the two would be lost.
    """
    pairs = _each_once if '"match"' in text else None
    return json.loads(text, strict=False, parse_constant=lambda _: None, parse_int=_whole, object_pairs_hook=pairs)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) < len(pairs):
        key = next(key for key in table if sum(key == other for other, _ in pairs) > 1)
        raise StudyError("a key stands twice in a table", value=key[:80], next_step="put each into a node of its own")
    return table


def _whole(digits: str) -> int | None:
    return int(digits) if len(digits) <= 30 else None


def text_of(data: bytes) -> str:
    """Decode a file's bytes: UTF-8, or UTF-16 and UTF-32 by their mark; any other encoding raises StudyError."""
    encoding = encoding_of(data[:4])
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as problem:
        raise StudyError(
            "not UTF-8 text",
            value=f"byte {data[problem.start]:#04x} at {problem.start:,}",
            allowed="UTF-8, or UTF-16 with its mark",
            next_step="save the file as UTF-8",
        ) from None


class _Again:
    """Read bytes that are in memory as a file, and then what is left of one."""

    def __init__(self, data: bytes, rest: BinaryIO | None = None) -> None:
        self._data, self._place, self._rest = data, 0, rest

    def read(self, size: int) -> bytes:
        piece = self._data[self._place : self._place + size]
        self._place += len(piece)
        if not piece and size and self._rest is not None:
            self._data = b""
            return self._rest.read(size)
        return piece

    def readline(self, size: int) -> bytes:
        end = self._data.find(b"\n", self._place) + 1 or len(self._data)
        return self.read(min(end - self._place, size))


def _lines(file: Any) -> Iterator[Numbered]:
    """Read lines, each a JSON value; one that cannot be read is handed on as the error that it is."""
    number, start = 0, codecs.BOM_UTF8
    while data := file.readline(LONGEST_RECORD):
        number += 1
        if len(data) == LONGEST_RECORD:
            raise StudyError(f"line {number} is too long to be read", allowed=f"{LONGEST_RECORD // 1_000_000} MB")
        data, start = data.removeprefix(start), b""
        if data.strip():
            yield number, _line_value(data, number)


def _line_value(data: bytes, number: int) -> Any:
    try:
        return loads(text_of(data))
    except StudyError as problem:
        return problem
    except (ValueError, RecursionError) as problem:
        reason = "too deep" if isinstance(problem, RecursionError) else str(problem)
        return StudyError(f"not JSON: {reason}")
