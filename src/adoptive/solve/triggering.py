"""Fire triggers: find where a signal rises through its threshold or still is above it, and note what is due then."""

from __future__ import annotations

import numpy as np

from adoptive.solve.dense import HALVINGS, NEVER
from adoptive.solve.diary import PENDING, STOPPED
from adoptive.solve.jumps import apply_jump
from adoptive.solve.lanes import (
    CUT,
    GOAL,
    INTERPOLATE,
    NEXT,
    PATIENT,
    TIME,
    USED,
    WATCH,
    Doubles,
    Lanes,
    call,
    compiled,
    row,
    seldom,
)

__all__ = [
    "apply_triggers",
    "crosses",
    "fire",
    "just_fired",
    "locate_trigger",
    "look_again",
    "next_look",
    "pull_triggers",
    "rise",
]

SAME_CROSSING = 1e-9  # days


@seldom
def apply_triggers(lanes: Lanes, w: int) -> bool:
    """Apply to lane w the jumps and stops of triggers that are due, and tell whether anything changed."""
    i, now, changed = lanes.book[PATIENT * lanes.width + w], lanes.clock[TIME * lanes.width + w], False
    for k in range(lanes.triggers):
        if lanes.diary[i * lanes.columns + PENDING + k] <= now:
            lanes.diary[i * lanes.columns + PENDING + k] = np.inf
            if lanes.trigger_jump[k] >= 0:
                amount = lanes.trigger_amount[i * lanes.triggers + k]
                changed = apply_jump(lanes, w, lanes.trigger_jump[k], amount) or changed
            if lanes.trigger_stops[k]:
                lanes.diary[i * lanes.columns + STOPPED] = now
    return changed


@seldom
def _wait(lanes: Lanes, at: int, k: int, days: float) -> float:
    """Give the days to wait after trigger k's last firing: as planned, or until its empty store is filled again."""
    stock, taken = lanes.trigger_stock[k], lanes.fired[at]
    while stock > 0 and taken > stock:
        taken -= stock
    return max(days, lanes.restock[at]) if stock > 0 and taken == stock else days


@seldom
def fire(lanes: Lanes, w: int, k: int, day: float) -> bool:
    """Fire trigger k of lane w on a day, unless it is too early, spent, locked out or its jump is still to come."""
    i = lanes.book[PATIENT * lanes.width + w]
    at, pending = i * lanes.triggers + k, i * lanes.columns + PENDING + k
    locked = day < lanes.trigger_first[at] or day < lanes.last_fired[at] + _wait(lanes, at, k, lanes.lockout[at])
    if lanes.fired[at] >= lanes.trigger_most[k] or locked or lanes.diary[pending] != np.inf:
        return False
    lanes.fired[at] += 1
    free = at * lanes.most_fired
    while lanes.fired_day[free] != np.inf:
        free += 1
    lanes.fired_day[free] = day
    lanes.last_fired[at] = day
    due, spent = day + lanes.delay[at], lanes.fired[at] >= lanes.trigger_most[k]
    look = np.inf if spent else max(due, day + _wait(lanes, at, k, lanes.trigger_again[at]))
    lanes.diary[pending + lanes.triggers] = look
    lanes.clock[NEXT * lanes.width + w] = min(lanes.clock[NEXT * lanes.width + w], look)
    if lanes.trigger_jump[k] < 0 and not lanes.trigger_stops[k]:
        return look < np.inf
    lanes.diary[pending] = due
    lanes.clock[NEXT * lanes.width + w] = min(lanes.clock[NEXT * lanes.width + w], due)
    return True


@seldom
def rise(lanes: Lanes, w: int, k: int, day: float) -> bool:
    """Answer a crossing of trigger k in lane w: fire, or look later whether it lasts; tell if anything is due then."""
    i = lanes.book[PATIENT * lanes.width + w]
    at, look = i * lanes.triggers + k, i * lanes.columns + PENDING + lanes.triggers + k
    if lanes.lasting[at] == 0.0:
        return fire(lanes, w, k, day)
    lanes.diary[look] = min(lanes.diary[look], day + lanes.lasting[at])
    lanes.clock[NEXT * lanes.width + w] = min(lanes.clock[NEXT * lanes.width + w], lanes.diary[look])
    return True


@seldom
def look_again(lanes: Lanes, w: int) -> None:
    """Fire the triggers of lane w whose day to look has come and whose signal is at or above its threshold."""
    i, now = lanes.book[PATIENT * lanes.width + w], lanes.clock[TIME * lanes.width + w]
    for k in range(lanes.triggers):
        at, look = i * lanes.triggers + k, i * lanes.columns + PENDING + lanes.triggers + k
        above = lanes.signal[lanes.trigger_signal[k] * lanes.width + w] >= lanes.threshold[at]
        if lanes.diary[look] <= now:
            lanes.diary[look] = np.inf
            if above and lanes.last_fired[at] < now:
                fire(lanes, w, k, now)
        elif lanes.trigger_first[at] == now and above and lanes.last_fired[at] < now:
            rise(lanes, w, k, now)


@seldom
def next_look(lanes: Lanes, w: int) -> float:
    """Return the day on which a trigger of lane w looks next."""
    i, now, soonest = lanes.book[PATIENT * lanes.width + w], lanes.clock[TIME * lanes.width + w], np.inf
    for k in range(lanes.triggers):
        soonest = min(soonest, lanes.diary[i * lanes.columns + PENDING + lanes.triggers + k])
        first = lanes.trigger_first[i * lanes.triggers + k]
        if first > now:
            soonest = min(soonest, first)
    return soonest


@compiled
def just_fired(lanes: Lanes, w: int, k: int, day: float) -> bool:
    """Tell whether a crossing is the one that trigger k of lane w fired for, seen again by a rounding at the cut."""
    i = lanes.book[PATIENT * lanes.width + w]
    again: bool = day - lanes.last_fired[i * lanes.triggers + k] <= SAME_CROSSING
    return again


@compiled
def crosses(lanes: Lanes, w: int, k: int, before: Doubles, after: Doubles) -> bool:
    """Tell whether the signal of trigger k rises through its threshold between two readings."""
    i, at = lanes.book[PATIENT * lanes.width + w], lanes.trigger_signal[k] * lanes.width + w
    spent = lanes.fired[i * lanes.triggers + k] >= lanes.trigger_most[k]
    return (
        not spent
        and before[at] < lanes.threshold[i * lanes.triggers + k]
        and after[at] >= lanes.threshold[i * lanes.triggers + k]
    )


@seldom
def locate_trigger(lanes: Lanes, k: int) -> None:
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


@seldom
def pull_triggers(lanes: Lanes, w: int) -> None:
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
        if not just_fired(lanes, w, first, now + s * used) and rise(lanes, w, first, now + s * used):
            i = lanes.book[PATIENT * width + w]
            pending = i * lanes.columns + PENDING + first
            due = min(lanes.diary[pending], lanes.diary[pending + triggers])
            if due < lanes.clock[GOAL * width + w]:
                lanes.clock[CUT * width + w] = max(s, (due - now) / used)
                lanes.clock[GOAL * width + w] = due
