"""Write a traced model as plain Python: straight-line routines for one patient, the same plan as the vector kernels.

All working numbers of one patient stand in one array `x`, one section of rows per vector (`Sections`), row k at
x[k * stride]. The stride is 1 where a patient is alone. On a graphics processor 32 patients share a tile, so that the
32 threads of a warp touch neighbouring numbers; it is a constant of the text, so that places need no arithmetic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from adoptive.errors import SolveError
from adoptive.solve.derive import Elimination, eliminate, jacobian
from adoptive.solve.graph import Node, reachable
from adoptive.solve.rodas import STAGES, A, C, H
from adoptive.solve.trace import Traced, hoisted

__all__ = ["DataType", "Plan", "Sections", "make_plan", "write_routines"]

DataType = Literal["f8", "f4"]

_LONGEST_INLINE = 60
_SIGNATURES = {
    "prepare": "x",
    "linearise": "x",
    "factor": "x, shift",
    "rhs": "x, source",
    "solve": "x, target, inverse",
    "watch": "x, source, target",
    "rates": "x, source",
    "dense": "x",
    **{f"combine{stage}": "x" for stage in range(1, STAGES)},
}


@dataclass(frozen=True)
class Plan:
    """Hold what is computed and in which order: the graph, what is hoisted, the elimination."""

    traced: Traced
    elimination: Elimination
    negative_jacobian: tuple[Node, ...]
    steady: tuple[Node, ...]


@dataclass(frozen=True)
class Sections:
    """Hold the first row of each vector among a patient's numbers."""

    y: int
    new: int
    argument: int
    slope: int
    mix: int
    stage: int
    dense: int
    matrix: int
    p: int
    signal: int
    new_signal: int
    trial: int
    rate: int
    clone_crossing: int
    end: int


def make_plan(traced: Traced) -> Plan:
    """Derive the Jacobian, the elimination order and the hoisted sub-expressions of a traced model."""
    entries = jacobian(traced.slopes, traced.states)
    elimination = eliminate(len(traced.states), entries)
    zero = traced.graph.constant(0.0)
    negative = tuple(-entries.get(key, zero) for key in elimination.place)
    return Plan(traced, elimination, negative, hoisted(traced, traced.outputs + negative))


def make_sections(plan: Plan, clones: int) -> Sections:
    """Lay the vectors of one patient out one after the other."""
    n, signals = len(plan.traced.states), len(plan.traced.signals)
    given = len(plan.traced.parameters) + len(plan.steady)
    rows = [n] * 5 + [STAGES * n, len(H) * n, len(plan.negative_jacobian), given]
    rows += [signals, signals, signals, len(plan.traced.rates), clones]
    return Sections(*np.cumsum([0, *rows]).tolist())


class _Page:
    """Write the lines of one routine."""

    def __init__(self, name: str, title: str, *, stride: int, dtype: DataType) -> None:
        self.stride, self.dtype = stride, dtype
        self.lines = ["@compiled", f"def {name}({_SIGNATURES[name]}):", f'    """{title}"""']

    def at(self, row: int, source: str = "") -> str:
        """Return the text of an element; `source` names an array that starts at the row to count from."""
        return f"{source or 'x'}[{row * self.stride}]"

    def each(self, row: int) -> str:
        """Return the text of an element counted from a row by the loop's k."""
        return f"x[{row * self.stride} + k]" if self.stride == 1 else f"x[{row * self.stride} + {self.stride} * k]"

    def start(self, *sources: str) -> None:
        """Let arrays start at the rows that these arguments give."""
        for source in sources:
            row = source if self.stride == 1 else f"{self.stride} * {source}"
            self.add(f"{source}_x = x[{row}:]")

    def number(self, value: float) -> str:
        """Return the text of a number in the routine's own precision."""
        if self.dtype == "f8":
            return repr(float(value))
        with np.errstate(over="ignore"):
            narrow = float(np.float32(value))
        if (narrow == 0.0) != (value == 0.0) or np.isinf(narrow):
            raise SolveError(
                "a constant of the model does not fit single precision",
                value=value,
                allowed="0, or 1e-45 to 3e38 in size",
                next_step='use dtype="f8"',
            )
        return f"REAL({narrow!r})"

    def add(self, line: str) -> None:
        self.lines.append(f"    {line}")

    def text(self) -> str:
        if len(self.lines) == 3:
            self.add("pass")
        return "\n".join(self.lines) + "\n"


def write_routines(plan: Plan, sections: Sections, *, stride: int, dtype: DataType) -> str:
    """Write every routine of one model as Python source.

    The text expects `compiled` (a decorator), `REAL` (the number type), `safe_exp` and `safe_log` in its namespace.
    """
    writer = _Writer(plan, sections, stride, dtype)
    return "\n\n".join(writer.pages())


