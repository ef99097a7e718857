"""Run many virtual trials of a study and set them against what was published."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adoptive.parameters import Book
from adoptive.trial.sensitivity import AS_DECLARED, RULE_SPECS, RuleResult
from adoptive.trial.types import Protocol, Study, TrialRecord
from adoptive.workbench.engine.asked import specs_for, unpublished, with_units
from adoptive.workbench.engine.compare import compare, median_trial
from adoptive.workbench.engine.pool import work_off
from adoptive.workbench.engine.reduce import joined, month_grid, reduce_block
from adoptive.workbench.engine.rules import judge_blocks, rule_tasks, split_specs
from adoptive.workbench.engine.types import Block, Progress, RunResult, Simulator, Task
from adoptive.workbench.limits import DEFAULT_TRIALS, block_trials, check_size
from adoptive.workbench.published import Published
from adoptive.workbench.shape import has_rules

__all__ = ["ClinicSimulator", "run_study", "workers_for"]


@dataclass(frozen=True)
class ClinicSimulator:
    """Simulate trials with the whole clinic, :func:`adoptive.trial.run.run_trial`; ``book`` replaces its rows."""

    book: Book | None = None

    def __call__(self, study: Study, *, seed: int, trials: Sequence[int], detail: bool = False) -> TrialRecord:
        """Give the record of the trials."""
        from adoptive.trial.run import run_trial

        return run_trial(study, seed=seed, trials=trials, detail=detail, book=self.book)


def workers_for(asked: int | None) -> int:
    """Give the number of worker processes: as asked, else the number of cores."""
    return asked if asked is not None else max(1, os.cpu_count() or 1)


def run_study(
    study: Study,
    *,
    trials: int = DEFAULT_TRIALS,
    seed: int = 1,
    workers: int | None = 1,
    published: Sequence[Published] = (),
    progress: Progress | None = None,
    simulate: Simulator | None = None,
    checks: Sequence[Any] = (),
    notes: Mapping[str, str] | None = None,
) -> RunResult:
    """Simulate virtual trials 0 to ``trials - 1`` and compare each published endpoint with them.

    Trials are worked off in blocks whose size depends on the study alone, and a trial's numbers on (seed, trial) alone:
    ``workers`` (``None``: one per core) changes the time and no byte. Memory grows with trials, not with patients.
    Without published endpoints the usual ones are simulated and none compared: a prediction. The trial whose primary
    endpoint is nearest the median is simulated again in detail, for the figures. Where cells are randomised against
    drugs, the first trials are repeated under the other settings of the assessment rule,
    :func:`adoptive.trial.sensitivity.vary_rules`.

    Raises
    ------
    StudyError
        A size that is refused, or a published arm that the study lacks.
    RunError
        A worker process was lost.
    """
    check_size(trials, study.trial.randomised)
    simulator: Simulator = simulate or ClinicSimulator()
    reported = with_units(published) or unpublished(study)
    specs, grid = specs_for(study, reported), month_grid(study, latest=_latest(reported))
    whole, rules = _simulate(Task(study, seed, tuple(range(trials)), specs, grid, simulator), workers, progress)
    chosen = median_trial(whole.trials, whole.values[:, -1], whole.estimable[:, -1])
    rows = [compare(row, whole.values[:, at], whole.estimable[:, at]) for at, row in enumerate(reported)]
    return RunResult(
        study=study, seed=seed, trials=trials, grid_months=grid, comparisons=tuple(rows), specs=specs,
        all_trials=whole, chosen_by=specs[-1], median_trial=chosen,
        detail=simulator(study, seed=seed, trials=(chosen,), detail=True),
        checks=tuple(checks), notes=notes, rules=rules,
    )  # fmt: skip


def _simulate(run: Task, workers: int | None, progress: Progress | None) -> tuple[Block, tuple[RuleResult, ...]]:
    """Work off a run's trials and, in the same pool, its first trials under the other settings of the rule."""
    varied = has_rules(run.study)
    specs = (*run.specs, *RULE_SPECS) if varied else run.specs
    blocks_of_run = _blocks(len(run.trials), run.study.trial)
    declared = [dataclasses.replace(run, trials=block, specs=specs) for block in blocks_of_run]
    others = rule_tasks(declared) if varied else {}
    tasks = [*declared, *(task for listed in others.values() for task in listed)]
    finished = np.cumsum([len(task.trials) for task in tasks])

    def done(number: int) -> None:
        if progress is not None:
            progress(int(finished[number]), int(finished[-1]))

    blocks = iter(work_off(reduce_block, tasks, workers=workers_for(workers), done=done))
    whole, ruled = split_specs(joined([next(blocks) for _ in declared]), len(run.specs))
    if not varied:
        return whole, ()
    settings = {AS_DECLARED: ruled} | {name: joined([next(blocks) for _ in listed]) for name, listed in others.items()}
    return whole, judge_blocks(settings)


def _blocks(trials: int, trial: Protocol) -> list[tuple[int, ...]]:
    size = block_trials(trial.randomised, months=trial.accrual_months + trial.follow_up_months)
    return [tuple(range(first, min(first + size, trials))) for first in range(0, trials, size)]


def _latest(published: Sequence[Published]) -> float:
    """Give the latest month at which a rate was published, 0 if there is none."""
    return max((row.at_months or 0.0 for row in published), default=0.0)
