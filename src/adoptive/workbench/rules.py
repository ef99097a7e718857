"""What the assessment rule does, in words: rows and one sentence whose direction follows from the numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from adoptive.trial.sensitivity import AS_DECLARED, INERT_CELLS, RuleResult
from adoptive.trial.types import Study
from adoptive.workbench.wording import amount, interval

__all__ = ["RULE_COLUMNS", "RULE_TITLE", "rule_cells", "rule_note", "rule_sentence"]

RULE_TITLE: Final = "What the assessment rule does"
RULE_COLUMNS: Final = (
    "setting", "PFS hazard ratio", "90 % of trials", "infused", "cells, months", "control, months", "response",
)  # fmt: skip

HARDLY: Final = 0.05
"""Hazard ratios that differ by less than this share are not said to differ: 20 trials do not tell them apart."""


def rule_note(rows: Sequence[RuleResult]) -> str:
    """Say what the rows rest on."""
    trials = max((row.trials for row in rows), default=0)
    counted = f"the run's first {trials:,} trials" if trials != 1 else "the run's first trial"
    return (
        f"Medians over {counted}, with the same patients under each setting, so the numbers differ a little from those "
        "of all trials. Infused: hazard ratio of the infused set; months: median PFS of each arm; response: cell arm. "
        "Inert cells: no cells in the bag, no lymphodepletion, no effect of bridging, no PD-1 blockade."
    )


def rule_cells(row: RuleResult) -> tuple[str, ...]:
    """Write a row for people, in the order of :data:`RULE_COLUMNS`."""
    known = math.isfinite(row.hazard_ratio)
    return (
        row.setting, _ratio(row.hazard_ratio),
        interval(row.hazard_ratio_p05, row.hazard_ratio_p95, "ratio") if known else "–",
        _ratio(row.hazard_ratio_infused), amount(row.median_cells_months, ""),
        amount(row.median_control_months, ""),
        amount(row.response_percent, "%") if math.isfinite(row.response_percent) else "–",
    )  # fmt: skip


def rule_sentence(rows: Sequence[RuleResult], study: Study) -> str:
    """Say whom the rule favours, and that the cells' effect is their distance from inert ones; empty without rows."""
    ratios = {row.setting: row.hazard_ratio for row in rows}
    others = [setting for setting in ratios if setting not in (AS_DECLARED, INERT_CELLS)]
    if AS_DECLARED not in ratios or INERT_CELLS not in ratios or len(others) != 1:
        return ""
    declared = study.outcome.recist_baseline
    rule = f"The rule (RECIST baseline and scans from {declared}) is {_standing(study)}"
    if not all(math.isfinite(ratio) for ratio in ratios.values()):
        return f"{rule}; what it does to the hazard ratio could not be estimated from these trials."
    return f"{rule}; {_whom(ratios, others[0], declared)}; {_effect(ratios)}."


def _standing(study: Study) -> str:
    """Say how the rule came about, from the study's own sources."""
    source = study.sources.get("outcome.recist_baseline", study.sources.get("outcome", ""))
    return "declared, with a source" if source and not source.startswith("assumed") else "assumed"


def _whom(ratios: Mapping[str, float], other: str, declared: str) -> str:
    """Compare the two baselines."""
    ours, theirs = ratios[AS_DECLARED], ratios[other]
    numbers = f"hazard ratio {_ratio(ours)}, {_ratio(theirs)} with {other}"
    open_question = "so the absolute hazard ratio is not identified"
    if _alike(ours, theirs):
        return f"the choice of baseline hardly moves the result ({numbers})"
    late, early = (ours, theirs) if declared == "lymphodepletion" else (theirs, ours)
    if late > early:
        return f"the choice of baseline moves the result ({numbers}), {open_question}"
    who = "it favours the cells" if declared == "lymphodepletion" else "the other baseline would favour the cells"
    return (
        f"{who} ({numbers}), because growth while waiting is forgiven and the first scan comes later, {open_question}"
    )


def _effect(ratios: Mapping[str, float]) -> str:
    """Set the cells against inert ones under the declared rule."""
    cells, inert = ratios[AS_DECLARED], ratios[INERT_CELLS]
    said = (
        "the effect of the cells, with their preparation, is the distance to the inert ones under the same rule "
        f"({_ratio(cells)} against {_ratio(inert)})"
    )
    if _alike(cells, inert):
        return f"{said}, and here there is hardly any"
    return said if cells < inert else f"{said}, and here the inert ones do better"


def _alike(one: float, two: float) -> bool:
    if min(one, two) <= 0:
        return one == two
    return abs(math.log(one / two)) < math.log(1 + HARDLY)


def _ratio(value: float) -> str:
    return amount(value, "ratio") if math.isfinite(value) else "–"
