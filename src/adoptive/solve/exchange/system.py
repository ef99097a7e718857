"""Make states, parameters and one right-hand side of what an SBML file states.

A species that reactions or events change is kept as its amount; what formulas see is its concentration, unless the file
says that its id stands for the amount. What has a rate rule is kept as it stands. Everything else that no rule computes
is a parameter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any

import numpy as np

from adoptive.errors import SolveError
from adoptive.solve.exchange.contents import Contents, Declared
from adoptive.solve.exchange.formula import TIME, Formula, Work, names_in, value_of
from adoptive.solve.types import Values

__all__ = ["System"]


@dataclass(frozen=True)
class System:
    """Hold a file's statements and the part that each id plays."""

    contents: Contents

    @cached_property
    def states(self) -> tuple[str, ...]:
        """List the ids that change with time, in the file's order."""
        changed = set(self.contents.rates) | {name for event in self.contents.events for name, _ in event.changes}
        for reaction in self.contents.reactions:
            changed |= {name for name, _ in reaction.changes if self._reacts(name)}
        unknown = changed - set(self.contents.quantities)
        if unknown:
            raise SolveError("a rule or an event changes an unknown id", where=self.contents.where, value=unknown)
        return tuple(name for name in self.contents.quantities if name in changed)

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """List the ids that keep their value, in the file's order."""
        moving = set(self.states) | set(self.contents.assigned)
        return tuple(name for name in self.contents.quantities if name not in moving)

    @cached_property
    def clock(self) -> str:
        """Name the state that tells the time; empty where nothing asks for it."""
        formulas = [*self.contents.assigned.values(), *self.contents.rates.values()]
        formulas += [reaction.law for reaction in self.contents.reactions]
        for event in self.contents.events:
            formulas += [event.trigger, *(text for _, text in event.changes)]
        inside = [function.body for function in self.contents.functions.values()]
        delayed = any(event.delay is not None for event in self.contents.events)
        if not delayed and not any(TIME in names_in(text) for text in (*formulas, *inside)):
            return ""
        return "time" if "time" not in self.contents.quantities else "time of the model"

    def value(self, name: str, formula: Formula, scope: Mapping[str, Any], work: Work) -> Any:
        """Return the value of the formula of an id; an error names both file and id."""
        try:
            return value_of(formula, scope, work)
        except SolveError as problem:
            if problem.where:
                raise
            raise SolveError(
                problem.what, where=f"{self.contents.where}, {name}", value=problem.value, allowed=problem.allowed,
                next_step=problem.next_step,
            ) from None  # fmt: skip

    def work(self) -> Work:
        """Return a fresh counter of evaluation steps, with the file's functions."""
        return Work(self.contents.functions)

    def in_amount(self, name: str) -> bool:
        """Tell whether a quantity is kept as an amount although formulas see its concentration."""
        one = self.contents.quantities[name]
        return (
            one.kind == "species" and not one.in_amount and name not in (*self.contents.rates, *self.contents.assigned)
        )

    def size_of(self, one: Declared, scope: Mapping[str, Any]) -> Any:
        """Return the size of a species' compartment."""
        if one.compartment not in scope:
            raise SolveError("a compartment has no size", where=self.contents.where, value=one.compartment)
        return scope[one.compartment]

    def slopes(self, y: Values, p: Values) -> dict[str, Any]:
        """Give every state's rate of change."""
        work, scope = self.work(), self.scope(y, p)
        rates: dict[str, Any] = {name: 0.0 for name in self.states}
        rates |= {name: self.value(name, text, scope, work) for name, text in self.contents.rates.items()}
        for reaction in self.contents.reactions:
            for name, size in reaction.changes:
                if self._reacts(name):
                    factor = self.contents.quantities[name].conversion
                    change = self.value(reaction.id, size, scope, work) * scope[reaction.id]
                    rates[name] = rates[name] + (change * scope[factor] if factor else change)
        return rates | ({self.clock: 1.0} if self.clock else {})

    def scope(self, y: Values, p: Values) -> dict[str, Any]:
        """Give every id the value that formulas see."""
        kept = {name: y[name] for name in self.states} | {name: p[name] for name in self.parameters}
        kept[TIME] = y[self.clock] if self.clock else 0.0
        scope = {name: value for name, value in kept.items() if name == TIME or not self.in_amount(name)}
        work = self.work()
        for name in self._order:
            if name in self.contents.quantities and self.in_amount(name):
                scope[name] = kept[name] / self.size_of(self.contents.quantities[name], scope)
            else:
                scope[name] = self.value(name, self._algebra[name], scope, work)
        return scope

    def kept(self, name: str, value: Any, scope: Mapping[str, Any]) -> Any:
        """Return what is kept of the value that a formula gives a quantity: its amount, or itself."""
        return value * self.size_of(self.contents.quantities[name], scope) if self.in_amount(name) else value

    def begin(self, given: Mapping[str, Any], *, complete: bool = True) -> dict[str, Any]:
        """Give every id its value at the start, as formulas see it; what is `given` counts before the file.

        Where a value is missing, SolveError is raised if the start must be `complete`, else it is nan.
        """
        scope: dict[str, Any] = {TIME: 0.0}
        work = self.work()
        with np.errstate(all="ignore"):
            for name in self._first_order:
                if name in given:
                    scope[name] = given[name]
                elif name in self._first:
                    scope[name] = self.value(name, self._first[name], scope, work)
                else:
                    scope[name] = self._stated(self.contents.quantities[name], scope, complete)
        return scope

    def _stated(self, one: Declared, scope: Mapping[str, Any], complete: bool) -> Any:
        if complete and math.isnan(one.value):
            raise SolveError(
                f"a {one.kind} has no value", where=self.contents.where, value=one.id,
                next_step=f"give it one in the file or by --set {one.id}=...",
            )  # fmt: skip
        if one.kind != "species" or one.value_is_concentration == (not one.in_amount):
            return one.value
        size = self.size_of(one, scope)
        return np.multiply(one.value, size) if one.in_amount else np.divide(one.value, size)

    def _reacts(self, name: str) -> bool:
        one = self.contents.quantities.get(name)
        return one is not None and not one.boundary and not one.constant

    @cached_property
    def _algebra(self) -> dict[str, Formula]:
        return {**self.contents.assigned, **{reaction.id: reaction.law for reaction in self.contents.reactions}}

    @cached_property
    def _order(self) -> tuple[str, ...]:
        """Order what follows from states and parameters: concentrations, assigned values, reaction rates."""
        needs = {name: set(self._names(text)) for name, text in self._algebra.items()}
        needs |= {
            name: {self.contents.quantities[name].compartment}
            for name in (*self.states, *self.parameters)
            if self.in_amount(name)
        }
        return self._sorted({name: {x for x in wanted if x in needs} for name, wanted in needs.items()})

    @cached_property
    def _first(self) -> dict[str, Formula]:
        return {**self._algebra, **self.contents.initial}

    @cached_property
    def _first_order(self) -> tuple[str, ...]:
        """Order what must be known at the start."""
        needs = {name: set(self._names(text)) for name, text in self._first.items()}
        for name, one in self.contents.quantities.items():
            needs.setdefault(name, {one.compartment} if one.kind == "species" else set())
        return self._sorted({name: {x for x in wanted if x in needs} for name, wanted in needs.items()})

    def _names(self, formula: Formula) -> Iterable[str]:
        known = {*self.contents.quantities, *(reaction.id for reaction in self.contents.reactions), TIME}
        for name in names_in(formula):
            if name not in known:
                raise SolveError("a formula uses an unknown id", where=self.contents.where, value=name)
            yield name

    def _sorted(self, needs: Mapping[str, set[str]]) -> tuple[str, ...]:
        try:
            return tuple(TopologicalSorter(needs).static_order())
        except CycleError as problem:
            circle = " -> ".join(problem.args[1])
            raise SolveError("rules need each other in a circle", where=self.contents.where, value=circle) from None
