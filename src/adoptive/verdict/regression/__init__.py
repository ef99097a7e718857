"""By how much, given covariates? Cox and Fine-Gray models; one table of patients, or many virtual trials of two arms.

Enter: :class:`adoptive.verdict.rows.SurvivalRows` and columns by name, or days, events and arms ``(trials, patients)``.
Leave: a fit with its tests. To know: :func:`cox`, :func:`cox_groups`, :func:`proportionality`, :func:`fine_gray`; of
many trials :func:`hazard_ratio`, and :func:`cox_trials` where weights, robust errors or tests are wanted.
"""

from __future__ import annotations

from adoptive.verdict.regression.baseline import baseline_hazard, predicted_survival
from adoptive.verdict.regression.concordance import concordance, concordance_of
from adoptive.verdict.regression.cox import cox, cox_groups
from adoptive.verdict.regression.fine_gray import fine_gray
from adoptive.verdict.regression.proportionality import proportionality
from adoptive.verdict.regression.residuals import residuals
from adoptive.verdict.regression.trials import hazard_ratio
from adoptive.verdict.regression.trials_cox import cox_trials, proportionality_trials
from adoptive.verdict.regression.types import (
    Baseline,
    ChiSquared,
    Concordance,
    CoxFit,
    CoxTrials,
    FineGrayFit,
    PredictedCurve,
    Proportionality,
    ProportionalityTrials,
)

__all__ = [
    "Baseline",
    "ChiSquared",
    "Concordance",
    "CoxFit",
    "CoxTrials",
    "FineGrayFit",
    "PredictedCurve",
    "Proportionality",
    "ProportionalityTrials",
    "baseline_hazard",
    "concordance",
    "concordance_of",
    "cox",
    "cox_groups",
    "cox_trials",
    "fine_gray",
    "hazard_ratio",
    "predicted_survival",
    "proportionality",
    "proportionality_trials",
    "residuals",
]
