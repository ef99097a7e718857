"""Run a model text once on nodes, check it, and keep the graph of everything that the engine will compute."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from adoptive.errors import SolveError
from adoptive.solve.graph import Graph, Node, reachable
from adoptive.solve.types import Model, Text, Values

__all__ = ["Traced", "hoisted", "trace"]


@dataclass(frozen=True)
class Traced:
    """Hold one model's graph: inputs, derivatives, watched signals, clone rates and textual jumps, in stated orders.

    `jumps` maps a jump's place in `Model.jumps` to the new value of each state that its text names.
    """

    graph: Graph
    states: tuple[Node, ...]
    parameters: tuple[Node, ...]
    slopes: tuple[Node, ...]
    signals: Mapping[str, Node]
    rates: Mapping[str, Node]
    jumps: Mapping[int, Mapping[str, Node]] = field(default_factory=dict)

    @property
    def outputs(self) -> tuple[Node, ...]:
        """Return everything that is computed from states and parameters, derivatives of derivatives aside."""
        return (*self.slopes, *self.signals.values(), *self.rates.values())

    def fingerprint(self) -> str:
        """Return a hash that changes when any equation does."""
        shape = f"{len(self.states)} {len(self.parameters)}"
        texts = [values.values() for values in self.jumps.values()]
        text = self.graph.fingerprint(self.slopes, self.signals.values(), self.rates.values(), *texts)
        names = [(place, tuple(values)) for place, values in self.jumps.items()]
        return hashlib.sha256(f"{shape} {text} {names}".encode()).hexdigest()


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
    jumps = _trace_jumps(graph, model, y, p)
    return Traced(graph, states, parameters, tuple(slopes[s] for s in model.states), signals, rates, jumps)


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


def _trace_jumps(graph: Graph, model: Model, y: Values, p: Values) -> dict[int, dict[str, Node]]:
    amount, jumps = graph.symbol("amount", 0), {}
    for place, jump in enumerate(model.jumps):
        if jump.text is not None:
            jumps[place] = {name: graph.of(value) for name, value in jump.text(y, p, amount).items()}
            if unknown := sorted(set(jumps[place]) - set(model.states)):
                raise SolveError("a jump names unknown states", where=f"{model.name}, {jump.name}", value=unknown)
    return jumps


def _check_names(model: Model) -> None:
    for kind, names in (("states", model.states), ("parameters", model.parameters)):
        if len(set(names)) != len(names):
            raise SolveError(f"two {kind} have the same name", where=model.name, value=names)
    if not model.states:
        raise SolveError("a model needs at least one state", where=model.name)
    named: list[tuple[str, Collection[str], Collection[str]]] = [
        ("scale", model.scale, ()),
        ("clones", model.clones, model.populations),
    ]
    named += [(f"population {name!r}", states, ()) for name, states in model.populations.items()]
    for place, found, also in named:
        if unknown := sorted(set(found) - set(model.states) - set(also)):
            raise SolveError(f"{place} names unknown states", where=model.name, value=unknown)
    for jump in model.jumps:
        if unknown := sorted(set(jump.effect) - set(model.states)):
            raise SolveError("a jump names unknown states", where=f"{model.name}, {jump.name}", value=unknown)
        words = {x for x in jump.effect.values() if isinstance(x, str)}
        if unknown := sorted(words - set(model.parameters)):
            raise SolveError("a jump names unknown parameters", where=f"{model.name}, {jump.name}", value=unknown)


def _check_clones(model: Model, rates: Mapping[str, Node]) -> None:
    members = [state for clone in model.clones for state in model.populations.get(clone, (clone,))]
    if twice := sorted({state for state in members if members.count(state) > 1}):
        raise SolveError("a state belongs to two clones or populations", where=model.name, value=twice)
    if clash := sorted(set(model.populations) & set(model.states)):
        raise SolveError("a population has the name of a state", where=model.name, value=clash)
    if idle := sorted(set(model.populations) - set(model.clones)):
        raise SolveError("a population lacks its birth and death rate in clones", where=model.name, value=idle)
    wanted = {name for pair in model.clones.values() for name in pair}
    if missing := sorted(wanted - set(rates)):
        raise SolveError("clone_rates lacks rates that clones name", where=model.name, value=missing)
