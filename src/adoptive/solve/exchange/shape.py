"""Turn a traced graph back into expressions as people write them: sums, fractions, powers, named shared parts.

The graph holds ``a - b`` as nodes of two operands and ``a / b`` as ``a * rcp(b)``. Here they become flat sums and
fractions. What is used more than once, or has a name in the model text, becomes a part with a name, so that the size
of what is written stays linear in the size of the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from adoptive.solve.graph import Node, reachable

__all__ = ["Call", "Choice", "Expression", "Name", "Number", "Power", "Product", "Shapes", "Sum", "shape"]

DEEPEST = 40
"""Levels of brackets after which a part gets a name of its own."""


@dataclass(frozen=True)
class Number:
    """Hold a number."""

    value: float


@dataclass(frozen=True)
class Name:
    """Refer to a state, a parameter or a named part."""

    name: str


@dataclass(frozen=True)
class Sum:
    """Hold terms, each with whether it is subtracted."""

    terms: tuple[tuple[bool, Expression], ...]


@dataclass(frozen=True)
class Product:
    """Hold the factors over and under a fraction's line."""

    over: tuple[Expression, ...]
    under: tuple[Expression, ...]


@dataclass(frozen=True)
class Power:
    """Hold base and exponent."""

    base: Expression
    exponent: Expression


@dataclass(frozen=True)
class Call:
    """Hold ``exp`` or ``log`` of something."""

    function: str
    inside: Expression


@dataclass(frozen=True)
class Choice:
    """Hold `then` where left > right and `otherwise` elsewhere."""

    left: Expression
    right: Expression
    then: Expression
    otherwise: Expression


Expression = Number | Name | Sum | Product | Power | Call | Choice


@dataclass(frozen=True)
class Shapes:
    """Hold the named parts in the order in which they can be computed, and the expressions of the outputs."""

    parts: tuple[tuple[str, Expression], ...]
    outputs: tuple[Expression, ...]


def shape(
    outputs: Iterable[Node],
    *,
    leaf: Callable[[Node], str],
    named: Mapping[int, str],
    fresh: Callable[[], str],
) -> Shapes:
    """Write outputs as expressions.

    Arguments: `leaf` names an input's node; `named` maps a node's number to the name that it has in the model text;
    `fresh` gives the next name for a part without one.
    """
    roots = tuple(outputs)
    nodes = reachable(roots)
    chosen = _parts(nodes, roots, named)
    names = {number: named.get(number) or fresh() for number in chosen}
    writer = _Writer(leaf, names)
    parts = tuple((names[n.number], writer.body(n)) for n in nodes if n.number in names)
    return Shapes(parts, tuple(writer.use(n) for n in roots))


def whole_power(node: Node) -> tuple[Node, int]:
    """Return base and exponent of repeated multiplication of a node by itself (exponent 1: none)."""
    if node.operation != "mul":
        return node, 1
    (one, first), (two, second) = (whole_power(x) for x in node.operands)
    return (one, first + second) if one is two else (node, 1)


def _operands(node: Node) -> tuple[Node, ...]:
    """Return the operands as often as they are written."""
    base, power = whole_power(node)
    if power > 1:
        return (base,)
    if node.operation == "select":
        return (*_compared(node.operands[0]), *node.operands[1:])
    return tuple(x for x in node.operands if isinstance(x, Node))


def _compared(condition: Node) -> tuple[Node, ...]:
    """Return the two sides whose difference a condition is, or what is compared with zero."""
    if condition.operation == "sub":
        return condition.operands
    twice = condition.operation == "add" and condition.operands[0] is condition.operands[1]  # of an absolute value
    return (condition.inside if twice else condition,)


def _is_leaf(node: Node) -> bool:
    return node.operation in ("constant", "symbol")


def _is_short(node: Node) -> bool:
    """Tell whether a node is written out wherever it is used: an input, its sign or inverse, two inputs together."""
    if _is_leaf(node) or node.operation in ("neg", "rcp"):
        return True
    return node.operation in ("add", "sub", "mul") and all(_is_leaf(x) for x in _operands(node))


