"""The ordering check: a better therapy must give more responses *and* longer progression-free survival.

It can fail: with an antigen-negative founder clone in every tumour, deeper responses are followed by regrowth that is
counted from the nadir, and better therapy gains little or looks worse. No trial number is worth printing before the
check holds.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import Cohort, draw_cohort
from adoptive.course import follow_cells
from adoptive.errors import StudyError
from adoptive.parameters import draw_typical, load_book
from adoptive.streams import Keys, Streams
from adoptive.trial.efficacy import efficacy_columns
from adoptive.trial.enrol import enrol
from adoptive.trial.plans import plan_of
from adoptive.trial.types import Arm, Crossover, Study, VerdictPlan
from adoptive.units import days, months
from adoptive.verdict.regression import hazard_ratio
from adoptive.verdict.survival import kaplan_meier, median_survival

__all__ = ["LEVERS", "LeverResult", "check_ordering"]

Direction = Literal["better", "worse"]

CHECK_TRIAL = 2**32 - 1
"""Trial number of the check's patients, so that they are nobody's trial patients."""

SIX_MONTHS = 6.0

NO_EFFECT = 0.005
"""A hazard ratio this near to 1 counts as no effect: a study without cells has no lever to pull."""

BEYOND_CHANCE = 2.0
"""A move the wrong way counts from so many standard errors of the paired difference on."""

RESAMPLES = 200
"""Draws of the patients, with replacement, from which the standard error of the log hazard ratio is taken."""


@dataclass(frozen=True)
class LeverResult:
    """Hold one lever's effect on the same patients.

    ``holds`` unless responses or hazard move the wrong way by more than chance among so few patients.
    """

    lever: str
    expected: Direction
    patients: int
    orr_base: float
    orr_lever: float
    hazard_ratio: float
    pfs6_base: float
    pfs6_lever: float
    median_base: float
    median_lever: float
    holds: bool


@dataclass(frozen=True)
class _Seen:
    """Hold what one arm of the check shows."""

    responder: NDArray[np.bool_]
    pfs_days: NDArray[np.float64]
    pfs_event: NDArray[np.bool_]


def _without_lymphodepletion(study: Study, cohort: Cohort) -> tuple[Study, Cohort]:
    return dataclasses.replace(study, infusion=dataclasses.replace(study.infusion, lymphodepletion=())), cohort


def _little_antigen(study: Study, cohort: Cohort) -> tuple[Study, Cohort]:
    antigen = cohort.antigen
    fewer = dataclasses.replace(antigen, high_density=0.1 * antigen.high_density, low_density=0.1 * antigen.low_density)
    return study, dataclasses.replace(cohort, antigen=fewer)


def _fitter_cells(study: Study, cohort: Cohort) -> tuple[Study, Cohort]:
    return study, dataclasses.replace(cohort, donor_fitness=1.3 * cohort.donor_fitness)


def _with_pembrolizumab(study: Study, cohort: Cohort) -> tuple[Study, Cohort]:
    return dataclasses.replace(study, infusion=dataclasses.replace(study.infusion, pembrolizumab_mg=200.0)), cohort


LEVERS: dict[str, tuple[Direction, Callable[[Study, Cohort], tuple[Study, Cohort]]]] = {
    "no lymphodepletion": ("worse", _without_lymphodepletion),
    "a tenth of the antigen": ("worse", _little_antigen),
    "T cells 1.3 times as fit": ("better", _fitter_cells),
    "with PD-1 blockade": ("better", _with_pembrolizumab),
}


def check_ordering(study: Study, *, seed: int = 1, patients: int = 300) -> tuple[LeverResult, ...]:
    """Pull each lever on the same patients of the cell arm and see whether responses and hazard move together.

    ``patients`` are enrolled as the trial enrols them and all receive the cells of the first arm that has any;
    parameters are the published ones. Raises :class:`StudyError` if no arm gets cells.
    A lever holds if neither the response rate nor the hazard ratio of progression or death moves the wrong way by more
    than two standard errors on the same patients; six-month rate and median stand beside them for the reader.
    """
    study = _cells_alone(study, patients=patients)
    cohort = _enrolled(study, seed=seed)
    plain = _follow(study, cohort, seed=seed)
    results = []
    for lever, (expected, pull) in LEVERS.items():
        pulled = _follow(*pull(study, cohort), seed=seed)
        results.append(_compare(lever, expected, plain, pulled, seed=seed))
    return tuple(results)


def _cells_alone(study: Study, *, patients: int) -> Study:
    """Give a study of one arm, the first that gets cells, without the original's rules for several."""
    if not study.trial.cell_arms:
        raise StudyError(
            "no arm gets cells", where="trial.arms", next_step="the ordering check asks what better cells do"
        )
    number = study.trial.cell_arms[0]
    arm = Arm(study.trial.arms[number].name, "cells")
    trial = dataclasses.replace(
        study.trial, randomised=patients, arms=(arm,), allocation="randomised", stratify=(), events=0,
        data_cut="follow-up", crossover=Crossover(allowed=False), escalation=None,
    )  # fmt: skip
    return dataclasses.replace(study.of_arm(number), trial=trial, verdict=VerdictPlan())


