"""An imported model: what the engine runs, with the file's values, units and notes beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import SolveError
from adoptive.solve.exchange.events_in import FollowedEvent, events_of
from adoptive.solve.exchange.formula import TIME
from adoptive.solve.exchange.sbml_in import read_contents
from adoptive.solve.exchange.system import System
from adoptive.solve.types import Events, Jump, Model, Trigger, Values

__all__ = ["Imported", "Start", "read_sbml"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Start:
    """Hold what `Engine.run` needs: ``(patients, parameters)``, ``(patients, states)``, and what happens at once."""

    parameters: Floats
    initial: Floats
    events: Events


@dataclass(frozen=True)
class Imported:
    """Hold a model from a file.

    `model` has a jump of every state's name that adds an amount to it, for dosing. `parameters` and `initial` are the
    file's values as its formulas see them (a concentration where the file's id stands for one); `units` and `meanings`
    are by id. The model's states hold amounts of species that reactions change: use `begin` and `observe`.
    """

    model: Model
    triggers: tuple[Trigger, ...]
    parameters: Mapping[str, float]
    initial: Mapping[str, float]
    units: Mapping[str, str]
    meanings: Mapping[str, str]
    time_unit: str
    notes: str
    system: System
    events: tuple[FollowedEvent, ...]

    def __repr__(self) -> str:
        """Say what was read; the parts would fill a notebook."""
        found = f"{len(self.system.states)} states, {len(self.parameters)} parameters, {len(self.events)} events"
        return f"<Imported {self.model.name!r}: {found}; time in {self.time_unit}>"

    @cached_property
    def observed(self) -> tuple[str, ...]:
        """List what `observe` gives: the file's ids that change or follow from rules."""
        found = set(self.system.states) | set(self.system.contents.assigned)
        return tuple(name for name in self.system.contents.quantities if name in found)

    def begin(self, patients: int, given: Mapping[str, ArrayLike] | None = None) -> Start:
        """Make the arrays of an ensemble.

        Arguments: `given` has values by id, one or ``(patients,)``, that count before the file's; initial assignments
        that depend on them are worked out per patient. Raises SolveError for unknown or computed ids and NaN.
        """
        system, values = self.system, {}
        for name, value in (given or {}).items():
            values[name] = self._checked(name, value, patients)
        with np.errstate(all="ignore"):
            scope = system.begin(values)

            def column(name: str) -> Floats:
                kept = np.asarray(system.kept(name, scope[name], scope), np.float64)
                return np.broadcast_to(kept, (patients,))

            parameters = [column(name) for name in self.model.parameters]
            at_start = {name: column(name) for name in system.states}
            first = [np.broadcast_to(np.asarray(e.fires_at_start(scope)), (patients,)) for e in self.events]
        memory = {name: value for e in self.events for name, value in e.memory.items()}
        for name in self.model.states:
            if name not in at_start:
                at_start[name] = np.full(patients, memory.get(name, 0.0))
        return Start(
            parameters=_columns(parameters, patients),
            initial=_columns([at_start[name] for name in self.model.states], patients),
            events=self._first_events(first, patients),
        )

    def observe(self, states: Floats, parameters: Floats) -> dict[str, Floats]:
        """Give everything that changes as formulas see it, each ``(patients, visits)``.

        Arguments: `states` ``(patients, visits, states)`` as the engine recorded them, `parameters` from `begin`.
        """
        y = Values(self.model.states, states)
        p = Values(self.model.parameters, parameters[:, None, :])
        with np.errstate(all="ignore"):
            scope = self.system.scope(y, p)
        shape = states.shape[:2]
        return {name: np.broadcast_to(np.asarray(scope[name], np.float64), shape) for name in self.observed}

    def _checked(self, name: str, value: ArrayLike, patients: int) -> Floats:
        contents = self.system.contents
        if name not in contents.quantities:
            known = ", ".join(n for n in contents.quantities if n not in contents.assigned)
            raise SolveError("the model has no such quantity", value=name, allowed=known)
        if name in contents.assigned:
            raise SolveError(
                "a rule of the model computes this quantity", value=name, next_step="set what it is computed from"
            )
        array = np.asarray(value, np.float64)
        if array.shape not in ((), (patients,)) or np.isnan(array).any():
            raise SolveError("values must be numbers, one for all or one per patient", where=name, value=array.shape)
        return array

    def _first_events(self, first: list[NDArray[Any]], patients: int) -> Events:
        names = [jump.name for jump in self.model.jumps]
        days = np.array([np.where(due > 0.0, 0.0, np.inf) for due in first]).reshape(len(first), patients).T
        kinds = np.array([names.index(e.name) for e in self.events], np.int64)
        order = np.argsort(days, axis=1, kind="stable")
        kind = np.take_along_axis(np.broadcast_to(kinds, days.shape), order, axis=1)
        return Events(np.take_along_axis(days, order, axis=1), kind, np.ones(days.shape))


def read_sbml(path: Path | str, *, most_firings: int = 200) -> Imported:
    """Read an SBML file (Level 3, or an older one that libSBML converts) as a model for the engine.

    Arguments: `most_firings` is how often each comparison of an event's condition may come true in one patient; who
    reaches it should count as failed. Raises SolveError (what, where, next step) for what is no ordinary
    differential equation model: delays of functions, algebraic rules, fast reactions, distributions, packages.
    """
    contents = read_contents(Path(path))
    system = System(contents)
    events = events_of(system)
    start = system.begin({}, complete=False)
    model = _model(system, events)
    quantities = contents.quantities.values()
    return Imported(
        model=model,
        triggers=tuple(t for e in events for t in e.triggers(most_firings)),
        parameters={name: float(start[name]) for name in system.parameters},
        initial={name: float(start[name]) for name in system.states},
        units={one.id: one.unit for one in quantities if one.unit},
        meanings={one.id: one.note or one.name for one in quantities},
        time_unit=contents.time_unit,
        notes=contents.notes,
        system=system,
        events=events,
    )


def _model(system: System, events: tuple[FollowedEvent, ...]) -> Model:
    memory = tuple(name for e in events for name in e.memory)
    clock = (system.clock,) if system.clock else ()
    doses = tuple(Jump(name, {name: 1.0}) for name in system.states)
    states = (*system.states, *clock, *memory)
    if not states:
        raise SolveError("nothing in this model changes with time", where=system.contents.where)
    return Model(
        name=system.contents.name,
        states=states,
        parameters=system.parameters,
        rhs=partial(_slopes, system, memory),
        watch=partial(_signals, system, events) if events else None,
        jumps=(*doses, *(jump for e in events for jump in e.jumps)),
    )


def _slopes(system: System, memory: tuple[str, ...], y: Values, p: Values) -> dict[str, Any]:
    return system.slopes(y, p) | dict.fromkeys(memory, 0.0)


def _signals(system: System, events: tuple[FollowedEvent, ...], y: Values, p: Values) -> dict[str, Any]:
    scope = system.scope(y, p)
    assert TIME in scope
    return {name: value for e in events for name, value in e.signals(y, p, scope).items()}


def _columns(columns: list[Floats], patients: int) -> Floats:
    return np.column_stack(columns) if columns else np.empty((patients, 0))
