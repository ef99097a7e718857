"""Every patient's way through one facility: slot, collection, culture, release, perhaps again, transport, infusion."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from adoptive.facility.queue import Desk, Rank
from adoptive.facility.slots import Slots
from adoptive.facility.types import Failure, Process, Product
from adoptive.facility.waiting import PROGRESSED, Decline, present_until
from adoptive.workbench.facility.types import Ending, Journeys, Stages

__all__ = ["follow_journeys", "planned_days", "stages_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Steps = Generator[Any, Any, None]


def planned_days(process: Process) -> dict[str, float]:
    """Give the planned days of each step of one attempt that succeeds."""
    release = max((test.days for test in process.tests), default=process.release_days)
    return {
        "collect": process.apheresis_delay_days,
        "prepare": process.preparation_days,
        "culture": process.culture_days,
        "release": release,
        "ship": process.shipping_days,
    }


def stages_of(process: Process, product: Product, *, lead_days: Floats) -> Stages:
    """Divide each patient's days from collection to arrival among the steps, as they are planned.

    ``product`` was made with everybody's order on day 0, so that its days are durations.
    """
    plan = planned_days(process)
    again = plan["culture"] + plan["release"]
    whole = plan["prepare"] + product.attempts * again + plan["ship"]
    factor = (product.ready_day - product.apheresis_day) / np.maximum(whole, 1e-9)
    return Stages(
        collect=product.apheresis_day,
        prepare=plan["prepare"] * factor,
        culture=plan["culture"] * factor,
        release=plan["release"] * factor,
        ship=plan["ship"] * factor,
        lead=lead_days,
    )


def follow_journeys(
    *,
    request_day: Floats,
    stages: Stages,
    product: Product,
    decline: Decline,
    withdrawal_days: Floats,
    slots: Slots | None,
    ranks: list[Rank],
) -> Journeys:
    """Follow everybody through the queue and the making, and say how each way ended.

    A batch holds its room for its culture; a failed one is made again from stored cells, for which the patient asks
    for another slot in his old place on the list. Days of decline, death and leaving count from the request.
    """
    lost = request_day + np.minimum(present_until(decline), withdrawal_days)
    start = _start_days(request_day, lost, stages, product, slots, ranks)
    collection = np.where(start[:, 0] + stages.collect < lost, start[:, 0] + stages.collect, np.inf)
    first = collection + stages.prepare
    begun = np.where(np.arange(start.shape[1]) == 0, np.where(np.isfinite(first), first, np.inf)[:, None], start)
    last = begun[np.arange(len(lost)), product.attempts - 1]
    barren = product.failure == Failure.COLLECTION
    harvest = np.where(barren, np.inf, last + stages.culture)
    release = np.where(barren, collection, harvest + stages.release)
    ready = np.where(product.released, release + stages.ship, np.inf)
    infusion = ready + stages.lead
    death = request_day + decline.death_day
    treated = product.released & (ready < lost) & (infusion < death)
    failed = ~product.released & (release < lost)
    ending = np.where(treated, int(Ending.TREATED), _why_lost(request_day, lost, decline, ready, infusion, death))
    unfit = np.isin(product.failure, (Failure.COLLECTION, Failure.GROWTH))
    named = np.where(unfit, int(Ending.FAILED), int(Ending.OUT_OF_SPECIFICATION))
    ending = np.where(failed, named, ending)
    gone = np.where(ready < lost, death, lost)
    batches = np.isfinite(begun).sum(axis=1)
    return Journeys(
        request_day=request_day,
        start_day=start,
        collection_day=collection,
        harvest_day=harvest,
        release_day=release,
        ready_day=np.where(ready < lost, ready, np.inf),
        infusion_day=np.where(treated, infusion, np.inf),
        decline_day=request_day + decline.decline_day,
        lost_day=lost,
        death_day=death,
        end_day=np.where(treated, infusion, np.where(failed, release, gone)),
        attempts=np.where(barren, 0, batches),
        ending=ending.astype(np.int64),
        failure=np.where(failed, product.failure, int(Failure.NONE)),
        held_days=np.where(barren, 0.0, batches * stages.culture),
    )


def _why_lost(
    request_day: Floats, lost: Floats, decline: Decline, ready: Floats, infusion: Floats, death: Floats
) -> Ints:
    """Name what ended the way of who was not treated: the first of death, decline and leaving."""
    left = np.where(decline.leaves == PROGRESSED, int(Ending.PROGRESSED), int(Ending.DETERIORATED))
    declined = (decline.leaves > 0) & (request_day + decline.decline_day <= lost)
    dead = (death <= lost) | ((ready < lost) & (death <= infusion))
    return np.where(dead, int(Ending.DIED), np.where(declined, left, int(Ending.WITHDREW)))


def _start_days(
    request_day: Floats, lost: Floats, stages: Stages, product: Product, slots: Slots | None, ranks: list[Rank]
) -> Floats:
    """Give the day of each batch's slot, ``(patients, attempts)``, inf = none."""
    start = np.full((len(request_day), int(product.attempts.max(initial=1))), np.inf)
    clock = simpy.Environment()
    desk = None if slots is None else Desk(clock, slots)
    barren = product.failure == Failure.COLLECTION
    rows = zip(
        ranks, lost.tolist(), stages.collect.tolist(), stages.prepare.tolist(), stages.culture.tolist(),
        stages.release.tolist(), product.attempts.tolist(), barren.tolist(), strict=True,
    )  # fmt: skip
    for number, row in enumerate(rows):
        clock.process(_journey(clock, desk, start[number], *row))
    clock.run()
    return start


def _journey(
    clock: simpy.Environment,
    desk: Desk | None,
    start: Floats,
    rank: Rank,
    lost: float,
    collect: float,
    prepare: float,
    culture: float,
    release: float,
    attempts: int,
    barren: bool,
) -> Steps:
    """Ask for a slot for each attempt, hold its room, wait for the tests."""
    yield clock.timeout(rank[1])
    for attempt in range(attempts):
        if lost <= clock.now:
            return
        start[attempt] = clock.now if desk is None else (yield desk.ask(rank, lost))
        before = collect + prepare if attempt == 0 else 0.0
        whole = lost > clock.now + collect and not barren if attempt == 0 else True
        held = culture if whole else min(collect, lost - clock.now)
        yield clock.timeout(held)
        if desk is not None:
            desk.give_back()
        if not whole:
            return
        yield clock.timeout(before + release)
