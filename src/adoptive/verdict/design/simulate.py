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
from adoptive.verdict.design.simulation_types import Accrual, SimulatedTrials, TrialPlan

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

    Patients enter by the accrual, are assigned by the block, and have piecewise exponential times to the event and
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
    >>> from adoptive.verdict.design.simulation_types import Accrual, Hazard, TrialPlan
    >>> control = Hazard.of_median(12.0)
    >>> plan = TrialPlan(
    ...     patients=200, control=control, experimental=control.times(0.6), accrual=Accrual(np.array([10.0])),
    ...     efficacy=[2.963, 1.969], look_events=[60, 120],
    ... )
    >>> simulate_trials(plan, trials=1, seed=1).events.tolist()
    [[60, 120]]
    """
    if trials < 1:
        raise StudyError("no trials", where="simulate_trials: trials", value=trials, allowed="1 or more")
    key = Streams(seed).seed
    blocks = [range(0, trials)]
    if plan.accrual.arrivals == "random":
        blocks = [range(start, min(start + _BLOCK, trials)) for start in range(0, trials, _BLOCK)]
    parts = [_simulated(plan, block, key) for block in blocks]
    z, counts, day, ends = (np.concatenate([part[place] for part in parts]) for place in range(4))
    stopped = ends[:, 0]
    return SimulatedTrials(
        plan=plan, z=z, events=counts[:, :, 0], day=day, patients=counts[:, :, 1],
        looked=np.arange(plan.looks) <= stopped[:, None], stopped=stopped, reason=ends[:, 1], reached=ends[:, 2] > 0,
    )  # fmt: skip


def entry_times(accrual: Accrual, patients: int, *, trials: range = range(1), seed: int = 0) -> Floats:
    """Give when patients enter: ``(1, patients)`` if they come evenly, else ``(trials, patients)``.

    Patient ``k`` comes when the accrued intensity reaches ``k`` ("after one gap"), ``k - 1`` ("at once"), or the sum
    of ``k`` exponentials (at random).

    >>> entry_times(Accrual(np.array([2.0, 4.0]), np.array([0.0, 1.0])), 4).tolist()
    [[0.5, 1.0, 1.25, 1.5]]
    """
    if accrual.arrivals == "random":
        trial, patient = np.meshgrid(np.arange(trials.start, trials.stop), np.arange(patients), indexing="ij")
        drawn = Streams(seed).exponential(_ARRIVAL, Keys.of(trial.ravel(), patient.ravel()))
        wanted = np.cumsum(drawn.reshape(trial.shape), axis=1)
    else:
        wanted = np.arange(1.0, patients + 1.0)[None] - (accrual.first == "at once")
    reached = np.concatenate([[0.0], np.cumsum(np.diff(accrual.starts) * accrual.rates[:-1])])
    piece = np.searchsorted(reached, wanted, side="left") - 1
    piece = np.maximum(piece, int(np.argmax(accrual.rates > 0)))
    return np.asarray(accrual.starts[piece] + (wanted - reached[piece]) / accrual.rates[piece])


def _simulated(plan: TrialPlan, block: range, key: int) -> Any:
    """Run the kernel on a block of trials."""
    entry = entry_times(plan.accrual, plan.patients, trials=block, seed=key)
    cuts = np.union1d(plan.control.starts, plan.experimental.starts)
    hazards = np.array([h.rates[np.searchsorted(h.starts, cuts, "right") - 1] for h in (plan.control, plan.experimental)])
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
        plan.weights.code, a, b,
    )  # fmt: skip


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
def _order(time: Floats, keys: Words, order: Counts) -> None:
    """Fill the order by time: times are sorted as whole numbers whose last bits are the patient's number."""
    mask = np.uint64(1)
    while mask < time.size:
        mask *= np.uint64(2)
    mask -= np.uint64(1)
    bits = time.view(np.uint64)
    for i in range(time.size):
        keys[i] = (bits[i] & ~mask) | np.uint64(i)
    keys.sort()
    for i in range(time.size):
        order[i] = np.int64(keys[i] & mask)


