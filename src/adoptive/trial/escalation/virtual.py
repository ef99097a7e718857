"""What happens to the same virtual patients at every dose level, through the real course."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort import Cohort, draw_cohort
from adoptive.course import Course, Plan, follow_cells
from adoptive.errors import RunError, StudyError
from adoptive.infusion.types import Regimen
from adoptive.outcome import DltRule, Response
from adoptive.parameters import draw_typical, load_book
from adoptive.streams import Streams
from adoptive.trial.enrol import enrol
from adoptive.trial.escalation.types import DoseLevel, EscalationPlan
from adoptive.trial.plans import plan_of
from adoptive.trial.types import Study
from adoptive.trial.ward import dlt_of_course

__all__ = ["LevelOutcomes", "dlt_rule", "follow_levels", "join_outcomes", "level_regimen", "study_of_escalation"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]

_RESPONSES: Final = (Response.CR, Response.PR, Response.SCR, Response.VGPR, Response.CRI)
_SPARE: Final = (1.3, 4)
"""Candidates followed for each place of a trial, and some more: not everybody gets the cells and is evaluable."""
_MOST_GROUPS: Final = 12
_CYTOPENIA_DAY: Final = 28.0
_LONGEST_WAIT_DAYS: Final = 400.0


@dataclass(frozen=True)
class LevelOutcomes:
    """Hold what happens at each dose level to the patients of some trials, ``(trials, places, levels)``.

    The places of a level hold those candidates, in the order of screening, who got the cells at that level and could
    be assessed; the others are replaced, as protocols do. ``dlt_day`` counts from the first infusion (inf: none; a DLT
    that shows after the window counts on its last day). ``reason`` is a place in ``reasons``. ``candidates``
    ``(levels,)`` were followed, of whom ``not_infused`` had no cells or were no longer fit, and ``not_assessed`` could
    not be assessed over the whole window.
    """

    trials: Counts
    dlt_day: Floats
    response: Bools
    reason: Counts
    reasons: tuple[str, ...]
    candidates: Counts
    not_infused: Counts
    not_assessed: Counts

    @property
    def dlt(self) -> Bools:
        """Say who has a DLT."""
        return np.asarray(np.isfinite(self.dlt_day))


def study_of_escalation(study: Study) -> tuple[Study, EscalationPlan]:
    """Give the study as the patients of its first arm with cells meet it, and its dose-finding plan.

    Raises
    ------
    StudyError
        No plan, or no arm with cells.
    """
    plan = study.trial.escalation
    cells = study.trial.cell_arms
    if plan is None:
        raise StudyError(
            "the study has no dose levels",
            where="trial.escalation",
            allowed="a table [trial.escalation] with levels",
            next_step="write one, or name the doses: --doses 1e8,3e8,1e9",
        )
    if not cells:
        raise StudyError("no arm gives cells", where="trial.arms", next_step='write treatment = "cells"')
    return study.of_arm(cells[0]), plan


def level_regimen(regimen: Regimen, level: DoseLevel) -> Regimen:
    """Give the regimen at a dose level: its cells, and its share of the lymphodepletion.

    Parameters
    ----------
    regimen
        The study's regimen.
    level
        A dose level.
    """
    share = level.lymphodepletion_share
    drugs = tuple(
        dataclasses.replace(drug, dose_mg_m2=drug.dose_mg_m2 * share, dose_mg_kg=drug.dose_mg_kg * share)
        for drug in regimen.lymphodepletion
        if share > 0
    )
    return dataclasses.replace(regimen, dose_cells=level.dose_cells, lymphodepletion=drugs)


def dlt_rule(plan: EscalationPlan) -> DltRule:
    """Give the DLT rule of a plan; lasting cytopenia is looked at on day 28, or at the end of a shorter window."""
    return DltRule(
        window_days=plan.window_days, cytopenia_day=min(_CYTOPENIA_DAY, plan.window_days), exempt=plan.exempt
    )


def follow_levels(
    study: Study, *, seed: int, trials: Sequence[int] | Counts, patients: int, fixed_parameters: bool = False
) -> LevelOutcomes:
    """Follow the candidates of some dose-finding trials at every level, until each trial has its patients.

    Trial and patient have the same draws at every level, so that a level differs from another by its dose alone.

    Parameters
    ----------
    study
        A study with a dose-finding plan.
    seed, trials
        Root seed and the trials' numbers.
    patients
        Patients that each trial may need.
    fixed_parameters
        Keep the published parameters; otherwise each trial draws its own.

    Raises
    ------
    StudyError
        No plan, or a level at which too few candidates get the cells.
    """
    own, plan = study_of_escalation(study)
    numbers, streams = np.unique(np.asarray(trials, np.int64)), Streams(seed)
    common: dict[str, Any] = {
        "typical": draw_typical(load_book(), streams, trials=numbers, fixed=fixed_parameters),
        "streams": streams,
    }
    return _joined([_fill(own, plan, level, numbers, patients, common) for level in plan.levels], numbers)


@dataclass(frozen=True)
class _Level:
    """Hold what happened to some candidates at one level, ``(candidates,)``."""

    dlt_day: Floats
    response: Bools
    reason: Counts
    reasons: tuple[str, ...]
    infused: Bools
    evaluable: Bools


@dataclass(frozen=True)
class _Filled:
    """Hold one level's patients ``(trials, places)``, and its candidates, not infused, not assessed ``(3,)``."""

    dlt_day: Floats
    response: Bools
    reason: Counts
    reasons: tuple[str, ...]
    counts: Counts


