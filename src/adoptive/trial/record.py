"""Write down what the trial records: one row per randomised patient, and the tables behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.course import Course
from adoptive.facility import Failure
from adoptive.trial.detail import record_care, record_daily, record_doses, record_visits
from adoptive.trial.efficacy import efficacy_columns
from adoptive.trial.toxicity import toxicity_columns
from adoptive.trial.types import Followed, Study, TrialRecord

__all__ = ["record_trials"]

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]


def record_trials(study: Study, followed: Followed, *, trials: NDArray[np.int64], detail: bool) -> TrialRecord:
    """Join the arms' courses into the trial's tables."""
    columns = _entry_columns(followed)
    _put(columns, followed.cells_rows, _course_columns(followed.cells, study, followed.end_day[followed.cells_rows]))
    _put(columns, followed.choice_rows, _course_columns(followed.choice, study, followed.end_day[followed.choice_rows]))
    if followed.crossed is not None:
        late = _course_columns(followed.crossed, study, followed.end_day[followed.crossed_rows])
        got = followed.crossed.treated
        rows = followed.crossed_rows
        columns["crossed_over"][rows] = got
        for name in ("os_days", "os_event", "infusions"):
            columns[name][rows] = late[name]
    shape = (len(trials), study.trial.randomised)
    enrolment = followed.enrolment
    empty: Columns = {}
    return TrialRecord(
        study=study,
        trials=trials,
        patients={name: values.reshape(shape) for name, values in columns.items()},
        screening={
            "screened": enrolment.screened,
            "antigen_failures": enrolment.antigen_failures,
            "other_failures": enrolment.other_failures,
        },
        visits=record_visits(followed) if detail else empty,
        doses=record_doses(followed, study) if detail else empty,
        daily=record_daily(followed) if detail else empty,
        care=record_care(followed) if detail else empty,
    )


def _put(columns: Columns, rows: NDArray[np.int64], values: Columns) -> None:
    """Put an arm's values in their patients' places."""
    for name, array in values.items():
        if name not in columns:
            columns[name] = np.zeros(len(columns["arm"]), array.dtype)
        columns[name][rows] = array


def _entry_columns(followed: Followed) -> Columns:
    """Give what is known at entry."""
    cohort, enrolment = followed.cohort, followed.enrolment
    return {
        "arm": enrolment.arm,
        "screening_number": cohort.keys.patient,
        "randomised_day": enrolment.randomised_day,
        "peritoneal": cohort.peritoneal,
        "third_line_or_later": cohort.third_line_or_later,
        "lesions": (cohort.lesion_diameter_mm > 0).sum(axis=1),
        "founder_clone": cohort.antigen.founder_clone,
        "positive_share": cohort.antigen.positive_share,
        "crossed_over": np.zeros(len(cohort), bool),
    }


def _course_columns(course: Course, study: Study, end_day: Floats) -> Columns:
    """Give what an arm's course adds."""
    return efficacy_columns(course, study, end_day) | toxicity_columns(course) | _manufacture(course)


def _manufacture(course: Course) -> Columns:
    """Give who was treated with what he was assigned to, and why others were not."""
    patients = len(course.cohort)
    given = np.isfinite(course.infusion_day)
    if course.product is None:
        zero = np.zeros(patients, np.int64)
        return {"treated": course.treated, "infusions": zero, "vein_to_vein_days": zero * 0.0, "not_infused": zero}
    product, fate = course.product, course.reading.fate
    first = np.where(given.any(axis=1), course.infusion_day[:, 0], np.inf)
    ready = product.ready_day + course.lead_days
    reason = np.select(
        [
            course.treated,
            product.failure != Failure.NONE,
            fate.death_day <= ready,
            fate.unfit_day <= ready,
            fate.withdrawal_day <= ready,
        ],
        [0, 1, 2, 3, 4],
        0,
    )
    return {
        "treated": course.treated,
        "infusions": given.sum(axis=1),
        "vein_to_vein_days": np.where(
            course.treated, np.where(course.treated, first, 0.0) - product.apheresis_day, 0.0
        ),
        "not_infused": reason,
    }
