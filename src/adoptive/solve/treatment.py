"""Take scans, decide on cycles of regimens, and give their doses when they are due."""

from __future__ import annotations

import numpy as np

from adoptive.solve.diary import (
    ALL_GIVEN,
    BASELINE,
    BEST,
    DECISION,
    GIVEN,
    HELD_SINCE,
    HELD_TOO_LONG,
    HOLDS,
    NADIR,
    PROGRESSIONS,
    REGIMEN_COLUMNS,
    RESPONSE,
    RUNNING,
    SCAN_COLUMNS,
    SCAN_COUNT,
    SCAN_NEXT,
    STATE,
    STOP_GATE,
    STOPPED,
    STOPPED_AT_PROGRESSION,
)
from adoptive.solve.jumps import apply_jump
from adoptive.solve.lanes import PATIENT, TIME, Lanes, row, seldom, whole

__all__ = ["decide_regimens", "give_doses", "next_treatment", "scan"]

NEXT_CYCLE, STOP = 1, 2  # what a regimen does at a progression
SAME_DAY = 1e-9  # days: rounding of sums of days must not shorten a hold


@seldom
def scan(lanes: Lanes, w: int) -> bool:
    """Take the scan of lane w if its day has come, and tell whether it shows a progression."""
    i, now = lanes.book[PATIENT * lanes.width + w], lanes.clock[TIME * lanes.width + w]
    memory = row(lanes.diary, i * lanes.columns + lanes.scan_column)
    if lanes.scan_column < 0 or memory[SCAN_NEXT] > now:
        return False
    total, first = lanes.signal[lanes.scan_signal * lanes.width + w], memory[SCAN_COUNT] == 0.0
    memory[SCAN_COUNT] += 1.0
    memory[SCAN_NEXT] += lanes.scan_interval[i]
    if first:
        memory[BASELINE], memory[NADIR] = total, total
        return False
    if memory[PROGRESSIONS] == 0.0 and memory[BASELINE] > 0.0:
        change = total / memory[BASELINE] - 1.0
        memory[BEST] = min(memory[BEST], change)
        if change <= lanes.scan_rule[0]:
            memory[RESPONSE] = min(memory[RESPONSE], now)
    more = total - memory[NADIR]
    progressed: bool = more >= lanes.scan_rule[1] * memory[NADIR] and more >= lanes.scan_rule[2]
    memory[NADIR] = total if progressed else min(memory[NADIR], total)
    if progressed:
        memory[SCAN_COLUMNS + whole(memory[PROGRESSIONS])] = now
        memory[PROGRESSIONS] += 1.0
        if memory[PROGRESSIONS] >= lanes.scan_most:
            memory[SCAN_NEXT] = np.inf
            if lanes.scan_stops:
                lanes.diary[i * lanes.columns + STOPPED] = now
    return progressed


@seldom
def _gates(lanes: Lanes, w: int, r: int, stops: int) -> int:
    """Count the gates of regimen r, of stops or of cycles, that are met in lane w."""
    i, met = lanes.book[PATIENT * lanes.width + w], 0
    for g in range(lanes.gate_first[r], lanes.gate_first[r + 1]):
        if lanes.gate_stops[g] == stops:
            signal, threshold = (
                lanes.signal[lanes.gate_signal[g] * lanes.width + w],
                lanes.gate_threshold[i * lanes.gates + g],
            )
            met += 1 if (signal >= threshold if lanes.gate_above[g] else signal <= threshold) else 0
    return met


@seldom
def _dues(lanes: Lanes, w: int, r: int) -> tuple[int, int, int]:
    """Return where the due days of regimen r begin in the diary, how many doses a cycle has, and how many days."""
    at = lanes.book[PATIENT * lanes.width + w] * lanes.columns + lanes.regimen_column[r]
    doses, most = lanes.dose_first[r + 1] - lanes.dose_first[r], lanes.regimen_most[r]
    return at + REGIMEN_COLUMNS + most, doses, doses * most


@seldom
def _end(lanes: Lanes, w: int, r: int, reason: int) -> None:
    """End regimen r of lane w for a reason, and call off the doses still to come."""
    i = lanes.book[PATIENT * lanes.width + w]
    memory, (first, _, count) = row(lanes.diary, i * lanes.columns + lanes.regimen_column[r]), _dues(lanes, w, r)
    memory[DECISION] = np.inf
    if memory[STATE] == RUNNING:
        memory[STATE] = reason
    for k in range(first, first + count):
        lanes.diary[k] = np.inf