def _fill(
    study: Study, plan: EscalationPlan, level: DoseLevel, trials: Counts, patients: int, common: dict[str, Any]
) -> _Filled:
    """Follow candidates at one level, group after group, until every trial has its patients; count them, too.

    The counts are candidates, not infused and not assessed, over the first group, which all trials have.
    """
    day, response = np.full((len(trials), patients), np.inf), np.zeros((len(trials), patients), bool)
    reason, filled = np.zeros((len(trials), patients), np.int64), np.zeros(len(trials), np.int64)
    counts, first, one = np.zeros(3, np.int64), 0, None
    group = int(np.ceil(patients * _SPARE[0])) + _SPARE[1]
    for _ in range(_MOST_GROUPS):
        short = np.flatnonzero(filled < patients)
        if not short.size:
            break
        people = _candidates(study, first, first + group, trials[short], common)
        one = _follow_level(study, plan, level, people, common)
        if first == 0:
            counts = np.array([one.infused.size, (~one.infused).sum(), (one.infused & ~one.evaluable).sum()])
        ok = one.evaluable.reshape(len(short), -1)
        place = filled[short][:, None] + np.cumsum(ok, axis=1) - 1
        row, at = np.nonzero(ok & (place < patients))
        to = short[row], place[row, at]
        for whole, each in ((day, one.dlt_day), (response, one.response), (reason, one.reason)):
            whole[to] = each.reshape(ok.shape)[row, at]
        filled[short] += ok.sum(axis=1)
        first += group
    if one is None or (filled < patients).any():
        raise StudyError(
            f"at dose level {level.name} too few candidates get the cells",
            where="trial.escalation.levels",
            value=f"{level.dose_cells:g} cells",
            allowed=f"a dose that {patients} of {first} candidates get and are assessed for",
            next_step="lower the dose, or infusion.minimum_dose_share",
        )
    return _Filled(day, response, reason, one.reasons, counts)


