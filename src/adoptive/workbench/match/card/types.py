"""What stands on the card: the nouns of this folder."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

__all__ = [
    "Card",
    "Chance",
    "Check",
    "LevelLine",
    "Line",
    "Outlook",
    "Question",
    "Quote",
    "ReadRow",
    "Row",
    "TrialCard",
]


@dataclass(frozen=True)
class Quote:
    """Hold the record's own words: those of the rule, marked, with what stands around them in the same lines."""

    before: str
    marked: str
    after: str
    where: str


@dataclass(frozen=True)
class Line:
    """Hold one rule of a trial as a person reads it.

    ``rule`` in plain words, "" where the tool did not understand the whole; ``silent`` nothing of it was understood;
    ``found`` the facts used; ``settle`` what
    would decide; ``gap`` how far from the limit; ``later`` from which day it may be met; ``unread`` words that were
    not understood; ``only_some`` says that the rule is not for everybody.
    """

    rule: str
    must: str
    found: tuple[str, ...]
    settle: tuple[str, ...]
    gap: str
    later: str
    may_change: bool
    gate: str
    unread: tuple[str, ...]
    only_some: str
    silent: bool
    quote: Quote


@dataclass(frozen=True)
class Check:
    """Hold a test or an answer that would settle open rules: ``touched`` trials by number, ``settled`` wholly."""

    name: str
    touched: tuple[int, ...]
    settled: tuple[int, ...]


@dataclass(frozen=True)
class Chance:
    """Hold a forecast number in words, with its range in words and a drawing where it is a share of people."""

    name: str
    sentence: str
    spread: str
    drawing: Markup | None


@dataclass(frozen=True)
class Outlook:
    """Hold what to expect; ``reason`` says why nothing is forecast."""

    reason: str = ""
    study: str = ""
    basis: str = ""
    size: str = ""
    chances: tuple[Chance, ...] = ()
    taken: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    costs: tuple[str, ...] = ()


@dataclass(frozen=True)
class LevelLine:
    """Hold a step, arm or dose with rules of its own, in plain words."""

    name: str
    rule: str
    verdict: str
    suspended: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class TrialCard:
    """Hold a trial as a person reads it."""

    number: int
    id: str
    link: str
    title: str
    fit: str
    style: str
    mark: str
    sentence: str
    counts: str
    status: str
    closed: bool
    phase: str
    sponsor: str
    place: str
    places: str
    fits: tuple[Line, ...]
    against: tuple[Line, ...]
    unknown: tuple[Line, ...]
    not_shown: tuple[int, int, int]
    later: tuple[str, ...]
    gates: tuple[tuple[str, str], ...]
    levels: tuple[LevelLine, ...]
    path: tuple[str, ...]
    outlook: Outlook
    targets: tuple[tuple[str, str, str], ...]
    why: tuple[str, ...]
    notes: tuple[str, ...]
    source: str
    updated: str


@dataclass(frozen=True)
class Row:
    """Hold a trial in a short table: with the main reason why it does not fit, or what is open."""

    id: str
    link: str
    title: str
    fit: str
    mark: str
    style: str
    reason: str
    quoted: str


@dataclass(frozen=True)
class Question:
    """Hold a question for the doctor, under its theme."""

    theme: str
    text: str


@dataclass(frozen=True)
class ReadRow:
    """Hold a fact as the tool read it."""

    name: str
    value: str
    day: str
    source: str


@dataclass(frozen=True)
class Card:
    """Hold the whole card."""

    id: str
    as_of: str
    made_on: str
    answer: tuple[str, ...]
    checks: tuple[Check, ...]
    trials: tuple[TrialCard, ...]
    others: tuple[Row, ...]
    others_left: int
    misfits: tuple[Row, ...]
    misfits_left: int
    questions: tuple[Question, ...]
    read: tuple[ReadRow, ...]
    read_left: int
    whole: tuple[str, ...]
    notes: tuple[str, ...]
    notes_left: int
    left_out: tuple[str, ...]
    left_out_more: int
    glossary: tuple[tuple[str, str], ...] = ()
