"""Waiting for a slot: patients ask, batches start as calendar and rooms allow, who waits too long leaves."""

from __future__ import annotations

import heapq
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import simpy
from numpy.typing import ArrayLike, NDArray

from adoptive.cohort.types import Cohort
from adoptive.errors import AdoptiveError
from adoptive.facility.slots import Slots
from adoptive.facility.types import Process
from adoptive.units import DAYS_PER_MONTH

__all__ = ["Desk", "Rank", "SlotAssignment", "assign_slots", "queue_for_slots", "ranks"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Steps = Generator[Any, Any, None]

Rank = tuple[float, float, int]
"""A patient's place on the list, smallest first: what the priority counts, the day of asking, the patient's number."""


@dataclass(frozen=True)
class SlotAssignment:
    """Hold what became of each request, ``(patients,)``.

    ``start_day`` is inf for who got no slot; ``reneged`` says who left the list; ``waited_days`` counts from the
    request to the start or to leaving (inf for who waits for ever).
    """

    start_day: Floats
    reneged: Flags
    waited_days: Floats


class Desk:
    """Keep one facility's waiting list, its calendar of starts and its rooms, on a simpy clock.

    Nobody is called who has left by that day; all who ask on a day are on the list before anybody is called on it.
    """

    def __init__(self, clock: simpy.Environment, slots: Slots) -> None:
        self.clock, self.slots = clock, slots
        self.called_days: list[float] = []
        self._gap: Final = 0.0 if slots.per_month is None else DAYS_PER_MONTH / slots.per_month
        self._free = slots.places if slots.places > 0 else float("inf")
        self._list: list[tuple[Rank, float, simpy.Event]] = []
        self._next_start = 0
        self._looking = False

    def ask(self, rank: Rank, leave_day: float) -> simpy.Event:
        """Put a patient on the list; the event succeeds with the day of the start, or never."""
        called: simpy.Event = self.clock.event()
        heapq.heappush(self._list, (rank, leave_day, called))
        self._look()
        return called

    def give_back(self) -> None:
        """Free a room."""
        self._free += 1
        self._look()

    def _look(self) -> None:
        if not self._looking and self._list and self._free > 0:
            self._looking = True
            self.clock.process(self._call(self._earliest_start()))

    def _earliest_start(self) -> float:
        """Give the first start of the calendar that is neither past nor used."""
        if self._gap == 0.0:
            return float(self.clock.now)
        number = max(self._next_start, int(np.ceil(self.clock.now / self._gap - 1e-9)))
        self._next_start = number
        return number * self._gap

    def _call(self, day: float) -> Steps:
        """Call the first of the list on a day."""
        while self.clock.now < day:  # adding a difference of days may miss the day by a last digit
            yield self.clock.timeout(day - self.clock.now)
        yield self.clock.timeout(0.0)
        self._looking = False
        called = self._first_present(day)
        if called is not None:
            self._next_start += 1
            self._free -= 1
            self.called_days.append(day)
            called.succeed(day)
        self._look()

    def _first_present(self, day: float) -> simpy.Event | None:
        while self._list:
            _, leave_day, called = heapq.heappop(self._list)
            if leave_day > day:
                return called
        return None


def ranks(
    slots: Slots, request_day: Floats, *, severity: Floats | None = None, chance: Floats | None = None
) -> list[Rank]:
    """Give each patient's place on the list under the priority; ties go by day of asking, then by patient number.

    Raises
    ------
    AdoptiveError
        The priority needs ``severity`` or ``chance`` and it is not given.
    """
    counts = {"first come": np.zeros(len(request_day)), "sickest first": severity, "most likely to complete": chance}
    weight = counts[slots.priority]
    if weight is None:
        needed = "severity" if slots.priority == "sickest first" else "chance"
        raise AdoptiveError(f"the priority needs each patient's {needed}", where="slots.priority", value=slots.priority)
    if np.isnan(weight).any():
        raise AdoptiveError("a patient's weight on the list is not a number", where="slots.priority", value="nan")
    return [(-float(w), float(day), number) for number, (w, day) in enumerate(zip(weight, request_day, strict=True))]


def assign_slots(
    request_day: ArrayLike,
    leave_day: ArrayLike = np.inf,
    *,
    slots: Slots | None,
    held_days: ArrayLike = 0.0,
    severity: Floats | None = None,
    chance: Floats | None = None,
) -> SlotAssignment:
    """Give slots to the patients of one facility, in the order of the priority; who leaves before a start gets none.

    A multi-server queue with reneging: the servers are the rooms, and starts keep to the calendar. Nobody is served out
    of turn and no usable start or room stays empty while somebody waits.

    Arguments: ``request_day`` ``(patients,)`` calendar day of asking (inf: never asks); ``leave_day`` ``(patients,)``
    or one number, the day on which the patient can no longer be helped (a start on that day comes too late);
    ``slots`` None gives everybody a slot at once; ``held_days`` how long each batch holds its room; ``severity`` (the
    highest first) and ``chance`` (the highest first) for the priorities that need them. Returns arrays in the order of
    the patients.

    Raises
    ------
    AdoptiveError
        NaN, negative days of asking or of holding, or a missing weight.

    >>> one = Slots(places=1)
    >>> assign_slots([0.0, 1.0, 2.0], [9.0, 3.0, 9.0], slots=one, held_days=5.0).start_day
    array([ 0., inf,  5.])
    """
    asked = _days(request_day, "request_day")
    leave = np.broadcast_to(_days(leave_day, "leave_day", lowest=-np.inf), asked.shape)
    held = np.broadcast_to(_days(held_days, "held_days"), asked.shape)
    start = np.where(leave > asked, asked, np.inf) if slots is None else np.full(asked.shape, np.inf)
    if slots is not None and len(asked):
        clock = simpy.Environment()
        desk = Desk(clock, slots)
        places = ranks(slots, asked, severity=severity, chance=chance)
        for number in np.flatnonzero(np.isfinite(asked) & (leave > asked)).tolist():
            clock.process(_visit(desk, places[number], float(leave[number]), float(held[number]), start, number))
        clock.run()
    reneged = np.isfinite(asked) & np.isinf(start)
    # Whoever never asks waits nothing; the difference of two infinities is not wanted.
    until = np.where(reneged, np.maximum(leave, asked), start)
    with np.errstate(invalid="ignore"):
        waited = np.where(np.isfinite(asked), until - asked, 0.0)
    return SlotAssignment(start, reneged, waited)


def queue_for_slots(
    process: Process,
    cohort: Cohort,
    request_day: Floats,
    lost_day: Floats,
    trial: NDArray[np.int64],
) -> Floats:
    """Give the calendar day on which each patient's batch may start, ``(patients,)``; inf for who is lost first.

    Every virtual trial has the facility to itself. ``request_day`` and ``lost_day`` are calendar days of the trial;
    without slots everybody starts on the day of asking. The sickest is the patient with the highest ``frailty``, the
    one with the lowest is most likely to complete. A batch holds its room for as long as the culture is planned.
    """
    if process.slots is None:
        return np.where(lost_day > request_day, request_day, np.inf)
    start = np.full(len(cohort), np.inf)
    for rows in _groups(trial):
        start[rows] = assign_slots(
            request_day[rows],
            lost_day[rows],
            slots=process.slots,
            held_days=process.culture_days,
            severity=cohort.frailty[rows],
            chance=-cohort.frailty[rows],
        ).start_day
    return start


def _visit(desk: Desk, rank: Rank, leave_day: float, held_days: float, start: Floats, number: int) -> Steps:
    """Ask, wait to be called, hold the room, give it back."""
    yield desk.clock.timeout(rank[1])
    day = yield desk.ask(rank, leave_day)
    start[number] = day
    yield desk.clock.timeout(held_days)
    desk.give_back()


def _groups(trial: NDArray[np.int64]) -> Iterable[NDArray[np.int64]]:
    """Give the rows of each trial, in the order of the patients."""
    order = np.argsort(trial, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(trial[order])) + 1) if len(order) else ()


def _days(values: ArrayLike, name: str, *, lowest: float = 0.0) -> Floats:
    """Check days: numbers, not below the lowest."""
    days = np.asarray(values, np.float64)
    if np.isnan(days).any() or (days < lowest).any():
        allowed = "numbers" if lowest < 0 else "numbers from 0 on"
        raise AdoptiveError("a day is not usable", where=f"assign_slots: {name}", value=days, allowed=allowed)
    return days
