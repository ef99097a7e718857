"""Mistakes in a study file, said all at once: where, value, what is allowed, next step."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import NoneType
from typing import TYPE_CHECKING, Any, Final

from adoptive.errors import AdoptiveError, StudyError
from adoptive.trial.types import ARM_SECTIONS
from adoptive.workbench.fields import BOUNDS, allowed_keys, in_words, type_at, unit_and_limits, whole_place
from adoptive.workbench.spelling import nearest

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["Mistake", "as_error", "from_pydantic", "unwritable_values"]

Place = tuple[str | int, ...]

UNSHOWABLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff\ufffe\uffff]"
)
"""Characters that break a line or a drawing, or hide in it: control characters, line ends, marks that turn the
direction of writing, and what XML cannot hold."""

LONGEST_VALUE: Final = 200
"""Characters of a value that are shown."""

_CONTROL = "a control character or a line end has no place here"


@dataclass(frozen=True)
class Mistake:
    """Hold one mistake: its place in the file, what is wrong, the value, what is allowed and the next step."""

    where: str
    what: str
    value: str = ""
    allowed: str = ""
    next_step: str = ""

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.what}"]
        parts += [f"value: {self.value[:LONGEST_VALUE]}"] if self.value else []
        parts += [f"allowed: {self.allowed}"] if self.allowed else []
        parts += [f"next: {self.next_step}"] if self.next_step else []
        return "; ".join(parts)


def dotted(place: Place) -> str:
    """Write a place as people write it, counting from 1.

    >>> dotted(("trial", "arms", 0, "ratio"))
    'trial.arms[1].ratio'
    """
    words = ""
    for step in place:
        words += f"[{step + 1}]" if isinstance(step, int) else (f".{step}" if words else step)
    return words or "the file"


def unwritable_values(table: Mapping[str, Any], file: str, place: Place = ()) -> Iterator[Mistake]:
    """Find values that TOML allows and a study does not: dates, ``nan``, ``inf``, and text that cannot be shown."""
    items = table.items() if isinstance(table, Mapping) else enumerate(table)
    for key, value in items:
        if isinstance(key, str) and UNSHOWABLE.search(key):
            yield Mistake(f"{file}: {dotted(place)}", _CONTROL, ascii(key), "one line of text", "remove it")
            continue
        here = (*place, key)
        if isinstance(value, (dict, list)):
            yield from unwritable_values(value, file, here)  # type: ignore[arg-type]
        elif isinstance(value, str) and UNSHOWABLE.search(value):
            yield Mistake(f"{file}: {dotted(here)}", _CONTROL, ascii(value), "one line of text", "remove it")
        elif isinstance(value, (datetime.date, datetime.time)):
            yield Mistake(f"{file}: {dotted(here)}", "a date has no place here", str(value), next_step="use days")
        elif isinstance(value, float) and not math.isfinite(value):
            yield Mistake(
                f"{file}: {dotted(here)}", "not a number that can be used", str(value), "a finite number", "correct it"
            )


def from_pydantic(details: list[ErrorDetails], file: str) -> list[Mistake]:
    """Turn pydantic's findings into mistakes, each said once.

    A misspelt key is not also a missing one, a value that fits none of several types is one mistake, and what an arm
    has from the study's section is a mistake of that section alone.
    """
    unknown = {
        tuple(item["loc"]) for item in details if item["type"] in ("extra_forbidden", "unexpected_keyword_argument")
    }
    guesses = {place: nearest(str(place[-1]), allowed_keys(place[:-1])) for place in unknown}
    explained = {(*place[:-1], guess) for place, guess in guesses.items() if guess}
    mistakes: dict[Place, Mistake] = {}
    for number, item in enumerate(details):
        place: Place = tuple(item["loc"])
        if item["type"] == "too_short" and any(
            tuple(other["loc"])[: len(place)] == place for other in details if other is not item
        ):
            continue  # only short because a mistake inside it left an element out
        whole = whole_place(place)
        if place in unknown:
            mistakes[place] = _misspelt(place, guesses[place], file)
        elif whole != place:
            mistakes[whole] = _fits_nothing(item, whole, file)
        elif not (item["type"] in ("missing", "missing_argument") and place in explained):
            # two mistakes may stand at one place: keys that do not fit each other
            mistakes[(*place, number) if place in mistakes else place] = _one(item, place, file)
    return _without_inherited(mistakes)


def _without_inherited(mistakes: Mapping[Place, Mistake]) -> list[Mistake]:
    """Leave out the mistakes of an arm's section that are the study's section's own."""
    said = {(place, mistake.what, mistake.value) for place, mistake in mistakes.items()}
    return [
        mistake
        for place, mistake in mistakes.items()
        if not (_in_arm(place) and (place[3:], mistake.what, mistake.value) in said)
    ]


