"""Best response, progression and duration of response by iRECIST, from the responses at the visits.

Seymour et al. 2017, 10.1016/S1470-2045(17)30074-8, table 3; duration as the EORTC's answers to questions define it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.response.best import check_visits
from adoptive.outcome.response.types import ImmuneResponse
from adoptive.outcome.types import as_codes

__all__ = ["ImmuneCourse", "best_immune_response", "immune_course"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]

_ORDER: Final = (
    ImmuneResponse.ICR,
    ImmuneResponse.IPR,
    ImmuneResponse.ISD,
    ImmuneResponse.NON_ICR_NON_IUPD,
    ImmuneResponse.ICPD,
    ImmuneResponse.IUPD,
    ImmuneResponse.NE,
)
_RESET: Final = (ImmuneResponse.ICR, ImmuneResponse.IPR, ImmuneResponse.ISD, ImmuneResponse.NON_ICR_NON_IUPD)


@dataclass(frozen=True)
class ImmuneCourse:
    """Hold what follows from the visits, all ``(patients,)``; a day is inf where the thing never was.

    ``progression_day`` is the first iUPD of the progression that counts: the one that an iCPD confirmed, else one that
    nothing reversed. ``duration_days`` counts from the first iCR or iPR to a confirmed progression
    (``duration_event``), else to the last visit that could be judged; 0 without a response.
    """

    best: Codes
    response_start_day: Floats
    progression_day: Floats
    confirmed: Bools
    confirmed_day: Floats
    duration_days: Floats
    duration_event: Bools


def best_immune_response(response: ArrayLike) -> Codes:
    """Give the best overall response by iRECIST (iBOR), ``(patients,)``.

    The best of iCR, iPR, iSD, non-iCR/non-iUPD, then iCPD, iUPD, NE, over the visits up to the first iCPD. Responses
    after an unconfirmed progression count. No confirmation of iCR or iPR is asked, as in the paper's table 3.

    Arguments: ``response`` :class:`ImmuneResponse` ``(patients, visits)``, in time order.

    >>> best_immune_response([[4, 2, 4, 5], [4, 5, 2, 2], [4, 6, 6, 6]]).tolist()  # iPR, iCPD, iUPD
    [2, 5, 4]
    """
    codes = _checked(response)
    confirmed = codes == ImmuneResponse.ICPD
    after = (np.cumsum(confirmed, axis=1) - confirmed) > 0
    seen = np.where(after, int(ImmuneResponse.NOT_DONE), codes)
    marks = [(seen == code).any(axis=1) for code in _ORDER]
    return np.select(marks, _ORDER, ImmuneResponse.NOT_DONE).astype(np.int64)


def immune_course(response: ArrayLike, day: ArrayLike) -> ImmuneCourse:
    """Give best response, progression and duration of response from the visits.

    A progression opens with iUPD, is closed again by iSD, iPR, iCR or non-iCR/non-iUPD, and stays open through iUPD and
    NE. An iCPD confirms it, and progression dates back to the iUPD that opened it; an iCPD without one counts itself.

    Arguments: ``response`` :class:`ImmuneResponse` and ``day``, ``(patients, visits)``, in time order.

    >>> course = immune_course([[3, 4, 2, 4, 6, 5]], [[40, 80, 120, 160, 200, 240]])
    >>> course.progression_day.tolist(), course.duration_days.tolist(), course.duration_event.tolist()
    ([160.0], [40.0], [True])
    """
    codes, when = _checked(response), np.asarray(day, np.float64)
    if when.shape != codes.shape:
        raise StudyError("does not fit the responses", where="day", value=when.shape, allowed=str(codes.shape))
    people = len(codes)
    opened, ended = np.full(people, np.inf), np.full(people, np.inf)
    start, last = np.full(people, np.inf), np.full(people, -np.inf)
    for visit in range(codes.shape[1]):
        now, today, running = codes[:, visit], when[:, visit], ~np.isfinite(ended)
        confirms = running & (now == ImmuneResponse.ICPD)
        worse = running & ((now == ImmuneResponse.IUPD) | confirms)
        opened = np.where(worse & ~np.isfinite(opened), today, opened)
        opened = np.where(running & np.isin(now, _RESET), np.inf, opened)
        ended = np.where(confirms, today, ended)
        responds = running & ((now == ImmuneResponse.ICR) | (now == ImmuneResponse.IPR))
        start = np.where(responds & ~np.isfinite(start), today, start)
        judged = running & (now != ImmuneResponse.NOT_DONE) & (now != ImmuneResponse.NE)
        last = np.where(judged, today, last)
    confirmed, responded = np.isfinite(ended), np.isfinite(start)
    until = np.where(confirmed, opened, last)
    return ImmuneCourse(
        best=best_immune_response(codes),
        response_start_day=start,
        progression_day=opened,
        confirmed=confirmed,
        confirmed_day=ended,
        duration_days=np.where(responded, np.where(responded, until, 0.0) - np.where(responded, start, 0.0), 0.0),
        duration_event=responded & confirmed,
    )


def _checked(response: ArrayLike) -> Codes:
    """Refuse codes that are none."""
    codes = as_codes(response, "response")
    check_visits(codes, ImmuneResponse)
    return codes
