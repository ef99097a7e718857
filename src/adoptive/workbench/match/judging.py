"""A trial set against a patient: every criterion's verdict, the gates, the levels, and how the whole fits.

``met`` means that the patient is what the trial asks for by that item: an inclusion statement is true, an exclusion
statement is false. What is unknown is never turned into either.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Final

from adoptive.trial.eligibility.facts import Facts
from adoptive.trial.eligibility.findings import Finding
from adoptive.trial.eligibility.judge import explain, truth
from adoptive.trial.eligibility.statements import All, Statement, Truth
from adoptive.workbench.match.types import (
    GATES,
    Fit,
    Gate,
    Item,
    Judged,
    Level,
    LevelFit,
    Match,
    Status,
    Trial,
    Verdict,
)

__all__ = ["Once", "best_level", "explained", "match_trial", "status_of", "worst"]

_ORDER: dict[Verdict, int] = {"not met": 0, "unknown": 1, "met": 2}

_DIED: Final = Judged(
    Item(0, "inclusion", "The patient is alive", All(()), "whole", origin="the patient's record"),
    "not met",
    Finding(False, ("the record says that the patient has died",)),
)
"""What every trial asks for without saying so."""


class Once:
    """Look at a patient once per statement: registries repeat the same words, and the reader gives one object for them.

    Statements are told apart by identity, and kept so that none takes another's place.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._truths: dict[int, tuple[Statement, Truth]] = {}
        self._findings: dict[int, tuple[Statement, Finding]] = {}

    def truth(self, statement: Statement) -> Truth:
        """Say whether a statement is true of the patient."""
        known = self._truths.get(id(statement))
        if known is None:
            known = self._truths[id(statement)] = (statement, truth(statement, self.facts))
        return known[1]

    def finding(self, statement: Statement) -> Finding:
        """Say why."""
        known = self._findings.get(id(statement))
        if known is None:
            known = self._findings[id(statement)] = (statement, explain(statement, self.facts))
        return known[1]


def match_trial(trial: Trial, facts: Facts | Once) -> Match:
    """Judge all items of a trial for one patient; for many trials give the same :class:`Once`.

    Only failed items are explained here, since whether they can recover decides the fit; :func:`explained` does the
    rest for the trials that are shown.
    """
    once = facts if isinstance(facts, Once) else Once(facts)
    judged = tuple(_judged(item, once) for item in trial.items)
    if once.facts.deceased:
        judged = (_DIED, *judged)
    levels = tuple(_level(level, once) for level in trial.levels)
    return Match(trial, _fit(judged, levels), gates=_gates(judged), judged=judged, levels=levels)


def explained(match: Match, facts: Facts) -> Match:
    """Give a match whose findings all carry their reasons."""
    once = Once(facts)
    judged = tuple(
        row if row.finding.because or row.finding.settle else dataclasses.replace(row, finding=_finding(row.item, once))
        for row in match.judged
    )
    levels = tuple(dataclasses.replace(level, finding=once.finding(level.level.statement)) for level in match.levels)
    return dataclasses.replace(match, judged=judged, levels=levels)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Join verdicts that must all be met.

    >>> worst(["met", "unknown"]), worst([])
    ('unknown', 'met')
    """
    return min(verdicts, key=_ORDER.__getitem__, default="met")


def _judged(item: Item, once: Once) -> Judged:
    holds = once.truth(item.statement)
    verdict = _verdict(item, holds)
    return Judged(item, verdict, _finding(item, once) if verdict == "not met" else _BARE[holds])


_BARE: Final[dict[Truth, Finding]] = {holds: Finding(holds) for holds in (True, False, None)}


def _finding(item: Item, once: Once) -> Finding:
    finding = once.finding(item.statement)
    if item.recoverable and not finding.recoverable:
        return dataclasses.replace(finding, recoverable=True)
    return finding


def _verdict(item: Item, holds: Truth) -> Verdict:
    """Say whether an item is met; who may not belong to the group that it is about is not excluded by it."""
    if holds is None:
        return "unknown"
    if holds is (item.kind == "inclusion"):
        return "met"
    return "unknown" if item.conditional else "not met"


def _level(level: Level, once: Once) -> LevelFit:
    holds = once.truth(level.statement)
    verdict: Verdict = "unknown" if holds is None else "met" if holds else "not met"
    return LevelFit(level, once.finding(level.statement) if verdict == "not met" else _BARE[holds], verdict)


def _gates(judged: tuple[Judged, ...]) -> dict[Gate, Verdict]:
    """Join the items of each gate that has any."""
    found: dict[Gate, set[Verdict]] = {}
    for row in judged:
        found.setdefault(row.item.gate, set()).add(row.verdict)
    return {gate: worst(found[gate]) for gate in GATES if gate in found}


def _fit(judged: tuple[Judged, ...], levels: tuple[LevelFit, ...]) -> Fit:
    failed = [row.finding.recoverable for row in judged if row.verdict == "not met"]
    best = best_level(levels)
    if best is not None and best.verdict == "not met":
        failed.append(best.finding.recoverable)
    if failed:
        return "not now" if all(failed) else "does not fit"
    certain = all(row.verdict == "met" for row in judged) and (best is None or best.verdict == "met")
    return "fits" if certain and (judged or levels) else "may fit"


def status_of(trial: Trial) -> Status:
    """Give a trial's recruitment status; one whose levels are all suspended takes no patients."""
    return "closed" if trial.levels and all(level.suspended for level in trial.levels) else trial.status


def best_level(levels: tuple[LevelFit, ...]) -> LevelFit | None:
    """Give the level that suits best: open ones first, then by verdict, then what can recover."""
    return max(
        levels,
        key=lambda level: (not level.level.suspended, _ORDER[level.verdict], level.finding.recoverable),
        default=None,
    )