@seldom
def _give(lanes: Lanes, w: int, r: int) -> None:
    """Begin the next cycle of regimen r now."""
    i, now = lanes.book[PATIENT * lanes.width + w], lanes.clock[TIME * lanes.width + w]
    memory, (first, doses, _) = row(lanes.diary, i * lanes.columns + lanes.regimen_column[r]), _dues(lanes, w, r)
    cycle = whole(memory[GIVEN])
    memory[REGIMEN_COLUMNS + cycle] = now
    for k in range(doses):
        lanes.diary[first + cycle * doses + k] = now + lanes.dose_offset[lanes.dose_first[r] + k]
    memory[GIVEN] += 1.0
    memory[HELD_SINCE] = np.inf
    memory[DECISION] = now + lanes.interval[i * lanes.regimens + r]
    if cycle + 1 >= lanes.regimen_most[r]:
        memory[DECISION], memory[STATE] = np.inf, ALL_GIVEN


@seldom
def _hold(lanes: Lanes, w: int, r: int) -> None:
    """Hold the cycle of regimen r: look again later, or end where it was held for too long."""
    i, now = lanes.book[PATIENT * lanes.width + w], lanes.clock[TIME * lanes.width + w]
    memory = row(lanes.diary, i * lanes.columns + lanes.regimen_column[r])
    memory[HOLDS] += 1.0
    memory[HELD_SINCE] = min(memory[HELD_SINCE], now)
    again = now + lanes.hold[i * lanes.regimens + r]
    if again <= memory[HELD_SINCE] + lanes.longest_hold[i * lanes.regimens + r] + SAME_DAY:
        memory[DECISION] = again
    else:
        _end(lanes, w, r, HELD_TOO_LONG)


@seldom
def decide_regimens(lanes: Lanes, w: int, progressed: bool) -> None:
    """Let each regimen of lane w answer a progression, and decide where its day has come."""
    i, now = lanes.book[PATIENT * lanes.width + w], lanes.clock[TIME * lanes.width + w]
    for r in range(lanes.regimens):
        memory = row(lanes.diary, i * lanes.columns + lanes.regimen_column[r])
        if progressed and lanes.regimen_answer[r] == STOP:
            _end(lanes, w, r, STOPPED_AT_PROGRESSION)
        if progressed and lanes.regimen_answer[r] == NEXT_CYCLE and memory[STATE] == RUNNING:
            memory[DECISION] = now
        if memory[DECISION] <= now:
            if _gates(lanes, w, r, 1) > 0:
                _end(lanes, w, r, STOP_GATE)
            elif _gates(lanes, w, r, 0) == lanes.gates_to_meet[r]:
                _give(lanes, w, r)
            else:
                _hold(lanes, w, r)


@seldom
def give_doses(lanes: Lanes, w: int) -> bool:
    """Give lane w the doses that are due, and tell whether anything changed."""
    i, now, changed = lanes.book[PATIENT * lanes.width + w], lanes.clock[TIME * lanes.width + w], False
    for r in range(lanes.regimens):
        at, _, _ = _dues(lanes, w, r)
        for _ in range(lanes.regimen_most[r]):
            for dose in range(lanes.dose_first[r], lanes.dose_first[r + 1]):
                if lanes.diary[at] <= now:
                    lanes.diary[at] = np.inf
                    amount = lanes.dose_amount[i * lanes.doses + dose]
                    changed = apply_jump(lanes, w, lanes.dose_jump[dose], amount) or changed
                at += 1
    return changed


@seldom
def next_treatment(lanes: Lanes, w: int) -> float:
    """Return the day of lane w's next scan, decision or dose."""
    at, soonest = lanes.book[PATIENT * lanes.width + w] * lanes.columns, np.inf
    if lanes.scan_column >= 0:
        soonest = lanes.diary[at + lanes.scan_column + SCAN_NEXT]
    for r in range(lanes.regimens):
        soonest = min(soonest, lanes.diary[at + lanes.regimen_column[r] + DECISION])
        first, _, count = _dues(lanes, w, r)
        for k in range(first, first + count):
            soonest = min(soonest, lanes.diary[k])
    return soonest
