"""Dose finding with virtual patients: an :class:`EscalationPlan` enters, operating characteristics leave.

The patients of a trial are followed through the real course at every dose level; a design of
:mod:`adoptive.verdict.escalation` then decides on what it sees of them. The modules to know: ``types`` (the plan),
``virtual`` (what happens to each patient at each level), ``run`` (the trials).
"""

from adoptive.trial.escalation.types import DESIGN_NAMES, DoseLevel, EscalationPlan

__all__ = ["DESIGN_NAMES", "DoseLevel", "EscalationPlan"]
