"""Shares of patients: proportions, their differences and intervals."""

from __future__ import annotations

from adoptive.verdict.response.proportion import clopper_pearson, proportion, wilson

__all__ = ["clopper_pearson", "proportion", "wilson"]
