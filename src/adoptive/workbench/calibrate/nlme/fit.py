"""Fit a population model: SAEM, then likelihood, standard errors, individuals and diagnostics."""

from __future__ import annotations

from adoptive.workbench.calibrate.nlme.types import PopulationData, PopulationModel, Settings

__all__ = ["fit_population"]


def fit_population(model: PopulationModel, data: PopulationData, settings: Settings | None = None) -> object:
    """Fit by SAEM (Kuhn and Lavielle 2005, 10.1016/j.csda.2004.07.002)."""
    raise NotImplementedError
