"""Bytes of files as JSON values, one by one: plain or packed, whole or page by page, in bounded memory."""

from __future__ import annotations

import codecs
import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

from adoptive.errors import StudyError

__all__ = ["json_values", "opened", "text_of"]

AT_ONCE: Final = 8_000_000
"""Bytes of a file that are read at once; a larger one is read value by value."""

LONGEST_FILE: Final = 8_000_000_000
"""Bytes of a file, unpacked."""

LONGEST_VALUE: Final = 256_000_000
"""Bytes of one text in a file, and of one line."""

PIECE: Final = 1 << 24
"""Bytes that are handed to the JSON parser at once: it starts a text that is cut off again from its beginning."""

DEEPEST: Final = 12_000
"""Levels of lists and tables; a registry's record has about ten, and one of a broken page does not end the others."""

_STEPS: Final = {"start_map": 1, "start_array": 1, "end_map": -1, "end_array": -1}

READING_ERRORS: Final = (OSError, EOFError, zlib.error)
Numbered = tuple[int, Any]
"""A value with its number in the file, from 1; 0 where the file holds one alone."""


def opened(path: Path) -> BinaryIO:
    """Open a file to read bytes; a gzip file, by its first bytes, is unpacked on the way."""
    raw = path.open("rb")
    packed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    return gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[return-value]


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
        yield from _at_once(head) if len(head) <= AT_ONCE else _piecewise(path)
    except READING_ERRORS as problem:
        raise StudyError(f"cannot be read: {problem}", next_step="check the file, or copy it again") from None


def _at_once(data: bytes) -> Iterator[Numbered]:
    text = text_of(data)
    try:
        value = loads(text)
    except StudyError:
        raise
    except RecursionError:
        yield from _stream(_Source(_Again(data)), shape_of(_Source(_Again(data))))
        return
    except ValueError as problem:
        if isinstance(problem, json.JSONDecodeError) and problem.msg.startswith("Extra data"):
            yield from _lines(_Again(data))
            return
        again = text.encode("utf-8", "replace")
        yield from _stream(_Source(_Again(again)), shape_of(_Source(_Again(again))))
        raise StudyError(f"not JSON: {problem}") from None
    else:
        values = value["studies"] if isinstance(value, dict) and isinstance(value.get("studies"), list) else value
        yield from enumerate(values, 1) if isinstance(values, list) else ((0, value),)


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
    encoding = _encoding(data[:4])
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as problem:
        raise StudyError(
            "not UTF-8 text",
            value=f"byte {data[problem.start]:#04x} at {problem.start:,}",
            allowed="UTF-8, or UTF-16 with its mark",
            next_step="save the file as UTF-8",
        ) from None


def _encoding(start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(start) > 1 and start[1] == 0 < start[0]:
        return "utf-16-le"
    return "utf-16-be" if len(start) > 1 and start[0] == 0 < start[1] else "utf-8-sig"


class _Again:
    """Read bytes that are in memory as a file."""

    def __init__(self, data: bytes) -> None:
        self._data, self._place = data, 0

    def read(self, size: int = -1) -> bytes:
        end = len(self._data) if size < 0 else self._place + size
        piece = self._data[self._place : end]
        self._place += len(piece)
        return piece

    def readline(self, size: int = -1) -> bytes:
        end = self._data.find(b"\n", self._place) + 1 or len(self._data)
        return self.read(min(end - self._place, size) if size >= 0 else end - self._place)


class _Source:
    """Hand a file's bytes to the JSON parser as UTF-8, and stop where one value, or all, would fill the memory."""

    def __init__(self, file: Any) -> None:
        first = file.read(4)
        encoding = _encoding(first)
        self._file, self._first = file, first.removeprefix(codecs.BOM_UTF8)
        self._decode = None if encoding == "utf-8-sig" else codecs.getincrementaldecoder(encoding)()
        self.total, self.waiting = 0, 0

    def read(self, size: int = -1) -> bytes:
        if size == 0:
            return b""
        piece = self._first + self._file.read(size)
        self._first = b""
        self.total += len(piece)
        self.waiting += len(piece)
        if self.total > LONGEST_FILE or self.waiting > LONGEST_VALUE:
            raise StudyError("too long to be read", allowed=f"{LONGEST_VALUE // 1_000_000} MB a text")
        if self._decode is None:
            return bytes(piece)
        text: str = self._decode.decode(piece, final=not piece)
        return text.encode("utf-8", "replace")


def _piecewise(path: Path) -> Iterator[Numbered]:
    with opened(path) as file:
        shape = shape_of(_Source(file))
    with opened(path) as file:
        yield from _stream(_Source(file), shape)


def shape_of(source: _Source) -> str:
    """Say where the values of a JSON file stand: "item" of a list, "studies.item" of a page, "" alone."""
    import ijson

    depth = 0
    try:
        for event, value in ijson.basic_parse(source, multiple_values=True, use_float=True, buf_size=PIECE):
            source.waiting = 0
            if depth == 0 and event == "start_array":
                return "item"
            if depth == 1 and event == "map_key" and value in ("studies", "protocolSection", "treatment_list"):
                return "studies.item" if value == "studies" else ""
            depth += _STEPS.get(event, 0)
            if depth == 0:
                return ""
    except StudyError:
        raise
    except (ijson.JSONError, ValueError) as problem:
        raise _not_json(problem, 0) from None
    return ""


def _stream(source: _Source, shape: str) -> Iterator[Numbered]:
    import ijson

    number = 0
    try:
        events = _shallow(ijson.basic_parse(source, multiple_values=not shape, use_float=True, buf_size=PIECE))
        for value in ijson.items(ijson.parse(events), shape):
            source.waiting = 0
            number += 1
            yield number if shape else 0, value
    except StudyError:
        raise
    except (ijson.JSONError, ValueError) as problem:
        raise _not_json(problem, number) from None


def _shallow(events: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Hand events on until they are too deep: the place of each is written out, which takes depth times depth."""
    depth = 0
    for event in events:
        depth += _STEPS.get(event[0], 0)
        if depth > DEEPEST:
            raise StudyError("nested too deep", allowed=f"{DEEPEST:,} levels", next_step="download the file again")
        yield event


def _not_json(problem: Exception, read: int) -> StudyError:
    reason = " ".join(str(problem).removeprefix("b'").replace("\\n", "\n").split("\n")[0].split())[:120]
    where = f" after record {read}" if read else ""
    return StudyError(f"not JSON{where}: {reason}", next_step="download the file again")


def _lines(file: Any) -> Iterator[Numbered]:
    """Read lines, each a JSON value; one that cannot be read is handed on as the error that it is."""
    number, start = 0, codecs.BOM_UTF8
    while data := file.readline(LONGEST_VALUE):
        number += 1
        if len(data) == LONGEST_VALUE:
            raise StudyError(f"line {number} is too long to be read", allowed=f"{LONGEST_VALUE // 1_000_000} MB")
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
