"""Harrell's concordance of risk and time."""

from __future__ import annotations

from numpy.typing import ArrayLike

from adoptive.verdict.regression.types import Concordance, CoxFit
from adoptive.verdict.rows import SurvivalRows

__all__ = ["concordance", "concordance_of"]


def concordance(fit: CoxFit) -> Concordance:
    """Give the fit's concordance: how often the patient of higher risk has the event first."""
    raise NotImplementedError


def concordance_of(rows: SurvivalRows, risk: ArrayLike) -> Concordance:
    """Give the concordance of any risk score ``(rows,)``, pairs within strata."""
    raise NotImplementedError