@njit(cache=True, nogil=True)
def _smallest(values: Floats, rank: int, stop: int) -> float:
    """Give the value of a rank among the first ``stop``, which are put in order around it (Hoare's selection)."""
    low, high = 0, stop - 1
    while low < high:
        pivot = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if rank <= j:
            high = j
        elif rank >= i:
            low = i
        else:
            break
    return float(values[rank])


@njit(cache=True, nogil=True)
def _look_days(entry: Floats, time: Floats, event: Bools, looks: Floats, by_events: bool, room: Floats) -> Any:
    """Give the calendar day of each look, and how many looks have their events; others are at everybody's end."""
    if not by_events:
        return looks.copy(), looks.size
    count, end = 0, 0.0
    for i in range(time.size):
        if event[i]:
            room[count] = entry[i] + time[i]
            count += 1
        if time[i] < np.inf:
            end = max(end, entry[i] + time[i])
    days = np.full(looks.size, end)
    enough, stop = 0, count
    for look in range(looks.size - 1, -1, -1):
        wanted = np.int64(looks[look])
        if wanted <= count:
            days[look] = _smallest(room, wanted - 1, stop)
            stop = wanted
            enough = max(enough, look + 1)
    return days, enough


@njit(cache=True, nogil=True)
def _log_rank_at(
    day: float, entry: Floats, time: Floats, event: Bools, arm: Bools, order: Counts, code: int, a: float, b: float
) -> Any:
    """Give ``z`` (large favours the experimental arm), events and patients at a look on a day.

    Patients leave at their own time, in order of time, or where the day cuts them off, the last to enter first.
    """
    entered = np.searchsorted(entry, day)
    left, left_first = entered, 0
    for i in range(entered):
        left_first += arm[i]
    score, variance, events = 0.0, 0.0, 0
    before, peto, held = 1.0, 1.0, -1.0
    last = entered - 1
    for place in range(order.size):
        i = order[place]
        moment = time[i]
        while last >= 0 and day - entry[last] < moment:
            if entry[last] + time[last] > day:
                left -= 1
                left_first -= arm[last]
            last -= 1
        if left == 0:
            break
        if i >= entered or entry[i] + moment > day:
            continue
        if event[i]:
            share = left_first / left
            weight = 1.0
            if code != 0 or a != 0.0 or b != 0.0:
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
    lost: Floats, looks: Floats, by_events: bool, bounds: Floats, code: int, a: float, b: float,
) -> Any:  # fmt: skip
    """Give ``z``, events and patients, day by look, and each trial's last look, reason, and whether it had its events."""
    trials, size, kinds = stop - start, arm.size, looks.size
    z, day, counts = np.zeros((trials, kinds)), np.zeros((trials, kinds)), np.zeros((trials, kinds, 2), np.int64)
    ends = np.zeros((trials, 3), np.int64)
    first, second, time, room = np.empty(size), np.empty(size), np.empty(size), np.empty(size)
    event, keys, order = np.empty(size, np.bool_), np.empty(size, np.uint64), np.empty(size, np.int64)
    for trial in range(trials):
        entry = entries[trial if entries.shape[0] > 1 else 0]
        _draw(words, start + trial, first, second)
        _follow(first, second, arm, cuts, hazards, reached, lost, time, event)
        _order(time, keys, order)
        days, enough = _look_days(entry, time, event, looks, by_events, room)
        for look in range(kinds):
            found, dead, entered = _log_rank_at(days[look], entry, time, event, arm, order, code, a, b)
            z[trial, look], day[trial, look] = found, days[look]
            counts[trial, look, 0], counts[trial, look, 1] = dead, entered
            reason = 1 if found >= bounds[0, look] else 3 if found <= bounds[2, look] else 0
            if reason == 0 and found <= bounds[1, look]:
                reason = 2
            ends[trial, 0], ends[trial, 1], ends[trial, 2] = look, reason, look < enough
            if reason > 0 or look >= enough:
                break
    return z, counts, day, ends
