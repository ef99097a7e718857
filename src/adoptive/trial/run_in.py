"""The run-in: candidates wait untreated before randomisation, and who progresses meanwhile is not randomised."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import Cohort
from adoptive.course import follow_choice
from adoptive.infusion import Choice
from adoptive.kinetics.observe import lesion_diameters_mm
from adoptive.parameters import Typical
from adoptive.streams import Streams
from adoptive.trial.plans import plan_of
from adoptive.trial.types import Study

__all__ = ["run_in"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def run_in(
    study: Study,
    cohort: Cohort,
    asked: Flags,
    *,
    typical: Typical,
    streams: Streams,
) -> tuple[Flags, Floats]:
    """Follow the candidates who are ``asked`` through the run-in; say who leaves, and give the lesions after it.

    One scan on the last day decides: who has progressed on it, died, become unfit or withdrawn leaves. Returns
    ``(patients,)`` and ``(patients, lesions)`` in mm; who was not asked keeps his lesions.
    """
    leaves, diameter = np.zeros(len(cohort), bool), cohort.lesion_diameter_mm.copy()
    rows, length = np.flatnonzero(asked), study.trial.run_in_days
    if len(rows) == 0:
        return leaves, diameter
    waiting = cohort.take(rows)
    plan = plan_of(study, typical=typical, streams=streams, horizon_days=length)
    course = follow_choice(waiting, plan, end_day=np.full(len(rows), length), choice=_nothing(len(rows), length))
    lost = course.reading.fate.lost_day <= length
    leaves[rows] = lost | (course.reading.progression_day <= length)
    at = int(np.searchsorted(course.trajectory.day, length, side="right")) - 1
    grown = lesion_diameters_mm(course.trajectory, course.body)[:, at]
    had = waiting.lesion_diameter_mm > 0
    diameter[rows] = np.where(had & (grown > 0), grown, waiting.lesion_diameter_mm)
    return leaves, diameter


def _nothing(patients: int, scan_day: float) -> Choice:
    """Give nobody any drug, and one scan."""
    never, zero = np.full(patients, np.inf), np.zeros(patients)
    return Choice(np.zeros(patients, np.int64), never, zero, zero, np.full(patients, scan_day))
