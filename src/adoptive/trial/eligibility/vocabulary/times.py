"""Spans of time in days, as criteria mean them: a month is 30.4375 days, a year 365.25, in whole days."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import Final

__all__ = ["DAYS", "days_of"]

DAYS: Final = MappingProxyType({"hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25})
_SHORT: Final = MappingProxyType(
    {"h": "hour", "hr": "hour", "d": "day", "w": "week", "wk": "week", "mo": "month", "mos": "month", "mth": "month"}
    | {"y": "year", "yr": "year", "a": "year"}
)


def time_unit(unit: str) -> str | None:
    """Name a unit of time: day, week, month, year or hour; None for others.

    >>> time_unit("Months"), time_unit("wk"), time_unit("mg")
    ('month', 'week', None)
    """
    word = unit.strip().lower().rstrip(".").replace("(s)", "")
    for guess in (word, word.removesuffix("s")):
        if guess in DAYS:
            return guess
        if guess in _SHORT:
            return _SHORT[guess]
    return None


def days_of(number: float, unit: str) -> float:
    """Turn a span into days: multiply, then round months and years half up to whole days.

    Arguments: ``number`` of ``unit`` (hour, day, week, month, year; plural and short forms too).
    Errors: ``ValueError`` for another unit.

    >>> [days_of(n, "months") for n in (1, 3, 6, 12)], [days_of(n, "years") for n in (2, 3, 5)]
    ([30.0, 91.0, 183.0, 365.0], [731.0, 1096.0, 1826.0])
    """
    known = time_unit(unit)
    if known is None:
        raise ValueError(f"unit: {unit!r} is no unit of time; allowed: {', '.join(DAYS)}")
    days = number * DAYS[known]
    return float(math.floor(days + 0.5)) if known in ("month", "year") and math.isfinite(days) else days
