"""What ``adoptive facility`` is asked, and what it finds: the nouns of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from adoptive.facility.cost import Bill
from adoptive.facility.identity import Log
from adoptive.facility.slots import Slots
from adoptive.trial.types import Study

__all__ = ["ENDING_WORDS", "Asked", "Ending", "FacilityResult", "Journeys", "Spread", "Stages", "Summary"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Asked:
    """Hold what is asked: None takes the study's own."""

    patients: int | None = None
    seed: int = 1
    slots_per_month: float | None = None
    places: int | None = None
    priority: str | None = None
    target_days: float | None = None
    logged: int = 100


class Ending(IntEnum):
    """Say how a patient's way ended."""

    TREATED = 0
    DIED = 1
    PROGRESSED = 2
    DETERIORATED = 3
    WITHDREW = 4
    FAILED = 5
    OUT_OF_SPECIFICATION = 6


ENDING_WORDS = {
    Ending.TREATED: "treated",
    Ending.DIED: "died",
    Ending.PROGRESSED: "progressed",
    Ending.DETERIORATED: "deteriorated",
    Ending.WITHDREW: "withdrew",
    Ending.FAILED: "manufacturing failure",
    Ending.OUT_OF_SPECIFICATION: "out of specification",
}


@dataclass(frozen=True)
class Stages:
    """Hold how long each step takes each patient, in days, ``(patients,)``; culture and release are of one attempt."""

    collect: Floats
    prepare: Floats
    culture: Floats
    release: Floats
    ship: Floats
    lead: Floats


@dataclass(frozen=True)
class Journeys:
    """Hold every patient's calendar days, ``(patients,)``, inf = it did not happen; day 0 is the first possible order.

    ``start_day``, ``culture_day``, ``harvest_day`` and ``result_day`` ``(patients, attempts)`` are the slots, first and
    last days of culture and test results of his batches; ``ready_day`` is when released cells arrive;
    ``lost_day`` is the day from which he could no longer be treated, ``end_day`` the day on which his way ended.
    """

    request_day: Floats
    start_day: Floats
    collection_day: Floats
    culture_day: Floats
    harvest_day: Floats
    result_day: Floats
    release_day: Floats
    ready_day: Floats
    infusion_day: Floats
    decline_day: Floats
    lost_day: Floats
    death_day: Floats
    end_day: Floats
    collections: Ints
    batches: Ints
    held_days: Floats
    ending: Ints
    failure: Ints
    by_exception: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.request_day)

    @property
    def treated(self) -> NDArray[np.bool_]:
        """Say who got the cells."""
        return np.asarray(self.ending == Ending.TREATED)

    @property
    def waited_days(self) -> Floats:
        """Give the days on the list for the first slot, up to the start or to the end of who never got one."""
        start = self.start_day[:, 0]
        return np.where(np.isfinite(start), start, np.maximum(self.end_day, self.request_day)) - self.request_day

    @property
    def lead_days(self) -> Floats:
        """Give the days from the order to the infusion; inf for who was not treated."""
        return self.infusion_day - self.request_day


@dataclass(frozen=True)
class Spread:
    """Hold a number's median and 90th percentile, and over how many patients; None with nobody."""

    p50: float | None
    p90: float | None
    patients: int


@dataclass(frozen=True)
class Summary:
    """Hold what a reader wants to know of all journeys together."""

    patients: int
    demand_per_month: float
    treated: int
    lead_days: Spread
    vein_to_vein_days: Spread
    slot_wait_days: Spread
    target_days: float
    on_time_share: float | None
    on_time_share_of_all: float
    endings: dict[str, int]
    lost_where: dict[str, int]
    batches: dict[str, int]
    declined_at_infusion: int
    given_by_exception: int
    dead_within_a_year_share: float
    starts_used_share: float | None
    rooms_used_share: float | None


@dataclass(frozen=True)
class FacilityResult:
    """Hold everything that ``adoptive facility`` shows and writes."""

    study: Study
    asked: Asked
    slots: Slots | None
    journeys: Journeys
    summary: Summary
    bill: Bill
    log: Log