class _Writer:
    def __init__(self, plan: Plan, sections: Sections, stride: int, dtype: DataType) -> None:
        self.plan, self.rows, self.stride, self.dtype = plan, sections, stride, dtype
        given = len(plan.traced.parameters)
        self.steady_row = {node.number: given + k for k, node in enumerate(plan.steady)}

    def pages(self) -> list[str]:
        traced = self.plan.traced
        signals, rates = tuple(traced.signals.values()), tuple(traced.rates.values())
        return [
            self._prepare(),
            self._linearise(),
            self._factor(),
            self._solve(),
            self._graph("rhs", "Compute the derivatives of the state at row `source`.", traced.slopes, self.rows.slope),
            self._graph("watch", "Compute the watched signals of the state at row `source`.", signals, None),
            self._graph("rates", "Compute birth and death rates of the state at row `source`.", rates, self.rows.rate),
            self._dense(),
            *(self._combine(stage) for stage in range(1, STAGES)),
        ]

    def _page(self, name: str, title: str) -> _Page:
        return _Page(name, title, stride=self.stride, dtype=self.dtype)

    def _reader(self, page: _Page, source: str, *, prepared: bool = True) -> Callable[[Node], str | None]:
        """Read states counted from `source` (empty: the state itself) and parameters from their own rows."""

        def read(node: Node) -> str | None:
            if node.operation == "symbol":
                kind, place = node.operands
                if kind == "state":
                    return page.at(place, source) if source else page.at(self.rows.y + place)
                return page.at(self.rows.p + place)
            row = self.steady_row.get(node.number) if prepared else None
            return None if row is None else page.at(self.rows.p + row)

        return read

    def _prepare(self) -> str:
        page = self._page("prepare", "Extend the parameters by the sub-expressions that no state enters.")
        first = self.rows.p + len(self.plan.traced.parameters)
        targets = [page.at(first + k) for k in range(len(self.plan.steady))]
        _evaluate(page, self.plan.steady, self._reader(page, "", prepared=False), targets)
        return page.text()

    def _linearise(self) -> str:
        page = self._page("linearise", "Compute derivatives and the negative Jacobian of the state together.")
        entries = len(self.plan.negative_jacobian)
        targets = [page.at(self.rows.slope + k) for k in range(len(self.plan.traced.slopes))]
        targets += [page.at(self.rows.matrix + k) for k in range(entries)]
        _evaluate(page, self.plan.traced.slopes + self.plan.negative_jacobian, self._reader(page, ""), targets)
        return page.text()

    def _graph(self, name: str, title: str, outputs: Sequence[Node], first: int | None) -> str:
        page = self._page(name, title)
        page.start("source", *(("target",) if first is None else ()))
        where = [page.at(k, "target_x") if first is None else page.at(first + k) for k in range(len(outputs))]
        _evaluate(page, outputs, self._reader(page, "source_x"), where)
        return page.text()

    def _factor(self) -> str:
        """Write a = LU, row by row in pivot order: every entry is one sum, pivots are kept as reciprocals."""
        page = self._page("factor", "Factor matrix + shift I in place, pivots kept as reciprocals.")
        plan = self.plan.elimination
        place, one = plan.place, page.number(1.0)
        for i in plan.order:
            for j in (*plan.lower[i], i, *plan.upper[i]):
                here = page.at(self.rows.matrix + place[i, j])
                start = f"{here} + shift" if i == j else here
                # what earlier pivots take away, in the order of elimination
                lower = plan.lower[i]
                before = [k for k in (lower[: lower.index(j)] if j in lower else lower) if (k, j) in place]
                less = "".join(f" - a{place[i, k]} * a{place[k, j]}" for k in before)
                total = start + less
                if j in plan.lower[i]:
                    total = f"({total}) * a{place[j, j]}"
                elif i == j:
                    total = f"{one} / ({total})"
                page.add(f"a{place[i, j]} = {total}")
                if total != here:
                    page.add(f"{here} = a{place[i, j]}")
        return page.text()

    def _solve(self) -> str:
        page = self._page("solve", "Solve LU u = slope + inverse mix; u goes to row `target`.")
        plan, matrix = self.plan.elimination, self.rows.matrix

        def less(i: int, columns: Iterable[int], name: Callable[[int], str]) -> str:
            return "".join(f" - {page.at(matrix + plan.place[i, j])} * {name(j)}" for j in columns)

        page.start("target")
        for i in plan.order:
            right = f"inverse * {page.at(self.rows.mix + i)} + {page.at(self.rows.slope + i)}"
            page.add(f"b{i} = {right}{less(i, plan.lower[i], lambda j: f'b{j}')}")
        for i in reversed(plan.order):
            reciprocal = page.at(matrix + plan.place[i, i])
            page.add(f"u{i} = (b{i}{less(i, plan.upper[i], lambda j: f'u{j}')}) * {reciprocal}")
            page.add(f"{page.at(i, 'target_x')} = u{i}")
        return page.text()

    def _combine(self, stage: int) -> str:
        page = self._page(f"combine{stage}", f"Sum {stage} stages to the next argument and mix.")
        size = len(self.plan.traced.states)
        extends = A[stage][:-1] == A[stage - 1] and A[stage][-1] == 1.0
        page.add(f"for k in range({size}):")
        self._load_stages(page, stage)
        if extends:
            total = f"{page.each(self.rows.argument)} + u{stage - 1}"
        else:
            total = page.each(self.rows.y) + _sum(page, A[stage])
        page.add(f"    {page.each(self.rows.argument)} = {total}")
        page.add(f"    {page.each(self.rows.mix)} = {_sum(page, C[stage]).removeprefix(' + ')}")
        return page.text()

    def _dense(self) -> str:
        page = self._page("dense", "Sum the stages to the coefficients of the interpolant.")
        size = len(self.plan.traced.states)
        page.add(f"for k in range({size}):")
        self._load_stages(page, STAGES)
        for q, weights in enumerate(H):
            at = page.each(self.rows.dense + q * size)
            page.add(f"    {at} = {_sum(page, weights).removeprefix(' + ')}")
        return page.text()

    def _load_stages(self, page: _Page, count: int) -> None:
        for j in range(count):
            page.add(f"    u{j} = {page.each(self.rows.stage + j * len(self.plan.traced.states))}")


