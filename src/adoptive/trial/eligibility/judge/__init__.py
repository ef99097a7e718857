"""What a statement is of a patient: true, false or unknown, and why.

Enters: a statement and what is known of a patient. Leaves: its truth (:func:`truth`, for many at once) or a finding
with reasons (:func:`explain`, for what is shown). Missing is unknown; only a list that is said to be complete, a test
that looked, or a fact that rules the matter out makes a statement false.
"""

from __future__ import annotations

from adoptive.trial.eligibility.facts import Facts
from adoptive.trial.eligibility.findings import Finding
from adoptive.trial.eligibility.judge.known import Known
from adoptive.trial.eligibility.judge.tree import find, weigh
from adoptive.trial.eligibility.statements import Statement, Truth

__all__ = ["explain", "truth"]


def truth(statement: Statement, facts: Facts) -> Truth:
    """Say whether a statement is true of a patient; None where it is not known.

    The facts are put in order at the first question and kept so with them. What is nested too deeply is not known.

    >>> import datetime
    >>> from adoptive.trial.eligibility.facts import Fact
    >>> from adoptive.trial.eligibility.statements import Quantity
    >>> facts = Facts("a", datetime.date(2026, 10, 2), {"haemoglobin_g_dl": (Fact(8.1),)})
    >>> truth(Quantity("haemoglobin_g_dl", ">=", 9.0), facts), truth(Quantity("ecog", "<=", 1.0), facts)
    (False, None)
    """
    try:
        return weigh(statement, Known.of(facts))
    except RecursionError:
        return None


def explain(statement: Statement, facts: Facts) -> Finding:
    """Say what was found of a statement in a patient: the facts that decided, and what would settle it.

    Of parts joined by all or any only the deciding ones are given. ``distance`` is above 0 on the side that the
    statement asks for. ``recoverable`` and ``from_day`` say whether, and from when, the truth found may turn.

    >>> import datetime
    >>> from adoptive.trial.eligibility.facts import Fact
    >>> from adoptive.trial.eligibility.statements import Quantity
    >>> labs = {"haemoglobin_g_dl": (Fact(8.5, day=datetime.date(2026, 10, 2), source="labs row 3"),)}
    >>> found = explain(Quantity("haemoglobin_g_dl", ">=", 9.0), Facts("a", datetime.date(2026, 10, 2), labs))
    >>> found.truth, found.because, found.distance, found.recoverable
    (False, ('haemoglobin 8.5 g/dL on 2026-10-02, labs row 3',), -0.5, True)
    """
    try:
        return find(statement, Known.of(facts))
    except RecursionError:
        return Finding(None, (), ("a person who reads it: the statement is nested too deeply",))
