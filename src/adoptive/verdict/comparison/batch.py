"""The weighted tests of many trials at once: one sort of a trial's patients serves all weights."""

from __future__ import annotations

from collections.abc import Sequence

from numpy.typing import ArrayLike

from adoptive.verdict.comparison.max_combo import FOUR
from adoptive.verdict.comparison.types import MaxComboTrials
from adoptive.verdict.comparison.weights import Weights
from adoptive.verdict.types import LogRank

__all__ = ["max_combo_trials", "weighted_log_rank"]


def weighted_log_rank(
    days: ArrayLike,
    event: ArrayLike,
    experimental: ArrayLike,
    include: ArrayLike | None = None,
    *,
    weights: Weights | str | tuple[float, float] = "log-rank",
    stratum: ArrayLike | None = None,
    merge_near_ties: bool = True,
) -> LogRank:
    """Test in each trial whether the two arms have one hazard."""
    raise NotImplementedError


def max_combo_trials(
    days: ArrayLike,
    event: ArrayLike,
    experimental: ArrayLike,
    include: ArrayLike | None = None,
    *,
    weights: Sequence[Weights | str | tuple[float, float]] = FOUR,
    stratum: ArrayLike | None = None,
    merge_near_ties: bool = True,
) -> MaxComboTrials:
    """Test in each trial the two arms by the largest of several weighted log-rank tests."""
    raise NotImplementedError
