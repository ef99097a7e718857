"""Virtual trials of several studies in one pool, reduced to their endpoints at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.trial.types import Study
from adoptive.verdict import ENDPOINTS, judge
from adoptive.verdict.types import EndpointSpec
from adoptive.workbench.engine import run
from adoptive.workbench.engine.pool import work_off
from adoptive.workbench.engine.types import Progress, Simulator
from adoptive.workbench.limits import block_trials
from adoptive.workbench.validate.types import Floats, Judgement

__all__ = ["Asked", "judge_block", "simulate_all"]


@dataclass(frozen=True)
class Asked:
    """Hold what is asked of one study's trials."""

    study: Study
    specs: tuple[EndpointSpec, ...]


@dataclass(frozen=True)
class _Block:
    asked: Asked
    seed: int
    trials: tuple[int, ...]
    simulate: Simulator


def simulate_all(
    asked: Sequence[Asked], *, trials: int, seed: int, workers: int | None, progress: Progress | None = None,
    simulate: Simulator | None = None,
) -> tuple[Judgement, ...]:  # fmt: skip
    """Simulate virtual trials 0 to ``trials - 1`` of each study and judge what is asked of it.

    The blocks of all studies are worked off together. A trial's numbers depend on (study, seed, trial) alone.
    ``progress`` is called with patients done and patients in all.

    Raises
    ------
    RunError
        A worker process was lost.
    """
    simulator = simulate or run.ClinicSimulator()
    blocks = [_Block(one, seed, some, simulator) for one in asked for some in _cut(one.study, trials)]
    patients = [len(block.trials) * block.asked.study.trial.randomised for block in blocks]
    ended: list[int] = []

    def done(number: int) -> None:
        ended.append(patients[number])  # blocks may end in any order
        if progress is not None:
            progress(sum(ended), sum(patients))

    results = iter(work_off(judge_block, blocks, workers=run.workers_for(workers), done=done))
    return tuple(_joined(one, [next(results) for _ in _cut(one.study, trials)]) for one in asked)


def _cut(study: Study, trials: int) -> list[tuple[int, ...]]:
    size = block_trials(study.trial.randomised, months=study.trial.accrual_months + study.trial.follow_up_months)
    return [tuple(range(first, min(first + size, trials))) for first in range(0, trials, size)]


def judge_block(block: _Block) -> Judgement:
    """Simulate a block of trials and keep the endpoints, and how many patients each is about."""
    record = block.simulate(block.asked.study, seed=block.seed, trials=block.trials)
    specs = block.asked.specs
    estimates = judge(record.patients, record.screening, specs)
    return Judgement(
        specs=specs,
        values=np.stack([np.asarray(item.values, float) for item in estimates], axis=1),
        estimable=np.stack([np.asarray(item.estimable, bool) for item in estimates], axis=1),
        sizes=np.stack([_size(record.patients, spec) for spec in specs], axis=1),
    )


def _size(table: Mapping[str, NDArray[Any]], spec: EndpointSpec) -> Floats:
    """Count the patients of an endpoint's arm and set in each trial, ``(trials,)``."""
    endpoint, cells = ENDPOINTS[spec.name], table["assigned_cells"]
    about = {"everybody": np.ones(cells.shape, np.bool_), "cells": cells, "others": ~cells}[endpoint.who]
    if spec.arm is not None and not endpoint.compares:
        about = table["arm"] == spec.arm
    if spec.set == "infused" or endpoint.safety:
        about = about & table["treated"]
    return np.asarray((about & table["enrolled"]).sum(axis=1), float)


def _joined(asked: Asked, blocks: Sequence[Judgement]) -> Judgement:
    return Judgement(
        specs=asked.specs,
        values=np.concatenate([block.values for block in blocks]),
        estimable=np.concatenate([block.estimable for block in blocks]),
        sizes=np.concatenate([block.sizes for block in blocks]),
    )
