"""Targets of chimeric receptors: tumour against normal expression, with guards against four known errors, and gates.

Enter: the user's expression tables. Leave: :class:`Target` and :class:`Gate`, ordered, with all that speaks against.
"""

from adoptive.antigen.targets.types import Gate, Target, TargetRules

__all__ = ["Gate", "Target", "TargetRules"]
