"""Progression-free survival, overall survival and duration of response, with the regulator's censoring rules.

FDA guidance "Clinical Trial Endpoints for the Approval of Cancer Drugs and Biologics" (2018), appendix on progression-
free survival. Days count from randomisation; a day that never comes is inf.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.response.recist import ADEQUATE
from adoptive.outcome.types import Response

__all__ = ["TimeToEvent", "duration_of_response", "overall_survival", "progression_free_survival"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class TimeToEvent:
    """Hold days ``(patients,)`` to the event, or to censoring where ``event`` is false."""

    days: Floats
    event: Bools


def progression_free_survival(
    response: Codes,
    day: ArrayLike,
    *,
    death_day: ArrayLike,
    last_contact_day: ArrayLike = np.inf,
    cut_day: ArrayLike = np.inf,
    new_therapy_day: ArrayLike = np.inf,
    missed_visits_allowed: int = 1,
) -> TimeToEvent:
    """Give days from randomisation to progression or death.

    The event is the first PD or an earlier death. It is censored at the last adequate assessment (day 0 if there is
    none) when more than ``missed_visits_allowed`` planned visits without an adequate assessment lie right before it,
    when it comes after last contact, data cut or a new therapy, or when it never comes. Bridging and further infusions
    are protocol treatment, not a new therapy.

    Parameters
    ----------
    response, day
        Codes and days ``(patients, visits)`` in time order. A missed visit is NOT_DONE at its planned day; a visit that
        was not planned (any longer) has day inf. NE visits count as missed.
    death_day, last_contact_day, cut_day, new_therapy_day
        One for all or ``(patients,)``. What happens after last contact (withdrawal) is not seen.
    missed_visits_allowed
        Missed visits in a row that are tolerated before the event; a large number never censors for them.
    """
    codes, when = np.asarray(response), np.asarray(day, np.float64)
    death = np.broadcast_to(np.asarray(death_day, np.float64), codes.shape[:1])
    end = _earliest(len(codes), last_contact_day, cut_day, new_therapy_day)
    adequate = np.isin(codes, ADEQUATE) & (when <= end[:, None])
    progression = _day_of(adequate & (codes == Response.PD), when)
    event_day = np.minimum(progression, np.where(death <= end, death, np.inf))
    earlier = when < event_day[:, None]
    last = np.where(adequate & earlier, when, 0.0).max(axis=1, initial=0.0)
    missed = (earlier & (when > last[:, None]) & ~adequate).sum(axis=1)
    event = np.isfinite(event_day) & (missed <= missed_visits_allowed)
    return TimeToEvent(np.where(event, event_day, last), event)


def overall_survival(
    death_day: ArrayLike, *, last_contact_day: ArrayLike = np.inf, cut_day: ArrayLike = np.inf
) -> TimeToEvent:
    """Give days from randomisation to death; censor at last contact or the data cut, whichever is first.

    >>> overall_survival([100.0, 400.0], cut_day=365.0).days
    array([100., 365.])
    """
    death = np.atleast_1d(np.asarray(death_day, np.float64))
    end = _earliest(len(death), last_contact_day, cut_day)
    return TimeToEvent(np.minimum(death, end), death <= end)


def duration_of_response(progression_free: TimeToEvent, response_start_day: ArrayLike) -> TimeToEvent:
    """Give days from the start of a response to progression or death, censored as progression-free survival is.

    ``DoR = PFS - response_start_day``; 0 days without an event where there is no response (start inf). Select
    responders before judging.

    Parameters
    ----------
    progression_free
        Progression-free survival of the same patients.
    response_start_day
        First CR or PR of the confirmed response ``(patients,)``, days from randomisation; inf = no response.
    """
    start = np.asarray(response_start_day, np.float64)
    responded = np.isfinite(start)
    days = np.where(responded, np.maximum(progression_free.days - np.where(responded, start, 0.0), 0.0), 0.0)
    return TimeToEvent(days, progression_free.event & responded)


def _earliest(patients: int, *days: ArrayLike) -> Floats:
    """Give the earliest of some days for each patient."""
    earliest = np.full(patients, np.inf)
    for day in days:
        earliest = np.minimum(earliest, np.asarray(day, np.float64))
    return earliest


def _day_of(mark: Bools, when: Floats) -> Floats:
    """Give the first marked day, inf where there is none."""
    first: Floats = np.where(mark, when, np.inf).min(axis=1, initial=np.inf)
    return first
