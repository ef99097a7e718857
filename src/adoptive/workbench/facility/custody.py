"""Write every step of every patient into the chain-of-identity log, in the order of the calendar."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from adoptive.facility.identity import Entry, Log, append, chain_identifier, donation_number
from adoptive.facility.types import Failure
from adoptive.trial.types import Study
from adoptive.workbench.facility.types import ENDING_WORDS, Ending, Journeys

__all__ = ["log_of"]

_HOSPITAL: Final = "hospital"
_MAKER: Final = "manufacturing site"
_FROZEN_C: Final = -150.0
_COLD_C: Final = 4.0
_BODY_C: Final = 37.0
_COLLECTED: Final = {"blood": ("apheresis nurse", "leukapheresis"), "tumour": ("surgeon", "piece of tumour")}
_BEFORE_THE_CELLS: Final = ("cells ordered", "slot given")

_Happened = tuple[float, str, str, str, str, str, float | None]
"""Day, step, actor, place, reason, meaning of the signature, temperature."""


def log_of(study: Study, journeys: Journeys, *, most: int) -> Log:
    """Give the log of the first patients (by number); all names, numbers and signatures in it are invented."""
    rows: list[tuple[float, int, int, Entry]] = []
    for patient in range(min(most, len(journeys))):
        for order, happened in enumerate(_told(study, journeys, patient)):
            entry = _entry(study, patient, happened)
            rows.append((entry.day, patient, order, entry))
    opened = Entry(
        step="log opened", patient="", chain="", donation="", lot="", actor="simulation", day=0.0, place=_MAKER,
        reason="simulated: no real patient, cell or person", meaning="opened the log",
    )  # fmt: skip
    return append((), opened, *(entry for *_, entry in sorted(rows, key=lambda row: row[:3])))


def _entry(study: Study, patient: int, happened: _Happened) -> Entry:
    day, step, actor, place, reason, meaning, temperature = happened
    before = step in _BEFORE_THE_CELLS
    return Entry(
        step=step, patient=f"SYN-{patient:07d}", chain=chain_identifier(study.name, patient),
        donation="" if before else donation_number(patient),
        lot="" if before else f"LOT-{study.name}-{patient:07d}", actor=actor, day=round(day, 4),
        place=place, reason=reason, meaning=meaning, temperature_c=temperature,
    )  # fmt: skip


def _told(study: Study, journeys: Journeys, row: int) -> Iterator[_Happened]:
    """Tell what happened to one patient, in the order of the calendar, up to the end of his way."""
    asked, end = float(journeys.request_day[row]), float(journeys.end_day[row])
    yield asked, "cells ordered", "physician", _HOSPITAL, "decision to treat", "ordered", None
    for happened in (*_making(study, journeys, row), *_released(study, journeys, row)):
        if happened[0] <= end:
            yield happened
    ending = Ending(int(journeys.ending[row]))
    if ending == Ending.TREATED:
        yield end, "identity checked", "two nurses", _HOSPITAL, "patient, chain and lot agree", "verified", None
        yield end, "infused", "physician", _HOSPITAL, "as ordered", "administered", _BODY_C
        return
    failed = ending in (Ending.FAILED, Ending.OUT_OF_SPECIFICATION)
    why = Failure(int(journeys.failure[row])).words if failed else ENDING_WORDS[ending]
    yield end, "order ended", "physician", _HOSPITAL, why, "closed", None
    if np.isfinite(journeys.collection_day[row]):
        yield end, "cells put aside", "qualified person", _MAKER, why, "blocked", None


def _making(study: Study, journeys: Journeys, row: int) -> Iterator[_Happened]:
    """Tell slots, collection and batches up to the last test result."""
    for at in range(journeys.start_day.shape[1]):
        slot, culture = float(journeys.start_day[row, at]), float(journeys.culture_day[row, at])
        if np.isfinite(slot):
            yield slot, "slot given", "scheduler", _MAKER, f"attempt {at + 1}", "scheduled", None
        if at == 0 and np.isfinite(collected := float(journeys.collection_day[row])):
            actor, how = _COLLECTED[study.facility.starting_cells]
            yield collected, "collected", actor, _HOSPITAL, how, "collected", _BODY_C
            yield collected, "labelled", "second nurse", _HOSPITAL, "donation and chain agree", "verified", None
            yield collected, "handed over", "courier", _HOSPITAL, "to the manufacturing site", "handed over", _COLD_C
        if np.isfinite(culture):
            harvest, result = float(journeys.harvest_day[row, at]), float(journeys.result_day[row, at])
            good = result == float(journeys.release_day[row]) and np.isfinite(journeys.ready_day[row])
            said, meaning = ("all results are in", "reviewed") if good else ("not released", "rejected")
            yield culture, "culture started", "operator", _MAKER, f"attempt {at + 1}", "made", _BODY_C
            yield harvest, "harvested", "operator", _MAKER, f"attempt {at + 1}", "made", _BODY_C
            yield result, "tested", "quality control", _MAKER, said, meaning, None


def _released(study: Study, journeys: Journeys, row: int) -> Iterator[_Happened]:
    """Tell release and transport."""
    if not np.isfinite(journeys.ready_day[row]):
        return
    cold = _FROZEN_C if study.facility.cryopreserved else _COLD_C
    released, arrived = float(journeys.release_day[row]), float(journeys.ready_day[row])
    why = "released by exception" if journeys.by_exception[row] else "meets its specification"
    yield released, "released", "qualified person", _MAKER, why, "approved", cold
    yield released, "shipped", "courier", _MAKER, "to the hospital", "handed over", cold
    yield arrived, "received", "pharmacist", _HOSPITAL, "identity agrees with the order", "took over", cold
