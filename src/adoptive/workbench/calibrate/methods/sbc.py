"""Calibration by simulation: over the prior, the rank of the truth among posterior draws must be uniform."""

from __future__ import annotations

from adoptive.workbench.calibrate.methods.types import Infer, Problem, Ranks

__all__ = ["sbc"]


def sbc(
    problem: Problem, infer: Infer, *, replicates: int = 100, seed: int = 1, budget: int = 400, draws: int = 99
) -> Ranks:
    """Rank the truth among posterior draws for data simulated at draws from the prior."""
    raise NotImplementedError
