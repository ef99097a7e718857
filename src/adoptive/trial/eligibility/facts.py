"""What is known of one patient: facts with their day and source. What is not in here is unknown, never false."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

__all__ = ["Alteration", "AntigenTest", "Condition", "Diagnosis", "Fact", "Facts", "Listed", "Therapy"]

Day = datetime.date
Listed = Literal["therapies", "conditions", "antigens", "alterations", "diagnoses"]


@dataclass(frozen=True)
class Fact:
    """Hold one value of a field in the field's own unit; the limits are the laboratory's limits of normal.

    ``censored`` "<" or ">" says that the value is only a bound, as in "< 0.2"; ``until`` that it lies between both.
    """

    value: bool | float | str
    unit: str = ""
    day: Day | None = None
    source: str = ""
    upper_limit: float | None = None
    lower_limit: float | None = None
    censored: Literal["", "<", ">"] = ""
    until: float | None = None


@dataclass(frozen=True)
class Diagnosis:
    """Hold a cancer: name of the vocabulary, stage, and what is known of its spread."""

    name: str
    stage: str = ""
    metastatic: bool | None = None
    unresectable: bool | None = None
    histology: str = ""
    day: Day | None = None
    current: bool | None = True
    source: str = ""


@dataclass(frozen=True)
class Therapy:
    """Hold a treatment that was given: name of the vocabulary (drug, class or procedure), days, line, how it ended.

    ``end_from`` is the first day on which it may have ended where only the month or the year is known; ``end`` is then
    the last such day.
    """

    name: str
    start: Day | None = None
    end: Day | None = None
    ongoing: bool | None = None
    line: int | None = None
    setting: Literal["", "neoadjuvant", "adjuvant", "advanced", "maintenance", "bridging"] = ""
    response: str = ""
    stopped_for: Literal["", "progression", "toxicity", "completed", "other"] = ""
    dose: float | None = None
    dose_unit: str = ""
    source: str = ""
    end_from: Day | None = None


@dataclass(frozen=True)
class AntigenTest:
    """Hold a test of an antigen: staining intensity 0 to 3, positive share 0 to 1, H-score 0 to 300, or the result."""

    target: str
    assay: str = ""
    positive: bool | None = None
    intensity: float | None = None
    share: float | None = None
    h_score: float | None = None
    day: Day | None = None
    source: str = ""


@dataclass(frozen=True)
class Alteration:
    """Hold a gene's test: ``present`` False means tested and not found; ``change`` as in ``G12D``, "" any."""

    gene: str
    change: str = ""
    category: Literal["", "mutation", "amplification", "deletion", "fusion", "signature"] = ""
    present: bool = True
    day: Day | None = None
    source: str = ""


@dataclass(frozen=True)
class Condition:
    """Hold a condition beside the cancer; ``state`` "absent" means that somebody looked and it is not there."""

    name: str
    state: Literal["active", "past", "absent"]
    start: Day | None = None
    end: Day | None = None
    source: str = ""


@dataclass(frozen=True)
class Facts:
    """Hold what is known of one patient on the day ``as_of``.

    ``values`` maps a field of the vocabulary to its facts, newest first. ``complete`` names the lists that hold
    everything: what is absent from those is false; what is absent from the others is unknown. ``hla`` are alleles in
    standard names, ``hla_typed`` the genes of which both alleles are known. ``latitude`` and ``longitude`` are in
    degrees; ``notes`` say what of the file was not understood.
    """

    id: str
    as_of: Day
    values: Mapping[str, tuple[Fact, ...]] = field(default_factory=lambda: MappingProxyType({}))
    diagnoses: tuple[Diagnosis, ...] = ()
    therapies: tuple[Therapy, ...] = ()
    antigens: tuple[AntigenTest, ...] = ()
    alterations: tuple[Alteration, ...] = ()
    conditions: tuple[Condition, ...] = ()
    hla: tuple[str, ...] = ()
    hla_typed: frozenset[str] = frozenset()
    complete: frozenset[Listed] = frozenset()
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None
    notes: tuple[str, ...] = ()
