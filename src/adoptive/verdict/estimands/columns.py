"""From columns to rows in which patients may switch to the other arm's therapy."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.tables import TableError
from adoptive.verdict.estimands.types import Measurements, SwitchRows

__all__ = ["switch_rows"]

Floats = NDArray[np.float64]


def switch_rows(
    time: ArrayLike,
    event: ArrayLike,
    experimental: ArrayLike,
    *,
    start: ArrayLike,
    progression: ArrayLike | None = None,
    follow_up: ArrayLike | None = None,
    covariates: Mapping[str, ArrayLike] | None = None,
    measurements: Measurements | None = None,
) -> SwitchRows:
    """Check columns of one trial and give them as rows.

    Parameters
    ----------
    time, event, experimental
        ``(patients,)``: follow-up from randomisation, whether the event was seen, who was assigned to the
        experimental therapy; both arms must have patients.
    start
        When the experimental therapy began: 0 or the day of infusion in the experimental arm, the day of the switch
        in the control arm, inf = never. A start at or after the end of follow-up counts as never.
    progression
        Day of progression, inf = none seen; default none. A progression at or after the end counts as none.
    follow_up
        Day of the data cut of each patient, at least his time; default unknown (inf), which forbids recensoring.
    covariates
        Baseline columns ``(patients,)`` of finite numbers by name.
    measurements
        Covariates that change in time.

    Raises
    ------
    TableError
        For a column of another length, a negative or infinite time, a NaN, an empty arm, a data cut before the time.
    """
    times = np.asarray(time, np.float64)
    if times.ndim != 1 or not times.size:
        raise TableError("not a column of times", where="time", value=times.shape, allowed="(patients,)")
    _check(np.isfinite(times) & (times >= 0), "a time is negative or not finite", "time", times)
    arms = _column(experimental, times, "experimental").astype(np.bool_)
    if arms.all() or not arms.any():
        raise TableError("one arm has no patients", where="experimental", allowed="both arms")
    begins = _moments(start, times, "start")
    always = arms & (begins <= 0)
    begins = np.where(always | (begins < times), begins, np.inf)
    progressed = np.full(times.shape, np.inf) if progression is None else _moments(progression, times, "progression")
    cut = np.full(times.shape, np.inf) if follow_up is None else _moments(follow_up, times, "follow_up")
    _check(cut >= times * (1 - 1e-9), "the data were cut before the end of follow-up", "follow_up", cut)
    columns = {name: _column(column, times, name).astype(np.float64) for name, column in (covariates or {}).items()}
    for name, column in columns.items():
        _check(np.isfinite(column), "a covariate is not finite", name, column)
    return SwitchRows(
        time=times,
        event=_column(event, times, "event").astype(np.bool_),
        experimental=arms,
        start=begins,
        progression=np.where(progressed < times, progressed, np.inf),
        follow_up=np.maximum(cut, times),
        covariates=columns,
        measurements=None if measurements is None else _measured(measurements, times.size),
    )


def _column(column: ArrayLike, times: Floats, name: str) -> NDArray[np.generic]:
    """Give a column of the times' length."""
    values = np.asarray(column)
    if values.shape != times.shape:
        raise TableError("length unlike the times'", where=name, value=values.shape, allowed=str(times.shape))
    return values


def _moments(column: ArrayLike, times: Floats, name: str) -> Floats:
    """Give days that may be inf."""
    values = _column(column, times, name).astype(np.float64)
    _check(values >= 0, "a day is negative or NaN", name, values)
    return values


def _check(right: NDArray[np.bool_], what: str, name: str, values: Floats) -> None:
    """Name the first row that is wrong."""
    if not right.all():
        row = int(np.flatnonzero(~right)[0])
        raise TableError(what, where=f"{name}, row {row + 1}", value=values[row], allowed="0 or more")


def _measured(given: Measurements, patients: int) -> Measurements:
    """Check measurements and order them by patient and time."""
    whose, when = np.asarray(given.patient, np.int64), np.asarray(given.time, np.float64)
    if whose.ndim != 1 or whose.shape != when.shape or any(np.shape(v) != whose.shape for v in given.values.values()):
        raise TableError("columns differ in length", where="measurements", value=(whose.shape, when.shape))
    _check((whose >= 0) & (whose < patients), "no such patient", "measurements.patient", whose.astype(np.float64))
    order = np.lexsort((when, whose))
    values = {name: np.asarray(column, np.float64)[order] for name, column in given.values.items()}
    return Measurements(whose[order], when[order], values)
