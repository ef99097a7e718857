"""The first trials of a run again, under each other setting of the assessment rule."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from adoptive.trial.sensitivity import AS_DECLARED, RULE_SPECS, RuleResult, judge_rules, vary_rules
from adoptive.verdict import Estimate
from adoptive.workbench.engine.types import Block, Task
from adoptive.workbench.limits import RULE_TRIALS

__all__ = ["judge_blocks", "rule_tasks", "split_specs"]


def rule_tasks(tasks: list[Task]) -> dict[str, list[Task]]:
    """Give the tasks of every setting but the declared one, by setting.

    Their blocks are those of the run, cut at :data:`RULE_TRIALS` trials, so a trial meets the same patients and chances
    under each setting. What was declared needs no second simulation.
    """
    first = [dataclasses.replace(task, trials=tuple(t for t in task.trials if t < RULE_TRIALS)) for task in tasks]
    return {
        setting: [dataclasses.replace(task, study=varied, specs=RULE_SPECS) for task in first if task.trials]
        for setting, varied in vary_rules(tasks[0].study).items()
        if setting != AS_DECLARED
    }


def split_specs(whole: Block, asked: int) -> tuple[Block, Block]:
    """Part a block judged on the asked endpoints and, after them, the rules' into the two."""
    parts = (slice(None, asked), slice(asked, None))
    run, rules = (
        dataclasses.replace(whole, values=whole.values[:, part], estimable=whole.estimable[:, part]) for part in parts
    )
    return run, rules


def judge_blocks(blocks: Mapping[str, Block]) -> tuple[RuleResult, ...]:
    """Reduce the blocks of the settings, each on its first :data:`RULE_TRIALS` trials."""
    return judge_rules({setting: _estimates(block) for setting, block in blocks.items()})


def _estimates(block: Block) -> list[Estimate]:
    first = block.trials < RULE_TRIALS
    return [Estimate(spec, block.values[first, at], block.estimable[first, at]) for at, spec in enumerate(RULE_SPECS)]
