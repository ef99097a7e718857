"""Limits of age as records write them, in completed years."""

from __future__ import annotations

import math
import re
from typing import Final, Literal

from adoptive.trial.eligibility.statements import All, AnyOf, Quantity, Statement, Unread

__all__ = ["age_limit", "years_limit"]

Compare = Literal[">=", ">", "<=", "<"]

UNITS: Final = {
    "year": 1.0,
    "month": 1 / 12,
    "week": 7 / 365.25,
    "day": 1 / 365.25,
    "hour": 1 / (24 * 365.25),
    "minute": 1 / (24 * 60 * 365.25),
}
"""Years in the registry's units of age."""

OLDEST: Final = 150.0
_AGE: Final = re.compile(r"(\d{1,6}(?:\.\d{1,6})?) ([A-Za-z]{3,6}?)s?")


def age_limit(text: str, compare: Compare) -> Statement:
    """Read an age such as "18 Years" or "6 Months" as a limit; what is no age is not understood.

    >>> age_limit("216 Months", ">=")
    Quantity(field='age_years', compare='>=', value=18.0, times_normal=False, within_days=None)
    >>> age_limit("soon", ">=")
    Unread(text='age >= soon')
    """
    found = _AGE.fullmatch(text)
    years = UNITS.get(found[2].lower()) if found else None
    if found is None or years is None:
        return Unread(f"age {compare} {text}")
    return years_limit(round(float(found[1]) * years, 9), compare, words=f"age {compare} {text}")


def years_limit(years: float, compare: Compare, *, words: str) -> Statement:
    """State a limit of age in completed years.

    Ages are kept as completed years, so a limit within a year (6 months) is known only on either side of that year: a
    child of 0 completed years may or may not be 6 months old, and the limit stays open for it.

    >>> years_limit(0.5, ">=", words="age >= 6 Months").parts[0]
    Quantity(field='age_years', compare='>=', value=1.0, times_normal=False, within_days=None)
    """
    if not 0 <= years <= OLDEST:
        return Unread(words)
    if years.is_integer():
        return Quantity("age_years", compare, years)
    below = float(math.floor(years))
    if compare in (">=", ">"):
        in_that_year = All((Quantity("age_years", ">=", below), Unread(words)))
        return AnyOf((Quantity("age_years", ">=", below + 1), in_that_year))
    return AnyOf((Quantity("age_years", "<", below), All((Quantity("age_years", "<", below + 1), Unread(words)))))
