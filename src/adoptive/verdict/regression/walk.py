"""The walk through the risk sets from the last time to the first, compiled: every likelihood and residual uses it.

With z = (1, covariates) one matrix ``sum of risk z z'`` holds the risk set's size, its mean and its spread. A row joins
it at its time and leaves at its entry. Leaving is a subtraction: if that took away most of the sum, the sum is made
anew, so that round-off never grows beyond 1e-12 of it.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adoptive.verdict.regression.types import Design

__all__ = ["at_times", "likelihood", "next_time", "risk_sums", "rows_of"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

RENEW: Final = 1e-4
"""Share of its peak below which a risk sum is made anew."""


def rows_of(design: Design, coefficients: Floats) -> tuple[Any, ...]:
    """Give the walk's rows: time, entry, event, weight, risk, log risk, z, by_entry; coefficients are the scaled ones.

    Each stratum's log risks are less their maximum, which no result depends on and which keeps the exponential finite.
    """
    log_risk = design.covariates @ coefficients + design.offset
    top = np.maximum.reduceat(log_risk, design.starts[:-1])
    log_risk = log_risk - np.repeat(top, np.diff(design.starts))
    z = np.column_stack([np.ones(design.time.size), design.covariates])
    risk = design.weight * np.exp(log_risk)
    return (design.time, design.entry, design.event, design.weight, risk, log_risk, z, design.by_entry)


@njit(cache=True, nogil=True)
def _add(sums: Floats, z: Floats, risk: float) -> None:
    """Add one row's part to the lower half of the matrix."""
    for a in range(z.size):
        part = risk * z[a]
        for b in range(a + 1):
            sums[a, b] += part * z[b]


@njit(cache=True, nogil=True)
def _leave(rows: Any, low: int, high: int, place: Counts, at: float, sums: Floats, peak: float) -> float:
    """Take those out who enter at this time or later; give the sum's peak since it was last made anew."""
    entry, risk, z, by_entry = rows[1], rows[4], rows[6], rows[7]
    gone = place[1]
    while gone < high and entry[by_entry[gone]] >= at:
        _add(sums, z[by_entry[gone]], -risk[by_entry[gone]])
        gone += 1
    if gone > place[1] and sums[0, 0] < RENEW * peak:
        sums[:] = 0.0
        for k in range(low, place[0]):
            if entry[k] < at:
                _add(sums, z[k], risk[k])
        peak = sums[0, 0]
    place[1] = gone
    return peak


@njit(cache=True, nogil=True)
def next_time(rows: Any, low: int, high: int, place: Counts, peak: float, sums: Floats, dead: Floats) -> Any:
    """Take the next earlier time of one stratum in: who is at risk (``sums``), who has the event (``dead``).

    ``place`` holds how far the rows by time and by entry have been walked. Returns the time, the number of events,
    their weight, and the peak of the risk sum.
    """
    time, event, weight, risk, z = rows[0], rows[2], rows[3], rows[4], rows[6]
    k = place[0]
    at, events, heavy = time[k], 0, 0.0
    dead[:] = 0.0
    while k < high and time[k] == at:
        _add(sums, z[k], risk[k])
        if event[k]:
            _add(dead, z[k], risk[k])
            events += 1
            heavy += weight[k]
        k += 1
    place[0] = k
    peak = max(peak, sums[0, 0])
    if events > 0:
        peak = _leave(rows, low, high, place, at, sums, peak)
    return at, events, heavy, peak


