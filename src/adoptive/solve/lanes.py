"""Lay out the lanes: what the driver reads and writes, and how a patient enters and leaves a lane.

Vectors are flat arrays of rows, one row per state, one element per lane. A lane whose patient ends takes the next one.
Nothing in one lane can reach another, so a patient's result does not depend on neighbours, order, block or thread.

The compiled loop sees one address: a table of sizes and addresses, read where a field is named. Arrays, or a tuple of
sixty pointers, would be taken apart at every call, and that would dominate the compilation.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
from llvmlite import ir
from numpy.typing import NDArray

from adoptive.solve.draws import fresh_draw, write_fresh_draw
from adoptive.solve.expressions import TABLE, WHOLE
from adoptive.solve.kernels import ROUTINES
from adoptive.solve.methods import INTERPOLANT_ROWS

__all__ = [
    "ENTRIES",
    "SPECIAL",
    "Doubles",
    "Integers",
    "Lanes",
    "call",
    "compiled",
    "fill",
    "finish",
    "make_table",
    "open_lanes",
    "row",
    "seldom",
    "take",
    "whole",
]

F = TypeVar("F", bound=Callable[..., Any])

PREPARE, LINEARISE, FACTOR, RHS, SOLVE, ERROR, DENSE, INTERPOLATE, GLANCE, COMMIT, WATCH, RATES, ATTEMPT = range(13)
assert (ROUTINES[PREPARE], ROUTINES[COMMIT], ROUTINES[ATTEMPT]) == ("prepare", "commit", "attempt")

# rows of Lanes.clock and of Lanes.book
TIME, STEP, USED, GOAL, INVERSE, SIZE, PACE, CUT, PLACE, ASKED, ACCEPTED, NEXT = range(12)
PATIENT, VISIT, EVENT, REJECTED, TAKEN, FAILED, CLONE, HELD, CELL = range(9)
CLOCK_ROWS, BOOK_ROWS = 12, 9

FIRST_STEP = 1e-3

Doubles = Any  # a pointer to float64
Integers = Any  # a pointer to int64


class Lanes:
    """Hold the sizes, and the places in memory of everything read and written.

    Arrays by patient are row-major with shapes as in `Engine.run`; lane vectors, from `y` on, hold `width` numbers per
    row. The annotations say what an entry of the table is.
    """

    width: int
    at_once: int  # visits that are evaluated together: as many as there are lanes
    states: int
    given: int
    rows: int
    entries: int
    stage_count: int
    ahead: int  # states of which a method keeps the slope for its next step
    signals: int
    rate_rows: int
    visit_count: int
    recorded: int
    events: int
    triggers: int
    clones: int
    most_fired: int
    most_steps: int
    columns: int  # of the diary, see `diary`
    clone_column: int
    scan_column: int
    scan_signal: int
    scan_jump: int
    scan_most: int
    scan_stops: int
    regimens: int
    doses: int
    gates: int
    widest_text: int
    queue: Integers  # the next patient to load
    kernels: Integers  # addresses in the order of ROUTINES
    parameters: Doubles
    initial: Doubles
    start: Doubles
    stop: Doubles
    visits: Doubles
    record: Integers
    event_day: Doubles
    event_kind: Integers
    event_amount: Doubles
    jump_first: Integers
    jump_state: Integers
    jump_number: Doubles
    jump_parameter: Integers  # -1: use jump_number
    jump_routine: Integers  # -1: no text
    text_first: Integers
    text_state: Integers
    trigger_signal: Integers
    trigger_jump: Integers
    trigger_most: Integers
    trigger_stops: Integers
    trigger_stock: Integers  # 0: no store
    threshold: Doubles
    trigger_amount: Doubles
    delay: Doubles
    lockout: Doubles
    trigger_first: Doubles
    lasting: Doubles
    trigger_again: Doubles
    restock: Doubles
    clone_first: Integers
    clone_state: Integers
    clone_birth: Integers
    clone_death: Integers
    draws: Doubles
    scan_interval: Doubles
    scan_amount: Doubles
    scan_rule: Doubles  # response change, progression change, progression in mm
    regimen_column: Integers
    regimen_most: Integers
    regimen_answer: Integers
    interval: Doubles
    hold: Doubles
    longest_hold: Doubles
    dose_first: Integers
    dose_offset: Doubles
    dose_jump: Integers
    dose_amount: Doubles
    gate_first: Integers
    gates_to_meet: Integers
    gate_signal: Integers
    gate_above: Integers
    gate_stops: Integers
    gate_threshold: Doubles
    absolute: Doubles
    relative: Doubles
    fixed: Doubles  # the step where all steps are to be alike, else 0
    at_visits: Doubles
    final: Doubles
    failure: Integers
    steps: Integers
    fired_day: Doubles
    fired: Integers
    last_fired: Doubles
    diary: Doubles
    y: Doubles
    new: Doubles
    argument: Doubles
    slope: Doubles
    mix: Doubles
    nothing: Doubles
    known: Doubles
    next_known: Doubles
    next_slope: Doubles
    stages: Doubles
    dense: Doubles
    matrix: Doubles
    p: Doubles
    clock: Doubles
    signal: Doubles
    new_signal: Doubles
    trial: Doubles
    rates: Doubles
    amount: Doubles
    jumped: Doubles
    crossing: Doubles
    clone_crossing: Doubles
    low: Doubles
    book: Integers


ENTRIES: Mapping[str, str] = Lanes.__annotations__
FIELDS = tuple(ENTRIES)
VECTORS = FIELDS[FIELDS.index("y") :]
_ALIGNMENT = 64


def compiled(function: F) -> F:
    """Mark a function as part of the compiled loop: it is translated, see `translate`, and never runs as Python."""
    return function


def seldom(function: F) -> F:
    """Mark a part of the compiled loop that runs at happenings only: kept small and apart, which compiles faster."""
    function.__dict__["seldom"] = True
    return function


def open_lanes(address: int) -> Lanes:
    """Return the lanes whose table, made by `make_table`, lies at an address."""
    raise NotImplementedError


def row(pointer: Doubles, at: int) -> Doubles:
    """Return the pointer moved on by `at` elements."""
    raise NotImplementedError


def whole(number: float) -> int:
    """Return a whole number that is kept as a floating one."""
    raise NotImplementedError


def call(address: int, pointers: tuple[Doubles, ...]) -> None:
    """Call the routine at an address with pointers to doubles."""
    raise NotImplementedError


def take(counter: Integers) -> int:
    """Return a count and raise it by one, at once for all threads."""
    raise NotImplementedError


def _write_take(writer: Any, counter: Any) -> Any:
    return writer.code.atomic_rmw("add", counter, ir.Constant(ir.IntType(64), 1), "monotonic")


def _write_open(writer: Any, address: Any) -> Any:
    return writer.code.inttoptr(address, TABLE)


def _write_row(writer: Any, pointer: Any, at: Any) -> Any:
    return writer.code.gep(pointer, [at])


def _write_call(writer: Any, address: Any, pointers: Any) -> Any:
    kind = ir.FunctionType(ir.VoidType(), [x.type for x in pointers])
    return writer.code.call(writer.code.inttoptr(address, kind.as_pointer()), pointers)


def _write_whole(writer: Any, number: Any) -> Any:
    return writer.code.fptosi(number, WHOLE)


SPECIAL: Mapping[Any, Callable[..., Any]] = {
    open_lanes: _write_open,
    row: _write_row,
    call: _write_call,
    whole: _write_whole,
    fresh_draw: write_fresh_draw,
    take: _write_take,
}


def vector_rows(sizes: dict[str, int]) -> tuple[int, ...]:
    """Return the number of rows of each lane vector, in the order of `VECTORS`."""
    n, signals, triggers = sizes["states"], sizes["signals"], sizes["triggers"]
    rows = {
        **dict.fromkeys(("y", "new", "argument", "slope", "mix", "nothing"), n),
        **dict.fromkeys(("known", "next_known", "next_slope"), sizes["ahead"]),
        "stages": sizes["stage_count"] * n,
        "dense": INTERPOLANT_ROWS * n,
        "matrix": sizes["entries"],
        "p": sizes["rows"],
        "clock": CLOCK_ROWS,
        **dict.fromkeys(("signal", "new_signal", "trial"), signals),
        "rates": sizes["rate_rows"],
        "crossing": triggers,
        "jumped": sizes["widest_text"],
        "clone_crossing": sizes["clones"],
        **dict.fromkeys(("low", "amount"), 1),
        "book": BOOK_ROWS,
    }
    return tuple(rows[name] for name in VECTORS)


def make_table(sizes: dict[str, int], arrays: dict[str, Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the table of sizes and addresses for one thread, and the memory of its vectors; keep both, and the arrays.

    Every vector starts on a cache line and every lane is free.
    """
    ends = np.cumsum([-(-rows * sizes["width"] // 8) * 8 for rows in vector_rows(sizes)])
    memory = np.zeros(int(ends[-1]) + _ALIGNMENT // 8, np.int64)
    base = -(-memory.ctypes.data // _ALIGNMENT) * _ALIGNMENT
    vectors = [base + 8 * int(first) for first in (0, *ends[:-1])]
    known = sizes | {name: arrays[name].ctypes.data for name in FIELDS if name in arrays}
    known |= dict(zip(VECTORS, vectors, strict=True))
    book = memory[(known["book"] - memory.ctypes.data) // 8 :]
    book[PATIENT * sizes["width"] : (PATIENT + 1) * sizes["width"]] = -1
    return np.array([known[name] for name in FIELDS], np.int64), memory


@compiled
def _leave_out(lanes: Lanes, i: int, first: int, beyond: int) -> None:
    """Write zeros for visits at which patient i is not integrated."""
    start = i * lanes.visit_count
    for cell in range((start + first) * lanes.recorded, (start + beyond) * lanes.recorded):
        lanes.at_visits[cell] = 0.0


@compiled
def _load(lanes: Lanes, w: int, i: int) -> None:
    """Put patient i into lane w and write the visit at the start."""
    width, day = lanes.width, lanes.start[i]
    for k in range(lanes.states):
        lanes.y[k * width + w] = lanes.initial[i * lanes.states + k]
    for k in range(lanes.given):
        lanes.p[k * width + w] = lanes.parameters[i * lanes.given + k]
    lanes.clock[TIME * width + w] = day
    lanes.clock[STEP * width + w] = lanes.fixed[0] if lanes.fixed[0] > 0.0 else FIRST_STEP
    if lanes.ahead > 0:  # no slope is known here
        lanes.known[w], lanes.next_known[w] = np.nan, np.nan
    for field in range(REJECTED, BOOK_ROWS):
        lanes.book[field * width + w] = 0
    visit, event = 0, 0
    while visit < lanes.visit_count and lanes.visits[visit] < day:
        visit += 1
    _leave_out(lanes, i, 0, visit)
    if visit < lanes.visit_count and lanes.visits[visit] == day:
        for r in range(lanes.recorded):
            cell = (i * lanes.visit_count + visit) * lanes.recorded + r
            lanes.at_visits[cell] = lanes.initial[i * lanes.states + lanes.record[r]]
        visit += 1
    while event < lanes.events and lanes.event_day[i * lanes.events + event] < day:
        event += 1
    lanes.book[VISIT * width + w], lanes.book[EVENT * width + w] = visit, event
    lanes.book[HELD * width + w] = lanes.clones
    lanes.clock[NEXT * width + w] = -np.inf  # to be looked up at once


@compiled
def finish(lanes: Lanes, w: int) -> None:
    """Take the patient out of lane w, with the last good state."""
    width = lanes.width
    i = lanes.book[PATIENT * width + w]
    for k in range(lanes.states):
        lanes.final[i * lanes.states + k] = lanes.y[k * width + w]
    _leave_out(lanes, i, lanes.book[VISIT * width + w], lanes.visit_count)
    lanes.steps[i] = lanes.book[TAKEN * width + w]
    lanes.failure[i] = lanes.book[FAILED * width + w]
    lanes.book[PATIENT * width + w] = -1


@compiled
def fill(lanes: Lanes, beyond: int) -> bool:
    """Give every free lane the next patient of the queue that all threads share; return whether any lane is busy."""
    busy, loaded = False, False
    for w in range(lanes.width):
        lane = PATIENT * lanes.width + w
        while lanes.book[lane] < 0 and lanes.queue[0] < beyond:
            i = take(lanes.queue)
            stopped = i < beyond and lanes.diary[i * lanes.columns] < np.inf  # in an earlier leg
            if i < beyond and (lanes.failure[i] != 0 or stopped):
                _leave_out(lanes, i, 0, lanes.visit_count)
            elif i < beyond:
                lanes.book[lane] = i
                _load(lanes, w, i)
                loaded = True
                if lanes.stop[i] <= lanes.start[i]:
                    finish(lanes, w)
        busy = busy or lanes.book[lane] >= 0
    if loaded:
        call(lanes.kernels[PREPARE], (lanes.nothing, lanes.p))
    return busy
