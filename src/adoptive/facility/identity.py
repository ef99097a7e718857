"""Chain of identity: an append-only log of who did what to whose cells; each event holds the digest of the last.

The identifiers have the role of those of ISBT 128 (donation identification number, ST-001; chain-of-identity
identifier, ST-028), not their bar codes. A chain finds what was changed by accident or by hand; who can write the whole
file anew can also make a new chain, so its seal (length and last digest) is kept somewhere else.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from adoptive.errors import RunError, StudyError

__all__ = [
    "Entry",
    "Event",
    "Finding",
    "Log",
    "Seal",
    "append",
    "chain_identifier",
    "check_character",
    "donation_number",
    "read_log",
    "seal",
    "verify",
    "write_log",
]

START: Final = "0" * 64
"""What the first event holds in the place of a predecessor's digest."""

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
_SITE: Final = "Z9999"


@dataclass(frozen=True)
class Entry:
    """Say what happened: to whom, by whom, when, where, how cold, why, and what the signature means.

    ``day`` is the calendar day of the simulation; ``temperature_c`` is None where none is taken. A correction is an
    entry of its own that names the event it ``corrects`` and says in ``reason`` what was written and what is right.
    """

    step: str
    patient: str
    chain: str
    donation: str
    lot: str
    actor: str
    day: float
    place: str
    reason: str
    meaning: str
    temperature_c: float | None = None
    corrects: int | None = None


@dataclass(frozen=True)
class Event(Entry):
    """Hold an entry that stands in the log: its number, the digest of the event before it, and its own."""

    number: int = 0
    previous: str = START
    digest: str = ""


Log = tuple[Event, ...]


@dataclass(frozen=True)
class Finding:
    """Name the place in a log at which the chain does not hold, and why."""

    place: int
    problem: str


@dataclass(frozen=True)
class Seal:
    """Hold a log's length and its last digest, to be kept apart from it."""

    events: int
    digest: str


def check_character(number: str) -> str:
    """Give the check character of a donation number: ISO/IEC 7064, modulus 37-2.

    The sum of ``2^n`` times each character's value, n its place from the right, plus the check is 1 modulo 37.

    >>> check_character("G123498654321")
    'H'
    """
    if not number or any(sign not in _ALPHABET[:-1] for sign in number):
        raise StudyError("no donation number", where="donation number", value=number, allowed="0-9 and A-Z")
    total = 0
    for sign in number:
        total = (total + _ALPHABET.index(sign)) * 2 % 37
    return _ALPHABET[(38 - total) % 37]


def donation_number(collection: int, *, year: int = 0) -> str:
    """Give a collection's number with its check character: facility, year, serial number.

    >>> donation_number(17)
    'Z9999000000179'
    """
    if not 0 <= collection < 1_000_000 or not 0 <= year < 100:
        raise StudyError("cannot be numbered", where="donation number", value=collection, allowed="0 to 999,999")
    number = f"{_SITE}{year:02d}{collection:06d}"
    return number + check_character(number)


def chain_identifier(study: str, patient: int) -> str:
    """Give the identifier that stays with a patient's cells from the order to the infusion."""
    return f"COI-{study}-{patient:07d}"


def append(log: Log, *entries: Entry) -> Log:
    """Give the log with new events at its end; what stands in it is never touched.

    Raises
    ------
    StudyError
        An entry is earlier than the last event, not finite, or corrects an event that is not there yet.
    """
    grown = list(log)
    for entry in entries:
        _refuse(entry, grown)
        fields = {field.name: getattr(entry, field.name) for field in dataclasses.fields(Entry)}
        event = Event(**fields, number=len(grown), previous=grown[-1].digest if grown else START)
        grown.append(dataclasses.replace(event, digest=_digest(event)))
    return tuple(grown)


def seal(log: Log) -> Seal:
    """Give a log's seal."""
    return Seal(len(log), log[-1].digest if log else START)


