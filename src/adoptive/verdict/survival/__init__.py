"""Survival of one group: curves, quantiles, means; one table of patients, or many virtual trials at once."""

from __future__ import annotations

from adoptive.verdict.survival.trials import curve, kaplan_meier, median_interval, median_survival, risk_table

__all__ = ["curve", "kaplan_meier", "median_interval", "median_survival", "risk_table"]
