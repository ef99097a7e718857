"""Plain two-arm group-sequential trials, simulated fast: patients, looks, log-rank tests, stops.

A patient's draws are those of :class:`adoptive.streams.Streams` under the name ``verdict.design.trial``, keyed by
(seed, trial, patient): trial 7 is the same trial whether 10 or 10,000 are simulated, whatever the plan's looks.
Each trial is sorted once by time since entry; at a look whoever is cut off leaves in the order of entry, so a look
costs one walk through the patients.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.streams import Keys, Streams, purpose_word
from adoptive.verdict.comparison.weights import weight_at
from adoptive.verdict.design.simulation_types import Arrivals, SimulatedTrials, TrialPlan

__all__ = ["PURPOSE", "entry_times", "simulate_trials"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]
Words = NDArray[np.uint64]

PURPOSE: Final = "verdict.design.trial"
"""Name of the patients' draws: the first is the event's, the second that of being lost."""

_ARRIVAL: Final = "verdict.design.arrival"
_LOW, _SHIFT, _CUT = np.uint64(0xFFFFFFFF), np.uint64(32), np.uint64(11)
_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_BLOCK: Final = 2_000
"""Trials whose random entries are drawn at once."""


def simulate_trials(plan: TrialPlan, *, trials: int, seed: int) -> SimulatedTrials:
    """Simulate trials of a plan, each to the look at which it stops.

    Patients enter as they arrive, are assigned by the block, and have piecewise exponential times to the event and
    exponential times to being lost. A look takes place at the day of its event (or on its calendar day), with whom
    entered before. ``z = (E - O) / sqrt(V)`` of the experimental arm's (weighted) log-rank test: large favours it.

    Parameters
    ----------
    plan
        What is simulated: :class:`TrialPlan`.
    trials, seed
        How many, and the root of their draws (0 to 2**64 - 1).

    Examples
    --------
    >>> import numpy as np
    >>> from adoptive.verdict.design import Arrivals, Hazard, TrialPlan
    >>> control = Hazard.of_median(12.0)
    >>> plan = TrialPlan(
    ...     patients=200, control=control, experimental=control.times(0.6), arrivals=Arrivals(np.array([10.0])),
    ...     efficacy=[2.963, 1.969], look_events=[60, 120],
    ... )
    >>> simulate_trials(plan, trials=2, seed=1).events.tolist()
    [[60, 0], [60, 120]]
    """
    if trials < 1:
        raise StudyError("no trials", where="simulate_trials: trials", value=trials, allowed="1 or more")
    key = Streams(seed).seed
    blocks = [range(0, trials)]
    if plan.arrivals.spacing == "random":
        blocks = [range(start, min(start + _BLOCK, trials)) for start in range(0, trials, _BLOCK)]
    parts = [_simulated(plan, block, key) for block in blocks]
    z, counts, day, ends = (np.concatenate([part[place] for part in parts]) for place in range(4))
    stopped = ends[:, 0]
    return SimulatedTrials(
        plan=plan, z=z, events=counts[:, :, 0], day=day, patients=counts[:, :, 1],
        looked=np.arange(plan.looks) <= stopped[:, None], stopped=stopped, reason=ends[:, 1], reached=ends[:, 2] > 0,
    )  # fmt: skip


def entry_times(arrivals: Arrivals, patients: int, *, trials: range = range(1), seed: int = 0) -> Floats:
    """Give when patients enter: ``(1, patients)`` if they come evenly, else ``(trials, patients)``.

    Patient ``k`` comes when the accrued intensity reaches ``k`` ("after one gap"), ``k - 1`` ("at once"), or the sum
    of ``k`` exponentials (at random).

    >>> entry_times(Arrivals(np.array([2.0, 4.0]), np.array([0.0, 1.0])), 4).tolist()
    [[0.5, 1.0, 1.25, 1.5]]
    """
    if arrivals.spacing == "random":
        trial, patient = np.meshgrid(np.arange(trials.start, trials.stop), np.arange(patients), indexing="ij")
        drawn = Streams(seed).exponential(_ARRIVAL, Keys.of(trial.ravel(), patient.ravel()))
        wanted = np.cumsum(drawn.reshape(trial.shape), axis=1)
    else:
        wanted = np.arange(1.0, patients + 1.0)[None] - (arrivals.first == "at once")
    reached = np.concatenate([[0.0], np.cumsum(np.diff(arrivals.starts) * arrivals.rates[:-1])])
    piece = np.searchsorted(reached, wanted, side="left") - 1
    piece = np.maximum(piece, int(np.argmax(arrivals.rates > 0)))
    return np.asarray(arrivals.starts[piece] + (wanted - reached[piece]) / arrivals.rates[piece])


def _simulated(plan: TrialPlan, block: range, key: int) -> Any:
    """Run the kernel on a block of trials."""
    entry = entry_times(plan.arrivals, plan.patients, trials=block, seed=key)
    cuts = np.union1d(plan.control.starts, plan.experimental.starts)
    hazards = np.array([hazard.rates_at(cuts) for hazard in (plan.control, plan.experimental)])
    steps = np.diff(cuts) * hazards[:, :-1]
    reached = np.concatenate([np.zeros((2, 1)), np.cumsum(steps, axis=1)], axis=1)
    share, rest = plan.allocation
    first = np.arange(plan.patients) % (share + rest) < share
    by_events = plan.look_events is not None
    looks = np.asarray(plan.look_events if by_events else plan.look_times, np.float64)
    bounds = np.array([plan.efficacy, plan.futility, plan.harm], np.float64)
    lost = np.array([plan.dropout[1], plan.dropout[0]])
    a, b = plan.weights.parameters
    words = (np.uint64(key & 0xFFFFFFFF), np.uint64(key >> 32), np.uint64(purpose_word(PURPOSE)))
    return _trials(
        block.start, block.stop, words, entry, first, cuts, hazards, reached, lost, looks, by_events, bounds,
        _waiting_time(plan), plan.weights.code, a, b,
    )  # fmt: skip


def _waiting_time(plan: TrialPlan) -> float:
    """Give a typical time to the event, for the shelves of the sort: it sets speed, no number."""
    rates = np.array([*plan.control.rates, *plan.experimental.rates])
    return float(1.0 / rates[rates > 0].mean()) if (rates > 0).any() else 1.0


@njit(cache=True, nogil=True)
def _draw(words: Any, trial: int, first: Floats, second: Floats) -> None:
    """Fill two uniforms per patient: Philox4x32-10 with counter (0, purpose, patient, trial), as ``streams`` has it."""
    low, high, purpose = words
    for patient in range(first.size):
        c0, c1, c2, c3 = np.uint64(0), purpose, np.uint64(patient), np.uint64(trial)
        k0, k1 = low, high
        for _ in range(10):
            a, b = _M0 * c0, _M1 * c2
            c0, c1 = (b >> _SHIFT) ^ c1 ^ k0, b & _LOW
            c2, c3 = (a >> _SHIFT) ^ c3 ^ k1, a & _LOW
            k0, k1 = (k0 + _W0) & _LOW, (k1 + _W1) & _LOW
        first[patient] = (np.float64(((c0 << _SHIFT) | c1) >> _CUT) + 0.5) * 2.0**-53
        second[patient] = (np.float64(((c2 << _SHIFT) | c3) >> _CUT) + 0.5) * 2.0**-53


@njit(cache=True, nogil=True)
def _follow(
    drawn: Floats, other: Floats, arm: Bools, cuts: Floats, hazards: Floats, reached: Floats, lost: Floats,
    time: Floats, event: Bools,
) -> None:  # fmt: skip
    """Fill each patient's time since entry to the event or to being lost, and which of them it was."""
    pieces = cuts.size
    for i in range(drawn.size):
        g = 1 if arm[i] else 0
        gone = -np.log(min(drawn[i], 1.0 - 2.0**-53))
        piece = pieces - 1
        while piece > 0 and reached[g, piece] > gone:
            piece -= 1
        rate = hazards[g, piece]
        moment = cuts[piece] + (gone - reached[g, piece]) / rate if rate > 0.0 else np.inf
        event[i] = moment < np.inf
        if lost[g] > 0.0:
            leaves = -np.log(min(other[i], 1.0 - 2.0**-53)) / lost[g]
            if leaves < moment:
                moment, event[i] = leaves, False
        time[i] = moment


