"""Take one step in every lane, each with its own length, and judge it lane by lane."""

from __future__ import annotations

import numpy as np

from adoptive.solve.lanes import (
    ACCEPTED,
    ATTEMPT,
    CUT,
    FAILED,
    GOAL,
    INVERSE,
    NEXT,
    PACE,
    PATIENT,
    REJECTED,
    SIZE,
    STEP,
    TAKEN,
    TIME,
    USED,
    Lanes,
    call,
    compiled,
    row,
)

__all__ = ["attempt", "choose_steps", "judge"]

SAFETY, LARGEST_GROWTH, SMALLEST_GROWTH, LARGEST_SHRINK = 0.9, 8.0, 0.2, 0.1
SMALLEST_STEP = 1e-14
SHORTEST = 1e-300  # between two happenings; its inverse is still a number
STEP_UNDERFLOW, NOT_FINITE, TOO_MANY_STEPS = 1, 2, 3  # keys of types.FAILURES


@compiled
def choose_steps(lanes: Lanes) -> None:
    """Set each lane's step: as proposed, but ending on the next event or the end."""
    width = lanes.width
    for w in range(width):
        i, now, step = lanes.book[PATIENT * width + w], lanes.clock[TIME * width + w], lanes.clock[STEP * width + w]
        used, goal = 1.0, now
        if i >= 0:
            until = min(lanes.stop[i], lanes.clock[NEXT * width + w])
            room = until - now
            used = room if step >= 0.9999 * room else 0.5 * room if step > 0.6 * room else step
            goal = until if step >= 0.9999 * room else now + used
        lanes.clock[USED * width + w], lanes.clock[GOAL * width + w] = used, goal
        lanes.clock[INVERSE * width + w] = 1.0 / max(used, SHORTEST)


@compiled
def attempt(lanes: Lanes) -> None:
    """Compute the stages, the new state and the error of one step in all lanes; the order is that of `ATTEMPT`."""
    clock, width = lanes.clock, lanes.width
    used, inverse, size = row(clock, USED * width), row(clock, INVERSE * width), row(clock, SIZE * width)
    call(
        lanes.kernels[ATTEMPT],
        (
            lanes.y,
            lanes.p,
            lanes.slope,
            lanes.matrix,
            lanes.stages,
            lanes.argument,
            lanes.mix,
            lanes.nothing,
            lanes.known,
            lanes.next_known,
            lanes.next_slope,
            lanes.absolute,
            lanes.relative,
            lanes.new,
            used,
            inverse,
            size,
        ),
    )


@compiled
def _reject(lanes: Lanes, w: int, growth: float) -> None:
    """Shorten the step of lane w, or give its patient up with a reason."""
    width, size = lanes.width, lanes.clock[SIZE * lanes.width + w]
    used, now = lanes.clock[USED * width + w], lanes.clock[TIME * width + w]
    lanes.book[REJECTED * width + w] = 1
    lanes.clock[STEP * width + w] = used * max(min(growth, SAFETY), LARGEST_SHRINK)
    if used <= SMALLEST_STEP * max(1.0, abs(now)):
        lanes.book[FAILED * width + w] = STEP_UNDERFLOW if np.isfinite(size) else NOT_FINITE


@compiled
def _give_up(lanes: Lanes, w: int) -> None:
    """Note where lane w cannot go on: time does not move, or too many steps were taken."""
    width = lanes.width
    i, goal = lanes.book[PATIENT * width + w], lanes.clock[GOAL * width + w]
    if lanes.clock[ACCEPTED * width + w] > 0.0 and goal <= lanes.clock[TIME * width + w]:
        lanes.book[FAILED * width + w] = STEP_UNDERFLOW
    elif lanes.book[TAKEN * width + w] >= lanes.most_steps and goal < lanes.stop[i]:
        lanes.book[FAILED * width + w] = TOO_MANY_STEPS


@compiled
def judge(lanes: Lanes) -> None:
    """Accept or reject each lane's step and propose the next one."""
    width = lanes.width
    for w in range(width):
        lanes.clock[ACCEPTED * width + w], lanes.clock[CUT * width + w] = 0.0, 1.0
        if lanes.book[PATIENT * width + w] < 0:
            continue
        size = lanes.clock[SIZE * width + w]
        growth = SAFETY * lanes.clock[PACE * width + w] if size < 1e10 else LARGEST_SHRINK
        if lanes.fixed[0] > 0.0 and size < np.inf:
            size, growth = 0.0, lanes.fixed[0] / lanes.clock[USED * width + w]
        lanes.book[TAKEN * width + w] += 1
        if size <= 1.0:
            growth = max(min(growth, 1.0 if lanes.book[REJECTED * width + w] else LARGEST_GROWTH), SMALLEST_GROWTH)
            lanes.clock[STEP * width + w] = lanes.clock[USED * width + w] * growth
            lanes.clock[ACCEPTED * width + w] = 1.0
            lanes.book[REJECTED * width + w] = 0
        else:
            _reject(lanes, w, growth)
        _give_up(lanes, w)