def _parts(nodes: list[Node], roots: tuple[Node, ...], named: Mapping[int, str]) -> set[int]:
    """Choose the nodes that become parts."""
    uses = dict.fromkeys((n.number for n in nodes), 0)
    for root in roots:
        uses[root.number] += 1
    chosen: set[int] = set()
    for node in reversed(nodes):
        if uses[node.number] == 0:
            continue
        whole = not _is_leaf(node) and (node.number in named or (uses[node.number] > 1 and not _is_short(node)))
        if whole:
            chosen.add(node.number)
        for operand in _operands(node):
            uses[operand.number] += 1 if whole else uses[node.number]
    return chosen | _too_deep(nodes, chosen)


def _too_deep(nodes: list[Node], chosen: set[int]) -> set[int]:
    depth: dict[int, int] = {}
    added: set[int] = set()
    for node in nodes:
        below = [depth[x.number] + (x.operation != node.operation) for x in _operands(node)]
        depth[node.number] = max(below, default=0)
        if depth[node.number] > DEEPEST and not _is_leaf(node):
            added.add(node.number)
        if node.number in chosen or node.number in added:
            depth[node.number] = 0
    return added


class _Writer:
    """Write nodes as expressions, named parts by name."""

    def __init__(self, leaf: Callable[[Node], str], names: Mapping[int, str]) -> None:
        self.leaf, self.names = leaf, names

    def use(self, node: Node) -> Expression:
        """Write a node where it is used."""
        name = self.names.get(node.number)
        return self.body(node) if name is None else Name(name)

    def body(self, node: Node) -> Expression:
        """Write a node out."""
        kind = node.operation
        if kind == "constant":
            return Number(node.number_value)
        if kind == "symbol":
            return Name(self.leaf(node))
        if kind in ("add", "sub", "neg"):
            return Sum(tuple(self._terms(node)))
        if kind in ("mul", "rcp"):
            return self._fraction(node)
        if kind == "pow":
            return Power(*(self.use(x) for x in node.operands))
        if kind == "select":
            return self._choice(node)
        return Call(kind, self.use(node.inside))

    def _terms(self, node: Node) -> list[tuple[bool, Expression]]:
        found: list[tuple[bool, Expression]] = []
        waiting = [(node, False)]
        while waiting:
            this, minus = waiting.pop()
            written = this is not node and this.number in self.names
            if written or this.operation not in ("add", "sub", "neg"):
                found.append((minus, self.use(this)))
            elif this.operation == "neg":
                waiting.append((this.inside, not minus))
            else:
                one, two = this.operands
                waiting += [(two, minus != (this.operation == "sub")), (one, minus)]
        return found

    def _fraction(self, node: Node) -> Expression:
        sides: tuple[list[Node], list[Node]] = ([], [])
        waiting = [(node, 0)]
        while waiting:
            this, side = waiting.pop()
            written = this is not node and this.number in self.names
            if written or this.operation not in ("mul", "rcp") or whole_power(this)[1] > 1:
                sides[side].append(this)
            elif this.operation == "rcp":
                waiting.append((this.inside, 1 - side))
            else:
                waiting += [(x, side) for x in reversed(this.operands)]
        if len(sides[0]) == 1 and not sides[1]:
            return self._repeated(sides[0][0])
        over, under = (tuple(self._factor(x) for x in sorted(side, key=_rank)) for side in sides)
        return Product(over, under)

    def _factor(self, node: Node) -> Expression:
        power = node.number not in self.names and whole_power(node)[1] > 1
        return self._repeated(node) if power else self.use(node)

    def _repeated(self, node: Node) -> Expression:
        base, power = whole_power(node)
        return Power(self.use(base), Number(float(power)))

    def _choice(self, node: Node) -> Expression:
        condition, then, otherwise = node.operands
        left, *right = (self.use(x) for x in _compared(condition))
        return Choice(left, right[0] if right else Number(0.0), self.use(then), self.use(otherwise))


def _rank(node: Node) -> tuple[int, int]:
    """Order factors as people do: numbers, parameters, then the rest as met."""
    if node.operation == "constant":
        return 0, 0
    if node.operation == "symbol":
        return (1 if node.operands[0] == "parameter" else 2), node.number
    return 3, node.number