@njit(cache=True, nogil=True)
def _sort(values: Floats, size: int, scale: float, shelf: Counts, heap: Counts, ordered: Floats, order: Counts) -> None:
    """Fill the first ``size`` values in order, and whose they are.

    Values are laid on shelves by ``value / (value + scale)``, which spreads waiting times almost evenly, then put right
    by insertion: a few steps per value where a general sort takes many.
    """
    heap[: size + 1] = 0
    for i in range(size):
        shelf[i] = size - 1
        if values[i] < np.inf:
            shelf[i] = min(np.int64(size * (values[i] / (values[i] + scale))), np.int64(size - 1))
        heap[shelf[i] + 1] += 1
    for k in range(size):
        heap[k + 1] += heap[k]
    for i in range(size):
        place = heap[shelf[i]]
        heap[shelf[i]] = place + 1
        ordered[place], order[place] = values[i], i
    for i in range(1, size):
        value, whose, j = ordered[i], order[i], i
        while j > 0 and ordered[j - 1] > value:
            ordered[j], order[j] = ordered[j - 1], order[j - 1]
            j -= 1
        ordered[j], order[j] = value, whose


@njit(cache=True, nogil=True)
def _look_days(end: Floats, event: Bools, looks: Floats, by_events: bool, scale: float, shelf: Counts, heap: Counts,
               days_of: Floats, ordered: Floats, order: Counts) -> Any:  # fmt: skip
    """Give the calendar day of each look, and how many looks have their events; others are at everybody's end."""
    if not by_events:
        return looks.copy(), looks.size
    count, latest = 0, 0.0
    for i in range(end.size):
        if event[i]:
            days_of[count] = end[i]
            count += 1
        if latest < end[i] < np.inf:
            latest = end[i]
    _sort(days_of, count, scale, shelf, heap, ordered, order)
    days, enough = np.full(looks.size, latest), 0
    for look in range(looks.size):
        if looks[look] <= count:
            days[look] = ordered[np.int64(looks[look]) - 1]
            enough = look + 1
    return days, enough