def _sum(page: _Page, weights: Sequence[float]) -> str:
    return "".join(f" + {page.number(weight)} * u{j}" for j, weight in enumerate(weights))


def _evaluate(page: _Page, outputs: Sequence[Node], read: Callable[[Node], str | None], targets: Sequence[str]) -> None:
    """Write each output to its target; what is used more than once, and what grows long, gets a name."""
    order = _needed(outputs, read)
    uses = Counter(node.number for node in outputs)
    logged: set[int] = set()
    for node, leaf in order:
        if leaf is None and node.operation != "constant":
            uses.update(x.number for x in node.operands)
            if node.operation in ("log", "pow"):
                logged.add(node.operands[0].number)
    places: dict[int, list[str]] = {}
    for node, target in zip(outputs, targets, strict=True):
        places.setdefault(node.number, []).append(target)
    texts: dict[int, str] = {}
    for node, leaf in order:
        number, constant = node.number, node.operation == "constant"
        text = page.number(node.number_value) if constant else leaf or _expression(page, node, texts)
        alone = uses[number] == 1 and (number in places or len(text) <= _LONGEST_INLINE)
        if not constant and (number in logged or not alone):
            page.add(f"v{number} = {text}")
            text = f"v{number}"
        if number in logged:
            page.add(f"log{number} = safe_log({text})")
        for target in places.get(number, ()):
            page.add(f"{target} = {text}")
        texts[number] = text


def _needed(outputs: Sequence[Node], read: Callable[[Node], str | None]) -> list[tuple[Node, str | None]]:
    """Return the nodes to compute or read (with the text that reads them), operands before their users."""
    leaves = {node.number: read(node) for node in reachable(outputs)}
    seen: dict[int, Node] = {}
    waiting = list(outputs)
    while waiting:
        node = waiting.pop()
        if node.number not in seen:
            seen[node.number] = node
            if leaves[node.number] is None:
                waiting += [x for x in node.operands if isinstance(x, Node)]
    return [(seen[number], leaves[number]) for number in sorted(seen)]


def _expression(page: _Page, node: Node, texts: dict[int, str]) -> str:
    operands = [texts[x.number] for x in node.operands]
    match node.operation:
        case "add" | "sub" | "mul":
            sign = {"add": "+", "sub": "-", "mul": "*"}[node.operation]
            return f"({operands[0]} {sign} {operands[1]})"
        case "neg":
            return f"(-{operands[0]})"
        case "rcp":
            return f"({page.number(1.0)} / {operands[0]})"
        case "exp":
            return f"safe_exp({operands[0]})"
        case "log":
            return f"log{node.operands[0].number}"
        case "pow":
            return f"safe_exp({operands[1]} * log{node.operands[0].number})"
        case "select":
            return f"choose({', '.join(operands)})"
    raise SolveError("the scalar backends do not know an operation", value=node.operation)
