"""When scans are made and what the radiologist writes: calendar, measurement error, lesions too small to measure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.kinetics.observe import written_mm
from adoptive.outcome.types import Assessment, NonTarget, Scans
from adoptive.parameters import Typical
from adoptive.streams import Keys, Streams

__all__ = ["at_days", "plan_scans", "read_scans", "scan_calendar", "visits_done", "without_lesions"]

Floats = NDArray[np.float64]

TARGET_NODE_MM = 15.0
"""Smallest short axis of a node that may be a target lesion (RECIST 1.1, 10.1016/j.ejca.2008.10.026)."""


def scan_calendar(
    assessment: Assessment,
    cohort: Cohort,
    *,
    first_day: Floats,
    end_day: Floats,
    horizon_days: float,
    typical: Typical,
    streams: Streams,
    interval_days: Floats | None = None,
) -> Floats:
    """Give the days of everybody's scans ``(patients, visits)`` as the study assesses, up to his last day; else inf.

    Arguments: ``first_day`` ``(patients,)`` the baseline from which they count; ``interval_days`` ``(patients,)`` if it
    is not the study's. Blood cancers have an early visit of their own.
    """
    every = np.full(len(cohort), assessment.scan_interval_days) if interval_days is None else interval_days
    solid = assessment.response_criteria == "RECIST 1.1"
    planned = plan_scans(
        baseline_day=first_day,
        interval_days=every,
        window_days=assessment.scan_window_days,
        horizon_days=horizon_days,
        keys=cohort.keys,
        streams=streams,
        first_visit_days=None if solid else typical.at("outcome.first_visit_days", cohort.keys),
    )
    return np.where(planned <= end_day[:, None], planned, np.inf)


def plan_scans(
    *,
    baseline_day: Floats,
    interval_days: Floats,
    window_days: float,
    horizon_days: float,
    keys: Keys,
    streams: Streams,
    first_visit_days: Floats | None = None,
) -> Floats:
    """Give the days of scans ``(patients, visits)``: every interval from the baseline, early or late within the window.

    ``first_visit_days`` ``(patients,)`` adds a visit so long after the baseline, as blood cancers have it in the first
    month. Days beyond the horizon are inf. The window never lets two scans of the interval change order.
    """
    visits = max(int(horizon_days // max(interval_days.min(), 1.0)), 1) if len(interval_days) else 1
    window = np.minimum(window_days, 0.45 * interval_days)
    jitter = 2.0 * streams.uniform("outcome.scan day", keys, visits).reshape(len(keys), visits) - 1.0
    planned = baseline_day[:, None] + np.arange(1, visits + 1) * interval_days[:, None]
    day = planned + window[:, None] * jitter
    if first_visit_days is not None:
        early = 2.0 * streams.uniform("outcome.first visit day", keys) - 1.0
        first = baseline_day + first_visit_days + np.minimum(window, 0.25 * first_visit_days) * early
        day = np.sort(np.concatenate([first[:, None], day], axis=1), axis=1)
    return np.where(day <= horizon_days, day, np.inf)


def at_days(values: Floats, grid: Floats, day: Floats) -> Floats:
    """Interpolate ``(patients, grid, ...)`` linearly at each patient's days ``(patients, visits)``; ends are kept."""
    finite = np.clip(np.where(np.isfinite(day), day, grid[-1]), grid[0], grid[-1])
    right = np.clip(np.searchsorted(grid, finite, side="right"), 1, len(grid) - 1)
    weight = (finite - grid[right - 1]) / (grid[right] - grid[right - 1])
    row = np.arange(len(values))[:, None]
    weight = weight.reshape(weight.shape + (1,) * (values.ndim - 2))
    return (1.0 - weight) * values[row, right - 1] + weight * values[row, right]


