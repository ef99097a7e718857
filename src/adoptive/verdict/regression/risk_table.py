"""What happens at each event time of a fitted model, and what each row has met of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adoptive.tables import TableError
from adoptive.verdict.regression.types import Design, Ties
from adoptive.verdict.regression.walk import at_times, risk_sums, rows_of

__all__ = ["RiskTable", "in_order", "martingale_residuals", "risk_table", "score_residuals"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class RiskTable:
    """Hold the distinct event times, strata and times in order, in scaled covariates; ``(times,)`` unless said.

    ``drift`` and ``drift_dead`` ``(times, covariates)`` are the hazard times the risk set's mean covariate, for those
    who live on and those who have the event; ``mean`` and ``spread`` the mean and the information. ``before`` and
    ``until`` ``(rows,)``, in the table's order, count the event times that passed when a row entered and ended.
    ``risk`` ``(rows,)`` is on the scale of ``hazard``; times ``exp(-top)``, ``top`` per stratum, it is ``exp(x' b)``.
    """

    stratum: Counts
    time: Floats
    events: Counts
    weight: Floats
    hazard: Floats
    hazard_dead: Floats
    variance: Floats
    drift: Floats
    drift_dead: Floats
    mean: Floats
    spread: Floats
    before: Counts
    until: Counts
    risk: Floats
    top: Floats


def risk_table(design: Design, coefficients: Floats, ties: Ties) -> RiskTable:
    """Give the event times at scaled coefficients; defined for Efron's and Breslow's rule."""
    if ties == "exact":
        raise TableError(
            "residuals and hazards are not defined with exact ties",
            where="ties",
            value=ties,
            allowed="efron or breslow",
            next_step="fit again with ties='efron'",
        )
    rows = rows_of(design, coefficients)
    dead = np.flatnonzero(design.event)
    ranks = np.unique(design.time, return_inverse=True)
    kinds = np.unique(np.stack([design.stratum[dead], ranks[1][dead]]), axis=1)
    place = np.searchsorted(np.unique(design.stratum), np.arange(len(design.strata)))
    which, events, weight, sums, gone = risk_sums(design.starts, rows, kinds.shape[1])
    # kinds ascend in stratum and time, the walk goes back in time
    order = np.lexsort((-np.arange(kinds.shape[1]), which))
    numbers, drift, met, mean, spread = (part[order] for part in at_times(events, weight, sums, gone, ties == "efron"))
    steps = np.int64(ranks[0].size + 1)
    key = place[kinds[0]] * steps + kinds[1]
    own = place[design.stratum] * steps
    entered = np.searchsorted(ranks[0], design.entry, side="right") - 1
    before, until = np.empty(design.time.size, np.int64), np.empty(design.time.size, np.int64)
    before[design.order] = np.searchsorted(key, own + entered, side="right")
    until[design.order] = np.searchsorted(key, own + ranks[1], side="right")
    risk = np.empty(design.time.size)
    risk[design.order] = np.exp(rows[5])
    log_risk = design.covariates @ coefficients + design.offset
    return RiskTable(
        stratum=which[order], time=ranks[0][kinds[1]], events=events[order], weight=weight[order], hazard=numbers[:, 0],
        hazard_dead=numbers[:, 1], variance=numbers[:, 2], drift=drift, drift_dead=met, mean=mean, spread=spread,
        before=before, until=until, risk=risk, top=np.maximum.reduceat(log_risk, design.starts[:-1]),
    )  # fmt: skip


def martingale_residuals(design: Design, table: RiskTable) -> Floats:
    """Give each row's events less its expected events ``(rows,)``, in the table's order."""
    event = in_order(design, design.event)
    last = np.maximum(table.until - 1, 0)
    spared = np.where(event, (table.hazard - table.hazard_dead)[last], 0.0)
    return np.asarray(event - table.risk * (_met(table.hazard, table) - spared), np.float64)


def score_residuals(design: Design, table: RiskTable) -> Floats:
    """Give each row's part of the slope ``(rows, covariates)``, in the table's order and the covariates' own units."""
    event = in_order(design, design.event)[:, None]
    x = in_order(design, design.covariates)
    last = np.maximum(table.until - 1, 0)
    hazard = _met(table.hazard, table)[:, None] - event * (table.hazard - table.hazard_dead)[last, None]
    drift = _met(table.drift, table) - event * (table.drift - table.drift_dead)[last]
    seen = event * (x - table.mean[last])
    return np.asarray((seen - table.risk[:, None] * (x * hazard - drift)) * design.scale, np.float64)


def in_order(design: Design, column: NDArray[np.generic]) -> Floats:
    """Put a column of the design back into the table's order."""
    out = np.empty(column.shape)
    out[design.order] = column
    return out


def _met(column: Floats, table: RiskTable) -> Floats:
    """Sum a column over the event times that each row met, ``(rows, ...)``."""
    total = np.concatenate([np.zeros((1, *column.shape[1:])), np.cumsum(column, axis=0)])
    return np.asarray(total[table.until] - total[table.before], np.float64)
