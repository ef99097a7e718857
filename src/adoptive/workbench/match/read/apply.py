"""Applying what stands before or after a thing to its statement: "history of", "uncontrolled", "within 4 weeks"."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from adoptive.trial.eligibility.statements import (
    All,
    AntigenLevel,
    AnyOf,
    Disease,
    Flag,
    Gene,
    Has,
    HlaAllele,
    Leaf,
    Not,
    Quantity,
    Statement,
    Treated,
    Unread,
    normal,
)
from adoptive.workbench.match.read.tails import Tail

__all__ = [
    "BAD_FLAGS",
    "MODIFIERS",
    "bare",
    "classes",
    "leaves",
    "modified",
    "says_the_same",
    "timed",
    "timed_values",
    "unsure",
]

MODIFIERS = frozenset(
    {"ever", "had", "active", "taking", "uncontrolled", "symptomatic", "untreated", "needs systemic treatment"}
)
"""Roles of the lexicon that change the statement after (or before) them."""

BAD_FLAGS = frozenset(
    {"pregnant", "breastfeeding", "in_another_trial", "refuses_standard_treatment", "bridging_needed"}
)
"""Yes/no fields that a trial asks to be absent."""


def leaves(statement: Statement) -> tuple[Leaf, ...]:
    """Give the leaves of a statement."""
    match statement:
        case All(parts) | AnyOf(parts):
            return tuple(leaf for part in parts for leaf in leaves(part))
        case Not(part):
            return leaves(part)
        case _:
            return (statement,)


def classes(statement: Statement) -> frozenset[type]:
    """Give the sorts of leaf that a statement holds."""
    return frozenset(type(leaf) for leaf in leaves(statement))


def bare(statement: Statement) -> bool:
    """Say whether a statement is of things that a list shares its other words with (denials, times, "history of")."""
    return all(
        isinstance(leaf, Has | Treated | Disease | AntigenLevel | Gene | HlaAllele)
        or (isinstance(leaf, Flag) and leaf.field in BAD_FLAGS)
        for leaf in leaves(statement)
    )


def _mapped(statement: Statement, change: Callable[[Leaf], Statement | None]) -> Statement | None:
    match statement:
        case All(parts) | AnyOf(parts):
            done = [_mapped(part, change) for part in parts]
            kept = tuple(part for part in done if part is not None)
            return type(statement)(kept) if len(kept) == len(done) else None
        case Not(Flag("pregnant")):
            return None if change(Flag("pregnant")) is None else statement
        case Not():
            return None
        case _:
            return change(statement)


def modified(statement: Statement, modifiers: Sequence[str]) -> Statement | None:
    """Apply modifiers that stand before (or after) a thing; None where they make no sense of it."""
    for modifier in modifiers:
        done = _mapped(statement, lambda leaf, word=modifier: _modified(leaf, word))  # type: ignore[misc]
        if done is None:
            return None
        statement = done
    return statement


def _modified(leaf: Leaf, word: str) -> Statement | None:
    if isinstance(leaf, Has):
        if word == "ever":
            return dataclasses.replace(leaf, ever=True)
        if word == "active":
            return None if leaf.ever else leaf
        if word in ("had", "taking") or (leaf.qualifier and leaf.qualifier != word):
            return None
        return dataclasses.replace(leaf, qualifier=word)  # type: ignore[arg-type]
    if isinstance(leaf, Treated):
        if word in ("ever", "had"):
            return None if leaf.ongoing and word == "ever" else leaf
        return dataclasses.replace(leaf, ongoing=True) if word in ("active", "taking") else None
    if isinstance(leaf, Quantity) and leaf.field == "prior_lines" and word in ("ever", "had"):
        return leaf
    return None


def timed(statement: Statement, tail: Tail, *, denied: bool) -> Statement | None:
    """Apply a span of time; None where it makes no sense of the thing."""
    if (tail.denied_only and not denied) or (tail.over and denied):
        return None
    done = _mapped(statement, lambda leaf: _timed(leaf, tail))
    if done is None:
        return None
    return Not(done) if tail.over else done


def _timed(leaf: Leaf, tail: Tail) -> Statement | None:
    if isinstance(leaf, Flag):
        return leaf if leaf.field == "pregnant" and not (tail.over or tail.half_lives) else None
    if isinstance(leaf, Quantity) and (
        leaf.field in ("prior_lines", "age_years", "life_expectancy_weeks") or tail.over
    ):
        return None
    if not isinstance(leaf, Treated | Has | Quantity | AntigenLevel) or leaf.within_days is not None:
        return None
    if isinstance(leaf, Treated) and leaf.ongoing:
        leaf = dataclasses.replace(leaf, ongoing=False)
    plain = dataclasses.replace(leaf, within_days=tail.days)
    if not tail.half_lives:
        return plain
    if not isinstance(leaf, Treated):
        return None
    rest = Unread(tail.half_lives)
    shorter = All((plain, rest))
    longer = AnyOf((plain, rest))
    known: dict[str, Statement] = {"shorter": shorter, "longer": longer}
    return known.get(tail.whichever, AnyOf((shorter, All((longer, rest)))))


def timed_values(statement: Statement, tail: Tail) -> Statement:
    """Apply a span of time to the measured values of a statement only."""
    match statement:
        case All(parts) | AnyOf(parts):
            return type(statement)(tuple(timed_values(part, tail) for part in parts))
        case Not(part):
            return Not(timed_values(part, tail))
        case Quantity():
            return _timed(statement, tail) or statement
        case _:
            return statement


def unsure(parts: Sequence[Statement], text: str) -> Statement:
    """Join parts of which nobody can tell whether all or any is meant: true if all are, false if none is."""
    return AnyOf((All(tuple(parts)), All((AnyOf(tuple(parts)), Unread(text)))))


def says_the_same(one: Statement, other: Statement) -> bool:
    """Say whether two statements are one, a quantity to 3 %."""
    if normal(one) == normal(other):
        return True
    if isinstance(one, Quantity) and isinstance(other, Quantity):
        near = abs(one.value - other.value) <= 0.03 * abs(one.value)
        return near and dataclasses.replace(one, value=0.0) == dataclasses.replace(other, value=0.0)
    return False
