"""Hazards that depend on covariates: the Cox model; one table of patients, or many virtual trials at once."""

from __future__ import annotations

from adoptive.verdict.regression.trials import hazard_ratio

__all__ = ["hazard_ratio"]