def _in_arm(place: Place) -> bool:
    """Say whether a place lies in an arm's own section."""
    return place[:2] == ("trial", "arms") and len(place) > 3 and place[3] in ARM_SECTIONS


def _fits_nothing(item: ErrorDetails, place: Place, file: str) -> Mistake:
    """Say that a value is none of the types that a field may have."""
    entered = item["input"]
    return Mistake(
        f"{file}: {dotted(place)}", "not one of the choices", repr(entered), in_words(type_at(place)),
        "correct the value",
    )  # fmt: skip


def _misspelt(place: Place, guess: str, file: str) -> Mistake:
    keys = allowed_keys(place[:-1])
    step = f"write {guess}" if guess else _elsewhere(place) or "remove it"
    return Mistake(f"{file}: {dotted(place)}", "no such key", str(place[-1]), ", ".join(keys), step)


def _elsewhere(place: Place) -> str:
    """Say in which sections a key stands that has no place here."""
    homes = [name for name in allowed_keys(()) if place[-1] in allowed_keys((name,))]
    return f"move it to {' or '.join(f'[{name}]' for name in homes)}" if homes else ""


def _one(item: ErrorDetails, place: Place, file: str) -> Mistake:
    where, kind, context = f"{file}: {dotted(place)}", item["type"], item.get("ctx", {})
    value = "" if kind.startswith("missing") else _shown(item["input"])
    cause = context.get("error")
    if isinstance(cause, AdoptiveError):
        return Mistake(
            f"{file}: {_where(cause, place)}",
            cause.what,
            "" if cause.value is None else str(cause.value),
            cause.allowed,
            cause.next_step,
        )
    if kind.startswith("missing"):
        return Mistake(where, "this key is missing", next_step=f"add {place[-1]}")
    if kind == "literal_error":
        step = nearest(
            str(item["input"]), tuple(str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", "))
        )
        return Mistake(
            where,
            "not one of the choices",
            value,
            str(context["expected"]),
            f"write {step!r}" if step else "choose one of them",
        )
    if kind in ("too_short", "too_long"):
        words, end = ("at least", "min_length") if kind == "too_short" else ("at most", "max_length")
        step = "add entries" if kind == "too_short" else "remove entries"
        number = str(context.get("actual_length", ""))
        what = "too few entries" if kind == "too_short" else "too many entries"
        return Mistake(where, what, number, f"{words} {context.get(end)}", step)
    if "dataclass" in kind:
        return Mistake(where, "a table is needed here", value, ", ".join(allowed_keys(place)), "write a table")
    if any(name in context for name in BOUNDS):
        unit, limits = unit_and_limits(place)
        allowed = " and ".join(f"{words} {limits[name]:g}" for name, words in BOUNDS.items() if name in limits)
        return Mistake(where, "out of range", value, f"{allowed} {unit}", "correct the value")
    wanted = type_at(place)
    allowed = "" if wanted is NoneType else in_words(wanted)  # a key of one's own, such as a source's, has no type
    return Mistake(where, item["msg"][:1].lower() + item["msg"][1:], value, allowed, "correct the value")


def _shown(entered: object) -> str:
    """Show what was entered; of a table or a list only that it is one, since its mistakes are said one by one."""
    if isinstance(entered, dict):
        return "a table"
    return "a list" if isinstance(entered, list) else repr(entered)


def _where(cause: AdoptiveError, place: Place) -> str:
    """Say where a table is at fault: by the field that it names, in the arm or entry that it stands in."""
    known = re.split(r"[.:,\[ ]", cause.where, maxsplit=1)[0] in allowed_keys(())
    table = place[:3] if _in_arm(place) else place
    if known and table == place:
        return cause.where
    return ": ".join(part for part in (dotted(table), cause.where) if part)


def as_error(mistakes: list[Mistake], file: str) -> StudyError:
    """Put all mistakes of a file into one error."""
    if len(mistakes) == 1:
        only = mistakes[0]
        return StudyError(
            only.what, where=only.where, value=only.value or None, allowed=only.allowed, next_step=only.next_step
        )
    lines = "\n".join(f"  - {mistake}" for mistake in mistakes)
    return StudyError(f"{len(mistakes)} mistakes\n{lines}", where=file)
