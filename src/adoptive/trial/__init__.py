"""What the trial records: a :class:`Study` enters, a :class:`TrialRecord` of tidy tables leaves.

The functions to know: :func:`run_trial`, :func:`enrol`, :func:`check_ordering`,
:func:`vary_rules`.
"""

from adoptive.trial.enrol import enrol
from adoptive.trial.ordering import LeverResult, check_ordering
from adoptive.trial.run import follow_trials, run_trial
from adoptive.trial.sensitivity import RuleResult, judge_rules, vary_rules
from adoptive.trial.types import Arm, Crossover, Enrolment, Protocol, Study, TrialRecord, VerdictPlan

__all__ = [
    "Arm",
    "Crossover",
    "Enrolment",
    "LeverResult",
    "Protocol",
    "RuleResult",
    "Study",
    "TrialRecord",
    "VerdictPlan",
    "check_ordering",
    "enrol",
    "follow_trials",
    "judge_rules",
    "run_trial",
    "vary_rules",
]
