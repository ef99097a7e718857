"""The visual predictive check: observed percentiles over time against those of simulated data, by bins of time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from adoptive.workbench.calibrate.nlme.problem import Problem
from adoptive.workbench.calibrate.nlme.types import Floats, Marks, Population, Whole

__all__ = ["PERCENTILES", "Vpc", "predictive_check"]

PERCENTILES = (0.1, 0.5, 0.9)
_RANGE = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Vpc:
    """Hold bins: their middle `time` and `count` ``(bins,)``; `observed` ``(bins, 3)`` are the 10th, 50th and 90th
    percentile, `simulated` ``(bins, 3, 3)`` the 5th, 50th and 95th percentile of each over the copies; `below`
    ``(bins, 4)`` the share below the limit: observed, and the copies' 5th, 50th and 95th percentile. NaN: below.
    """  # noqa: D205

    time: Floats
    count: Floats
    observed: Floats
    simulated: Floats
    below: Floats
    corrected: bool

    @property
    def inside(self) -> float:
        """Return the share of observed percentiles inside the copies' 90 % range."""
        known = np.isfinite(self.observed) & np.isfinite(self.simulated).all(axis=-1)
        hit = (self.simulated[..., 0] <= self.observed) & (self.observed <= self.simulated[..., 2])
        return float(hit[known].mean()) if known.any() else float("nan")


def predictive_check(
    problem: Problem, population: Population, simulated: Floats, *, bins: int = 8, corrected: bool = False
) -> Vpc:
    """Compare observed with simulated data ``(copies, subjects, observations)``.

    Bins hold about as many observations each. Values below a limit, observed and simulated alike, rank lowest.
    `corrected`: each value is multiplied by its bin's median prediction over its own (Bergstrand 2011,
    10.1208/s12248-011-9255-z); then no limit applies to it.
    """
    data, used = problem.data, problem.data.used
    below = data.below[used]
    limit = np.where(below, data.value[used], data.value[used][below].min() if below.any() else -np.inf)
    time, values = data.time[used], np.where(below, -np.inf, data.value[used])
    copies = simulated[:, used]
    copies = np.where(copies < limit, -np.inf, copies)
    place = _places(time, bins)
    if corrected:
        typical = problem.predict(problem.means(population.beta), problem.everyone)[used]
        middle = np.array([np.median(typical[place == k]) for k in range(place.max() + 1)])
        factor = middle[place] / np.where(np.abs(typical) > 1e-12, typical, np.nan)
        values, copies = _times(values, factor), _times(copies, factor)
    found = [_bin(time, values, copies, place == k) for k in range(place.max() + 1)]
    time_, count, observed, ranges, share = (np.array(part) for part in zip(*found, strict=True))
    return Vpc(time_, count, observed, ranges, share, corrected)


def _times(values: Floats, factor: Floats) -> Floats:
    return np.where(np.isfinite(values), values * factor, values)


def _bin(time: Floats, values: Floats, copies: Floats, own: Marks) -> tuple[float, int, Floats, Floats, Floats]:
    """Summarise one bin."""
    observed = _percentiles(values[own])
    each = _percentiles(copies[:, own])
    ranges = np.quantile(each, _RANGE, axis=0, method="closest_observation").T
    low = (copies[:, own] == -np.inf).mean(axis=1)
    share = np.array([(values[own] == -np.inf).mean(), *np.quantile(low, _RANGE)])
    return float(np.median(time[own])), int(own.sum()), _known(observed), _known(ranges), share


def _percentiles(values: Floats) -> Floats:
    """Give the percentiles of the last axis, that axis last; ranks, so that what lies below a limit has a place."""
    found = np.quantile(values, PERCENTILES, axis=-1, method="closest_observation")
    return np.asarray(np.moveaxis(found, 0, -1))


def _known(values: Floats) -> Floats:
    return np.where(np.isfinite(values), values, np.nan)


def _places(time: Floats, bins: int) -> Whole:
    """Give each observation's bin; bins end between different times."""
    distinct = np.unique(time)
    if len(distinct) <= bins:
        return np.asarray(np.searchsorted(distinct, time), np.int64)
    edges = np.unique(np.quantile(time, np.linspace(0.0, 1.0, bins + 1)[1:-1]))
    raw = np.searchsorted(edges, time, side="left")
    return np.asarray(np.unique(raw, return_inverse=True)[1], np.int64)