def read_scans(
    diameter_mm: Floats,
    grid: Floats,
    *,
    day: Floats,
    baseline_day: Floats,
    new_lesion_day: Floats,
    cohort: Cohort,
    typical: Typical,
    streams: Streams,
    early_day: Floats | None = None,
) -> Scans:
    """Read the scans of the given days from true diameters ``(patients, grid, lesions)``.

    ``read = true exp(sd z)``; below 5 mm a visible lesion is written as 5 mm, an invisible one as 0. Non-target disease
    or a new lesion progresses from ``new_lesion_day`` on; it has gone when the target lesions have. Scans of
    ``early_day`` ``(patients, early scans)`` are read with errors of their own, never missed, and stand in order of
    their days among the planned ones.
    """
    keys, lesions, planned = cohort.keys, diameter_mm.shape[2], day.shape[1]
    done = visits_done(day, keys, typical=typical, streams=streams)
    noise = _errors("outcome.reader", planned + 1, lesions, cohort, streams)
    if early_day is not None:
        day, done = np.concatenate([day, early_day], axis=1), np.concatenate([done, np.isfinite(early_day)], axis=1)
        others = _errors("outcome.reader of early scans", early_day.shape[1], lesions, cohort, streams)
        noise = np.concatenate([noise, others], axis=1)
    true = at_days(diameter_mm, grid, np.concatenate([baseline_day[:, None], day], axis=1))
    read = true * np.exp(typical.at("outcome.reader_sd", keys)[:, None, None] * noise)
    limits = {name: typical.at(f"outcome.{name}", keys)[:, None, None] for name in ("too_small_mm", "invisible_mm")}
    read = written_mm(read, true, **limits)
    if early_day is not None:
        order = np.argsort(day, axis=1, kind="stable")
        day, done = np.take_along_axis(day, order, axis=1), np.take_along_axis(done, order, axis=1)
        read = np.concatenate([read[:, :1], np.take_along_axis(read[:, 1:], order[:, :, None], axis=1)], axis=1)
    lot = streams.uniform("outcome.nodal", keys, lesions)
    share = typical.at("outcome.nodal_share", keys, kinds=cohort.kinds)[:, None]
    elsewhere = day >= new_lesion_day[:, None]
    gone = (read[:, 1:] == 0).all(axis=2)
    state = np.where(gone, int(NonTarget.CR), int(NonTarget.NON_CR_NON_PD))
    state = np.where(elsewhere, int(NonTarget.PD), state)
    return Scans(
        day=day,
        done=done,
        diameter_mm=read[:, 1:],
        measured=np.broadcast_to(done[:, :, None], (*day.shape, lesions)),
        baseline_mm=np.where(cohort.lesion_diameter_mm > 0, read[:, 0], 0.0),
        nodal=(lot < share) & (cohort.lesion_diameter_mm >= TARGET_NODE_MM),
        non_target=np.where(cohort.peritoneal[:, None], state, int(NonTarget.NONE)),
        new_lesion=elsewhere & ~cohort.peritoneal[:, None],
    )


def _errors(purpose: str, visits: int, lesions: int, cohort: Cohort, streams: Streams) -> Floats:
    """Draw the readers' errors, ``(patients, visits, lesions)``."""
    return streams.normal(purpose, cohort.keys, visits * lesions).reshape(len(cohort), visits, lesions)


def visits_done(day: Floats, keys: Keys, *, typical: Typical, streams: Streams) -> NDArray[np.bool_]:
    """Say which of the planned visits ``(patients, visits)`` took place; some are missed."""
    missed = streams.uniform("outcome.missed visit", keys, day.shape[1]).reshape(day.shape)
    return np.asarray(np.isfinite(day) & (missed >= typical.at("outcome.missed_visit", keys)[:, None]))


def without_lesions(day: Floats, done: NDArray[np.bool_]) -> Scans:
    """Give the visits ``(patients, visits)`` of a disease that is not measured by lesions."""
    patients, visits = day.shape
    none = np.zeros((patients, visits, 1))
    return Scans(
        day=day,
        done=done,
        diameter_mm=none,
        measured=none > 0,
        baseline_mm=np.zeros((patients, 1)),
        nodal=np.zeros((patients, 1), np.bool_),
        non_target=np.full(day.shape, int(NonTarget.NONE)),
        new_lesion=np.zeros(day.shape, np.bool_),
    )
