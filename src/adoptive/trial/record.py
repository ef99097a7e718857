"""Write down what the trial records: one row per randomised patient, and the tables behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.course import Course
from adoptive.facility import Failure
from adoptive.trial.detail import record_care, record_daily, record_doses, record_visits
from adoptive.trial.efficacy import efficacy_columns
from adoptive.trial.enrol import COHORT_NUMBERS
from adoptive.trial.funnel import record_screening
from adoptive.trial.toxicity import toxicity_columns
from adoptive.trial.types import ArmCourse, Followed, Study, TrialRecord

__all__ = ["record_trials"]

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]


def record_trials(study: Study, followed: Followed, *, trials: NDArray[np.int64], detail: bool) -> TrialRecord:
    """Join the arms' courses into the trial's tables."""
    columns = _entry_columns(followed)
    for part in followed.arms:
        _put(columns, part.rows, _patient_columns(part, study) | _course_columns(part, followed, study))
    for part in followed.crossovers:
        late = _course_columns(part, followed, study)
        columns["crossed_over"][part.rows] = part.course.treated
        for name in ("os_days", "os_event", "infusions"):
            columns[name][part.rows] = late[name]
    shape, empty = (len(trials), study.trial.randomised), dict[str, NDArray[Any]]()
    return TrialRecord(
        study=study,
        trials=trials,
        patients={name: values.reshape(shape) for name, values in columns.items()},
        screening=record_screening(study, followed),
        visits=record_visits(followed) if detail else empty,
        doses=record_doses(followed, study) if detail else empty,
        daily=record_daily(followed) if detail else empty,
        care=record_care(followed, study) if detail else empty,
    )


def _put(columns: Columns, rows: NDArray[np.int64], values: Columns) -> None:
    """Put an arm's values in their patients' places."""
    for name, array in values.items():
        if name not in columns:
            columns[name] = np.zeros(len(columns["arm"]), array.dtype)
        columns[name][rows] = array


def _entry_columns(followed: Followed) -> Columns:
    """Give what allocation and screening say of everybody."""
    enrolment = followed.enrolment
    return {
        "arm": enrolment.arm,
        "enrolled": followed.enrolled,
        "screening_number": enrolment.keys.patient % COHORT_NUMBERS,
        "randomised_day": enrolment.randomised_day,
        "crossed_over": np.zeros(len(enrolment.keys), bool),
    }


def _patient_columns(part: ArmCourse, study: Study) -> Columns:
    """Give who an arm's patients are."""
    cohort = part.course.cohort
    return {
        "assigned_cells": np.full(len(cohort), study.trial.arms[part.arm].treatment == "cells"),
        "tumour_type": cohort.tumour_type,
        "age_years": cohort.age_years,
        "weight_kg": cohort.weight_kg,
        "bsa_m2": cohort.bsa_m2,
        "ecog": cohort.ecog,
        "prior_lines": cohort.prior_lines,
        "peritoneal": cohort.peritoneal,
        "third_line_or_later": cohort.third_line_or_later,
        "lesions": (cohort.lesion_diameter_mm > 0).sum(axis=1),
        "founder_clone": cohort.antigen.founder_clone,
        "positive_share": cohort.antigen.positive_share,
    }


def _course_columns(part: ArmCourse, followed: Followed, study: Study) -> Columns:
    """Give what an arm's course adds."""
    course, own = part.course, study.of_arm(part.arm)
    left = followed.dropout_day[part.rows]
    return efficacy_columns(course, own, course.end_day) | toxicity_columns(course) | _manufacture(course, left=left)


def _manufacture(course: Course, *, left: Floats) -> Columns:
    """Give who was treated with what he was assigned to, and why others were not.

    ``left`` is the day on which each patient dropped out. A batch can only fail if its cells were collected, and
    who was to have his cells after the data cut is still waiting.
    """
    patients = len(course.cohort)
    given = np.isfinite(course.infusion_day)
    if course.product is None:
        zero = np.zeros(patients, np.int64)
        return {"treated": course.treated, "infusions": zero, "vein_to_vein_days": zero * 0.0, "not_infused": zero}
    product, fate = course.product, course.reading.fate
    first = np.where(given.any(axis=1), course.infusion_day[:, 0], np.inf)
    ready = np.ceil(product.ready_day) + course.lead_days
    unmade = (product.failure != Failure.NONE) | (product.recall_day <= ready)
    until = np.where(ready < course.end_day, ready, course.end_day)
    gone = np.minimum(fate.last_contact_day, course.end_day)
    reason = np.select(
        [
            course.treated,
            unmade & (product.apheresis_day < gone),
            fate.death_day <= until,
            fate.unfit_day <= until,
            (fate.withdrawal_day <= until) | (left <= until),
            ready >= course.end_day,
        ],
        [0, 1, 2, 3, 4, 6],
        5,
    )
    return {
        "treated": course.treated,
        "infusions": given.sum(axis=1),
        "vein_to_vein_days": np.where(
            course.treated, np.where(course.treated, first, 0.0) - product.apheresis_day, 0.0
        ),
        "not_infused": reason,
    }
