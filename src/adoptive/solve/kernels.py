"""Write the compiled routines of one model: rates, Jacobian, LU factors, solve; `stages` adds those of a step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from adoptive.solve.derive import Elimination, eliminate, extended_jacobian
from adoptive.solve.emit import Routine, evaluate
from adoptive.solve.graph import Node
from adoptive.solve.methods import RODAS5P, Method
from adoptive.solve.stages import write_step
from adoptive.solve.trace import Traced, hoisted

__all__ = ["ROUTINES", "Listing", "Sheet", "routine_names", "write_kernels"]

ROUTINES = (
    "prepare",
    "linearise",
    "factor",
    "rhs",
    "solve",
    "error",
    "dense",
    "interpolate",
    "glance",
    "commit",
    "watch",
    "rates",
    "attempt",
)


def routine_names(traced: Traced) -> tuple[str, ...]:
    """Return the names of a model's routines in order: `ROUTINES`, then one for each textual jump."""
    return (*ROUTINES, *(f"jump{place}" for place in traced.jumps))


@dataclass(frozen=True)
class Listing:
    """Hold the texts of a model's LLVM modules, the longest first, and the two sizes that the loop must know."""

    texts: tuple[str, ...]
    parameter_rows: int
    matrix_entries: int


class Sheet:
    """Hold what every routine of one model needs while it is written."""

    def __init__(self, traced: Traced, width: int) -> None:
        kept, entries = extended_jacobian(traced.slopes, traced.states)
        self.traced, self.width = traced, width
        self.elimination: Elimination = eliminate(len(traced.states) + kept, entries)
        zero = traced.graph.constant(0.0)
        self.jacobian = tuple(entries.get(key, zero) for key in self.elimination.place)
        self.steady = hoisted(traced, traced.outputs + self.jacobian)
        self.steady_row = {node.number: len(traced.parameters) + k for k, node in enumerate(self.steady)}
        self.module, self.apart = ir.Module(name="kernels"), ir.Module(name="linearise")

    @property
    def size(self) -> int:
        """Return the number of states."""
        return len(self.traced.states)

    def routine(self, name: str, arrays: int) -> Routine:
        """Begin a routine; the longest has a module of its own, so that two processors can compile one model."""
        if name != self.apart.name:
            return Routine(self.module, name, self.width, arrays)
        apart = Routine(self.apart, name, self.width, arrays)
        ir.Function(self.module, apart.function.function_type, name)
        return apart

    def reader(self, routine: Routine, *, prepared: bool = True) -> Callable[[Node], Any | None]:
        """Read states from array 0 and parameters (prepared sub-expressions included) from array 1."""

        def read(node: Node) -> Any | None:
            if node.operation == "symbol":
                return routine.load(0 if node.operands[0] == "state" else 1, node.operands[1])
            row = self.steady_row.get(node.number) if prepared else None
            return None if row is None else routine.load(1, row)

        return read


def write_kernels(traced: Traced, width: int, method: Method = RODAS5P) -> Listing:
    """Write every routine of `ROUTINES` for vectors of `width` patients."""
    sheet = Sheet(traced, width)
    _prepare(sheet)
    _linearise(sheet)
    _graph(sheet, "rhs", traced.slopes)
    _graph(sheet, "watch", tuple(traced.signals.values()))
    _graph(sheet, "rates", tuple(traced.rates.values()))
    _factor(sheet, method)
    _solve(sheet)
    write_step(sheet, method)
    for place, values in traced.jumps.items():
        _jump(sheet, f"jump{place}", tuple(values.values()))
    rows = len(traced.parameters) + len(sheet.steady)
    return Listing((str(sheet.apart), str(sheet.module)), rows, len(sheet.jacobian))


def _prepare(sheet: Sheet) -> None:
    """Extend the parameters by the sub-expressions that no state enters: prepare(unused, p)."""
    routine = sheet.routine("prepare", 2)
    first = len(sheet.traced.parameters)
    read = sheet.reader(routine, prepared=False)
    evaluate(routine, sheet.steady, read, lambda k, value: routine.store(1, first + k, value))
    routine.finish()


