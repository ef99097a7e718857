"""How long, in one group? Curves, quantiles, means, incidences; one table of patients, or many virtual trials at once.

Enter: :class:`adoptive.verdict.rows.SurvivalRows`, or days, events and marks ``(trials, patients)``. Leave: a value per
group, or per trial. To know, of one table: :func:`survival_curves`, :func:`quantiles`, :func:`restricted_means`,
:func:`milestones`, :func:`cumulative_incidence`, :func:`parametric_fit`; of many trials: :func:`kaplan_meier`,
:func:`median_survival`, and those that end in ``_trials``.
"""

from __future__ import annotations

from adoptive.verdict.survival.batch import (
    incidence_trials,
    milestone_contrast_trials,
    milestone_trials,
    quantile_trials,
    restricted_mean_contrast_trials,
    restricted_mean_trials,
)
from adoptive.verdict.survival.curves import quantiles, risk_counts, survival_curves
from adoptive.verdict.survival.incidence import cumulative_incidence
from adoptive.verdict.survival.milestone import milestone_contrast, milestones
from adoptive.verdict.survival.parametric import log_location, parametric_fit
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
    TrialContrasts,
    TrialEstimates,
    TrialQuantiles,
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
    "TrialContrasts",
    "TrialEstimates",
    "TrialQuantiles",
    "cumulative_incidence",
    "curve",
    "incidence_trials",
    "kaplan_meier",
    "log_location",
    "median_interval",
    "median_survival",
    "milestone_contrast",
    "milestone_contrast_trials",
    "milestone_trials",
    "milestones",
    "parametric_fit",
    "quantile_trials",
    "quantiles",
    "restricted_mean_contrast",
    "restricted_mean_contrast_trials",
    "restricted_mean_trials",
    "restricted_means",
    "risk_counts",
    "risk_table",
    "survival_curves",
]
