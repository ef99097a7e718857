"""What the ward and the laboratory saw of a course: days under watch, cytokine release, transgene copies."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adoptive.course import Course
from adoptive.infusion.care import AGAINST_FEVER, days_under, first_dose_day
from adoptive.kinetics.observe import car_copies_per_ug, il6_effective_pg_ml
from adoptive.outcome import (
    BedsideSigns,
    BrainSigns,
    Dlt,
    DltRule,
    GradedCourse,
    Safety,
    Watched,
    bedside_signs,
    brain_signs,
    crs_course,
    daily_crs_grade,
    dlt_of,
    draw_brain_tolerance,
    draw_vitals,
    safety_of,
)
from adoptive.parameters import draw_patients

__all__ = [
    "antipyretic_days",
    "copies_of",
    "crs_of",
    "dlt_of_course",
    "doses_of",
    "infusion_span",
    "safety_of_course",
    "seen_until",
    "signs_of",
    "watched_of",
    "window_of",
]

Floats = NDArray[np.float64]


def infusion_span(course: Course) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Say who had an infusion, and the days of the first (inf) and the last one (-inf if none)."""
    given = np.isfinite(course.infusion_day)
    first = np.where(given.any(axis=1), course.infusion_day[:, 0], np.inf)
    return np.asarray(given.any(axis=1)), first, np.asarray(np.where(given, course.infusion_day, -np.inf).max(axis=1))


def seen_until(course: Course) -> Floats:
    """Give the last day on which anything is seen of each patient: death, leaving or the data cut."""
    return np.minimum(np.minimum(course.reading.fate.last_contact_day, course.end_day), course.trajectory.now)


def window_of(course: Course) -> NDArray[np.bool_]:
    """Mark the days ``(patients, days)`` on which toxicity of the cells is looked for: to four weeks after the last."""
    day, keys = course.trajectory.day, course.cohort.keys
    _, first, last = infusion_span(course)
    stop = last + course.typical.at("outcome.crs_window_days", keys)
    return (day >= first[:, None]) & (day <= stop[:, None]) & (day <= seen_until(course)[:, None])


def crs_of(course: Course) -> GradedCourse:
    """Give everybody's course of cytokine release syndrome by the trial's scale, each day by its worst hour."""
    trajectory, window = course.trajectory, window_of(course)
    level = np.where(window, _worst_of_day(course), 0.0)
    drug = first_dose_day(course.care, trajectory.fired_day, drugs=AGAINST_FEVER)
    fall = draw_patients(course.typical, course.streams, name="outcome.antipyretic_c", keys=course.cohort.keys)
    grade = daily_crs_grade(
        level,
        trajectory.day,
        course.tolerance,
        first_drug_day=drug,
        antipyretic_c=antipyretic_days(course) * fall[:, None],
        scale=course.reading.assessment.crs_scale,
    )
    return crs_course(np.where(window, grade, 0), trajectory.day)


def antipyretic_days(course: Course) -> NDArray[np.bool_]:
    """Mark the days ``(patients, days)`` whose temperature was taken under an antipyretic.

    On the first of a row of days with doses the fever was there before the drug.
    """
    given = days_under(course.care, course.trajectory.fired_day, course.trajectory.day, drug="antipyretic")
    before = np.zeros_like(given)
    before[:, 1:] = given[:, :-1]
    return given & before


def safety_of_course(course: Course) -> Safety:
    """Give everybody's safety record: signs and laboratory values drawn from his course, graded by the rules."""
    return safety_of(watched_of(course), typical=course.typical, streams=course.streams)


def dlt_of_course(course: Course, rule: DltRule | None = None) -> Dlt:
    """Find everybody's dose-limiting toxicity by a rule; days count from the first infusion."""
    return dlt_of(watched_of(course), rule, typical=course.typical, streams=course.streams)


def signs_of(course: Course) -> tuple[BedsideSigns, BrainSigns]:
    """Give everybody's signs at the bedside and of the brain on every day, ``(patients, days)``, each at its worst."""
    seen, keys, target = watched_of(course), course.cohort.keys, course.cohort.antigen.target
    vitals = draw_vitals(keys, typical=course.typical, streams=course.streams)
    brain = draw_brain_tolerance(keys, target=target, typical=course.typical, streams=course.streams)
    bedside = bedside_signs(
        seen.il6_effective,
        course.trajectory.day,
        course.tolerance,
        vitals,
        first_drug_day=seen.first_drug_day,
        antipyretic=seen.antipyretic,
    )
    return bedside, brain_signs(seen.leak, brain)


def watched_of(course: Course) -> Watched:
    """Give what the clinic knows of everybody in a course."""
    return Watched(
        course.trajectory,
        course.body,
        course.cohort,
        course.tolerance,
        il6_effective=_worst_of_day(course),
        leak=_raised_by_orders(course, course.trajectory.of("BBB"), signal="leak"),
        window=window_of(course),
        infusion_day=course.infusion_day,
        lead_days=course.lead_days,
        known_until=seen_until(course),
        progression_day=course.reading.progression_day,
        first_drug_day=first_dose_day(course.care, course.trajectory.fired_day, drugs=AGAINST_FEVER),
        antipyretic=antipyretic_days(course),
        crs_scale=course.reading.assessment.crs_scale,
    )


def _worst_of_day(course: Course) -> Floats:
    """Give effective interleukin 6 on every day, at least the level at which the ward acted on that day."""
    return _raised_by_orders(course, il6_effective_pg_ml(course.trajectory, course.body), signal="il6_effective")


def _raised_by_orders(course: Course, level: Floats, *, signal: str) -> Floats:
    """Raise a signal's daily values ``(patients, days)`` to the level at which the ward acted on that day.

    The grid holds one value a day; a drug that was ordered shows that the level in between was higher.
    """
    trajectory, worst = course.trajectory, level.copy()
    for place, ward in enumerate(course.care):
        for day in trajectory.fired_day[:, place].T if ward.signal == signal else ():
            row = np.flatnonzero(np.isfinite(day))
            at = np.searchsorted(trajectory.day, day[row], side="right") - 1
            worst[row, at] = np.maximum(worst[row, at], ward.threshold[row])
    return worst


def doses_of(course: Course, drug: str) -> NDArray[np.int64]:
    """Count the doses of a drug that the ward gave while the patient was seen, ``(patients,)``."""
    given = course.doses()
    return np.bincount(given.row[given.drug == drug], minlength=len(course.cohort)).astype(np.int64)


def copies_of(course: Course) -> Floats:
    """Give transgene copies per ug DNA on every day, ``(patients, days)``; 0 for those without a product."""
    patients = len(course.cohort)
    vector = np.zeros(patients) if course.product is None else course.product.vector_copies
    other = 1e3 * course.typical.at("outcome.leukocytes_other_e9_l", course.cohort.keys)
    return car_copies_per_ug(course.trajectory, course.body, vector_copies=vector, other_leukocytes_per_ul=other)
