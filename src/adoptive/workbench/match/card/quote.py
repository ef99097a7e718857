"""The record's own words of a rule, with the lines in which they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from adoptive.trial.eligibility.statements import All, AnyOf, Not, Statement, Unread
from adoptive.workbench.match.card.types import Quote
from adoptive.workbench.match.card.words import clean
from adoptive.workbench.match.types import Item, Trial

__all__ = ["quote_of", "unread_words"]

LONGEST: Final = 700
AROUND: Final = 160
_ESCAPED: Final = re.compile(r"\\([<>=*_#~^+.!|()\[\]-])")
MOST_UNREAD: Final = 6
MOST_VISITED: Final = 2_000


def quote_of(item: Item, trial: Trial, *, plain: bool = False) -> Quote:
    """Quote a rule: its words as they stand in the record, marked, and the rest of those lines.

    Arguments: ``plain`` leaves out the backslashes that registries put before signs.

    A span that does not lie in the record's text is not trusted: then only the rule's own text is shown.

    >>> record = Trial("NCT00000001", "", "", "clinicaltrials.gov", criteria_text="Adults only. No fever.")
    >>> quote = quote_of(Item(1, "exclusion", "No fever.", Unread("x"), "not", start=13, end=22), record)
    >>> quote.before, quote.marked
    ('Adults only.', 'No fever.')
    """
    text, start, end, say = trial.criteria_text, item.start, item.end, _plain if plain else clean
    if item.origin == "eligibilityCriteria" and 0 <= start < end <= len(text):
        first = max(text.rfind("\n", 0, start) + 1, start - AROUND)
        stop = text.find("\n", end)
        last = min(len(text) if stop < 0 else stop, end + AROUND)
        before, after = text[first:start].strip(" \t*•-"), text[end:last]
        return Quote(say(before, AROUND), say(text[start:end], LONGEST), say(after, AROUND), _where(item))
    return Quote("", say(item.text, LONGEST), "", _where(item))


def _plain(text: str, longest: int) -> str:
    return clean(_ESCAPED.sub(r"\1", text[: 4 * longest]), longest)


def _where(item: Item) -> str:
    if item.origin != "eligibilityCriteria":
        return f"the record's field {clean(item.origin, 60)}"
    kind = "rules to be met" if item.kind == "inclusion" else "rules that exclude"
    return f"{kind}, number {item.number}" + (f", under “{clean(item.heading, 80)}”" if item.heading else "")


def unread_words(statement: Statement) -> tuple[str, ...]:
    """Give the words of a rule that were not understood.

    >>> unread_words(All((Unread("5 half-lives"), Not(Unread("as the doctor sees it")))))
    ('5 half-lives', 'as the doctor sees it')
    """
    return tuple(dict.fromkeys(clean(text, 200) for text in _unread(statement)))[:MOST_UNREAD]


def _unread(statement: Statement) -> Iterator[str]:
    waiting, seen = [statement], 0
    while waiting and seen < MOST_VISITED:
        seen += 1
        match waiting.pop():
            case Unread(text):
                yield text
            case All(parts) | AnyOf(parts):
                waiting += reversed(parts)
            case Not(part):
                waiting.append(part)
            case _:
                pass
