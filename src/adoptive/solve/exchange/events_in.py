"""Make jumps and triggers of an SBML file's events.

Each comparison of an event's condition is a signal. What happens at its crossing depends on the event: without delay
its assignments are made; with delay the day on which it is due, and the values from the moment of the trigger, are
remembered in states of their own, and a second trigger waits for that day. An event may be triggered again while it
waits, `PLACES` times in all; who would need more fails (a state becomes infinite) rather than being followed wrongly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Final

from adoptive.errors import SolveError
from adoptive.solve.exchange.conditions import Crossing, crossings, holds_by, inlined, normal
from adoptive.solve.exchange.contents import Reported
from adoptive.solve.exchange.formula import TIME, Apply, Formula, choose, names_in
from adoptive.solve.exchange.system import System
from adoptive.solve.graph import where_positive
from adoptive.solve.types import Jump, Trigger, Values

__all__ = ["NEVER", "PLACES", "FollowedEvent", "events_of"]

NEVER: Final = 1e99
PLACES: Final = 3
"""Times that one delayed event can be due at once."""

_STRICT: Final = 1e-300
"""Threshold of ``a > b``: a signal that starts at zero has not crossed yet."""

_LARGE: Final = 1e200


@dataclass(frozen=True)
class FollowedEvent:
    """Hold one event of the file as the engine needs it."""

    system: System
    event: Reported
    condition: Apply
    crossings: tuple[Crossing, ...]

    @property
    def name(self) -> str:
        """Return the event's name."""
        return self.event.id

    @property
    def due(self) -> tuple[str, ...]:
        """Name the states that remember the days on which the event is due."""
        return tuple(f"{self.name}.due{place + 1}" for place in range(PLACES if self.delayed else 0))

    @property
    def delayed(self) -> bool:
        """Tell whether the event waits."""
        return self.event.delay is not None

    @property
    def memory(self) -> Mapping[str, float]:
        """Return the states that the event adds, with their values at the start."""
        changes = self.event.changes if self.event.from_trigger else ()
        kept = [_saved(due, name) for due in self.due for name, _ in changes]
        return {**dict.fromkeys(self.due, NEVER), **dict.fromkeys(kept, 0.0)}

    @cached_property
    def jumps(self) -> tuple[Jump, ...]:
        """List the jumps: one without condition, one per comparison, one on the day that is due."""
        begin = self._remember if self.delayed else self._assign
        plain = [Jump(self.name, text=partial(begin, None))]
        single = len(self.crossings) == 1
        each = [
            Jump(self._at(k), text=partial(begin, None if single else holds_by(self.condition, c.comparison)))
            for k, c in enumerate(self.crossings)
        ]
        waited = [Jump(due, text=partial(self._carry_out, due)) for due in self.due]
        return (*plain, *each, *waited)

    def triggers(self, most: int) -> Iterator[Trigger]:
        """Yield the triggers."""
        for k, crossing in enumerate(self.crossings):
            yield Trigger(self._at(k), self._at(k), _STRICT if crossing.strict else 0.0, maximum=most)
        for due in self.due:
            yield Trigger(due, due, 0.0, maximum=most)

    def signals(self, y: Values, p: Values, scope: Mapping[str, Any]) -> dict[str, Any]:
        """Give the signals: each comparison's difference, and the time since the event was due."""
        work = self.system.work()
        found = {self._at(k): self.system.value(self.name, c.rising, scope, work) for k, c in enumerate(self.crossings)}
        return found | {due: y[self.system.clock] - y[due] for due in self.due}

    def fires_at_start(self, scope: Mapping[str, Any]) -> Any:
        """Tell (1 or 0, one or ``(patients,)``) whether the event happens at the start: true then, false before."""
        return 0.0 if self.event.starts_true else choose(self.condition, 1.0, 0.0, scope, self.system.work())

    def _at(self, k: int) -> str:
        return f"{self.name}.{k + 1}"

    def _values(self, scope: Mapping[str, Any]) -> dict[str, Any]:
        """Give what is kept of each assigned value."""
        work, system = self.system.work(), self.system
        return {
            name: system.kept(name, system.value(self.name, text, scope, work), scope)
            for name, text in self.event.changes
        }

    def _if(self, condition: Apply | None, values: dict[str, Any], y: Values, scope: Mapping[str, Any]) -> Any:
        if condition is None:
            return values
        work = self.system.work()
        return {name: choose(condition, value, y[name], scope, work) for name, value in values.items()}

    def _assign(self, condition: Apply | None, y: Values, p: Values, amount: Any) -> dict[str, Any]:
        scope = self.system.scope(y, p)
        found: dict[str, Any] = self._if(condition, self._values(scope), y, scope)
        return found

    def _remember(self, condition: Apply | None, y: Values, p: Values, amount: Any) -> dict[str, Any]:
        scope = self.system.scope(y, p)
        assert self.event.delay is not None
        day = y[self.system.clock] + self.system.value(self.name, self.event.delay, scope, self.system.work())
        saved = self._values(scope) if self.event.from_trigger else {}
        values: dict[str, Any] = {}
        full: Any = 1.0  # above zero where all places so far are taken
        for due in self.due:
            free = where_positive(full, y[due] - 0.5 * NEVER, 0.0)
            values[due] = where_positive(free, day, y[due])
            values |= {_saved(due, name): where_positive(free, x, y[_saved(due, name)]) for name, x in saved.items()}
            full = where_positive(full, 0.5 * NEVER - y[due], 0.0)
        last = self.due[-1]
        beyond = (y[last] * y[last] + 1.0) * _LARGE * _LARGE  # infinite: the patient fails
        values[last] = where_positive(full, beyond, values[last])
        found: dict[str, Any] = self._if(condition, values, y, scope)
        return found

    def _carry_out(self, due: str, y: Values, p: Values, amount: Any) -> dict[str, Any]:
        if self.event.from_trigger:
            values = {name: y[_saved(due, name)] for name, _ in self.event.changes}
        else:
            values = self._values(self.system.scope(y, p))
        return {**values, due: NEVER}


