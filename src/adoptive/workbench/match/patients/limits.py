"""How large a patient's file may be, and how files are read safely: bytes to text, text to JSON or TOML."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from adoptive.errors import StudyError

__all__ = [
    "DUPLICATED",
    "MOST_BYTES",
    "MOST_DEPTH",
    "MOST_PATIENTS",
    "MOST_RESOURCES",
    "MOST_TOML_BYTES",
    "as_json",
    "as_toml",
    "depth_of",
    "json_lines",
    "read_text",
]

MOST_BYTES: Final = 50_000_000
"""Bytes of a bundle or a table; a long life in one bundle is a tenth of that."""
MOST_TOML_BYTES: Final = 2_000_000
MOST_RESOURCES: Final = 100_000
MOST_PATIENTS: Final = 100_000
MOST_DEPTH: Final = 40
"""Nesting of a resource; the deepest that FHIR's own examples reach is about 15."""
_DIGITS: Final = 18
"""Digits of a whole number; longer ones are no measurement."""
DUPLICATED: Final = "a key stands twice"
"""Key that marks an object in which a key stood twice: which of the two was meant, nobody knows."""


def read_text(path: Path, *, most: int = MOST_BYTES) -> str:
    """Read a file as UTF-8 text (a byte order mark is allowed).

    Raises
    ------
    StudyError
        No such file, not readable, too large, or not UTF-8.
    """
    try:
        size = path.stat().st_size
        if size > most:
            raise StudyError(
                "the file is too large", where=path.name, value=f"{size:,} bytes", allowed=f"at most {most:,} bytes",
                next_step="leave out what does not concern the choice of a trial",
            )  # fmt: skip
        with path.open("rb") as file:
            content = file.read(most + 1)
    except StudyError:
        raise
    except FileNotFoundError:
        raise StudyError("no such file", where=path.name, next_step="check the path") from None
    except (OSError, ValueError) as problem:
        raise StudyError("the file cannot be read", where=path.name, value=_reason(problem)) from None
    if len(content) > most:  # a pipe or a file that grows has no size to ask for
        raise StudyError("the file is too large", where=path.name, allowed=f"at most {most:,} bytes")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise StudyError(
            "the text is not UTF-8", where=path.name, value=f"byte {problem.start + 1}", next_step="save it as UTF-8"
        ) from None


def _reason(problem: Exception) -> str:
    return problem.strerror or "not a file" if isinstance(problem, OSError) else "no such name is possible"


def as_json(text: str, *, where: str) -> Any:
    """Read JSON; numbers that are no measurement become infinite or NaN, an object with a key twice is marked.

    Raises
    ------
    StudyError
        Not JSON, or nested too deeply.
    """
    try:
        return json.loads(text, object_pairs_hook=_object, parse_int=_whole, parse_constant=lambda _: math.nan)
    except RecursionError:
        raise StudyError("the file is nested too deeply", where=where, allowed=f"{MOST_DEPTH} levels") from None
    except json.JSONDecodeError as problem:
        raise StudyError(
            "not JSON", where=f"{where}: line {problem.lineno}", value=problem.msg, next_step="write the file again"
        ) from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        found[DUPLICATED] = True
    return found


def _whole(digits: str) -> float:
    return int(digits) if len(digits) <= _DIGITS else math.inf


def json_lines(text: str, *, where: str) -> Iterator[tuple[int, Any | StudyError]]:
    """Read JSON line by line; a line that is not JSON is an error of its own."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield number, as_json(line, where=f"{where}: line {number}")
            except StudyError as problem:
                yield number, problem


def depth_of(value: Any) -> int:
    """Give how deeply lists and objects are nested; stops counting one level beyond the limit."""
    depth, level = 0, [value]
    while level and depth <= MOST_DEPTH:
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ())
            if isinstance(inner, dict | list)
        ]
        depth += 1
    return depth


_LINE: Final = re.compile(r"line (\d{1,7})")
_SLIPS: Final = (
    (re.compile(r"=\s?\d{1,3},\d"), "write decimals with a point, as 9.8"),
    (re.compile(r"=\s?\d{1,4}[./-]\d{1,2}[./-]\d{1,4}"), "write dates as 2026-05-17, or in quotes"),
    (
        re.compile(r"^\s{0,20}[\w-]{1,40}(?: {1,4}\w| ?[(/])[^=\"]{0,80}="),
        "put a name of several words, or with signs, in quotes",
    ),
    (re.compile(r"=\s?[^\W\d]"), "put texts in quotes; true and false need none"),
    (
        re.compile(r"=\s?[<>]|=\s?[\d.]{1,15}\s?[^\s#\d.,\]}]"),
        'put a number with a unit or a sign in quotes, as "98 g/L"',
    ),
)
"""What people write in a line that is not TOML, and what to do about it."""


def _step(text: str, problem: str) -> str:
    """Say what to do about a line that is not TOML."""
    found = _LINE.search(problem)
    lines = text.split("\n")
    number = int(found[1]) if found else 0
    line = lines[number - 1][:200].split("#")[0] if 0 < number <= len(lines) else ""
    return next((step for slip, step in _SLIPS if slip.search(line)), "correct that place")


def as_toml(text: str, *, where: str) -> dict[str, Any]:
    """Read TOML.

    Raises
    ------
    StudyError
        Not TOML, nested too deeply, or a number without end.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise StudyError("not TOML", where=where, value=str(problem), next_step=_step(text, str(problem))) from None
    except RecursionError:
        raise StudyError("the file is nested too deeply", where=where, next_step="write it flat") from None
    except ValueError:
        raise StudyError("a number or a date that cannot be", where=where, next_step="look for it") from None