def _enrolled(study: Study, *, seed: int) -> Cohort:
    """Enrol the check's patients by the study's own screening."""
    streams = Streams(seed)
    typical = draw_typical(load_book(), streams, trials=[CHECK_TRIAL], fixed=True)
    enrolment = enrol(study, trials=np.array([CHECK_TRIAL]), typical=typical, streams=streams)
    cohort = draw_cohort(study.cohort, study.antigen, keys=enrolment.keys, typical=typical, streams=streams)
    return (
        cohort
        if enrolment.diameter_mm is None
        else dataclasses.replace(cohort, lesion_diameter_mm=enrolment.diameter_mm)
    )


def _follow(study: Study, cohort: Cohort, *, seed: int) -> _Seen:
    """Follow the cell arm for a year."""
    streams = Streams(seed)
    typical = draw_typical(load_book(), streams, trials=[CHECK_TRIAL], fixed=True)
    plan = dataclasses.replace(plan_of(study, typical=typical, streams=streams), horizon_days=float(days(12.0)))
    end_day = np.full(len(cohort), plan.horizon_days)
    columns = efficacy_columns(follow_cells(cohort, plan, end_day=end_day), study, end_day)
    return _Seen(columns["responder"], columns["pfs_days"], columns["pfs_event"])


def _ratio_of(plain: _Seen, pulled: _Seen, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Give the hazard ratio of the lever over the base among the patients of each row ``(draws, patients)``."""
    times = np.concatenate([plain.pfs_days[rows], pulled.pfs_days[rows]], axis=1)
    events = np.concatenate([plain.pfs_event[rows], pulled.pfs_event[rows]], axis=1)
    arm = np.broadcast_to(np.repeat([False, True], rows.shape[1]), times.shape)
    return np.asarray(hazard_ratio(times, events, arm).ratio)


def _standard_errors(plain: _Seen, pulled: _Seen, lever: str, *, seed: int) -> tuple[float, float]:
    """Give the standard error of the paired difference of response rates, and of the log hazard ratio.

    The first is ``sqrt(discordant) / n``, the second the spread over draws of the patients with replacement.
    """
    count = len(plain.responder)
    discordant = float((plain.responder != pulled.responder).sum())
    lot = Streams(seed).uniform(f"trial.ordering, {lever}", Keys.of(CHECK_TRIAL, np.arange(count)), RESAMPLES)
    rows = np.minimum((lot.reshape(count, RESAMPLES).T * count).astype(np.int64), count - 1)
    return np.sqrt(discordant) / count, float(np.log(_ratio_of(plain, pulled, rows)).std())


def _compare(lever: str, expected: Direction, plain: _Seen, pulled: _Seen, *, seed: int) -> LeverResult:
    """Compare a lever with the base on the same patients."""
    everybody = np.arange(len(plain.pfs_days))[None, :]
    ratio = float(_ratio_of(plain, pulled, everybody)[0])
    orr = (float(plain.responder.mean()), float(pulled.responder.mean()))
    sign = 1.0 if expected == "better" else -1.0
    doubt = _standard_errors(plain, pulled, lever, seed=seed)
    holds = sign * (orr[1] - orr[0]) >= -BEYOND_CHANCE * doubt[0] and sign * (1.0 - ratio) >= -max(
        NO_EFFECT, BEYOND_CHANCE * doubt[1]
    )
    six = [
        float(kaplan_meier(s.pfs_days[None, :], s.pfs_event[None, :], at_days=[days(SIX_MONTHS)])[0, 0])
        for s in (plain, pulled)
    ]
    middle = [months(float(median_survival(s.pfs_days[None, :], s.pfs_event[None, :])[0])) for s in (plain, pulled)]
    return LeverResult(
        lever=lever,
        expected=expected,
        patients=len(plain.pfs_days),
        orr_base=orr[0],
        orr_lever=orr[1],
        hazard_ratio=ratio,
        pfs6_base=six[0],
        pfs6_lever=six[1],
        median_base=middle[0],
        median_lever=middle[1],
        holds=bool(holds),
    )
