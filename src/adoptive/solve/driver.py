"""Integrate a block of patients: the loop over steps, the same for every model.

It calls the model's kernels by address, so it is compiled once, not once per model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from numba import njit

from adoptive.solve.cache import source_fingerprint
from adoptive.solve.happenings import cut_steps, decide_clones, locate, read_dense, settle, something_crossed
from adoptive.solve.lanes import (
    ACCEPTED,
    CLONE,
    COMMIT,
    CUT,
    DENSE,
    FAILED,
    GOAL,
    INVERSE,
    PATIENT,
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
from adoptive.solve.step import attempt, choose_steps, judge

__all__ = ["integrate"]


@compiled
def _visit_ahead(lanes: Lanes) -> bool:
    """Tell whether any accepted step reaches a visit."""
    width, ahead = lanes.width, False
    for w in range(width):
        visit = lanes.book[VISIT * width + w]
        if lanes.clock[ACCEPTED * width + w] > 0.0 and visit < lanes.visit_count:
            ahead = ahead or lanes.visits[visit] <= lanes.clock[GOAL * width + w]
    return ahead


@compiled
def _write_visits(lanes: Lanes, w: int) -> None:
    """Write the visits up to the end of lane w's step."""
    width, n = lanes.width, lanes.states * lanes.width
    i, visit, goal = lanes.book[PATIENT * width + w], lanes.book[VISIT * width + w], lanes.clock[GOAL * width + w]
    now, inverse, cut = lanes.clock[TIME * width + w], lanes.clock[INVERSE * width + w], lanes.clock[CUT * width + w]
    while visit < lanes.visit_count and lanes.visits[visit] <= goal:
        s = cut if lanes.visits[visit] == goal else min((lanes.visits[visit] - now) * inverse, cut)
        for r in range(lanes.recorded):
            lanes.at_visits[(i * lanes.visit_count + visit) * lanes.recorded + r] = read_dense(
                lanes, n, lanes.record[r] * width + w, s
            )
        visit += 1
    lanes.book[VISIT * width + w] = visit


@compiled
def _interrupt(lanes: Lanes) -> None:
    """Write visits and let crossings act inside the steps just accepted."""
    crossed = something_crossed(lanes)
    if not (crossed or _visit_ahead(lanes)):
        return
    call(lanes.kernels[DENSE], (lanes.stages, lanes.dense))
    if crossed:
        locate(lanes)
    clones = False
    for w in range(lanes.width):
        if lanes.clock[ACCEPTED * lanes.width + w] > 0.0:
            _write_visits(lanes, w)
            clones = clones or lanes.book[CLONE * lanes.width + w] > 0
    if crossed:
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


def _driver(version: int) -> Callable[[Any, Any, Any, int, int], None]:
    # The version is part of the compiled loop, so numba's cache, which watches this file alone, sees every file change.
    @cast(Any, njit)(cache=True, nogil=True, error_model="numpy", fastmath={"contract"})
    def integrate(table: Any, pool: Any, book: Any, first: Any, beyond: Any) -> None:
        lanes = open_lanes(table, pool, book)
        queue, busy = fill(lanes, first, beyond)
        while busy and version >= 0:
            settle(lanes)
            choose_steps(lanes)
            attempt(lanes)
            judge(lanes)
            _interrupt(lanes)
            _move_on(lanes)
            queue, busy = fill(lanes, queue, beyond)

    return cast(Callable[[Any, Any, Any, int, int], None], integrate)


integrate = _driver(int(source_fingerprint()[:15], 16))
