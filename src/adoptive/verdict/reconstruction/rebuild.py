"""Patient rows back from a published Kaplan-Meier curve: digitised points and the numbers at risk below it.

After Guyot, Ades, Ouwens and Welton 2012, 10.1186/1471-2288-12-9: between two times of the risk table the censorings
are spread evenly, and at each point as many events happen as bring the rebuilt curve nearest to it. Other than there:
points that rise are cleaned (the two ends of a step put in order, the rest made monotone by isotonic regression); the
number of censorings is found by trying all, early or late ones too if even ones cannot return the points; the numbers
at risk are met exactly; after the risk table's last time no more are censored than the points allow.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.tables import TableError
from adoptive.verdict.reconstruction.search import best_censoring, in_order, lost_at, walk
from adoptive.verdict.reconstruction.types import Piece, Reconstruction
from adoptive.verdict.rows import SurvivalRows, survival_rows
from adoptive.verdict.survival import quantiles, risk_counts, survival_curves
from adoptive.verdict.survival.steps import crossing, value_at

__all__ = ["joined", "monotone", "reconstruct"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

MOST_PATIENTS: Final = 20_000
"""Of one arm; the search for them grows faster than their number, and takes a quarter of a minute there."""

ABOVE_ONE: Final = 1.05
"""A digitised share above this is no share; up to it, it is 1 read badly."""

SLIP: Final = 1e-3
"""Share of the time axis by which a reader misses a step; a point that near to it is on it."""


class _Published(NamedTuple):
    """What was published, checked: points ``(points,)`` in order, and the risk table ``(times,)``."""

    time: Floats
    survival: Floats
    risk_time: Floats
    at_risk: Counts


def reconstruct(
    points_time: ArrayLike,
    points_survival: ArrayLike,
    *,
    at_risk_time: ArrayLike,
    at_risk: ArrayLike,
    events: int | None = None,
    name: str = "all",
) -> Reconstruction:
    """Rebuild the patients of one curve, and say how well they return it.

    After the last time of the risk table the censorings are as many as make the number of ``events``; if that is not
    known, as many per time as before it (none if there is nothing before), or fewer. Who is left is censored at the
    end. Events stand at the points' times: read both ends of each step, or many points.

    Parameters
    ----------
    points_time, points_survival
        ``(points,)`` read from the curve, in any order: times, and shares without event between 0 and 1.
    at_risk_time, at_risk
        ``(times,)`` the risk table: rising times, the first of them 0, and whole numbers that do not rise. Numbers at
        the start alone are enough.
    events
        Published number of events of the whole curve, if known.
    name
        Name of the group.

    Raises
    ------
    TableError
        Columns of different length, shares that look like per cent, a risk table that does not start at 0, or rises.

    >>> found = reconstruct([1, 2, 3, 4], [0.8, 0.6, 0.3, 0.3], at_risk_time=[0, 2.2, 3], at_risk=[5, 3, 2])
    >>> found.rows.time.tolist(), found.rows.event.tolist(), found.at_risk_difference.tolist()
    ([1.0, 2.0, 2.6, 3.0, 4.0], [True, True, False, True, False], [0.0, 0.0, 0.0])
    """
    published = _checked(points_time, points_survival, at_risk_time, at_risk)
    if events is not None and not 0 <= events <= published.at_risk[0]:
        raise TableError(
            "not a number of events", where="reconstruct", value=events, allowed=f"0 to {published.at_risk[0]}"
        )
    time, event, pieces = _rebuilt(published, events)
    order = np.argsort(time, kind="stable")
    rows = survival_rows(time[order], event[order], group=np.full(time.size, name), merge_near_ties=False)
    return _compared(rows, published, pieces, events, points_time, points_survival)


def joined(*arms: Reconstruction) -> SurvivalRows:
    """Put the rebuilt patients of several curves into one table, each curve a group."""
    names = [arm.rows.groups[0] for arm in arms]
    if not arms or len(set(names)) < len(names):
        raise TableError("each curve needs a name of its own", where="joined", value=names)
    columns = [np.concatenate([getattr(arm.rows, column) for arm in arms]) for column in ("time", "event")]
    group = np.repeat(names, [len(arm.rows) for arm in arms])
    return survival_rows(*columns, group=group, merge_near_ties=False)


def monotone(survival: ArrayLike) -> Floats:
    """Give the nearest sequence that never rises, by least squares (pool adjacent violators).

    >>> monotone([1.0, 0.8, 0.9, 0.5]).round(3).tolist()
    [1.0, 0.85, 0.85, 0.5]
    """
    means: list[float] = []
    sizes: list[int] = []
    for value in np.asarray(survival, np.float64).tolist():
        mean, size = value, 1
        while means and means[-1] < mean:
            mean = (mean * size + means[-1] * sizes[-1]) / (size + sizes[-1])
            size += sizes.pop()
            means.pop()
        means.append(mean)
        sizes.append(size)
    return np.repeat(np.array(means, np.float64), sizes)


def _checked(time: ArrayLike, survival: ArrayLike, at_risk_time: ArrayLike, at_risk: ArrayLike) -> _Published:
    """Check what was published; sort and clean the points."""
    t, s = np.asarray(time, np.float64), np.asarray(survival, np.float64)
    risk_time, given = np.atleast_1d(np.asarray(at_risk_time, np.float64)), np.atleast_1d(np.asarray(at_risk))
    if t.ndim != 1 or t.shape != s.shape or not t.size:
        raise TableError("as many times as shares are needed", where="points", value=(t.shape, s.shape))
    bad = ~np.isfinite(t) | ~np.isfinite(s) | (s < 1.0 - ABOVE_ONE) | (s > ABOVE_ONE)
    if bad.any():
        raise TableError(
            "points must be finite, survival a share", where="points",
            value=f"time {t[bad][0]:g}, survival {s[bad][0]:g}", allowed="0 to 1, not per cent",
        )  # fmt: skip
    if given.shape != risk_time.shape or risk_time[0] != 0 or (np.diff(risk_time) <= 0).any():
        raise TableError("a risk table has rising times from 0 on", where="at_risk_time", value=risk_time.tolist())
    if not ((given >= 0) & (given <= MOST_PATIENTS)).all():
        raise TableError(
            "a number at risk is out of range", where="at_risk", value=given.tolist(), allowed=f"0 to {MOST_PATIENTS:,}"
        )
    counts = given.astype(np.int64)
    if (counts != given).any() or counts[0] < 1 or (counts < 0).any() or (np.diff(counts) > 0).any():
        raise TableError("numbers at risk are whole and do not rise", where="at_risk", value=given.tolist())
    t, s = np.maximum(t, 0.0), np.clip(s, 0.0, 1.0)
    order = np.lexsort((-s, t))
    t = t[order]
    return _Published(t, monotone(in_order(t, s[order], SLIP * float(t[-1]))), risk_time, counts)


def _rebuilt(published: _Published, events: int | None) -> tuple[Floats, NDArray[np.bool_], tuple[Piece, ...]]:
    """Walk the pieces between the times of the risk table."""
    time, survival, risk_time, at_risk = published
    last = float(time[-1])
    closed = risk_time.size - 1
    happened, censored, pieces = [], [], []
    curve, seen, gone = 1.0, 0, 0
    for place, start in enumerate(risk_time.tolist()):
        end = float(risk_time[place + 1]) if place < closed else max(last, start)
        mark = (time >= start) & ((time < end) if place < closed else True)
        spread_to = end if last <= start else min(end, last)
        there = int(at_risk[place])
        if place < closed:
            floor, fixed, wanted = int(at_risk[place + 1]), -1, -1
        else:
            wanted = -1 if events is None else max(events - seen, 0)
            fixed = _expected(gone, start, end, there) if events is None else -1
            floor = 0
        piece = (time[mark], survival[mark], there, curve, start, spread_to, floor)
        lost, skew = best_censoring(*piece, fixed, wanted)
        deaths, left, curve = walk(*piece, lost, skew)[:3]
        lost_times = np.array([lost_at(number, lost, start, spread_to, skew) for number in range(lost)])
        stays = left - floor if place < closed else 0
        happened.append(np.repeat(time[mark], deaths))
        censored += [lost_times, np.full(stays, 0.5 * (start + spread_to))]
        seen, gone = seen + int(deaths.sum()), gone + lost + stays
        pieces.append(Piece(start, end, there, int(deaths.sum()), lost + stays + (left if place == closed else 0)))
    censored.append(np.full(left, max(last, float(risk_time[-1]))))
    times = np.concatenate([*happened, *censored])
    return times, np.arange(times.size) < seen, tuple(pieces)


def _expected(gone: int, start: float, end: float, there: int) -> int:
    """Give the censorings of the last piece by the rate before it."""
    return 0 if start <= 0.0 else min(round(gone / start * (end - start)), there)


def _compared(
    rows: SurvivalRows,
    published: _Published,
    pieces: tuple[Piece, ...],
    events: int | None,
    points_time: ArrayLike,
    points_survival: ArrayLike,
) -> Reconstruction:
    """Hold the rebuilt curve against what was published."""
    (curve,) = survival_curves(rows)
    at, given = np.maximum(np.asarray(points_time, np.float64), 0.0), np.asarray(points_survival, np.float64)
    slip = SLIP * max(float(at.max()), float(curve.time.max()))
    after, before = (value_at(curve.time, curve.survival, at + shift) for shift in (slip, -slip))
    off = np.maximum(np.maximum(given - before, after - given), 0.0)
    (risk,) = risk_counts(rows, at=published.risk_time)
    found = int(rows.event.sum())
    return Reconstruction(
        rows=rows,
        time=published.time,
        survival=published.survival,
        fitted=value_at(curve.time, curve.survival, published.time),
        root_mean_square=float(np.sqrt(np.mean(off**2))),
        largest_deviation=float(off.max()),
        at_risk_time=published.risk_time,
        at_risk_difference=risk.at_risk - published.at_risk,
        events=found,
        events_known=events is not None,
        events_difference=0 if events is None else found - events,
        median=float(quantiles(curve, 0.5).times[0]),
        median_of_points=float(crossing(published.time, published.survival, 0.5)),
        pieces=pieces,
    )
