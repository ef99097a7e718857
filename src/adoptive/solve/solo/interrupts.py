"""Apply what interrupts one patient's flow: jumps, triggers, visits, clones that fall below one cell.

The scalar twin of `solve.happenings`, read as text like `driver`.
"""

from __future__ import annotations

import math

@compiled
def jump(case: Case, work: Work, w: int, kind: int, amount: float) -> None:
    """Apply a jump to the state."""
    n, x = work.slots, work.x
    for k in range(case.jump_first[kind], case.jump_first[kind + 1]):
        size = case.jump_number[k]
        if case.jump_parameter[k] >= 0:
            size = x[at(P + case.jump_parameter[k], n, w)]
        x[at(Y + case.jump_state[k], n, w)] += amount * size


@compiled
def jump_if_due(case: Case, work: Work, i: int, w: int) -> bool:
    """Apply every jump whose day has come."""
    n, due = work.slots, False
    now, e = work.clock[at(TIME, n, w)], work.book[at(EVENT, n, w)]
    while e < case.event_day.shape[0] and case.event_day[e, i] <= now:
        jump(case, work, w, case.event_kind[e, i], case.event_amount[e, i])
        e += 1
        due = True
    work.book[at(EVENT, n, w)] = e
    for k in range(len(case.trigger_signal)):
        if work.clock[at(PENDING + k, n, w)] <= now:
            work.clock[at(PENDING + k, n, w)] = INFINITE
            jump(case, work, w, case.trigger_jump[k], case.trigger_amount[k, i])
            due = True
    if due:
        work.clock[at(STEP, n, w)] = min(work.clock[at(STEP, n, w)], STEP_AFTER_JUMP)
    return due


@compiled
def fire(case: Case, work: Work, i: int, w: int, k: int, day: float) -> bool:
    """Fire trigger k for a crossing on a day, unless it is spent, locked out or its jump is still to come."""
    count, pending = case.fired[k, i], at(PENDING + k, work.slots, w)
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
def crosses(case: Case, work: Work, i: int, w: int, k: int) -> bool:
    """Tell whether signal k rises through its threshold from SIGNAL to NEW_SIGNAL and its trigger is not spent."""
    n, signal, threshold = work.slots, case.trigger_signal[k], case.threshold[k, i]
    spent = case.fired[k, i] >= case.trigger_most[k]
    before, after = work.x[at(SIGNAL + signal, n, w)], work.x[at(NEW_SIGNAL + signal, n, w)]
    return not spent and before < threshold and after >= threshold


@compiled
def settle(case: Case, work: Work, i: int, w: int) -> None:
    """Apply every jump that is due, also those of triggers that the jumps themselves set off."""
    n, triggers, again = work.slots, len(case.trigger_signal), True
    while again:
        if triggers > 0:
            watch(work.x, Y, SIGNAL, n, w)
        again = jump_if_due(case, work, i, w)
        if again and triggers > 0:
            watch(work.x, Y, NEW_SIGNAL, n, w)
            for k in range(triggers):
                if crosses(case, work, i, w, k):
                    fire(case, work, i, w, k, work.clock[at(TIME, n, w)])


@compiled
def read_dense(work: Work, k: int, s: float, w: int) -> float:
    """Return state k at a fraction s of the step."""
    n, x, t = work.slots, work.x, REAL(s)
    left, first = REAL(1.0) - t, DENSE + k
    q1, q2, q3 = x[at(first, n, w)], x[at(first + STATES, n, w)], x[at(first + 2 * STATES, n, w)]
    inner = left * (t * (t * q3 + q2) + q1) + x[at(NEW + k, n, w)]
    value: float = t * inner + left * x[at(Y + k, n, w)]
    return value


@compiled
def something_crossed(case: Case, work: Work, i: int, w: int) -> bool:
    """Mark that a clone fell below one cell or a signal rose through its threshold."""
    n, x, any_crossed = work.slots, work.x, False
    triggers = len(case.trigger_signal)
    if triggers > 0:
        watch(x, NEW, NEW_SIGNAL, n, w)
    work.book[at(CLONE, n, w)] = 0
    for c in range(CLONES):
        state = case.clone_state[c]
        if x[at(Y + state, n, w)] >= 1.0 and x[at(NEW + state, n, w)] < 1.0:
            work.book[at(CLONE, n, w)] = 1
            any_crossed = True
    for k in range(triggers):
        crossed = crosses(case, work, i, w, k)
        x[at(CROSSING + k, n, w)] = REAL(1.0 if crossed else NEVER)
        any_crossed = any_crossed or crossed
    return any_crossed


@compiled
def locate_clones(case: Case, work: Work, w: int) -> None:
    """Find where each clone falls below one cell, and cut the step at the first such place."""
    n, x = work.slots, work.x
    for c in range(CLONES):
        state, place = case.clone_state[c], NEVER
        if x[at(Y + state, n, w)] >= 1.0 and x[at(NEW + state, n, w)] < 1.0:
            above, below = 0.0, 1.0
            for _ in range(HALVINGS if x[at(Y + state, n, w)] > 1.0 else 0):
                middle = 0.5 * (above + below)
                if read_dense(work, state, middle, w) < 1.0:
                    below = middle
                else:
                    above = middle
            place = below
            work.clock[at(CUT, n, w)] = min(work.clock[at(CUT, n, w)], below)
        x[at(CLONE_CROSSING + c, n, w)] = REAL(place)


