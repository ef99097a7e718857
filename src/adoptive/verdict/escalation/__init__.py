"""Decision rules of dose finding, and trials that are run by them.

Enters: patients with a dose-limiting toxicity (DLT) and patients treated, or true DLT probabilities. Leaves: a
:class:`Decision` per count, the level that a method recommends, or the operating characteristics of a design. The
functions to know: :func:`boin_decision`, :func:`crm`, :func:`select_mtd`, :func:`run_dose_finding`,
:func:`characteristics`, :func:`dose_pathways`. They take arrays, many trials at once.
"""

from __future__ import annotations

from adoptive.verdict.escalation.boin import BoinTable, boin_boundaries, boin_decision, boin_table
from adoptive.verdict.escalation.boin12 import (
    DesirabilityTable,
    Utility,
    admissible,
    desirability,
    desirability_table,
    utility_sum,
)
from adoptive.verdict.escalation.catalogue import DESIGNS, DesignOptions, make_design
from adoptive.verdict.escalation.characteristics import Characteristics, Estimate, characteristics, right_level
from adoptive.verdict.escalation.count_designs import (
    Boin12Design,
    IntervalDesign,
    ThreePlusThree,
    boin_design,
    decision_grid,
    keyboard_design,
    mtpi_design,
)
from adoptive.verdict.escalation.crm import CrmFit, by_level, crm
from adoptive.verdict.escalation.isotonic import NO_LEVEL, isotonic, rates, select_mtd
from adoptive.verdict.escalation.keyboard import keyboard_decision, mtpi_decision
from adoptive.verdict.escalation.model_designs import CrmDesign, TiteBoinDesign, TiteCrmDesign
from adoptive.verdict.escalation.outcomes import Curves, Events, Outcomes, People, Table
from adoptive.verdict.escalation.pathways import Pathways, dose_pathways
from adoptive.verdict.escalation.seen import Design, Ending, Move, Seen
from adoptive.verdict.escalation.skeleton import indifference_intervals, skeleton
from adoptive.verdict.escalation.three_plus_three import escalation_probability, three_plus_three_decision
from adoptive.verdict.escalation.time_to_event import follow_up_weights, tite_boin_rate, tite_crm
from adoptive.verdict.escalation.trials import Conduct, DoseFindingTrials, run_dose_finding
from adoptive.verdict.escalation.types import LETTERS, Boundaries, Decision, too_toxic, toxic_table

__all__ = [
    "DESIGNS",
    "LETTERS",
    "NO_LEVEL",
    "Boin12Design",
    "BoinTable",
    "Boundaries",
    "Characteristics",
    "Conduct",
    "CrmDesign",
    "CrmFit",
    "Curves",
    "Decision",
    "Design",
    "DesignOptions",
    "DesirabilityTable",
    "DoseFindingTrials",
    "Ending",
    "Estimate",
    "Events",
    "IntervalDesign",
    "Move",
    "Outcomes",
    "Pathways",
    "People",
    "Seen",
    "Table",
    "ThreePlusThree",
    "TiteBoinDesign",
    "TiteCrmDesign",
    "Utility",
    "admissible",
    "boin_boundaries",
    "boin_decision",
    "boin_design",
    "boin_table",
    "by_level",
    "characteristics",
    "crm",
    "decision_grid",
    "desirability",
    "desirability_table",
    "dose_pathways",
    "escalation_probability",
    "follow_up_weights",
    "indifference_intervals",
    "isotonic",
    "keyboard_decision",
    "keyboard_design",
    "make_design",
    "mtpi_decision",
    "mtpi_design",
    "rates",
    "right_level",
    "run_dose_finding",
    "select_mtd",
    "skeleton",
    "three_plus_three_decision",
    "tite_boin_rate",
    "tite_crm",
    "too_toxic",
    "toxic_table",
    "utility_sum",
]
