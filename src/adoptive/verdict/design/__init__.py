"""How is a trial planned? Bounds of interim looks, numbers of patients and events, power.

Enter: information fractions, errors, hazards, accrual. Leave: :class:`SequentialPlan`, :class:`SampleSize`. To know:
:func:`sequential_plan` (bounds for efficacy, futility, harm), :func:`sample_size_survival`,
:func:`conditional_power`, :func:`simulate_trials` (of a :class:`TrialPlan`).
"""

from __future__ import annotations

from adoptive.verdict.design.boundaries import characteristics, sequential_plan
from adoptive.verdict.design.conditional import conditional_power, predictive_power, probability_of_success
from adoptive.verdict.design.enrolment import Accrual, Arms, Hazard, accrual_of, hazard_of
from adoptive.verdict.design.estimation import (
    FinalEstimate,
    final_estimate,
    final_p_value,
    repeated_interval,
    repeated_p_value,
)
from adoptive.verdict.design.events import drift_of, events_needed, hazard_ratio_at
from adoptive.verdict.design.families import FAMILIES, family, spent_by
from adoptive.verdict.design.multiplicity import (
    GraphicalProcedure,
    GraphResult,
    SequentialGraphResult,
    adjusted_p_values,
    closed_test,
    fallback,
    fixed_sequence,
    graph,
    holm,
    parallel_gatekeeping,
    reject,
    reject_sequentially,
)
from adoptive.verdict.design.rates import power_rates, sample_size_means, sample_size_rates
from adoptive.verdict.design.sample_size import power_survival, sample_size_survival
from adoptive.verdict.design.sequential import Bounds, crossing_probabilities, error_spent, group_sequential
from adoptive.verdict.design.simulate import simulate_trials
from adoptive.verdict.design.simulation_types import Arrivals, SimulatedTrials, TrialPlan
from adoptive.verdict.design.single_arm import SingleStage, TwoStage, simon_two_stage, single_stage
from adoptive.verdict.design.types import Characteristics, ErrorSpending, SampleSize, SequentialPlan
from adoptive.verdict.design.weighted import WeightedDesign, power_weighted, sample_size_weighted

__all__ = [
    "FAMILIES",
    "Accrual",
    "Arms",
    "Arrivals",
    "Bounds",
    "Characteristics",
    "ErrorSpending",
    "FinalEstimate",
    "GraphResult",
    "GraphicalProcedure",
    "Hazard",
    "SampleSize",
    "SequentialGraphResult",
    "SequentialPlan",
    "SimulatedTrials",
    "SingleStage",
    "TrialPlan",
    "TwoStage",
    "WeightedDesign",
    "accrual_of",
    "adjusted_p_values",
    "characteristics",
    "closed_test",
    "conditional_power",
    "crossing_probabilities",
    "drift_of",
    "error_spent",
    "events_needed",
    "fallback",
    "family",
    "final_estimate",
    "final_p_value",
    "fixed_sequence",
    "graph",
    "group_sequential",
    "hazard_of",
    "hazard_ratio_at",
    "holm",
    "parallel_gatekeeping",
    "power_rates",
    "power_survival",
    "power_weighted",
    "predictive_power",
    "probability_of_success",
    "reject",
    "reject_sequentially",
    "repeated_interval",
    "repeated_p_value",
    "sample_size_means",
    "sample_size_rates",
    "sample_size_survival",
    "sample_size_weighted",
    "sequential_plan",
    "simon_two_stage",
    "simulate_trials",
    "single_stage",
    "spent_by",
]
