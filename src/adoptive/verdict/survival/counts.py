"""Who is at risk: weights at risk, with events, censored and entered, at one group's distinct times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adoptive.verdict.rows import SurvivalRows

__all__ = ["Counts", "counted", "influence_of_hazard", "needs_robust", "unweighted"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

NOBODY: Final = 1e-9
"""A share of the weight at risk below which nobody is left: fractional weights do not add up exactly."""


@dataclass(frozen=True)
class Counts:
    """Hold sums of weights at distinct times ``(times,)``; ``left`` is at risk minus events, ``tied`` counts rows."""

    time: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    entered: Floats
    left: Floats
    tied: Floats

    @property
    def survival(self) -> Floats:
        """Give Kaplan's and Meier's ``prod (1 - d / n)`` from each time on."""
        return np.asarray(np.cumprod(self.left / self.at_risk), np.float64)

    @property
    def greenwood(self) -> Floats:
        """Give Greenwood's steps ``d / (n (n - d))``, 0 where nobody is left."""
        product = self.at_risk * self.left
        return np.divide(self.events, product, out=np.zeros(product.size), where=product > 0)


def counted(rows: SurvivalRows) -> Counts:
    """Count the weights of one group; at risk at ``t`` is who has ``entry < t <= time``."""
    time, place = np.unique(rows.time, return_inverse=True)
    size, weight = time.size, rows.weight
    events: Floats = np.bincount(place, np.where(rows.event, weight, 0.0), size).astype(np.float64)
    leaving: Floats = np.bincount(place, weight, size).astype(np.float64)
    at_risk: Floats = np.cumsum(leaving[::-1])[::-1].copy()  # contiguous, as after a delayed entry
    before = np.full(size, weight.sum())
    if rows.delayed:
        order = np.argsort(rows.entry)
        late = np.append(np.cumsum(weight[order][::-1])[::-1], 0.0)
        to_come = late[np.searchsorted(rows.entry[order], time, side="left")]
        at_risk, before = np.maximum(at_risk - to_come, leaving), before - to_come
    left = at_risk - events
    return Counts(
        time=time,
        at_risk=at_risk,
        events=events,
        censored=np.bincount(place, np.where(rows.event, 0.0, weight), size).astype(np.float64),
        entered=np.diff(before, prepend=0.0),
        left=np.where(left > NOBODY * at_risk, left, 0.0),
        tied=np.bincount(place[rows.event], minlength=size).astype(np.float64),
    )


def unweighted(rows: SurvivalRows) -> bool:
    """Say whether every row weighs 1."""
    return bool((rows.weight == 1.0).all())


def needs_robust(rows: SurvivalRows, robust: bool | None) -> bool:
    """Say whether the jackknife is asked for, or needed since some weight is not a count."""
    return bool((rows.weight != np.floor(rows.weight)).any()) if robust is None else robust


@njit(cache=True, nogil=True)
def influence_of_hazard(
    time: Floats, entry: Floats, event: Bools, weight: Floats, at: Floats, own: Floats, step: Floats, factor: Floats
) -> Any:
    """Sum ``(w_i U_i(t))^2`` over rows, with ``U_i(t) = factor(t) sum_{s <= t} (dN_i(s) own(s) - Y_i(s) step(s))``.

    The infinitesimal jackknife's variance of a curve whose log-derivative is a sum over the rows' martingale steps:
    ``own`` is what a row's own event adds at ``s`` and ``step`` what being at risk there takes away.
    """
    total = np.zeros(at.size)
    for i in range(time.size):
        now = 0.0
        for k in range(at.size):
            if entry[i] < at[k] <= time[i]:
                now -= step[k]
                if event[i] and at[k] == time[i]:
                    now += own[k]
            part = weight[i] * factor[k] * now
            total[k] += part * part
    return total