def _candidates(study: Study, first: int, last: int, trials: Counts, common: dict[str, Any]) -> Cohort:
    """Give some of the eligible candidates of each trial, counted in the order of screening."""
    protocol = dataclasses.replace(
        study.trial, randomised=max(last, sum(arm.ratio for arm in study.trial.arms)), allocation="randomised",
        stratify=(), run_in_days=0.0,
    )  # fmt: skip
    keys = enrol(dataclasses.replace(study, trial=protocol), trials=trials, **common).keys
    chosen = np.zeros((len(trials), protocol.randomised), bool)
    chosen[:, first:last] = True
    return draw_cohort(study.cohort, study.antigen, keys=keys.take(chosen.ravel()), **common)


def _follow_level(
    study: Study, plan: EscalationPlan, level: DoseLevel, cohort: Cohort, common: dict[str, Any]
) -> _Level:
    """Follow some candidates at one level from the order of the cells to the end of what is looked at."""
    at_level = dataclasses.replace(study, infusion=level_regimen(study.infusion, level))
    course = _course(at_level, plan, cohort, common)
    found = dlt_of_course(course, dlt_rule(plan))
    return _Level(
        dlt_day=np.where(found.limiting == 1, np.minimum(found.day, plan.window_days), np.inf),
        response=np.asarray(np.isin(course.reading.assessed.response, _RESPONSES).any(axis=1)),
        reason=found.reason,
        reasons=found.reasons,
        infused=course.treated,
        evaluable=course.treated & (found.limiting >= 0),
    )


def _course(study: Study, plan: EscalationPlan, cohort: Cohort, common: dict[str, Any]) -> Course:
    """Follow everybody to the end of the DLT window, or to the first scan if that is later.

    The day on which the cells are ready is known once they are made: a first, short call asks for it.
    """
    rules = study.outcome
    after = max(np.ceil(plan.window_days) + 5, rules.scan_interval_days + rules.scan_window_days + 1)
    whole = plan_of(study, horizon_days=_LONGEST_WAIT_DAYS, **common)
    made = follow_cells(cohort, dataclasses.replace(whole, horizon_days=1.0), end_day=np.zeros(len(cohort)))
    if made.product is None:
        raise RunError("no cells were made", where="trial.escalation")
    ready = np.minimum(np.ceil(made.product.ready_day), _LONGEST_WAIT_DAYS - after)
    end = np.where(made.product.released, ready + made.lead_days + after, 0.0)
    horizon: Plan = dataclasses.replace(whole, horizon_days=float(end.max()) + 1.0)
    return follow_cells(cohort, horizon, end_day=end)


def _joined(found: list[_Filled], trials: Counts) -> LevelOutcomes:
    """Put the levels side by side."""
    reasons = tuple(dict.fromkeys(word for one in found for word in one.reasons))
    codes = [np.array([reasons.index(word) for word in one.reasons])[one.reason] for one in found]
    candidates, not_infused, not_assessed = np.stack([one.counts for one in found], axis=1)
    return LevelOutcomes(
        trials=trials,
        dlt_day=np.stack([one.dlt_day for one in found], axis=2),
        response=np.stack([one.response for one in found], axis=2),
        reason=np.stack(codes, axis=2),
        reasons=reasons,
        candidates=candidates,
        not_infused=not_infused,
        not_assessed=not_assessed,
    )


def join_outcomes(parts: Sequence[LevelOutcomes]) -> LevelOutcomes:
    """Join the outcomes of several groups of trials, in their order.

    Parameters
    ----------
    parts
        Of the same study.
    """
    reasons = tuple(dict.fromkeys(word for part in parts for word in part.reasons))
    codes = [np.array([reasons.index(word) for word in part.reasons])[part.reason] for part in parts]
    return LevelOutcomes(
        trials=np.concatenate([part.trials for part in parts]),
        dlt_day=np.concatenate([part.dlt_day for part in parts]),
        response=np.concatenate([part.response for part in parts]),
        reason=np.concatenate(codes),
        reasons=reasons,
        candidates=np.sum([part.candidates for part in parts], axis=0),
        not_infused=np.sum([part.not_infused for part in parts], axis=0),
        not_assessed=np.sum([part.not_assessed for part in parts], axis=0),
    )
