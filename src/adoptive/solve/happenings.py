"""Apply what interrupts the flow: scheduled jumps, triggers that a signal sets off, clones that fall below one cell.

Crossings are sought per accepted step and located by halving on the step's own interpolant. Where something happens
inside the step, the step is cut there, not repeated. A signal that rises and falls back within one step is not seen.
"""

from __future__ import annotations

import numpy as np

from adoptive.solve.lanes import (
    ACCEPTED,
    CLONE,
    CUT,
    EVENT,
    GOAL,
    INTERPOLATE,
    PATIENT,
    RATES,
    STEP,
    TIME,
    USED,
    WATCH,
    Doubles,
    Lanes,
    call,
    compiled,
    row,
)

__all__ = ["cut_steps", "decide_clones", "locate", "read_dense", "settle", "something_crossed"]

STEP_AFTER_JUMP = 0.02
HALVINGS = 45
NEVER = 2.0  # a crossing place beyond every step


@compiled
def _jump(lanes: Lanes, w: int, kind: int, amount: float) -> None:
    width = lanes.width
    for k in range(lanes.jump_first[kind], lanes.jump_first[kind + 1]):
        factor = lanes.jump_number[k]
        if lanes.jump_parameter[k] >= 0:
            factor = lanes.p[lanes.jump_parameter[k] * width + w]
        lanes.y[lanes.jump_state[k] * width + w] += amount * factor


@compiled
def _jump_if_due(lanes: Lanes, w: int) -> bool:
    """Apply to lane w every jump whose day has come."""
    width, due = lanes.width, False
    i, now, e = lanes.book[PATIENT * width + w], lanes.clock[TIME * width + w], lanes.book[EVENT * width + w]
    while e < lanes.events and lanes.event_day[i * lanes.events + e] <= now:
        _jump(lanes, w, lanes.event_kind[i * lanes.events + e], lanes.event_amount[i * lanes.events + e])
        e += 1
        due = True
    lanes.book[EVENT * width + w] = e
    for k in range(lanes.triggers):
        if lanes.pending[k * width + w] <= now:
            lanes.pending[k * width + w] = np.inf
            _jump(lanes, w, lanes.trigger_jump[k], lanes.trigger_amount[i * lanes.triggers + k])
            due = True
    if due:
        lanes.clock[STEP * width + w] = min(lanes.clock[STEP * width + w], STEP_AFTER_JUMP)
    return due


@compiled
def _fire(lanes: Lanes, w: int, k: int, day: float) -> bool:
    """Fire trigger k of lane w for a crossing on a day, unless it is spent, locked out or its jump is still to come."""
    i, pending = lanes.book[PATIENT * lanes.width + w], k * lanes.width + w
    count = lanes.fired[i * lanes.triggers + k]
    locked = day < lanes.last_fired[i * lanes.triggers + k] + lanes.lockout[i * lanes.triggers + k]
    if count >= lanes.trigger_most[k] or locked or lanes.pending[pending] != np.inf:
        return False
    lanes.fired[i * lanes.triggers + k] = count + 1
    free = (i * lanes.triggers + k) * lanes.most_fired
    while lanes.fired_day[free] != np.inf:
        free += 1
    lanes.fired_day[free] = day
    lanes.last_fired[i * lanes.triggers + k] = day
    lanes.pending[pending] = day + lanes.delay[i * lanes.triggers + k]
    return True


@compiled
def _crosses(lanes: Lanes, w: int, k: int, before: Doubles, after: Doubles) -> bool:
    i, at = lanes.book[PATIENT * lanes.width + w], lanes.trigger_signal[k] * lanes.width + w
    spent = lanes.fired[i * lanes.triggers + k] >= lanes.trigger_most[k]
    return (
        not spent
        and before[at] < lanes.threshold[i * lanes.triggers + k]
        and after[at] >= lanes.threshold[i * lanes.triggers + k]
    )


