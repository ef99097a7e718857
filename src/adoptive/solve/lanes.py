"""Lay out the lanes: what the driver reads and writes, and how a patient enters and leaves a lane.

Vectors are flat arrays of rows, one row per state, one element per lane. A lane whose patient ends takes the next one.
Nothing in one lane can reach another, so a patient's result does not depend on neighbours, order, block or thread.

The compiled loop sees plain pointers, not arrays: reference counting of arrays would dominate its compilation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

from adoptive.solve.kernels import ROUTINES
from adoptive.solve.rodas import STAGES, H

__all__ = ["Lanes", "call", "compiled", "fill", "finish", "make_table", "open_lanes", "pool_size", "row"]

F = TypeVar("F", bound=Callable[..., Any])
compiled: Callable[[F], F] = cast(Any, njit)(error_model="numpy", fastmath={"contract"})
inlined: Callable[[Callable[..., Any]], Callable[..., Any]] = cast(Any, intrinsic)
unpack: Any = cgutils.unpack_tuple
untyped: Any = types  # numba's types, whose constructors have no annotations

PREPARE, LINEARISE, FACTOR, RHS, SOLVE, ERROR, DENSE, INTERPOLATE, COMMIT, WATCH, RATES, COMBINE = range(12)
assert (ROUTINES[PREPARE], ROUTINES[COMMIT], ROUTINES[COMBINE]) == ("prepare", "commit", "combine1")

# rows of Lanes.clock and of Lanes.book
TIME, STEP, USED, GOAL, INVERSE, SHIFT, SIZE, CUT, ACCEPTED = range(9)
PATIENT, VISIT, EVENT, REJECTED, TAKEN, FAILED, CLONE = range(7)
CLOCK_ROWS, BOOK_ROWS = 9, 7

FIRST_STEP = 1e-3
INTERPOLANT_ROWS = len(H)

Pointer = Any  # to float64 or int64, as the comment beside the field says


class Lanes(NamedTuple):
    """Hold the sizes, and the places in memory of everything read and written.

    Arrays by patient are row-major with shapes as in `Engine.run`; lane vectors hold `width` numbers per row.
    """

    width: int
    states: int
    given: int
    rows: int
    entries: int
    signals: int
    rate_rows: int
    visit_count: int
    recorded: int
    events: int
    triggers: int
    clones: int
    most_fired: int
    most_steps: int
    kernels: Pointer  # int64: addresses in the order of ROUTINES
    parameters: Pointer
    initial: Pointer
    start: Pointer
    stop: Pointer
    visits: Pointer
    record: Pointer  # int64
    event_day: Pointer
    event_kind: Pointer  # int64
    event_amount: Pointer
    jump_first: Pointer  # int64
    jump_state: Pointer  # int64
    jump_number: Pointer
    jump_parameter: Pointer  # int64, -1: use jump_number
    trigger_signal: Pointer  # int64
    trigger_jump: Pointer  # int64
    trigger_most: Pointer  # int64
    threshold: Pointer
    trigger_amount: Pointer
    delay: Pointer
    lockout: Pointer
    clone_state: Pointer  # int64
    clone_birth: Pointer  # int64
    clone_death: Pointer  # int64
    draws: Pointer
    absolute: Pointer
    relative: Pointer
    at_visits: Pointer
    final: Pointer
    failure: Pointer  # int64
    steps: Pointer  # int64
    fired_day: Pointer
    fired: Pointer  # int64
    last_fired: Pointer
    extinct: Pointer  # int64
    y: Pointer
    new: Pointer
    argument: Pointer
    slope: Pointer
    mix: Pointer
    nothing: Pointer
    stages: Pointer
    dense: Pointer
    matrix: Pointer
    p: Pointer
    clock: Pointer
    signal: Pointer
    new_signal: Pointer
    trial: Pointer
    rates: Pointer
    pending: Pointer
    crossing: Pointer
    clone_crossing: Pointer
    low: Pointer
    book: Pointer  # int64


_SIZES = Lanes._fields.index("kernels")
_FIRST_VECTOR = Lanes._fields.index("y")
_WHOLE_NUMBERS = frozenset(
    "kernels record event_kind jump_first jump_state jump_parameter trigger_signal trigger_jump trigger_most "
    "clone_state clone_birth clone_death failure steps fired extinct book".split()
)
FIELDS = Lanes._fields[:_FIRST_VECTOR]


@inlined
def open_lanes(typing_context: Any, table: Any, pool: Any, book: Any) -> Any:
    """Build `Lanes` from a table of sizes and addresses, a pool of doubles for the vectors and a pool of integers.

    The pool is cut where the table's last numbers say, see `make_table`.
    """
    pointers = [untyped.CPointer(types.int64 if f in _WHOLE_NUMBERS else types.float64) for f in Lanes._fields[_SIZES:]]
    kind = untyped.NamedTuple([types.int64] * _SIZES + pointers, Lanes)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = [context.make_array(t)(context, builder, v).data for t, v in zip(signature.args, arguments, strict=True)]

        def entry(k: int) -> Any:
            return builder.load(builder.gep(data[0], [ir.Constant(ir.IntType(64), k)]))

        values = [entry(k) for k in range(_SIZES)]
        values += [
            builder.inttoptr(entry(k), context.get_value_type(kind.types[k])) for k in range(_SIZES, _FIRST_VECTOR)
        ]
        vectors = len(Lanes._fields) - 1 - _FIRST_VECTOR
        values += [builder.gep(data[1], [entry(_FIRST_VECTOR + k)]) for k in range(vectors)]
        return context.make_tuple(builder, kind, [*values, data[2]])

    return kind(table, pool, book), generate


@inlined
def row(typing_context: Any, pointer: Any, at: Any) -> Any:
    """Return the pointer moved on by `at` elements."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.gep(arguments[0], [arguments[1]])

    return pointer(pointer, types.int64), generate


