"""Dose finding for people: a study's dose-finding trials on virtual patients, as numbers, tables and figures.

Enters: a study with ``[trial.escalation]``, or doses. Leaves: an :class:`EscalationResult`. Where to start:
:func:`escalate_study`.
"""

from adoptive.workbench.escalate.run import Asked, EscalationResult, escalate_study, plan_with

__all__ = ["Asked", "EscalationResult", "escalate_study", "plan_with"]
