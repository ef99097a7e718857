"""How a rule made of criteria is applied: the worst criterion that holds gives the grade and the reason.

A rule is a table of :class:`Criterion`, mildest first. A missing sign is tried at its mildest and at its worst value:
if both give one grade, that grade is certain and stands; otherwise there is no grade. This is exact, because no grade
falls when a sign worsens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.types import UNGRADED, Graded, as_numbers, unmasked

__all__ = ["Criterion", "Rule", "Seen", "Sign", "apply_rule", "read_signs", "yes_or_no"]

Bools = NDArray[np.bool_]
Seen = Mapping[str, NDArray[Any]]

MISSING: Final = -1
IMPOSSIBLE: Final = -2


@dataclass(frozen=True)
class Sign:
    """Describe one sign: its mildest and its worst value, what is possible, and whether only whole numbers are."""

    words: str
    best: float
    worst: float
    lowest: float = 0.0
    highest: float = 1.0
    whole: bool = True


def yes_or_no(words: str, *, worst: int = 1) -> Sign:
    """Describe a sign that is there (1) or not (0)."""
    return Sign(words, best=1 - worst, worst=worst)


@dataclass(frozen=True)
class Criterion:
    """Hold one line of a rule: the grade, the reason in words, and where it holds."""

    grade: int
    reason: str
    holds: Callable[[Seen], Bools]


@dataclass(frozen=True)
class Rule:
    """Hold a rule: the signs that it reads, what is derived from them, and its criteria, mildest first.

    The first criterion must hold for everybody.
    """

    name: str
    signs: Mapping[str, Sign]
    derive: Callable[[Seen], Seen]
    criteria: tuple[Criterion, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """Give all reasons in the order of their numbers: criteria, missing signs, impossible values, several."""
        missing = tuple(f"no grade: {sign.words} is missing" for sign in self.signs.values())
        wrong = tuple(_impossible(sign) for sign in self.signs.values())
        told = tuple(f"{line.reason}: grade {line.grade}" for line in self.criteria)
        return (*told, *missing, *wrong, "no grade: more than one sign is missing")


def _impossible(sign: Sign) -> str:
    kind = "a whole number from" if sign.whole else "from"
    return f"no grade: {sign.words} is impossible, it must be {kind} {sign.lowest:g} to {sign.highest:g}"


def read_signs(values: object, signs: Mapping[str, Sign]) -> dict[str, NDArray[Any]]:
    """Read the attributes that the rule needs: NaN or MISSING where not known, IMPOSSIBLE where out of range."""
    seen = {name: _read(name, getattr(values, name), sign) for name, sign in signs.items()}
    shapes = {name: array.shape for name, array in seen.items()}
    try:
        np.broadcast_shapes(*shapes.values())
    except ValueError:
        told = ", ".join(f"{name} {shape}" for name, shape in shapes.items() if shape)
        raise StudyError("the signs do not fit together", value=told, allowed="shapes that broadcast") from None
    return seen


def _read(name: str, value: ArrayLike, sign: Sign) -> NDArray[Any]:
    try:
        given = np.asarray(unmasked(value))
    except ValueError:  # rows of different length
        given = as_numbers(value, name)
    if given.dtype.kind in "cmM":
        given = as_numbers(given, name)
    if given.dtype.kind in "biu" and sign.whole and _within(given, sign):
        return given.astype(np.int8)
    try:
        number = given.astype(np.float64, copy=False)
    except (TypeError, ValueError):
        raise StudyError(
            f"{name} must be numbers", value=given.ravel()[:3].tolist(), allowed="numbers, NaN or -1 where not known"
        ) from None
    unknown = np.isnan(number) | (number == MISSING)
    wrong = (number < sign.lowest) | (number > sign.highest)
    if sign.whole:
        wrong |= number != np.floor(number)
    number = np.where(wrong, IMPOSSIBLE, number)
    number = np.where(unknown, MISSING, number)
    return number.astype(np.int8) if sign.whole else number


def _within(given: NDArray[Any], sign: Sign) -> bool:
    """Say whether all are possible or marked as missing: the usual case, and then nothing is left to clean."""
    return not given.size or bool(int(given.min()) >= MISSING and int(given.max()) <= sign.highest)


def apply_rule(rule: Rule, seen: Seen) -> Graded:
    """Grade by a rule the signs read by :func:`read_signs`; uncertain and impossible rows are UNGRADED."""
    shape = np.broadcast_shapes(*(array.shape for array in seen.values()))
    gaps = {name: array == MISSING for name, array in seen.items()}
    wrong = {name: array == IMPOSSIBLE for name, array in seen.items()}
    line = _decide(rule, _filled(rule, seen, worst=frozenset()), shape)
    grade = _grades(rule)[line]
    reason = line.astype(np.int64)
    doubtful = np.broadcast_to(_any(gaps.values()), shape)
    if doubtful.any():
        part = {name: np.broadcast_to(array, shape)[doubtful] for name, array in seen.items()}
        reason[doubtful] = _reasons_of_gaps(rule, part, reason[doubtful])
        grade = np.where(reason >= len(rule.criteria), UNGRADED, grade)
    for number, gap in enumerate(wrong.values()):
        if gap.any():
            reason = np.where(gap, len(rule.criteria) + len(rule.signs) + number, reason)
            grade = np.where(gap, UNGRADED, grade)
    return Graded(grade=grade.astype(np.int64), reason=reason, reasons=rule.reasons)


def _any(masks: Iterable[Bools]) -> Bools:
    together: Bools = np.zeros((), np.bool_)
    for mask in masks:
        if mask.any():
            together = together | mask
    return together


def _grades(rule: Rule) -> NDArray[np.int64]:
    return np.array([line.grade for line in rule.criteria], np.int64)


def _decide(rule: Rule, seen: Seen, shape: tuple[int, ...]) -> NDArray[np.int8]:
    """Give the number of the worst criterion that holds; of several of one grade the last in the table."""
    known = rule.derive(seen)
    line = np.zeros(shape, np.int8)
    for number, criterion in enumerate(rule.criteria[1:], start=1):
        np.putmask(line, np.broadcast_to(criterion.holds(known), shape), number)
    return line


def _filled(rule: Rule, seen: Seen, *, worst: frozenset[str]) -> Seen:
    """Put the mildest value where a sign is missing, for the named signs the worst."""
    full: dict[str, NDArray[Any]] = {}
    for name, array in seen.items():
        value = rule.signs[name].worst if name in worst else rule.signs[name].best
        gap = array < 0
        full[name] = np.where(gap, np.asarray(value, array.dtype), array) if gap.any() else array
    return full


def _reasons_of_gaps(rule: Rule, seen: Seen, mildest: NDArray[np.int64]) -> NDArray[np.int64]:
    """Say for rows with missing signs whether the mildest grade is certain, else which missing sign decides."""
    grades, first = _grades(rule), len(rule.criteria)
    worst = _decide(rule, _filled(rule, seen, worst=frozenset(seen)), mildest.shape)
    reason = mildest.copy()
    open_rows = np.flatnonzero(grades[worst] != grades[mildest])
    reason[open_rows] = len(rule.reasons) - 1
    for number, name in enumerate(rule.signs):
        rows = open_rows[seen[name][open_rows] == MISSING]
        if not rows.size:
            continue
        part = {other: array[rows] for other, array in seen.items()}
        tried = _decide(rule, _filled(rule, part, worst=frozenset({name})), rows.shape)
        decides = rows[grades[tried] != grades[mildest[rows]]]
        reason[decides] = first + number
        open_rows = np.setdiff1d(open_rows, decides, assume_unique=True)
    return reason
