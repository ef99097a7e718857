"""What a statement is of a patient: true, false or unknown, and why.

Enters: a statement and what is known of a patient. Leaves: its truth (:func:`truth`, for many at once) or a finding with
reasons (:func:`explain`, for what is shown).
"""

from __future__ import annotations

from adoptive.trial.eligibility.facts import Facts
from adoptive.trial.eligibility.findings import Finding
from adoptive.trial.eligibility.statements import Statement, Truth

__all__ = ["explain", "truth"]


def truth(statement: Statement, facts: Facts) -> Truth:
    """Say whether a statement is true of a patient; None where it is not known."""
    raise NotImplementedError


def explain(statement: Statement, facts: Facts) -> Finding:
    """Say what was found of a statement in a patient, with the facts that decided and what would settle it."""
    raise NotImplementedError
