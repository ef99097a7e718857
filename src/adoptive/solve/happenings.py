"""Apply what interrupts the flow, moment by moment: scans, decisions, jumps, stops, clones that fall below one cell.

Of one moment, in this order: the scan and then the regimens' decisions, which see the state before the moment's jumps;
scheduled jumps; jumps of triggers, then triggers that look again; the jump of a progression; doses of regimens, in
order of declaration; clones that the jumps brought below one cell; then what triggers that the jumps set off do at
once, as a second round; a stop.

Crossings are sought per accepted step and located by halving on the step's own interpolant. Where something happens
inside the step, the step is cut there, not repeated. A signal that rises and falls back within one step is not seen.
A crossing within a billionth of a day of the trigger's last firing is the same one, seen again by a rounding.
"""

from __future__ import annotations

import numpy as np

from adoptive.solve.dense import HALVINGS, NEVER
from adoptive.solve.diary import PENDING, STOPPED
from adoptive.solve.extinction import decide_jumped, locate_clones, note_cells, some_clone_fell
from adoptive.solve.jumps import apply_jump
from adoptive.solve.lanes import (
    ACCEPTED,
    CLONE,
    CUT,
    EVENT,
    FAILED,
    GOAL,
    NEXT,
    PATIENT,
    STEP,
    TIME,
    USED,
    WATCH,
    Lanes,
    call,
    compiled,
    finish,
    seldom,
)
from adoptive.solve.treatment import decide_regimens, give_doses, next_treatment, scan
from adoptive.solve.triggering import (
    apply_triggers,
    crosses,
    just_fired,
    locate_trigger,
    look_again,
    next_look,
    pull_triggers,
    rise,
)

__all__ = ["HALVINGS", "NEVER", "STEP_AFTER_JUMP", "locate", "settle", "something_crossed"]

STEP_AFTER_JUMP = 0.02


@seldom
def _apply_scheduled(lanes: Lanes, w: int) -> bool:
    """Apply to lane w every scheduled jump whose day has come, and tell whether anything changed."""
    width, changed = lanes.width, False
    i, now, e = lanes.book[PATIENT * width + w], lanes.clock[TIME * width + w], lanes.book[EVENT * width + w]
    while e < lanes.events and lanes.event_day[i * lanes.events + e] <= now:
        at = i * lanes.events + e
        changed = apply_jump(lanes, w, lanes.event_kind[at], lanes.event_amount[at]) or changed
        e += 1
    lanes.book[EVENT * width + w] = e
    return changed


@seldom
def _next_day(lanes: Lanes, w: int) -> float:
    """Return the day of the next thing that lane w's patient is known to meet."""
    i, e = lanes.book[PATIENT * lanes.width + w], lanes.book[EVENT * lanes.width + w]
    soonest = min(next_treatment(lanes, w), next_look(lanes, w))
    if e < lanes.events:
        soonest = min(soonest, lanes.event_day[i * lanes.events + e])
    for k in range(lanes.triggers):
        soonest = min(soonest, lanes.diary[i * lanes.columns + PENDING + k])
    return soonest


@seldom
def _live_through(lanes: Lanes, w: int) -> None:
    """Let everything happen to lane w that is due now."""
    width = lanes.width
    i = lanes.book[PATIENT * width + w]
    note_cells(lanes, w)
    progressed = scan(lanes, w)
    decide_regimens(lanes, w, progressed)
    changed = _apply_scheduled(lanes, w)
    changed = apply_triggers(lanes, w) or changed
    look_again(lanes, w)
    if progressed and lanes.scan_jump >= 0:
        changed = apply_jump(lanes, w, lanes.scan_jump, lanes.scan_amount[i]) or changed
    changed = give_doses(lanes, w) or changed
    lanes.clock[NEXT * width + w] = _next_day(lanes, w)
    if changed:
        lanes.clock[STEP * width + w] = min(lanes.clock[STEP * width + w], STEP_AFTER_JUMP)


@compiled
def _someone_is_due(lanes: Lanes) -> bool:
    """Mark the lanes to which something happens now."""
    width, due = lanes.width, False
    for w in range(width):
        here = lanes.book[PATIENT * width + w] >= 0 and lanes.clock[NEXT * width + w] <= lanes.clock[TIME * width + w]
        lanes.clock[ACCEPTED * width + w] = 1.0 if here else 0.0
        due = due or here
    return due


@seldom
def _one_round(lanes: Lanes, first: bool) -> None:
    """Let everything due happen once, in all marked lanes; in the first round of a moment the flow may have fired."""
    width, triggers = lanes.width, lanes.triggers
    for w in range(width):
        if lanes.clock[ACCEPTED * width + w] > 0.0:
            _live_through(lanes, w)
    if lanes.clones > 0:
        decide_jumped(lanes)
    if triggers > 0:
        call(lanes.kernels[WATCH], (lanes.y, lanes.p, lanes.new_signal))
    for w in range(width):
        if lanes.clock[ACCEPTED * width + w] > 0.0:
            for k in range(triggers):
                if crosses(lanes, w, k, lanes.signal, lanes.new_signal):
                    if not (first and just_fired(lanes, w, k, lanes.clock[TIME * width + w])):
                        rise(lanes, w, k, lanes.clock[TIME * width + w])
            stopped = lanes.diary[lanes.book[PATIENT * width + w] * lanes.columns + STOPPED] < np.inf
            if stopped or lanes.book[FAILED * width + w] > 0:
                finish(lanes, w)


@compiled
def settle(lanes: Lanes) -> None:
    """Let everything happen that is due, round by round; leave the signals as they stand afterwards."""
    if lanes.triggers > 0:
        call(lanes.kernels[WATCH], (lanes.y, lanes.p, lanes.signal))
    first = True
    while _someone_is_due(lanes):
        if lanes.signals > 0 and lanes.triggers == 0:
            call(lanes.kernels[WATCH], (lanes.y, lanes.p, lanes.signal))
        _one_round(lanes, first)
        first = False
        if lanes.triggers > 0:
            call(lanes.kernels[WATCH], (lanes.y, lanes.p, lanes.signal))


@compiled
def something_crossed(lanes: Lanes) -> bool:
    """Mark the accepted lanes in which a clone fell below one cell or a signal rose through its threshold."""
    width, any_crossed = lanes.width, False
    if lanes.triggers > 0:
        call(lanes.kernels[WATCH], (lanes.new, lanes.p, lanes.new_signal))
    for w in range(width):
        lanes.book[CLONE * width + w] = 0
        accepted = lanes.clock[ACCEPTED * width + w] > 0.0
        if accepted and lanes.clones > 0 and some_clone_fell(lanes, w):
            lanes.book[CLONE * width + w] = 1
            any_crossed = True
        for k in range(lanes.triggers):
            crossed = accepted and crosses(lanes, w, k, lanes.signal, lanes.new_signal)
            lanes.crossing[k * width + w] = 1.0 if crossed else NEVER
            any_crossed = any_crossed or crossed
    return any_crossed


@seldom
def locate(lanes: Lanes) -> None:
    """Locate all crossings of this step and set where each lane's step ends."""
    width = lanes.width
    for w in range(width):
        if lanes.book[CLONE * width + w]:
            locate_clones(lanes, w)
            cut = lanes.clock[CUT * width + w]
            if cut < 1.0:
                lanes.clock[GOAL * width + w] = lanes.clock[TIME * width + w] + cut * lanes.clock[USED * width + w]
    for k in range(lanes.triggers):
        locate_trigger(lanes, k)
    for w in range(width):
        if lanes.clock[ACCEPTED * width + w] > 0.0:
            pull_triggers(lanes, w)
