"""Cumulative incidence with competing causes, by Aalen and Johansen.

``F_k(t) = sum_{s <= t} S(s-) d_k(s) / n(s)``, S the survival without event of any cause (Aalen and Johansen 1978,
Scandinavian Journal of Statistics 5: 141-150). Two variances: the infinitesimal jackknife, as R's multi-state
``survfit``, and Aalen's of 1978 (10.1214/aos/1176344247), as ``cuminc`` of R's ``cmprsk``.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from adoptive.tables import TableError
from adoptive.verdict.normal import check_level
from adoptive.verdict.rows import SurvivalRows, survival_rows
from adoptive.verdict.survival.counts import Counts, counted, unweighted
from adoptive.verdict.survival.intervals import bounds, check_scale
from adoptive.verdict.survival.types import Incidence, IntervalKind

__all__ = ["IncidenceVariance", "causes_of", "cumulative_incidence"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

IncidenceVariance = Literal["jackknife", "Aalen"]


def cumulative_incidence(
    time: ArrayLike,
    cause: ArrayLike,
    *,
    group: ArrayLike | None = None,
    entry: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    level: float = 0.95,
    interval: IntervalKind = "log",
    variance: IncidenceVariance = "jackknife",
    merge_near_ties: bool = True,
) -> tuple[Incidence, ...]:
    """Estimate how many of each group have had each cause of event by each time.

    Parameters
    ----------
    time, entry, group, weight
        ``(rows,)`` as for :func:`adoptive.verdict.rows.survival_rows`.
    cause
        ``(rows,)`` whole numbers: 0 censored, 1, 2, ... the cause.
    level, interval
        Confidence level and scale of the pointwise interval.
    variance
        jackknife: ``sum_i (w_i dF / dw_i)^2``, right for any weights. Aalen: martingale, with ``(n - d) / (n - 1)``
        for ties of a cause; counts of patients only.

    Raises
    ------
    TableError
        Bad columns, causes that are no whole numbers, or weights where Aalen's variance is asked for.

    >>> found, = cumulative_incidence([1, 2, 3, 4], [1, 2, 0, 1])
    >>> found.causes, found.incidence.round(3).tolist()
    ((1, 2), [[0.25, 0.25, 0.25, 0.75], [0.0, 0.25, 0.25, 0.25]])
    """
    check_level(level, where="cumulative_incidence")
    check_scale(interval, where="cumulative_incidence: interval")
    codes = causes_of(cause)
    keep = np.ones(codes.shape, np.bool_) if weight is None else np.asarray(weight, np.float64) > 0
    rows = survival_rows(time, codes > 0, entry=entry, group=group, weight=weight, merge_near_ties=merge_near_ties)
    codes = codes[keep]
    causes = tuple(int(kind) for kind in np.unique(codes[codes > 0])) or (1,)
    if variance == "Aalen" and not unweighted(rows):
        raise TableError(
            "Aalen's variance is for patients, not weights", where="weight", next_step="use variance = jackknife"
        )
    if variance not in ("jackknife", "Aalen"):
        raise TableError("no such variance", where="variance", value=variance, allowed="jackknife, Aalen")
    groups = [(place, name) for place, name in enumerate(rows.groups) if (rows.group == place).any()]
    return tuple(
        _incidence(name, rows.where(mark), codes[mark], causes, level, interval, variance)
        for name, mark in ((name, rows.group == place) for place, name in groups)
    )


def causes_of(cause: ArrayLike) -> Codes:
    """Give causes as codes, 0 for censored; refuse what is no whole number of 0 or more."""
    given = np.asarray(cause)
    codes = given.astype(np.int64)
    if not ((codes == given) & (codes >= 0)).all():
        raise TableError("not a cause", where="cause", allowed="0 censored, 1, 2, ... causes")
    return codes


def _incidence(
    name: str,
    rows: SurvivalRows,
    codes: Codes,
    causes: tuple[int, ...],
    level: float,
    interval: IntervalKind,
    variance: IncidenceVariance,
) -> Incidence:
    """Estimate one group."""
    counts = counted(rows)
    before = np.concatenate([[1.0], counts.survival[:-1]])
    place = np.searchsorted(counts.time, rows.time)
    parts = np.array([np.bincount(place, rows.weight * (codes == k), counts.time.size) for k in causes])
    incidence = np.cumsum(before * parts / counts.at_risk, axis=1)
    if variance == "Aalen":
        squares = np.array([_aalen(k, counts, before, parts, incidence[k]) for k in range(len(causes))])
    else:
        own = np.divide(1.0, counts.left, out=np.zeros(counts.time.size), where=counts.left > 0)
        squares = np.array(
            [
                _jackknife(
                    place, rows.entry, np.where(codes == k, 1, np.where(codes > 0, 2, 0)), rows.weight,
                    counts.time, counts.at_risk, counts.events, part, before, own, line,
                )
                for k, part, line in zip(causes, parts, incidence, strict=True)
            ]
        )  # fmt: skip
    error = np.sqrt(squares)
    lower, upper = bounds(incidence, error, interval, level)
    return Incidence(name, counts.time, causes, incidence, error, lower, upper, counts.at_risk)


def _aalen(own: int, counts: Counts, before: Floats, parts: Floats, incidence: Floats) -> Floats:
    """Sum the martingale variances of all causes' steps: ``a_j(s) = S(s-) [j = k] - (F(t) - F(s)) / (1 - d / n)``."""
    n, left = counts.at_risk, counts.left
    spread = np.divide(n - parts, n - 1.0, out=np.ones(parts.shape), where=n > 1.0)
    spread = np.where(parts > 1.0, spread, 1.0) * parts / n**2
    stays = np.divide(n, left, out=np.zeros(n.size), where=left > 0)
    mine = np.zeros(len(parts))
    mine[own] = 1.0
    result: Floats = _martingale(mine, before, stays, incidence, spread)
    return result


@njit(cache=True, nogil=True)
def _martingale(mine: Floats, before: Floats, stays: Floats, incidence: Floats, spread: Floats) -> Any:
    """Sum, at each time, the squared effects of all earlier steps."""
    total = np.zeros(before.size)
    for t in range(before.size):
        for s in range(t + 1):
            later = (incidence[t] - incidence[s]) * stays[s]
            for cause in range(mine.size):
                total[t] += (before[s] * mine[cause] - later) ** 2 * spread[cause, s]
    return total


@njit(cache=True, nogil=True)
def _jackknife(
    place: Codes,
    entry: Floats,
    kind: Codes,
    weight: Floats,
    time: Floats,
    at_risk: Floats,
    events: Floats,
    part: Floats,
    before: Floats,
    stays: Floats,
    incidence: Floats,
) -> Any:
    """Sum each row's squared effect on the incidence at each time; ``kind`` 1 the cause, 2 another, 0 censored.

    The effect is ``sum_s S(s-) e_k(s) - (F(t) - F(s)) e(s) n / (n - d)`` with ``e = (dN_i - Y_i d / n) / n``.
    """
    total = np.zeros(time.size)
    for i in range(place.size):
        gain, loss, held = 0.0, 0.0, 0.0
        for t in range(time.size):
            if t <= place[i] and entry[i] < time[t]:
                here = t == place[i]
                mine = (1.0 if here and kind[i] == 1 else 0.0) - part[t] / at_risk[t]
                every = (1.0 if here and kind[i] > 0 else 0.0) - events[t] / at_risk[t]
                gain += before[t] * mine / at_risk[t]
                loss += every * stays[t]
                held += every * stays[t] * incidence[t]
            effect = weight[i] * (gain - incidence[t] * loss + held)
            total[t] += effect * effect
    return total
