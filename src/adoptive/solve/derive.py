"""Derive the sparse Jacobian of traced outputs and the elimination order of its LU factors."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from adoptive.solve.graph import Node, exp, maximum, reachable, where_positive

__all__ = ["Elimination", "eliminate", "extended_jacobian", "jacobian"]

_SMALLEST_LOG = math.log(1e-9)
_UNBOUNDED = ("rcp", "exp", "log", "pow")

Row = dict[int, Node]
Place = tuple[int, int]
Vertex = int | tuple[int, int]
Partials = list[tuple[Node, Node]]


def jacobian(outputs: Sequence[Node], inputs: Sequence[Node]) -> dict[Place, Node]:
    """Return the non-zero derivatives {(output, input): node} of outputs by inputs.

    The chain rule is applied vertex by vertex, the one that costs fewest products first (Griewank A, Walther A.
    Evaluating Derivatives, 2nd edition, chapter 9. SIAM 2008, 10.1137/1.9780898717761). A choice between two values is
    derived last, branch by branch: what the branch not taken would give, be it infinite, never enters.
    """
    return extended_jacobian(outputs, inputs, limit=math.inf)[1]


def extended_jacobian(
    outputs: Sequence[Node], inputs: Sequence[Node], *, limit: float = 2.0
) -> tuple[int, dict[Place, Node]]:
    """Return how many intermediate values are kept as unknowns, and the entries of the system with them.

    A value that many inputs enter and that enters many outputs, as a sum over all lesions does, would fill the Jacobian
    with products. Kept as an unknown w of its own, w = sum of its derivatives times the inputs' changes, it costs one
    row. Rows and columns from len(inputs) on belong to such values, with -1 on the diagonal. A vertex of `a` arrows in
    and `b` out is kept where a b > limit (a + b), unless only choices use it and its derivatives may be infinite.
    """
    column = {node.number: j for j, node in enumerate(inputs)}
    nodes = reachable(outputs)
    paths = _Paths(nodes, column, outputs)
    kept = paths.eliminate(limit)
    place = column | {vertex: len(inputs) + k for k, vertex in enumerate(kept)}
    one = inputs[0].graph.constant(1.0)
    rows: dict[int, Row] = {vertex: {j: one} for vertex, j in place.items()}
    for node in nodes:
        if node.operation == "select" and paths.leads(node):
            a, b = (paths.expanded((node.number, side), rows) for side in (1, 2))
            rows[node.number] = _chosen(node.operands[0], a, b)
    asked: list[Vertex] = [(-1, i) for i in range(len(outputs))]
    derived = [paths.expanded(sink, rows) for sink in [*asked, *kept]]
    for k in range(len(kept)):
        derived[len(outputs) + k][len(inputs) + k] = -one
    entries = {(i, j): value for i, row in enumerate(derived) for j, value in sorted(row.items())}
    return len(kept), {key: value for key, value in entries.items() if not value.is_number(0.0)}


def _chosen(condition: Node, a: Row, b: Row) -> Row:
    return {j: where_positive(condition, a.get(j, 0.0), b.get(j, 0.0)) for j in sorted(a.keys() | b.keys())}


class _Paths:
    """Hold the linearised graph: for each vertex the derivative by each vertex that it is computed from.

    Vertices are node numbers; sinks, (-1, output) and (select, branch), stand for what is asked for. Inputs and
    selects are sources.
    """

    def __init__(self, nodes: Sequence[Node], column: Mapping[int, int], outputs: Sequence[Node]) -> None:
        self.into: dict[Vertex, dict[int, Node]] = {}
        self.users: dict[int, dict[Vertex, None]] = {}
        self.sources = set(column)
        for node in nodes:
            if node.operation == "select":
                branches = [(side, node.operands[side]) for side in (1, 2)]
                if any(self.leads(branch) for _, branch in branches):
                    self.sources.add(node.number)
                    for side, branch in branches:
                        self._join((node.number, side), branch, node.graph.constant(1.0))
            elif node.number not in column and node.operation not in ("constant", "symbol"):
                for operand, partial in _PARTIALS[node.operation](node):
                    self._join(node.number, operand, partial)
        for i, output in enumerate(outputs):
            self._join((-1, i), output, output.graph.constant(1.0))
        branches = [v for v in self.into if isinstance(v, tuple) and v[0] >= 0]
        self.chosen = self._before(branches) - self._before([(-1, i) for i in range(len(outputs))])

    def _before(self, sinks: Iterable[Vertex]) -> set[Vertex]:
        """Return the vertices that sinks are computed from, as far as choices."""
        seen: set[Vertex] = set()
        waiting = list(sinks)
        while waiting:
            for source in self.into.get(waiting.pop(), {}):
                if source not in seen:
                    seen.add(source)
                    waiting.append(source)
        return seen

    def leads(self, node: Node) -> bool:
        """Tell whether any input enters a node."""
        return node.number in self.sources or node.number in self.into

    def _join(self, user: Vertex, node: Node, weight: Node) -> None:
        if self.leads(node):
            self._add(user, node.number, weight)

    def _add(self, user: Vertex, source: int, weight: Node) -> None:
        before = self.into.setdefault(user, {})
        before[source] = before[source] + weight if source in before else weight
        self.users.setdefault(source, {})[user] = None

    def _cost(self, vertex: int) -> int:
        return len(self.into[vertex]) * len(self.users.get(vertex, ()))

    def eliminate(self, limit: float) -> list[int]:
        """Join what is before and behind each inner vertex but those beyond the limit, and return these in order."""
        waiting = [(self._cost(v), v) for v in self.into if isinstance(v, int)]
        heapq.heapify(waiting)
        while waiting:
            cost, vertex = heapq.heappop(waiting)
            if vertex not in self.into or self._is_dear(vertex, limit):
                continue
            if cost == self._cost(vertex):
                touched = self._join_around(vertex)
            else:
                touched = [vertex]
            for v in touched:
                if isinstance(v, int) and v in self.into:
                    heapq.heappush(waiting, (self._cost(v), v))
        return sorted(v for v in self.into if isinstance(v, int))

    def _is_dear(self, vertex: int, limit: float) -> bool:
        before, behind = len(self.into[vertex]), len(self.users.get(vertex, ()))
        return before * behind > limit * (before + behind) and not self._may_spoil(vertex)

    def _may_spoil(self, vertex: int) -> bool:
        """Tell whether this row may be infinite where a choice leaves it out: 0 x inf would reach others."""
        if vertex not in self.chosen:
            return False
        return any(node.operation in _UNBOUNDED for node in reachable(self.into[vertex].values()))

    def _join_around(self, vertex: int) -> list[Vertex]:
        """Remove a vertex and return its neighbours."""
        before, users = self.into.pop(vertex), self.users.pop(vertex, {})
        for source in before:
            del self.users[source][vertex]
        for user in users:
            weight = self.into[user].pop(vertex)
            for source, partial in before.items():
                self._add(user, source, weight * partial)
        return [*before, *users]

    def expanded(self, sink: Vertex, rows: Mapping[int, Row]) -> Row:
        """Return a sink's derivatives by the inputs, given those of the selects."""
        return _weighted(*((rows[source], weight) for source, weight in self.into.get(sink, {}).items()))


