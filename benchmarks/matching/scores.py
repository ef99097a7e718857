"""Scores of a reader over the labelled set: structure, coverage, and what its mistakes would do to patients."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from adoptive.trial.eligibility.facts import Facts
from adoptive.trial.eligibility.judge import truth
from adoptive.trial.eligibility.statements import Statement, Truth
from benchmarks.matching.labelled.types import Kind, Labelled
from benchmarks.matching.sameness import has_unread, same_structure

__all__ = ["Reading", "Row", "read_all", "score"]

Reader = Callable[[str, Kind], tuple[Statement, str, str | None]]


@dataclass(frozen=True)
class Reading:
    """Hold how one labelled criterion was read, and the verdicts of label and reading over the patients.

    A verdict is True (the patient is what the trial asks for), False or None; ``wrong`` counts verdicts that the
    reading gives and the label does not, ``falsely_met`` those where the label says not met and the reading met.
    """

    label: Labelled
    statement: Statement
    understood: str
    gate: str
    same: bool
    wrong: int
    falsely_met: int
    overclaimed: int
    not_met: int
    decided: int
    pairs: int


@dataclass(frozen=True)
class Row:
    """Hold the scores of a domain: counts of criteria, and of pairs of criterion and patient."""

    domain: str
    criteria: int
    same: int
    whole: int
    part: int
    gates: int
    pairs: int
    wrong: int
    falsely_met: int
    not_met: int


def _verdict(label: Labelled, statement: Statement, facts: Facts) -> Truth:
    found = truth(statement, facts)
    return found if found is None or label.kind == "inclusion" else not found


def read_all(labels: Iterable[Labelled], patients: Sequence[Facts], reader: Reader) -> tuple[Reading, ...]:
    """Read every labelled criterion and judge every patient by the label and by the reading."""
    return tuple(_read(label, patients, reader) for label in labels)


def _read(label: Labelled, patients: Sequence[Facts], reader: Reader) -> Reading:
    statement, understood, gate = reader(label.text, label.kind)
    pairs = [(_verdict(label, label.statement, facts), _verdict(label, statement, facts)) for facts in patients]
    return Reading(
        label,
        statement,
        understood,
        gate or "procurement",
        same_structure(statement, label.statement) and (understood == "whole") is not has_unread(statement),
        wrong=sum(got is not None and got != gold for gold, got in pairs),
        falsely_met=sum(gold is False and got is True for gold, got in pairs),
        overclaimed=sum(gold is None and got is not None for gold, got in pairs),
        not_met=sum(gold is False for gold, _ in pairs),
        decided=sum(got is not None for _, got in pairs),
        pairs=len(pairs),
    )


def score(readings: Sequence[Reading]) -> tuple[Row, ...]:
    """Sum the readings by domain, and over all in the last row."""
    domains = list(dict.fromkeys(reading.label.domain for reading in readings))
    rows = [_row(name, [one for one in readings if one.label.domain == name]) for name in domains]
    return (*rows, _row("all", list(readings)))


def _row(domain: str, readings: Sequence[Reading]) -> Row:
    return Row(
        domain,
        len(readings),
        same=sum(one.same for one in readings),
        whole=sum(one.understood == "whole" for one in readings),
        part=sum(one.understood == "part" for one in readings),
        gates=sum(one.gate == one.label.gate for one in readings),
        pairs=sum(one.pairs for one in readings),
        wrong=sum(one.wrong for one in readings),
        falsely_met=sum(one.falsely_met for one in readings),
        not_met=sum(one.not_met for one in readings),
    )
