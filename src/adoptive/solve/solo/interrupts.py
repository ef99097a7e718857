"""Apply what interrupts one patient's flow: jumps, triggers, visits, clones that fall below one cell.

The scalar twin of `solve.happenings`, read as text like `driver`.
"""

from __future__ import annotations

import math

from adoptive.solve.happenings import HALVINGS, NEVER, STEP_AFTER_JUMP
from adoptive.solve.lanes import CLOCK_ROWS, CLONE, CUT, EVENT, GOAL, STEP, TIME, USED, VISIT
from adoptive.solve.solo.blank import (
    ARGUMENT,
    CLONE_CROSSING,
    CLONES,
    DENSE,
    NEW,
    NEW_SIGNAL,
    RATE,
    REAL,
    SIGNAL,
    STATES,
    TRIAL,
    Case,
    P,
    Work,
    Y,
    at,
    compiled,
    dense,
    rates,
    watch,
)

__all__ = ["INFINITE", "PENDING", "interrupt", "settle"]

PENDING = CLOCK_ROWS  # rows of the clock: the days of jumps that triggers have called for, then where signals cross
INFINITE = math.inf


@compiled
def jump(case: Case, work: Work, kind: int, amount: float) -> None:
    """Apply a jump to the state."""
    x = work.x
    for k in range(case.jump_first[kind], case.jump_first[kind + 1]):
        size = case.jump_number[k]
        if case.jump_parameter[k] >= 0:
            size = x[at(P + case.jump_parameter[k])]
        x[at(Y + case.jump_state[k])] += amount * size


@compiled
def jump_if_due(case: Case, work: Work, i: int) -> bool:
    """Apply every jump whose day has come."""
    due = False
    now, e = work.clock[at(TIME)], work.book[at(EVENT)]
    while e < case.event_day.shape[0] and case.event_day[e, i] <= now:
        jump(case, work, case.event_kind[e, i], case.event_amount[e, i])
        e += 1
        due = True
    work.book[at(EVENT)] = e
    for k in range(len(case.trigger_signal)):
        if work.clock[at(PENDING + k)] <= now:
            work.clock[at(PENDING + k)] = INFINITE
            jump(case, work, case.trigger_jump[k], case.trigger_amount[k, i])
            due = True
    if due:
        work.clock[at(STEP)] = min(work.clock[at(STEP)], STEP_AFTER_JUMP)
    return due


@compiled
def fire(case: Case, work: Work, i: int, k: int, day: float) -> bool:
    """Fire trigger k for a crossing on a day, unless it is spent, locked out or its jump is still to come."""
    count, pending = case.fired[k, i], at(PENDING + k)
    locked = day < case.last_fired[k, i] + case.lockout[k, i]
    if count >= case.trigger_most[k] or locked or work.clock[pending] != INFINITE:
        return False
    case.fired[k, i] = count + 1
    free = 0
    while case.fired_day[k, free, i] != INFINITE:
        free += 1
    case.fired_day[k, free, i] = day
    case.last_fired[k, i] = day
    work.clock[pending] = day + case.delay[k, i]
    return True


@compiled
def crosses(case: Case, work: Work, i: int, k: int) -> bool:
    """Tell whether signal k rises through its threshold from SIGNAL to NEW_SIGNAL and its trigger is not spent."""
    signal, threshold = case.trigger_signal[k], case.threshold[k, i]
    spent = case.fired[k, i] >= case.trigger_most[k]
    before, after = work.x[at(SIGNAL + signal)], work.x[at(NEW_SIGNAL + signal)]
    return not spent and before < threshold and after >= threshold


@compiled
def settle(case: Case, work: Work, i: int) -> None:
    """Apply every jump that is due, also those of triggers that the jumps themselves set off."""
    triggers, again = len(case.trigger_signal), True
    while again:
        if triggers > 0:
            watch(work.x, Y, SIGNAL)
        again = jump_if_due(case, work, i)
        if again and triggers > 0:
            watch(work.x, Y, NEW_SIGNAL)
            for k in range(triggers):
                if crosses(case, work, i, k):
                    fire(case, work, i, k, work.clock[at(TIME)])


@compiled
def read_dense(work: Work, k: int, s: float) -> float:
    """Return state k at a fraction s of the step."""
    x, t = work.x, REAL(s)
    left, first = REAL(1.0) - t, DENSE + k
    q1, q2, q3 = x[at(first)], x[at(first + STATES)], x[at(first + 2 * STATES)]
    inner = left * (t * (t * q3 + q2) + q1) + x[at(NEW + k)]
    value: float = t * inner + left * x[at(Y + k)]
    return value


@compiled
def something_crossed(case: Case, work: Work, i: int) -> bool:
    """Mark that a clone fell below one cell or a signal rose through its threshold."""
    x, any_crossed = work.x, False
    triggers = len(case.trigger_signal)
    if triggers > 0:
        watch(x, NEW, NEW_SIGNAL)
    work.book[at(CLONE)] = 0
    for c in range(CLONES):
        state = case.clone_state[c]
        if x[at(Y + state)] >= 1.0 and x[at(NEW + state)] < 1.0:
            work.book[at(CLONE)] = 1
            any_crossed = True
    for k in range(triggers):
        crossed = crosses(case, work, i, k)
        work.clock[at(PENDING + triggers + k)] = 1.0 if crossed else NEVER
        any_crossed = any_crossed or crossed
    return any_crossed


