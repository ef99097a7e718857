"""Nested lists inside an item: a lead-in ("at least one of the following:") and the lines below it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

__all__ = ["BULLET", "Block", "blocks_of", "lead_of"]

BULLET: Final = r"(?:\\?[*•●▪◦○‣·–—]|\\?-(?!\d)|\\?[+](?= )|o(?=[ \t])|(?:\(?(?:\d{1,2}|[a-zA-Z]|[ivxIVX]{1,4})(?:\\?[.)]|\.\))){1,1}(?=[ \t])|\d{1,2}(?:\.\d{1,2}){1,3}\.?(?=[ \t]))"
"""A bullet or number at the start of a line."""

_LINE = re.compile(rf"(?P<indent>[ \t]*)(?P<bullet>{BULLET})[ \t]*(?P<rest>.*)")

Join = Literal["all", "any", ""]

_COUNT = r"(?:at least |a minimum of )?(?:one|1)(?: \(1\))?(?: or more)?"
_OF = r"(?: of)? (?:the )?(?:following|these|below)(?: (?:criteria|conditions|requirements|disorders|diseases|features|characteristics|events|treatments|therapies|categories|situations))?(?: (?:below|listed below|as listed below|are met|is met|apply|applies|must be met|are present|is present))?"
_ANY = re.compile(
    rf"(?:.*\b)?(?:{_COUNT}|any(?: one)?(?: \(1\))?(?: or more)?|either(?: one)?){_OF}:?|(?:either|any of):|.*\b(?:any|one|either) of:", re.IGNORECASE
)
_ALL = re.compile(
    rf"(?:.*\b)?(?:all|each|both){_OF}:?|.*\b(?:all|both) of:|.*\b(?:as )?(?:defined|evidenced|demonstrated|indicated|shown|documented) (?:by|as)(?: (?:all )?(?:of )?the following(?: (?:criteria|laboratory values|parameters|values))?(?: (?:within .{{0,60}}))?)?:"
    r"|.*\b(?:meet|meets|meeting|have|has|satisfy|fulfil|fulfill) the following(?: [a-z]+){0,3}:|.*\bfollowing (?:laboratory |haematological |hematological |organ function |clinical )?(?:criteria|values|requirements|parameters|results|limits)(?: [a-z]+){0,6}:",
    re.IGNORECASE,
)
_NONE = re.compile(rf".*\b(?:none|no(?:ne)? (?:one )?|without any|not any){_OF}:?|.*\bnone of:", re.IGNORECASE)


@dataclass(frozen=True)
class Block:
    """Hold a text and the lines below it; ``join`` says how those are joined, "" where the lead-in does not tell."""

    text: str
    whole: str
    parts: tuple[Block, ...] = ()
    join: Join = ""
    denied: bool = False


def lead_of(text: str) -> tuple[Join, bool, str] | None:
    """Read a lead-in: how the lines below are joined, whether none may hold, and the words left over.

    >>> lead_of("At least one of the following:"), lead_of("Patients must meet all of the following criteria:")
    (('any', False, ''), ('all', False, ''))
    """
    raise NotImplementedError


def blocks_of(text: str) -> Block:
    """Cut an item into its lead-in and the lines below it."""
    return Block(text, text)
