"""All journeys together: lead times, losses by cause, use of slots and rooms, and what is counted for the bill."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from adoptive.facility.cost import Done
from adoptive.facility.slots import Slots
from adoptive.units import DAYS_PER_MONTH, days
from adoptive.workbench.facility.types import ENDING_WORDS, Ending, Journeys, Spread, Summary

__all__ = ["LOST_WHERE", "count_done", "summarise"]

Floats = NDArray[np.float64]

LOST_WHERE = ("waiting for a slot", "before the collection", "while the cells are made", "after release")
"""Where on the way a patient is lost to illness or leaves."""


def summarise(
    journeys: Journeys,
    *,
    slots: Slots | None,
    demand_per_month: float,
    target_days: float,
    death_day: Floats,
) -> Summary:
    """Sum up journeys; ``death_day`` ``(patients,)`` is the calendar day of death, with cells for who got them."""
    treated = journeys.treated
    on_time = treated & (journeys.lead_days <= target_days + 1e-9)
    asked = np.isfinite(journeys.start_day[:, 0])
    return Summary(
        patients=len(journeys),
        demand_per_month=demand_per_month,
        treated=int(treated.sum()),
        lead_days=_spread(journeys.lead_days[treated]),
        vein_to_vein_days=_spread(journeys.infusion_day[treated] - journeys.collection_day[treated]),
        slot_wait_days=_spread(journeys.waited_days[asked]),
        target_days=target_days,
        on_time_share=float(on_time.sum() / treated.sum()) if treated.any() else None,
        on_time_share_of_all=float(on_time.mean()),
        endings={words: int((journeys.ending == ending).sum()) for ending, words in ENDING_WORDS.items()},
        lost_where=_lost_where(journeys),
        batches={str(n): int(count) for n, count in enumerate(np.bincount(journeys.batches, minlength=2))},
        given_by_exception=int(journeys.by_exception.sum()),
        declined_at_infusion=int((treated & (journeys.decline_day <= journeys.infusion_day)).sum()),
        dead_within_a_year_share=float((death_day - journeys.request_day <= days(12.0)).mean()),
        starts_used_share=_starts_used(journeys, slots),
        rooms_used_share=_rooms_used(journeys, slots),
    )


def count_done(journeys: Journeys, slots: Slots | None, *, room_use: float) -> Done:
    """Count what was done for everybody, failures and patients lost on the way included.

    Rooms cost while they are empty, too: all days of the study's rooms, or, without rooms in the study, the days held
    over the usual share of use.
    """
    collected = np.isfinite(journeys.collection_day)
    held = float(journeys.held_days.sum())
    if slots is not None and slots.places > 0:
        room_days = slots.places * _open_days(journeys)
    else:
        room_days = held / room_use
    return Done(
        collections=int(journeys.collections.sum()),
        batches=int(journeys.batches.sum()),
        room_days=room_days,
        transports=int((collected & (journeys.batches > 0)).sum() + np.isfinite(journeys.ready_day).sum()),
        lymphodepletions=int(np.isfinite(journeys.ready_day).sum()),
        treated=int(journeys.treated.sum()),
    )


def _spread(days: Floats) -> Spread:
    if not len(days):
        return Spread(None, None, 0)
    p50, p90 = np.quantile(days, [0.5, 0.9])
    return Spread(float(p50), float(p90), len(days))


def _lost_where(journeys: Journeys) -> dict[str, int]:
    ill = np.isin(journeys.ending, (Ending.DIED, Ending.PROGRESSED, Ending.DETERIORATED, Ending.WITHDREW))
    reached = (
        np.isfinite(journeys.start_day[:, 0]).astype(np.int64)
        + np.isfinite(journeys.collection_day)
        + np.isfinite(journeys.ready_day)
    )
    return {words: int((ill & (reached == at)).sum()) for at, words in enumerate(LOST_WHERE)}


def _starts_used(journeys: Journeys, slots: Slots | None) -> float | None:
    """Give the share of the calendar's starts that were taken, from the first order to the last start."""
    if slots is None or slots.per_month is None:
        return None
    taken = journeys.start_day[np.isfinite(journeys.start_day)]
    if not len(taken):
        return 0.0
    gap = DAYS_PER_MONTH / slots.per_month
    first = math.ceil(float(journeys.request_day.min()) / gap - 1e-9)
    last = round(float(taken.max()) / gap)
    return float(len(taken) / (last - first + 1))


def _rooms_used(journeys: Journeys, slots: Slots | None) -> float | None:
    """Give the share of room-days in which a culture stood, while the facility was open."""
    if slots is None or slots.places == 0:
        return None
    offered = slots.places * _open_days(journeys)
    return float(journeys.held_days.sum() / offered) if offered > 0 else 0.0


def _open_days(journeys: Journeys) -> float:
    """Give the days from the first slot to the last harvest."""
    starts = journeys.start_day[np.isfinite(journeys.start_day)]
    harvests = journeys.harvest_day[np.isfinite(journeys.harvest_day)]
    if not len(starts) or not len(harvests):
        return 0.0
    return float(max(harvests.max() - starts.min(), 0.0))