@njit(cache=True, nogil=True)
def _plain_at(
    day: float, entry: Floats, end: Floats, arm: Bools, order: Counts, time: Floats, ends: Floats, dead: Floats,
    first: Floats,
) -> Any:  # fmt: skip
    """Do :func:`_weighted_at` for the log-rank test, without branches; ``ends``, ``dead``, ``first`` in ``order``."""
    entered = np.searchsorted(entry, day)
    left, left_first = np.float64(entered), 0.0
    for i in range(entered):
        left_first += arm[i]
    score, variance, events = 0.0, 0.0, 0.0
    last = entered - 1
    cut = day - entry[last] if last >= 0 else np.inf
    for place in range(order.size):
        while cut < time[place]:
            late = np.float64(end[last] > day)
            left -= late
            left_first -= late * arm[last]
            last -= 1
            cut = day - entry[last] if last >= 0 else np.inf
        inside = np.float64(ends[place] <= day)
        event = inside * dead[place]
        share = left_first / max(left, 1.0)
        score += event * (share - first[place])
        variance += event * share * (1.0 - share)
        events += event
        left -= inside
        left_first -= inside * first[place]
    return (score / np.sqrt(variance) if variance > 0.0 else 0.0), np.int64(events), entered


@njit(cache=True, nogil=True)
def _weighted_at(
    day: float, entry: Floats, end: Floats, arm: Bools, order: Counts, time: Floats, dead: Floats, code: int, a: float,
    b: float,
) -> Any:  # fmt: skip
    """Give ``z`` (large favours the experimental arm), events and patients at a look on a day.

    Patients leave at their own time, in ``order`` of ``time``, or where the day cuts them off, the last to enter first.
    """
    entered = np.searchsorted(entry, day)
    left, left_first = entered, 0
    for i in range(entered):
        left_first += arm[i]
    score, variance, events = 0.0, 0.0, 0
    before, peto, held = 1.0, 1.0, -1.0
    last = entered - 1
    for place in range(order.size):
        i, moment = order[place], time[place]
        while last >= 0 and day - entry[last] < moment:
            if end[last] > day:
                left -= 1
                left_first -= arm[last]
            last -= 1
        if end[i] > day:
            continue
        if dead[place] > 0.0:
            share = left_first / left
            if code == 4 and held < 0.0 and moment > a:
                held = before
            peto *= 1.0 - 1.0 / (left + 1.0)
            weight = weight_at(code, a, b, moment, float(left), held if held >= 0.0 else before, peto)
            score += weight * (share - arm[i])
            variance += weight * weight * share * (1.0 - share)
            before *= 1.0 - 1.0 / left
            events += 1
        left -= 1
        left_first -= arm[i]
    return (score / np.sqrt(variance) if variance > 0.0 else 0.0), events, entered


