"""What the assessment rule does, in words: rows and one sentence whose direction follows from the numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from adoptive.trial.sensitivity import RuleResult, setting_names
from adoptive.trial.types import Study
from adoptive.workbench.wording import amount, interval

__all__ = ["RULE_COLUMNS", "RULE_TITLE", "rule_cells", "rule_note", "rule_sentence"]

RULE_TITLE: Final = "What the assessment rule does"
RULE_COLUMNS: Final = (
    "setting", "PFS hazard ratio", "90 % of trials", "infused", "cells, months", "control, months", "response",
)  # fmt: skip

HARDLY: Final = 0.05
"""Hazard ratios that differ by less than this share are not said to differ: 20 trials do not tell them apart."""

MUCH_LESS: Final = 1 / 3
"""The ratio to inert cells "hardly" depends on the rule if it moves by less than this share of what the hazard ratio
itself moves, both as logarithms."""


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
    """Say whom the rule favours and how far the cells' distance from inert ones depends on it; empty without rows."""
    by_name = {row.setting: row.hazard_ratio for row in rows}
    names = setting_names(study)
    if not set(names) <= set(by_name):
        return ""
    ratios = tuple(by_name[name] for name in names)
    declared = study.outcome.recist_baseline
    rule = f"The rule (RECIST baseline and scans from {declared}) is {_standing(study)}"
    if not all(math.isfinite(ratio) and ratio > 0 for ratio in ratios):
        return f"{rule}; what it does to the hazard ratio could not be estimated from these trials."
    return f"{rule}; {_whom(ratios, names[1], declared)}; {_effect(ratios)}."


def _standing(study: Study) -> str:
    """Say how the rule came about, from the study's own sources."""
    source = study.sources.get("outcome.recist_baseline", study.sources.get("outcome", ""))
    return "declared, with a source" if source and not source.startswith("assumed") else "assumed"


def _whom(ratios: Sequence[float], other: str, declared: str) -> str:
    """Compare the two baselines; ``ratios`` in the order of the settings."""
    ours, theirs = ratios[:2]
    numbers = f"hazard ratio {_ratio(ours)}, {_ratio(theirs)} with {other}"
    if _alike(ours, theirs):
        return f"the choice of baseline hardly moves the result ({numbers})"
    depends = "so the absolute hazard ratio depends on the rule"
    late, early = (ours, theirs) if declared == "lymphodepletion" else (theirs, ours)
    if late > early:
        return f"the choice of baseline moves the result ({numbers}), {depends}"
    who = "it favours the cells" if declared == "lymphodepletion" else "the other baseline would favour the cells"
    return f"{who} ({numbers}), because growth while waiting is forgiven and the first scan comes later, {depends}"


def _effect(ratios: Sequence[float]) -> str:
    """Set the cells against inert ones, under each rule."""
    ours, theirs, inert_ours, inert_theirs = ratios
    here, there = ours / inert_ours, theirs / inert_theirs
    numbers = (
        f"{_ratio(ours)} against {_ratio(inert_ours)} is {_ratio(here)}, "
        f"{_ratio(theirs)} against {_ratio(inert_theirs)} is {_ratio(there)}"
    )
    ratio = "the ratio to inert cells, which is the effect of the cells with their preparation,"
    if _alike(ours, theirs):
        said = f"{ratio} under each rule: {numbers}"
    elif _alike(here, there) or abs(math.log(here / there)) < MUCH_LESS * abs(math.log(ours / theirs)):
        said = f"{ratio} hardly does ({numbers})"
    else:
        said = f"{ratio} depends on it too ({numbers})"
    return said + _verdict(here, there)


def _verdict(here: float, there: float) -> str:
    """Say in words what must not be overlooked: no effect, harm, or two rules that disagree."""
    if _alike(here, 1.0) and _alike(there, 1.0):
        return "; there is hardly any effect"
    if _alike(here, 1.0) or _alike(there, 1.0) or (here < 1) == (there < 1):
        return "" if min(here, there) < 1 and max(here, there) < 1 + HARDLY else "; the inert ones do better"
    return "; the two rules disagree on whether the cells help"


def _alike(one: float, two: float) -> bool:
    if min(one, two) <= 0:
        return one == two
    return abs(math.log(one / two)) < math.log(1 + HARDLY)


def _ratio(value: float) -> str:
    return amount(value, "ratio") if math.isfinite(value) else "–"
