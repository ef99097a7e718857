"""What follows from the trial? Enters: tables, one row of patients per virtual trial. Leaves: estimates per trial.

Three functions to know: :func:`judge` (endpoints by name), :func:`kaplan_meier` (curves at a grid, many trials at once)
and :func:`hazard_ratio` (Cox model of two arms). The folder judges tables and knows nothing of cells or patients.
"""

from __future__ import annotations

from adoptive.verdict.comparison import log_rank
from adoptive.verdict.judge import DEFAULT_SPECS, ENDPOINTS, default_specs, judge, judge_record
from adoptive.verdict.regression import hazard_ratio
from adoptive.verdict.response import clopper_pearson, proportion, wilson
from adoptive.verdict.survival import curve, kaplan_meier, median_interval, median_survival, risk_table
from adoptive.verdict.types import Curve, EndpointSpec, Estimate, HazardRatio, Interval, LogRank, RiskTable

__all__ = [
    "DEFAULT_SPECS",
    "ENDPOINTS",
    "Curve",
    "EndpointSpec",
    "Estimate",
    "HazardRatio",
    "Interval",
    "LogRank",
    "RiskTable",
    "clopper_pearson",
    "curve",
    "default_specs",
    "hazard_ratio",
    "judge",
    "judge_record",
    "kaplan_meier",
    "log_rank",
    "median_interval",
    "median_survival",
    "proportion",
    "risk_table",
    "wilson",
]