def verify(log: Sequence[Event], *, sealed: Seal | None = None) -> tuple[Finding, ...]:
    """List every place at which a log was changed, shortened or put in another order; empty if it holds.

    Without the seal, events cut off at the end and a chain made anew cannot be seen.
    """
    found = [Finding(at, problem) for at, event in enumerate(log) for problem in _problems(log, at, event)]
    if sealed is not None and seal(tuple(log)) != sealed:
        found.append(Finding(len(log), "the log does not end where it was sealed"))
    return tuple(found)


def write_log(path: Path, log: Iterable[Event]) -> Path:
    """Write a log as JSON Lines, one event a line, into a file that must not exist.

    Raises
    ------
    StudyError
        The file exists.
    RunError
        It cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.writelines(_line(dataclasses.asdict(event)) + "\n" for event in log)
    except FileExistsError:
        raise StudyError(
            "a log is never overwritten", where="identity log", value=path, next_step="name a new file"
        ) from None
    except OSError as problem:
        raise RunError("the log cannot be written", where=str(path), value=problem.strerror or problem) from None
    return path


def read_log(path: Path) -> Log:
    """Read a log from JSON Lines as it stands; :func:`verify` says whether it holds.

    Raises
    ------
    StudyError
        The file cannot be read, or a line is no event.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        why = getattr(problem, "strerror", None) or "not UTF-8 text"
        raise StudyError("the log cannot be read", where=str(path), value=why, next_step="name a log") from None
    lines = text.removesuffix("\n").split("\n") if text else []
    return tuple(_event(line, f"{path.name}, line {at}") for at, line in enumerate(lines, start=1))


def _event(line: str, where: str) -> Event:
    names = {field.name for field in dataclasses.fields(Event)}
    try:
        content: Any = json.loads(line)
    except ValueError:
        content = None
    if not isinstance(content, dict) or set(content) != names or _line(content) != line:
        raise StudyError("no event of a log", where=where, allowed="one JSON object as the log writes it")
    return Event(**content)


def _problems(log: Sequence[Event], at: int, event: Event) -> Iterable[str]:
    before = log[at - 1] if at else None
    if event.number != at:
        yield f"number {event.number} stands at place {at}"
    if event.previous != (before.digest if before else START):
        yield "does not follow from the event before it"
    if event.digest != _digest(event):
        yield "was changed after it was written"
    if before is not None and not _ordered(before.day, event.day):
        yield "is earlier than the event before it"


def _ordered(first: Any, second: Any) -> bool:
    try:
        return bool(first <= second)
    except TypeError:
        return False


def _refuse(entry: Entry, log: Sequence[Event]) -> None:
    numbers = [entry.day, *([] if entry.temperature_c is None else [entry.temperature_c])]
    if not all(math.isfinite(number) for number in numbers):
        raise StudyError("a number is not finite", where=f"identity log: {entry.step}", value=numbers)
    try:
        _line(dataclasses.asdict(entry)).encode()
    except UnicodeEncodeError:
        raise StudyError("text that cannot be written", where=f"identity log: {entry.step!a}") from None
    if log and entry.day < log[-1].day:
        raise StudyError(
            "an event cannot come before the last one", where=f"identity log: {entry.step}", value=entry.day,
            allowed=f"from day {log[-1].day:g} on", next_step="write it as a correction, on the day of writing",
        )  # fmt: skip
    if entry.corrects is not None and not 0 <= entry.corrects < len(log):
        raise StudyError(
            "corrects an event that is not there", where=f"identity log: {entry.step}", value=entry.corrects
        )


def _digest(event: Event) -> str:
    """Give SHA-256 of everything in an event but its digest."""
    content = {field.name: getattr(event, field.name) for field in dataclasses.fields(event) if field.name != "digest"}
    return hashlib.sha256(_line(content).encode()).hexdigest()


def _line(content: Any) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
