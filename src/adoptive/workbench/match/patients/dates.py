"""Days, months and years as records give them, and ages."""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass
from typing import Final

from adoptive.trial.eligibility.facts import Fact

__all__ = ["OLDEST", "Span", "age_of", "completed_years", "either_way", "span_of", "span_written"]

Day = datetime.date

OLDEST: Final = 125
"""Years that somebody can be old."""
_EARLIEST, _LATEST = 1850, 2200
_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ][0-9:.,+Z-]{1,40})?)?)?", re.ASCII)


@dataclass(frozen=True)
class Span:
    """Hold a date as exactly as it is known: the first and the last day that it may be."""

    first: Day
    last: Day

    @property
    def day(self) -> Day | None:
        """The day, where it is one."""
        return self.first if self.first == self.last else None


def span_of(text: object) -> Span | None:
    """Read a day, a month or a year (a time of day is dropped); None where there is no such date.

    >>> span_of("2026-05")
    Span(first=datetime.date(2026, 5, 1), last=datetime.date(2026, 5, 31))
    >>> span_of("2026-02-30") is None
    True
    """
    if isinstance(text, datetime.datetime):
        text = text.date()
    if isinstance(text, Day):
        return Span(text, text) if _EARLIEST <= text.year <= _LATEST else None
    found = _DATE.fullmatch(text.strip()) if isinstance(text, str) and len(text) < 64 else None
    if found is None:
        return None
    year, month, day = (int(part) if part else 0 for part in found.groups())
    if not _EARLIEST <= year <= _LATEST or (found[2] and not 1 <= month <= 12):
        return None
    if not found[2]:
        return Span(Day(year, 1, 1), Day(year, 12, 31))
    days = calendar.monthrange(year, month)[1]
    if not found[3]:
        return Span(Day(year, month, 1), Day(year, month, days))
    return Span(Day(year, month, day), Day(year, month, day)) if 1 <= day <= days else None


_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_PEOPLE: Final = tuple(re.compile(form, re.ASCII | re.IGNORECASE) for form in (
    r"(?P<day>\d{1,2})\. ?(?P<month>\d{1,2})\. ?(?P<year>\d{4})",  # with points the day comes first
    r"(?P<year>\d{4})[/.](?P<month>\d{1,2})[/.](?P<day>\d{1,2})",
    r"(?P<month>\d{1,2})[/.](?P<year>\d{4})",
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ .-]{{1,2}})?{_MONTH}[ -](?P<year>\d{{4}})",
    rf"{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})",
))  # fmt: skip
_SLASHED: Final = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", re.ASCII)


def span_written(value: object) -> Span | None:
    """Read a date as people write it; None where there is none, or where day and month cannot be told apart.

    >>> span_written("06.10.2025") == span_written("6 October 2025") == span_of("2025-10-06")
    True
    >>> span_written("10/2025") == span_of("2025-10"), span_written("25/10/2025") == span_of("2025-10-25")
    (True, True)
    >>> span_written("06/10/2025") is None
    True
    """
    span = span_of(value)
    if span is not None or not isinstance(value, str) or len(value) > 40:
        return span
    text = " ".join(value.split())
    if either_way(text):
        return None
    if slashed := _SLASHED.fullmatch(text):
        one, two = int(slashed[1]), int(slashed[2])
        day, month = (one, two) if two <= 12 else (two, one)
        return span_of(f"{slashed[3]}-{month:02d}-{day:02d}")
    for form in _PEOPLE:
        if found := form.fullmatch(text):
            parts = {"day": "", "name": "", "month": ""} | {key: text or "" for key, text in found.groupdict().items()}
            month = _MONTHS.index(parts["name"][:3].lower()) + 1 if parts["name"] else int(parts["month"])
            return span_of(f"{parts['year']}-{month:02d}" + (f"-{int(parts['day']):02d}" if parts["day"] else ""))
    return None


def either_way(value: object) -> bool:
    """Say whether a date, as 06/10/2025, can be read with the day first and with the month first."""
    found = _SLASHED.fullmatch(value.strip()) if isinstance(value, str) and len(value) <= 40 else None
    one, two = (int(found[1]), int(found[2])) if found else (0, 0)
    return one != two and max(one, two) <= 12


def completed_years(born: Day, day: Day) -> int:
    """Count completed years; who was born on 29 February has a birthday on 1 March of common years.

    >>> completed_years(Day(2008, 2, 29), Day(2026, 2, 28))
    17
    """
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def age_of(born: Span, as_of: Day, *, source: str = "") -> Fact:
    """Give the age in completed years; with a month or a year of birth only, between the least and the largest.

    >>> age_of(Span(Day(1960, 1, 1), Day(1960, 12, 31)), Day(2026, 6, 1)).until
    66.0
    """
    least, most = completed_years(born.last, as_of), completed_years(born.first, as_of)
    least = max(0, least)  # born in the month of the day itself
    return Fact(float(least), "year", as_of, source, until=float(most) if most > least else None)
