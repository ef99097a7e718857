"""Overall survival, duration of response, times to progression and response, event-free survival, competing events.

Progression-free survival stands in :mod:`adoptive.outcome.events.progression_free`. Days count from randomisation
unless a time zero is given; a day that never comes is inf, or NaN as readers of tables give a blank date.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.events.progression_free import (
    NeverStarted,
    days_of,
    first_of,
    from_start,
    progression_free_survival,
)
from adoptive.outcome.events.types import REASONS, Endpoint, Reason, TimeToEvent
from adoptive.outcome.types import as_numbers

__all__ = [
    "Endpoint",
    "TimeToEvent",
    "competing_status",
    "duration_of_response",
    "event_free_survival",
    "overall_survival",
    "progression_free_survival",
    "time_to_progression",
    "time_to_response",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]


def overall_survival(
    death_day: ArrayLike,
    *,
    last_contact_day: ArrayLike = np.inf,
    cut_day: ArrayLike = np.inf,
    start_day: ArrayLike = 0.0,
    never_started: NeverStarted = "left out",
) -> Endpoint:
    """Give days from time zero to death; censor at last contact or the data cut, whichever is first.

    Parameters
    ----------
    death_day, last_contact_day, cut_day, start_day, never_started
        As for :func:`progression_free_survival`.

    Raises
    ------
    StudyError
        Somebody without death, last contact or data cut; shapes that do not fit.

    Examples
    --------
    >>> overall_survival([100.0, 400.0], cut_day=365.0).days
    array([100., 365.])
    """
    found = event_free_survival(
        {REASONS[Reason.DEATH]: death_day},
        last_contact_day=last_contact_day,
        cut_day=cut_day,
        start_day=start_day,
        never_started=never_started,
    )
    dead = np.where(found.event & (found.reason >= len(REASONS)), int(Reason.DEATH), found.reason)
    return replace(found, parameter="OS", reason=dead, reasons=REASONS)


def event_free_survival(
    events: Mapping[str, ArrayLike],
    *,
    last_contact_day: ArrayLike = np.inf,
    cut_day: ArrayLike = np.inf,
    start_day: ArrayLike = 0.0,
    never_started: NeverStarted = "left out",
) -> Endpoint:
    """Give days from time zero to the first of some named events, each with an exact day.

    Parameters
    ----------
    events
        Days by name, one for all or ``(patients,)``; inf or NaN = never. Of equal days the first named counts. What
        lies before time zero keeps a patient from starting.
    last_contact_day, cut_day, start_day, never_started
        As for :func:`progression_free_survival`.

    Raises
    ------
    StudyError
        No event named; somebody without event, last contact or data cut; shapes that do not fit.

    Examples
    --------
    >>> found = event_free_survival({"death": [90.0, np.nan], "no infusion": [np.nan, 45.0]}, cut_day=200.0)
    >>> found.because.tolist()
    ['death', 'no infusion']
    """
    if not events:
        raise StudyError("name at least one event", where="events", allowed="days by name")
    given_days = (*events.values(), last_contact_day, cut_day, start_day)
    patients = next((rows.size for rows in (as_numbers(one, "a day") for one in given_days) if rows.size != 1), 1)
    named = {len(REASONS) + place: days_of(name, given, patients) for place, (name, given) in enumerate(events.items())}
    first, kind = first_of(named)
    limits = {Reason.NO_EVENT: cut_day, Reason.LAST_CONTACT: last_contact_day}
    end, bound = first_of({why: days_of(why.name.lower(), given, patients) for why, given in limits.items()})
    start = days_of("start_day", start_day, patients)
    event, days = np.isfinite(first) & (first <= end), np.minimum(first, end)
    endless = ~np.isfinite(days)
    if endless.any():
        raise StudyError(
            "followed without end",
            where=f"patient {int(np.argmax(endless)) + 1}",
            allowed="an event, a last contact or a data cut",
            next_step="give last_contact_day or cut_day",
        )
    started = np.isfinite(start) & (start <= days)
    found = Endpoint(
        days, event, "EFS", np.where(event, kind, bound), (*REASONS, *events), days, days, np.ones(patients, np.bool_)
    )
    return from_start(found, start, started, never_started)


@overload
def duration_of_response(progression_free: Endpoint, response_start_day: ArrayLike) -> Endpoint: ...
@overload
def duration_of_response(progression_free: TimeToEvent, response_start_day: ArrayLike) -> TimeToEvent: ...
def duration_of_response(progression_free: TimeToEvent, response_start_day: ArrayLike) -> TimeToEvent:
    """Give days from the start of a response to progression or death, censored as progression-free survival is.

    ``DoR = PFS - response_start_day``; 0 days without an event where there is no response (start inf), who is not
    ``counted``. Select responders before judging.

    Parameters
    ----------
    progression_free
        Progression-free survival of the same patients.
    response_start_day
        First CR or PR of the confirmed response ``(patients,)``, days from the same time zero; inf = no response.

    Examples
    --------
    >>> duration_of_response(TimeToEvent(np.array([200.0]), np.array([True])), [84.0]).days
    array([116.])
    """
    start = days_of("response_start_day", response_start_day, len(progression_free.days))
    responded = np.isfinite(start)
    origin = np.where(responded, start, 0.0)
    days = np.where(responded, np.maximum(progression_free.days - origin, 0.0), 0.0)
    event = progression_free.event & responded
    if not isinstance(progression_free, Endpoint):
        return TimeToEvent(days, event)
    assessed, observed = (
        np.where(responded, np.maximum(on - origin, 0.0), 0.0)
        for on in (progression_free.assessed_day, progression_free.observed_day)
    )
    return replace(
        progression_free,
        days=days,
        event=event,
        parameter="RSD",
        reason=np.where(responded, progression_free.reason, int(Reason.NO_RESPONSE)),
        assessed_day=assessed,
        observed_day=observed,
        counted=progression_free.counted & responded,
    )


def time_to_progression(progression_free: Endpoint, *, deaths: Literal["death", "assessment"] = "death") -> Endpoint:
    """Give days to progression; a death without one is censored.

    Parameters
    ----------
    progression_free
        Progression-free survival of the same patients.
    deaths
        Deaths are censored at the day of ``"death"`` or at the last adequate ``"assessment"``: both are allowed.

    Raises
    ------
    StudyError
        Unknown option.

    Examples
    --------
    >>> seen = progression_free_survival([[4], [3]], [[42.0]] * 2, death_day=[np.inf, 100.0])
    >>> time_to_progression(seen).event.tolist(), time_to_progression(seen, deaths="assessment").days.tolist()
    ([True, False], [42.0, 42.0])
    """
    if deaths not in ("death", "assessment"):
        raise StudyError("unknown option", where="deaths", value=deaths, allowed="death, assessment")
    died = progression_free.event & (progression_free.reason == Reason.DEATH)
    at = progression_free.days if deaths == "death" else progression_free.assessed_day
    return replace(
        progression_free,
        parameter="TTP",
        days=np.where(died, at, progression_free.days),
        event=progression_free.event & ~died,
        observed_day=np.where(died, at, progression_free.observed_day),
    )


def time_to_response(progression_free: Endpoint, response_start_day: ArrayLike) -> Endpoint:
    """Give days to the response; without one censored where progression-free survival ends.

    Parameters
    ----------
    progression_free
        Progression-free survival of the same patients: a response counts up to its end.
    response_start_day
        First CR or PR ``(patients,)``, days from the same time zero; inf or NaN = no response.

    Examples
    --------
    >>> seen = progression_free_survival([[2, 4], [3, 4]], [[42.0, 84.0]] * 2, death_day=np.inf)
    >>> time_to_response(seen, [42.0, np.inf]).days.tolist(), time_to_response(seen, [42.0, np.inf]).event.tolist()
    ([42.0, 84.0], [True, False])
    """
    start = days_of("response_start_day", response_start_day, len(progression_free.days))
    responded = (start <= progression_free.days) & progression_free.counted
    days = np.where(responded, start, progression_free.days)
    return replace(
        progression_free,
        parameter="TTR",
        days=days,
        event=responded,
        reason=np.where(responded, int(Reason.RESPONSE), progression_free.reason),
        observed_day=np.where(responded, start, progression_free.observed_day),
        assessed_day=np.minimum(progression_free.assessed_day, days),
    )


def competing_status(endpoint: Endpoint) -> Codes:
    """Code an endpoint for cumulative incidence: 0 censored, 1 the event of interest, 2 a competing event.

    Whose reason is an event although the endpoint has none met a competing one: death in time to progression,
    progression or death in time to response.

    Parameters
    ----------
    endpoint
        E.g. from :func:`time_to_progression` or :func:`time_to_response`.

    Examples
    --------
    >>> seen = progression_free_survival([[4], [0], [3]], [[42.0]] * 3, death_day=[np.inf, 30.0, np.inf])
    >>> competing_status(time_to_progression(seen)).tolist()
    [1, 2, 0]
    """
    happening = (endpoint.reason <= Reason.RESPONSE) | (endpoint.reason >= len(REASONS))
    return np.where(endpoint.event, 1, np.where(happening, 2, 0)).astype(np.int64)
