"""Values of a JSON file built one by one as its events come, in bounded memory and to a bounded depth."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from typing import Any, Final

from adoptive.errors import StudyError

__all__ = ["LONGEST_RECORD", "Numbered", "encoding_of", "streamed"]

LONGEST_FILE: Final = 8_000_000_000
"""Bytes of a file, unpacked."""

LONGEST_RECORD: Final = 256_000_000
"""Bytes of one record."""

LONGEST_TEXT: Final = 4_000_000
"""Characters of a text that are kept: more than is ever read."""

DEEPEST: Final = 500
"""Levels of a record; what lies deeper is nothing."""

PIECE: Final = 1 << 24
"""Bytes that are handed to the JSON parser at once: it starts a text that is cut off again from its beginning."""

Numbered = tuple[int, Any]
"""A value with its number in the file, from 1; 0 where the file holds one alone."""

Event = tuple[str, Any]
_NODES: Final = frozenset(("and", "or", "not", "match", "clinical", "genomic", "prior_treatment"))


def streamed(file: Any) -> Iterator[Numbered]:
    """Yield the values of a JSON file: of a list its elements, of an object with studies these, else the values.

    Raises
    ------
    StudyError
        What cannot be read, after everything that comes before it.
    """
    import ijson

    source = Source(file)
    number = 0
    try:
        events = ijson.basic_parse(source, multiple_values=True, use_float=True, buf_size=PIECE)
        for number, value in built(events):
            source.waiting = 0
            yield number, value
    except StudyError:
        raise
    except (ijson.JSONError, ValueError) as problem:
        reason = " ".join(str(problem).removeprefix("b'").replace("\\n", "\n").split("\n")[0].split())[:120]
        where = f" after record {number}" if number else ""
        raise StudyError(f"not JSON{where}: {reason}", next_step="download the file again") from None


def built(events: Iterable[Event]) -> Iterator[Numbered]:
    """Build values from events: the elements of a list on top, or of top-level studies, come one by one.

    >>> list(built([("start_array", None), ("number", 7), ("start_map", None), ("end_map", None), ("end_array", None)]))
    [(1, 7), (2, {})]
    """
    stack: list[Any] = []
    keys: list[str] = []
    outlet: Any = None
    number = deep = 0
    for event, value in events:
        if event == "map_key":
            if not deep:
                _check_key(stack[-1], value)
                keys[-1] = value
            continue
        if event in ("start_map", "start_array"):
            if deep or len(stack) == DEEPEST:
                deep += 1
                continue
            stack.append({} if event == "start_map" else [])
            keys.append("")
            if event == "start_array" and (len(stack) == 1 or (len(stack) == 2 and keys[0] == "studies")):
                outlet = stack[-1]
            continue
        if event in ("end_map", "end_array"):
            if deep > 1:
                deep -= 1
                continue
            value = None if deep else stack.pop()
            del keys[len(stack) :]
            deep = 0
        elif event == "string" and len(value) > LONGEST_TEXT:
            value = value[:LONGEST_TEXT]
        if not stack:
            if value is not outlet and not (isinstance(value, dict) and value.get("studies") is outlet is not None):
                yield 0, value
            outlet = None
        elif stack[-1] is outlet:
            number += 1
            yield number, value
        elif isinstance(stack[-1], dict):
            stack[-1][keys[-1]] = value
        else:
            stack[-1].append(value)


def _check_key(table: dict[str, Any], key: str) -> None:
    """Refuse a key of a match tree that stands twice: one of the two would be lost."""
    if key in _NODES and key in table:
        raise StudyError("a key stands twice in a table", value=key, next_step="put each into a node of its own")


class Source:
    """Hand a file's bytes to the JSON parser as UTF-8, and stop where one record, or all, would fill the memory."""

    def __init__(self, file: Any) -> None:
        first = file.read(4)
        encoding = encoding_of(first)
        self._file, self._first = file, first.removeprefix(codecs.BOM_UTF8)
        self._decode = None if encoding == "utf-8-sig" else codecs.getincrementaldecoder(encoding)()
        self.total, self.waiting = 0, 0

    def read(self, size: int = -1) -> bytes:
        """Read so many bytes; the parser asks for none to learn what it will get."""
        if size == 0:
            return b""
        piece = self._first + self._file.read(size)
        self._first = b""
        self.total += len(piece)
        self.waiting += len(piece)
        if self.total > LONGEST_FILE or self.waiting > LONGEST_RECORD:
            raise StudyError("too long to be read", allowed=f"{LONGEST_RECORD // 1_000_000} MB a record")
        if self._decode is None:
            return bytes(piece)
        text: str = self._decode.decode(piece, final=not piece)
        return text.encode("utf-8", "replace")


def encoding_of(start: bytes) -> str:
    """Say in which Unicode encoding a file is by its first bytes: its mark, or the zeros of its first characters."""
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if len(start) > 1 and start[1] == 0 < start[0]:
        return "utf-16-le"
    return "utf-16-be" if len(start) > 1 and start[0] == 0 < start[1] else "utf-8-sig"
