"""One block of trials, simulated and reduced at once: patients never leave the process that simulated them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.outcome.types import Response
from adoptive.tables import PATIENT_COLUMNS
from adoptive.trial.funnel import screening_columns
from adoptive.trial.types import Study, TrialRecord
from adoptive.units import days
from adoptive.verdict import judge, kaplan_meier
from adoptive.workbench.engine.types import WHOLE_TRIAL, Block, CurveKey, Floats, FlowKey, Task
from adoptive.workbench.shape import cells_arms, compares, curves_of

__all__ = ["GRADES", "MEDIANS", "TOXICITIES", "analysis_set", "month_grid", "reduce_block", "sets_of"]

Patients = Mapping[str, NDArray[Any]]

SHORT_MONTHS: Final = 24.0
LONGEST_MONTHS: Final = 120.0
GRID_STEPS: Final = ((36.0, 0.25), (72.0, 0.5), (LONGEST_MONTHS, 1.0))
"""Distance of the months of a curve, by the length up to which it holds."""

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
"""Columns whose median over the infused patients is kept of each trial and arm with cells."""

MOST_INFUSIONS: Final = 8

_REASONS: Final = {
    int(code): words.strip()
    for code, words in re.findall(r"(\d+) ([^,;]+)", PATIENT_COLUMNS["not_infused"].meaning)
    if int(code) > 0
}
"""Why somebody was not infused, by code, in the words of the table's own dictionary."""


def month_grid(study: Study, *, latest: float = 0.0) -> Floats:
    """Give the months at which survival curves are kept, from 0.

    They reach as far as half of the patients can be followed, at least two years and to ``latest``, but not beyond the
    data cut: ``min(cut, max(24, follow-up + accrual / 2, latest))``, at most ten years.
    """
    whole = study.trial.accrual_months + study.trial.follow_up_months
    typical = study.trial.follow_up_months + study.trial.accrual_months / 2
    end = min(whole, max(SHORT_MONTHS, typical, latest), LONGEST_MONTHS)
    step = next(step for longest, step in GRID_STEPS if end <= longest)
    grid: Floats = np.arange(0.0, end + 1e-9, step)
    return grid


def reduce_block(task: Task) -> Block:
    """Simulate a block of trials and keep what is asked of them."""
    record, study = task.simulate(task.study, seed=task.seed, trials=task.trials), task.study
    patients, cells = record.patients, cells_arms(task.study)
    estimates = judge(patients, record.screening, task.specs)
    return Block(
        trials=np.asarray(task.trials, np.int64),
        values=np.stack([np.asarray(item.values, float) for item in estimates], axis=1),
        estimable=np.stack([np.asarray(item.estimable, bool) for item in estimates], axis=1),
        curves=_curves(patients, study, task.grid_months),
        flow=dict(_flow(record, study)),
        medians={(arm, name): _median_of_infused(patients, arm, name) for arm in cells for name in MEDIANS},
        grades={
            (arm, name): _grades(patients, arm, column) for arm in cells for name, column in TOXICITIES.items()
        },
        responses={arm: _responses(patients, arm) for arm in range(len(study.trial.arms))},
    )  # fmt: skip


def sets_of(event: str) -> tuple[str, ...]:
    """Name the analysis sets of which a curve is kept."""
    return ("responders",) if event == "dor" else ("ITT", "infused")


def analysis_set(patients: Patients, arm: int, name: str) -> NDArray[np.bool_]:
    """Mark an arm's patients in an analysis set, ``ITT``, ``infused`` or ``responders``: ``(trials, patients)``.

    Who would have entered after the data cut belongs to none.
    """
    chosen: NDArray[np.bool_] = (patients["arm"] == arm) & patients["enrolled"]
    column = {"infused": "treated", "responders": "responder"}.get(name)
    return chosen if column is None else chosen & patients[column]


