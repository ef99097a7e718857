"""Bounds of interim looks for efficacy, futility and harm; one- and two-sided, by spending or of a classical shape."""

from __future__ import annotations

from numpy.typing import ArrayLike

from adoptive.verdict.design.types import Characteristics, ErrorSpending, SequentialPlan

__all__ = ["characteristics", "sequential_plan"]


def sequential_plan(
    fractions: ArrayLike,
    *,
    alpha: float = 0.025,
    beta: float = 0.2,
    sided: int = 1,
    efficacy: str | ErrorSpending = "O'Brien-Fleming",
    futility: str | ErrorSpending | None = None,
    futility_bounds: ArrayLike | None = None,
    binding: bool = False,
    harm: str | ErrorSpending | None = None,
    harm_alpha: float | None = None,
    spending_times: ArrayLike | None = None,
) -> SequentialPlan:
    """Place the bounds of a group-sequential plan."""
    raise NotImplementedError


def characteristics(plan: SequentialPlan, drift: ArrayLike) -> Characteristics:
    """Give the chances to stop and the expected information of a plan at drifts."""
    raise NotImplementedError
