"""Write a traced model as plain Python: straight-line routines for one patient, the same plan as the vector kernels.

A vector is an array whose row k stands at k * stride. The stride is 1 where a patient is alone. On a graphics processor
32 patients share a tile, so that the 32 threads of a warp touch neighbouring numbers; it is a constant of the text, so
that places need no arithmetic.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from adoptive.errors import SolveError
from adoptive.solve.derive import Elimination, eliminate, extended_jacobian
from adoptive.solve.graph import Node, reachable
from adoptive.solve.methods import INTERPOLANT_ROWS, NO_ERROR, Method
from adoptive.solve.trace import Traced, hoisted

__all__ = ["DataType", "Plan", "make_plan", "write_routines"]

DataType = Literal["f8", "f4"]

_LONGEST_INLINE = 60
_COMBINE = "y, stages, argument, mix"
_SIGNATURES = {
    "prepare": "nothing, p",
    "linearise": "y, p, slope, matrix",
    "factor": "matrix, shift",
    "rhs": "y, p, out",
    "solve": "matrix, slope, mix, inverse, out",
    "watch": "y, p, out",
    "rates": "y, p, out",
    "text": "place, y, p, amount, out",
    "combine": "stage, y, stages, argument, mix",
    "error": "y, argument, stages, absolute, relative, new, size",
    "attempt": "y, p, slope, matrix, stages, argument, mix, nothing, known, next_known, next_slope, absolute, "
    "relative, new, used, inverse, size",
    "dense": "stages, q",
    "interpolate": "y, new, q, s, out",
    "glance": "y, new, stages, s, lane, out",
    "commit": "y, new, accepted",
}


@dataclass(frozen=True)
class Plan:
    """Hold what is computed and in which order: the graph, what is hoisted, the elimination."""

    traced: Traced
    elimination: Elimination
    negative_jacobian: tuple[Node, ...]
    steady: tuple[Node, ...]


def make_plan(traced: Traced) -> Plan:
    """Derive the Jacobian, the elimination order and the hoisted sub-expressions of a traced model."""
    kept, entries = extended_jacobian(traced.slopes, traced.states)
    elimination = eliminate(len(traced.states) + kept, entries)
    zero = traced.graph.constant(0.0)
    negative = tuple(-entries.get(key, zero) for key in elimination.place)
    return Plan(traced, elimination, negative, hoisted(traced, traced.outputs + negative))


class _Page:
    """Write the lines of one routine."""

    def __init__(self, name: str, title: str, *, stride: int, dtype: DataType, arguments: str = "") -> None:
        self.stride, self.dtype = stride, dtype
        head = f"def model_{name}({arguments or _SIGNATURES[name]}):"
        self.lines = ["@compiled", head, f'    """{title}"""']

    def at(self, array: str, row: int) -> str:
        """Return the text of an element."""
        return f"{array}[{row * self.stride}]"

    def each(self, array: str, row: int = 0) -> str:
        """Return the text of an element counted from a row by the loop's k."""
        start = f"{row * self.stride} + " if row else ""
        return f"{array}[{start}k]" if self.stride == 1 else f"{array}[{start}{self.stride} * k]"

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


def write_routines(plan: Plan, method: Method, *, stride: int, dtype: DataType) -> str:
    """Write every routine of one model as Python source.

    The text expects `compiled` (a decorator), `REAL` (the number type), `choose`, `safe_exp` and `safe_log` in its
    namespace.
    """
    writer = _Writer(plan, method, stride, dtype)
    return "\n\n".join([*writer.of_model(), *writer.of_system(), *writer.of_step()])


