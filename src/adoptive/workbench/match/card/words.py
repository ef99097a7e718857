"""The card's words: its fixed texts, names of fields, days, and text from outside made safe to show."""

from __future__ import annotations

import datetime
import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Final

__all__ = [
    "UNITS", "clean", "count_of", "day_in_words", "field_name", "field_unit", "fixed_words", "is_field", "joined",
    "number", "plural", "question_rows", "upper_first",
]  # fmt: skip

_UNSAFE: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""What breaks a page, cannot be written, or turns the direction of reading round."""

UNITS: Final[Mapping[str, str]] = {
    "year": "years", "week": "weeks", "day": "days", "percent": "%", "1e9/L": "×10⁹/L", "1/uL": "per µL",
}  # fmt: skip
"""Units as people write them."""

_MONTHS: Final = (
    "January February March April May June July August September October November December"
).split()  # fmt: skip
_SMALL: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def clean(text: object, longest: int = 300) -> str:
    """Make text from outside safe to show: no control characters, no more than so many characters.

    >>> clean("a" + chr(0) + "b" + chr(0x202E) + "c"), clean("long text", 4)
    ('a b c', 'lon…')
    """
    cut = str(text)[: 4 * longest]
    plain = " ".join((cut if cut.isascii() and cut.isprintable() else _UNSAFE.sub(" ", cut)).split())
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"


@cache
def fixed_words() -> Mapping[str, Any]:
    """Read the fixed texts of the card."""
    return _read("adoptive.workbench.match.card", "words.toml")


@cache
def question_rows() -> tuple[Mapping[str, Any], ...]:
    """Read the questions for the doctor."""
    return tuple(_read("adoptive.workbench.match.card", "questions.toml")["question"])


@cache
def _fields() -> Mapping[str, Any]:
    return _read("adoptive.trial.eligibility", "vocabulary/fields.toml")


def _read(package: str, name: str) -> Mapping[str, Any]:
    return tomllib.loads(resources.files(package).joinpath(name).read_text("utf-8"))


def field_name(field: str) -> str:
    """Name a field for people.

    >>> field_name("age_years"), field_name("platelets_e9_l"), field_name("something_else")
    ('age', 'platelets', 'something else')
    """
    known = fixed_words()["fields"].get(field) or _fields().get(field, {}).get("meaning")
    return str(known) if known else clean(field.replace("_", " "), 80)


def is_field(field: str) -> bool:
    """Say whether the vocabulary has a field."""
    return field in _fields()


def upper_first(text: str) -> str:
    """Begin a text with a capital and leave the rest as it is.

    >>> upper_first("ECOG score"), upper_first("age"), upper_first("")
    ('ECOG score', 'Age', '')
    """
    return text[:1].upper() + text[1:]


def field_unit(field: str) -> str:
    """Give the unit in which people say a field's number; "" where they say none.

    >>> field_unit("haemoglobin_g_dl"), field_unit("age_years"), field_unit("ecog")
    ('g/dL', 'years', '')
    """
    unit = str(_fields().get(field, {}).get("unit", ""))
    return "" if unit in ("points", "lines", "count", "ratio", "name", "yes/no") else UNITS.get(unit, unit)


def number(value: float) -> str:
    """Write a number with at most four digits that count.

    >>> number(9.0), number(0.65), number(123456.0), number(float("nan"))
    ('9', '0.65', '123,456', 'not known')
    """
    if not math.isfinite(value):
        return "not known"
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


def day_in_words(day: datetime.date | str) -> str:
    """Write a day as people do; what is no day stays as it is.

    >>> day_in_words("2026-12-03"), day_in_words("soon")
    ('3 December 2026', 'soon')
    """
    try:
        known = datetime.date.fromisoformat(day) if isinstance(day, str) else day
    except ValueError:
        return clean(day, 40)
    return f"{known.day} {_MONTHS[known.month - 1]} {known.year}"


def plural(count: int, one: str, many: str = "") -> str:
    """Say how many of something.

    >>> plural(1, "rule"), plural(3, "rule"), plural(0, "rule")
    ('1 rule', '3 rules', 'no rules')
    """
    return f"{'no' if count == 0 else f'{count:,}'} {one if count == 1 else many or one + 's'}"


def count_of(count: int) -> str:
    """Say a small number in a word."""
    return _SMALL[count] if 0 <= count < len(_SMALL) else f"{count:,}"


def joined(parts: Iterable[str], last: str = "and") -> str:
    """Join names as people do.

    >>> joined(["a", "b", "c"]), joined(["a", "b"], "or")
    ('a, b and c', 'a or b')
    """
    said = list(parts)
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} {last} {said[-1]}" if said else ""
