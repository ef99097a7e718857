"""Numbers, comparisons, ranges and spans of time as criteria write them."""

from __future__ import annotations

import math
import re
from typing import Final

from adoptive.trial.eligibility.statements import Compare

__all__ = ["COMPARE", "DURATION", "NUMBER", "compare_of", "days_in", "number_of"]

_WORDS: Final = {
    name: float(value)
    for value, name in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
} | {"twenty-one": 21.0, "thirty": 30.0, "sixty": 60.0, "seventy": 70.0, "seventy-five": 75.0, "eighty": 80.0}

_WORD: Final = "|".join(sorted(_WORDS, key=len, reverse=True))
NUMBER: Final = (
    r"(?:(?<![\w.,])(?:\d{1,3}(?:,\d{3}){1,3}|\d{1,3}(?: \d{3}){1,3}|\d{1,9})(?:\.\d{1,4})?"
    r"(?:(?: ?[x*] ?|e)10(?:\^|\*\*|e|E)? ?\d{1,2}(?!\d)|[eE]\d{1,2}(?!\d))?(?![\d]|[.,]\d)"
    rf"|\b(?:{_WORD})\b)"
)
"""A number in tidied text: 18, eighteen, 1,500, 100 000, 1.5, 1.5 x 10^9 (a decimal comma is none)."""

_COMPARE: Final[dict[str, Compare]] = {}


def _row(compare: Compare, *forms: str) -> None:
    _COMPARE.update(dict.fromkeys(forms, compare))


_row(
    ">=",
    ">=", "=>", "> or =", "> or = to", ">/=", "> / =", "+>", "at least", "a minimum of", "minimum of", "minimum",
    "min", "no less than", "not less than",
    "not lower than", "not below", "no lower than", "not smaller than", "greater than or equal to",
    "greater than or equal", "greater or equal to", "greater than or equals",
    "equal to or greater than", "equal or greater than", "more than or equal to", "higher than or equal to",
    "above or equal to", "over or equal to", "equal to or above",
    "equal to or more than", "equal to or higher than", "equal or above", "older than or equal to",
    "longer than or equal to", "larger than or equal to", "from",
)  # fmt: skip
_row(
    "<=",
    "<=", "=<", "< or =", "< or = to", "</=", "< / =", "at most", "a maximum of", "maximum of", "maximum", "max",
    "no more than", "not more than",
    "no greater than", "not greater than", "no higher than", "not higher than", "not above", "not exceeding",
    "must not exceed", "does not exceed", "not to exceed", "less than or equal to", "less than or equal",
    "less or equal to", "equal to or less than", "equal or less than", "lower than or equal to",
    "below or equal to", "equal to or below", "equal to or lower than",
    "smaller than or equal to", "younger than or equal to", "up to",
)  # fmt: skip
_row(
    ">",
    ">", "greater than", "more than", "higher than", "larger than", "above", "over", "exceeding", "exceeds",
    "in excess of", "older than", "longer than", "superior to",
)  # fmt: skip
_row(
    "<", "<", "less than", "lower than", "below", "under", "fewer than", "smaller than", "younger than", "shorter than"
)
_row("=", "=", "equal to", "equals", "exactly")

COMPARE: Final = (
    "(?:"
    + "|".join(
        re.escape(form).replace(r"\ ", " ?" if not form[0].isalpha() else " ")
        if not form[0].isalpha()
        else rf"\b{form}\b"
        for form in sorted(_COMPARE, key=len, reverse=True)
    )
    + ")"
)
"""A comparison in tidied text."""

DURATION: Final = (
    rf"{NUMBER}(?: ?\({NUMBER}\))?[- ]?(?:full |calendar |consecutive )?(?:days?|weeks?|wks?|months?|mos?|years?|"
    rf"yrs?|hours?|hrs?)\b"
)
"""A span of time in tidied text."""

_SCALED = re.compile(r"(.+?)(?: ?[x*] ?|(?<=\d)e)10(?:\^|\*\*|e|E)? ?(\d{1,2})")
_DURATION = re.compile(
    rf"(?P<n>{NUMBER})(?: ?\((?P<again>{NUMBER})\))?[- ]?(?:full |calendar |consecutive )?"
    r"(?P<unit>day|week|wk|month|mo|year|yr|hour|hr)s?\b",
    re.IGNORECASE,
)
_DAYS: Final = {"day": 1.0, "week": 7.0, "wk": 7.0, "month": 30.4375, "mo": 30.4375, "year": 365.25, "yr": 365.25}


def number_of(text: str) -> float | None:
    """Read a number; None where it is none, or not a plain one.

    >>> number_of("1,500"), number_of("100 000"), number_of("eighteen"), number_of("1.5 x 10^9"), number_of("1,5")
    (1500.0, 100000.0, 18.0, 1500000000.0, None)
    """
    word = text.strip().lower()
    if word in _WORDS:
        return _WORDS[word]
    scaled = _SCALED.fullmatch(word)
    if scaled and not 3 <= int(scaled[2]) <= 12:
        return None
    if scaled:
        plain = number_of(scaled[1])
        return None if plain is None else float(f"{plain!r}e{scaled[2]}") if "e" not in repr(plain) else None
    if re.fullmatch(r"\d{1,3}(?:,\d{3}){1,3}(?:\.\d{1,4})?|\d{1,3}(?: \d{3}){1,3}(?:\.\d{1,4})?", word):
        return float(word.replace(",", "").replace(" ", ""))
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", word):
        return None  # 50.000 is fifty thousand to some, fifty to others
    if re.fullmatch(r"\d{1,9}(?:\.\d{1,4})?(?:e\d{1,2})?", word):
        return float(word)
    return None


def compare_of(text: str) -> Compare | None:
    """Read a comparison; None where it is none.

    >>> compare_of("at least"), compare_of("> or = "), compare_of("not more than"), compare_of("about")
    ('>=', '>=', '<=', None)
    """
    word = " ".join(text.lower().split())
    return _COMPARE.get(word) or _COMPARE.get(word.replace(" ", "")) or _COMPARE.get(word.replace("/", " or "))


def days_in(text: str) -> float | None:
    """Read a span of time in days, rounded half up: a month is 30.4375 days, a year 365.25; None where it is none.

    >>> days_in("4 weeks"), days_in("six months"), days_in("2 years"), days_in("three (3) months"), days_in("a while")
    (28.0, 183.0, 731.0, 91.0, None)
    """
    found = _DURATION.fullmatch(text.strip())
    number = number_of(found["n"]) if found else None
    if found is None or number is None or (found["again"] and number_of(found["again"]) != number):
        return None
    unit = found["unit"].lower()
    if unit in ("hour", "hr"):
        return number / 24
    return float(math.floor(number * _DAYS[unit] + 0.5))
