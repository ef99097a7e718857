"""Statements joined by all, any and not: their truth, and the findings of the parts that decide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from adoptive.trial.eligibility.findings import Finding
from adoptive.trial.eligibility.judge.known import Known
from adoptive.trial.eligibility.judge.leaves import SAY, SEE
from adoptive.trial.eligibility.judge.virtual import asked_of
from adoptive.trial.eligibility.statements import All, AnyOf, Flag, Leaf, Named, Not, Statement, Truth, Unread

__all__ = ["find", "weigh"]

_TURNED: Final[dict[Truth, Truth]] = {True: False, False: True, None: None}


def weigh(statement: Statement, known: Known) -> Truth:
    """Give the truth of a statement by Kleene's three values."""
    kind = type(statement)
    if kind is All:
        return _joined(statement.parts, known, decides=False)  # type: ignore[union-attr]
    if kind is AnyOf:
        return _joined(statement.parts, known, decides=True)  # type: ignore[union-attr]
    if kind is Not:
        return _TURNED[weigh(statement.part, known)]  # type: ignore[union-attr]
    return None if kind is Unread else _leaf(statement, known)  # type: ignore[arg-type]


def _leaf(leaf: Leaf, known: Known) -> Truth:
    try:
        return known.weighed[leaf]
    except KeyError:
        asked = asked_of(leaf, known) if isinstance(leaf, Flag | Named) else leaf
        truth = known.weighed[leaf] = SEE[type(asked)](asked, known).truth
        return truth


def _joined(parts: Sequence[Statement], known: Known, *, decides: bool) -> Truth:
    """Join parts of which one that is ``decides`` settles the whole."""
    whole: Truth = not decides
    for part in parts:
        truth = weigh(part, known)
        if truth is decides:
            return decides
        if truth is None:
            whole = None
    return whole


def find(statement: Statement, known: Known) -> Finding:
    """Give the finding of a statement, of the parts that decide it only."""
    if isinstance(statement, Not):
        return _turned(find(statement.part, known))
    if isinstance(statement, All | AnyOf):
        return _together([find(part, known) for part in statement.parts], decides=isinstance(statement, AnyOf))
    leaf = asked_of(statement, known) if isinstance(statement, Flag | Named) else statement
    return SAY[type(leaf)](leaf, known, SEE[type(leaf)](leaf, known))


def _turned(found: Finding) -> Finding:
    distance = None if found.distance is None else 0.0 - found.distance
    return Finding(
        _TURNED[found.truth],
        found.because,
        found.settle,
        distance,
        found.unit,
        found.from_day,
        found.recoverable,
    )


def _together(parts: list[Finding], *, decides: bool) -> Finding:
    """Join findings: one that is ``decides`` settles the whole; else one that is not known; else all count.

    Whether the whole may change: where every deciding part stands in the way, all must change, and the last day counts;
    where the whole rests on all of its parts, one that changes is enough, and the first day counts.
    """
    truths = [part.truth for part in parts]
    truth: Truth = decides if decides in truths else None if None in truths else not decides
    deciding = [part for part in parts if part.truth is truth]
    because = _once(text for part in deciding for text in part.because)
    settle = _once(text for part in deciding for text in part.settle)
    if truth is None:
        return Finding(None, because, settle)
    every = truth is decides
    recoverable = bool(deciding) and (all if every else any)(part.recoverable for part in deciding)
    days = [part.from_day for part in deciding if part.from_day]
    from_day = ""
    if days and (len(days) == len(deciding) or not every):
        from_day = max(days) if every else min(days)
    measured = {(part.distance, part.unit) for part in deciding if part.distance is not None}
    distance, unit = measured.pop() if len(measured) == 1 else (None, "")
    return Finding(truth, because, settle, distance, unit, from_day, recoverable)


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))
