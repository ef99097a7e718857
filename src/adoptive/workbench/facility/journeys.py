"""Every patient's way through one facility: slot, collection, culture, release, perhaps again, transport, infusion."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import simpy
from numpy.typing import NDArray

from adoptive.facility.queue import Desk, Rank
from adoptive.facility.release import calendar
from adoptive.facility.slots import Slots
from adoptive.facility.types import Failure, Process, Product
from adoptive.facility.waiting import PROGRESSED, Decline, present_until
from adoptive.parameters import Typical
from adoptive.workbench.facility.types import Ending, Journeys, Stages

__all__ = ["follow_journeys", "planned_days", "stages_of"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Steps = Generator[Any, Any, None]


def planned_days(process: Process, *, typical: Typical) -> dict[str, float]:
    """Give the planned days of each step of one attempt that succeeds."""
    return {
        "collect": process.apheresis_delay_days,
        "prepare": process.shipping_days / 2.0 + process.preparation_days,
        "culture": process.culture_days,
        "release": calendar(process, typical=typical).release,
        "ship": process.shipping_days / 2.0,
    }


def stages_of(process: Process, product: Product, *, lead_days: Floats, typical: Typical) -> Stages:
    """Divide each patient's days from the collection to the arrival, or to the last bad result, among the steps.

    ``product`` was made with everybody's order on day 0, so that its days are durations. Cultures take their own days;
    the others share the rest as they are planned. A culture that did not grow is not tested.
    """
    plan = planned_days(process, typical=typical)
    tests = product.attempts - (product.failure == Failure.GROWTH)
    planned = plan["prepare"] + tests * plan["release"] + product.released * plan["ship"]
    rest = product.ready_day - product.apheresis_day - product.attempts * product.culture_days
    factor = np.maximum(rest, 0.0) / np.maximum(planned, 1e-9)
    return Stages(
        collect=product.apheresis_day,
        prepare=plan["prepare"] * factor,
        culture=product.culture_days,
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

    A batch holds its place for its culture; a failed one is made again from stored cells, for which the patient asks
    for another slot in his old rank on the list. Once cells have arrived in time only death and a recall keep them from
    him. Days of decline, death and leaving count from the request.
    """
    lost = request_day + np.minimum(present_until(decline), withdrawal_days)
    death = request_day + decline.death_day
    start = _start_days(lost, stages, product, slots, ranks)
    made = _make(start, lost, stages, product)
    ready = np.where(product.released & (made["ready_day"] < lost), made["ready_day"], np.inf)
    infusion = ready + stages.lead
    recall = np.where(np.isfinite(ready), made["ready_day"] + (product.recall_day - product.ready_day), np.inf)
    recalled = (recall <= infusion) & (recall < death)
    treated = np.isfinite(ready) & (infusion < death) & ~recalled
    failed = (~product.released & (made["release_day"] < lost)) | recalled
    failure = np.where(failed, np.where(recalled, int(Failure.STERILITY), product.failure), int(Failure.NONE))
    gone = np.where(np.isfinite(ready), death, lost)
    why = np.where(failed, _why_failed(failure), _why_lost(request_day, lost, decline, gone))
    result_day = np.where(recalled, recall, made["release_day"])
    return Journeys(
        request_day=request_day,
        start_day=start,
        **(made | {"ready_day": ready}),
        infusion_day=np.where(treated, infusion, np.inf),
        decline_day=request_day + decline.decline_day,
        lost_day=lost,
        death_day=death,
        end_day=np.where(treated, infusion, np.where(failed, result_day, gone)),
        collections=np.where(np.isfinite(made["collection_day"]), product.collections, 0),
        ending=np.where(treated, int(Ending.TREATED), why),
        failure=failure,
        by_exception=treated & product.out_of_specification,
    )


def _make(start: Floats, lost: Floats, stages: Stages, product: Product) -> dict[str, Any]:
    """Give the days of each batch as its slots allow, inf where it is not made, and how many batches were made."""
    collection = start[:, 0] + stages.collect
    collection = np.where(collection < lost, collection, np.inf)
    barren = product.failure == Failure.COLLECTION
    first = np.arange(start.shape[1]) == 0
    begun = np.where(first, (collection + stages.prepare)[:, None], start)
    begun = np.where(barren[:, None], np.inf, begun)
    last = np.arange(start.shape[1]) == (product.attempts - 1)[:, None]
    untested = last & (product.failure == Failure.GROWTH)[:, None]
    harvest = begun + stages.culture[:, None]
    result = harvest + np.where(untested, 0.0, stages.release[:, None])
    release = np.where(barren, collection, result[last])
    batches = np.isfinite(begun).sum(axis=1)
    return {
        "collection_day": collection,
        "culture_day": begun,
        "harvest_day": harvest,
        "result_day": result,
        "release_day": release,
        "ready_day": release + stages.ship,
        "batches": batches,
        "held_days": batches * stages.culture,
    }


def _why_failed(failure: Ints) -> Ints:
    """Tell a batch that could not be made from one that missed its specification."""
    unmade = np.isin(failure, (Failure.COLLECTION, Failure.GROWTH, Failure.LOST))
    return np.where(unmade, int(Ending.FAILED), int(Ending.OUT_OF_SPECIFICATION))


def _why_lost(request_day: Floats, lost: Floats, decline: Decline, gone: Floats) -> Ints:
    """Name what ended the way of who was neither treated nor failed: the first of death, decline and leaving."""
    left = np.where(decline.leaves == PROGRESSED, int(Ending.PROGRESSED), int(Ending.DETERIORATED))
    declined = (decline.leaves > 0) & (request_day + decline.decline_day <= lost)
    dead = request_day + decline.death_day <= gone
    return np.where(dead, int(Ending.DIED), np.where(declined, left, int(Ending.WITHDREW)))


def _start_days(lost: Floats, stages: Stages, product: Product, slots: Slots | None, ranks: list[Rank]) -> Floats:
    """Give the day of each batch's slot, ``(patients, attempts)``, inf = none."""
    start = np.full((len(lost), int(product.attempts.max(initial=1))), np.inf)
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
