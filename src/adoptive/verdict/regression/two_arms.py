"""One trial of two arms reduced to its event times, compiled: strata, delayed entry, weights, both rules for ties.

With one binary covariate the risk set of a time is four numbers, so a trial is sorted once and each Newton step walks
the event times only.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adoptive.verdict.ties import ordered

__all__ = ["changing", "gathered", "maximum", "next_guess", "own_scores", "slope_at"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]

TIME, RISK, DEAD, EVENTS, LIVED, RANK, STRATUM = 0, 1, 3, 5, 6, 7, 8
"""Columns of the table of event times; risk and dead have one for each arm."""
NEWTON_STEPS: Final = 60
NEWTON_TOLERANCE: Final = 1e-12
WIDEST: Final = 40.0
"""Bound on the log hazard ratio while it is searched; finite maxima of real trials lie far inside."""


@njit(cache=True, nogil=True)
def gathered(patients: Any, include: Bools, near: float) -> Any:
    """Give the event times of each stratum, latest first, the order of the rows, and their merged times.

    ``patients`` are event, arm, entry, weight, stratum ``(patients,)`` after the days. Risk and dead are sums of
    weights; "lived" is the share of all rows at risk that lives through the time, unweighted; "rank" that of the time.
    """
    days, entry, stratum = patients[0], patients[3], patients[5]
    order, times = ordered(days, include, near)
    gap = near * max(1.0, times.mean()) if times.size else 0.0
    late = order[np.argsort(-entry[order])]
    strata = stratum.max() + 1 if stratum.size else 1
    out = np.zeros((order.size, 9))
    state = (np.zeros((strata, 2)), np.zeros((strata, 2)), np.zeros((strata, 2)), np.zeros(strata))
    m, gone, k = 0, 0, order.size - 1
    while k >= 0:
        last, at, total = k, times[k], 0
        while k >= 0 and times[k] == at:
            total += _join(patients, order[k], state)
            k -= 1
        while gone < late.size and entry[late[gone]] >= at - gap:
            _leave(patients, late[gone], state)
            gone += 1
        if total > 0:
            lived, rank = 1.0 - total / state[1].sum(), 0.5 * (k + 1 + last) + 1.0
            for j in range(k + 1, last + 1):
                m = _note(out, m, at, stratum[order[j]], lived, rank, state)
    return out[:m], order, times


@njit(cache=True, nogil=True)
def _join(patients: Any, i: int, state: Any) -> int:
    """Let a patient join the risk set at his time; say whether he has the event."""
    _, event, arm, _, weight, stratum = patients
    risk, count, dead, events = state
    s, a = stratum[i], 1 if arm[i] else 0
    risk[s, a] += weight[i]
    count[s, a] += 1
    if not event[i]:
        return 0
    dead[s, a] += weight[i]
    events[s] += 1
    return 1


@njit(cache=True, nogil=True)
def _leave(patients: Any, i: int, state: Any) -> None:
    """Let a patient leave the risk set at his entry; an empty one weighs 0."""
    _, _, arm, _, weight, stratum = patients
    risk, count, _, _ = state
    s, a = stratum[i], 1 if arm[i] else 0
    count[s, a] -= 1
    risk[s, a] = risk[s, a] - weight[i] if count[s, a] > 0 else 0.0


@njit(cache=True, nogil=True)
def _note(out: Floats, m: int, at: float, s: int, lived: float, rank: float, state: Any) -> int:
    """Write a stratum's events of one time, once; give the number of lines written so far."""
    risk, _, dead, events = state
    if events[s] == 0:
        return m
    out[m, TIME], out[m, EVENTS], out[m, STRATUM] = at, events[s], s
    out[m, LIVED], out[m, RANK] = lived, rank
    for a in range(2):
        out[m, RISK + a], out[m, DEAD + a] = risk[s, a], dead[s, a]
        dead[s, a] = 0.0
    events[s] = 0
    return m + 1


@njit(cache=True, nogil=True)
def slope_at(table: Floats, beta: float, efron: bool) -> Any:
    """Give log partial likelihood, slope and information at ``beta``; and each time's slope and information."""
    hazard = np.exp(beta)
    value, slope, information, own = 0.0, 0.0, 0.0, np.zeros((len(table), 2))
    for k in range(len(table)):
        events, dead0, dead1 = int(table[k, EVENTS]), table[k, DEAD], table[k, DEAD + 1]
        mass = (dead0 + dead1) / events
        value += dead1 * beta
        own[k, 0] = dead1
        for tied in range(events):
            left = tied / events if efron else 0.0
            first = (table[k, RISK + 1] - left * dead1) * hazard
            both = first + table[k, RISK] - left * dead0
            chance = first / both
            value -= mass * np.log(both)
            own[k, 0] -= mass * chance
            own[k, 1] += mass * chance * (1.0 - chance)
        slope += own[k, 0]
        information += own[k, 1]
    return value, slope, information, own