@compiled
def settle(lanes: Lanes) -> None:
    """Apply every jump that is due, also those of triggers that the jumps themselves set off."""
    width, triggers, again = lanes.width, lanes.triggers, True
    while again:
        again = False
        if triggers > 0:
            call(lanes.kernels[WATCH], (lanes.y, lanes.p, lanes.signal))
        for w in range(width):
            lanes.clock[ACCEPTED * width + w] = 0.0  # here: the lane jumped
            if lanes.book[PATIENT * width + w] >= 0 and _jump_if_due(lanes, w):
                lanes.clock[ACCEPTED * width + w] = 1.0
                again = True
        if again and triggers > 0:
            call(lanes.kernels[WATCH], (lanes.y, lanes.p, lanes.new_signal))
            for w in range(width):
                for k in range(triggers):
                    jumped = lanes.clock[ACCEPTED * width + w] > 0.0
                    if jumped and _crosses(lanes, w, k, lanes.signal, lanes.new_signal):
                        _fire(lanes, w, k, lanes.clock[TIME * width + w])


@compiled
def read_dense(lanes: Lanes, n: int, at: int, s: float) -> float:
    """Return element `at` of the state at a fraction s of the step."""
    q1, q2, q3 = lanes.dense[at], lanes.dense[n + at], lanes.dense[2 * n + at]
    value: float = (1.0 - s) * lanes.y[at] + s * (lanes.new[at] + (1.0 - s) * (q1 + s * (q2 + s * q3)))
    return value


@compiled
def something_crossed(lanes: Lanes) -> bool:
    """Mark the accepted lanes in which a clone fell below one cell or a signal rose through its threshold."""
    width, any_crossed = lanes.width, False
    if lanes.triggers > 0:
        call(lanes.kernels[WATCH], (lanes.new, lanes.p, lanes.new_signal))
    for w in range(width):
        lanes.book[CLONE * width + w] = 0
        accepted = lanes.clock[ACCEPTED * width + w] > 0.0
        for c in range(lanes.clones):
            at = lanes.clone_state[c] * width + w
            if accepted and lanes.y[at] >= 1.0 and lanes.new[at] < 1.0:
                lanes.book[CLONE * width + w] = 1
                any_crossed = True
        for k in range(lanes.triggers):
            crossed = accepted and _crosses(lanes, w, k, lanes.signal, lanes.new_signal)
            lanes.crossing[k * width + w] = 1.0 if crossed else NEVER
            any_crossed = any_crossed or crossed
    return any_crossed


@compiled
def _locate_clones(lanes: Lanes, w: int) -> None:
    """Find where each clone of lane w falls below one cell, and cut the step at the first such place."""
    width, n = lanes.width, lanes.states * lanes.width
    for c in range(lanes.clones):
        at = lanes.clone_state[c] * width + w
        lanes.clone_crossing[c * width + w] = NEVER
        if lanes.y[at] >= 1.0 and lanes.new[at] < 1.0:
            above, below = 0.0, 1.0
            for _ in range(HALVINGS if lanes.y[at] > 1.0 else 0):
                middle = 0.5 * (above + below)
                if read_dense(lanes, n, at, middle) < 1.0:
                    below = middle
                else:
                    above = middle
            lanes.clone_crossing[c * width + w] = below
            lanes.clock[CUT * width + w] = min(lanes.clock[CUT * width + w], below)


@compiled
def _locate_trigger(lanes: Lanes, k: int) -> None:
    """Find where trigger k's signal rises through its threshold, in all lanes that are marked, at once.

    `crossing` is where the signal is known to be above, `low` where it is known to be below.
    """
    width, marked = lanes.width, False
    fraction, high = lanes.mix, row(lanes.crossing, k * lanes.width)
    for w in range(width):
        lanes.low[w] = 0.0
        marked = marked or high[w] != NEVER
    for _ in range(HALVINGS if marked else 0):
        for w in range(width):
            fraction[w] = 0.5 * (lanes.low[w] + high[w]) if high[w] != NEVER else 0.5
        call(lanes.kernels[INTERPOLATE], (lanes.y, lanes.new, lanes.dense, fraction, lanes.argument))
        call(lanes.kernels[WATCH], (lanes.argument, lanes.p, lanes.trial))
        for w in range(width):
            if high[w] != NEVER:
                i, signal = lanes.book[PATIENT * width + w], lanes.trial[lanes.trigger_signal[k] * width + w]
                if signal >= lanes.threshold[i * lanes.triggers + k]:
                    high[w] = fraction[w]
                else:
                    lanes.low[w] = fraction[w]


