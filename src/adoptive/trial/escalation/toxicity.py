"""What the DLT rule is given of a course: the cells' toxicities day by day from the first infusion."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from adoptive.course import Course
from adoptive.outcome import (
    Dlt,
    DltRule,
    ToxicityDays,
    draw_brain_tolerance,
    find_dlt,
)
from adoptive.outcome.clinic.brain import daily_icans_grade
from adoptive.outcome.clinic.off_tumour import off_tumour
from adoptive.outcome.clinic.safety import Watched
from adoptive.outcome.clinic.signs import daily_crs_grade
from adoptive.outcome.laboratory.cytopenia import grade_cytopenia
from adoptive.outcome.types import UNGRADED
from adoptive.parameters import draw_patients
from adoptive.trial.ward import watched_of

__all__ = ["dlt_of_course", "toxicity_days"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

_ORGANS = ("nausea", "vomiting", "gastritis", "lung")


def dlt_of_course(course: Course, rule: DltRule, *, days: int) -> Dlt:
    """Find the dose-limiting toxicity of every patient of a course; who had no cells is not assessed (-1).

    Parameters
    ----------
    course
        Patients for whom cells were ordered.
    rule
        Window, lengths and exemptions.
    days
        Days from the first infusion that are looked at.

    Raises
    ------
    StudyError
        An exemption of something that is not looked at.
    """
    rows = np.flatnonzero(course.treated)
    found = find_dlt(toxicity_days(course, rows, days=days), rule)
    limiting, day = np.full(len(course.cohort), UNGRADED), np.full(len(course.cohort), np.inf)
    reason = np.ones(len(course.cohort), np.int64)
    limiting[rows], day[rows], reason[rows] = found.limiting, found.day, found.reason
    return dataclasses.replace(found, limiting=limiting, day=day, reason=reason)


def toxicity_days(course: Course, rows: NDArray[np.int64], *, days: int) -> ToxicityDays:
    """Grade every day from the first infusion on of some treated patients, ``(patients, days + 1)``.

    Cytokine release and neurotoxicity by ASTCT, organs that carry the antigen, and the two counts whose lack outlasts
    lymphodepletion. Transient laboratory values and infections are not looked at; deaths of the model are due to the
    disease.
    """
    seen, first = watched_of(course), course.infusion_day[rows, 0]
    at = np.searchsorted(course.trajectory.day, first, side="left")[:, None] + np.arange(days + 1)
    last = len(course.trajectory.day) - 1
    known = (at <= last) & (course.trajectory.day[np.minimum(at, last)] <= seen.known_until[rows][:, None])
    at = np.minimum(at, last)
    crs, icans = _bedside(course, seen, rows, at)
    counts = {"neutropenia": ("neutrophils", "ANC"), "thrombocytopenia": ("platelets", "PLT")}
    return ToxicityDays(
        day=np.arange(days + 1),
        crs=np.where(known, crs, UNGRADED),
        icans=np.where(known, icans, UNGRADED),
        other={name: np.where(known, grade, UNGRADED) for name, grade in _organs(course, rows, at).items()},
        cytopenias={
            name: np.where(known, grade_cytopenia(course.trajectory.of(state)[rows[:, None], at], lineage), UNGRADED)  # type: ignore[arg-type]
            for name, (lineage, state) in counts.items()
        },
        followed_day=seen.known_until[rows] - first,
    )


def _bedside(course: Course, seen: Watched, rows: NDArray[np.int64], at: NDArray[np.int64]) -> tuple[Codes, Codes]:
    """Grade cytokine release and neurotoxicity on each day, 0 outside the weeks of watch."""
    keys, place = course.cohort.keys.take(rows), (rows[:, None], at)
    fall = draw_patients(course.typical, course.streams, name="outcome.antipyretic_c", keys=keys)
    watch, day = seen.window[place], course.trajectory.day[at]
    crs = daily_crs_grade(
        np.where(watch, seen.il6_effective[place], 0.0),
        day,
        seen.tolerance.take(rows),
        first_drug_day=seen.first_drug_day[rows],
        antipyretic_c=seen.antipyretic[place] * fall[:, None],
    )
    target = course.cohort.antigen.target
    brain = draw_brain_tolerance(keys, target=target, typical=course.typical, streams=course.streams)
    return np.where(watch, crs, 0), daily_icans_grade(np.where(watch, seen.leak[place], 0.0), brain)


def _organs(course: Course, rows: NDArray[np.int64], at: NDArray[np.int64]) -> dict[str, Codes]:
    """Grade the organs that carry the antigen on each day; a patient whose tissue is whole has grade 0."""
    tissue = course.trajectory.of("H")[rows[:, None], at]
    hurt = np.flatnonzero(tissue.min(axis=1, initial=1.0) < 1.0 - 1e-6)
    grades = {name: np.zeros(at.shape, np.int64) for name in _ORGANS}
    if not hurt.size:
        return grades
    keys = course.cohort.keys.take(rows[hurt])
    each = keys.take(np.repeat(np.arange(len(hurt)), at.shape[1]))
    found = off_tumour(
        tissue[hurt].reshape(-1, 1),
        course.cohort.antigen.target,
        keys=each,
        typical=course.typical,
        streams=course.streams,
    )
    for name in _ORGANS:
        # What is not known of an organ cannot limit a dose.
        grades[name][hurt] = np.maximum(getattr(found, f"{name}_grade").reshape(len(hurt), -1), 0)
    return grades
