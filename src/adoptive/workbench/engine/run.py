"""Run many virtual trials of a study and set them against what was published."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import chain
from typing import Any

from numpy.typing import NDArray

from adoptive import __version__
from adoptive.parameters import Book
from adoptive.trial.sensitivity import AS_DECLARED, RULE_SPECS, RuleResult
from adoptive.trial.types import Protocol, Study, TrialRecord
from adoptive.verdict import EndpointSpec
from adoptive.workbench.engine.asked import specs_for, unpublished, with_units
from adoptive.workbench.engine.columns import as_block, as_columns, gathered
from adoptive.workbench.engine.compare import compare, median_trial
from adoptive.workbench.engine.layout import Layout, open_layout, workers_for
from adoptive.workbench.engine.parts import book_digest, code_digest, digest_of
from adoptive.workbench.engine.reduce import month_grid, reduce_block
from adoptive.workbench.engine.rules import judge_blocks, rule_tasks, split_specs
from adoptive.workbench.engine.stream import InMemory, Piece, Store, work_off_to
from adoptive.workbench.engine.types import Block, Floats, Progress, RunResult, Simulator, Task
from adoptive.workbench.engine.working import Working
from adoptive.workbench.limits import DEFAULT_TRIALS, block_trials, check_size
from adoptive.workbench.published import Published
from adoptive.workbench.shape import has_rules

__all__ = ["ClinicSimulator", "run_identity", "run_study", "workers_for"]


@dataclass(frozen=True)
class ClinicSimulator:
    """Simulate trials with the whole clinic, :func:`adoptive.trial.run.run_trial`; ``book`` replaces its rows."""

    book: Book | None = None

    def __call__(self, study: Study, *, seed: int, trials: Sequence[int], detail: bool = False) -> TrialRecord:
        """Give the record of the trials."""
        from adoptive.trial.run import run_trial

        return run_trial(study, seed=seed, trials=trials, detail=detail, book=self.book)


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
    layout: Layout | None = None,
    working: Working | None = None,
) -> RunResult:
    """Simulate virtual trials 0 to ``trials - 1`` and compare each published endpoint with them.

    Trials are worked off in blocks whose size depends on the study alone, and a trial's numbers on (seed, trial) alone:
    ``workers`` (``None``: one per core) or ``layout`` change the time and no byte. Memory grows with trials, not with
    patients; with a ``working`` folder not with trials either, what is finished is kept there, and the result's columns
    are read from there as they are asked for. Without published endpoints the usual ones are simulated and none
    compared: a prediction. The trial whose primary endpoint is nearest the median is simulated again in detail, for the
    figures. Where cells are randomised against drugs, the first trials are repeated under the other settings of the
    assessment rule, :func:`adoptive.trial.sensitivity.vary_rules`.

    Raises
    ------
    StudyError
        A size that is refused, or a published arm that the study lacks.
    RunError
        Workers were lost again and again.
    """
    check_size(trials, study.trial.randomised)
    simulator: Simulator = simulate or ClinicSimulator()
    reported, specs, grid = _asked(study, published)
    run = Task(study, seed, tuple(range(trials)), specs, grid, simulator)
    with nullcontext(layout) if layout is not None else open_layout(workers=workers) as home:
        whole, rules = _simulate(run, home, working, progress)
    chosen = median_trial(whole.trials, whole.values[:, -1], whole.estimable[:, -1])
    rows = [compare(row, whole.values[:, at], whole.estimable[:, at]) for at, row in enumerate(reported)]
    return RunResult(
        study=study, seed=seed, trials=trials, grid_months=grid, comparisons=tuple(rows), specs=specs,
        all_trials=whole, chosen_by=specs[-1], median_trial=chosen,
        detail=simulator(study, seed=seed, trials=(chosen,), detail=True),
        checks=tuple(checks), notes=notes, rules=rules,
    )  # fmt: skip


def run_identity(study: Study, *, seed: int, published: Sequence[Published] = ()) -> dict[str, object]:
    """Say what makes a run's numbers, by name: runs that agree in all of it may share what they have finished."""
    _, specs, grid = _asked(study, published)
    return {
        "study": study.name, "seed": seed, "version": __version__, "study file": digest_of(study)[:16],
        "endpoints": digest_of(specs, grid)[:16], "parameter rows": book_digest()[:16], "code": code_digest()[:16],
    }  # fmt: skip


def _asked(
    study: Study, published: Sequence[Published]
) -> tuple[Sequence[Published], tuple[EndpointSpec, ...], Floats]:
    """Give the rows to report, what is judged in each trial, and the months of its curves."""
    reported = with_units(published) or unpublished(study)
    return reported, specs_for(study, reported), month_grid(study, latest=_latest(reported))


def _simulate(
    run: Task, layout: Layout, working: Working | None, progress: Progress | None
) -> tuple[Block, tuple[RuleResult, ...]]:
    """Work off a run's trials and, in the same go, its first trials under the other settings of the rule."""
    varied = has_rules(run.study)
    specs = (*run.specs, *RULE_SPECS) if varied else run.specs
    blocks_of_run = _blocks(len(run.trials), run.study.trial)
    declared = [dataclasses.replace(run, trials=block, specs=specs) for block in blocks_of_run]
    others = rule_tasks(declared) if varied else {}
    pieces = _pieces(declared)
    of_rules = {name: _pieces(tasks, f"rule{at}") for at, (name, tasks) in enumerate(others.items(), start=1)}
    store: Store = working.store if working is not None else InMemory()
    work_off_to(store, [*pieces, *chain(*of_rules.values())], layout, progress)
    place = working.columns if working is not None else None
    whole, ruled = split_specs(as_block(gathered(store, pieces, place=place)), len(run.specs))
    if not varied:
        return whole, ()
    settings = {AS_DECLARED: ruled} | {name: as_block(gathered(store, own)) for name, own in of_rules.items()}
    return whole, judge_blocks(settings)


def reduce_piece(task: Task) -> dict[str, NDArray[Any]]:
    """Simulate a block of trials and give what is asked of them as columns."""
    return as_columns(reduce_block(task))


def _pieces(tasks: Sequence[Task], setting: str = "") -> list[Piece]:
    """Make a piece of each task of one study; its digest is of all that makes its numbers."""
    study = tasks[0]
    shared = digest_of(study.study, study.seed, study.specs, study.grid_months, study.simulate, code_digest())
    return [
        Piece(
            study=task.study.name, draw=0, first=task.trials[0], last=task.trials[-1], work=reduce_piece, job=task,
            digest=digest_of(shared, list(task.trials)), setting=setting,
        )
        for task in tasks
    ]  # fmt: skip


def _blocks(trials: int, trial: Protocol) -> list[tuple[int, ...]]:
    size = block_trials(trial.randomised, months=trial.accrual_months + trial.follow_up_months)
    return [tuple(range(first, min(first + size, trials))) for first in range(0, trials, size)]


def _latest(published: Sequence[Published]) -> float:
    """Give the latest month at which a rate was published, 0 if there is none."""
    return max((row.at_months or 0.0 for row in published), default=0.0)
