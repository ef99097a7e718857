"""What the trial records: a :class:`Study` enters, a :class:`TrialRecord` of tidy tables leaves.

The functions to know: :func:`run_trial`, :func:`enrol`, :func:`check_ordering`,
:func:`vary_rules`.
"""

from adoptive.trial.enrol import enrol
from adoptive.trial.funnel import screening_columns
from adoptive.trial.ordering import LeverResult, check_ordering
from adoptive.trial.run import follow_trials, run_trial
from adoptive.trial.sensitivity import RuleResult, judge_rules, vary_rules
from adoptive.trial.types import (
    Arm,
    ArmCourse,
    Criterion,
    Crossover,
    Enrolment,
    Followed,
    Protocol,
    Sequential,
    Study,
    TrialRecord,
    VerdictPlan,
)

__all__ = [
    "Arm",
    "ArmCourse",
    "Criterion",
    "Crossover",
    "Enrolment",
    "Followed",
    "LeverResult",
    "Protocol",
    "RuleResult",
    "Sequential",
    "Study",
    "TrialRecord",
    "VerdictPlan",
    "check_ordering",
    "enrol",
    "follow_trials",
    "judge_rules",
    "run_trial",
    "screening_columns",
    "vary_rules",
]