@njit(cache=True, nogil=True)
def likelihood(starts: Counts, rows: Any, efron: bool) -> Any:
    """Give log partial likelihood, its slope ``(covariates,)`` and its information, ties by Efron or Breslow."""
    event, weight, log_risk, z = rows[2], rows[3], rows[5], rows[6]
    size = z.shape[1]
    sums, dead, mean = np.zeros((size, size)), np.zeros((size, size)), np.zeros(size)
    value, slope, information = 0.0, np.zeros(size), np.zeros((size, size))
    for k in range(z.shape[0]):
        if event[k]:
            value += weight[k] * log_risk[k]
            for a in range(size):
                slope[a] += weight[k] * z[k, a]
    for stratum in range(starts.size - 1):
        low, high, peak = starts[stratum], starts[stratum + 1], 0.0
        place = np.array([low, low])
        sums[:] = 0.0
        while place[0] < high:
            _, events, heavy, peak = next_time(rows, low, high, place, peak, sums, dead)
            for k in range(events):
                left = k / events if efron else 0.0
                mass = heavy / events
                among = sums[0, 0] - left * dead[0, 0]
                if not among > 0.0:  # too wide for the exponential: the climb takes a shorter step
                    return -np.inf, slope[1:], information[1:, 1:]
                value -= mass * np.log(among)
                for a in range(1, size):
                    mean[a] = (sums[a, 0] - left * dead[a, 0]) / among
                    slope[a] -= mass * mean[a]
                    for b in range(1, a + 1):
                        second = (sums[a, b] - left * dead[a, b]) / among
                        information[a, b] += mass * (second - mean[a] * mean[b])
    for a in range(size):
        for b in range(a):
            information[b, a] = information[a, b]
    return value, slope[1:], information[1:, 1:]


@njit(cache=True, nogil=True)
def risk_sums(starts: Counts, rows: Any, kinds: int) -> Any:
    """Give the risk sets at each of the ``kinds`` distinct event times, latest first in each stratum.

    Returns stratum, events and their weight ``(kinds,)``, and the sums over those at risk and those with the event
    ``(kinds, 1 + covariates, 1 + covariates)``, lower halves.
    """
    size, m = rows[6].shape[1], 0
    sums, dead = np.zeros((kinds, size, size)), np.zeros((kinds, size, size))
    which, counts, heavies = np.zeros(kinds, np.int64), np.zeros(kinds, np.int64), np.zeros(kinds)
    now, gone = np.zeros((size, size)), np.zeros((size, size))
    for stratum in range(starts.size - 1):
        low, high, peak = starts[stratum], starts[stratum + 1], 0.0
        place = np.array([low, low])
        now[:] = 0.0
        while place[0] < high:
            _, events, heavy, peak = next_time(rows, low, high, place, peak, now, gone)
            if events > 0:
                which[m], counts[m], heavies[m] = stratum, events, heavy
                sums[m], dead[m] = now, gone
                m += 1
    return which, counts, heavies, sums, dead


@njit(cache=True, nogil=True)
def at_times(counts: Counts, heavies: Floats, sums: Floats, dead: Floats, efron: bool) -> Any:
    """Give what the risk sets of :func:`risk_sums` mean.

    Returns ``(times, 4)``: hazard, hazard that a dead row has met (Efron: less), variance of the hazard, log of the
    likelihood's denominator; ``(times, covariates)``: the hazard times the mean covariate, the same for the dead, the
    mean covariate; ``(times, covariates, covariates)``: the information.
    """
    kinds, size = sums.shape[0], sums.shape[1] - 1
    numbers, spreads, at = np.zeros((kinds, 4)), np.zeros((kinds, size, size)), np.zeros(size)
    drifts, met, means = np.zeros((kinds, size)), np.zeros((kinds, size)), np.zeros((kinds, size))
    for m in range(kinds):
        mass = heavies[m] / counts[m]
        for k in range(counts[m]):
            left = k / counts[m] if efron else 0.0
            among = max(sums[m, 0, 0] - left * dead[m, 0, 0], 1e-300)
            hazard = mass / among
            numbers[m, 0] += hazard
            numbers[m, 1] += (1.0 - left) * hazard
            numbers[m, 2] += hazard / among
            numbers[m, 3] += mass * np.log(among)
            for a in range(size):
                at[a] = (sums[m, a + 1, 0] - left * dead[m, a + 1, 0]) / among
                drifts[m, a] += hazard * at[a]
                met[m, a] += (1.0 - left) * hazard * at[a]
                means[m, a] += at[a] / counts[m]
                for b in range(a + 1):
                    second = (sums[m, a + 1, b + 1] - left * dead[m, a + 1, b + 1]) / among
                    spreads[m, a, b] += mass * (second - at[a] * at[b])
        for a in range(size):
            for b in range(a):
                spreads[m, b, a] = spreads[m, a, b]
    return numbers, drifts, met, means, spreads
