"""Baseline hazard and predicted survival after a Cox fit."""

from __future__ import annotations

from collections.abc import Mapping

from adoptive.verdict.regression.types import Baseline, CoxFit, PredictedCurve

__all__ = ["baseline_hazard", "predicted_survival"]


def baseline_hazard(fit: CoxFit, at: Mapping[str, float] | None = None) -> tuple[Baseline, ...]:
    """Give each stratum's cumulative hazard at covariates ``at`` (default: all 0)."""
    raise NotImplementedError


def predicted_survival(fit: CoxFit, at: Mapping[str, float], *, level: float = 0.95) -> tuple[PredictedCurve, ...]:
    """Give each stratum's predicted survival at covariates ``at``, with log intervals."""
    raise NotImplementedError
