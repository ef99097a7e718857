"""Endpoints by name: from the patients of many virtual trials to one estimate per trial.

The tables are those of :data:`adoptive.tables.PATIENT_COLUMNS` ``(trials, patients)`` and
:data:`adoptive.tables.SCREENING_COLUMNS` ``(trials,)``; times are judged in months of 30.4375 days. What each endpoint
is stands in :mod:`adoptive.verdict.endpoints`.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.verdict.endpoints import DEFAULT_SPECS, ENDPOINTS, Endpoint, Trials, assigned_cells, column, default_specs
from adoptive.verdict.types import EndpointSpec, Estimate

__all__ = ["DEFAULT_SPECS", "ENDPOINTS", "Endpoint", "Record", "default_specs", "judge", "judge_record"]

Bools = NDArray[np.bool_]
Table = Mapping[str, NDArray[Any]]

SETS: Final = ("ITT", "infused")


class Record(Protocol):
    """Ask of a trial record only its two tables."""

    @property
    def patients(self) -> Table:
        """Columns ``(trials, patients)``."""

    @property
    def screening(self) -> Table:
        """Columns ``(trials,)``."""


def judge(patients: Table, screening: Table, specs: Iterable[EndpointSpec]) -> tuple[Estimate, ...]:
    """Estimate each endpoint in each trial.

    Where a specification names no arm, endpoints of safety and of who was infused are about patients assigned to cells
    (column ``assigned_cells``, else arm 0), crossover is about the others, a hazard ratio about arm 0, and everything
    else about all patients. Hazard ratios are those of an arm over the last one.

    Parameters
    ----------
    patients
        Columns ``(trials, patients)``.
    screening
        Columns ``(trials,)``; may be empty if no endpoint asks for it.
    specs
        What to estimate; names are the keys of :data:`ENDPOINTS`.

    Returns
    -------
    One :class:`Estimate` per specification, in order.

    Raises
    ------
    StudyError
        For a specification that names an unknown endpoint, arm, set or unit, or lacks its time.
    TableError
        For a table that lacks a column.
    """
    trials = Trials(patients, screening)
    return tuple(_estimate(trials, spec, _endpoint(spec)) for spec in specs)


def judge_record(record: Record, specs: Iterable[EndpointSpec] | None = None) -> tuple[Estimate, ...]:
    """Judge a trial record, by default on :data:`DEFAULT_SPECS`."""
    return judge(record.patients, record.screening, DEFAULT_SPECS if specs is None else specs)


def _endpoint(spec: EndpointSpec) -> Endpoint:
    """Find the endpoint of a specification and check that the two agree."""
    where = f"endpoint {spec.name}"
    if spec.name not in ENDPOINTS:
        near = difflib.get_close_matches(spec.name, ENDPOINTS, n=1)
        hint = f"did you mean {near[0]}?" if near else ""
        raise StudyError("unknown endpoint", where=where, allowed=", ".join(ENDPOINTS), next_step=hint)
    endpoint = ENDPOINTS[spec.name]
    if spec.arm is not None and (endpoint.whole or spec.arm < 0):
        allowed = "none: it is about the whole trial" if endpoint.whole else "0, 1, 2, ..."
        raise StudyError("no such arm", where=where, value=spec.arm, allowed=allowed)
    if spec.set not in SETS:
        raise StudyError("unknown analysis set", where=where, value=spec.set, allowed=", ".join(SETS))
    if spec.unit not in ("", endpoint.unit):
        raise StudyError("another unit than the endpoint's", where=where, value=spec.unit, allowed=endpoint.unit)
    if endpoint.needs_time and not (spec.at_months is not None and 0 <= spec.at_months < np.inf):
        raise StudyError("the rate lacks its time", where=where, value=spec.at_months, next_step="give at_months")
    return endpoint


def _estimate(trials: Trials, spec: EndpointSpec, endpoint: Endpoint) -> Estimate:
    """Measure one endpoint in the patients of its arm and set."""
    chosen = _about(trials.patients, spec, endpoint)
    if "enrolled" in trials.patients:  # who would have entered after the data cut is nobody's patient
        chosen = chosen & column(trials.patients, "enrolled")
    if spec.set == "infused" or endpoint.safety:
        chosen = chosen & column(trials.patients, "treated")
    values, estimable = endpoint.measure(trials, spec, chosen)
    return Estimate(spec, np.where(estimable, values, 0.0), estimable)


def _about(patients: Table, spec: EndpointSpec, endpoint: Endpoint) -> Bools:
    """Mark the patients whom an endpoint is about; of a comparison all, as it chooses its two arms itself."""
    arm = column(patients, "arm")
    if spec.arm is not None and not endpoint.compares:
        return np.asarray(arm == spec.arm)
    if endpoint.who == "everybody":
        return np.ones(arm.shape, np.bool_)
    cells = assigned_cells(patients)
    return cells if endpoint.who == "cells" else ~cells
