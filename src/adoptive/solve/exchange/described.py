"""Describe one patient of a model in the words that exchange formats share: constants, states, rules, events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from adoptive.errors import SolveError
from adoptive.solve.exchange.happening import Assigned, Happening, happenings
from adoptive.solve.exchange.shape import Expression, shape
from adoptive.solve.graph import Node
from adoptive.solve.trace import Traced, trace
from adoptive.solve.types import Events, Model, Text, Trigger, Values

__all__ = ["Described", "Quantity", "Rule", "describe"]

_TAKEN = (
    "time t pi e exponentiale avogadro inf infinity nan notanumber true false in is at after has var const ext end "
    "model module function species compartment formula gene reaction event import unit delete substanceOnly delay "
    "and or not xor if else piecewise priority fromTrigger persistent t0 identical ceil floor exp ln log log10 sqrt "
    "sqr abs sin cos tan sec csc cot pow power root max min rem quotient implies rateOf sum product constraint"
).split()


@dataclass(frozen=True)
class Quantity:
    """Hold something with an id and a value: a state, a parameter, or a trigger's memory."""

    id: str
    name: str
    value: float
    note: str = ""


@dataclass(frozen=True)
class Rule:
    """Hold what an id is always equal to, or how fast it changes per day."""

    id: str
    expression: Expression


@dataclass(frozen=True)
class Described:
    """Hold one patient of a model: everything that a format writes, in an order in which it can be computed."""

    name: str
    states: tuple[Quantity, ...]
    parameters: tuple[Quantity, ...]
    memory: tuple[Quantity, ...]
    parts: tuple[Rule, ...]
    rates: tuple[Rule, ...]
    happenings: tuple[Happening, ...]
    left_out: tuple[str, ...]


class Ids:
    """Give every name an id that no other name has and that the formats can take."""

    def __init__(self) -> None:
        self._taken = set(_TAKEN)
        self._numbers: dict[str, int] = {}

    def new(self, name: str, otherwise: str = "") -> str:
        """Return an id like the name; where it is taken, `otherwise` or a number follows it."""
        clean = re.sub(r"[^A-Za-z0-9_]", "_", name)
        clean = clean if re.match(r"[A-Za-z_]", clean) else f"_{clean}"
        wish = clean if clean not in self._taken or not otherwise else f"{clean}_{otherwise}"
        while wish in self._taken:
            self._numbers[clean] = self._numbers.get(clean, 1) + 1
            wish = f"{clean}_{self._numbers[clean]}"
        self._taken.add(wish)
        return wish


def describe(
    model: Model,
    *,
    parameters: Mapping[str, float] | ArrayLike,
    initial: Mapping[str, float] | ArrayLike,
    events: Events | None = None,
    triggers: Sequence[Trigger] = (),
    names: Text | None = None,
    notes: Mapping[str, str] | None = None,
) -> Described:
    """Describe one patient; see :func:`~adoptive.solve.exchange.write_sbml` for the arguments."""
    traced, ids, notes = trace(model), Ids(), notes or {}
    states = _quantities(ids, model.states, initial, notes, what="initial", spare="state")
    given = _quantities(ids, model.parameters, parameters, notes, what="parameters", spare="parameter")
    place = {"state": states, "parameter": given}
    happened = happenings(model, traced, events, triggers, ids.new)
    outputs = (*traced.slopes, *happened.nodes, *traced.signals.values())
    shapes = shape(
        outputs,
        leaf=lambda node: place[node.operands[0]][node.operands[1]].id,
        named=_names_in_text(model, traced, names, ids),
        fresh=lambda: ids.new("shared_1"),
    )
    count = len(states)
    values = dict(zip((n.number for n in outputs), shapes.outputs, strict=True))
    return Described(
        name=model.name,
        states=states,
        parameters=given,
        memory=tuple(Quantity(id, "", value) for id, value in happened.memory),
        parts=tuple(Rule(*part) for part in shapes.parts),
        rates=tuple(Rule(s.id, e) for s, e in zip(states, shapes.outputs[:count], strict=True)),
        happenings=tuple(_written(h, values, states) for h in happened.found),
        left_out=_left_out(model, happened.left_out, {h.name for h in happened.found}),
    )


def _written(happening: Happening, values: Mapping[int, Expression], states: Sequence[Quantity]) -> Happening:
    """Write a happening's nodes as expressions."""

    def written(value: Node | Expression) -> Expression:
        return values[value.number] if isinstance(value, Node) else value

    changes = tuple(
        Assigned(states[c.id].id if isinstance(c.id, int) else c.id, written(c.value)) for c in happening.changes
    )
    return Happening(
        happening.id, happening.name, written(happening.left), happening.right, changes, happening.at_start
    )


def _quantities(
    ids: Ids,
    names: Sequence[str],
    values: Mapping[str, float] | ArrayLike,
    notes: Mapping[str, str],
    *,
    what: str,
    spare: str,
) -> tuple[Quantity, ...]:
    if isinstance(values, Mapping):
        if wrong := sorted(set(names) ^ set(values)):
            raise SolveError(f"{what} must name every value of the model once", value=wrong)
        values = [values[name] for name in names]
    array = np.asarray(values, np.float64)
    if array.shape not in ((len(names),), (1, len(names))):
        raise SolveError(f"{what} are not those of one patient", value=array.shape, allowed=f"({len(names)},)")
    row = array.reshape(-1)
    if np.isnan(row).any():
        raise SolveError(f"{what} are not numbers", value=[n for n, x in zip(names, row, strict=True) if np.isnan(x)])
    return tuple(
        Quantity(ids.new(name, spare), name, float(x), notes.get(name, "")) for name, x in zip(names, row, strict=True)
    )


def _names_in_text(model: Model, traced: Traced, names: Text | None, ids: Ids) -> dict[int, str]:
    """Name the nodes that the model text names: signals, then what `names` returns."""
    found: dict[int, str] = {}
    y, p = Values(model.states, traced.states), Values(model.parameters, traced.parameters)
    more: Iterable[tuple[str, object]] = () if names is None else names(y, p).items()
    for name, value in (*traced.signals.items(), *more):
        if isinstance(value, Node) and value.operation not in ("constant", "symbol") and value.number not in found:
            found[value.number] = ids.new(name, "value")
    return found


def _left_out(model: Model, more: Sequence[str], used: Set[str]) -> tuple[str, ...]:
    lines = list(more)
    if model.clones:
        lines.append(f"extinction below one cell of {', '.join(model.clones)}")
    if unused := [jump.name for jump in model.jumps if jump.name not in used]:
        lines.append(f"what may be given but is not: {', '.join(unused)}")
    return tuple(lines)
