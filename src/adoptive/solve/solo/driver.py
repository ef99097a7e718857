"""Integrate one patient: the same steps, happenings and constants as the vector driver, for one patient at a time.

This file is read as text, see `blank`: its imports from `blank` become the model's own routines. Patient i works in
slot w of n. Days, step lengths and their judgement are in double precision whatever `REAL` is.
"""

from __future__ import annotations

import math

from adoptive.solve.happenings import HALVINGS, NEVER, STEP_AFTER_JUMP
from adoptive.solve.lanes import (
    BOOK_ROWS,
    CLOCK_ROWS,
    CLONE,
    CUT,
    EVENT,
    FAILED,
    FIRST_STEP,
    GOAL,
    REJECTED,
    SIZE,
    STEP,
    TAKEN,
    TIME,
    USED,
    VISIT,
)
from adoptive.solve.rodas import GAMMA, ORDER, STAGES
from adoptive.solve.solo.blank import (
    ARGUMENT,
    CLONE_CROSSING,
    CLONES,
    CROSSING,
    DENSE,
    GIVEN,
    NEW,
    NEW_SIGNAL,
    RATE,
    REAL,
    SIGNAL,
    STAGE,
    STATES,
    TRIAL,
    Case,
    P,
    Work,
    Y,
    at,
    combine,
    compiled,
    dense,
    factor,
    linearise,
    prepare,
    rates,
    rhs,
    solve,
    watch,
)
from adoptive.solve.step import (
    LARGEST_GROWTH,
    LARGEST_SHRINK,
    NOT_FINITE,
    SAFETY,
    SMALLEST_GROWTH,
    SMALLEST_STEP,
    STEP_UNDERFLOW,
    TOO_MANY_STEPS,
)

__all__ = ["follow"]

PENDING = CLOCK_ROWS  # rows of the clock from here on: the days of jumps that triggers have called for
ACCEPTANCE_EXPONENT = -1.0 / ORDER
INFINITE = math.inf


@compiled
def load(case: Case, work: Work, i: int, w: int) -> None:
    """Put patient i into slot w and write the visit at the start."""
    n, x, day = work.slots, work.x, case.start[i]
    for k in range(STATES):
        x[at(Y + k, n, w)] = case.initial[k, i]
    for k in range(GIVEN):
        x[at(P + k, n, w)] = case.parameters[k, i]
    work.clock[at(TIME, n, w)] = day
    work.clock[at(STEP, n, w)] = FIRST_STEP
    for k in range(BOOK_ROWS):
        work.book[at(k, n, w)] = 0
    visit, event = 0, 0
    while visit < len(case.visits) and case.visits[visit] < day:
        visit += 1
    if visit < len(case.visits) and case.visits[visit] == day:
        for r in range(len(case.record)):
            case.at_visits[visit, r, i] = case.initial[case.record[r], i]
        visit += 1
    while event < case.event_day.shape[0] and case.event_day[event, i] < day:
        event += 1
    work.book[at(VISIT, n, w)] = visit
    work.book[at(EVENT, n, w)] = event
    for k in range(len(case.trigger_signal)):  # a jump that an earlier leg called for and did not reach
        due = case.last_fired[k, i] + case.delay[k, i]
        work.clock[at(PENDING + k, n, w)] = due if due >= day else INFINITE


@compiled
def choose_step(case: Case, work: Work, i: int, w: int) -> None:
    """Set the step: as proposed, but ending on the next event or the end."""
    n = work.slots
    now, step = work.clock[at(TIME, n, w)], work.clock[at(STEP, n, w)]
    until, e = case.stop[i], work.book[at(EVENT, n, w)]
    if e < case.event_day.shape[0]:
        until = min(until, case.event_day[e, i])
    for k in range(len(case.trigger_signal)):
        until = min(until, work.clock[at(PENDING + k, n, w)])
    room = until - now
    used = room if step >= 0.9999 * room else 0.5 * room if step > 0.6 * room else step
    work.clock[at(USED, n, w)] = used
    work.clock[at(GOAL, n, w)] = until if step >= 0.9999 * room else now + used


