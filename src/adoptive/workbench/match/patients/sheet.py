"""A patient as people write it down (TOML, or a row of a table): keys, types, dates and names, all mistakes at once."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from adoptive.trial.eligibility.vocabulary import Kind, Vocabulary
from adoptive.workbench.match.patients.dates import Span, either_way, span_written
from adoptive.workbench.match.patients.gathered import Note, clean
from adoptive.workbench.mistakes import Mistake
from adoptive.workbench.spelling import nearest

__all__ = ["Sheet"]

_NUMBER: Final = re.compile(r"(?P<bound>[<>]?)\s?(?P<number>-?\d{1,15}(?:\.\d{1,15})?(?:[eE][-+]?\d{1,3})?)", re.ASCII)
_DECIMAL_COMMA: Final = re.compile(r"^([<>]?\s?-?0|[<>]?\s?-?\d{1,15}(?=,(?:\d{1,2}|\d{4,15})$)),(\d{1,15})$", re.ASCII)
"""A comma before three digits may stand between thousands, unless a lone nought is before it."""
_EXAMPLE: Final = "a date as 2026-05-17, 2026-05 or 2026"
_ANSWERS: Final = {
    "yes": True, "y": True, "true": True, "positive": True, "no": False, "n": False, "false": False, "negative": False,
}  # fmt: skip
_SAME: Final = {
    "f": "female", "woman": "female", "m": "male", "man": "male", "immunohistochemistry": "IHC", "fish": "ISH",
    "in situ hybridisation": "ISH", "in situ hybridization": "ISH", "current": "active", "present": "active",
    "ongoing": "active", "former": "past", "resolved": "past", "progressed": "progression",
    "progressive disease": "progression", "side effects": "toxicity",
}  # fmt: skip
"""Other words for choices."""


@dataclass(frozen=True)
class Sheet:
    """Hold the file that is read, its day, and the mistakes and notes that were found; reads single values.

    ``born`` is the span of the birth date, before which nothing can be.
    """

    file: str
    as_of: date
    vocabulary: Vocabulary
    born: Span | None = None
    mistakes: list[Mistake] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def wrong(self, place: str, what: str, value: object = "", allowed: str = "", next_step: str = "") -> None:
        """Add a mistake."""
        shown = clean(value, longest=80) if isinstance(value, str) else clean(ascii_of(value), longest=80)
        self.mistakes.append(Mistake(f"{self.file}: {place}", what, shown, allowed, next_step))

    def table(self, value: object, place: str) -> Mapping[str, Any]:
        """Read a table; a mistake if it is none."""
        if isinstance(value, dict):
            return value
        self.wrong(place, "a table is needed here", value, next_step=f"write [{place.split('[')[0]}]")
        return {}

    def tables(self, value: object, place: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Read a list of tables with their places."""
        if not isinstance(value, list):
            self.wrong(place, "a list of tables is needed here", value, next_step=f"write [[{place}]]")
            return
        for number, item in enumerate(value, start=1):
            here = f"{place}[{number}]"
            if isinstance(item, dict):
                yield here, item
            else:
                self.wrong(here, "a table is needed here", item, next_step=f"write [[{place}]]")

    def known_keys(
        self, table: Mapping[str, Any], allowed: tuple[str, ...], place: str, usual: tuple[str, ...] = ()
    ) -> None:
        """Add a mistake for every key that is none; ``usual`` are those of the allowed that are said first."""
        for key in table:
            if key not in allowed:
                guess = nearest(key[:80], allowed)
                here = f"{place}.{clean(key)}" if place else clean(key)
                first = usual or allowed
                shown = ", ".join(first[:24]) + (" ..." if len(first) > 24 or usual else "")
                self.wrong(here, "no such key", key, shown, f"write {guess}" if guess else "remove it")

    def text(self, table: Mapping[str, Any], key: str, place: str) -> str:
        """Read a text; "" where it is not given."""
        value = table.get(key, "")
        if isinstance(value, str):
            return clean(value)
        self.wrong(f"{place}.{key}", "a text is needed here", value, next_step='write it in quotes, as "..."')
        return ""

    def choice(self, table: Mapping[str, Any], key: str, place: str, allowed: tuple[str, ...]) -> str:
        """Read one of some words; "" where it is not given."""
        value = self.text(table, key, place)
        if not value or value in allowed:
            return value
        low = " ".join(value.lower().replace("_", " ").split())
        for word in allowed:
            if low == word.lower() or word == _SAME.get(low):
                return word
        guess = nearest(value.lower(), allowed)
        step = f"write {guess}" if guess else "choose one of them"
        self.wrong(f"{place}.{key}", "not one of the choices", value, ", ".join(allowed), step)
        return ""

    def flag(self, table: Mapping[str, Any], key: str, place: str) -> bool | None:
        """Read yes or no; None where it is not given."""
        value = table.get(key)
        if value is None or isinstance(value, bool):
            return value
        said = _ANSWERS.get(value.strip().lower()) if isinstance(value, str) else None
        if said is not None:
            return said
        self.wrong(f"{place}.{key}", "yes or no is needed here", value, "true or false", "write true or false")
        return None

    def number(
        self, table: Mapping[str, Any], key: str, place: str, low: float = -math.inf, high: float = math.inf
    ) -> float | None:
        """Read a number within limits; None where it is not given."""
        value = table.get(key)
        if value is None:
            return None
        found, bound = self.bounded(value, f"{place}.{key}")
        if found is None:
            return None
        if bound or not low <= found <= high:
            share = (low, high) == (0.0, 1.0) and 1.0 < found <= 100.0
            step = f"write {found / 100:g}, if {found:g} are per cent" if share else "correct the number"
            self.wrong(f"{place}.{key}", "out of range", value, f"{low:g} to {high:g}", step)
            return None
        return found

    def bounded(self, value: object, place: str) -> tuple[float | None, str]:
        """Read a number that may be a bound, as "< 0.2"; None with a mistake where it is no number."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            if abs(value) < 1e15:  # nan is not
                return float(value), ""
        elif isinstance(value, str):
            found = _NUMBER.fullmatch(_DECIMAL_COMMA.sub(r"\1.\2", value.strip()[:60]))
            if found and math.isfinite(float(found["number"])):
                return float(found["number"]), found["bound"]
        comma = isinstance(value, str) and re.fullmatch(r"[<>]?\s?\d{1,15},\d{1,15}", value.strip()[:60])
        step = "write a point for decimals, and nothing between thousands" if comma else "write a number, as 8.1"
        self.wrong(place, "a number is needed here", value, 'a number, or a bound as "< 0.2"', step)
        return None, ""

    def date(self, table: Mapping[str, Any], key: str, place: str) -> Span | None:
        """Read a date that is not after the day of the file and not before the birth; None where it is not given."""
        value = table.get(key)
        if value is None or value == "":
            return None
        here = f"{place}.{key}" if place else key
        span = span_written(
            f"{value:04d}" if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10_000 else value
        )
        if span is None:
            what = "day and month cannot be told apart" if either_way(value) else "no such date"
            self.wrong(here, what, value, _EXAMPLE, "correct the date")
        elif span.first > self.as_of:
            self.wrong(
                here, f"a date after the day of the record ({self.as_of})", value, _EXAMPLE, "correct it or as_of"
            )
        elif self.born and span.last < self.born.first:
            self.wrong(here, "a date before the birth", value, _EXAMPLE, "correct the date or birth_date")
        else:
            return span
        return None

    def days(self, table: Mapping[str, Any], place: str) -> tuple[Span | None, Span | None]:
        """Read ``start`` and ``end``; a mistake if the end comes first."""
        start, end = self.date(table, "start", place), self.date(table, "end", place)
        if start and end and end.last < start.first:
            self.wrong(f"{place}.end", "the end is before the start", table["end"], next_step="correct one of them")
            return None, None
        return start, end

    def name(self, kind: Kind, table: Mapping[str, Any], key: str, place: str) -> str | None:
        """Read a name of the vocabulary, in any spelling; None with a mistake, or with a note if nothing is like it."""
        text = self.text(table, key, place)
        if not text:
            if key not in table:
                self.wrong(place, "this key is missing", key, next_step=f"add {key}")
            return None
        return self.known(kind, text, f"{place}.{key}")

    def known(self, kind: Kind, text: str, place: str) -> str | None:
        """Find a name of the vocabulary."""
        found = self.vocabulary.find(kind, text)
        if found is None:
            guess = nearest(text.lower(), self._spellings(kind))
            if guess:
                self.wrong(place, f"not a name that the {kind} know", text, next_step=f"write {guess}")
            else:
                self.notes.append(Note(f"names that the {kind} do not know, left out", text))
        return found

    def _spellings(self, kind: Kind) -> tuple[str, ...]:
        terms = self.vocabulary.terms(kind).values()
        return tuple(dict.fromkeys(word.lower() for term in terms for word in (term.name, *term.synonyms)))


def ascii_of(value: object) -> str:
    """Show a value without running into numbers too long to print."""
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    return "a very large number" if isinstance(value, int) and abs(value) >= 10**15 else str(value)
