"""Read the criteria of the laboratory terms: text that a clinician can read becomes limits that can be compared.

``"> 3 x ULN if baseline not high or > 3 x baseline if baseline high"`` is two clauses; a clause holds comparisons that
must all be met, and perhaps a state of the baseline. What a missing value leaves open stays open: neither met nor not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import ParameterError

__all__ = ["Clause", "Comparison", "Signs", "read_clauses"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Reference = Literal["ULN", "LLN", "baseline", ""]

SLACK: Final = 1e-12
"""Relative slack of every comparison: a value this close to a limit is on the limit (3 x 0.1 is 0.3)."""

_COMPARISON: Final = re.compile(
    r"(?P<sign>[<>]=?) (?:(?P<absolute>[\d.]+)|(?:(?P<factor>[\d.]+) x )?(?P<reference>ULN|LLN|baseline)"
    r"(?: \+ (?P<plus>[\d.]+))?)"
)
_STATE: Final = re.compile(r"baseline (?P<negated>not )?(?P<state>high|low)")
_WORDS: Final = {">": "above", ">=": "at or above", "<": "below", "<=": "at or below"}


@dataclass(frozen=True)
class Signs:
    """Hold what a clause looks at: values in the rule's unit, and what is known of the baseline, all of one shape.

    ``high`` and ``low`` say that the baseline was above or below normal; ``unknown`` that this is not known.
    """

    value: Floats
    ULN: Floats
    LLN: Floats
    baseline: Floats
    high: Flags
    low: Flags
    unknown: Flags


@dataclass(frozen=True)
class Comparison:
    """Compare the value with ``factor * reference + plus``, or with the number ``plus`` alone."""

    sign: str
    reference: Reference
    factor: float
    plus: float

    def met(self, signs: Signs) -> tuple[Flags, Flags | None]:
        """Say where it is met and where it stays open; ``None`` where it can never be open.

        >>> read_clauses("< 0.5")[0].comparisons[0]
        Comparison(sign='<', reference='', factor=0.0, plus=0.5)
        """
        above = self.sign[0] == ">"
        # On the limit counts as met only for >= and <=: the slack widens these and narrows the others.
        slack = 1.0 - SLACK if (above == (len(self.sign) == 2)) else 1.0 + SLACK
        if self.reference:
            against: Floats = getattr(signs, self.reference)
            limit = (self.factor * against + self.plus) * slack
            return (signs.value > limit) if above else (signs.value < limit), np.isnan(against)
        return (signs.value > self.plus * slack) if above else (signs.value < self.plus * slack), None

    @property
    def wording(self) -> str:
        """Say it in plain words."""
        times = f"{self.factor:g} x " if self.reference and self.factor != 1.0 else ""
        against = f"{times}{self.reference}"
        plus = f"{self.plus:g}" if self.plus or not against else ""
        return f"{_WORDS[self.sign]} " + " + ".join(part for part in (against, plus) if part)


@dataclass(frozen=True)
class Clause:
    """Hold one alternative of a grade: comparisons that must all be met, in a state of the baseline."""

    text: str
    comparisons: tuple[Comparison, ...]
    state: Literal["high", "low", ""] = ""
    negated: bool = False

    def met(self, signs: Signs, *, trusting: bool) -> tuple[Flags, Flags | None]:
        """Say where the clause is met and where it stays open (three-valued: not met, open, met).

        ``trusting`` takes a baseline that is not known for a normal one.
        """
        met, open_ = self.comparisons[0].met(signs)
        for comparison in self.comparisons[1:]:
            more, more_open = comparison.met(signs)
            met, open_ = _both(met, open_, more, more_open)
        if self.state:
            state: Flags = getattr(signs, self.state)
            held = ~state if self.negated else state
            met, open_ = _both(met, open_, held, None if trusting else signs.unknown)
        return met, open_

    @property
    def references(self) -> frozenset[str]:
        """Name what it needs beside the value."""
        return frozenset(comparison.reference for comparison in self.comparisons if comparison.reference)


def _both(met: Flags, open_: Flags | None, more: Flags, more_open: Flags | None) -> tuple[Flags, Flags | None]:
    """Join two three-valued answers by *and*: one that is not met closes an open one."""
    if open_ is None and more_open is None:
        return met & more, None
    no = np.zeros(met.shape, np.bool_)
    first, second = (no if flags is None else flags for flags in (open_, more_open))
    possible = (met | first) & (more | second)
    surely = (met & ~first) & (more & ~second)
    return surely, possible & ~surely


def read_clauses(text: str) -> tuple[Clause, ...]:
    """Read the alternatives of a grade.

    Raises
    ------
    ParameterError
        If the text is not of the form described in ``terms.toml``.

    >>> [clause.text for clause in read_clauses("> ULN if baseline not high or >= 1.5 x baseline if baseline high")]
    ['> ULN if baseline not high', '>= 1.5 x baseline if baseline high']
    """
    return tuple(_read_clause(part) for part in text.split(" or "))


def _read_clause(text: str) -> Clause:
    comparisons, _, state = text.partition(" if ")
    found = [_COMPARISON.fullmatch(part) for part in comparisons.split(" and ")]
    held = _STATE.fullmatch(state) if state else None
    if not all(found) or (state and held is None):
        raise ParameterError("criterion not understood", value=text, allowed="for example '> 3 x ULN if baseline high'")
    read = tuple(_read_comparison(match) for match in found if match is not None)
    if held is None:
        return Clause(text, read)
    return Clause(text, read, "high" if held["state"] == "high" else "low", negated=bool(held["negated"]))


def _read_comparison(found: re.Match[str]) -> Comparison:
    if found["absolute"]:
        return Comparison(found["sign"], "", 0.0, float(found["absolute"]))
    reference: Reference = (
        "ULN" if found["reference"] == "ULN" else "LLN" if found["reference"] == "LLN" else "baseline"
    )
    return Comparison(found["sign"], reference, float(found["factor"] or 1), float(found["plus"] or 0))
