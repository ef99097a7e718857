"""What share responds? Proportions, differences, ratios, exact and stratified tests; how soon, and for how long.

Enter: counts of any shapes that broadcast, or days ``(patients,)``. Leave: arrays of the same shape. To know:
:func:`clopper_pearson`, :func:`difference`, :func:`fisher_exact`, :func:`mantel_haenszel`,
:func:`duration_of_response`, :func:`probability_in_response`.
"""

from __future__ import annotations

from adoptive.verdict.response.differences import DIFFERENCES, difference, non_inferiority
from adoptive.verdict.response.durations import (
    best_changes,
    duration_of_response,
    probability_in_response,
    spread,
    time_to_response,
)
from adoptive.verdict.response.exact import barnard_exact, boschloo_exact, conditional_odds, fisher_exact
from adoptive.verdict.response.proportion import (
    binomial_test,
    blaker,
    clopper_pearson,
    jeffreys,
    mid_p,
    proportion,
    wilson,
)
from adoptive.verdict.response.ratios import odds_ratio, relative_risk
from adoptive.verdict.response.stratified import mantel_haenszel, stratified_difference
from adoptive.verdict.response.types import (
    Association,
    Difference,
    ExactTest,
    InResponse,
    Ratio,
    Spread,
    StratifiedDifference,
)

__all__ = [
    "DIFFERENCES",
    "Association",
    "Difference",
    "ExactTest",
    "InResponse",
    "Ratio",
    "Spread",
    "StratifiedDifference",
    "barnard_exact",
    "best_changes",
    "binomial_test",
    "blaker",
    "boschloo_exact",
    "clopper_pearson",
    "conditional_odds",
    "difference",
    "duration_of_response",
    "fisher_exact",
    "jeffreys",
    "mantel_haenszel",
    "mid_p",
    "non_inferiority",
    "odds_ratio",
    "probability_in_response",
    "proportion",
    "relative_risk",
    "spread",
    "stratified_difference",
    "time_to_response",
    "wilson",
]
