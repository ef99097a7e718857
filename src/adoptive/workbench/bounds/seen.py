"""What an interim result means under a plan: conditional and predictive power, intervals, p-values."""

from __future__ import annotations

from dataclasses import dataclass

from adoptive.errors import StudyError
from adoptive.verdict.design.conditional import conditional_power, predictive_power
from adoptive.verdict.design.estimation import FinalEstimate, final_estimate, repeated_interval
from adoptive.verdict.design.events import hazard_ratio_at
from adoptive.verdict.design.types import SequentialPlan

__all__ = ["Seen", "look_back"]


@dataclass(frozen=True)
class Seen:
    """Hold what a z at a look means; powers are None at the last look, ``final`` where the trial does not stop.

    ``stops`` is "efficacy", "futility", "harm", "end" or None. Intervals are of the drift; ``hazard_ratios`` maps
    "estimate", "repeated_lower", … to hazard ratios where the plan has events.
    """

    look: int
    z: float
    stops: str | None
    powers: dict[str, float] | None
    repeated: tuple[float, float]
    final: FinalEstimate | None
    hazard_ratios: dict[str, float]


def look_back(
    plan: SequentialPlan, *, look: int | None, z: float | None, drift: float, events: float | None, allocation: float,
    upward: bool,
) -> Seen | None:  # fmt: skip
    """Say what was seen means; None if nothing was. ``events`` are those at fraction 1, ``drift`` the planned one.

    Raises
    ------
    StudyError
        A look without its z or the other way round, or a look that the plan does not have.
    """
    if look is None and z is None:
        return None
    if look is None or z is None:
        raise StudyError(
            "a result needs its look and its z", where="--seen-look", next_step="give --seen-look and --seen-z"
        )
    repeated = repeated_interval(plan, look=look, z=z)
    last, stops = look == plan.fractions.size, _stops(plan, look, z)
    powers = None
    if not last:
        powers = {word: conditional_power(plan, look=look, z=z, drift=word) for word in ("trend", "null")}
        powers["design"] = conditional_power(plan, look=look, z=z, drift=drift)
        powers["predictive"] = predictive_power(plan, look=look, z=z)
    level = 1.0 - plan.alpha * (1.0 if plan.sided == 2 else 2.0)
    final = final_estimate(plan, look=look, z=z, level=level) if stops in ("efficacy", "end") else None
    ratios: dict[str, float] = {}
    if events is not None:
        drifts = {
            "estimate": z / plan.fractions[look - 1] ** 0.5,
            "repeated_lower": repeated[1],
            "repeated_upper": repeated[0],
        }
        if final is not None:
            drifts |= {"final": final.drift, "final_lower": final.upper, "final_upper": final.lower}
        ratios = {
            name: float(hazard_ratio_at(one, events, allocation=allocation, upward=upward))
            for name, one in drifts.items()
        }
    return Seen(look, z, stops, powers, repeated, final, ratios)


def _stops(plan: SequentialPlan, look: int, z: float) -> str | None:
    """Say why a trial with this z stops at a look, if it does."""
    k = look - 1
    if z >= plan.efficacy[k] or (plan.sided == 2 and -z >= plan.efficacy[k]):
        return "efficacy"
    if look == plan.fractions.size:
        return "end"
    if z < plan.harm[k]:
        return "harm"
    return "futility" if z < plan.futility[k] else None
