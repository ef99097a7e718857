"""Shares of patients: proportions, their differences, ratios, exact and stratified tests; how soon and how long."""

from __future__ import annotations

from adoptive.verdict.response.differences import difference
from adoptive.verdict.response.durations import duration_of_response, probability_in_response, time_to_response
from adoptive.verdict.response.exact import barnard_exact, boschloo_exact, fisher_exact
from adoptive.verdict.response.proportion import clopper_pearson, proportion, wilson
from adoptive.verdict.response.ratios import odds_ratio, relative_risk
from adoptive.verdict.response.stratified import mantel_haenszel, stratified_difference
from adoptive.verdict.response.types import Association, Difference, ExactTest, InResponse, Ratio, StratifiedDifference

__all__ = [
    "Association",
    "Difference",
    "ExactTest",
    "InResponse",
    "Ratio",
    "StratifiedDifference",
    "barnard_exact",
    "boschloo_exact",
    "clopper_pearson",
    "difference",
    "duration_of_response",
    "fisher_exact",
    "mantel_haenszel",
    "odds_ratio",
    "probability_in_response",
    "proportion",
    "relative_risk",
    "stratified_difference",
    "time_to_response",
    "wilson",
]
