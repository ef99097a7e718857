"""Run a study's dose-finding trials: virtual patients at every level, then every design on the same patients."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from adoptive.errors import StudyError
from adoptive.trial.escalation.run import Curve, DesignResult, curve_of, patients_needed, run_designs
from adoptive.trial.escalation.types import DoseLevel, EscalationPlan
from adoptive.trial.escalation.virtual import LevelOutcomes, follow_levels, join_outcomes, study_of_escalation
from adoptive.trial.types import Study
from adoptive.verdict.escalation import DESIGNS
from adoptive.workbench.engine.pool import work_off
from adoptive.workbench.engine.run import workers_for
from adoptive.workbench.engine.types import Progress
from adoptive.workbench.limits import MOST_PATIENTS, block_trials

__all__ = ["Asked", "EscalationResult", "escalate_study", "plan_with"]

MOST_LEVELS: Final = 12


@dataclass(frozen=True)
class Asked:
    """Hold what was asked: designs by name (the first one leads), trials, seed, doses in the place of the plan's."""

    designs: tuple[str, ...] = ()
    trials: int = 100
    seed: int = 1
    doses: tuple[float, ...] = ()
    fixed_parameters: bool = False


@dataclass(frozen=True)
class EscalationResult:
    """Hold the dose-finding trials of a study."""

    study: Study
    plan: EscalationPlan
    asked: Asked
    outcomes: LevelOutcomes
    curve: Curve
    designs: tuple[DesignResult, ...]


def plan_with(study: Study, doses: Sequence[float] = ()) -> Study:
    """Give the study with its dose-finding plan; doses take the place of the plan's levels.

    Parameters
    ----------
    study
        A study, with or without ``[trial.escalation]``.
    doses
        Cells per infusion at each level, rising, with the study's lymphodepletion.

    Raises
    ------
    StudyError
        No plan and no doses, or doses that do not rise.
    """
    plan = study.trial.escalation
    if not doses:
        study_of_escalation(study)
        return study
    if not all(math.isfinite(dose) and dose > 0 for dose in doses) or not 2 <= len(doses) <= MOST_LEVELS:
        raise StudyError(
            "doses are cells per infusion", where="--doses", value=", ".join(f"{dose:g}" for dose in doses),
            allowed=f"2 to {MOST_LEVELS} positive numbers", next_step="write for instance --doses 1e8,3e8,1e9",
        )  # fmt: skip
    levels = tuple(DoseLevel(f"{dose:g} cells", dose) for dose in doses)
    if plan is None:
        made = EscalationPlan(levels)
    else:
        made = dataclasses.replace(plan, levels=levels, skeleton=(), start_level=1, prior_level=0)
    return dataclasses.replace(study, trial=dataclasses.replace(study.trial, escalation=made))


def escalate_study(
    study: Study, asked: Asked, *, workers: int | None = 1, progress: Progress | None = None
) -> EscalationResult:
    """Follow virtual patients at every dose level and run the designs on them.

    A trial's numbers depend on (seed, trial) alone: ``workers`` (None: one per core) changes the time and no byte.

    Parameters
    ----------
    study
        A study with a dose-finding plan, or any study with cells if doses are asked for.
    asked
        Designs, trials, seed, doses.
    workers, progress
        Processes; called with trials done and trials in all.

    Raises
    ------
    StudyError
        No plan, an unknown design, a size that is refused, a level at which too few candidates get the cells.
    RunError
        A worker process was lost.
    """
    study = plan_with(study, asked.doses)
    _, plan = study_of_escalation(study)
    names = tuple(dict.fromkeys(asked.designs or (plan.design,)))
    for name in names:
        if name not in DESIGNS:
            raise StudyError("no such design", where="--design", value=name, allowed=", ".join(DESIGNS))
    patients = patients_needed(plan, names)
    if not 1 <= asked.trials <= MOST_PATIENTS // (patients * len(plan.levels)):
        raise StudyError(
            "cannot run so many trials", where="--trials", value=f"{asked.trials:,}",
            allowed=f"1 to {MOST_PATIENTS // (patients * len(plan.levels)):,} with {patients} patients at "
            f"{len(plan.levels)} levels",
        )  # fmt: skip
    outcomes = _follow(study, asked, patients, workers, progress)
    curve = curve_of(outcomes, target=plan.target)
    results = run_designs(plan, outcomes, names, seed=asked.seed)
    return EscalationResult(study, plan, dataclasses.replace(asked, designs=names), outcomes, curve, results)


@dataclass(frozen=True)
class _Job:
    """Hold one block of trials for a worker."""

    study: Study
    seed: int
    trials: tuple[int, ...]
    patients: int
    fixed: bool

    def __call__(self) -> LevelOutcomes:
        """Follow the block's patients."""
        return follow_levels(
            self.study, seed=self.seed, trials=self.trials, patients=self.patients, fixed_parameters=self.fixed
        )


def _work(job: _Job) -> LevelOutcomes:
    return job()


def _follow(study: Study, asked: Asked, patients: int, workers: int | None, progress: Progress | None) -> LevelOutcomes:
    """Follow everybody in blocks whose size depends on the study alone."""
    size = block_trials(patients)
    blocks = [tuple(range(first, min(first + size, asked.trials))) for first in range(0, asked.trials, size)]
    jobs = [_Job(study, asked.seed, block, patients, asked.fixed_parameters) for block in blocks]
    ends = np.cumsum([len(block) for block in blocks])

    def done(number: int) -> None:
        if progress is not None:
            progress(int(ends[number]), asked.trials)

    return join_outcomes(work_off(_work, jobs, workers=workers_for(workers), done=done))
