"""MaxCombo: the largest of several weighted log-rank tests of two groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from adoptive.verdict.comparison.types import MaxCombo
from adoptive.verdict.comparison.weights import Weights
from adoptive.verdict.rows import SurvivalRows

__all__ = ["FOUR", "max_combo"]

FOUR: Final = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
"""The usual (rho, gamma): throughout, late, early, middle."""


def max_combo(rows: SurvivalRows, *, weights: Sequence[Weights | str | tuple[float, float]] = FOUR) -> MaxCombo:
    """Test two groups by the largest of several weighted log-rank tests."""
    raise NotImplementedError