@compiled
def _pull_triggers(lanes: Lanes, w: int) -> None:
    """Fire lane w's triggers in order of time, as far as the step goes; a jump inside the step cuts it."""
    width, triggers = lanes.width, lanes.triggers
    now, used = lanes.clock[TIME * width + w], lanes.clock[USED * width + w]
    for _ in range(triggers):
        first = -1
        for k in range(triggers):
            s = lanes.crossing[k * width + w]
            if s <= lanes.clock[CUT * width + w] and (first < 0 or s < lanes.crossing[first * width + w]):
                first = k
        if first < 0:
            return
        s = lanes.crossing[first * width + w]
        lanes.crossing[first * width + w] = NEVER
        if _fire(lanes, w, first, now + s * used):
            due = lanes.pending[first * width + w]
            if due < lanes.clock[GOAL * width + w]:
                lanes.clock[CUT * width + w] = max(s, (due - now) / used)
                lanes.clock[GOAL * width + w] = due


@compiled
def locate(lanes: Lanes) -> None:
    """Locate all crossings of this step and set where each lane's step ends."""
    width = lanes.width
    for w in range(width):
        if lanes.book[CLONE * width + w]:
            _locate_clones(lanes, w)
            cut = lanes.clock[CUT * width + w]
            if cut < 1.0:
                lanes.clock[GOAL * width + w] = lanes.clock[TIME * width + w] + cut * lanes.clock[USED * width + w]
    for k in range(lanes.triggers):
        _locate_trigger(lanes, k)
    for w in range(width):
        if lanes.clock[ACCEPTED * width + w] > 0.0:
            _pull_triggers(lanes, w)


@compiled
def cut_steps(lanes: Lanes) -> None:
    """Replace the new state by the interpolant where a lane's step is cut."""
    width, cut = lanes.width, False
    fraction = row(lanes.clock, CUT * lanes.width)
    for w in range(width):
        cut = cut or fraction[w] < 1.0
    if not cut:
        return
    call(lanes.kernels[INTERPOLATE], (lanes.y, lanes.new, lanes.dense, fraction, lanes.argument))
    for w in range(width):
        if fraction[w] < 1.0:
            for k in range(lanes.states):
                lanes.new[k * width + w] = lanes.argument[k * width + w]


@compiled
def decide_clones(lanes: Lanes) -> None:
    """Let each clone that fell below one cell die with probability min(1, death / birth), or go on as one cell."""
    width = lanes.width
    call(lanes.kernels[RATES], (lanes.new, lanes.p, lanes.rates))
    for w in range(width):
        if not lanes.book[CLONE * width + w]:
            continue
        i, cut = lanes.book[PATIENT * width + w], lanes.clock[CUT * width + w]
        for c in range(lanes.clones):
            at = lanes.clone_state[c] * width + w
            if lanes.clone_crossing[c * width + w] <= cut or (lanes.y[at] >= 1.0 and lanes.new[at] < 1.0):
                birth, death = (
                    lanes.rates[lanes.clone_birth[c] * width + w],
                    lanes.rates[lanes.clone_death[c] * width + w],
                )
                survives = birth > death and lanes.draws[i * lanes.clones + c] >= death / birth
                lanes.new[at] = 1.0 if survives else 0.0
                lanes.extinct[i * lanes.clones + c] = 0 if survives else 1
