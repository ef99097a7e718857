"""When do two statements say the same? Compares structures, forgiving only what cannot change a verdict."""

from __future__ import annotations

import dataclasses
from typing import Any

from adoptive.trial.eligibility.statements import (
    All,
    AnyOf,
    Disease,
    Gene,
    Has,
    HlaAllele,
    Named,
    Not,
    Quantity,
    Statement,
    Treated,
    Unread,
    normal,
)

__all__ = ["comparable", "has_unread", "same_structure"]


def comparable(statement: Statement) -> Statement:
    """Bring a statement to a form in which equal meaning is equal structure.

    Beyond :func:`normal`: a leaf with several names is any of leaves with one; unread text counts without its words,
    denied or not; thresholds are compared to four figures; "ever" says nothing beside "within".
    """
    return normal(_spread(statement))


def same_structure(read: Statement, gold: Statement) -> bool:
    """Say whether a statement was read as labelled; where the label keeps text unread, all of it may stay unread."""
    if isinstance(read, Unread) and has_unread(gold):
        return True
    return comparable(read) == comparable(gold)


def has_unread(statement: Statement) -> bool:
    """Say whether some text of a statement was not understood."""
    match statement:
        case All(parts) | AnyOf(parts):
            return any(has_unread(part) for part in parts)
        case Not(part):
            return has_unread(part)
        case _:
            return isinstance(statement, Unread)


def _spread(statement: Statement) -> Statement:
    match statement:
        case All(parts):
            return All(tuple(_spread(part) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(_spread(part) for part in parts))
        case Not(Unread()) | Unread():
            return Unread("")
        case Not(part):
            return Not(_spread(part))
        case Quantity(_, _, value):
            return dataclasses.replace(statement, value=float(f"{value:.4g}"))
        case Has() if statement.within_days is not None and statement.ever:
            return _spread(dataclasses.replace(statement, ever=False))
        case Disease(names, stages) if len(stages) > 1:
            return AnyOf(tuple(_spread(dataclasses.replace(statement, stages=(stage,))) for stage in stages))
        case Disease(names) | Treated(names) | Has(names) | Named(_, names):
            return _each(statement, "names", names)
        case HlaAllele(alleles):
            return _each(statement, "alleles", alleles)
        case Gene(_, changes):
            plain = dataclasses.replace(statement, category="") if changes else statement
            return _each(plain, "changes", changes)
        case _:
            return statement


def _each(leaf: Any, part: str, names: tuple[str, ...]) -> Statement:
    single = tuple(dataclasses.replace(leaf, **{part: (name,)}) for name in names)
    return single[0] if len(single) == 1 else AnyOf(single) if single else leaf