def _weighted(*terms: tuple[Row, Node]) -> Row:
    total: Row = {}
    for row, weight in terms:
        for j, value in row.items():
            term = value * weight
            total[j] = total[j] + term if j in total else term
    return total


def _of_add(node: Node) -> Partials:
    one = node.graph.constant(1.0)
    return [(node.operands[0], one), (node.operands[1], one)]


def _of_sub(node: Node) -> Partials:
    return [(node.operands[0], node.graph.constant(1.0)), (node.operands[1], node.graph.constant(-1.0))]


def _of_mul(node: Node) -> Partials:
    a, b = node.operands
    return [(a, b), (b, a)]


def _of_neg(node: Node) -> Partials:
    return [(node.inside, node.graph.constant(-1.0))]


def _of_rcp(node: Node) -> Partials:
    return [(node.inside, -(node * node))]


def _of_exp(node: Node) -> Partials:
    return [(node.inside, node)]


def _of_log(node: Node) -> Partials:
    return [(node.inside, 1.0 / node.inside)]


def _of_pow(node: Node) -> Partials:
    base, power = node.operands
    partials: Partials = []
    if not base.is_number():
        # x^(h-1) has no bound near 0 where h < 1; a bounded slope keeps the steps of an empty compartment alive
        held = maximum(base.graph.node("log", base), _SMALLEST_LOG)
        partials.append((base, power * exp((power - 1.0) * held)))
    if not power.is_number():
        partials.append((power, node * node.graph.node("log", base)))
    return partials


_PARTIALS: Mapping[str, Callable[[Node], Partials]] = {
    "add": _of_add,
    "sub": _of_sub,
    "mul": _of_mul,
    "neg": _of_neg,
    "rcp": _of_rcp,
    "exp": _of_exp,
    "log": _of_log,
    "pow": _of_pow,
}


@dataclass(frozen=True)
class Elimination:
    """Hold the pivot order, the filled pattern and each filled entry's place in the packed matrix."""

    order: tuple[int, ...]
    place: Mapping[Place, int]
    lower: Mapping[int, tuple[int, ...]]
    upper: Mapping[int, tuple[int, ...]]


def eliminate(size: int, entries: Iterable[Place]) -> Elimination:
    """Choose diagonal pivots of least fill (Markowitz 1957, 10.1287/mnsc.3.3.255) and fill the pattern.

    `lower[i]` lists the columns left of row i's pivot and `upper[i]` those right of it, both in pivot order.
    """
    rows = [{i} for i in range(size)]
    columns = [{i} for i in range(size)]
    for i, j in entries:
        rows[i].add(j)
        columns[j].add(i)
    left, order = set(range(size)), []
    while left:
        pivot = min(left, key=lambda q: ((len(rows[q] & left) - 1) * (len(columns[q] & left) - 1), q))
        order.append(pivot)
        left.discard(pivot)
        for i in columns[pivot] & left:
            for j in rows[pivot] & left:
                rows[i].add(j)
                columns[j].add(i)
    rank = {k: r for r, k in enumerate(order)}
    # packed row by row in pivot order: factor and solve walk through memory once
    sorted_rows = {i: sorted(rows[i], key=rank.__getitem__) for i in range(size)}
    places = [(i, j) for i in order for j in sorted_rows[i]]
    return Elimination(
        order=tuple(order),
        place={key: at for at, key in enumerate(places)},
        lower={i: tuple(j for j in row if rank[j] < rank[i]) for i, row in sorted_rows.items()},
        upper={i: tuple(j for j in row if rank[j] > rank[i]) for i, row in sorted_rows.items()},
    )