class _Writer:
    def __init__(self, plan: Plan, method: Method, stride: int, dtype: DataType) -> None:
        self.plan, self.method, self.stride, self.dtype = plan, method, stride, dtype
        self.size = len(plan.traced.states)
        given = len(plan.traced.parameters)
        self.steady_row = {node.number: given + k for k, node in enumerate(plan.steady)}

    def of_model(self) -> list[str]:
        """Write what comes from the model's texts."""
        traced = self.plan.traced
        texts = [
            self._graph(f"text{k}", "Compute what a jump's text gives.", tuple(values.values()), "y, p, amount, out")
            for k, values in enumerate(traced.jumps.values())
        ]
        return [
            self._prepare(),
            self._linearise(),
            self._graph("rhs", "Compute the derivatives.", traced.slopes),
            self._graph("watch", "Compute the watched signals.", tuple(traced.signals.values())),
            self._graph("rates", "Compute birth and death rates.", tuple(traced.rates.values())),
            *texts,
            self._choice("text", range(len(traced.jumps)), "y, p, amount, out"),
        ]

    def of_system(self) -> list[str]:
        """Write the linear algebra."""
        return [self._factor(), self._solve()]

    def of_step(self) -> list[str]:
        """Write a step of the method."""
        stages = range(1, self.method.stages)
        return [
            *(self._combine(stage) for stage in stages),
            self._choice("combine", list(stages), "y, stages, argument, mix"),
            self._error(),
            self._attempt(),
            self._dense(),
            self._interpolate(),
            self._glance(),
            self._commit(),
        ]

    def _page(self, name: str, title: str, arguments: str = "") -> _Page:
        return _Page(name, title, stride=self.stride, dtype=self.dtype, arguments=arguments)

    def _reader(self, page: _Page, *, prepared: bool = True) -> Callable[[Node], str | None]:
        arrays = {"state": "y", "parameter": "p", "amount": "amount"}

        def read(node: Node) -> str | None:
            if node.operation == "symbol":
                kind, place = node.operands
                return f"REAL({page.at('amount', 0)})" if kind == "amount" else page.at(arrays[kind], place)
            row = self.steady_row.get(node.number) if prepared else None
            return None if row is None else page.at("p", row)

        return read

    def _choice(self, name: str, places: Sequence[int], arguments: str) -> str:
        """Write the routine that calls one of several by its number."""
        page = self._page(name, "Choose a routine by its number.")
        for word, place in zip(["if", *["elif"] * len(places)], places, strict=False):
            page.add(f"{word} {_SIGNATURES[name].split(',')[0]} == {place}:")
            page.add(f"    model_{name}{place}({arguments})")
        return page.text()

    def _prepare(self) -> str:
        page = self._page("prepare", "Extend the parameters by the sub-expressions that no state enters.")
        first = len(self.plan.traced.parameters)
        targets = [page.at("p", first + k) for k in range(len(self.plan.steady))]
        _evaluate(page, self.plan.steady, self._reader(page, prepared=False), targets)
        return page.text()

    def _linearise(self) -> str:
        page = self._page("linearise", "Compute derivatives and the negative Jacobian together.")
        entries = len(self.plan.negative_jacobian)
        targets = [page.at("slope", k) for k in range(self.size)] + [page.at("matrix", k) for k in range(entries)]
        _evaluate(page, self.plan.traced.slopes + self.plan.negative_jacobian, self._reader(page), targets)
        return page.text()

    def _graph(self, name: str, title: str, outputs: Sequence[Node], arguments: str = "") -> str:
        page = self._page(name, title, arguments)
        _evaluate(page, outputs, self._reader(page), [page.at("out", k) for k in range(len(outputs))])
        return page.text()

    def _factor(self) -> str:
        """Write a = LU, row by row in pivot order: every entry is one sum, pivots are kept as reciprocals.

        The rows of kept intermediate values have no shift, see `extended_jacobian`.
        """
        page = self._page("factor", "Factor matrix + shift I in place, pivots kept as reciprocals.")
        plan, one = self.plan.elimination, page.number(1.0)
        place = plan.place
        for i in plan.order:
            lower = plan.lower[i]
            for j in (*lower, i, *plan.upper[i]):
                here = page.at("matrix", place[i, j])
                # what earlier pivots take away, in the order of elimination
                before = [k for k in (lower[: lower.index(j)] if j in lower else lower) if (k, j) in place]
                total = f"{here} + shift" if i == j < self.size else here
                total += "".join(f" - a{place[i, k]} * a{place[k, j]}" for k in before)
                if j in lower:
                    total = f"({total}) * a{place[j, j]}"
                elif i == j:
                    total = f"{one} / ({total})"
                page.add(f"a{place[i, j]} = {total}")
                if total != here:
                    page.add(f"{here} = a{place[i, j]}")
        return page.text()

    def _solve(self) -> str:
        page = self._page("solve", "Solve LU u = slope + inverse mix.")
        plan = self.plan.elimination

        def less(i: int, columns: Iterable[int], name: str) -> str:
            return "".join(f" - {page.at('matrix', plan.place[i, j])} * {name}{j}" for j in columns)

        for i in plan.order:
            own = f"inverse * {page.at('mix', i)} + {page.at('slope', i)}" if i < self.size else page.number(0.0)
            page.add(f"b{i} = {own}{less(i, plan.lower[i], 'b')}")
        for i in reversed(plan.order):
            reciprocal = page.at("matrix", plan.place[i, i])
            page.add(f"u{i} = (b{i}{less(i, plan.upper[i], 'u')}) * {reciprocal}")
            if i < self.size:
                page.add(f"{page.at('out', i)} = u{i}")
        return page.text()

    def _stages(self, page: _Page, weights: Sequence[Sequence[float]]) -> None:
        """Read the stages that have a weight, inside a loop over states."""
        for j in range(max(len(w) for w in weights)):
            if any(j < len(w) and w[j] for w in weights):
                page.add(f"    u{j} = {page.each('stages', j * self.size)}")

    def _combine(self, stage: int) -> str:
        page = self._page(f"combine{stage}", f"Sum {stage} stages to the next argument and mix.", _COMBINE)
        a, c = self.method.a[stage], self.method.c[stage]
        extends = a[:-1] == self.method.a[stage - 1] and a[-1] == 1.0
        page.add(f"for k in range({self.size}):")
        self._stages(page, [c, (0.0,) * (stage - 1) + (1.0,) if extends else a])
        argument = page.each("argument")
        total = f"{argument} + u{stage - 1}" if extends else page.each("y") + _sum(page, a)
        page.add(f"    {argument} = {total}")
        page.add(f"    {page.each('mix')} = {_sum(page, c).removeprefix(' + ') or page.number(0.0)}")
        return page.text()

    def _error(self) -> str:
        page = self._page("error", "Take the step and its weighted error; anything infinite makes it NaN.")
        nothing, last = page.number(0.0), self.method.stages - 1
        page.add(f"total, bound = {nothing}, REAL(relative[0])")
        page.add(f"for k in range({self.size}):")
        self._stages(page, [self.method.error, (0.0,) * last + (1.0,)])
        page.add(f"    error = {_sum(page, self.method.error).removeprefix(' + ')}")
        page.add(f"    new_k = {page.each('argument')} + u{last}")
        page.add(f"    {page.each('new')} = new_k")
        page.add(f"    weighted = error / (bound * max(abs({page.each('y')}), abs(new_k)) + REAL(absolute[k]))")
        page.add(f"    total = weighted * weighted + (new_k * {nothing} + total)")
        page.add(f"size[0] = math.sqrt(total * {page.number(1.0 / self.size)})")
        page.add(f"{page.at('size', 1)} = (size[0] * size[0] + {NO_ERROR}) ** {0.5 * self.method.pace}")
        return page.text()

    def _attempt(self) -> str:
        page = self._page("attempt", "Compute the stages, the new state and the error of one step.")
        page.add("shorter = REAL(inverse[0])")
        page.add("model_linearise(y, p, slope, matrix)")
        page.add(f"model_factor(matrix, shorter * {page.number(1.0 / self.method.gamma)})")
        page.add(f"for k in range({self.size}):")
        page.add(f"    {page.each('mix')} = {page.number(0.0)}")
        page.add(f"for stage in range({self.method.stages}):")
        page.add("    if stage > 0:")
        page.add("        model_combine(stage, y, stages, argument, mix)")
        page.add("        model_rhs(argument, p, slope)")
        page.add(f"    model_solve(matrix, slope, mix, shorter, stages[{self.size * self.stride} * stage :])")
        page.add("model_error(y, argument, stages, absolute, relative, new, size)")
        return page.text()

    def _dense(self) -> str:
        page = self._page("dense", "Sum the stages to the coefficients of the interpolant.")
        page.add(f"for k in range({self.size}):")
        self._stages(page, self.method.h)
        for row, weights in enumerate(self.method.h):
            total = _sum(page, weights).removeprefix(" + ") or page.number(0.0)
            page.add(f"    {page.each('q', row * self.size)} = {total}")
        return page.text()

    def _interpolate(self) -> str:
        page = self._page("interpolate", "Evaluate the interpolant at a fraction s of the step.")
        page.add("t = REAL(s[0])")
        page.add(f"left = {page.number(1.0)} - t")
        page.add(f"for k in range({self.size}):")
        q1, q2, q3 = (page.each("q", row * self.size) for row in range(INTERPOLANT_ROWS))
        page.add(f"    inner = left * (t * (t * {q3} + {q2}) + {q1}) + {page.each('new')}")
        page.add(f"    {page.each('out')} = t * inner + left * {page.each('y')}")
        return page.text()

    def _glance(self) -> str:
        page = self._page("glance", "Evaluate the interpolant straight from the stages; there is one lane.")
        page.add("t = REAL(s[0])")
        page.add(f"left = {page.number(1.0)} - t")
        for j, weights in enumerate(zip(*self.method.h, strict=True)):
            one, two, three = (page.number(weight) for weight in weights)
            page.add(f"w{j} = t * left * ({one} + t * ({two} + t * {three}))")
        page.add(f"for k in range({self.size}):")
        self._stages(page, [(1.0,) * self.method.stages])
        total = "".join(f" + w{j} * u{j}" for j in range(self.method.stages))
        page.add(f"    {page.each('out')} = t * {page.each('new')} + left * {page.each('y')}{total}")
        return page.text()

    def _commit(self) -> str:
        page = self._page("commit", "Replace the state where the step was accepted.")
        page.add("if accepted[0] > 0.0:")
        page.add(f"    for k in range({self.size}):")
        page.add(f"        {page.each('y')} = {page.each('new')}")
        return page.text()


def _sum(page: _Page, weights: Sequence[float]) -> str:
    return "".join(f" + {page.number(weight)} * u{j}" for j, weight in enumerate(weights) if weight)


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
