"""Derive the sparse Jacobian of traced outputs and the elimination order of its LU factors."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from adoptive.solve.graph import Node, exp, maximum, reachable, where_positive

__all__ = ["Elimination", "eliminate", "jacobian"]

_SMALLEST_LOG = math.log(1e-9)

Row = dict[int, Node]
Place = tuple[int, int]


def jacobian(outputs: Sequence[Node], inputs: Sequence[Node]) -> dict[Place, Node]:
    """Return the non-zero derivatives {(output, input): node} of outputs by inputs, in forward mode."""
    column = {node.number: j for j, node in enumerate(inputs)}
    rows: dict[int, Row] = {}
    for node in reachable(outputs):
        if node.number in column:
            rows[node.number] = {column[node.number]: node.graph.constant(1.0)}
        elif node.operation in ("constant", "symbol"):
            rows[node.number] = {}
        else:
            rows[node.number] = _RULES[node.operation](node, rows)
    return {
        (i, j): value
        for i, output in enumerate(outputs)
        for j, value in sorted(rows[output.number].items())
        if not value.is_number(0.0)
    }


def _weighted(*terms: tuple[Row, Node | float]) -> Row:
    total: Row = {}
    for row, weight in terms:
        for j, value in row.items():
            term = value * weight
            total[j] = total[j] + term if j in total else term
    return total


def _rows(node: Node, rows: Mapping[int, Row]) -> list[Row]:
    return [rows[x.number] for x in node.operands]


def _of_add(node: Node, rows: Mapping[int, Row]) -> Row:
    a, b = _rows(node, rows)
    return _weighted((a, 1.0), (b, 1.0))


def _of_sub(node: Node, rows: Mapping[int, Row]) -> Row:
    a, b = _rows(node, rows)
    return _weighted((a, 1.0), (b, -1.0))


def _of_mul(node: Node, rows: Mapping[int, Row]) -> Row:
    a, b = _rows(node, rows)
    return _weighted((a, node.operands[1]), (b, node.operands[0]))


def _of_neg(node: Node, rows: Mapping[int, Row]) -> Row:
    return _weighted((_rows(node, rows)[0], -1.0))


def _of_rcp(node: Node, rows: Mapping[int, Row]) -> Row:
    return _weighted((_rows(node, rows)[0], -(node * node)))


def _of_exp(node: Node, rows: Mapping[int, Row]) -> Row:
    return _weighted((_rows(node, rows)[0], node))


def _of_log(node: Node, rows: Mapping[int, Row]) -> Row:
    return _weighted((_rows(node, rows)[0], 1.0 / node.operands[0]))


def _of_pow(node: Node, rows: Mapping[int, Row]) -> Row:
    base, power = node.operands
    of_base, of_power = _rows(node, rows)
    row: Row = {}
    if of_base:
        # x^(h-1) has no bound near 0 where h < 1; a bounded slope keeps the steps of an empty compartment alive
        held = maximum(base.graph.node("log", base), _SMALLEST_LOG)
        row = _weighted((of_base, power * exp((power - 1.0) * held)))
    if of_power:
        row = _weighted((row, 1.0), (of_power, node * node.graph.node("log", base)))
    return row


def _of_select(node: Node, rows: Mapping[int, Row]) -> Row:
    condition, _, _ = node.operands
    _, a, b = _rows(node, rows)
    return {j: where_positive(condition, a.get(j, 0.0), b.get(j, 0.0)) for j in sorted(a.keys() | b.keys())}


_RULES: Mapping[str, Callable[[Node, Mapping[int, Row]], Row]] = {
    "add": _of_add,
    "sub": _of_sub,
    "mul": _of_mul,
    "neg": _of_neg,
    "rcp": _of_rcp,
    "exp": _of_exp,
    "log": _of_log,
    "pow": _of_pow,
    "select": _of_select,
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