@njit(cache=True, nogil=True)
def next_guess(beta: float, slope: float, information: float, low: float, high: float) -> tuple[float, float, float]:
    """Narrow the bracket of a concave likelihood's maximum and give Newton's step, the middle if that leaves it."""
    if slope > 0:
        low = beta
    else:
        high = beta
    step = beta + slope / information if information > 0 else np.inf
    return (step if low < step < high else 0.5 * (low + high)), low, high


@njit(cache=True, nogil=True)
def maximum(table: Floats, efron: bool) -> Any:
    """Find the maximum by Newton's steps inside a bracket, and whether it is finite.

    It is if and only if each arm has an event while the other is at risk; else the likelihood is that at the bracket's
    end.
    """
    seen0, seen1 = False, False
    for k in range(len(table)):
        if table[k, RISK] > 0 and table[k, RISK + 1] > 0:
            seen0 |= table[k, DEAD] > 0
            seen1 |= table[k, DEAD + 1] > 0
    if not (seen0 and seen1):
        return (WIDEST if seen1 else -WIDEST if seen0 else 0.0), False
    low, high, beta = -WIDEST, WIDEST, 0.0
    for _ in range(NEWTON_STEPS):
        _, slope, information, _ = slope_at(table, beta, efron)
        target, low, high = next_guess(beta, slope, information, low, high)
        moved = abs(target - beta)
        beta = target
        if moved <= NEWTON_TOLERANCE:
            break
    return beta, True


@njit(cache=True, nogil=True)
def changing(table: Floats, own: Floats, kind: int) -> float:
    """Give the score statistic of a ratio that changes with g(time), -1 where there is none; see :func:`slope_at`."""
    g = _time_scale(table, kind)
    middle = np.sum(g * own[:, 1]) / np.sum(own[:, 1])
    whole = np.sum((g - middle) ** 2 * own[:, 1])
    if whole <= 1e-12 * np.sum(own[:, 1]):
        return -1.0
    return float(np.sum((g - middle) * own[:, 0]) ** 2 / whole)


@njit(cache=True, nogil=True)
def _time_scale(table: Floats, kind: int) -> Floats:
    """Give g at the event times: 0 for 1 - S(t-), 1 for the rank, 2 for the time, 3 for its log."""
    if kind == 1:
        return table[:, RANK].copy()
    if kind == 2:
        return table[:, TIME].copy()
    if kind == 3:
        return np.log(table[:, TIME])
    out, survival, lived = np.zeros(len(table)), 1.0, 1.0
    for k in range(len(table) - 1, -1, -1):
        if k < len(table) - 1 and table[k, TIME] != table[k + 1, TIME]:
            survival *= lived
        out[k], lived = 1.0 - survival, table[k, LIVED]
    return out


@njit(cache=True, nogil=True)
def own_scores(
    table: Floats, order: Counts, times: Floats, patients: Any, beta: float, efron: bool, gap: float
) -> float:
    """Give the sum of squares of all rows' weighted score residuals."""
    _, event, arm, entry, weight, stratum = patients
    strata = stratum.max() + 1
    met, dead = np.zeros((strata, 2)), np.zeros((strata, 3))
    scores = np.zeros(order.size)
    ahead = np.argsort(entry[order])
    m, came, k, hazard = len(table) - 1, 0, 0, np.exp(beta)
    while k < order.size:
        at = times[k]
        while came < order.size and entry[order[ahead[came]]] < at - gap:
            i = order[ahead[came]]
            x = 1.0 if arm[i] else 0.0
            scores[ahead[came]] += (hazard if arm[i] else 1.0) * (x * met[stratum[i], 0] - met[stratum[i], 1])
            came += 1
        while m >= 0 and table[m, TIME] == at:
            _meet(table[m], hazard, efron, met, dead)
            m -= 1
        while k < order.size and times[k] == at:
            i = order[k]
            s, x, risk = stratum[i], 1.0 if arm[i] else 0.0, hazard if arm[i] else 1.0
            if event[i]:
                scores[k] += x - dead[s, 2] + risk * (x * dead[s, 0] - dead[s, 1])
            scores[k] -= risk * (x * met[s, 0] - met[s, 1])
            k += 1
    return float(np.sum((weight[order] * scores) ** 2))


@njit(cache=True, nogil=True)
def _meet(line: Floats, hazard: float, efron: bool, met: Floats, dead: Floats) -> None:
    """Add one time's hazard and drift to its stratum; note what the dead were spared, and the mean covariate."""
    s, events = int(line[STRATUM]), int(line[EVENTS])
    mass = (line[DEAD] + line[DEAD + 1]) / events
    dead[s] = 0.0
    for tied in range(events):
        left = tied / events if efron else 0.0
        first = (line[RISK + 1] - left * line[DEAD + 1]) * hazard
        both = first + line[RISK] - left * line[DEAD]
        met[s, 0] += mass / both
        met[s, 1] += mass / both * first / both
        dead[s, 0] += left * mass / both
        dead[s, 1] += left * mass / both * first / both
        dead[s, 2] += first / both / events