@compiled
def locate_trigger(case: Case, work: Work, i: int, w: int, k: int) -> None:
    """Find where trigger k's signal rises through its threshold; CROSSING keeps where it is known to be above."""
    n, x, low, high = work.slots, work.x, 0.0, 1.0
    if x[at(CROSSING + k, n, w)] == NEVER:
        return
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        for state in range(STATES):
            x[at(ARGUMENT + state, n, w)] = read_dense(work, state, middle, w)
        watch(x, ARGUMENT, TRIAL, n, w)
        if x[at(TRIAL + case.trigger_signal[k], n, w)] >= case.threshold[k, i]:
            high = middle
        else:
            low = middle
    x[at(CROSSING + k, n, w)] = REAL(high)


@compiled
def pull_triggers(case: Case, work: Work, i: int, w: int) -> None:
    """Fire triggers in order of time, as far as the step goes; a jump inside the step cuts it."""
    n, x, triggers = work.slots, work.x, len(case.trigger_signal)
    now, used = work.clock[at(TIME, n, w)], work.clock[at(USED, n, w)]
    for _ in range(triggers):
        first, s = -1, 1.0 * NEVER
        for k in range(triggers):
            place = x[at(CROSSING + k, n, w)]
            if place <= work.clock[at(CUT, n, w)] and place < s:
                first, s = k, 1.0 * place
        if first < 0:
            return
        x[at(CROSSING + first, n, w)] = REAL(NEVER)
        if fire(case, work, i, w, first, now + s * used):
            due = work.clock[at(PENDING + first, n, w)]
            if due < work.clock[at(GOAL, n, w)]:
                work.clock[at(CUT, n, w)] = max(s, (due - now) / used)
                work.clock[at(GOAL, n, w)] = due


@compiled
def locate(case: Case, work: Work, i: int, w: int) -> None:
    """Locate all crossings of this step and set where it ends."""
    n = work.slots
    if work.book[at(CLONE, n, w)] > 0:
        locate_clones(case, work, w)
        cut = work.clock[at(CUT, n, w)]
        if cut < 1.0:
            work.clock[at(GOAL, n, w)] = work.clock[at(TIME, n, w)] + cut * work.clock[at(USED, n, w)]
    for k in range(len(case.trigger_signal)):
        locate_trigger(case, work, i, w, k)
    pull_triggers(case, work, i, w)


@compiled
def write_visits(case: Case, work: Work, i: int, w: int) -> None:
    """Write the visits up to the end of the step."""
    n, visit = work.slots, work.book[at(VISIT, work.slots, w)]
    goal, now, cut = work.clock[at(GOAL, n, w)], work.clock[at(TIME, n, w)], work.clock[at(CUT, n, w)]
    inverse = 1.0 / work.clock[at(USED, n, w)]
    while visit < len(case.visits) and case.visits[visit] <= goal:
        s = cut if case.visits[visit] == goal else min((case.visits[visit] - now) * inverse, cut)
        for r in range(len(case.record)):
            case.at_visits[visit, r, i] = read_dense(work, case.record[r], s, w)
        visit += 1
    work.book[at(VISIT, n, w)] = visit


@compiled
def decide_clones(case: Case, work: Work, i: int, w: int) -> None:
    """Let each clone that fell below one cell die with probability min(1, death / birth), or go on as one cell."""
    n, x, cut = work.slots, work.x, work.clock[at(CUT, work.slots, w)]
    rates(x, NEW, n, w)
    for c in range(CLONES):
        y, new = at(Y + case.clone_state[c], n, w), at(NEW + case.clone_state[c], n, w)
        if x[at(CLONE_CROSSING + c, n, w)] <= REAL(cut) or (x[y] >= 1.0 and x[new] < 1.0):
            birth, death = x[at(RATE + case.clone_birth[c], n, w)], x[at(RATE + case.clone_death[c], n, w)]
            survives = birth > death and case.draws[c, i] >= death / birth
            x[new] = REAL(1.0 if survives else 0.0)
            case.extinct[c, i] = 0 if survives else 1


@compiled
def interrupt(case: Case, work: Work, i: int, w: int) -> None:
    """Write visits and let crossings act inside the step just accepted."""
    n, visit = work.slots, work.book[at(VISIT, work.slots, w)]
    crossed = something_crossed(case, work, i, w)
    ahead = visit < len(case.visits) and case.visits[visit] <= work.clock[at(GOAL, n, w)]
    if not (crossed or ahead):
        return
    dense(work.x, n, w)
    if crossed:
        locate(case, work, i, w)
    write_visits(case, work, i, w)
    cut = work.clock[at(CUT, n, w)]
    if cut < 1.0:
        for k in range(STATES):
            work.x[at(NEW + k, n, w)] = read_dense(work, k, cut, w)
    if work.book[at(CLONE, n, w)] > 0:
        decide_clones(case, work, i, w)


