"""Groups compared without a model of the hazard: the log-rank family; one table of patients, or many virtual trials."""

from __future__ import annotations

from adoptive.verdict.comparison.trials import log_rank

__all__ = ["log_rank"]
