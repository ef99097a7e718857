"""Objectives and constraints as people write them, ``power / n`` and ``power >= 0.8``: a small grammar, no ``eval``.

``sum := product (("+" | "-") product)*``, ``product := factor (("*" | "/") factor)*``,
``factor := number | name | "-" factor | "(" sum ")"``. A name is a characteristic, an endpoint or a varied field.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from adoptive.errors import StudyError
from adoptive.workbench.spelling import nearest

__all__ = ["Constraint", "Expression", "read_constraint", "read_expression"]

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+)|(?P<name>[A-Za-z_][\w.]*(?:@[\d.]+)?(?::\d+)?)|(?P<sign>.))"
)
_COMPARE: Final = re.compile(r"(.+?)(>=|<=|>|<)(.+)")
_DEEPEST: Final = 50
_LONGEST: Final = 500

Names = Mapping[str, Any]
Evaluate = Callable[[Names], Any]


@dataclass(frozen=True)
class Expression:
    """Hold an expression: its text, the names in it, and how it is worked out."""

    text: str
    names: tuple[str, ...]
    evaluate: Evaluate

    def at(self, values: Names) -> Any:
        """Work it out on numbers or arrays; a division by nothing gives inf or NaN, and no warning."""
        with np.errstate(all="ignore"):
            return self.evaluate(values)


@dataclass(frozen=True)
class Constraint:
    """Hold ``left >= right``: met where ``shortfall`` is at most 0."""

    text: str
    shortfall: Expression


def read_expression(text: str, known: tuple[str, ...], *, where: str = "--optimise") -> Expression:
    """Read an expression.

    Arguments: ``known`` the names that may stand in it.

    Raises
    ------
    StudyError
        Something that the grammar does not have, or a name that is not known.

    >>> float(read_expression("(power - 0.5) / n", ("power", "n")).at({"power": 0.75, "n": 100.0}))
    0.0025
    """
    if len(text) > _LONGEST:
        raise StudyError("too long an expression", where=where, allowed=f"{_LONGEST} characters")
    tokens = [found for found in _TOKEN.finditer(text.strip()) if found.group().strip()]
    reader = _Reader(text, known, where, tokens)
    evaluate = reader.sum(0)
    if reader.place < len(tokens):
        raise reader.wrong("not expected here")
    return Expression(text.strip(), tuple(dict.fromkeys(reader.names)), evaluate)


def read_constraint(text: str, known: tuple[str, ...]) -> Constraint:
    """Read ``EXPRESSION >= EXPRESSION`` (or <=, >, <).

    Raises
    ------
    StudyError
        No comparison, or a side that is no expression.
    """
    found = _COMPARE.fullmatch(text)
    if found is None or _COMPARE.fullmatch(found[3]):
        raise StudyError(
            "not one comparison", where="--subject-to", value=text, next_step='write for instance "power >= 0.8"'
        )
    sides = [read_expression(side, known, where="--subject-to") for side in (found[1], found[3])]
    less, more = sides if found[2].startswith("<") else reversed(sides)
    names = tuple(dict.fromkeys((*less.names, *more.names)))
    return Constraint(text.strip(), Expression(text.strip(), names, lambda values: less.at(values) - more.at(values)))


@dataclass
class _Reader:
    """Walk the words of an expression from left to right."""

    text: str
    known: tuple[str, ...]
    where: str
    tokens: list[re.Match[str]]
    place: int = 0

    def __post_init__(self) -> None:
        self.names: list[str] = []

    def sign(self) -> str:
        return self.tokens[self.place]["sign"] or "" if self.place < len(self.tokens) else ""

    def sum(self, depth: int) -> Evaluate:
        value = self.product(depth)
        while self.sign() in ("+", "-") and self.sign():
            value = self._joined(value, self._next(), self.product(depth))
        return value

    def product(self, depth: int) -> Evaluate:
        value = self.factor(depth)
        while self.sign() in ("*", "/") and self.sign():
            value = self._joined(value, self._next(), self.factor(depth))
        return value

    def factor(self, depth: int) -> Evaluate:
        if depth > _DEEPEST:
            raise self.wrong("too deep")
        if self.place >= len(self.tokens):
            raise self.wrong("something is missing at the end")
        token = self.tokens[self.place]
        if token["number"]:
            self.place += 1
            number = float(token["number"])
            return lambda values: number
        if token["name"]:
            return self._named(token["name"])
        if self.sign() == "-":
            self.place += 1
            inner = self.factor(depth + 1)
            return lambda values: -inner(values)
        if self.sign() != "(":
            raise self.wrong("not expected here")
        self.place += 1
        inner = self.sum(depth + 1)
        if self.sign() != ")":
            raise self.wrong("a closing bracket is missing")
        self.place += 1
        return inner

    def _named(self, name: str) -> Evaluate:
        if name not in self.known:
            near = nearest(name, self.known)
            raise StudyError(
                "no such name", where=self.where, value=name, allowed=", ".join(self.known),
                next_step=f"did you mean {near}?" if near else "ask for an endpoint with --endpoint",
            )  # fmt: skip
        self.place += 1
        self.names.append(name)
        return lambda values: values[name]

    def _next(self) -> str:
        sign = self.sign()
        self.place += 1
        return sign

    def _joined(self, left: Evaluate, sign: str, right: Evaluate) -> Evaluate:
        return {
            "+": lambda values: left(values) + right(values),
            "-": lambda values: left(values) - right(values),
            "*": lambda values: left(values) * right(values),
            "/": lambda values: np.divide(left(values), right(values)),
        }[sign]

    def wrong(self, what: str) -> StudyError:
        rest = self.text[self.tokens[self.place].start() :].strip() if self.place < len(self.tokens) else "the end"
        return StudyError(
            f"not an expression: {what}", where=self.where, value=f"{self.text}, at {rest}",
            allowed="names, numbers, + - * / and brackets", next_step="write for instance power/n",
        )  # fmt: skip
