"""One block of trials, simulated and reduced at once: patients never leave the process that simulated them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.trial.types import Study, TrialRecord
from adoptive.units import days
from adoptive.verdict import judge, kaplan_meier
from adoptive.workbench.engine.types import Block, CurveKey, Floats, Task

__all__ = ["GRADES", "MEDIANS", "TOXICITIES", "analysis_set", "joined", "month_grid", "reduce_block"]

Patients = Mapping[str, NDArray[Any]]

GRID_STEP_MONTHS: Final = 0.25
GRID_END_MONTHS: Final = 24.0
GRADES: Final = 6
"""Grades 0 to 5."""

TOXICITIES: Final = {
    "cytokine release syndrome": "crs_grade",
    "neutropenia": "neutropenia_grade",
    "lymphopenia": "lymphopenia_grade",
    "leukopenia": "leukopenia_grade",
    "thrombocytopenia": "thrombocytopenia_grade",
    "anaemia": "anaemia_grade",
    "early ICAHT": "icaht_early_grade",
    "neurotoxicity": "icans_grade",
    "infection": "infection_grade",
    "gastric mucosal injury": "gastritis_grade",
    "raised ALT": "alt_grade",
    "tumour lysis": "tls_grade",
}

MEDIANS: Final = (
    "vein_to_vein_days", "infusions", "peak_car_copies", "peak_car_day", "peak_il6_pg_ml", "crs_onset_day", "crs_days",
)  # fmt: skip
"""Columns whose median over the infused patients of the experimental arm is kept of each trial."""

_REASONS: Final = {1: "not_made", 2: "died_waiting", 3: "deteriorated_waiting", 4: "withdrew"}


def month_grid(study: Study) -> Floats:
    """Give the months at which survival curves are kept: every quarter month, at most two years of follow-up."""
    end = min(GRID_END_MONTHS, study.trial.accrual_months + study.trial.follow_up_months)
    grid: Floats = np.arange(0.0, end + 1e-9, GRID_STEP_MONTHS)
    return grid


def reduce_block(task: Task) -> Block:
    """Simulate a block of trials and keep what is asked of them."""
    record = task.simulate(task.study, seed=task.seed, trials=task.trials)
    patients = record.patients
    estimates = judge(patients, record.screening, task.specs)
    return Block(
        trials=np.asarray(task.trials, np.int64),
        values=np.stack([np.asarray(item.values, float) for item in estimates], axis=1),
        estimable=np.stack([np.asarray(item.estimable, bool) for item in estimates], axis=1),
        curves=_curves(patients, task.grid_months),
        flow=_flow(record),
        medians={name: _median_of_infused(patients, name) for name in MEDIANS},
        grades={name: _grades(patients, column) for name, column in TOXICITIES.items()},
    )


def joined(blocks: Sequence[Block]) -> Block:
    """Join blocks in the order given."""

    def together(name: str) -> dict[Any, Any]:
        first = getattr(blocks[0], name)
        return {key: np.concatenate([getattr(block, name)[key] for block in blocks]) for key in first}

    return Block(
        trials=np.concatenate([block.trials for block in blocks]),
        values=np.concatenate([block.values for block in blocks]),
        estimable=np.concatenate([block.estimable for block in blocks]),
        curves=together("curves"),
        flow=together("flow"),
        medians=together("medians"),
        grades=together("grades"),
    )


def analysis_set(patients: Patients, arm: int, name: str) -> NDArray[np.bool_]:
    """Mark an arm's patients in an analysis set, ``ITT`` or ``infused``: ``(trials, patients)``."""
    chosen: NDArray[np.bool_] = patients["arm"] == arm
    return chosen & patients["treated"] if name == "infused" else chosen


def _curves(patients: Patients, grid_months: Floats) -> dict[CurveKey, Floats]:
    curves: dict[CurveKey, Floats] = {}
    for event in ("pfs", "os"):
        for arm in (0, 1):
            for name in ("ITT", "infused"):
                include = analysis_set(patients, arm, name)
                curves[event, arm, name] = kaplan_meier(
                    patients[f"{event}_days"], patients[f"{event}_event"], include, at_days=days(grid_months)
                )
    return curves


def _flow(record: TrialRecord) -> dict[str, Floats]:
    patients = record.patients
    cells, control = patients["arm"] == 0, patients["arm"] == 1
    counts = {name: np.asarray(column) for name, column in record.screening.items()}
    counts |= {
        "randomised": np.sum(cells | control, axis=1),
        "cells": np.sum(cells, axis=1),
        "cells_infused": np.sum(cells & patients["treated"], axis=1),
        "control": np.sum(control, axis=1),
        "control_treated": np.sum(control & patients["treated"], axis=1),
        "crossed_over": np.sum(control & patients["crossed_over"], axis=1),
    }
    for code, reason in _REASONS.items():
        counts[f"cells_{reason}"] = np.sum(cells & (patients["not_infused"] == code), axis=1)
    for number in (1, 2, 3):
        counts[f"cells_{number}_infusions"] = np.sum(cells & (patients["infusions"] == number), axis=1)
    return {name: np.asarray(column, float) for name, column in counts.items()}


def _median_of_infused(patients: Patients, name: str) -> Floats:
    """Give each trial's median over the infused patients of the experimental arm; 0 if there are none."""
    include = analysis_set(patients, 0, "infused")
    values = np.where(include, patients[name], np.nan)
    some = include.any(axis=1)
    medians = np.zeros(len(values))
    medians[some] = np.nanmedian(values[some], axis=1)
    return medians


def _grades(patients: Patients, column: str) -> Floats:
    """Count the infused patients of the experimental arm by worst grade, ``(trials, 6)``, if assessed."""
    include = analysis_set(patients, 0, "infused")
    levels = [np.sum(include & (patients[column] == grade), axis=1) for grade in range(GRADES)]
    return np.stack(levels, axis=1).astype(float)
