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
def _write_asked(lanes: Lanes, slots: int) -> None:
    """Evaluate the first slots' places in the steps just accepted, and write what is to be recorded of them."""
    width = lanes.width
    place, asked = row(lanes.clock, PLACE * width), row(lanes.clock, ASKED * width)
    call(lanes.kernels[GLANCE], (lanes.y, lanes.new, lanes.stages, place, asked, lanes.argument))
    for slot in range(slots):
        cell = lanes.book[CELL * width + slot]
        for r in range(lanes.recorded):
            lanes.at_visits[cell + r] = lanes.argument[lanes.record[r] * width + slot]


@compiled
def _write_visits(lanes: Lanes) -> None:
    """Write the visits up to the end of each lane's step, several at once, whosever they are."""
    width, slot = lanes.width, 0
    for w in range(width):
        goal, visit = lanes.clock[GOAL * width + w], lanes.book[VISIT * width + w]
        accepted = lanes.clock[ACCEPTED * width + w] > 0.0
        while accepted and visit < lanes.visit_count and lanes.visits[visit] <= goal:
            day, cut = lanes.visits[visit], lanes.clock[CUT * width + w]
            s = (day - lanes.clock[TIME * width + w]) * lanes.clock[INVERSE * width + w]
            lanes.clock[PLACE * width + slot] = cut if day == goal else min(s, cut)
            lanes.clock[ASKED * width + slot] = w
            cell = lanes.book[PATIENT * width + w] * lanes.visit_count + visit
            lanes.book[CELL * width + slot] = cell * lanes.recorded
            visit, slot = visit + 1, slot + 1
            if slot == lanes.at_once:
                _write_asked(lanes, slot)
                slot = 0
        lanes.book[VISIT * width + w] = visit
    if slot > 0:
        _write_asked(lanes, slot)


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
            clones = clones or (
                lanes.clock[ACCEPTED * lanes.width + w] > 0.0 and lanes.book[CLONE * lanes.width + w] > 0
            )
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
