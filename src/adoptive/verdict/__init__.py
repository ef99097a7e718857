"""What follows from the trial? Enter: tables, a row a patient, or ``(trials, patients)`` of many trials at once.

Leave: estimates, tests, plans. A folder for each question: :mod:`~adoptive.verdict.survival` (how long, in one group),
:mod:`~adoptive.verdict.comparison` (do groups differ), :mod:`~adoptive.verdict.regression` (by how much, given
covariates), :mod:`~adoptive.verdict.response` (what share), :mod:`~adoptive.verdict.safety` (what harm),
:mod:`~adoptive.verdict.estimands` (who against whom), :mod:`~adoptive.verdict.design` (how to plan),
:mod:`~adoptive.verdict.escalation` (which dose next), :mod:`~adoptive.verdict.reconstruction` (what a printed curve
held), :mod:`~adoptive.verdict.nca` (levels over time), :mod:`~adoptive.verdict.endpoints` (endpoints by name).

Functions to know: of one table :func:`survival_rows`, which all others take, :func:`survival_curves`,
:func:`log_rank_test`, :func:`cox_groups`; of many trials :func:`kaplan_meier`, :func:`log_rank`, :func:`hazard_ratio`;
of endpoints by name :func:`judge`. The folder judges tables and knows nothing of cells or patients.
"""

from __future__ import annotations

from adoptive.verdict.comparison import log_rank, log_rank_test
from adoptive.verdict.judge import DEFAULT_SPECS, ENDPOINTS, default_specs, judge, judge_record
from adoptive.verdict.regression import cox, cox_groups, hazard_ratio
from adoptive.verdict.response import clopper_pearson, proportion, wilson
from adoptive.verdict.rows import SurvivalRows, survival_rows
from adoptive.verdict.survival import (
    curve,
    kaplan_meier,
    median_interval,
    median_survival,
    risk_table,
    survival_curves,
)
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
    "SurvivalRows",
    "clopper_pearson",
    "cox",
    "cox_groups",
    "curve",
    "default_specs",
    "hazard_ratio",
    "judge",
    "judge_record",
    "kaplan_meier",
    "log_rank",
    "log_rank_test",
    "median_interval",
    "median_survival",
    "proportion",
    "risk_table",
    "survival_curves",
    "survival_rows",
    "wilson",
]
