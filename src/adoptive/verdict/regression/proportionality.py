"""The test of proportional hazards after a Cox fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from adoptive.verdict.regression.types import CoxFit, Proportionality

__all__ = ["Transform", "proportionality"]

Transform = Literal["km", "rank", "identity", "log"]


def proportionality(
    fit: CoxFit, *, transform: Transform = "km", terms: Mapping[str, Sequence[str]] | None = None
) -> Proportionality:
    """Test each term, and all, for an effect that changes with time."""
    raise NotImplementedError
