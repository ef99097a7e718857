"""What the trial records of toxicity: worst grades, lengths and peaks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.course import Course
from adoptive.outcome import worst_cytopenia
from adoptive.outcome.laboratory.cytopenia import Lineage
from adoptive.trial.ward import copies_of, doses_of, infusion_span, safety_of_course, seen_until, window_of

__all__ = ["toxicity_columns"]

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]

_LACK: dict[Lineage, str] = {
    "neutrophils": "neutropenia",
    "lymphocytes": "lymphopenia",
    "leukocytes": "leukopenia",
    "platelets": "thrombocytopenia",
}


def toxicity_columns(course: Course) -> Columns:
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
