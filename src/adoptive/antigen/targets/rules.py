"""Rules of two or more antigens, as ``MSLN AND NOT (CEACAM5 OR MUC1)``: read, and worked out on levels."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError

__all__ = ["Antigen", "Rule", "antigens_of", "blockers_of", "kind_of", "level_of", "read_rule"]

FloatArray = NDArray[np.float64]

_WORDS: Final = re.compile(r"\s*(?:(?P<mark>[()])|(?P<word>[A-Za-z0-9][A-Za-z0-9._:@/-]*)|(?P<bad>\S))")
_DEEPEST: Final = 50


@dataclass(frozen=True)
class Antigen:
    """Hold one antigen of a rule."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Joined:
    """Hold two rules joined by AND, OR or AND NOT."""

    how: str
    left: Rule
    right: Rule

    def __str__(self) -> str:
        return f"{_bracketed(self.left)} {self.how} {_bracketed(self.right)}"


Rule = Antigen | Joined


def _bracketed(rule: Rule) -> str:
    return str(rule) if isinstance(rule, Antigen) else f"({rule})"


def level_of(rule: Rule, level: Callable[[str], FloatArray], *, present: float) -> FloatArray:
    """Give a rule's level at places, ``(places,)``.

    AND is the lower of the two, OR the higher; A AND NOT B is A where B is below ``present``, 0 elsewhere. What needs a
    level that was not measured (NaN) was not measured.
    """
    if isinstance(rule, Antigen):
        return level(rule.name)
    left, right = (level_of(one, level, present=present) for one in (rule.left, rule.right))
    if rule.how == "AND":
        return np.minimum(left, right)
    if rule.how == "OR":
        return np.maximum(left, right)
    return np.where(np.isnan(right), np.nan, np.where(right >= present, 0.0 * left, left))


def antigens_of(rule: Rule) -> tuple[str, ...]:
    """List a rule's antigens, each once, in order."""
    if isinstance(rule, Antigen):
        return (rule.name,)
    return tuple(dict.fromkeys((*antigens_of(rule.left), *antigens_of(rule.right))))


def blockers_of(rule: Rule) -> frozenset[str]:
    """List the antigens that a rule wants absent."""
    if isinstance(rule, Antigen):
        return frozenset()
    right = frozenset(antigens_of(rule.right)) if rule.how == "AND NOT" else blockers_of(rule.right)
    return blockers_of(rule.left) | right


def kind_of(rule: Rule) -> str:
    """Name a rule's kind: SINGLE, AND, OR, AND NOT, or MIXED."""

    def hows(one: Rule) -> set[str]:
        return set() if isinstance(one, Antigen) else {one.how} | hows(one.left) | hows(one.right)

    found = hows(rule)
    return "SINGLE" if not found else found.pop() if len(found) == 1 else "MIXED"


def read_rule(text: str) -> Rule:
    """Read a rule: antigens, AND, OR, AND NOT, brackets; AND goes before OR, NOT only after AND.

    Raises
    ------
    StudyError
        It is not a rule; the message says at which character.

    >>> str(read_rule("MSLN and not (CEACAM5 or MUC1)"))
    'MSLN AND NOT (CEACAM5 OR MUC1)'
    """
    reading = _Reading(text)
    rule = reading.either()
    if reading.next:
        raise reading.mistake("AND, AND NOT, OR, or the end")
    return rule


class _Reading:
    """Read a rule's words from left to right."""

    def __init__(self, text: str) -> None:
        self.text, self.depth = text, 0
        self.words: list[tuple[str, int]] = []
        for found in _WORDS.finditer(text.rstrip()):
            word, at = found[0].strip(), found.end() - len(found[0].strip())
            self.words.append((word, at))
            if found["bad"]:
                self.words = self.words[-1:]
                raise self.mistake("letters, digits, brackets")
        self.words.reverse()

    @property
    def next(self) -> str:
        """Give the next word; AND, OR, NOT in any case."""
        word = self.words[-1][0] if self.words else ""
        return word.upper() if word.upper() in ("AND", "OR", "NOT") else word

    def take(self) -> str:
        word = self.next
        self.words.pop()
        return word

    def mistake(self, allowed: str) -> StudyError:
        at = self.words[-1][1] + 1 if self.words else len(self.text) + 1
        value = f"{self.text[:150]!r}: {self.next or 'its end'} at character {at}"
        return StudyError("not a rule of antigens", where="--gate", value=value, allowed=allowed,
                          next_step='write it as in "A AND NOT (B OR C)"')  # fmt: skip

    def either(self) -> Rule:
        rule = self.both()
        while self.next == "OR":
            self.take()
            rule = Joined("OR", rule, self.both())
        return rule

    def both(self) -> Rule:
        rule = self.one()
        while self.next == "AND":
            how = self.take()
            if self.next == "NOT":
                how += f" {self.take()}"
            rule = Joined(how, rule, self.one())
        return rule

    def one(self) -> Rule:
        if self.next == "(" and self.depth < _DEEPEST:
            self.take()
            self.depth += 1
            rule = self.either()
            if self.next != ")":
                raise self.mistake("a closing bracket")
            self.take()
            self.depth -= 1
            return rule
        if self.next in ("", "AND", "OR", "NOT", "(", ")"):
            raise self.mistake("an antigen's name, or an opening bracket")
        return Antigen(self.take())
