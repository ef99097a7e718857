"""A trial set against a patient: every criterion's verdict, the gates, the levels, and how the whole fits.

``met`` means that the patient is what the trial asks for by that item: an inclusion statement is true, an exclusion
statement is false. What is unknown is never turned into either.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from adoptive.trial.eligibility.facts import Facts
from adoptive.trial.eligibility.findings import Finding
from adoptive.trial.eligibility.judge import explain, truth
from adoptive.trial.eligibility.statements import Truth
from adoptive.workbench.match.types import GATES, Fit, Gate, Item, Judged, LevelFit, Match, Trial, Verdict

__all__ = ["best_level", "explained", "match_trial", "worst"]

_ORDER: dict[Verdict, int] = {"not met": 0, "unknown": 1, "met": 2}


def match_trial(trial: Trial, facts: Facts) -> Match:
    """Judge all items of a trial for one patient.

    Only failed items are explained here, since whether they can recover decides the fit; :func:`explained` does the
    rest for the trials that are shown.
    """
    judged = tuple(_judged(item, facts) for item in trial.items)
    levels = tuple(_level(trial, number, facts) for number in range(len(trial.levels)))
    return Match(trial, _fit(judged, levels), gates=_gates(judged), judged=judged, levels=levels)


def explained(match: Match, facts: Facts) -> Match:
    """Give a match whose findings all carry their reasons."""
    judged = tuple(
        row
        if row.finding.because or row.finding.settle
        else dataclasses.replace(row, finding=_finding(row.item, facts))
        for row in match.judged
    )
    levels = tuple(dataclasses.replace(level, finding=explain(level.level.statement, facts)) for level in match.levels)
    return dataclasses.replace(match, judged=judged, levels=levels)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Join verdicts that must all be met.

    >>> worst(["met", "unknown"]), worst([])
    ('unknown', 'met')
    """
    return min(verdicts, key=_ORDER.__getitem__, default="met")


def _judged(item: Item, facts: Facts) -> Judged:
    verdict = _verdict(item, truth(item.statement, facts))
    finding = _finding(item, facts) if verdict == "not met" else Finding(truth(item.statement, facts))
    return Judged(item, verdict, finding)


def _finding(item: Item, facts: Facts) -> Finding:
    finding = explain(item.statement, facts)
    return dataclasses.replace(finding, recoverable=finding.recoverable or item.recoverable)


def _verdict(item: Item, holds: Truth) -> Verdict:
    """Say whether an item is met; who may not belong to the group that it is about is not excluded by it."""
    if holds is None:
        return "unknown"
    if holds is (item.kind == "inclusion"):
        return "met"
    return "unknown" if item.conditional else "not met"


def _level(trial: Trial, number: int, facts: Facts) -> LevelFit:
    level = trial.levels[number]
    holds = truth(level.statement, facts)
    verdict: Verdict = "unknown" if holds is None else "met" if holds else "not met"
    finding = explain(level.statement, facts) if verdict == "not met" else Finding(holds)
    return LevelFit(level, finding, verdict)


def _gates(judged: tuple[Judged, ...]) -> dict[Gate, Verdict]:
    """Join the items of each gate that has any."""
    return {
        gate: worst(row.verdict for row in judged if row.item.gate == gate)
        for gate in GATES
        if any(row.item.gate == gate for row in judged)
    }


def _fit(judged: tuple[Judged, ...], levels: tuple[LevelFit, ...]) -> Fit:
    failed = [row.finding.recoverable for row in judged if row.verdict == "not met"]
    best = best_level(levels)
    if best is not None and best.verdict == "not met":
        failed.append(best.finding.recoverable)
    if failed:
        return "not now" if all(failed) else "does not fit"
    certain = all(row.verdict == "met" for row in judged) and (best is None or best.verdict == "met")
    return "fits" if certain and (judged or levels) else "may fit"


def best_level(levels: tuple[LevelFit, ...]) -> LevelFit | None:
    """Give the level that suits best: open ones first, then by verdict, then what can recover."""
    return max(
        levels,
        key=lambda level: (not level.level.suspended, _ORDER[level.verdict], level.finding.recoverable),
        default=None,
    )
