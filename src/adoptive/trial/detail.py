"""The long tables of a trial that somebody wants to look at: visits, doses, care and daily values."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.infusion.protocol import DOSE_UNITS
from adoptive.kinetics.observe import lesion_diameters_mm
from adoptive.trial.types import Followed, Study
from adoptive.trial.ward import copies_of, signs_of

__all__ = ["record_care", "record_daily", "record_doses", "record_visits"]

Columns = dict[str, NDArray[Any]]


def record_visits(followed: Followed) -> Columns:
    """Give every scan that took place: day, sum of diameters, change from baseline, response.

    Controls who had the cells ordered are shown up to that day: their scans until then belong to the comparison.
    """
    ordered = np.full(len(followed.cohort), np.inf)
    ordered[followed.choice_rows] = followed.choice.reading.progression_day
    waits = np.isin(np.arange(len(followed.cohort)), followed.crossed_rows)
    parts = []
    for course, places in ((followed.cells, followed.cells_rows), (followed.choice, followed.choice_rows)):
        scans, assessed = course.reading.scans, course.reading.assessed
        until = np.where(waits, ordered, np.inf)[places]
        row, visit = np.nonzero(scans.done & np.isfinite(scans.day) & (scans.day <= until[:, None]))
        parts.append(
            _who(followed, places[row])
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
    parts = []
    for course, places in ((followed.cells, followed.cells_rows), (followed.crossed, followed.crossed_rows)):
        if course is None:
            continue
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


def record_care(followed: Followed) -> Columns:
    """Give every dose against toxicity that the ward gave: its day, drug (place in ``DOSE_UNITS``) and amount."""
    parts, names = [], np.array(list(DOSE_UNITS))
    for course, places in ((followed.cells, followed.cells_rows), (followed.crossed, followed.crossed_rows)):
        if course is None:
            continue
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
    """Give daily values of everybody in the cell arm, as far as he was followed."""
    course = followed.cells
    trajectory, body = course.trajectory, course.body
    last = np.minimum(trajectory.now, course.reading.fate.death_day)
    row, at = np.nonzero(trajectory.day[None, :] <= last[:, None])
    copies, (bedside, brain) = copies_of(course), signs_of(course)
    return _who(followed, followed.cells_rows[row]) | {
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


def _who(followed: Followed, place: NDArray[np.int64]) -> Columns:
    """Name the trial and the patient of each row; patients count from 0 in the order of randomisation."""
    keys = followed.cohort.keys
    first = np.searchsorted(keys.trial, keys.trial[place], side="left")
    return {"trial": keys.trial[place], "patient": place - first}


def _stack(parts: list[Columns]) -> Columns:
    """Put tables with the same columns under each other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
