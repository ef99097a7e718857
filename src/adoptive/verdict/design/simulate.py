"""Plain two-arm group-sequential trials, simulated fast."""

from __future__ import annotations

from adoptive.verdict.design.simulation_types import SimulatedTrials, TrialPlan

__all__ = ["simulate_trials"]


def simulate_trials(plan: TrialPlan, *, trials: int, seed: int) -> SimulatedTrials:
    """Simulate trials of a plan."""
    raise NotImplementedError