@njit(cache=True, nogil=True)
def _trials(
    start: int, stop: int, words: Any, entries: Floats, arm: Bools, cuts: Floats, hazards: Floats, reached: Floats,
    lost: Floats, looks: Floats, by_events: bool, bounds: Floats, scale: float, code: int, a: float, b: float,
) -> Any:  # fmt: skip
    """Give ``z``, events and patients, day by look, and each trial's last look, reason, and if it had its events."""
    trials, size, kinds = stop - start, arm.size, looks.size
    z, day, counts = np.zeros((trials, kinds)), np.zeros((trials, kinds)), np.zeros((trials, kinds, 2), np.int64)
    ends = np.zeros((trials, 3), np.int64)
    first, second, waited, end, time, ended, dead, arms, other = np.empty((9, size))
    event = np.empty(size, np.bool_)
    shelf, heap, order = np.empty((3, size + 1), np.int64)
    plain = code == 0 and a == 0.0 and b == 0.0
    for trial in range(trials):
        entry = entries[trial if entries.shape[0] > 1 else 0]
        _draw(words, start + trial, first, second)
        _follow(first, second, arm, cuts, hazards, reached, lost, waited, event)
        for i in range(size):
            end[i] = entry[i] + waited[i]
        days, enough = _look_days(end, event, looks, by_events, scale + entry[-1], shelf, heap, first, other, order)
        _sort(waited, size, scale, shelf, heap, time, order)
        for k in range(size):
            i = order[k]
            ended[k], dead[k], arms[k] = end[i], event[i], arm[i]
        for look in range(kinds):
            if plain:
                seen = _plain_at(days[look], entry, end, arm, order[:size], time, ended, dead, arms)
            else:
                seen = _weighted_at(days[look], entry, end, arm, order[:size], time, dead, code, a, b)
            found = seen[0]
            z[trial, look], day[trial, look] = found, days[look]
            counts[trial, look, 0], counts[trial, look, 1] = seen[1], seen[2]
            reason = 1 if found >= bounds[0, look] else 3 if found <= bounds[2, look] else 0
            if reason == 0 and found <= bounds[1, look]:
                reason = 2
            ends[trial, 0], ends[trial, 1], ends[trial, 2] = look, reason, look < enough
            if reason > 0 or look >= enough:
                break
    return z, counts, day, ends
