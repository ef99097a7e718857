"""A stand-in for the clinic: records with plausible columns from keyed draws, in milliseconds."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from adoptive.streams import Keys, Streams
from adoptive.tables import (
    DAILY_COLUMNS,
    DOSE_COLUMNS,
    PATIENT_COLUMNS,
    VISIT_COLUMNS,
    Column,
    check_table,
)
from adoptive.trial.funnel import screening_columns
from adoptive.trial.types import Study, TrialRecord
from adoptive.workbench.study import parse_study

Table = dict[str, np.ndarray]
Columns = Mapping[str, Column]
KINDS = {"int": np.int64, "float": float, "bool": bool}

STUDY_TEXT = (Path(__file__).parent / "small.toml").read_text("utf-8")


def small_study() -> Study:
    """Give a valid study of 30 patients."""
    return parse_study(STUDY_TEXT)


@dataclass(frozen=True)
class SyntheticClinic:
    """Simulate trials whose every number is a function of (seed, trial, patient)."""

    pause_s: float = 0.0

    def __call__(self, study: Study, *, seed: int, trials: Sequence[int], detail: bool = False) -> TrialRecord:
        time.sleep(self.pause_s)
        size = study.trial.randomised
        columns = _patients(Streams(seed), np.asarray(trials), study)
        screening = _screening(study, np.asarray(trials))
        nothing = [_empty(table) for table in (VISIT_COLUMNS, DOSE_COLUMNS, DAILY_COLUMNS)]
        visits, doses, daily = _follow(columns, trials[0], size) if detail else nothing
        record = TrialRecord(study, np.asarray(trials), columns, screening, visits, doses, daily)
        check_table(record.patients, PATIENT_COLUMNS, where="patients")
        check_table(record.screening, screening_columns(study), where="screening")
        for table, known in ((visits, VISIT_COLUMNS), (doses, DOSE_COLUMNS), (daily, DAILY_COLUMNS)):
            check_table(table, known, where="detail")
        return record


def _empty(known: Columns) -> Table:
    return {name: np.zeros(0, KINDS[c.dtype]) for name, c in known.items()}


def _benefit(study: Study) -> float:
    """Give how many times longer the cells hold progression off; inert cells and the early baseline take it away."""
    if study.infusion.dose_cells == 0:
        return 1.0
    return 2.0 if study.outcome.recist_baseline == "lymphodepletion" else 1.3


def _screening(study: Study, trials: np.ndarray) -> Table:
    size, nobody = study.trial.randomised, np.zeros(len(trials), np.int64)
    told = {
        "screened": size * 2 + trials % 7, "antigen_failures": nobody + size // 2,
        "other_failures": size // 2 + trials % 7, "cut_day": nobody + 900.0,
    }  # fmt: skip
    return {name: told.get(name, nobody.astype(KINDS[c.dtype])) for name, c in screening_columns(study).items()}


def _arms(study: Study) -> np.ndarray:
    """Deal the arms out in turn, each as often as its ratio says."""
    parts = [arm.ratio for arm in study.trial.arms]
    order = np.repeat(np.arange(len(parts)), parts)
    return order[np.arange(study.trial.randomised) % len(order)].astype(np.int64)


def _patients(streams: Streams, trials: np.ndarray, study: Study) -> Table:
    size, benefit = study.trial.randomised, _benefit(study)
    keys = Keys.of(np.repeat(trials, size), np.tile(np.arange(size), len(trials)))

    def draw(purpose: str) -> np.ndarray:
        return streams.uniform(purpose, keys).reshape(len(trials), size)

    arm = np.broadcast_to(_arms(study), (len(trials), size)).copy()
    cells = np.array([arm.treatment == "cells" for arm in study.trial.arms])[arm]
    treated = draw("treated") < np.where(cells, 0.85, 0.93)
    infused = cells & treated
    frailty = streams.normal("trial", Keys.of(trials, 0))[:, None] * 0.1
    pfs_true = -np.log(draw("pfs")) * np.where(cells, 80 * benefit, 80) * np.exp(frailty) + 20
    os_true = pfs_true - np.log(draw("os")) * np.where(cells, 160, 120)
    cut = 30.4375 * (study.trial.follow_up_months + draw("accrual") * min(study.trial.accrual_months, 20))
    days = {"pfs_days": np.minimum(pfs_true, cut), "os_days": np.minimum(os_true, cut)}
    best = np.clip(streams.normal("change", keys).reshape(arm.shape) * 0.35 - np.where(cells, 0.2, -0.1), -1, 1.2)
    responder = (best <= -0.3) & treated
    peak = np.where(infused, np.exp(9 + 1.5 * streams.normal("peak", keys).reshape(arm.shape)), 0.0)
    grade = np.where(infused, np.digitize(draw("crs"), [0.05, 0.6, 0.95, 0.999]), -1)
    cytopenia = {
        name: np.where(infused, np.digitize(draw(name), [0.02, 0.05, 0.1, edge]), -1)
        for name, edge in (
            ("neutropenia_grade", 0.5),
            ("lymphopenia_grade", 0.3),
            ("leukopenia_grade", 0.6),
            ("thrombocytopenia_grade", 0.9),
        )
    }
    told = {
        "arm": arm,
        "assigned_cells": cells,
        "enrolled": np.ones(arm.shape, bool),
        "screening_number": np.broadcast_to(np.arange(size) * 2, arm.shape).copy(),
        "randomised_day": draw("day") * 800,
        "peritoneal": draw("peritoneal") < 0.66,
        "third_line_or_later": draw("line") < 0.27,
        "baseline_sld_mm": 20 + 80 * draw("sld"),
        "lesions": 1 + (draw("lesions") * 4).astype(np.int64),
        "treated": treated,
        "infusions": np.where(infused, 1 + (draw("infusions") * 3).astype(np.int64), 0),
        "vein_to_vein_days": np.where(infused, 25 + 15 * draw("vein"), 0.0),
        "not_infused": np.where(cells & ~treated, 1 + (draw("why") * 4).astype(np.int64), 0),
        "crossed_over": ~cells & (draw("cross") < 0.38),
        **days,
        "pfs_event": pfs_true <= cut,
        "os_event": os_true <= cut,
        "best_response": np.where(
            ~treated, 5, np.where(best <= -0.99, 1, np.where(responder, 2, np.where(best < 0.2, 3, 4)))
        ),
        "responder": responder,
        "disease_control": (best < 0.2) & treated,
        "evaluable": treated,
        "best_change": np.where(treated, best, 0.0),
        "response_day": np.where(responder, 50.0, 0.0),
        "dor_days": np.where(responder, np.maximum(days["pfs_days"] - 50, 1.0), 0.0),
        "dor_event": responder & (pfs_true <= cut),
        "crs_grade": grade,
        "crs_onset_day": np.where(grade > 0, 3.0, 0.0),
        "crs_days": np.where(grade > 0, 5.0, 0.0),
        "tocilizumab_doses": np.where(grade > 1, 1, 0),
        **cytopenia,
        "peak_car_copies": peak,
        "peak_car_day": np.where(infused, 9.0, 0.0),
        "peak_il6_pg_ml": np.where(infused, peak / 100, 0.0),
        "founder_clone": draw("founder") < 0.3,
        "positive_share": draw("share"),
    }
    if "efs_days" in PATIENT_COLUMNS:
        told |= {"efs_days": days["pfs_days"], "efs_event": pfs_true <= cut}
    return {name: told.get(name, _plain(column, infused)) for name, column in PATIENT_COLUMNS.items()}


def _plain(column: Column, infused: np.ndarray) -> np.ndarray:
    """Give a column that no test looks at: grade 0 where somebody was assessed, else what stands for nothing."""
    unassessed = -1 if "-1 not assessed" in column.meaning else 0
    return np.where(infused, 0, unassessed).astype(KINDS[column.dtype])


def _follow(columns: Table, trial: int, size: int) -> list[Table]:
    visits, doses, daily = [], [], []
    for patient in range(size):
        pick = {name: values[0, patient] for name, values in columns.items()}
        scans = np.arange(42, pick["pfs_days"] + 42, 42.0)
        for number, day in enumerate(scans):
            change = pick["best_change"] * (1 - 0.5 ** (number + 1)) + 0.1 * number * (number > 2)
            response = 4 if number == len(scans) - 1 and pick["pfs_event"] else 3
            visits.append((trial, patient, day, pick["baseline_sld_mm"] * (1 + change), change, response))
        first = pick["vein_to_vein_days"] + 10
        for number in range(pick["infusions"]):
            doses.append((trial, patient, number + 1, first + 60.0 * number, 2.5e8))
        for day in range(0, int(min(pick["os_days"], 200))):
            since = day - first
            slope = 1.5 if since < 9 else 15
            copies = pick["peak_car_copies"] * np.exp(-abs(since - 9) / slope) if since > 0 else 0.0
            rest = (3.0, 200.0, 1.0, pick["baseline_sld_mm"], 36.8, 122.0, 97.0, 10)
            daily.append((trial, patient, float(day), copies, 5 + copies / 100, *rest))
    return [_table(visits, VISIT_COLUMNS), _table(doses, DOSE_COLUMNS), _table(daily, DAILY_COLUMNS)]


def _table(rows: Sequence[tuple[float, ...]], known: Columns) -> Table:
    return {name: np.array([row[at] for row in rows], KINDS[c.dtype]) for at, (name, c) in enumerate(known.items())}


@dataclass(frozen=True)
class SyntheticLever:
    """A stand-in for a lever of the ordering check."""

    lever: str
    expected: str
    orr_base: float
    orr_lever: float
    hazard_ratio: float
    pfs6_base: float
    pfs6_lever: float
    median_base: float
    median_lever: float
    holds: bool


@dataclass(frozen=True)
class Interrupted:
    """A clinic in which somebody presses Ctrl-C after the first block, or that dies."""

    how: str = "interrupt"

    def __call__(self, study: Study, *, seed: int, trials: Sequence[int], detail: bool = False) -> TrialRecord:
        if self.how == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if trials[0] > 0 and self.how == "interrupt":
            raise KeyboardInterrupt
        return SyntheticClinic()(study, seed=seed, trials=trials, detail=detail)


def synthetic_checks(*, holds: bool = True) -> tuple[SyntheticLever, ...]:
    """Give two levers; the second fails if asked."""
    good = SyntheticLever("three times the dose", "better", 0.2, 0.3, 0.8, 0.2, 0.3, 3.2, float("inf"), True)
    other = SyntheticLever("no lymphodepletion", "worse", 0.2, 0.1, 1.2, 0.2, 0.1, 3.2, 2.0, holds)
    return good, other


PUBLISHED_TEXT = """endpoint,arm,set,unit,estimate,lo,hi,n,at_months,source,weight,confidence
screened,,all,patients,63,,,63,,"Made up, for tests",1,L
pfs_median,satri-cel,ITT,months,3.9,2.9,5.0,20,,"Made up, for tests",1,L
pfs_median,physician's choice,ITT,months,2.2,1.5,3.0,10,,"Made up, for tests",1,L
pfs_hazard_ratio,,ITT,ratio,0.5,0.3,0.8,30,,"Made up, for tests",1,L
pfs_rate,satri-cel,ITT,%,99,,,20,6,"Made up, for tests",0.3,L2
os_median,satri-cel,infused,months,9,,,17,,"Made up, for tests",1,L
crs_any,satri-cel,infused,%,95,88,99,17,,"Made up, for tests",1,L
neutropenia_ge3,satri-cel,infused,%,66,,,17,,"Made up, not confirmed",0,M
lymphopenia_ge3,satri-cel,infused,%,1,,,17,,"Made up, not confirmed",0,M
"""
