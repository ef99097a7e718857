"""Survival of one group: curves, quantiles, means; one table of patients, or many virtual trials at once."""

from __future__ import annotations

from adoptive.verdict.survival.incidence import cumulative_incidence
from adoptive.verdict.survival.curves import quantiles, risk_counts, survival_curves
from adoptive.verdict.survival.milestone import milestone_contrast, milestones
from adoptive.verdict.survival.parametric import parametric_fit
from adoptive.verdict.survival.restricted_mean import restricted_mean_contrast, restricted_means
from adoptive.verdict.survival.trials import curve, kaplan_meier, median_interval, median_survival, risk_table
from adoptive.verdict.survival.types import (
    Incidence,
    Milestone,
    MilestoneContrast,
    ParametricFit,
    Quantiles,
    RestrictedMean,
    RestrictedMeanContrast,
    RiskCounts,
    SurvivalCurve,
)

__all__ = [
    "Incidence",
    "Milestone",
    "MilestoneContrast",
    "ParametricFit",
    "Quantiles",
    "RestrictedMean",
    "RestrictedMeanContrast",
    "RiskCounts",
    "SurvivalCurve",
    "cumulative_incidence",
    "curve",
    "kaplan_meier",
    "median_interval",
    "median_survival",
    "milestone_contrast",
    "milestones",
    "parametric_fit",
    "quantiles",
    "restricted_mean_contrast",
    "restricted_means",
    "risk_counts",
    "risk_table",
    "survival_curves",
]