def _saved(due: str, name: str) -> str:
    """Name the state that remembers an assigned value for a place."""
    return f"{due}.{name}"


def events_of(system: System) -> tuple[FollowedEvent, ...]:
    """Make all events ready, those of higher priority first; raise SolveError for what the engine cannot follow."""
    found = [_followed(system, event) for event in system.contents.events]
    rank = {e.name: _priority(system, e.event) for e in found}
    if len(rank) != len(found):
        raise SolveError("two events have the same id", where=system.contents.where)
    return tuple(sorted(found, key=lambda e: -rank[e.name]))


def _followed(system: System, event: Reported) -> FollowedEvent:
    where = f"{system.contents.where}, event {event.id}"
    if event.delay is not None and not event.persistent:
        raise SolveError(
            "an event that is taken back while it waits is not supported", where=where,
            next_step='state persistent="true", or no delay',
        )  # fmt: skip
    condition = normal(inlined(event.trigger, system.work()), where=where)
    _check_volumes(system, event, where)
    return FollowedEvent(system, event, condition, crossings(condition, where=where))


def _check_volumes(system: System, event: Reported, where: str) -> None:
    """Refuse an event that changes a compartment and leaves open what becomes of the concentrations in it."""
    assigned, quantities = {name for name, _ in event.changes}, system.contents.quantities
    for name, one in quantities.items():
        if one.kind == "species" and not one.in_amount and one.compartment in assigned:
            if name in assigned or name in system.contents.rates:
                raise SolveError(
                    "an event changes a compartment together with a concentration in it", where=where, value=name,
                    next_step='declare the species with hasOnlySubstanceUnits="true"',
                )  # fmt: skip


def _priority(system: System, event: Reported) -> float:
    if event.priority is None:
        return float("-inf")
    fixed = _constants(system, event.priority)
    if fixed is None:
        raise SolveError(
            "an event's priority changes with time", where=f"{system.contents.where}, event {event.id}",
            next_step="give it a number",
        )  # fmt: skip
    return fixed


def _constants(system: System, formula: Formula) -> float | None:
    """Return the value of a formula of constants, None where something in it changes."""
    if any(name == TIME or name not in system.parameters for name in names_in(formula)):
        return None
    return float(system.value("priority", formula, system.begin({}, complete=False), system.work()))
