"""Weighted log-rank tests of one table: any number of groups, strata, delayed entry, case weights."""

from __future__ import annotations

from adoptive.verdict.comparison.types import RankTest
from adoptive.verdict.comparison.weights import Weights
from adoptive.verdict.rows import SurvivalRows

__all__ = ["log_rank_test"]


def log_rank_test(rows: SurvivalRows, *, weights: Weights | str | tuple[float, float] = "log-rank") -> RankTest:
    """Test whether all groups have one hazard."""
    raise NotImplementedError
