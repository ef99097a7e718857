"""Run a model text once on nodes, check it, and keep the graph of everything that the engine will compute."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from adoptive.errors import SolveError
from adoptive.solve.graph import Graph, Node, reachable
from adoptive.solve.types import Model, Text, Values

__all__ = ["Traced", "hoisted", "trace"]


@dataclass(frozen=True)
class Traced:
    """Hold one model's graph: inputs, derivatives, watched signals and clone rates, in stated orders."""

    graph: Graph
    states: tuple[Node, ...]
    parameters: tuple[Node, ...]
    slopes: tuple[Node, ...]
    signals: Mapping[str, Node]
    rates: Mapping[str, Node]

    @property
    def outputs(self) -> tuple[Node, ...]:
        """Return everything that is computed from states and parameters, derivatives of derivatives aside."""
        return (*self.slopes, *self.signals.values(), *self.rates.values())

    def fingerprint(self) -> str:
        """Return a hash that changes when any equation does."""
        shape = f"{len(self.states)} {len(self.parameters)}"
        text = self.graph.fingerprint(self.slopes, self.signals.values(), self.rates.values())
        return hashlib.sha256(f"{shape} {text}".encode()).hexdigest()


def trace(model: Model) -> Traced:
    """Trace a model's texts; raise SolveError where names are missing, unknown or doubled."""
    _check_names(model)
    graph = Graph()
    states = tuple(graph.symbol("state", i) for i in range(len(model.states)))
    parameters = tuple(graph.symbol("parameter", i) for i in range(len(model.parameters)))
    y, p = Values(model.states, states), Values(model.parameters, parameters)
    slopes = _run(graph, model.rhs, y, p)
    if set(slopes) != set(model.states):
        wrong = sorted(set(slopes) ^ set(model.states))
        raise SolveError("rhs must return every state once", where=model.name, value=wrong)
    signals = _run(graph, model.watch, y, p)
    rates = _run(graph, model.clone_rates, y, p)
    _check_clones(model, rates)
    return Traced(graph, states, parameters, tuple(slopes[s] for s in model.states), signals, rates)


def hoisted(traced: Traced, outputs: tuple[Node, ...]) -> tuple[Node, ...]:
    """Return the largest sub-expressions that no state enters: they are computed once per patient."""
    steady: dict[int, bool] = {}
    wanted: dict[int, Node] = {}
    for node in reachable(outputs):
        operands = [x for x in node.operands if isinstance(x, Node)]
        steady[node.number] = node.operands[0] != "state" if not operands else all(steady[x.number] for x in operands)
        if not steady[node.number]:
            wanted.update((x.number, x) for x in operands if steady[x.number])
    wanted.update((x.number, x) for x in outputs if steady[x.number])
    return tuple(wanted[k] for k in sorted(wanted) if wanted[k].operation not in ("constant", "symbol"))


def _run(graph: Graph, text: Text | None, y: Values, p: Values) -> dict[str, Node]:
    return {} if text is None else {name: graph.of(value) for name, value in text(y, p).items()}


def _check_names(model: Model) -> None:
    for kind, names in (("states", model.states), ("parameters", model.parameters)):
        if len(set(names)) != len(names):
            raise SolveError(f"two {kind} have the same name", where=model.name, value=names)
    if not model.states:
        raise SolveError("a model needs at least one state", where=model.name)
    for place, known in (("scale", model.scale), ("clones", model.clones)):
        if unknown := sorted(set(known) - set(model.states)):
            raise SolveError(f"{place} names unknown states", where=model.name, value=unknown)
    for jump in model.jumps:
        if unknown := sorted(set(jump.effect) - set(model.states)):
            raise SolveError("a jump names unknown states", where=f"{model.name}, {jump.name}", value=unknown)
        words = {x for x in jump.effect.values() if isinstance(x, str)}
        if unknown := sorted(words - set(model.parameters)):
            raise SolveError("a jump names unknown parameters", where=f"{model.name}, {jump.name}", value=unknown)


def _check_clones(model: Model, rates: Mapping[str, Node]) -> None:
    wanted = {name for pair in model.clones.values() for name in pair}
    if missing := sorted(wanted - set(rates)):
        raise SolveError("clone_rates lacks rates that clones name", where=model.name, value=missing)
