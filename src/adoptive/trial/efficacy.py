"""What the trial records of the tumour: response, progression-free and overall survival by the protocol's rules."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.course import Course
from adoptive.outcome import (
    Response,
    best_response,
    duration_of_response,
    overall_survival,
    progression_free_survival,
)
from adoptive.trial.types import Study

__all__ = ["efficacy_columns"]

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]


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
