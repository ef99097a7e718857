"""When the data are cut: after follow-up, at an event, or on a calendar day; and who dropped out before."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from adoptive.streams import Keys, Streams
from adoptive.trial.efficacy import efficacy_columns, time_origin
from adoptive.trial.types import ArmCourse, Followed, Protocol, Study
from adoptive.units import days

__all__ = ["A_MOMENT", "cut_at", "cut_days", "dropout_days", "event_days", "nth_event"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

A_MOMENT = 1e-6
"""Days by which a cut comes after the event that set it, so that the event itself is in the data."""


def dropout_days(trial: Protocol, keys: Keys, streams: Streams) -> Floats:
    """Give the day since enrolment on which each patient leaves for reasons of his own: exponential; inf at rate 0."""
    if trial.dropout_per_year == 0:
        return np.full(len(keys), np.inf)
    return days(12.0) / trial.dropout_per_year * streams.exponential("trial.dropout", keys)


def cut_days(study: Study, followed: Followed) -> Floats:
    """Give the calendar day of each trial's data cut, ``(trials,)``, none later than the trial may run.

    "events": the day of the k-th event over all patients; a trial that never has so many runs to its last day.
    """
    trial, last = study.trial, followed.cut_day
    if trial.data_cut == "calendar":
        return np.minimum(last, days(trial.calendar_months))
    if trial.data_cut == "events":
        return np.minimum(last, nth_event(event_days(study, followed, trial.event), trial.events) + A_MOMENT)
    return last


def nth_event(day: Floats, number: int) -> Floats:
    """Give the day of each trial's ``number``-th event, inf if it has fewer; ``day`` is ``(trials, patients)``.

    >>> nth_event(np.array([[5.0, 3.0, np.inf], [9.0, np.inf, np.inf]]), 2).tolist()
    [5.0, inf]
    """
    return np.sort(day, axis=1)[:, number - 1]


def event_days(study: Study, followed: Followed, endpoint: str) -> Floats:
    """Give the calendar day of each patient's event, ``(trials, patients)``, inf without one.

    A control who crosses over keeps the progression that opened it; his death is that of the later course.
    """
    keys = followed.enrolment.keys
    day = np.full(len(keys), np.inf)
    for part in followed.arms + (followed.crossovers if endpoint == "os" else ()):
        own = study.of_arm(part.arm)
        columns = efficacy_columns(part.course, own, part.course.end_day)
        since = followed.enrolment.randomised_day[part.rows] + time_origin(part.course, own.outcome)
        day[part.rows] = np.where(columns[f"{endpoint}_event"], since + columns[f"{endpoint}_days"], np.inf)
    return day.reshape(followed.trials, -1)


def cut_at(followed: Followed, cut_day: Floats) -> Followed:
    """Give what is known of some trials when their data are cut on these calendar days, ``(trials,)``.

    Nothing after the cut is known; who would have entered later is not enrolled and is seen for no day.
    """
    trials, entered = followed.trials, followed.enrolment.randomised_day
    left = np.maximum(np.repeat(cut_day, len(entered) // trials) - entered, 0.0)
    end = np.minimum(followed.end_day, left)
    return dataclasses.replace(
        followed,
        end_day=end,
        cut_day=cut_day,
        enrolled=entered <= np.repeat(cut_day, len(entered) // trials),
        arms=tuple(_shorter(part, end[part.rows]) for part in followed.arms),
        crossovers=tuple(_shorter(part, end[part.rows]) for part in followed.crossovers),
    )


def _shorter(part: ArmCourse, end: Floats) -> ArmCourse:
    """Forget what a course shows after each patient's last day."""
    given = np.where(part.course.infusion_day <= end[:, None], part.course.infusion_day, np.inf)
    treated = part.course.treated & ((part.course.product is None) | np.isfinite(given[:, 0]))
    course = dataclasses.replace(part.course, end_day=end, infusion_day=given, treated=treated)
    return dataclasses.replace(part, course=course)
