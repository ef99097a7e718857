"""Integrate one patient: the same steps, happenings and constants as the vector driver, for one patient at a time.

This file is read as text, see `blank`: its imports from this folder become the model's own routines. Days, step lengths
and their judgement are in double precision whatever `REAL` is.
"""

from __future__ import annotations

import math

from adoptive.solve.lanes import (
    BOOK_ROWS,
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
    GIVEN,
    NEW,
    REAL,
    STAGE,
    STATES,
    Case,
    P,
    Work,
    Y,
    at,
    combine,
    compiled,
    factor,
    linearise,
    prepare,
    rhs,
    solve,
)
from adoptive.solve.solo.interrupts import INFINITE, PENDING, interrupt, settle
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

ACCEPTANCE_EXPONENT = -1.0 / ORDER


@compiled
def load(case: Case, work: Work, i: int) -> None:
    """Put patient i into the work area and write the visit at the start."""
    x, day = work.x, case.start[i]
    for k in range(STATES):
        x[at(Y + k)] = case.initial[k, i]
    for k in range(GIVEN):
        x[at(P + k)] = case.parameters[k, i]
    work.clock[at(TIME)] = day
    work.clock[at(STEP)] = FIRST_STEP
    for k in range(BOOK_ROWS):
        work.book[at(k)] = 0
    visit, event = 0, 0
    while visit < len(case.visits) and case.visits[visit] < day:
        visit += 1
    if visit < len(case.visits) and case.visits[visit] == day:
        for r in range(len(case.record)):
            case.at_visits[visit, r, i] = case.initial[case.record[r], i]
        visit += 1
    while event < case.event_day.shape[0] and case.event_day[event, i] < day:
        event += 1
    work.book[at(VISIT)] = visit
    work.book[at(EVENT)] = event
    for k in range(len(case.trigger_signal)):  # a jump that an earlier leg called for and did not reach
        due = case.last_fired[k, i] + case.delay[k, i]
        work.clock[at(PENDING + k)] = due if due >= day else INFINITE


@compiled
def choose_step(case: Case, work: Work, i: int) -> None:
    """Set the step: as proposed, but ending on the next event or the end."""
    now, step = work.clock[at(TIME)], work.clock[at(STEP)]
    until, e = case.stop[i], work.book[at(EVENT)]
    if e < case.event_day.shape[0]:
        until = min(until, case.event_day[e, i])
    for k in range(len(case.trigger_signal)):
        until = min(until, work.clock[at(PENDING + k)])
    room = until - now
    used = room if step >= 0.9999 * room else 0.5 * room if step > 0.6 * room else step
    work.clock[at(USED)] = used
    work.clock[at(GOAL)] = until if step >= 0.9999 * room else now + used


@compiled
def attempt(case: Case, work: Work) -> None:
    """Compute the stages, the new state and the error of one step."""
    x, used = work.x, work.clock[at(USED)]
    inverse = REAL(1.0 / used)
    linearise(x)
    factor(x, REAL(1.0 / (used * GAMMA)))
    for stage in range(STAGES):
        combine(x, stage)
        if stage > 0:
            rhs(x, ARGUMENT)
        solve(x, STAGE + stage * STATES, inverse)
    total, relative, nothing = REAL(0.0), case.relative[0], REAL(0.0)
    for k in range(STATES):
        u, y = x[at(STAGE + (STAGES - 1) * STATES + k)], x[at(Y + k)]
        new = x[at(ARGUMENT + k)] + u
        x[at(NEW + k)] = new
        weighted = u / (relative * max(abs(y), abs(new)) + case.absolute[k])
        total = new * nothing + (weighted * weighted + total)  # anything infinite makes it NaN
    work.clock[at(SIZE)] = math.sqrt(total * REAL(1.0 / STATES))


@compiled
def judge(case: Case, work: Work, i: int) -> bool:
    """Accept or reject the step and propose the next one."""
    size, used, now = work.clock[at(SIZE)], work.clock[at(USED)], work.clock[at(TIME)]
    growth = LARGEST_SHRINK
    if size < 1e10:
        growth = SAFETY * REAL(size + 1e-12) ** REAL(ACCEPTANCE_EXPONENT)
    taken, goal, accepted = work.book[at(TAKEN)] + 1, work.clock[at(GOAL)], bool(size <= 1.0)
    work.book[at(TAKEN)] = taken
    work.clock[at(CUT)] = 1.0
    if accepted:
        largest = 1.0 if work.book[at(REJECTED)] > 0 else LARGEST_GROWTH
        work.clock[at(STEP)] = used * max(min(growth, largest), SMALLEST_GROWTH)
        work.book[at(REJECTED)] = 0
    else:
        work.clock[at(STEP)] = used * max(min(growth, SAFETY), LARGEST_SHRINK)
        work.book[at(REJECTED)] = 1
        if used <= SMALLEST_STEP * max(1.0, abs(now)):
            work.book[at(FAILED)] = STEP_UNDERFLOW if math.isfinite(size) else NOT_FINITE
    if accepted and goal <= now:
        work.book[at(FAILED)] = STEP_UNDERFLOW
    elif taken >= case.most_steps[0] and goal < case.stop[i]:
        work.book[at(FAILED)] = TOO_MANY_STEPS
    return accepted


@compiled
def follow(case: Case, work: Work, i: int) -> None:
    """Integrate patient i from start to stop, unless something is wrong with the input."""
    if case.failure[i] != 0:
        return
    x = work.x
    load(case, work, i)
    prepare(x)
    while work.clock[at(TIME)] < case.stop[i] and work.book[at(FAILED)] == 0:
        settle(case, work, i)
        choose_step(case, work, i)
        attempt(case, work)
        if judge(case, work, i):
            interrupt(case, work, i)
            for k in range(STATES):
                x[at(Y + k)] = x[at(NEW + k)]
            work.clock[at(TIME)] = work.clock[at(GOAL)]
    for k in range(STATES):
        case.final[k, i] = x[at(Y + k)]
    case.steps[i] = work.book[at(TAKEN)]
    case.failure[i] = work.book[at(FAILED)]
