"""Write down what the trial records: one row per randomised patient, and the tables behind it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.course import Course
from adoptive.facility import Failure
from adoptive.outcome import (
    Response,
    best_response,
    duration_of_response,
    overall_survival,
    progression_free_survival,
    worst_cytopenia,
)
from adoptive.outcome.laboratory.cytopenia import Lineage
from adoptive.trial.detail import record_care, record_daily, record_doses, record_visits
from adoptive.trial.types import Followed, Study, TrialRecord
from adoptive.trial.ward import copies_of, doses_of, infusion_span, safety_of_course, seen_until, window_of

__all__ = ["efficacy_columns", "record_trials"]

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]

_LACK: dict[Lineage, str] = {
    "neutrophils": "neutropenia",
    "lymphocytes": "lymphopenia",
    "leukocytes": "leukopenia",
    "platelets": "thrombocytopenia",
}


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
    return efficacy_columns(course, study, end_day) | _safety(course) | _manufacture(course)


def efficacy_columns(course: Course, study: Study, end_day: Floats) -> Columns:
    """Give response, progression-free and overall survival by the protocol's rules."""
    rules, assessed, fate, day = study.outcome, course.reading.assessed, course.reading.fate, course.reading.scans.day
    pfs = progression_free_survival(
        assessed.response, day, death_day=fate.death_day, last_contact_day=fate.withdrawal_day, cut_day=end_day
    )
    survival = overall_survival(fate.death_day, last_contact_day=fate.withdrawal_day, cut_day=end_day)
    best = best_response(
        assessed.response,
        day,
        confirm_days=rules.confirm_days,
        minimum_stable_days=rules.minimum_stable_days,
        baseline_day=course.reading.baseline_day,
        cut=end_day,
    )
    response = duration_of_response(pfs, np.where(best.confirmed, best.response_start_day, np.inf))
    judged = np.isin(assessed.response, (Response.CR, Response.PR, Response.SD, Response.PD)) & assessed.complete
    before = judged & (day <= pfs.days[:, None])
    change = np.where(before, assessed.change, np.inf).min(axis=1, initial=np.inf)
    evaluable = before.any(axis=1)
    controlled = (Response.CR, Response.PR, Response.SD, Response.NON_CR_NON_PD)
    return {
        "baseline_sld_mm": course.reading.scans.baseline_mm.sum(axis=1),
        "pfs_days": pfs.days,
        "pfs_event": pfs.event,
        "os_days": survival.days,
        "os_event": survival.event,
        "best_response": best.response,
        "responder": best.confirmed,
        "disease_control": np.isin(best.response, controlled),
        "evaluable": evaluable,
        "best_change": np.where(evaluable, change, 0.0),
        "response_day": np.where(best.confirmed, best.response_start_day, 0.0),
        "dor_days": response.days,
        "dor_event": response.event,
    }


def _safety(course: Course) -> Columns:
    """Give toxicity grades and peaks; -1 where a patient had no cells and so was not assessed for them."""
    trajectory, day = course.trajectory, course.trajectory.day
    had, first, last = infusion_span(course)
    window = window_of(course)
    copies = np.where(window, copies_of(course), 0.0)
    peak = copies.argmax(axis=1)
    return safety_of_course(course).columns() | {
        "tocilizumab_doses": doses_of(course, "tocilizumab"),
        "peak_car_copies": copies.max(axis=1),
        "peak_car_day": np.where(had, day[peak] - np.where(had, first, 0.0), 0.0),
        "peak_il6_pg_ml": np.where(window, trajectory.of("IL6"), 0.0).max(axis=1),
        **_cytopenia(course, first=first, last=last, had=had),
    }


def _cytopenia(course: Course, *, first: Floats, last: Floats, had: NDArray[np.bool_]) -> Columns:
    """Give the worst CTCAE grade of each lineage from lymphodepletion to four weeks after the last infusion."""
    trajectory, day = course.trajectory, course.trajectory.day
    typical, keys = course.typical, course.cohort.keys
    other = typical.at("outcome.leukocytes_other_e9_l", keys)
    lead = course.lead_days
    window = typical.at("outcome.cytopenia_window_days", keys)
    counts: dict[Lineage, Floats] = {
        "neutrophils": trajectory.of("ANC"),
        "lymphocytes": trajectory.of("L") / 1e3,
        "leukocytes": trajectory.of("ANC") + trajectory.of("L") / 1e3 + other[:, None],
        "platelets": trajectory.of("PLT"),
    }
    start = np.where(had, first - lead, np.inf)
    stop = np.minimum(np.where(had, last + window, -np.inf), seen_until(course))
    return {
        f"{_LACK[lineage]}_grade": worst_cytopenia(count, day, lineage, first_day=start, last_day=stop)
        for lineage, count in counts.items()
    }


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
