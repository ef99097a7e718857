"""Cutting an item into pieces: phrases, small words, spans of time, and what nobody knows (the residue).

Of all ways to cover the words the one is taken that leaves the fewest words over, then the one of fewest pieces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from adoptive.trial.eligibility.statements import Statement
from adoptive.workbench.match.read.lexicon import WORD, forms_at
from adoptive.workbench.match.read.naked import find_naked
from adoptive.workbench.match.read.phrases import PHRASES
from adoptive.workbench.match.read.tails import find_tails

__all__ = ["Piece", "scan"]

_LEFT_OVER: Final = 100.0
_PHRASE, _SMALL_WORD = 1.0, 1.1


@dataclass(frozen=True)
class Piece:
    """Hold a piece of a tidied text: ``role`` is "states", "naked", "tail", "gate", "left over" or of the lexicon."""

    start: int
    end: int
    role: str
    text: str
    value: object = None
    """The statement, naked threshold, tail or gate."""


@dataclass(frozen=True)
class _Option:
    """Hold a way to cover words ``first`` to ``stop``."""

    stop: int
    cost: float
    role: str
    value: object = None


def scan(text: str) -> tuple[Piece, ...]:
    """Cut a tidied text into pieces that cover all its words."""
    words = [(found.start(), found.end()) for found in WORD.finditer(text)]
    options = _options(text, words)
    best: list[tuple[float, _Option | None]] = [(0.0, None)] * (len(words) + 1)
    for first in range(len(words) - 1, -1, -1):
        chosen = _Option(first + 1, _LEFT_OVER, "left over")
        cost = _LEFT_OVER + best[first + 1][0]
        for option in options[first]:
            total = option.cost + best[option.stop][0]
            if total < cost:
                chosen, cost = option, total
        best[first] = (cost, chosen)
    return _pieces(text, words, best)


def _pieces(text: str, words: list[tuple[int, int]], best: list[tuple[float, _Option | None]]) -> tuple[Piece, ...]:
    pieces, at = [], 0
    while at < len(words):
        option = best[at][1]
        assert option is not None
        start, end = words[at][0], words[option.stop - 1][1]
        pieces.append(Piece(start, end, option.role, text[start:end], option.value))
        at = option.stop
    return tuple(pieces)


def _options(text: str, words: list[tuple[int, int]]) -> list[list[_Option]]:
    starts = {start: number for number, (start, _) in enumerate(words)}
    stops = {end: number + 1 for number, (_, end) in enumerate(words)}
    options: list[list[_Option]] = [[] for _ in words]
    for start, end, role, value in _stated(text):
        if start in starts and end in stops:
            options[starts[start]].append(_Option(stops[end], _PHRASE, role, value))
    lower = [text[start:end].lower() for start, end in words]
    for first, word in enumerate(lower):
        options[first] += [_Option(stop, _SMALL_WORD, role) for stop, role in forms_at(lower, first)]
        sign = _sign(text, words, first) if word in ".,;:-" else None
        if sign == "left over":
            options[first] = []
        elif sign is not None:
            options[first].append(_Option(first + 1, _SMALL_WORD, sign))
    return options


def _sign(text: str, words: list[tuple[int, int]], number: int) -> str | None:
    """Say what a full stop or comma does here; one inside a number is left over."""
    start, end = words[number]
    follows = text[end : end + 1]
    if text[start] == "." and (not follows or (follows == " " and re.match(r" [A-Z(\"]|$", text[end : end + 2]))):
        return "dot"
    if text[start] in ",;:" and follows and not follows.isspace() and follows.isdigit():
        return "left over"
    return None


def _stated(text: str) -> list[tuple[int, int, str, object]]:
    """Give all places where a phrase, a naked threshold or a span of time stands."""
    low = text.lower()
    found: list[tuple[int, int, str, object]] = []
    tried: dict[tuple[str, ...], bool] = {}
    for phrase in PHRASES:
        known = tried.get(phrase.words)
        if known is None:
            known = tried[phrase.words] = any(word in low for word in phrase.words)
        if known:
            for match in phrase.pattern.finditer(text):
                statement: Statement | None = phrase.build(match)
                if statement is not None:
                    found.append((*_trimmed(text, *match.span()), "states", statement))
    found += [(start, end, "naked", value) for start, end, value in find_naked(text)]
    found += [
        (start, end, "gate" if isinstance(value, str) else "tail", value) for start, end, value in find_tails(text)
    ]
    return found


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] == " ":
        start += 1
    while end > start and text[end - 1] == " ":
        end -= 1
    return start, end