def _curves(patients: Patients, study: Study, grid_months: Floats) -> dict[CurveKey, Floats]:
    curves: dict[CurveKey, Floats] = {}
    for event in curves_of(study):
        for arm in range(len(study.trial.arms)):
            for name in sets_of(event):
                include = analysis_set(patients, arm, name)
                curves[event, arm, name] = kaplan_meier(
                    patients[f"{event}_days"], patients[f"{event}_event"], include, at_days=days(grid_months)
                )
    return curves


def _flow(record: TrialRecord, study: Study) -> Iterator[tuple[FlowKey, Floats]]:
    """Count who was screened, assigned, treated and lost, and why; ``(trials,)`` each."""
    yield from _screening(record, study)
    patients, cells = record.patients, cells_arms(study)
    together = "randomised" if compares(study) else "enrolled"
    yield (WHOLE_TRIAL, "entered", together), _count(patients["enrolled"])
    for arm in range(len(study.trial.arms)):
        of_arm = analysis_set(patients, arm, "ITT")
        yield (arm, "assigned", ""), _count(of_arm)
        yield (arm, "treated", ""), _count(of_arm & patients["treated"])
        yield from _lost(patients, arm) if arm in cells else ()
        if arm not in cells and study.trial.crossover.allowed:
            yield (arm, "crossed over", ""), _count(of_arm & patients["crossed_over"])


def _screening(record: TrialRecord, study: Study) -> Iterator[tuple[FlowKey, Floats]]:
    """Count who was screened and who failed for what, of the whole trial and of cohorts that screen for themselves.

    Criteria stand one by one where there are any; of looks, whether they stopped the trial.
    """
    for name, column in screening_columns(study).items():
        counts = np.asarray(record.screening[name], float)
        found = re.fullmatch(r"(?:arm(\d+)_)?(screened|failed_\w+|\w+_failures)", name)
        if found is not None and name != "criteria_failures":
            arm = int(found[1]) - 1 if found[1] else WHOLE_TRIAL
            yield (arm, "screened" if found[2] == "screened" else "screening failure", column.meaning), counts
    for code, words in {1: "for efficacy", 2: "for futility"}.items():
        yield (WHOLE_TRIAL, "stopped", words), (record.screening["stopped_for"] == code).astype(float)


def _lost(patients: Patients, arm: int) -> Iterator[tuple[FlowKey, Floats]]:
    """Count an arm's patients by number of infusions, and those without one by reason."""
    of_arm = analysis_set(patients, arm, "ITT")
    missed = of_arm & ~patients["treated"]
    for number in range(1, MOST_INFUSIONS + 1):
        yield (arm, "infusions", str(number)), _count(of_arm & (patients["infusions"] == number))
    for code, reason in _REASONS.items():
        yield (arm, "lost", reason), _count(missed & (patients["not_infused"] == code))


def _count(marked: NDArray[np.bool_]) -> Floats:
    counts: Floats = marked.sum(axis=1).astype(float)
    return counts


def _median_of_infused(patients: Patients, arm: int, name: str) -> Floats:
    """Give each trial's median over an arm's infused patients; 0 if there are none."""
    include = analysis_set(patients, arm, "infused")
    values = np.where(include, patients[name], np.nan)
    some = include.any(axis=1)
    medians = np.zeros(len(values))
    medians[some] = np.nanmedian(values[some], axis=1)
    return medians


def _grades(patients: Patients, arm: int, column: str) -> Floats:
    """Count an arm's infused patients by worst grade, ``(trials, 6)``, if assessed."""
    include = analysis_set(patients, arm, "infused")
    levels = [np.sum(include & (patients[column] == grade), axis=1) for grade in range(GRADES)]
    return np.stack(levels, axis=1).astype(float)


def _responses(patients: Patients, arm: int) -> Floats:
    """Count an arm's patients by best response, ``(trials, codes)``, in the order of the codes."""
    of_arm, best = analysis_set(patients, arm, "ITT"), patients["best_response"]
    return np.stack([_count(of_arm & (best == code)) for code in Response], axis=1)
