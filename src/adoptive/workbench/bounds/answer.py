"""The answer: the plan, what it does under each hypothesis, and the trial that a hazard ratio makes of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from adoptive.errors import StudyError
from adoptive.verdict.design.boundaries import characteristics, sequential_plan
from adoptive.verdict.design.enrolment import Accrual, Hazard, accrual_of, hazard_of
from adoptive.verdict.design.events import drift_of, events_for, hazard_ratio_at, method_of
from adoptive.verdict.design.families import CLASSICAL, FAMILIES, family
from adoptive.verdict.design.sample_size import LACHIN_FOULKES, power_survival, sample_size_survival
from adoptive.verdict.design.types import Characteristics, ErrorSpending, Floats, SampleSize, SequentialPlan
from adoptive.workbench.bounds.asked import Asked, numbers
from adoptive.workbench.bounds.seen import Seen, look_back

__all__ = ["Answer", "Effect", "answer"]


@dataclass(frozen=True)
class Effect:
    """Hold what a hazard ratio makes of a plan when no calendar is asked for; arrays are ``(looks,)``."""

    method: str
    hazard_ratio: float
    events: Floats
    hazard_ratio_efficacy: Floats
    hazard_ratio_futility: Floats
    hazard_ratio_harm: Floats


@dataclass(frozen=True)
class Answer:
    """Hold a plan, its characteristics at no effect, half the drift and the drift; and the trial, if one was asked."""

    asked: Asked
    plan: SequentialPlan
    drift: float
    done: Characteristics
    effect: Effect | None
    trial: SampleSize | None
    seen: Seen | None


def answer(asked: Asked) -> Answer:
    """Work out what was asked.

    Raises
    ------
    StudyError
        Options that contradict each other, or values that make no sense.
    """
    events = numbers(asked.events, where="--events")
    plan = _plan(asked, events)
    trial = _trial(asked, plan, events)
    effect = _effect(asked, plan, events, trial)
    drift = plan.drift
    if events and effect is not None:
        size = drift_of(
            effect.hazard_ratio, events[-1] / plan.fractions[-1], allocation=asked.allocation, method=effect.method
        )
        drift = abs(float(size))
    seen = look_back(
        plan, look=asked.seen_look, z=asked.seen_z, drift=drift, allocation=asked.allocation,
        events=None if effect is None else float(effect.events[-1] / plan.fractions[-1]),
        upward=effect is not None and effect.hazard_ratio > 1.0,
    )  # fmt: skip
    return Answer(asked, plan, drift, characteristics(plan, [0.0, drift / 2.0, drift]), effect, trial, seen)


def _plan(asked: Asked, events: tuple[float, ...]) -> SequentialPlan:
    if asked.beta is not None and asked.power is not None:
        raise StudyError("beta and power are one number", where="--power", next_step="give one of them")
    beta = asked.beta if asked.beta is not None else 0.2 if asked.power is None else 1.0 - asked.power
    harm = asked.harm
    if asked.harm_alpha is not None and harm is None:
        raise StudyError("a level for harm without its family", where="--harm-alpha", next_step="give --harm, too")
    if asked.binding and asked.futility is None and asked.futility_bounds is None:
        raise StudyError("binding what?", where="--binding", next_step="give --futility or --futility-bounds, too")
    return sequential_plan(
        _fractions(asked, events), alpha=asked.alpha, beta=beta, sided=asked.sided, binding=asked.binding,
        efficacy=_family(asked.spending, asked.parameter, asked.spent, "--spending"),
        futility=_optional(asked.futility, asked.futility_parameter, asked.futility_spent, "--futility"),
        futility_bounds=numbers(asked.futility_bounds, where="--futility-bounds") or None,
        harm=_optional(harm, asked.harm_parameter, None, "--harm"), harm_alpha=asked.harm_alpha,
        spending_times=numbers(asked.spending_times, where="--spending-times") or None,
    )  # fmt: skip


def _fractions(asked: Asked, events: tuple[float, ...]) -> tuple[float, ...]:
    """Give the fractions: as listed, equally spaced, or from the events of the looks."""
    given = [asked.fractions is not None, asked.looks is not None, len(events) > 1]
    if sum(given) > 1:
        raise StudyError(
            "the looks are given twice", where="--fractions", allowed="--fractions, --looks or a list of --events"
        )
    if asked.fractions is not None:
        return numbers(asked.fractions, where="--fractions")
    if asked.looks is not None:
        if not 1 <= asked.looks <= 50:
            raise StudyError("number of looks out of range", where="--looks", value=asked.looks, allowed="1 to 50")
        return tuple((np.arange(1, asked.looks + 1) / asked.looks).tolist())
    if events:
        return tuple(one / events[-1] if events[-1] > 0 else 0.0 for one in events)
    return (1.0,)


def _family(name: str, parameter: str | None, spent: str | None, where: str) -> ErrorSpending:
    cumulative = numbers(spent, where=f"{where} errors")
    return family(name, *numbers(parameter, where=f"{where} parameter"), spent=cumulative, where=where)


def _optional(name: str | None, parameter: str | None, spent: str | None, where: str) -> ErrorSpending | None:
    if name is None and (parameter is not None or spent is not None):
        raise StudyError("a parameter without its family", where=where, next_step=f"give {where}, too")
    if name is None or name.strip().lower() == "none":
        return None
    found = _family(name, parameter, spent, where)
    if found.family in CLASSICAL:
        spends = ", ".join(known for known, each in FAMILIES.items() if each.spends)
        raise StudyError("this family fixes bounds and spends no error", where=where, value=name, allowed=spends)
    return found


def _trial(asked: Asked, plan: SequentialPlan, events: tuple[float, ...]) -> SampleSize | None:
    """Find the trial, if enough was given for a calendar."""
    control = _control(asked)
    calendar = {
        "--accrual": asked.accrual, "--accrual-rate": asked.accrual_rate, "--follow-up": asked.follow_up,
        "--patients": asked.patients, "--dropout": asked.dropout,
    }  # fmt: skip
    wanted = [name for name, value in calendar.items() if value is not None]
    if control is None or asked.hazard_ratio is None:
        if control is not None or wanted:
            lacks = "--median-control (or --hazard-control)" if control is None else "--hazard-ratio"
            raise StudyError(
                "a calendar was asked for, but not all it needs", where="bounds", next_step=f"give {lacks}, too"
            )
        return None
    accrual, holds, open_end = _accrual(asked)
    patients = None if asked.patients is None or holds else _patients(asked.patients)
    loss = _loss(asked)
    if events:
        if asked.follow_up is not None:
            raise StudyError("events and follow-up fix the end twice", where="--events", next_step="leave one out")
        enrolled = accrual if patients is None else accrual.scaled(patients)
        if open_end or (patients is None and not holds):
            raise StudyError(
                "events without patients",
                where="--events",
                next_step="give --patients, or --accrual-rate for each step",
            )
        return power_survival(
            plan, hazard_ratio=asked.hazard_ratio, control=control, accrual=enrolled, events=events[-1],
            allocation=asked.allocation, method=asked.method, loss=loss, upward=asked.hazard_ratio > 1.0,
        )  # fmt: skip
    return sample_size_survival(
        plan, hazard_ratio=asked.hazard_ratio, control=control, accrual=accrual, follow_up=asked.follow_up,
        patients=patients, rates_hold=holds, open_end=open_end, allocation=asked.allocation,
        method=asked.method, loss=loss,
    )  # fmt: skip


def _patients(given: float) -> float:
    if not (np.isfinite(given) and given > 0):
        raise StudyError("not a number of patients", where="--patients", value=given, allowed="above 0")
    return given


def _control(asked: Asked) -> Hazard | None:
    if asked.median_control is not None and asked.hazard_control is not None:
        raise StudyError(
            "the control arm is given twice", where="--median-control", next_step="give a median or a hazard"
        )
    if asked.median_control is not None:
        if not (np.isfinite(asked.median_control) and asked.median_control > 0):
            raise StudyError("not a median", where="--median-control", value=asked.median_control, allowed="above 0")
        return hazard_of(np.log(2.0) / asked.median_control)
    if asked.hazard_control is None:
        return None
    starts = numbers(asked.hazard_times, where="--hazard-times") or (0.0,)
    return hazard_of(numbers(asked.hazard_control, where="--hazard-control"), starts, where="--hazard-control")


def _accrual(asked: Asked) -> tuple[Accrual, bool, bool]:
    """Give the accrual, whether its rates are numbers of patients, and whether its last rate goes on.

    Rates with a follow-up and an end are a shape; with one rate more than steps, patients or follow-up make the end.
    """
    rates = numbers(asked.accrual_rate, where="--accrual-rate") or None
    if asked.accrual is None and rates is None:
        raise StudyError("the accrual is missing", where="--accrual", next_step="give its length, as in --accrual 20")
    times = numbers(asked.accrual, where="--accrual") or (0.0,)
    edges = times if times[0] == 0.0 else (0.0, *times)
    if rates is not None and len(rates) == len(edges):
        if asked.patients is not None and asked.follow_up is not None:
            raise StudyError("patients and follow-up fix the end twice", where="--patients", next_step="leave one out")
        open_end = accrual_of((*edges, edges[-1] + 1.0), rates)
        return (open_end, True, True) if asked.patients is None else (_until(open_end, asked.patients), True, False)
    holds = rates is not None and asked.follow_up is None and asked.patients is None
    return accrual_of(edges, rates), holds, False


def _until(accrual: Accrual, patients: float) -> Accrual:
    """End an accrual when the patients are in: its last rate goes on as long as need be."""
    before = float(accrual.patients(accrual.times[-2]))
    if not (np.isfinite(patients) and patients > before and accrual.rates[-1] > 0.0):
        raise StudyError(
            "these patients do not fit the rates", where="--patients", value=patients,
            allowed=f"more than the {before:g} that the earlier steps bring, and a last rate above 0",
        )  # fmt: skip
    end = accrual.times[-2] + (patients - before) / accrual.rates[-1]
    return accrual_of((*accrual.times[:-1], end), accrual.rates)


def _loss(asked: Asked) -> tuple[float, float]:
    """Give the hazards of loss from the shares that are lost by a time: one for both arms, or experimental, control."""
    shares = numbers(asked.dropout, where="--dropout") or (0.0,)
    if len(shares) > 2 or not all(0.0 <= share < 1.0 for share in shares):
        raise StudyError(
            "shares lost do not fit", where="--dropout", value=asked.dropout, allowed="one or two of 0 to below 1"
        )
    if not (np.isfinite(asked.dropout_time) and asked.dropout_time > 0):
        raise StudyError("not a time", where="--dropout-time", value=asked.dropout_time, allowed="above 0")
    rates = [float(-np.log1p(-share) / asked.dropout_time) for share in shares]
    return rates[0], rates[-1]


def _effect(asked: Asked, plan: SequentialPlan, events: tuple[float, ...], trial: SampleSize | None) -> Effect | None:
    """Give the events of the looks and the hazard ratios at the bounds."""
    if asked.hazard_ratio is None:
        if events:
            raise StudyError("events without a hazard ratio", where="--events", next_step="give --hazard-ratio, too")
        return None
    if trial is not None:
        looks, method = trial.look_events, trial.method
    else:
        method = method_of(asked.method, also=(LACHIN_FOULKES,))
        if method == LACHIN_FOULKES:
            raise StudyError(
                "this method needs a calendar",
                where="--method",
                value=method,
                next_step="give --median-control, --accrual and --follow-up",
            )
        last = plan.drift * float(np.sqrt(plan.fractions[-1]))
        total = (
            events[-1] if events else events_for(asked.hazard_ratio, last, allocation=asked.allocation, method=method)
        )
        if not (np.isfinite(total) and total > 0):
            raise StudyError("not a number of events", where="--events", value=total, allowed="above 0")
        looks = plan.fractions / plan.fractions[-1] * total
    scale = [hazard_ratio_at(z, looks, allocation=asked.allocation, upward=asked.hazard_ratio > 1.0)
             for z in (plan.efficacy, plan.futility, plan.harm)]  # fmt: skip
    return Effect("Schoenfeld" if method == LACHIN_FOULKES else method, asked.hazard_ratio, looks, *scale)
