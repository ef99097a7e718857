"""Integrate a block of patients: the loop over steps, the same for every model.

It calls the model's kernels by address, so it is compiled once, not once per model.
"""

from __future__ import annotations

import ctypes
import hashlib
from collections.abc import Callable
from functools import lru_cache

from adoptive.solve.cache import recall, source_fingerprint
from adoptive.solve.dense import cut_steps
from adoptive.solve.extinction import decide_clones
from adoptive.solve.happenings import locate, settle, something_crossed
from adoptive.solve.lanes import (
    ACCEPTED,
    ASKED,
    CELL,
    CLONE,
    COMMIT,
    CUT,
    DENSE,
    ENTRIES,
    FAILED,
    GLANCE,
    GOAL,
    INVERSE,
    PATIENT,
    PLACE,
    SPECIAL,
    TIME,
    VISIT,
    Lanes,
    call,
    compiled,
    fill,
    finish,
    open_lanes,
    row,
)
from adoptive.solve.native import NativeCode, host, to_object_code
from adoptive.solve.step import attempt, choose_steps, judge
from adoptive.solve.translate import translate

__all__ = ["load_loop"]


@compiled
def _next_seen(lanes: Lanes, slot: int) -> bool:
    """Put the next visit within a lane's accepted step into a slot: whose, where in the step, where its values go."""
    width = lanes.width
    for w in range(width):
        visit, goal = lanes.book[VISIT * width + w], lanes.clock[GOAL * width + w]
        if lanes.clock[ACCEPTED * width + w] > 0.0 and visit < lanes.visit_count and lanes.visits[visit] <= goal:
            day, cut = lanes.visits[visit], lanes.clock[CUT * width + w]
            s = (day - lanes.clock[TIME * width + w]) * lanes.clock[INVERSE * width + w]
            lanes.clock[PLACE * width + slot] = cut if day == goal else min(s, cut)
            lanes.clock[ASKED * width + slot] = w
            row_of_patient = lanes.book[PATIENT * width + w] * lanes.visit_count + visit
            lanes.book[CELL * width + slot] = row_of_patient * lanes.recorded
            lanes.book[VISIT * width + w] = visit + 1
            return True
    return False


@compiled
def _write_visits(lanes: Lanes) -> None:
    """Write the visits up to the end of each lane's step, as many at once as there are lanes, whosever they are."""
    width = lanes.width
    more = True
    while more:
        some = False
        for slot in range(width):
            more = more and _next_seen(lanes, slot)
            some = some or more
            if not more:
                lanes.book[CELL * width + slot] = -1
        if some:
            place, asked = row(lanes.clock, PLACE * width), row(lanes.clock, ASKED * width)
            call(lanes.kernels[GLANCE], (lanes.y, lanes.new, lanes.stages, place, asked, lanes.argument))
            for slot in range(width):
                cell = lanes.book[CELL * width + slot]
                if cell >= 0:
                    for r in range(lanes.recorded):
                        lanes.at_visits[cell + r] = lanes.argument[lanes.record[r] * width + slot]


@compiled
def _interrupt(lanes: Lanes) -> None:
    """Write visits and let crossings act inside the steps just accepted."""
    crossed, clones = something_crossed(lanes), False
    if crossed:
        call(lanes.kernels[DENSE], (lanes.stages, lanes.dense))
        locate(lanes)
    _write_visits(lanes)
    if crossed:
        for w in range(lanes.width):
            clones = clones or (lanes.clock[ACCEPTED * lanes.width + w] > 0.0 and lanes.book[CLONE * lanes.width + w] > 0)
        cut_steps(lanes)
    if clones:
        decide_clones(lanes)


@compiled
def _move_on(lanes: Lanes) -> None:
    """Make accepted steps final and release the lanes that are done or given up."""
    width = lanes.width
    accepted = row(lanes.clock, ACCEPTED * lanes.width)
    call(lanes.kernels[COMMIT], (lanes.y, lanes.new, accepted))
    for w in range(width):
        i = lanes.book[PATIENT * width + w]
        if accepted[w] > 0.0:
            lanes.clock[TIME * width + w] = lanes.clock[GOAL * width + w]
        if i >= 0 and (lanes.clock[TIME * width + w] >= lanes.stop[i] or lanes.book[FAILED * width + w] > 0):
            finish(lanes, w)


@compiled
def integrate(address: int, beyond: int) -> None:
    """Integrate the patients of the queue before `beyond` in the lanes whose table lies at an address."""
    lanes = open_lanes(address)
    busy = fill(lanes, beyond)
    while busy:
        settle(lanes)
        choose_steps(lanes)
        attempt(lanes)
        judge(lanes)
        _interrupt(lanes)
        _move_on(lanes)
        busy = fill(lanes, beyond)


def _compile() -> bytes:
    return to_object_code(translate(integrate, ENTRIES, SPECIAL), simplify=True)


@lru_cache(maxsize=1)
def load_loop() -> Callable[[int, int], None]:
    """Return the compiled `integrate`, from the cache if this processor has met this source before.

    Threads may run it at once: the interpreter's lock is free while it works.
    """
    key = hashlib.sha256("\n".join(("loop", source_fingerprint(), *host())).encode()).hexdigest()
    code = NativeCode([recall(f"{key}.loop", _compile)], (integrate.__name__,))
    run = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 2)(code.addresses[0])

    def loop(address: int, beyond: int, _alive: NativeCode = code) -> None:
        run(address, beyond)

    return loop
