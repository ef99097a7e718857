"""The answer of ``adoptive bounds`` as one JSON document: flat keys, one row per look; what does not exist is null."""

from __future__ import annotations

import math
from typing import Any

from scipy.special import ndtr

from adoptive.verdict.design.types import ErrorSpending, SampleSize
from adoptive.workbench.bounds.answer import Answer
from adoptive.workbench.bounds.seen import Seen

__all__ = ["bounds_document"]

_WORLDS = ("h0", "h01", "h1")


def bounds_document(found: Answer) -> dict[str, Any]:
    """Give the whole answer; "h0" is no effect, "h1" the planned one, "h01" half of its drift."""
    plan = found.plan
    fixed = (plan.drift / plan.fixed_drift) ** 2
    document: dict[str, Any] = {
        "sided": plan.sided, "alpha": plan.alpha, "beta": plan.beta, "power": _number(found.done.power[2]),
        "spending": plan.efficacy_family.family, "parameters": list(plan.efficacy_family.parameters),
        **_lower("futility", plan.futility_family), **_lower("harm", plan.harm_family), "binding": plan.binding,
        "drift": _number(found.drift), "fixed_drift": plan.fixed_drift, "inflation_factor": plan.inflation_factor,
        "alpha_if_all_bounds_heeded": _number(found.done.power[0]),
    }  # fmt: skip
    for k, world in enumerate(_WORLDS):
        document[f"expected_fraction_{world}"] = _number(found.done.expected_fraction[k])
    if found.drift == plan.drift:
        for k, world in enumerate(_WORLDS):
            document[f"expected_information_ratio_{world}"] = _number(found.done.expected_fraction[k] * fixed)
    if found.effect is not None:
        document |= {"hazard_ratio": found.effect.hazard_ratio, "allocation": found.asked.allocation}
        document |= {"method": found.effect.method, "events": _number(found.effect.events[-1])}
        document["events_rounded_up"] = _up(found.effect.events[-1])
    if found.trial is not None:
        document |= _trial(found.trial)
    if found.seen is not None:
        document["seen"] = _seen(found.seen)
    document["looks"] = [_look(found, k) for k in range(plan.fractions.size)]
    return document


def _lower(name: str, rule: ErrorSpending | None) -> dict[str, Any]:
    if rule is None:
        return {name: None}
    return {name: rule.family, f"{name}_parameters": list(rule.parameters)}


def _trial(trial: SampleSize) -> dict[str, Any]:
    document: dict[str, Any] = {
        "method": trial.method, "patients": _number(trial.patients), "patients_rounded_up": _up(trial.patients),
        "patients_experimental": _number(trial.patients_experimental),
        "patients_control": _number(trial.patients_control),
        "accrual_time": _number(trial.accrual_time), "follow_up_time": _number(trial.follow_up_time),
        "duration": _number(trial.duration),
    }  # fmt: skip
    for name in ("events", "patients", "duration"):
        for world, value in getattr(trial, f"expected_{name}").items():
            document[f"expected_{name}_{world}"] = _number(value)
    return document


def _seen(seen: Seen) -> dict[str, Any]:
    document: dict[str, Any] = {"look": seen.look, "z": seen.z, "stops_for": seen.stops}
    for word in ("trend", "design", "null"):
        document[f"conditional_power_{word}"] = None if seen.powers is None else _number(seen.powers[word])
    document["predictive_power"] = None if seen.powers is None else _number(seen.powers["predictive"])
    document["repeated_drift_lower"], document["repeated_drift_upper"] = (_number(end) for end in seen.repeated)
    if seen.final is not None:
        for name in ("drift", "lower", "upper", "p_value", "level"):
            document[f"final_{name}"] = _number(getattr(seen.final, name))
    return document | {f"hazard_ratio_{name}": _number(value) for name, value in seen.hazard_ratios.items()}


def _look(found: Answer, k: int) -> dict[str, Any]:
    plan, done = found.plan, found.done
    row: dict[str, Any] = {
        "look": k + 1, "information_fraction": _number(plan.fractions[k]), "efficacy_z": _number(plan.efficacy[k]),
        "efficacy_p": _number(plan.stage_levels[k]), "alpha_spent": _number(plan.alpha_spent[k]),
        "futility_z": _number(plan.futility[k]), "futility_p": _level(plan.futility[k]),
        "beta_spent": _number(plan.beta_spent[k]), "harm_z": _number(plan.harm[k]), "harm_p": _level(plan.harm[k]),
        "harm_spent": _number(plan.harm_spent[k]),
    }  # fmt: skip
    for at, world in enumerate(_WORLDS):
        row[f"cross_efficacy_{world}"] = _number(done.efficacy[at, k])
        row[f"cross_futility_{world}"] = _number(done.futility[at, k])
        row[f"cross_harm_{world}"] = _number(done.harm[at, k])
        row[f"power_{world}"] = _number(done.efficacy[at, : k + 1].sum())
    if found.effect is not None:
        row["events"] = _number(found.effect.events[k])
        for name in ("efficacy", "futility", "harm"):
            values = getattr(found.effect, f"hazard_ratio_{name}")
            placed = math.isfinite(getattr(plan, name)[k])
            row[f"hazard_ratio_{name}"] = _number(values[k]) if placed else None
    if found.trial is not None:
        row["patients"], row["time"] = _number(found.trial.look_patients[k]), _number(found.trial.look_time[k])
    return row


def _level(z: float) -> float | None:
    """Give the one-sided p of a z, for efficacy."""
    return float(ndtr(-z)) if math.isfinite(z) else None


def _number(value: Any) -> float | None:
    plain = float(value)
    return plain if math.isfinite(plain) else None


def _up(value: float) -> int:
    """Round up, but not for a last digit that is numerical noise."""
    return math.ceil(value - 1e-6)
