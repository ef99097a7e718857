"""What is given, when: a regimen, a cohort and its products enter, :class:`Infusions` (events in time order) leave.

The functions to know: :func:`plan_lymphodepletion`, :func:`plan_infusion`, :func:`may_repeat`.
"""

from adoptive.infusion.care import AGAINST_FEVER, Given, SignLevels, days_under, doses_given, first_dose_day, wards
from adoptive.infusion.chemotherapy import Choice, choose_drugs, plan_bridging, plan_waiting
from adoptive.infusion.dosing import lead_days, may_repeat, supportive_care
from adoptive.infusion.plan import give, join, plan_cycle, plan_infusion, plan_lymphodepletion, plan_pembrolizumab
from adoptive.infusion.protocol import Care, CareRule, protocol_rules
from adoptive.infusion.types import (
    DRUGS,
    ChoiceDrug,
    DrugCourse,
    DrugDays,
    Infusions,
    Regimen,
    RegimenRule,
    SplitDose,
    Ward,
)

__all__ = [
    "AGAINST_FEVER",
    "DRUGS",
    "Care",
    "CareRule",
    "Choice",
    "ChoiceDrug",
    "DrugCourse",
    "DrugDays",
    "Given",
    "Infusions",
    "Regimen",
    "RegimenRule",
    "SignLevels",
    "SplitDose",
    "Ward",
    "choose_drugs",
    "days_under",
    "doses_given",
    "first_dose_day",
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
    "protocol_rules",
    "supportive_care",
    "wards",
]
