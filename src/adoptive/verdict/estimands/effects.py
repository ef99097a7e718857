"""One hazard ratio of two groups, as all analyses of this folder report it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.tables import TableError
from adoptive.verdict.comparison import log_rank
from adoptive.verdict.estimands.types import Effect
from adoptive.verdict.normal import check_level, deviate
from adoptive.verdict.regression import cox
from adoptive.verdict.rows import survival_rows

__all__ = ["hazard_effect", "keeping_p_value", "pieces_of"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Pieces = tuple[Floats, Bools, Bools, Floats, NDArray[np.int64]]

GROUP = "experimental"


def hazard_effect(
    name: str,
    time: ArrayLike,
    event: ArrayLike,
    experimental: ArrayLike,
    *,
    entry: ArrayLike | None = None,
    weight: ArrayLike | None = None,
    patient: ArrayLike | None = None,
    level: float = 0.95,
    note: str = "",
) -> Effect:
    """Fit Cox' model of one binary column ``(rows,)``; with ``weight`` the variance is robust, summed over patients.

    ``patient`` names whose row it is, where somebody has several.
    """
    check_level(level)  # the fit's own refusal would read as "not estimable" below
    first, seen = np.asarray(experimental, np.bool_), np.asarray(event, np.bool_)
    whose = np.arange(first.size) if patient is None else np.asarray(patient)
    nothing = Effect(name, 1.0, 0.0, np.inf, 1.0, np.unique(whose).size, int(seen.sum()), False, note)
    if first.all() or not first.any():
        return nothing
    rows = survival_rows(time, seen, entry=entry, weight=weight, merge_near_ties=entry is None)
    kept = np.ones(first.shape, np.bool_) if weight is None else np.asarray(weight) > 0
    cluster = None if weight is None else whose[kept]
    try:
        fit = cox(rows, {GROUP: first[kept].astype(np.float64)}, cluster=cluster, level=level)
    except TableError:  # no event, or nobody to compare with while there are events
        return nothing
    if fit.separated[0] or not fit.converged:
        return nothing
    return replace(
        nothing,
        hazard_ratio=float(fit.hazard_ratios[0]),
        lower=float(fit.lower[0]),
        upper=float(fit.upper[0]),
        p_value=float(fit.p_values[0]),
        estimable=True,
    )


def keeping_p_value(effect: Effect, time: ArrayLike, event: ArrayLike, experimental: ArrayLike, *,
                    level: float = 0.95) -> Effect:  # fmt: skip
    """Give an effect the p-value of the log-rank test by intention to treat, and the interval that goes with it.

    The standard error of the log hazard ratio is ``|log HR| / |z|``, so that the adjusted analysis is as significant as
    the unadjusted one: it adds no evidence against no effect (Robins and Tsiatis 1991; White et al. 1999,
    10.1002/(SICI)1097-0258(19991015)18:19<2617::AID-SIM187>3.0.CO;2-E).
    """
    test = log_rank(*(np.asarray(column)[None] for column in (time, event, experimental)))
    z, log_ratio = abs(float(test.z[0])), float(np.log(effect.hazard_ratio))
    p_value = float(test.p_value[0])
    if not effect.estimable or z == 0.0 or log_ratio == 0.0:
        return replace(effect, lower=0.0, upper=np.inf, p_value=p_value)
    reach = deviate(level) * abs(log_ratio) / z
    with np.errstate(over="ignore"):
        ends = np.exp(log_ratio - reach), np.exp(log_ratio + reach)
    return replace(effect, lower=float(ends[0]), upper=float(ends[1]), p_value=p_value)


def pieces_of(time: ArrayLike, event: ArrayLike, start: ArrayLike) -> Pieces:
    """Cut each patient at the start of treatment: time, event, treated, entry (-inf: from the start), whose row."""
    times, seen = np.asarray(time, np.float64), np.asarray(event, np.bool_)
    begins = np.asarray(start, np.float64)
    cut = (begins > 0) & (begins < times)
    whole = np.arange(times.size)
    first_end, first_event = np.where(cut, begins, times), seen & ~cut
    treated = np.concatenate([(begins <= 0) & ~cut, np.ones(int(cut.sum()), np.bool_)])
    entry = np.concatenate([np.full(times.size, -np.inf), begins[cut]])
    return (
        np.concatenate([first_end, times[cut]]),
        np.concatenate([first_event, seen[cut]]),
        treated,
        entry,
        np.concatenate([whole, whole[cut]]),
    )