def _graph(sheet: Sheet, name: str, outputs: Sequence[Node]) -> None:
    """Compute outputs from states and parameters: name(y, p, out)."""
    routine = sheet.routine(name, 3)
    evaluate(routine, outputs, sheet.reader(routine), lambda k, value: routine.store(2, k, value))
    routine.finish()


def _jump(sheet: Sheet, name: str, outputs: Sequence[Node]) -> None:
    """Compute the new values that a jump's text gives: name(y, p, amount, out)."""
    routine = sheet.routine(name, 4)
    known = sheet.reader(routine)

    def read(node: Node) -> Any | None:
        of_amount = node.operation == "symbol" and node.operands[0] == "amount"
        return routine.load(2, 0) if of_amount else known(node)

    evaluate(routine, outputs, read, lambda k, value: routine.store(3, k, value))
    routine.finish()


def _linearise(sheet: Sheet) -> None:
    """Compute derivatives and the Jacobian together: linearise(y, p, f, matrix)."""
    routine, plan = sheet.routine("linearise", 4), sheet.elimination
    outputs: list[tuple[int, int, Node]] = []  # array, row, value: each state's together, so that little is kept long
    for i in plan.order:
        if i < sheet.size:
            outputs.append((2, i, sheet.traced.slopes[i]))
        outputs += [(3, at, sheet.jacobian[at]) for (row, _), at in plan.place.items() if row == i]
    values = [value for _, _, value in outputs]
    evaluate(routine, values, sheet.reader(routine), lambda k, value: routine.store(*outputs[k][:2], value))
    routine.finish()


def _factor(sheet: Sheet, method: Method) -> None:
    """Factor J - I/(h gamma) in place, row by row, pivots kept as reciprocals: factor(matrix, 1/h).

    The rows of kept intermediate values have no 1/h, see `extended_jacobian`.
    """
    routine, plan = sheet.routine("factor", 2), sheet.elimination
    shift = routine.mul(routine.load(1, 0), routine.constant(1.0 / method.gamma if method.implicit else 0.0))
    for i in plan.order:
        columns = (*plan.lower[i], i, *plan.upper[i])
        row = {j: routine.load(0, plan.place[i, j]) for j in columns}
        row[i] = routine.sub(row[i], shift) if i < sheet.size else row[i]
        for k in plan.lower[i]:
            row[k] = routine.mul(row[k], routine.load(0, plan.place[k, k]))
            less = routine.neg(row[k])
            for j in plan.upper[k]:
                row[j] = routine.fma(less, routine.load(0, plan.place[k, j]), row[j])
        row[i] = routine.rcp(row[i])
        for j in columns:
            routine.store(0, plan.place[i, j], row[j])
    routine.finish()


def _solve(sheet: Sheet) -> None:
    """Solve LU u = -(f + mix/h): solve(matrix, f, mix, 1/h, u)."""
    routine = sheet.routine("solve", 5)
    plan, inverse = sheet.elimination, routine.neg(routine.load(3, 0))
    x: dict[int, Any] = {}

    def reduce(i: int, columns: Sequence[int], start: Any | None) -> Any:
        for j in columns:
            less = routine.neg(routine.load(0, plan.place[i, j]))
            start = routine.mul(less, x[j]) if start is None else routine.fma(less, x[j], start)
        return routine.constant(0.0) if start is None else start

    for i in plan.order:
        right = None
        if i < sheet.size:
            right = routine.fma(inverse, routine.load(2, i), routine.neg(routine.load(1, i)))
        x[i] = reduce(i, plan.lower[i], right)
    for i in reversed(plan.order):
        latest_last = tuple(reversed(plan.upper[i]))  # so that a sum waits as little as it can
        x[i] = routine.mul(reduce(i, latest_last, x[i]), routine.load(0, plan.place[i, i]))
        if i < sheet.size:
            routine.store(4, i, x[i])
    routine.finish()
