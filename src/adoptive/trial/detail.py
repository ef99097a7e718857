"""The long tables of a trial that somebody wants to look at: visits, doses, care and daily values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.course import Course
from adoptive.infusion.protocol import DOSE_UNITS
from adoptive.kinetics.observe import lesion_diameters_mm
from adoptive.tables import DAILY_COLUMNS
from adoptive.trial.types import ArmCourse, Followed, Study
from adoptive.trial.ward import copies_of, signs_of

__all__ = ["record_care", "record_daily", "record_doses", "record_visits"]

Columns = dict[str, NDArray[Any]]


def record_visits(followed: Followed) -> Columns:
    """Give every scan that took place: day, sum of diameters, change from baseline, response.

    Controls who had the cells ordered are shown up to that day: their scans until then belong to the comparison.
    """
    ordered = np.full(len(followed.cohort), np.inf)
    for part in followed.crossovers:
        arm = next(whole for whole in followed.arms if whole.arm == part.arm)
        ordered[part.rows] = arm.course.reading.progression_day[np.searchsorted(arm.rows, part.rows)]
    parts = []
    for part in followed.arms:
        scans, assessed = part.course.reading.scans, part.course.reading.assessed
        until = np.minimum(ordered[part.rows], part.course.end_day)
        row, visit = np.nonzero(scans.done & np.isfinite(scans.day) & (scans.day <= until[:, None]))
        parts.append(
            _who(followed, part.rows[row])
            | {
                "day": scans.day[row, visit],
                "sld_mm": assessed.sum_mm[row, visit],
                "change": assessed.change[row, visit],
                "response": assessed.response[row, visit],
            }
        )
    return _stack(parts)


def record_doses(followed: Followed, study: Study) -> Columns:
    """Give every infusion of cells: its number, day and size."""
    parts = [_nobody(number=0, day=0.0, cells=0.0)]
    for course, places in _with_cells(followed, study):
        row, number = np.nonzero(np.isfinite(course.infusion_day))
        parts.append(
            _who(followed, places[row])
            | {
                "number": number + 1,
                "day": course.infusion_day[row, number],
                "cells": course.dose_cells[row, number],
            }
        )
    return _stack(parts)


def record_care(followed: Followed, study: Study) -> Columns:
    """Give every dose against toxicity that the ward gave: its day, drug (place in ``DOSE_UNITS``) and amount."""
    parts, names = [_nobody(day=0.0, drug=0, dose=0.0)], np.array(list(DOSE_UNITS))
    for course, places in _with_cells(followed, study):
        given = course.doses()
        parts.append(
            _who(followed, places[given.row])
            | {
                "day": given.day,
                "drug": np.argmax(given.drug[:, None] == names, axis=1),
                "dose": given.dose,
            }
        )
    return _stack(parts)


def record_daily(followed: Followed) -> Columns:
    """Give daily values of everybody in the arms with cells, as far as he was followed."""
    numbers = {name: 0.0 for name in DAILY_COLUMNS if name not in ("trial", "patient", "ice_score")}
    parts = [_nobody(**numbers, ice_score=0)]
    for part in followed.arms:
        if part.course.product is not None:
            parts.append(_daily(followed, part))
    return _stack(parts)


def _daily(followed: Followed, part: ArmCourse) -> Columns:
    """Give the daily values of one arm."""
    course = part.course
    trajectory, body = course.trajectory, course.body
    known = np.minimum(trajectory.now, trajectory.recorded_day_from(course.end_day))
    last = np.minimum(known, course.reading.fate.death_day)
    row, at = np.nonzero(trajectory.day[None, :] <= last[:, None])
    copies, (bedside, brain) = copies_of(course), signs_of(course)
    return _who(followed, part.rows[row]) | {
        "day": trajectory.day[at],
        "car_copies": copies[row, at],
        "il6_pg_ml": trajectory.of("IL6")[row, at],
        "neutrophils_e9_l": trajectory.of("ANC")[row, at],
        "platelets_e9_l": trajectory.of("PLT")[row, at],
        "lymphocytes_e9_l": trajectory.of("L")[row, at] / 1e3,
        "sld_mm": lesion_diameters_mm(trajectory, body).sum(axis=2)[row, at],
        "temperature_c": bedside.temperature_c[row, at],
        "systolic_mmhg": bedside.systolic_mmhg[row, at],
        "saturation_percent": bedside.saturation_percent[row, at],
        "ice_score": brain.ice[row, at],
    }


def _with_cells(followed: Followed, study: Study) -> Iterator[tuple[Course, NDArray[np.int64]]]:
    """Give the courses with cells and their patients' places, those of crossed-over controls last."""
    for part in followed.arms:
        if study.trial.arms[part.arm].treatment == "cells":
            yield part.course, part.rows
    for part in followed.crossovers:
        yield part.course, part.rows


def _who(followed: Followed, place: NDArray[np.int64]) -> Columns:
    """Name the trial and the patient of each row; patients count from 0 in the order of randomisation."""
    keys = followed.cohort.keys
    first = np.searchsorted(keys.trial, keys.trial[place], side="left")
    return {"trial": keys.trial[place], "patient": place - first}


def _nobody(**kinds: float) -> Columns:
    """Give a table without rows; each column is of the kind of its value."""
    whole = np.empty(0, np.int64)
    return {"trial": whole, "patient": whole} | {name: np.empty(0, type(kind)) for name, kind in kinds.items()}


def _stack(parts: list[Columns]) -> Columns:
    """Put tables with the same columns under each other."""
    filled = [part for part in parts if len(part["trial"])] or parts[:1]
    return {name: np.concatenate([part[name] for part in filled]) for name in filled[0]}
