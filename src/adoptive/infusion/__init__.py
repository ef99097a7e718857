"""What is given, when: a regimen, a cohort and its products enter, :class:`Infusions` (events in time order) leave.

The functions to know: :func:`plan_lymphodepletion`, :func:`plan_infusion`, :func:`decide`.
"""

from adoptive.infusion.care import AGAINST_FEVER, Given, SignLevels, days_under, doses_given, first_dose_day, wards
from adoptive.infusion.chemotherapy import Choice, choose_drugs, plan_bridging, plan_waiting
from adoptive.infusion.cycle import lead_days, plan_cycle
from adoptive.infusion.dose import car_positive_dose, counted_dose, dose_from_what_is_left, next_dose
from adoptive.infusion.drugs import plan_courses, plan_pembrolizumab
from adoptive.infusion.lymphodepletion import plan_lymphodepletion
from adoptive.infusion.plan import SoFar, give, join, plan_infusion, withhold
from adoptive.infusion.protocol import Care, CareRule, protocol_rules
from adoptive.infusion.rules import NEED_SCANS, Decision, Gate, Known, decide, may_repeat
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
from adoptive.infusion.ward import supportive_care

__all__ = [
    "AGAINST_FEVER",
    "DRUGS",
    "NEED_SCANS",
    "Care",
    "CareRule",
    "Choice",
    "ChoiceDrug",
    "Decision",
    "DrugCourse",
    "DrugDays",
    "Gate",
    "Given",
    "Infusions",
    "Known",
    "Regimen",
    "RegimenRule",
    "SignLevels",
    "SoFar",
    "SplitDose",
    "Ward",
    "car_positive_dose",
    "choose_drugs",
    "counted_dose",
    "days_under",
    "decide",
    "dose_from_what_is_left",
    "doses_given",
    "first_dose_day",
    "give",
    "join",
    "lead_days",
    "may_repeat",
    "next_dose",
    "plan_bridging",
    "plan_courses",
    "plan_cycle",
    "plan_infusion",
    "plan_lymphodepletion",
    "plan_pembrolizumab",
    "plan_waiting",
    "protocol_rules",
    "supportive_care",
    "wards",
    "withhold",
]
