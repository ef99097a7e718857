"""The ways to satisfy a statement: its minimal paths (disjunctive normal form)."""

from __future__ import annotations

from adoptive.trial.eligibility.statements import Statement

__all__ = ["paths"]

MOST_PATHS = 4096


def paths(statement: Statement, *, most: int = MOST_PATHS) -> tuple[frozenset[Statement], ...]:
    """Give the minimal sets of leaves, or denied leaves, of which each by itself makes the statement true."""
    raise NotImplementedError
