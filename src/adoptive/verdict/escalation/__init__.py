"""Decision rules of dose finding: from the DLTs at a dose to the next dose.

Enters: patients with a dose-limiting toxicity and patients treated. Leaves: a :class:`Decision` per count, or the level
that the continual reassessment method recommends. The functions to know: :func:`boin_decision`,
:func:`keyboard_decision`, :func:`crm`. They take arrays, many trials at once.
"""

from __future__ import annotations

from adoptive.verdict.escalation.boin import BoinTable, boin_boundaries, boin_decision, boin_table
from adoptive.verdict.escalation.crm import CrmFit, by_level, crm
from adoptive.verdict.escalation.keyboard import keyboard_decision, mtpi_decision
from adoptive.verdict.escalation.three_plus_three import escalation_probability, three_plus_three_decision
from adoptive.verdict.escalation.types import LETTERS, Boundaries, Decision, too_toxic

__all__ = [
    "LETTERS",
    "BoinTable",
    "Boundaries",
    "CrmFit",
    "Decision",
    "boin_boundaries",
    "boin_decision",
    "boin_table",
    "by_level",
    "crm",
    "escalation_probability",
    "keyboard_decision",
    "mtpi_decision",
    "three_plus_three_decision",
    "too_toxic",
]
