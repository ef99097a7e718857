"""Trials as matching sees them: the nouns of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from adoptive.trial.eligibility.findings import Finding
from adoptive.trial.eligibility.statements import Statement

__all__ = [
    "GATES",
    "Fit",
    "Forecast",
    "Gate",
    "Item",
    "Judged",
    "Level",
    "LevelFit",
    "Match",
    "Range",
    "Refused",
    "Site",
    "Status",
    "Trial",
    "Understood",
    "Verdict",
]

Gate = Literal["procurement", "treatment", "infusion day"]
GATES: tuple[Gate, ...] = ("procurement", "treatment", "infusion day")
Understood = Literal["whole", "part", "not"]
Verdict = Literal["met", "not met", "unknown"]
Fit = Literal["fits", "may fit", "not now", "does not fit"]
Status = Literal["open", "not yet open", "by invitation", "closed", "unknown"]


@dataclass(frozen=True)
class Site:
    """Hold a place where the trial runs; degrees, None where the record has none."""

    name: str = ""
    city: str = ""
    country: str = ""
    latitude: float | None = None
    longitude: float | None = None
    status: Status = "unknown"


@dataclass(frozen=True)
class Item:
    """Hold one criterion: its own words with their span in the record's text, and what was understood of them.

    ``start`` and ``end`` count characters of :attr:`Trial.criteria_text` (both 0 where the item comes from a field of
    its own, named by ``origin``). ``statement`` is what must be true (inclusion) or must not (exclusion).
    ``heading`` is the group that the item stands in ("Cohort A"); an item of a group that is not everybody's counts
    as ``conditional``: it can never exclude by itself.
    """

    number: int
    kind: Literal["inclusion", "exclusion"]
    text: str
    statement: Statement
    understood: Understood
    gate: Gate = "procurement"
    start: int = 0
    end: int = 0
    origin: str = "eligibilityCriteria"
    heading: str = ""
    conditional: bool = False
    recoverable: bool = False


@dataclass(frozen=True)
class Level:
    """Hold a step, arm or dose level of a CTML trial, with its own criteria and whether it takes patients."""

    step: str
    arm: str
    dose: str
    statement: Statement
    suspended: bool


@dataclass(frozen=True)
class Trial:
    """Hold a trial: what the record says, its criteria item by item, and the levels that have criteria of their own."""

    id: str
    title: str
    source: str
    format: Literal["clinicaltrials.gov", "study", "ctml"]
    status: Status = "unknown"
    phase: str = ""
    summary: str = ""
    sponsor: str = ""
    conditions: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    sites: tuple[Site, ...] = ()
    criteria_text: str = ""
    items: tuple[Item, ...] = ()
    levels: tuple[Level, ...] = ()
    updated: str = ""
    study: Any = None
    """Our own study (:class:`adoptive.trial.types.Study`), where the trial is one."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judged:
    """Hold an item with its verdict: "met" means that the patient is what the trial asks for by this item."""

    item: Item
    verdict: Verdict
    finding: Finding


@dataclass(frozen=True)
class LevelFit:
    """Hold the verdict on a CTML level: step, arm and dose with criteria of their own."""

    level: Level
    finding: Finding
    verdict: Verdict


@dataclass(frozen=True)
class Range:
    """Hold a forecast number with its 90 % interval, and the unit."""

    value: float
    low: float
    high: float
    unit: str


@dataclass(frozen=True)
class Forecast:
    """Hold what the simulator says of a patient like this one in a trial like this one. Simulated; no promise.

    ``numbers`` by name: "infused" (%), "days_to_infusion" (day), "response" (%, of the infused), "response_of_enrolled"
    (%), "crs_grade3" (%), "neurotoxicity_grade3" (%), "pfs_median" (months) and what else the model knows.
    ``taken`` says which facts of the patient were given to the model, ``assumed`` what was drawn instead.
    """

    study: str
    basis: str
    numbers: dict[str, Range]
    trials: int
    patients: int
    seed: int
    taken: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    cost: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """Say why no forecast is given."""

    reason: str


@dataclass(frozen=True)
class Match:
    """Hold a trial set against a patient.

    ``fit``: "fits" all criteria are met; "may fit" nothing excludes, something is unknown; "not now" only recoverable
    criteria fail; "does not fit" one fails that cannot recover. ``gates`` the verdict of each gate. ``score`` orders
    the list (larger is better; ``why`` says in words what counted). ``distance_km`` is to the nearest site that takes
    patients, None where either place is unknown.
    """

    trial: Trial
    fit: Fit
    gates: dict[Gate, Verdict]
    judged: tuple[Judged, ...]
    levels: tuple[LevelFit, ...] = ()
    site: Site | None = None
    distance_km: float | None = None
    score: float = 0.0
    why: tuple[str, ...] = ()
    forecast: Forecast | Refused | None = None
