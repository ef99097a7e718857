"""Record a model text as an expression graph: the nodes, and the mathematics that a model text may use.

A right-hand side is ordinary Python. Run on nodes it draws the graph; run on numpy arrays or floats it computes.
Equal expressions share one node, so common sub-expressions are computed once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any, NoReturn

import numpy as np

from adoptive.errors import SolveError

__all__ = ["Graph", "Node", "exp", "log", "maximum", "minimum", "positive", "reachable", "where_positive"]

_LARGEST_UNROLLED_POWER = 8


class Graph:
    """Hold the nodes of one traced model, each expression once, in the order in which they were met."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._known: dict[tuple[Any, ...], Node] = {}

    def node(self, operation: str, *operands: Any) -> Node:
        """Return the node of this operation, the known one if it was met before."""
        key = (operation, *(("node", x.number) if isinstance(x, Node) else x for x in operands))
        found = self._known.get(key)
        if found is None:
            found = Node(self, len(self.nodes), operation, operands)
            self._known[key] = found
            self.nodes.append(found)
        return found

    def constant(self, value: float) -> Node:
        """Return the node of a number."""
        return self.node("constant", float(value) + 0.0)

    def symbol(self, kind: str, place: int) -> Node:
        """Return the node of an input: element `place` of the vector called `kind`."""
        return self.node("symbol", kind, place)

    def of(self, value: Any) -> Node:
        """Return a node as it is and a number as its constant."""
        if isinstance(value, Node):
            if value.graph is not self:
                raise SolveError("a model text mixes nodes of two traces", next_step="keep no state between calls")
            return value
        try:
            return self.constant(float(value))
        except (TypeError, ValueError):
            raise SolveError(
                "a model text returned or used something that is not a number",
                value=value,
                allowed="numbers, states, parameters and their arithmetic",
            ) from None

    def fingerprint(self, *outputs: Iterable[Node]) -> str:
        """Return a hash of the graph and of the named groups of output nodes."""
        text = [f"{n.operation} {' '.join(_word(x) for x in n.operands)}" for n in self.nodes]
        text += [" ".join(str(n.number) for n in group) for group in outputs]
        return hashlib.sha256("\n".join(text).encode()).hexdigest()


def _word(operand: Any) -> str:
    return f"#{operand.number}" if isinstance(operand, Node) else repr(operand)


class Node:
    """Stand for one value of a traced model text; arithmetic on it grows the graph."""

    __slots__ = ("graph", "number", "operands", "operation")
    __array_ufunc__ = None  # numpy numbers on the left hand the operation over to this class

    def __init__(self, graph: Graph, number: int, operation: str, operands: tuple[Any, ...]) -> None:
        self.graph, self.number, self.operation, self.operands = graph, number, operation, operands

    def is_number(self, value: float | None = None) -> bool:
        """Tell whether this node is a constant (equal to `value` if that is given)."""
        return self.operation == "constant" and (value is None or self.operands[0] == value)

    @property
    def number_value(self) -> float:
        """Return the value of a constant."""
        return float(self.operands[0])

    @property
    def inside(self) -> Node:
        """Return the first operand."""
        node: Node = self.operands[0]
        return node

    def __add__(self, other: Any) -> Node:
        that = self.graph.of(other)
        if self.is_number() and that.is_number():
            return self.graph.constant(self.number_value + that.number_value)
        if self.is_number(0.0):
            return that
        if that.is_number(0.0):
            return self
        if that.operation == "neg":
            return self - that.inside
        if self.operation == "neg":
            return that - self.inside
        return self.graph.node("add", *_ordered(self, that))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Node:
        that = self.graph.of(other)
        if self.is_number() and that.is_number():
            return self.graph.constant(self.number_value - that.number_value)
        if that.is_number(0.0):
            return self
        if self.is_number(0.0):
            return -that
        if that.operation == "neg":
            return self + that.inside
        return self.graph.constant(0.0) if self is that else self.graph.node("sub", self, that)

    def __rsub__(self, other: Any) -> Node:
        return self.graph.of(other) - self

    def __neg__(self) -> Node:
        if self.is_number():
            return self.graph.constant(-self.number_value)
        if self.operation == "neg":
            return self.inside
        if self.operation == "sub":
            return self.graph.node("sub", self.operands[1], self.operands[0])
        if self.operation == "mul" and self.inside.is_number():
            return self.graph.of(self.operands[1] * -self.inside.number_value)
        return self.graph.node("neg", self)

    def __pos__(self) -> Node:
        return self

    def __mul__(self, other: Any) -> Node:
        that = self.graph.of(other)
        if self.is_number() and that.is_number():
            return self.graph.constant(self.number_value * that.number_value)
        one, two = (self, that) if self.is_number() else (that, self)
        if one.is_number():
            if one.number_value in (0.0, 1.0, -1.0):
                return (one, two, -two)[int(one.number_value)]
        if self.operation == "neg":
            return -(self.inside * that)
        if that.operation == "neg":
            return -(self * that.inside)
        return self.graph.node("mul", *_ordered(self, that))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Node:
        return self * _reciprocal(self.graph.of(other))  # one division per denominator, shared by all its users

    def __rtruediv__(self, other: Any) -> Node:
        return self.graph.of(other) / self

    def __pow__(self, other: Any) -> Node:
        power = self.graph.of(other)
        if self.is_number() and power.is_number():
            return self.graph.constant(_power(self.number_value, power.number_value))
        if power.is_number():
            whole = int(power.number_value) if power.number_value.is_integer() else None
            if whole is not None and abs(whole) <= _LARGEST_UNROLLED_POWER:
                return _whole_power(self, whole)
        return self.graph.node("pow", self, power)

    def __rpow__(self, other: Any) -> Node:
        base = self.graph.of(other)
        if base.number_value <= 0.0:
            raise SolveError("the base of a power must be positive", value=base.number_value)
        power: Node = exp(self * float(np.log(base.number_value)))
        return power

    def __abs__(self) -> Node:
        larger: Node = maximum(self, -self)
        return larger

    def _refuse(self, *_: Any) -> NoReturn:
        raise SolveError(
            "a model text cannot branch on a value that is only known when it runs",
            allowed="where_positive(condition, then, otherwise), maximum, minimum, positive",
        )

    __bool__ = __lt__ = __le__ = __gt__ = __ge__ = __float__ = __int__ = _refuse

    def __eq__(self, other: object) -> bool:
        return True if self is other else self._refuse()

    def __hash__(self) -> int:
        return hash(self.number)


