"""Who is at risk and who has an event at each event time of a stratum, by group: what all rank tests are sums over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adoptive.verdict.rows import SurvivalRows

__all__ = ["RiskSets", "risk_sets"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RiskSets:
    """Hold one stratum's event times ``(m,)`` with at risk and events ``(m, k)``, both sums of case weights."""

    time: Floats
    at_risk: Floats
    events: Floats

    @property
    def left(self) -> Floats:
        """Give everybody at risk ``(m,)``."""
        return np.asarray(self.at_risk.sum(axis=1))

    @property
    def dead(self) -> Floats:
        """Give all events ``(m,)``."""
        return np.asarray(self.events.sum(axis=1))

    @property
    def share(self) -> Floats:
        """Give each group's share of those at risk ``(m, k)``."""
        return self.at_risk / self.left[:, None]

    @property
    def spread(self) -> Floats:
        """Give ``d (n - d) / (n - 1)`` ``(m,)``: the hypergeometric variance is that times ``share (1 - share)``."""
        left, dead = self.left, self.dead
        return np.where(left > 1, dead * (left - dead) / np.where(left > 1, left - 1, 1.0), 0.0)


def risk_sets(rows: SurvivalRows) -> Iterator[RiskSets]:
    """Walk the strata that have an event: who is at risk (``entry < t <= time``) at each event time ``t``."""
    for stratum in range(len(rows.strata)):
        inside = rows.where(rows.stratum == stratum)
        if not inside.event.any():
            continue
        times = np.unique(inside.time[inside.event])
        at_risk = np.column_stack([_at_risk(inside.where(inside.group == g), times) for g in range(len(rows.groups))])
        dead = inside.where(inside.event)
        events = np.zeros(at_risk.shape)
        np.add.at(events, (np.searchsorted(times, dead.time), dead.group), dead.weight)
        yield RiskSets(times, at_risk, events)


def _at_risk(rows: SurvivalRows, times: Floats) -> Floats:
    """Give the weight at risk at rising times; exactly 0 where nobody is."""
    leaving, people = _from_on(rows.time, rows.weight, times)
    if not rows.delayed:
        return leaving
    coming, not_yet = _from_on(rows.entry, rows.weight, times)
    return np.where(people > not_yet, leaving - coming, 0.0)


def _from_on(moments: Floats, weight: Floats, times: Floats) -> tuple[Floats, Floats]:
    """Give weight and number of rows whose moment is at a time or later."""
    order = np.argsort(moments, kind="stable")
    place = np.searchsorted(moments[order], times, side="left")
    summed = np.concatenate([np.cumsum(weight[order][::-1])[::-1], [0.0]])
    return summed[place], (moments.size - place).astype(np.float64)
