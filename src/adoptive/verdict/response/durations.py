"""How soon patients respond, for how long, and what share of all patients is in response at a time.

Being in response: Temkin 1978 (Biometrics 34:571), the difference of two Kaplan-Meier
curves. The curves are those of one trial.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.tables import TableError
from adoptive.verdict.normal import deviate
from adoptive.verdict.response.proportion import Floats
from adoptive.verdict.response.types import InResponse, Spread
from adoptive.verdict.survival import curve
from adoptive.verdict.types import Curve

__all__ = ["best_changes", "duration_of_response", "probability_in_response", "spread", "time_to_response"]

Bools = NDArray[np.bool_]


def spread(numbers: ArrayLike, of: ArrayLike | None = None) -> Spread:
    """Summarise numbers ``(patients,)`` of those who are marked.

    >>> spread([1, 2, 3, 4, 100], of=[1, 1, 1, 1, 0]).median
    2.5
    """
    values = np.asarray(numbers, np.float64)
    chosen = values if of is None else values[np.asarray(of, np.bool_)]
    if not chosen.size:
        return Spread(0, 0.0, 0.0, 0.0, 0.0, 0.0)
    low, middle, high = np.quantile(chosen, [0.25, 0.5, 0.75], method="averaged_inverted_cdf")
    return Spread(chosen.size, float(middle), float(low), float(high), float(chosen.min()), float(chosen.max()))


def time_to_response(response_day: ArrayLike, responder: ArrayLike) -> Spread:
    """Summarise the time to the first response of those who responded; the others have no such time."""
    return spread(response_day, responder)


def duration_of_response(
    dor_days: ArrayLike, dor_event: ArrayLike, responder: ArrayLike, *, level: float = 0.95
) -> Curve:
    """Give the Kaplan-Meier curve of the duration of response among responders, from the first response on."""
    return curve(dor_days, dor_event, responder, level=level)


def best_changes(patient: ArrayLike, change: ArrayLike) -> tuple[NDArray[np.int64], Floats]:
    """Give each patient's smallest change from baseline over his scans ``(rows,)``: patients in order, changes."""
    whose, places = np.unique(np.asarray(patient), return_inverse=True)
    best = np.full(whose.size, np.inf)
    np.minimum.at(best, places, np.asarray(change, np.float64))
    return whose, best


def probability_in_response(
    response_day: ArrayLike,
    responder: ArrayLike,
    end_day: ArrayLike,
    end_event: ArrayLike,
    *,
    at_days: ArrayLike | None = None,
    horizon: float | None = None,
    level: float = 0.95,
) -> InResponse:
    """Give the share of all patients in response at each day: ``S_end(t) - S_first(t)``.

    ``S_end`` is the Kaplan-Meier curve of the end (progression or death), ``S_first`` that of response or end,
    whichever comes first. Without censoring it is the plain share. The standard error is the infinitesimal jackknife's
    of the difference; it needs the end and the response to be observed under one censoring. The curve is about all
    patients, so it compares groups of a trial where the duration among responders does not.

    Parameters
    ----------
    response_day, responder, end_day, end_event
        ``(patients,)`` from one origin: first response (read for responders only), and the end with its event.
    at_days
        Days of the curve; default 0 and all days at which somebody responds or ends.
    horizon
        Until when the mean time in response is taken; default the last day of follow-up.
    level
        Confidence level of the pointwise interval, cut at 0 and 1.

    >>> found = probability_in_response([2, 0, 1, 0], [1, 0, 1, 0], [5, 3, 9, 4], [1, 1, 1, 1], at_days=[0, 2, 6])
    >>> found.share.tolist(), found.mean_days
    ([0.0, 0.5, 0.25], 2.75)
    """
    end, seen = np.asarray(end_day, np.float64), np.asarray(end_event, np.bool_)
    answered = np.asarray(responder, np.bool_)
    if (answered & (np.asarray(response_day) > end)).any():
        raise TableError("a response after the end", where="response_day", allowed="at most end_day")
    first = np.where(answered, np.asarray(response_day, np.float64), end)
    grid = np.unique(np.concatenate([[0.0], first, end]))
    steps = [_influence(days, event, grid) for days, event in ((end, seen), (first, seen | answered))]
    share, shifts = steps[0][0] - steps[1][0], steps[0][1] - steps[1][1]
    error = np.sqrt((shifts**2).sum(axis=0))
    last = float(grid[-1]) if horizon is None else float(horizon)
    widths = np.clip(np.append(grid[1:], np.inf), None, last) - np.clip(grid, None, last)
    days = grid if at_days is None else np.atleast_1d(np.asarray(at_days, np.float64))
    place = np.clip(np.searchsorted(grid, days, side="right") - 1, 0, None)
    share_at, error_at = share[place], error[place]
    reach = deviate(level) * error_at
    lower, upper = np.maximum(share_at - reach, 0.0), np.minimum(share_at + reach, 1.0)
    return InResponse(days, share_at, error_at, lower, upper, float((share * widths).sum()), last)


def _influence(days: Floats, event: Bools, grid: Floats) -> tuple[Floats, Floats]:
    """Give the Kaplan-Meier curve on a grid of all its times, and how each patient's weight moves it.

    ``(times,)`` and ``(patients, times)``; the derivative of ``prod (1 - d / n)`` by the patient's weight.
    """
    risk = (days[:, None] >= grid).sum(axis=0).astype(np.float64)
    ends = (event[:, None] & (days[:, None] == grid)).astype(np.float64)
    dead = ends.sum(axis=0)
    survival = np.cumprod(np.where(risk > 0, 1.0 - dead / np.maximum(risk, 1.0), 1.0))
    left = np.where(risk > dead, risk - dead, np.inf)  # once all have died the curve is 0 for whatever weights
    steps = (days[:, None] >= grid) * (dead / (np.maximum(risk, 1.0) * left)) - ends / left
    shifts: Floats = survival * np.cumsum(steps, axis=1)
    return np.asarray(survival, np.float64), shifts
