"""The exact rule for ties: the discrete likelihood, with everybody who could have been among the tied counted.

Kalbfleisch and Prentice 1973, 10.1093/biomet/60.2.267; Cox 1972. At a time with d events among m at risk
their chance is ``prod(risk of the d) / sum over all sets of d of their risks' product``. That sum comes by recursion
over the risk set (Howard, in the discussion of Cox 1972). With means instead of sums nothing overflows:
``E_k(m) = (1 - k/m) E_k(m-1) + k/m risk_m E_{k-1}(m-1)``. The cost of a time is m d covariates^2.
"""

from __future__ import annotations

from math import lgamma
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adoptive.verdict.regression.walk import next_time

__all__ = ["exact_likelihood"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@njit(cache=True, nogil=True)
def exact_likelihood(starts: Counts, rows: Any) -> Any:
    """Give log likelihood, slope and information as :func:`adoptive.verdict.regression.walk.likelihood` does."""
    entry, event, risk, log_risk, z = rows[1], rows[2], rows[4], rows[5], rows[6]
    size = z.shape[1]
    sums, dead = np.zeros((size, size)), np.zeros((size, size))
    value, slope, information = 0.0, np.zeros(size), np.zeros((size, size))
    for k in range(z.shape[0]):
        if event[k]:
            value += log_risk[k]
            slope += z[k]
    for stratum in range(starts.size - 1):
        low, high, peak = starts[stratum], starts[stratum + 1], 0.0
        place = np.array([low, low])
        sums[:] = 0.0
        while place[0] < high:
            at, events, _, peak = next_time(rows, low, high, place, peak, sums, dead)
            if events > 0 and not sums[0, 0] > 0.0:
                return -np.inf, slope[1:], information[1:, 1:]
            if events == 1:
                value -= np.log(sums[0, 0])
                _one(sums, slope, information)
            elif events > 1:
                there = low + np.flatnonzero(entry[low : place[0]] < at)
                value -= _many(there, risk, z, events, slope, information)
    return value, slope[1:], information[1:, 1:]


@njit(cache=True, nogil=True)
def _one(sums: Floats, slope: Floats, information: Floats) -> None:
    """Take one event's mean off the slope, add its spread to the information."""
    for a in range(1, slope.size):
        slope[a] -= sums[a, 0] / sums[0, 0]
        for b in range(1, a + 1):
            part = sums[a, b] / sums[0, 0] - (sums[a, 0] / sums[0, 0]) * (sums[b, 0] / sums[0, 0])
            information[a, b] += part
            if a != b:
                information[b, a] += part


@njit(cache=True, nogil=True)
def _many(there: Counts, risk: Floats, z: Floats, events: int, slope: Floats, information: Floats) -> float:
    """Give the log of the sum over all sets of ``events`` among those at risk; change slope and information."""
    size = z.shape[1]
    mean = risk[there].mean()
    value, first = np.zeros(events + 1), np.zeros((events + 1, size))
    second = np.zeros((events + 1, size, size))
    value[0] = 1.0
    if not mean > 0.0:
        return np.inf
    for m in range(1, there.size + 1):
        row = z[there[m - 1]]
        share = risk[there[m - 1]] / mean
        for k in range(min(m, events), 0, -1):
            stay, join = 1.0 - k / m, k / m * share
            for a in range(1, size):
                for b in range(1, a + 1):
                    grown = second[k - 1, a, b] + first[k - 1, a] * row[b] + row[a] * first[k - 1, b]
                    grown += value[k - 1] * row[a] * row[b]
                    second[k, a, b] = stay * second[k, a, b] + join * grown
            for a in range(1, size):
                first[k, a] = stay * first[k, a] + join * (first[k - 1, a] + value[k - 1] * row[a])
            value[k] = stay * value[k] + join * value[k - 1]
    total = value[events]
    if not total > 0.0:
        return np.inf
    for a in range(1, size):
        slope[a] -= first[events, a] / total
        for b in range(1, a + 1):
            part = second[events, a, b] / total - (first[events, a] / total) * (first[events, b] / total)
            information[a, b] += part
            if a != b:
                information[b, a] += part
    sets = lgamma(there.size + 1.0) - lgamma(events + 1.0) - lgamma(there.size - events + 1.0)
    return float(np.log(total) + events * np.log(mean) + sets)