@compiled
def attempt(case: Case, work: Work, w: int) -> None:
    """Compute the stages, the new state and the error of one step."""
    n, x, used = work.slots, work.x, work.clock[at(USED, work.slots, w)]
    inverse = REAL(1.0 / used)
    linearise(x, n, w)
    factor(x, REAL(1.0 / (used * GAMMA)), n, w)
    for stage in range(STAGES):
        combine(x, stage, n, w)
        if stage > 0:
            rhs(x, ARGUMENT, n, w)
        solve(x, STAGE + stage * STATES, inverse, n, w)
    total, relative, nothing = REAL(0.0), case.relative[0], REAL(0.0)
    for k in range(STATES):
        u, y = x[at(STAGE + (STAGES - 1) * STATES + k, n, w)], x[at(Y + k, n, w)]
        new = x[at(ARGUMENT + k, n, w)] + u
        x[at(NEW + k, n, w)] = new
        weighted = u / (relative * max(abs(y), abs(new)) + case.absolute[k])
        total = new * nothing + (weighted * weighted + total)  # anything infinite makes it NaN
    work.clock[at(SIZE, n, w)] = math.sqrt(total * REAL(1.0 / STATES))


@compiled
def judge(case: Case, work: Work, i: int, w: int) -> bool:
    """Accept or reject the step and propose the next one."""
    n = work.slots
    size, used, now = work.clock[at(SIZE, n, w)], work.clock[at(USED, n, w)], work.clock[at(TIME, n, w)]
    growth = LARGEST_SHRINK
    if size < 1e10:
        growth = SAFETY * REAL(size + 1e-12) ** REAL(ACCEPTANCE_EXPONENT)
    taken, goal, accepted = work.book[at(TAKEN, n, w)] + 1, work.clock[at(GOAL, n, w)], size <= 1.0
    work.book[at(TAKEN, n, w)] = taken
    work.clock[at(CUT, n, w)] = 1.0
    if accepted:
        largest = 1.0 if work.book[at(REJECTED, n, w)] > 0 else LARGEST_GROWTH
        work.clock[at(STEP, n, w)] = used * max(min(growth, largest), SMALLEST_GROWTH)
        work.book[at(REJECTED, n, w)] = 0
    else:
        work.clock[at(STEP, n, w)] = used * max(min(growth, SAFETY), LARGEST_SHRINK)
        work.book[at(REJECTED, n, w)] = 1
        if used <= SMALLEST_STEP * max(1.0, abs(now)):
            work.book[at(FAILED, n, w)] = STEP_UNDERFLOW if math.isfinite(size) else NOT_FINITE
    if accepted and goal <= now:
        work.book[at(FAILED, n, w)] = STEP_UNDERFLOW
    elif taken >= case.most_steps[0] and goal < case.stop[i]:
        work.book[at(FAILED, n, w)] = TOO_MANY_STEPS
    return accepted


@compiled
def follow(case: Case, work: Work, i: int, w: int) -> None:
    """Integrate patient i in slot w from start to stop, unless something is wrong with the input."""
    if case.failure[i] != 0:
        return
    n, x = work.slots, work.x
    load(case, work, i, w)
    prepare(x, n, w)
    while work.clock[at(TIME, n, w)] < case.stop[i] and work.book[at(FAILED, n, w)] == 0:
        settle(case, work, i, w)
        choose_step(case, work, i, w)
        attempt(case, work, w)
        if judge(case, work, i, w):
            interrupt(case, work, i, w)
            for k in range(STATES):
                x[at(Y + k, n, w)] = x[at(NEW + k, n, w)]
            work.clock[at(TIME, n, w)] = work.clock[at(GOAL, n, w)]
    for k in range(STATES):
        case.final[k, i] = x[at(Y + k, n, w)]
    case.steps[i] = work.book[at(TAKEN, n, w)]
    case.failure[i] = work.book[at(FAILED, n, w)]
