"""Depth and course of response as plain tables: waterfall, spider, swimmer; days to the response."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.response.best import Best
from adoptive.outcome.response.recist import Assessed
from adoptive.outcome.types import Response

__all__ = ["days_to_response", "depth_of_response", "spider", "swimmer", "waterfall"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Columns = dict[str, NDArray[Any]]

PERCENT: Final = 100.0


def depth_of_response(
    assessed: Assessed, *, day: ArrayLike | None = None, until_day: ArrayLike = np.inf
) -> tuple[Floats, Bools]:
    """Give the best change of the sum of diameters in percent of the baseline, and who has one, ``(patients,)``.

    The smallest change at a visit with a complete set up to the first progression, which counts itself; 0 for patients
    without such a visit.

    Parameters
    ----------
    assessed
        The judged visits.
    day, until_day
        Days of the visits ``(patients, visits)`` and the last day that counts ``(patients,)`` or one for all, such as
        the start of another therapy.

    >>> from adoptive.outcome import Kind, assess, lesion_rows, stack_rows
    >>> who, visit, size = ["A", "A", "A", "B", "B"], [0, 1, 2, 0, 1], [50, 30, 20, 40, 60]
    >>> rows = lesion_rows(who, visit, "T1", Kind.TARGET, diameter_mm=size, day=[0, 42, 84, 0, 42])
    >>> scans = stack_rows(rows).scans
    >>> depth_of_response(assess(scans))[0].tolist()
    [-60.0, 50.0]
    """
    counts = _counted(assessed, day, until_day)
    evaluable: Bools = np.logical_or.reduce(counts, axis=1)
    best = np.where(counts, assessed.change, np.inf).min(axis=1, initial=np.inf)
    return np.where(evaluable, PERCENT * np.where(evaluable, best, 0.0), 0.0), evaluable


def waterfall(
    assessed: Assessed,
    best: Best,
    *,
    patient: ArrayLike | None = None,
    day: ArrayLike | None = None,
    until_day: ArrayLike = np.inf,
) -> Columns:
    """List evaluable patients by depth of response, the largest growth first: one row per patient.

    Columns: ``rank`` from 1, ``patient``, ``best_change_percent``, ``response`` (best, :class:`Response`),
    ``confirmed``. Patients of equal depth keep their order.

    Parameters
    ----------
    assessed, best
        The judged visits, and the best responses of the same patients.
    patient
        Names ``(patients,)``; default: places.
    day, until_day
        As for :func:`depth_of_response`.

    >>> from adoptive.outcome import Kind, assess, best_response, lesion_rows, stack_rows
    >>> who, visit, size = ["A", "A", "A", "B", "B"], [0, 1, 2, 0, 1], [50, 30, 20, 40, 60]
    >>> rows = lesion_rows(who, visit, "T1", Kind.TARGET, diameter_mm=size, day=[0, 42, 84, 0, 42])
    >>> scans = stack_rows(rows).scans
    >>> judged = assess(scans)
    >>> best = best_response(judged.response, scans.day, confirm_days=28, minimum_stable_days=35)
    >>> bars = waterfall(judged, best, patient=["A", "B"])
    >>> bars["patient"].tolist(), bars["best_change_percent"].tolist()
    (['B', 'A'], [50.0, -60.0])
    """
    depth, evaluable = depth_of_response(assessed, day=day, until_day=until_day)
    rows = np.flatnonzero(evaluable)
    rows = rows[np.argsort(-depth[rows], kind="stable")]
    return {
        "rank": np.arange(1, len(rows) + 1),
        "patient": _names(patient, len(depth))[rows],
        "best_change_percent": depth[rows],
        "response": best.response[rows],
        "confirmed": best.confirmed[rows],
    }


def spider(
    assessed: Assessed, day: ArrayLike, *, baseline_day: ArrayLike = 0.0, patient: ArrayLike | None = None
) -> Columns:
    """List the change of the sum over time: one row per patient and visit with a complete set, the baseline included.

    Columns: ``patient``, ``day`` since the baseline, ``change_percent``, ``response`` (NOT_DONE at the baseline),
    ``after_progression``. Patients without a complete visit have no rows.

    Parameters
    ----------
    assessed
        The judged visits.
    day, baseline_day
        Days of the visits ``(patients, visits)`` and of the baseline ``(patients,)`` or one for all.
    patient
        Names ``(patients,)``; default: places.

    >>> from adoptive.outcome import Kind, assess, lesion_rows, stack_rows
    >>> who, visit, size = ["A", "A", "A", "B", "B"], [0, 1, 2, 0, 1], [50, 30, 20, 40, 60]
    >>> rows = lesion_rows(who, visit, "T1", Kind.TARGET, diameter_mm=size, day=[0, 42, 84, 0, 42])
    >>> scans = stack_rows(rows).scans
    >>> lines = spider(assess(scans), scans.day)
    >>> lines["patient"].tolist(), lines["change_percent"].tolist()
    ([0, 0, 0, 1, 1], [0.0, -40.0, -60.0, 0.0, 50.0])
    """
    when, start = np.asarray(day, np.float64), np.asarray(baseline_day, np.float64).reshape(-1, 1)
    people = len(assessed.response)
    shown = assessed.complete & np.isfinite(assessed.nadir_mm)
    first = np.zeros((people, 1))
    shown = np.concatenate([np.logical_or.reduce(shown, axis=1, keepdims=True), shown], axis=1)
    who, visit = np.nonzero(shown)
    first_day = np.broadcast_to(first, (people, 1))
    days = np.concatenate([first_day, np.where(np.isfinite(when), when - start, 0.0)], axis=1)
    change = np.concatenate([first, PERCENT * assessed.change], axis=1)
    response = np.concatenate([np.zeros((people, 1), np.int64), assessed.response], axis=1)
    after = np.concatenate([np.zeros((people, 1), np.bool_), _after_progression(assessed)], axis=1)
    return {
        "patient": _names(patient, people)[who],
        "day": days[who, visit],
        "change_percent": change[who, visit],
        "response": response[who, visit],
        "after_progression": after[who, visit],
    }


def swimmer(
    assessed: Assessed,
    best: Best,
    day: ArrayLike,
    *,
    end_day: ArrayLike,
    ended: ArrayLike,
    patient: ArrayLike | None = None,
) -> Columns:
    """List each patient's time on study, longest first: one row per patient.

    Columns: ``patient``, ``days`` on study, ``response_start_day`` (confirmed) and ``response_end_day``,
    ``response_ongoing``, ``progression_day``, ``best_response``, ``ongoing``. Days count as ``day`` does; inf = never.
    A response ends with progression or the end of the study, and is ongoing where neither has come.

    Parameters
    ----------
    assessed, best
        The judged visits, and the best responses of the same patients.
    day
        Days of the visits ``(patients, visits)``.
    end_day, ended
        Last day seen, and whether death or leaving ended it, ``(patients,)`` or one for all.
    patient
        Names ``(patients,)``; default: places.

    >>> from adoptive.outcome import Kind, assess, best_response, lesion_rows, stack_rows
    >>> who, visit, size = ["A", "A", "A", "B", "B"], [0, 1, 2, 0, 1], [50, 30, 20, 40, 60]
    >>> rows = lesion_rows(who, visit, "T1", Kind.TARGET, diameter_mm=size, day=[0, 42, 84, 0, 42])
    >>> scans = stack_rows(rows).scans
    >>> judged = assess(scans)
    >>> best = best_response(judged.response, scans.day, confirm_days=28, minimum_stable_days=35)
    >>> lanes = swimmer(judged, best, scans.day, end_day=[100, 60], ended=[False, True])
    >>> lanes["days"].tolist(), lanes["response_start_day"].tolist(), lanes["ongoing"].tolist()
    ([100.0, 60.0], [42.0, inf], [True, False])
    """
    when = np.asarray(day, np.float64)
    people = len(assessed.response)
    end = np.broadcast_to(np.asarray(end_day, np.float64), (people,))
    over = np.broadcast_to(np.asarray(ended, np.bool_), (people,))
    visit = assessed.progression_visit
    has = visit >= 0
    progressed = np.full(people, np.inf)
    progressed[has] = when[has, visit[has]]
    start = np.where(best.confirmed, best.response_start_day, np.inf)
    responded = np.isfinite(start)
    stop = np.where(responded, np.minimum(progressed, end), np.inf)
    rows = np.argsort(-end, kind="stable")
    columns: Columns = {
        "patient": _names(patient, people),
        "days": end,
        "response_start_day": start,
        "response_end_day": stop,
        "response_ongoing": responded & (progressed > end) & ~over,
        "progression_day": progressed,
        "best_response": best.response,
        "ongoing": ~over,
    }
    return {name: column[rows] for name, column in columns.items()}


def days_to_response(best: Best, *, from_day: ArrayLike = 0.0, unconfirmed: bool = False) -> Floats:
    """Give days from ``from_day`` to the first CR or PR of a (confirmed) response, inf without one, ``(patients,)``.

    As an endpoint with censoring: :func:`~adoptive.outcome.events.time_to_event.time_to_response`.

    Parameters
    ----------
    best
        The best responses.
    from_day
        Time zero, ``(patients,)`` or one for all.
    unconfirmed
        Whether a response needs no confirmation.

    >>> from adoptive.outcome import best_response
    >>> best = best_response([[2, 2], [2, 4]], [[42, 84], [42, 84]], confirm_days=28, minimum_stable_days=35)
    >>> days_to_response(best, from_day=2).tolist(), days_to_response(best, unconfirmed=True).tolist()
    ([40.0, inf], [42.0, 42.0])
    """
    start = best.unconfirmed_start_day if unconfirmed else np.where(best.confirmed, best.response_start_day, np.inf)
    return np.asarray(start - np.asarray(from_day, np.float64), np.float64)


def _counted(assessed: Assessed, day: ArrayLike | None, until_day: ArrayLike) -> Bools:
    """Say which visits count for the depth of response."""
    counts = assessed.complete & np.isfinite(assessed.nadir_mm) & ~_after_progression(assessed)
    if day is not None:
        counts &= np.asarray(day, np.float64) <= np.asarray(until_day, np.float64).reshape(-1, 1)
    return np.asarray(counts, np.bool_)


def _after_progression(assessed: Assessed) -> Bools:
    """Say which visits come after the first progression."""
    progressed = assessed.response == Response.PD
    return np.asarray((np.cumsum(progressed, axis=1) - progressed) > 0, np.bool_)


def _names(patient: ArrayLike | None, people: int) -> NDArray[Any]:
    """Give patients' names, or their places."""
    return np.arange(people) if patient is None else np.asarray(patient)
