"""Events, patients and calendar of a two-arm trial with a time-to-event endpoint, with or without interim looks.

Events follow from the plan's drift (Schoenfeld, Freedman, Hsieh-Freedman) or from the variances of the log hazard ratio
under both hypotheses (Lachin and Foulkes 1986, 10.2307/2531201); patients and times from accrual, hazards and losses.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtri

from adoptive.errors import StudyError
from adoptive.verdict.design.boundaries import characteristics, sequential_plan
from adoptive.verdict.design.enrolment import Accrual, Arms, Hazard
from adoptive.verdict.design.events import drift_of, events_for, hazard_ratio_at, method_of
from adoptive.verdict.design.types import SampleSize, SequentialPlan

__all__ = ["LACHIN_FOULKES", "power_survival", "sample_size_survival"]

Floats = NDArray[np.float64]

LACHIN_FOULKES: Final = "Lachin-Foulkes"

_MOST: Final = 1e9
"""No trial is larger."""


def sample_size_survival(
    plan: SequentialPlan | None = None,
    *,
    hazard_ratio: float,
    control: Hazard,
    accrual: Accrual,
    follow_up: float | None = None,
    patients: float | None = None,
    rates_hold: bool = False,
    open_end: bool = False,
    allocation: float = 1.0,
    method: str = "Schoenfeld",
    loss: tuple[float, float] = (0.0, 0.0),
) -> SampleSize:
    """Find the events, patients and times of a trial with the plan's power at a hazard ratio.

    Parameters
    ----------
    plan
        Looks and errors; default one look, one-sided 0.025, power 0.8.
    hazard_ratio, control
        Experimental over control, and the control arm's hazard.
    accrual
        How patients come. Without ``rates_hold`` and ``patients`` it is a shape: the number of patients is found.
    follow_up
        Time from the last patient's entry to the last look. None: it is found, for ``patients`` or ``rates_hold``.
    patients
        Number of patients; the accrual is scaled to it.
    rates_hold, open_end
        The accrual's rates are numbers of patients per time; with ``open_end`` its last rate goes on until there are
        enough patients for ``follow_up``.
    allocation
        Experimental over control.
    method
        "Schoenfeld", "Freedman", "Hsieh-Freedman" or "Lachin-Foulkes" (the last with ``follow_up``).
    loss
        Hazards of loss to follow-up, experimental and control.

    Raises
    ------
    StudyError
        Too much or too little is given; the events can never come.

    Examples
    --------
    >>> from adoptive.verdict.design.enrolment import accrual_of, hazard_of
    >>> size = sample_size_survival(
    ...     hazard_ratio=0.7, control=hazard_of(np.log(2) / 12), accrual=accrual_of([0, 20]), follow_up=10
    ... )
    >>> round(size.events, 1), round(size.patients, 1)
    (246.8, 408.1)
    """
    plan = sequential_plan([1.0]) if plan is None else plan
    arms = _arms(hazard_ratio, control, allocation, loss)
    known = method_of(method, also=(LACHIN_FOULKES,))
    _determined(follow_up, patients, rates_hold, open_end, known)
    if known == LACHIN_FOULKES:
        assert follow_up is not None
        enrolled = accrual.scaled(_lachin_foulkes(plan, arms, hazard_ratio, accrual, follow_up))
        events = float(arms.events(enrolled, enrolled.duration + follow_up).sum())
        return _described(plan, known, arms, hazard_ratio, enrolled, events, plan.drift, 1.0 - plan.beta)
    last = plan.drift * float(np.sqrt(plan.fractions[-1]))
    events = events_for(hazard_ratio, last, allocation=allocation, method=known)
    if follow_up is not None:
        enrolled = _enrolled(arms, accrual, follow_up, events, open_end=open_end and rates_hold)
    else:
        enrolled = accrual if patients is None else accrual.scaled(patients)
    return _described(plan, known, arms, hazard_ratio, enrolled, events, plan.drift, 1.0 - plan.beta)


def power_survival(
    plan: SequentialPlan | None = None,
    *,
    hazard_ratio: float,
    control: Hazard,
    accrual: Accrual,
    events: float,
    allocation: float = 1.0,
    method: str = "Schoenfeld",
    loss: tuple[float, float] = (0.0, 0.0),
    upward: bool = False,
) -> SampleSize:
    """Find the power and the calendar of a trial that enrols by ``accrual`` and ends at a number of events.

    Large z speaks for a hazard ratio below 1, or above 1 if ``upward``.

    Examples
    --------
    >>> from adoptive.verdict.design.enrolment import accrual_of, hazard_of
    >>> trial = power_survival(
    ...     hazard_ratio=0.7, control=hazard_of(np.log(2) / 12), accrual=accrual_of([0, 20], [20]), events=250
    ... )
    >>> round(trial.power, 3), round(trial.duration, 1)
    (0.805, 31.1)
    """
    plan = sequential_plan([1.0]) if plan is None else plan
    if not (np.isfinite(events) and events > 0):
        raise StudyError("no number of events", where="events", value=events, allowed="above 0")
    known, arms = method_of(method), _arms(hazard_ratio, control, allocation, loss)
    at_one = events / plan.fractions[-1]
    drift = float(drift_of(hazard_ratio, at_one, allocation=allocation, method=known)) * (-1.0 if upward else 1.0)
    power = float(characteristics(plan, drift).power[0])
    return _described(plan, known, arms, hazard_ratio, accrual, events, drift, power, upward=upward)


def _arms(hazard_ratio: float, control: Hazard, allocation: float, loss: tuple[float, float]) -> Arms:
    if not (np.isfinite(hazard_ratio) and 1e-3 <= hazard_ratio <= 1e3):
        raise StudyError("not a hazard ratio", where="hazard_ratio", value=hazard_ratio, allowed="0.001 to 1000")
    if not 1e-3 <= allocation <= 1e3:
        raise StudyError("allocation out of range", where="allocation", value=allocation, allowed="0.001 to 1000")
    if not all(np.isfinite(one) and one >= 0 for one in loss):
        raise StudyError("a hazard of loss is negative or not finite", where="loss", value=loss, allowed="0 or more")
    return Arms(control.times(Hazard((0.0,), (hazard_ratio,))), control, allocation, *loss)


def _determined(follow_up: float | None, patients: float | None, rates_hold: bool, open_end: bool, method: str) -> None:
    """Refuse a question with no answer, or with more than one."""
    if follow_up is not None and not (np.isfinite(follow_up) and follow_up >= 0):
        raise StudyError("not a follow-up", where="follow_up", value=follow_up, allowed="0 or more")
    if patients is not None and not (np.isfinite(patients) and 0 < patients < _MOST):
        raise StudyError(
            "not a number of patients", where="patients", value=patients, allowed=f"above 0, below {_MOST:g}"
        )
    if follow_up is None and patients is None and not rates_hold:
        raise StudyError(
            "what ends the trial is missing", where="follow_up, patients, accrual rates",
            next_step="give the follow-up (--follow-up), or the patients (--patients), or accrual rates in patients "
            "per unit of time (--accrual-rate)",
        )  # fmt: skip
    if follow_up is not None and (patients is not None or (rates_hold and not open_end)):
        raise StudyError(
            "accrual and follow-up leave nothing to find", where="sample size",
            next_step="leave out the follow-up or the patients, or ask for the power instead",
        )  # fmt: skip
    if follow_up is None and open_end:
        raise StudyError("an accrual without end needs a follow-up", where="follow_up", next_step="give the follow-up")
    if method == LACHIN_FOULKES and (follow_up is None or rates_hold):
        raise StudyError(
            "Lachin-Foulkes finds patients for a given follow-up", where="method", value=method,
            next_step="give the follow-up and no rates or patients",
        )  # fmt: skip


def _enrolled(arms: Arms, accrual: Accrual, follow_up: float, events: float, *, open_end: bool) -> Accrual:
    """Find the accrual that gives the events at the end of a follow-up: more patients, or a longer last step."""
    if not open_end:
        seen = float(arms.events(accrual, accrual.duration + follow_up).sum())
        if seen <= 0.0:
            raise StudyError("no event comes by the end of follow-up", where="follow_up", value=follow_up)
        return accrual.scaled(accrual.total * events / seen)

    def until(end: float) -> Accrual:
        kept = tuple(time for time in accrual.times[:-1] if time < end)
        return Accrual((*kept, end), accrual.rates[: len(kept)])

    def lacking(end: float) -> float:
        return float(arms.events(until(end), end + follow_up).sum()) - events

    latest = accrual.duration
    while lacking(latest) < 0.0:
        latest *= 2.0
        if latest > _MOST:
            raise StudyError("these rates never bring the patients", where="accrual rates", value=accrual.rates)
    return until(float(brentq(lacking, 1e-12, latest, xtol=1e-10)))


def _lachin_foulkes(plan: SequentialPlan, arms: Arms, ratio: float, accrual: Accrual, follow_up: float) -> float:
    """Give the patients: ``((z_a sqrt(v0) + z_b sqrt(v1)) / ln HR)^2`` times the plan's inflation.

    ``v = 1 / (events of one arm) + 1 / (events of the other)`` per patient, under the null at the average hazard.
    """
    if abs(np.log(ratio)) < 1e-6:
        raise StudyError(
            "a hazard ratio of 1 needs no end of patients", where="hazard_ratio", value=ratio, allowed="not 1"
        )
    average = (1.0 + ratio * arms.allocation) / (1.0 + arms.allocation)
    common = arms.control.times(Hazard((0.0,), (average,)))
    null = replace(arms, experimental=common, control=common)
    end = accrual.duration + follow_up
    spread = [float((accrual.total / one.events(accrual, end)).sum()) for one in (null, arms)]
    z = ndtri(1.0 - plan.alpha / plan.sided), ndtri(1.0 - plan.beta)
    root = (z[0] * np.sqrt(spread[0]) + z[1] * np.sqrt(spread[1])) / np.log(ratio)
    return float(root**2) * plan.inflation_factor


def _described(
    plan: SequentialPlan, method: str, arms: Arms, ratio: float, accrual: Accrual, events: float, drift: float,
    power: float, *, upward: bool | None = None,
) -> SampleSize:  # fmt: skip
    """Lay out a trial that ends at a number of events; patients who would come after that are not counted."""
    share = plan.fractions / plan.fractions[-1]
    times = np.array([arms.time_of(accrual, one) for one in share * events])
    if not np.isfinite(times[-1]):
        most = float(arms.events(accrual, arms.end(accrual)).sum())
        raise StudyError(
            "the events never come", where="events", value=f"{events:.1f} needed", allowed=f"at most {most:.1f} with "
            f"{accrual.total:.1f} patients", next_step="more patients",
        )  # fmt: skip
    up = ratio > 1.0 if upward is None else upward
    efficacy, futility, harm = (
        hazard_ratio_at(z, share * events, allocation=arms.allocation, upward=up)
        for z in (plan.efficacy, plan.futility, plan.harm)
    )
    enrolled = accrual.patients(times)
    worlds = {"h0": (0.0, 1.0), "h01": (drift / 2.0, ratio**0.5), "h1": (drift, ratio)}
    mean = {world: _expected(plan, arms, accrual, events, *at) for world, at in worlds.items()}
    total, recruiting = float(enrolled[-1]), min(accrual.duration, float(times[-1]))
    return SampleSize(
        method, power, ratio, events, total, total * arms.share, total * (1.0 - arms.share), recruiting,
        float(times[-1]) - recruiting, float(times[-1]), share * events, enrolled, times, efficacy, futility, harm,
        {world: each[0] for world, each in mean.items()}, {world: each[1] for world, each in mean.items()},
        {world: each[2] for world, each in mean.items()}, drift,
    )  # fmt: skip


def _expected(
    plan: SequentialPlan, arms: Arms, accrual: Accrual, events: float, drift: float, ratio: float
) -> tuple[float, float, float]:
    """Give the expected events, patients and duration at the stop, if the hazard ratio is so."""
    truth = replace(arms, experimental=arms.control.times(Hazard((0.0,), (ratio,))))
    planned = plan.fractions / plan.fractions[-1] * events
    times = np.array([truth.time_of(accrual, one) for one in planned])
    done = characteristics(plan, drift)
    stops = (done.efficacy + done.futility + done.harm)[0]
    stops[-1] = 1.0 - stops[:-1].sum()
    seen = np.where(np.isfinite(times), accrual.patients(np.minimum(times, accrual.duration)), accrual.total)
    return float(stops @ planned), float(stops @ seen), float(np.sum(np.where(stops > 0, stops * times, 0.0)))
