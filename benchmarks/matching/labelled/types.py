"""The noun of the labelled set: one criterion with what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from adoptive.trial.eligibility.statements import Statement

__all__ = ["Kind", "Labelled", "exclusion", "inclusion"]

Kind = Literal["inclusion", "exclusion"]


@dataclass(frozen=True)
class Labelled:
    """Hold a criterion in our own words, what it states, the gate it speaks of, and its domain."""

    domain: str
    kind: Kind
    text: str
    statement: Statement
    gate: str = "procurement"


def inclusion(domain: str, text: str, statement: Statement, gate: str = "procurement") -> Labelled:
    """Label an inclusion criterion."""
    return Labelled(domain, "inclusion", text, statement, gate)


def exclusion(domain: str, text: str, statement: Statement, gate: str = "procurement") -> Labelled:
    """Label an exclusion criterion."""
    return Labelled(domain, "exclusion", text, statement, gate)
