"""What readers find of a patient, one thing after the other, and the facts that they are together."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from adoptive.trial.eligibility.facts import (
    Alteration,
    AntigenTest,
    Condition,
    Diagnosis,
    Fact,
    Facts,
    Listed,
    Therapy,
)
from adoptive.workbench.mistakes import UNSHOWABLE

__all__ = ["Hla", "Note", "Place", "Thing", "Value", "clean", "facts_of"]

Day = datetime.date
_MOST_CODES: Final = 12
_LONGEST: Final = 80


@dataclass(frozen=True)
class Value:
    """Hold a field's fact."""

    field: str
    fact: Fact


@dataclass(frozen=True)
class Note:
    """Say what was not used: in words, and the codes that it concerns, which are gathered under the same words."""

    about: str
    code: str = ""


@dataclass(frozen=True)
class Hla:
    """Hold alleles of HLA genes, and the genes that were typed."""

    alleles: tuple[str, ...] = ()
    typed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """Hold where the patient lives."""

    country: str = ""
    latitude: float | None = None
    longitude: float | None = None


Item = TypeVar("Item", Diagnosis, Therapy, AntigenTest, Alteration, Condition)
Thing = Value | Note | Hla | Place | Diagnosis | Therapy | AntigenTest | Alteration | Condition


def clean(text: object, *, longest: int = _LONGEST) -> str:
    """Make a text fit for a line: no control characters, not long; "" where it is no text."""
    if not isinstance(text, str):
        return ""
    plain = re.sub(r"\s+", " ", UNSHOWABLE.sub(" ", text[: 4 * longest])).strip()
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


def facts_of(things: Iterable[Thing], *, name: str, as_of: Day, complete: frozenset[Listed] = frozenset()) -> Facts:
    """Put things together: fields newest first, lists in the order of their days, notes of a kind in one line."""
    found: dict[type, list[Thing]] = defaultdict(list)
    for thing in things:
        found[type(thing)].append(thing)
    hla = [thing for thing in found[Hla] if isinstance(thing, Hla)]
    places = [thing for thing in found[Place] if isinstance(thing, Place)]
    home = places[0] if places else Place()
    return Facts(
        id=clean(name) or "patient",
        as_of=as_of,
        values=_values(thing for thing in found[Value] if isinstance(thing, Value)),
        diagnoses=_once(thing for thing in found[Diagnosis] if isinstance(thing, Diagnosis)),
        therapies=_once(thing for thing in found[Therapy] if isinstance(thing, Therapy)),
        antigens=_once(thing for thing in found[AntigenTest] if isinstance(thing, AntigenTest)),
        alterations=_once(thing for thing in found[Alteration] if isinstance(thing, Alteration)),
        conditions=_once(thing for thing in found[Condition] if isinstance(thing, Condition)),
        hla=tuple(sorted({allele for thing in hla for allele in thing.alleles})),
        hla_typed=frozenset(gene for thing in hla for gene in thing.typed),
        complete=complete,
        country=home.country,
        latitude=home.latitude,
        longitude=home.longitude,
        notes=_notes(thing for thing in found[Note] if isinstance(thing, Note)),
    )


def _values(values: Iterable[Value]) -> dict[str, tuple[Fact, ...]]:
    by_field: dict[str, dict[Fact, None]] = defaultdict(dict)
    for value in values:
        by_field[value.field][value.fact] = None
    return {
        field: tuple(sorted(by_field[field], key=lambda fact: fact.day or Day.min, reverse=True))
        for field in sorted(by_field)
    }


def _once(items: Iterable[Item]) -> tuple[Item, ...]:
    """Say each item once, in the order of days, then of names."""
    return tuple(sorted(dict.fromkeys(items), key=_order))


def _order(item: Diagnosis | Therapy | AntigenTest | Alteration | Condition) -> tuple[Day, str, str]:
    day = item.start if isinstance(item, Therapy | Condition) else item.day
    match item:
        case AntigenTest():
            name = item.target
        case Alteration():
            name = item.gene
        case _:
            name = item.name
    return day or Day.max, name, repr(item)


def _notes(notes: Iterable[Note]) -> tuple[str, ...]:
    """Gather notes under the same words, each code once."""
    codes: dict[str, dict[str, None]] = defaultdict(dict)
    for note in notes:
        codes[note.about].update({note.code: None} if note.code else {})
    lines = []
    for about, each in codes.items():
        found = list(each)
        shown = ", ".join(found[:_MOST_CODES]) + (
            f" and {len(found) - _MOST_CODES} more" if len(found) > _MOST_CODES else ""
        )
        lines.append(f"{about}: {shown}" if shown else about)
    return tuple(lines)
