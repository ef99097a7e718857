"""What the trial records of toxicity: worst grades, lengths and peaks."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.course import Course
from adoptive.kinetics.observe.rows import observed
from adoptive.outcome import UNGRADED, at_days, find_b_cell_aplasia, worst_cytopenia
from adoptive.outcome.laboratory.cytopenia import Lineage
from adoptive.parameters import draw_patients
from adoptive.trial.ward import copies_of, doses_of, infusion_span, safety_of_course, seen_until, window_of

__all__ = ["toxicity_columns"]

Floats = NDArray[np.float64]
Columns = dict[str, NDArray[Any]]

AREA_DAYS: Final = 28.0
SAMPLE_DAYS: Final = 28.0
"""Days of the area under the transgene level, and between samples for B cells."""

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
    window, copies = window_of(course), copies_of(course)
    watched = np.where(window, copies, 0.0)
    peak = watched.argmax(axis=1)
    highest = np.where(window, trajectory.of("IL6"), 0.0).max(axis=1)
    return safety_of_course(course).columns() | {
        "tocilizumab_doses": doses_of(course, "tocilizumab"),
        "steroid_doses": doses_of(course, "dexamethasone") + doses_of(course, "methylprednisolone"),
        "peak_car_copies": watched.max(axis=1),
        "peak_car_day": _since_infusion(day[peak], first, known=had & (watched.max(axis=1) > 0)),
        "peak_il6_pg_ml": highest,
        "il6_rise": _yes(highest >= _row(course, "il6_rise_ratio") * course.body.of("b6"), had),
        **_expansion(course, copies, first=first, had=had, peak=watched.max(axis=1)),
        **_b_cells(course, first=first, had=had),
        **_cytopenia(course, first=first, last=last, had=had),
    }


def _row(course: Course, name: str) -> Floats:
    """Give a row of the outcome for every patient."""
    return course.typical.at(f"outcome.{name}", course.cohort.keys)


def _since_infusion(day: Floats, first: Floats, *, known: NDArray[np.bool_]) -> Floats:
    """Give a day counted from the first infusion; 0 where none is known, as in cells that carry no transgene."""
    return np.where(known, day - np.where(known, first, 0.0), 0.0)


def _yes(mark: NDArray[np.bool_], assessed: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Code a yes as 1, a no as 0 and what was not assessed as -1."""
    return np.where(assessed, mark, UNGRADED).astype(np.int64)


def _expansion(course: Course, copies: Floats, *, first: Floats, had: NDArray[np.bool_], peak: Floats) -> Columns:
    """Give the area under transgene copies to day 28, how long they stayed above the limit, and whether they rose."""
    day, start = course.trajectory.day, np.where(had, first, np.inf)[:, None]
    seen = (day >= start) & (day <= seen_until(course)[:, None])
    early = seen & (day <= start + AREA_DAYS)
    steps = 0.5 * (copies[:, 1:] + copies[:, :-1]) * np.diff(day) * (early[:, 1:] & early[:, :-1])
    limit = observed("qpcr_lower")
    last = np.where(seen & (copies >= limit), day, -np.inf).max(axis=1)
    begun = np.minimum(np.searchsorted(day, np.where(had, first, 0.0) + 1.0), len(day) - 1)
    level = np.maximum(copies[np.arange(len(copies)), begun], limit)
    return {
        "auc28": np.where(had, steps.sum(axis=1), 0.0),
        "persistence_days": np.where(np.isfinite(last), np.maximum(last, 0.0) - np.where(had, first, 0.0), 0.0),
        "expansion": _yes(peak >= _row(course, "expansion_ratio") * level, had),
    }


def _b_cells(course: Course, *, first: Floats, had: NDArray[np.bool_]) -> Columns:
    """Give days from the first infusion to the return of B cells, by monthly samples; 0 for who never lost them.

    They are gone below 20 cells per uL and back with two samples in a row at or above.
    """
    last, start = seen_until(course), np.where(had, first, 0.0)
    months = int(max((last - start).max(initial=0.0), 0.0) // SAMPLE_DAYS)
    sample = SAMPLE_DAYS * np.arange(1, months + 2)
    day = start[:, None] + sample
    level = draw_patients(course.typical, course.streams, name="outcome.b_cells_per_ul", keys=course.cohort.keys)
    drawn = had[:, None] & (day <= last[:, None])
    count = np.where(drawn, level[:, None] * at_days(course.trajectory.of("B"), course.trajectory.day, day), np.nan)
    found = find_b_cell_aplasia(count, sample)
    lost, back = np.isfinite(found.begins_day), np.isfinite(found.ends_day)
    known = np.where(drawn, sample, 0.0).max(axis=1, initial=0.0)
    sampled = drawn.any(axis=1)
    return {
        "b_cell_recovery_days": np.where(lost, np.where(back, np.minimum(found.ends_day, known), known), 0.0),
        "b_cell_recovery_event": np.where(lost, back, sampled),
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