@inlined
def call(typing_context: Any, address: Any, pointers: Any) -> Any:
    """Call the routine at an address with a tuple of pointers to doubles."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        double = ir.DoubleType().as_pointer()
        given = [builder.bitcast(x, double) for x in unpack(builder, arguments[1])]
        kind = ir.FunctionType(ir.VoidType(), [double] * len(given))
        builder.call(builder.inttoptr(arguments[0], kind.as_pointer()), given)
        return context.get_dummy_value()

    return types.void(address, pointers), generate


def vector_rows(sizes: dict[str, int]) -> list[int]:
    """Return the number of rows of each lane vector, in the order of the fields from `y` to `low`."""
    n, signals, triggers = sizes["states"], sizes["signals"], sizes["triggers"]
    rows = [n] * 6 + [STAGES * n, INTERPOLANT_ROWS * n, sizes["entries"], sizes["rows"], CLOCK_ROWS]
    return [*rows, signals, signals, signals, sizes["rate_rows"], triggers, triggers, sizes["clones"], 1]


def pool_size(sizes: dict[str, int]) -> int:
    """Return how many doubles the vectors of one block of lanes need."""
    return sizes["width"] * sum(vector_rows(sizes))


def make_table(sizes: dict[str, int], arrays: dict[str, Any]) -> Any:
    """Return sizes, addresses and vector offsets as one integer array; the caller keeps the arrays alive."""
    offsets = sizes["width"] * np.cumsum([0, *vector_rows(sizes)[:-1]])
    addresses = [arrays[name].ctypes.data for name in FIELDS[_SIZES:]]
    return np.array([*(sizes[name] for name in FIELDS[:_SIZES]), *addresses, *offsets], np.int64)


@compiled
def _load(lanes: Lanes, w: int, i: int) -> None:
    """Put patient i into lane w and write the visit at the start."""
    width, day = lanes.width, lanes.start[i]
    for k in range(lanes.states):
        lanes.y[k * width + w] = lanes.initial[i * lanes.states + k]
    for k in range(lanes.given):
        lanes.p[k * width + w] = lanes.parameters[i * lanes.given + k]
    lanes.clock[TIME * width + w] = day
    lanes.clock[STEP * width + w] = FIRST_STEP
    for field in range(REJECTED, BOOK_ROWS):
        lanes.book[field * width + w] = 0
    visit, event = 0, 0
    while visit < lanes.visit_count and lanes.visits[visit] < day:
        visit += 1
    if visit < lanes.visit_count and lanes.visits[visit] == day:
        for r in range(lanes.recorded):
            cell = (i * lanes.visit_count + visit) * lanes.recorded + r
            lanes.at_visits[cell] = lanes.initial[i * lanes.states + lanes.record[r]]
        visit += 1
    while event < lanes.events and lanes.event_day[i * lanes.events + event] < day:
        event += 1
    lanes.book[VISIT * width + w], lanes.book[EVENT * width + w] = visit, event
    for k in range(lanes.triggers):  # a jump that an earlier leg called for and did not reach
        due = lanes.last_fired[i * lanes.triggers + k] + lanes.delay[i * lanes.triggers + k]
        lanes.pending[k * width + w] = due if due >= day else np.inf


@compiled
def finish(lanes: Lanes, w: int) -> None:
    """Take the patient out of lane w, with the last good state."""
    width = lanes.width
    i = lanes.book[PATIENT * width + w]
    for k in range(lanes.states):
        lanes.final[i * lanes.states + k] = lanes.y[k * width + w]
    lanes.steps[i] = lanes.book[TAKEN * width + w]
    lanes.failure[i] = lanes.book[FAILED * width + w]
    lanes.book[PATIENT * width + w] = -1


@compiled
def fill(lanes: Lanes, queue: int, beyond: int) -> tuple[int, bool]:
    """Give every free lane the next patient; return the queue and whether any lane is busy."""
    busy, loaded = False, False
    for w in range(lanes.width):
        lane = PATIENT * lanes.width + w
        while lanes.book[lane] < 0 and queue < beyond:
            i = queue
            queue += 1
            if lanes.failure[i] == 0:
                lanes.book[lane] = i
                _load(lanes, w, i)
                loaded = True
                if lanes.stop[i] <= lanes.start[i]:
                    finish(lanes, w)
        busy = busy or lanes.book[lane] >= 0
    if loaded:
        call(lanes.kernels[PREPARE], (lanes.nothing, lanes.p))
    return queue, busy