@compiled
def locate_clones(case: Case, work: Work) -> None:
    """Find where each clone falls below one cell, and cut the step at the first such place."""
    x = work.x
    for c in range(CLONES):
        state, place = case.clone_state[c], NEVER
        if x[at(Y + state)] >= 1.0 and x[at(NEW + state)] < 1.0:
            above, below = 0.0, 1.0
            for _ in range(HALVINGS if x[at(Y + state)] > 1.0 else 0):
                middle = 0.5 * (above + below)
                if read_dense(work, state, middle) < 1.0:
                    below = middle
                else:
                    above = middle
            place = below
            work.clock[at(CUT)] = min(work.clock[at(CUT)], below)
        x[at(CLONE_CROSSING + c)] = REAL(place)


@compiled
def locate_trigger(case: Case, work: Work, i: int, k: int) -> None:
    """Find where trigger k's signal rises through its threshold; CROSSING keeps where it is known to be above."""
    x, low, high = work.x, 0.0, 1.0
    crossing = at(PENDING + len(case.trigger_signal) + k)
    if work.clock[crossing] == NEVER:
        return
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        for state in range(STATES):
            x[at(ARGUMENT + state)] = read_dense(work, state, middle)
        watch(x, ARGUMENT, TRIAL)
        if x[at(TRIAL + case.trigger_signal[k])] >= case.threshold[k, i]:
            high = middle
        else:
            low = middle
    work.clock[crossing] = high


@compiled
def pull_triggers(case: Case, work: Work, i: int) -> None:
    """Fire triggers in order of time, as far as the step goes; a jump inside the step cuts it."""
    triggers = len(case.trigger_signal)
    now, used = work.clock[at(TIME)], work.clock[at(USED)]
    for _ in range(triggers):
        first, s = -1, NEVER
        for k in range(triggers):
            place = work.clock[at(PENDING + triggers + k)]
            if place <= work.clock[at(CUT)] and place < s:
                first, s = k, place
        if first < 0:
            return
        work.clock[at(PENDING + triggers + first)] = NEVER
        if fire(case, work, i, first, now + s * used):
            due = work.clock[at(PENDING + first)]
            if due < work.clock[at(GOAL)]:
                work.clock[at(CUT)] = max(s, (due - now) / used)
                work.clock[at(GOAL)] = due


@compiled
def locate(case: Case, work: Work, i: int) -> None:
    """Locate all crossings of this step and set where it ends."""
    if work.book[at(CLONE)] > 0:
        locate_clones(case, work)
        cut = work.clock[at(CUT)]
        if cut < 1.0:
            work.clock[at(GOAL)] = work.clock[at(TIME)] + cut * work.clock[at(USED)]
    for k in range(len(case.trigger_signal)):
        locate_trigger(case, work, i, k)
    pull_triggers(case, work, i)


@compiled
def write_visits(case: Case, work: Work, i: int) -> None:
    """Write the visits up to the end of the step."""
    visit = work.book[at(VISIT)]
    goal, now, cut = work.clock[at(GOAL)], work.clock[at(TIME)], work.clock[at(CUT)]
    inverse = 1.0 / work.clock[at(USED)]
    while visit < len(case.visits) and case.visits[visit] <= goal:
        s = cut if case.visits[visit] == goal else min((case.visits[visit] - now) * inverse, cut)
        for r in range(len(case.record)):
            case.at_visits[visit, r, i] = read_dense(work, case.record[r], s)
        visit += 1
    work.book[at(VISIT)] = visit


@compiled
def decide_clones(case: Case, work: Work, i: int) -> None:
    """Let each clone that fell below one cell die with probability min(1, death / birth), or go on as one cell."""
    x, cut = work.x, work.clock[at(CUT)]
    rates(x, NEW)
    for c in range(CLONES):
        y, new = at(Y + case.clone_state[c]), at(NEW + case.clone_state[c])
        if x[at(CLONE_CROSSING + c)] <= REAL(cut) or (x[y] >= 1.0 and x[new] < 1.0):
            birth, death = x[at(RATE + case.clone_birth[c])], x[at(RATE + case.clone_death[c])]
            survives = birth > death and case.draws[c, i] >= death / birth
            x[new] = REAL(1.0 if survives else 0.0)
            case.extinct[c, i] = 0 if survives else 1


@compiled
def interrupt(case: Case, work: Work, i: int) -> None:
    """Write visits and let crossings act inside the step just accepted."""
    visit = work.book[at(VISIT)]
    crossed = something_crossed(case, work, i)
    ahead = visit < len(case.visits) and case.visits[visit] <= work.clock[at(GOAL)]
    if not (crossed or ahead):
        return
    dense(work.x)
    if crossed:
        locate(case, work, i)
    write_visits(case, work, i)
    cut = work.clock[at(CUT)]
    if cut < 1.0:
        for k in range(STATES):
            work.x[at(NEW + k)] = read_dense(work, k, cut)
    if work.book[at(CLONE)] > 0:
        decide_clones(case, work, i)
