"""Targets of chimeric receptors: tumour against normal expression, with guards against four known errors, and gates.

Enter: the user's expression tables. Leave: :class:`Target` and :class:`Gate`, ordered, with all that speaks against.
The functions to know: :func:`score_targets`, :func:`read_rule`, :func:`judge_gates`, :func:`search_gates`.
"""

from adoptive.antigen.targets.expression import Expression, Isoform
from adoptive.antigen.targets.gates import judge_gates, search_gates
from adoptive.antigen.targets.rules import Rule, read_rule
from adoptive.antigen.targets.score import Tables, score_targets
from adoptive.antigen.targets.types import Curated, Gate, Staining, Target, TargetRules

__all__ = [
    "Curated",
    "Expression",
    "Gate",
    "Isoform",
    "Rule",
    "Staining",
    "Tables",
    "Target",
    "TargetRules",
    "judge_gates",
    "read_rule",
    "score_targets",
    "search_gates",
]
