"""The course of a graded toxicity over days: episodes, onset, worst grade, duration, whether it resolved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import StudyError
from adoptive.outcome.types import UNGRADED, as_codes

__all__ = ["REOPEN_DAYS", "GradedCourse", "episodes"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]

REOPEN_DAYS: Final = 7.0
"""Longest pause within one episode: a convention of this package, as the consensus fixes no number."""

RECORD_DAYS: Final = 1.0
DEATH: Final = 5


@dataclass(frozen=True)
class GradedCourse:
    """Hold the course of a toxicity, ``(patients,)`` but ``episode (patients, days)``.

    ``maximum_grade``: worst grade; UNGRADED if no day could be graded.
    ``onset_day``, ``maximum_day``: first day above grade 0, first day of the worst grade; inf without such a day.
    ``duration_days``: from the first to the last graded day of an episode, both included, over all episodes.
    ``episodes``: number of episodes.
    ``episode``: number of the episode that a day belongs to, pauses within it included; 0 = none.
    ``resolved``: a day of grade 0 was seen after the last day above it; False without an episode, or if
    it ended in death.
    ``ungraded_days``: days without a grade: with any, the worst grade is that of the other days.
    """

    maximum_grade: Codes
    onset_day: Floats
    maximum_day: Floats
    duration_days: Floats
    episodes: Codes
    episode: Codes
    resolved: Bools
    ungraded_days: Codes


def episodes(grade: ArrayLike, day: ArrayLike, *, gap_days: float = REOPEN_DAYS) -> GradedCourse:
    """Summarise daily grades: a day above grade 0 at most ``gap_days`` after the last one reopens the same episode.

    A day without a grade ends no episode: until a day of grade 0 is seen, nobody knows that it was over, and the pause
    is counted from there. The number of days is a convention (7): the consensus of Lee et al. 2019
    (10.1016/j.bbmt.2018.12.758) fixes none.

    Parameters
    ----------
    grade
        Daily grades ``(patients, days)``, UNGRADED = -1 where there is none; ``(days,)`` for one patient.
    day
        Days ``(days,)`` or ``(patients, days)``, ascending, one record a day.
    gap_days
        Longest pause within an episode, in days.

    Raises
    ------
    StudyError
        If the days do not ascend or do not fit, or the pause is negative.

    >>> course = episodes([[0, 2, 0, 1, 0, 0]], np.arange(6.0), gap_days=3)
    >>> course.onset_day, course.duration_days, course.episode.tolist(), course.resolved
    (array([1.]), array([3.]), [[0, 1, 1, 1, 0, 0]], array([ True]))
    """
    grades = np.atleast_2d(as_codes(grade, "grade"))
    when = _days(day, grades.shape)
    if not gap_days >= 0.0:
        raise StudyError("the pause within an episode cannot be negative", value=gap_days, allowed="0 or more days")
    ill, known = grades > 0, grades != UNGRADED
    maximum = grades.max(axis=1, initial=0)
    maximum = np.where(~known.any(axis=1) & (grades.shape[1] > 0), UNGRADED, maximum)
    last_ill = _last_before(when, ill)
    last_ongoing = last_ill if known.all() else _last_before(when, ill | (~known & _lasts(ill, known)))
    pause = when - last_ongoing
    opens = ill & (np.isinf(pause) | (pause > gap_days))
    # inside an episode a graded day adds the days since the last graded one, a first day adds itself
    gap = np.where(opens | ~ill, RECORD_DAYS, when - np.where(np.isfinite(last_ill), last_ill, 0.0))
    last = np.where(ill, when, -np.inf).max(axis=1, initial=-np.inf)
    return GradedCourse(
        maximum_grade=maximum,
        onset_day=np.where(ill, when, np.inf).min(axis=1, initial=np.inf),
        maximum_day=np.where(ill & (grades == maximum[:, None]), when, np.inf).min(axis=1, initial=np.inf),
        duration_days=np.where(ill, gap, 0.0).sum(axis=1),
        episodes=opens.sum(axis=1).astype(np.int64),
        episode=_episode_of_days(ill, opens),
        resolved=ill.any(axis=1) & (maximum < DEATH) & ((grades == 0) & (when > last[:, None])).any(axis=1),
        ungraded_days=(~known).sum(axis=1).astype(np.int64),
    )


def _days(day: ArrayLike, shape: tuple[int, ...]) -> Floats:
    given = np.asarray(day, np.float64)
    try:
        when = np.broadcast_to(given, shape)
    except ValueError:
        raise StudyError("days and grades do not fit together", value=f"{given.shape} and {shape}") from None
    if given.shape[-1:] and not (np.diff(given, axis=-1) > 0.0).all():
        raise StudyError("the days must ascend, one record a day", value=given.ravel()[:8].tolist())
    return when


def _last_before(when: Floats, marked: Bools) -> Floats:
    """Give the last marked day before each day, -inf where there is none."""
    last = np.maximum.accumulate(np.where(marked, when, -np.inf), axis=1)
    before = np.concatenate([np.full((len(when), 1), -np.inf), last], axis=1)
    return before[:, : when.shape[1]]


def _lasts(ill: Bools, known: Bools) -> Bools:
    """Say for each day whether the last day that has a grade was above grade 0."""
    place = np.maximum.accumulate(np.where(known, np.arange(known.shape[1]), -1), axis=1)
    seen: Bools = np.take_along_axis(ill, np.maximum(place, 0), axis=1) & (place >= 0)
    return seen


def _episode_of_days(ill: Bools, opens: Bools) -> Codes:
    """Give every day the number of its episode; a day after the last graded one of an episode belongs to none."""
    number = np.cumsum(opens, axis=1)
    # seen from the end: the number of the next day above grade 0; a day lies within if both numbers agree
    coming = np.where(ill, number, np.iinfo(np.int64).max)
    following = np.minimum.accumulate(coming[:, ::-1], axis=1)[:, ::-1]
    return np.where(following == number, number, 0).astype(np.int64)
