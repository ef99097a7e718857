"""What a trial that stopped tells: p-value and interval in the stage-wise ordering, repeated intervals and p-values.

Stage-wise ordering: Tsiatis, Rosner and Mehta 1984, 10.2307/2531159; repeated intervals: Jennison and Turnbull 1989,
10.1111/j.2517-6161.1989.tb01433.x. Estimates are drifts: the mean of z at information fraction 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from adoptive.errors import StudyError
from adoptive.verdict.design.boundaries import sequential_plan
from adoptive.verdict.design.families import CLASSICAL
from adoptive.verdict.design.recursion import Path
from adoptive.verdict.design.types import SequentialPlan

__all__ = ["FinalEstimate", "final_estimate", "final_p_value", "repeated_interval", "repeated_p_value"]


@dataclass(frozen=True)
class FinalEstimate:
    """Hold the median-unbiased drift of a trial that stopped, its interval and its one-sided p-value."""

    drift: float
    lower: float
    upper: float
    p_value: float
    level: float


def final_p_value(plan: SequentialPlan, *, look: int, z: float, drift: float = 0.0) -> float:
    """Give the chance of a result at least as extreme: an earlier stop for efficacy, or a larger z at this look.

    Only binding futility takes part. A two-sided plan gives the upper side's p-value; its own is twice the smaller of
    it and its complement.

    Examples
    --------
    >>> plan = sequential_plan([0.5, 1.0])
    >>> round(final_p_value(plan, look=2, z=plan.efficacy[1]), 6)
    0.025
    """
    _stopped(plan, look, z)
    path, total = Path(drift), 0.0
    for k, time in enumerate(plan.fractions[: look - 1]):
        high = float(plan.efficacy[k])
        low = -high if plan.sided == 2 else (min(plan.futility[k], high) if plan.binding else -np.inf)
        total += path.beyond(time, high)
        path = path.on(time, low, high)
    return total + path.beyond(float(plan.fractions[look - 1]), z)


def final_estimate(plan: SequentialPlan, *, look: int, z: float, level: float = 0.95) -> FinalEstimate:
    """Estimate the drift of a trial that stopped at a look: median-unbiased, with an equal-tailed interval.

    Examples
    --------
    >>> plan = sequential_plan([1.0])
    >>> final = final_estimate(plan, look=1, z=2.5)
    >>> round(final.drift, 3), round(final.lower, 3), round(final.upper, 3)
    (2.5, 0.54, 4.46)
    """
    _stopped(plan, look, z)
    if not 0.0 < level < 1.0:
        raise StudyError("level out of range", where="level", value=level, allowed="between 0 and 1")
    tail = (1.0 - level) / 2.0
    reach = 12.0 / float(np.sqrt(plan.fractions[0]))
    middle = z / float(np.sqrt(plan.fractions[look - 1]))

    def at(share: float) -> float:
        def lacking(drift: float) -> float:
            return final_p_value(plan, look=look, z=z, drift=drift) - share

        return float(brentq(lacking, min(middle, 0.0) - reach, max(middle, 0.0) + reach, xtol=1e-10))

    return FinalEstimate(at(0.5), at(tail), at(1.0 - tail), final_p_value(plan, look=look, z=z), level)


def repeated_interval(plan: SequentialPlan, *, look: int, z: float) -> tuple[float, float]:
    """Give the interval of the drift that holds at all looks at once: ``(z -+ u_k) / sqrt(t_k)``.

    Its level is ``1 - 2 alpha`` of a one-sided plan, ``1 - alpha`` of a two-sided one.

    >>> plan = sequential_plan([0.5, 1.0])
    >>> tuple(round(end, 3) for end in repeated_interval(plan, look=1, z=2.0))
    (-1.361, 7.018)
    """
    _stopped(plan, look, z)
    width, root = float(plan.efficacy[look - 1]), float(np.sqrt(plan.fractions[look - 1]))
    return (z - width) / root, (z + width) / root


def repeated_p_value(plan: SequentialPlan, *, look: int, z: float) -> float:
    """Give the smallest level at which the plan's family would stop for efficacy with this z at this look.

    Between 1e-9 and 0.5 (times the sides), where it is cut off. Not defined for spent errors that are listed.

    >>> plan = sequential_plan([0.5, 1.0])
    >>> round(repeated_p_value(plan, look=2, z=plan.efficacy[1]), 5)
    0.025
    """
    _stopped(plan, look, z)
    if plan.efficacy_family.family in ("user", "Haybittle-Peto") or (plan.binding and np.isfinite(plan.futility).any()):
        raise StudyError(
            "levels cannot be exchanged in this plan", where="repeated p-value", value=plan.efficacy_family.family,
            allowed=f"a spending function, or {', '.join(CLASSICAL[:3])}; no binding futility",
        )  # fmt: skip

    def lacking(log_alpha: float) -> float:
        other = sequential_plan(
            plan.fractions, alpha=float(np.exp(log_alpha)), beta=1e-3, sided=plan.sided, efficacy=plan.efficacy_family
        )
        return min(float(other.efficacy[look - 1]), 40.0) - abs(z)

    ends = float(np.log(1e-9)), float(np.log(0.499 * plan.sided))
    if lacking(ends[0]) < 0.0:
        return float(np.exp(ends[0]))
    if lacking(ends[1]) > 0.0:
        return float(np.exp(ends[1]))
    return float(np.exp(brentq(lacking, *ends, xtol=1e-10)))


def _stopped(plan: SequentialPlan, look: int, z: float) -> None:
    if not 1 <= look <= plan.fractions.size:
        raise StudyError("no such look", where="look", value=look, allowed=f"1 to {plan.fractions.size}")
    if not np.isfinite(z):
        raise StudyError("not a statistic", where="z", value=z, allowed="a finite number")