def _power(base: float, power: float) -> float:
    try:
        return float(base**power)
    except (ArithmeticError, TypeError):  # a complex number is no float
        raise SolveError("a model text takes a power that is no real number", value=f"{base}**{power}") from None


def _ordered(one: Node, two: Node) -> tuple[Node, Node]:
    return (one, two) if one.number <= two.number else (two, one)


def _reciprocal(node: Node) -> Node:
    if node.is_number():
        if node.number_value == 0.0:
            raise SolveError("a model text divides by the number zero")
        return node.graph.constant(1.0 / node.number_value)
    if node.operation == "neg":
        return -_reciprocal(node.inside)
    if node.operation == "rcp":
        return node.inside
    return node.graph.node("rcp", node)


def _whole_power(node: Node, power: int) -> Node:
    if power < 0:
        return 1.0 / _whole_power(node, -power)
    if power == 0:
        return node.graph.constant(1.0)
    half = _whole_power(node, power // 2) if power > 1 else node
    if power == 1:
        return node
    return half * half * node if power % 2 else half * half


def _graph_of(*values: Any) -> Graph | None:
    return next((x.graph for x in values if isinstance(x, Node)), None)


def exp(x: Any) -> Any:
    """Return e to the power x, of a node, a number or an array."""
    if not isinstance(x, Node):
        return np.exp(x)
    return x.graph.constant(float(np.exp(x.number_value))) if x.is_number() else x.graph.node("exp", x)


def log(x: Any) -> Any:
    """Return the natural logarithm of x, of a node, a number or an array."""
    if not isinstance(x, Node):
        return np.log(x)
    return x.graph.constant(float(np.log(x.number_value))) if x.is_number() else x.graph.node("log", x)


def where_positive(condition: Any, then: Any, otherwise: Any) -> Any:
    """Return `then` where the condition is above zero and `otherwise` elsewhere.

    >>> float(where_positive(2.0, 10.0, 20.0)), float(where_positive(0.0, 10.0, 20.0))
    (10.0, 20.0)
    """
    graph = _graph_of(condition, then, otherwise)
    if graph is None:
        return np.where(np.asarray(condition) > 0.0, then, otherwise)
    condition, then, otherwise = graph.of(condition), graph.of(then), graph.of(otherwise)
    if condition.is_number():
        return then if condition.number_value > 0.0 else otherwise
    return then if then is otherwise else graph.node("select", condition, then, otherwise)


def maximum(a: Any, b: Any) -> Any:
    """Return the larger of two values."""
    graph = _graph_of(a, b)
    if graph is None:
        return np.maximum(a, b)
    return where_positive(graph.of(a) - b, a, b)


def minimum(a: Any, b: Any) -> Any:
    """Return the smaller of two values."""
    graph = _graph_of(a, b)
    if graph is None:
        return np.minimum(a, b)
    return where_positive(graph.of(a) - b, b, a)


def positive(x: Any) -> Any:
    """Return x where it is above zero, else zero.

    >>> float(positive(-1.0)), float(positive(3.0))
    (0.0, 3.0)
    """
    return maximum(x, 0.0)


def reachable(outputs: Iterable[Node]) -> list[Node]:
    """Return the nodes that the outputs need, operands before their users."""
    seen: dict[int, Node] = {}
    waiting = list(outputs)
    while waiting:
        node = waiting.pop()
        if node.number not in seen:
            seen[node.number] = node
            waiting += [x for x in node.operands if isinstance(x, Node)]
    return [seen[number] for number in sorted(seen)]
