"""The one JSON document of a facility, and its tables."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adoptive.facility.identity import seal
from adoptive.workbench.facility.types import ENDING_WORDS, FacilityResult

__all__ = ["cost_table", "facility_document", "patient_table"]

Table = dict[str, NDArray[Any]]


def facility_document(result: FacilityResult) -> dict[str, Any]:
    """Give a facility as plain data; days and dollars that do not exist are ``null``."""
    study, sealed = result.study, seal(result.log)
    document: dict[str, Any] = {
        "study": study.name,
        "seed": result.asked.seed,
        "region": study.facility.region,
        "slots": None if result.slots is None else dataclasses.asdict(result.slots),
    }
    document |= dataclasses.asdict(result.summary)
    document["cost"] = {"currency": "USD", **dataclasses.asdict(result.bill)}
    document["identity"] = {"patients": min(result.asked.logged, len(result.journeys)), "events": sealed.events,
                            "seal": sealed.digest}  # fmt: skip
    document["simulated"] = True
    return dict(_plain(document))


def patient_table(result: FacilityResult) -> Table:
    """Give a row per patient: days of each step (inf = it did not happen), attempts, how the way ended."""
    journeys = result.journeys
    starts = {f"slot_{at + 1}_day": journeys.start_day[:, at] for at in range(journeys.start_day.shape[1])}
    days = ("collection_day", "release_day", "ready_day", "infusion_day", "decline_day", "end_day")
    return {
        "patient": np.arange(len(journeys)),
        "request_day": journeys.request_day,
        **starts,
        **{name: getattr(journeys, name) for name in days},
        "waited_days": journeys.waited_days,
        "lead_days": journeys.lead_days,
        "collections": journeys.collections,
        "batches": journeys.batches,
        "by_exception": journeys.by_exception,
        "failure": journeys.failure,
        "ending": journeys.ending,
        "ending_words": np.array([ENDING_WORDS[code] for code in ENDING_WORDS])[journeys.ending],
    }


def cost_table(result: FacilityResult) -> Table:
    """Give a row per step of the bill, in US dollars."""
    steps = result.bill.steps
    names = [field.name for field in dataclasses.fields(steps[0])]
    return {name: np.array([getattr(step, name) for step in steps]) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return float(f"{value:.10g}") if math.isfinite(value) else None
    return value
