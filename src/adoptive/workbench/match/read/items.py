"""Reading a whole eligibility text into items."""

from __future__ import annotations

import dataclasses
import re
from functools import lru_cache
from typing import Final, Literal

from adoptive.trial.eligibility.statements import All, Statement, Unread
from adoptive.workbench.match.read.grammar import read_item
from adoptive.workbench.match.read.split import RawItem, split_criteria
from adoptive.workbench.match.types import Gate, Item, Understood

__all__ = ["LONGEST_ITEM", "LONGEST_TEXT", "MOST_ITEMS", "read_criteria"]

LONGEST_TEXT: Final = 200_000
"""Characters of a text that is still read, ten times what the registry takes; a longer one is one unread item."""

LONGEST_ITEM: Final = 3_000
"""Characters of an item that is still read."""

MOST_ITEMS: Final = 500
"""Items of a text; what is beyond is one unread item."""

_ONLY_JOINS = re.compile(r"\W*(?:and|or|and/or)?\W*", re.IGNORECASE)
_ENDS_WITH_OR = re.compile(r"(?:^|[\s,;])(?:and/)?or\W*$", re.IGNORECASE)
_STARTS_WITH_OR = re.compile(r"\W*or\b", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def _read(text: str, kind: Literal["inclusion", "exclusion"], time: str) -> tuple[Statement, Understood, Gate | None]:
    return read_item(text, kind, time=time)


def read_criteria(text: str) -> tuple[Item, ...]:
    r"""Read an eligibility text: its items in order, each with what was understood of it.

    A text of more than :data:`LONGEST_TEXT` characters, an item of more than :data:`LONGEST_ITEM` and items beyond
    :data:`MOST_ITEMS` are kept as text. Where no heading tells whether an item includes or excludes it is not read.

    >>> [(item.kind, item.understood, item.statement) for item in read_criteria("Inclusion Criteria:\n* ECOG 0-1")]
    [('inclusion', 'whole', Quantity(field='ecog', compare='<=', value=1.0, ...))]
    """
    if len(text) > LONGEST_TEXT:
        return (_unread(1, "inclusion", text, 0, len(text)),)
    raw = split_criteria(text)
    items = [
        _item(number, each, doubtful=_doubtful(raw, number - 1)) for number, each in enumerate(raw[:MOST_ITEMS], 1)
    ]
    if len(raw) > MOST_ITEMS:
        start, end = raw[MOST_ITEMS].start, raw[-1].end
        items[-1:] = [items[-1], _unread(MOST_ITEMS + 1, "inclusion", text[start:end], start, end)]
    return tuple(items)


def _unread(number: int, kind: Literal["inclusion", "exclusion"], text: str, start: int, end: int) -> Item:
    return Item(number, kind, text, Unread(text), "not", start=start, end=end)


def _doubtful(raw: tuple[RawItem, ...], at: int) -> bool:
    """Say whether an inclusion is joined to its neighbour by "or", so that it does not stand for itself."""
    if raw[at].kind != "inclusion":
        return False
    after = at + 1 < len(raw) and raw[at + 1].kind == "inclusion" and bool(_STARTS_WITH_OR.match(raw[at + 1].text))
    before = at > 0 and raw[at - 1].kind == "inclusion" and bool(_ENDS_WITH_OR.search(raw[at - 1].text))
    return after or before or bool(_ENDS_WITH_OR.search(raw[at].text) or _STARTS_WITH_OR.match(raw[at].text))


def _item(number: int, raw: RawItem, *, doubtful: bool) -> Item:
    kind = raw.kind or "inclusion"
    if len(raw.text) > LONGEST_ITEM or not raw.kind or doubtful:
        item = _unread(number, kind, raw.text, raw.start, raw.end)
    elif _ONLY_JOINS.fullmatch(raw.text):
        item = Item(
            number,
            kind,
            raw.text,
            All(()) if kind == "inclusion" else Unread(raw.text),
            "whole" if kind == "inclusion" else "not",
            start=raw.start,
            end=raw.end,
        )
    else:
        statement, understood, gate = _read(raw.text, kind, raw.time)
        item = Item(
            number, kind, raw.text, statement, understood, gate or raw.gate or "procurement", raw.start, raw.end
        )
    return _placed(item, raw)


def _placed(item: Item, raw: RawItem) -> Item:
    return dataclasses.replace(item, heading=raw.heading, conditional=raw.conditional or not raw.kind)
