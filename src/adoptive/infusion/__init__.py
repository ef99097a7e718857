"""What is given, when: a regimen, a cohort and its products enter, :class:`Infusions` (events in time order) leave.

The functions to know: :func:`plan_lymphodepletion`, :func:`plan_infusion`, :func:`may_repeat`.
"""

from adoptive.infusion.chemotherapy import Choice, choose_drugs, plan_bridging, plan_waiting
from adoptive.infusion.dosing import lead_days, may_repeat, supportive_care
from adoptive.infusion.plan import give, join, plan_cycle, plan_infusion, plan_lymphodepletion, plan_pembrolizumab
from adoptive.infusion.types import DRUGS, ChoiceDrug, DrugDays, Infusions, Regimen, Ward

__all__ = [
    "DRUGS",
    "Choice",
    "ChoiceDrug",
    "DrugDays",
    "Infusions",
    "Regimen",
    "Ward",
    "choose_drugs",
    "give",
    "join",
    "lead_days",
    "may_repeat",
    "plan_bridging",
    "plan_cycle",
    "plan_infusion",
    "plan_lymphodepletion",
    "plan_pembrolizumab",
    "plan_waiting",
    "supportive_care",
]
