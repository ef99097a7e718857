"""Group-sequential looks: the data are cut at each planned event, and a bound that is crossed stops the trial."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.trial.cut import A_MOMENT, cut_at, event_days, nth_event
from adoptive.trial.efficacy import efficacy_columns
from adoptive.trial.types import Followed, Looks, Study
from adoptive.verdict.comparison import log_rank
from adoptive.verdict.design.sequential import Bounds, group_sequential

__all__ = ["EFFICACY", "FUTILITY", "bounds_of", "look_at", "planned_events", "stop_by"]

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

EFFICACY: Final = 1
FUTILITY: Final = 2


def bounds_of(study: Study) -> Bounds:
    """Give the bounds of a study's looks."""
    plan = study.verdict.looks
    assert plan is not None
    return group_sequential(
        planned_events(study) / study.trial.events,
        alpha=plan.alpha,
        spending=plan.spending,
        parameter=plan.parameter,
        futility=plan.futility,
        futility_parameter=plan.futility_parameter,
        beta=plan.beta,
    )


def planned_events(study: Study) -> Whole:
    """Give the number of events at which each look takes place: the fraction of the planned events, rounded up."""
    plan = study.verdict.looks
    fractions = () if plan is None else plan.fractions
    return np.unique(np.ceil(np.array(fractions) * study.trial.events - 1e-9).astype(np.int64))


def look_at(study: Study, followed: Followed) -> Looks:
    """Look at each trial at its planned events: a log-rank test of the first arm against the last on the data so far.

    Events are counted over all patients. A look whose events never come, or that would come after a stop, does not
    take place: its day is inf, its z 0.
    """
    plan, numbers = study.verdict.looks, planned_events(study)
    assert plan is not None
    day = event_days(study, followed, plan.endpoint)
    when = np.stack([nth_event(day, number) for number in numbers], axis=1) + A_MOMENT
    when = np.where(when <= followed.cut_day[:, None], when, np.inf)
    z = np.stack([_z(study, followed, when[:, look]) for look in range(len(numbers))], axis=1)
    stopped, why = stop_by(z, np.isfinite(when), bounds_of(study))
    stop_day = np.where(stopped > 0, when[np.arange(len(when)), stopped - 1], np.inf)
    never = when > stop_day[:, None]
    return Looks(np.where(never, 0.0, z), np.where(never, np.inf, when), stopped, why, stop_day)


def _z(study: Study, followed: Followed, when: Floats) -> Floats:
    """Give the log-rank z of the first arm over the last on what is known on a day; above 0 favours the first."""
    plan, last = study.verdict.looks, len(study.trial.arms) - 1
    assert plan is not None
    so_far = cut_at(followed, np.where(np.isfinite(when), when, followed.cut_day))
    days, event = np.zeros(len(followed.end_day)), np.zeros(len(followed.end_day), bool)
    for part in so_far.arms + (so_far.crossovers if plan.endpoint == "os" else ()):
        columns = efficacy_columns(part.course, study.of_arm(part.arm), part.course.end_day)
        days[part.rows], event[part.rows] = columns[f"{plan.endpoint}_days"], columns[f"{plan.endpoint}_event"]
    shape = (followed.trials, -1)
    arm = followed.enrolment.arm.reshape(shape)
    chosen = so_far.enrolled.reshape(shape) & ((arm == 0) | (arm == last))
    test = log_rank(days.reshape(shape), event.reshape(shape), arm == 0, chosen)
    return np.where(np.isfinite(when) & test.estimable, -test.z, 0.0)


def stop_by(z: Floats, took_place: NDArray[np.bool_], bounds: Bounds) -> tuple[Whole, Whole]:
    """Give the look at which each trial stops (0: at none, counted from 1) and why: 1 efficacy, 2 futility.

    Arguments: ``z`` and ``took_place`` ``(trials, looks)``. The last look's futility bound is no reason: it is the end.
    """
    efficacy = took_place & (z >= bounds.efficacy)
    futility = took_place & (z < bounds.futility) & (np.arange(z.shape[1]) < z.shape[1] - 1)
    stops = efficacy | futility
    first, any_stop = stops.argmax(axis=1), stops.any(axis=1)
    why = np.where(efficacy[np.arange(len(z)), first], EFFICACY, FUTILITY)
    return np.where(any_stop, first + 1, 0), np.where(any_stop, why, 0)
