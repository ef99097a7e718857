"""Texts of records made safe to keep and to show: whatever stands in a file, out comes text of a bounded length."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

__all__ = ["line", "lines", "prose", "section", "shown_name"]

_UNSHOWABLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
"""Control characters, turns of the writing's direction, lone halves of characters."""

LONGEST_LINE: Final = 500
LONGEST_LIST: Final = 2000
BOUND: Final = 10**15


def prose(value: object, *, most: int) -> str:
    r"""Give a text of at most so many characters in which nothing is unshowable; what is no text is empty.

    Every character that cannot be shown becomes U+FFFD, so places in the text stay where they are.

    >>> prose("a\x00b", most=10)
    'a�b'
    """
    if not isinstance(value, str):
        return ""
    return _UNSHOWABLE.sub("\ufffd", value[: 2 * most].replace("\r\n", "\n").replace("\r", "\n")[:most])


def line(value: object, *, most: int = LONGEST_LINE) -> str:
    r"""Give a text on one line; a number is written out.

    >>> line("  a\n b ")
    'a b'
    """
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        value = f"{value:.15g}" if -BOUND < value < BOUND else ""
    text = " ".join(prose(value, most=4 * most).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def lines(values: object, *, most: int = LONGEST_LIST) -> tuple[str, ...]:
    """Give the texts of a list, each once and on one line; a single text is a list of one."""
    found = [values] if isinstance(values, str) else values if isinstance(values, list) else []
    return tuple(dict.fromkeys(text for value in found[:most] if (text := line(value))))


def section(table: object, *names: str) -> Mapping[str, Any]:
    """Go down into a table by names; what is missing, or no table, is an empty one."""
    for name in names:
        table = table.get(name) if isinstance(table, Mapping) else None
    return table if isinstance(table, Mapping) else {}


def shown_name(name: str) -> str:
    """Write a file's name so that it can be shown in one line."""
    return line(name.encode("utf-8", "replace").decode("utf-8", "replace"))
