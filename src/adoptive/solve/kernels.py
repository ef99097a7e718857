"""Write the compiled routines of one model: rates, Jacobian, LU factors, solve, and the sums of a Rodas5P step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from llvmlite import ir

from adoptive.solve.derive import Elimination, eliminate, jacobian
from adoptive.solve.emit import Routine, evaluate
from adoptive.solve.graph import Node
from adoptive.solve.rodas import STAGES, A, C, H
from adoptive.solve.trace import Traced, hoisted

__all__ = ["ROUTINES", "Listing", "routine_names", "write_kernels"]

ROUTINES = (
    "prepare",
    "linearise",
    "factor",
    "rhs",
    "solve",
    "error",
    "dense",
    "interpolate",
    "commit",
    "watch",
    "rates",
    *(f"combine{stage}" for stage in range(1, STAGES)),
)


def routine_names(traced: Traced) -> tuple[str, ...]:
    """Return the names of a model's routines in order: `ROUTINES`, then one for each textual jump."""
    return (*ROUTINES, *(f"jump{place}" for place in traced.jumps))


@dataclass(frozen=True)
class Listing:
    """Hold the text of a model's LLVM module and the two sizes that the driver must know."""

    text: str
    parameter_rows: int
    matrix_entries: int


class _Sheet:
    """Hold what every routine of one model needs while it is written."""

    def __init__(self, traced: Traced, width: int) -> None:
        entries = jacobian(traced.slopes, traced.states)
        self.traced, self.width = traced, width
        self.elimination: Elimination = eliminate(len(traced.states), entries)
        zero = traced.graph.constant(0.0)
        self.negative_jacobian = tuple(-entries.get(key, zero) for key in self.elimination.place)
        self.steady = hoisted(traced, traced.outputs + self.negative_jacobian)
        self.steady_row = {node.number: len(traced.parameters) + k for k, node in enumerate(self.steady)}
        self.module = ir.Module(name="kernels")

    @property
    def size(self) -> int:
        return len(self.traced.states)

    def routine(self, name: str, arrays: int) -> Routine:
        return Routine(self.module, name, self.width, arrays)

    def reader(self, routine: Routine, *, prepared: bool = True) -> Callable[[Node], Any | None]:
        """Read states from array 0 and parameters (prepared sub-expressions included) from array 1."""

        def read(node: Node) -> Any | None:
            if node.operation == "symbol":
                return routine.load(0 if node.operands[0] == "state" else 1, node.operands[1])
            row = self.steady_row.get(node.number) if prepared else None
            return None if row is None else routine.load(1, row)

        return read


def write_kernels(traced: Traced, width: int) -> Listing:
    """Write every routine of `ROUTINES` for vectors of `width` patients."""
    sheet = _Sheet(traced, width)
    _prepare(sheet)
    _linearise(sheet)
    _graph(sheet, "rhs", traced.slopes)
    _graph(sheet, "watch", tuple(traced.signals.values()))
    _graph(sheet, "rates", tuple(traced.rates.values()))
    _factor(sheet)
    _solve(sheet)
    for stage in range(1, STAGES):
        _combine(sheet, stage)
    _error(sheet)
    _dense(sheet)
    _interpolate(sheet)
    _commit(sheet)
    for place, values in traced.jumps.items():
        _jump(sheet, f"jump{place}", tuple(values.values()))
    rows = len(traced.parameters) + len(sheet.steady)
    return Listing(str(sheet.module), rows, len(sheet.negative_jacobian))


def _prepare(sheet: _Sheet) -> None:
    """Extend the parameters by the sub-expressions that no state enters: prepare(unused, p)."""
    routine = sheet.routine("prepare", 2)
    first = len(sheet.traced.parameters)
    read = sheet.reader(routine, prepared=False)
    evaluate(routine, sheet.steady, read, lambda k, value: routine.store(1, first + k, value))
    routine.finish()


def _graph(sheet: _Sheet, name: str, outputs: Sequence[Node]) -> None:
    """Compute outputs from states and parameters: name(y, p, out)."""
    routine = sheet.routine(name, 3)
    evaluate(routine, outputs, sheet.reader(routine), lambda k, value: routine.store(2, k, value))
    routine.finish()


def _jump(sheet: _Sheet, name: str, outputs: Sequence[Node]) -> None:
    """Compute the new values that a jump's text gives: name(y, p, amount, out)."""
    routine = sheet.routine(name, 4)
    known = sheet.reader(routine)

    def read(node: Node) -> Any | None:
        of_amount = node.operation == "symbol" and node.operands[0] == "amount"
        return routine.load(2, 0) if of_amount else known(node)

    evaluate(routine, outputs, read, lambda k, value: routine.store(3, k, value))
    routine.finish()


def _linearise(sheet: _Sheet) -> None:
    """Compute derivatives and the negative Jacobian together: linearise(y, p, f, matrix)."""
    routine = sheet.routine("linearise", 4)
    size = sheet.size

    def write(k: int, value: Any) -> None:
        routine.store(2 if k < size else 3, k if k < size else k - size, value)

    evaluate(routine, sheet.traced.slopes + sheet.negative_jacobian, sheet.reader(routine), write)
    routine.finish()


def _factor(sheet: _Sheet) -> None:
    """Factor matrix + shift I in place, row by row, pivots kept as reciprocals: factor(matrix, shift)."""
    routine = sheet.routine("factor", 2)
    plan, shift = sheet.elimination, routine.load(1, 0)
    for i in plan.order:
        columns = (*plan.lower[i], i, *plan.upper[i])
        row = {j: routine.load(0, plan.place[i, j]) for j in columns}
        row[i] = routine.add(row[i], shift)
        for k in plan.lower[i]:
            row[k] = routine.mul(row[k], routine.load(0, plan.place[k, k]))
            less = routine.neg(row[k])
            for j in plan.upper[k]:
                row[j] = routine.fma(less, routine.load(0, plan.place[k, j]), row[j])
        row[i] = routine.rcp(row[i])
        for j in columns:
            routine.store(0, plan.place[i, j], row[j])
    routine.finish()


def _solve(sheet: _Sheet) -> None:
    """Solve LU u = f + mix/h: solve(matrix, f, mix, 1/h, u)."""
    routine = sheet.routine("solve", 5)
    plan, inverse = sheet.elimination, routine.load(3, 0)
    x: dict[int, Any] = {}

    def reduce(i: int, columns: Sequence[int], start: Any) -> Any:
        for j in columns:
            start = routine.fma(routine.neg(routine.load(0, plan.place[i, j])), x[j], start)
        return start

    for i in plan.order:
        right = routine.fma(inverse, routine.load(2, i), routine.load(1, i))
        x[i] = reduce(i, plan.lower[i], right)
    for i in reversed(plan.order):
        x[i] = routine.mul(reduce(i, plan.upper[i], x[i]), routine.load(0, plan.place[i, i]))
        routine.store(4, i, x[i])
    routine.finish()


def _weighted_sum(routine: Routine, weights: Sequence[float], values: Sequence[Any], start: Any | None) -> Any:
    total = start
    for weight, value in zip(weights, values, strict=True):
        if total is None:
            total = routine.mul(routine.constant(weight), value)
        else:
            total = routine.fma(routine.constant(weight), value, total)
    return total


def _stages(sheet: _Sheet, routine: Routine, array: int, row: Any, count: int) -> list[Any]:
    rows = [routine.code.add(row, ir.Constant(ir.IntType(64), j * sheet.size)) for j in range(count)]
    return [routine.load(array, at) for at in rows]


def _combine(sheet: _Sheet, stage: int) -> None:
    """Sum the stages so far: combineN(y, stages, argument, mix); the last two arguments extend the one before."""
    routine = sheet.routine(f"combine{stage}", 4)
    extends = A[stage][:-1] == A[stage - 1] and A[stage][-1] == 1.0
    with routine.each(sheet.size) as row:
        stages = _stages(sheet, routine, 1, row, stage)
        if extends:
            argument = routine.add(routine.load(2, row), stages[-1])
        else:
            argument = _weighted_sum(routine, A[stage], stages, routine.load(0, row))
        routine.store(2, row, argument)
        routine.store(3, row, _weighted_sum(routine, C[stage], stages, None))
    routine.finish()


def _error(sheet: _Sheet) -> None:
    """Take the step and its weighted error: error(y, argument, last stage, absolute, relative, new, size).

    size^2 = mean over states of (u / (absolute + relative max(|y|, |new|)))^2; anything infinite makes it NaN.
    """
    routine = sheet.routine("error", 7)
    relative = routine.spread(4, 0)
    routine.store(6, 0, routine.constant(0.0))
    with routine.each(sheet.size) as row:
        u, y = routine.load(2, row), routine.load(0, row)
        new = routine.add(routine.load(1, row), u)
        routine.store(5, row, new)
        a, b = routine.intrinsic("fabs", y), routine.intrinsic("fabs", new)
        largest = routine.code.select(routine.code.fcmp_ordered(">", a, b), a, b)
        weighted = routine.div(u, routine.fma(relative, largest, routine.spread(3, row)))
        total = routine.fma(weighted, weighted, routine.load(6, 0))
        routine.store(6, 0, routine.fma(new, routine.constant(0.0), total))
    mean = routine.mul(routine.load(6, 0), routine.constant(1.0 / sheet.size))
    routine.store(6, 0, routine.intrinsic("sqrt", mean))
    routine.finish()


def _dense(sheet: _Sheet) -> None:
    """Sum the stages to the coefficients of the interpolant: dense(stages, q)."""
    routine = sheet.routine("dense", 2)
    with routine.each(sheet.size) as row:
        stages = _stages(sheet, routine, 0, row, STAGES)
        for k, weights in enumerate(H):
            at = routine.code.add(row, ir.Constant(ir.IntType(64), k * sheet.size))
            routine.store(1, at, _weighted_sum(routine, weights, stages, None))
    routine.finish()


def _interpolate(sheet: _Sheet) -> None:
    """Evaluate the interpolant at a fraction s of the step: interpolate(y, new, q, s, out)."""
    routine = sheet.routine("interpolate", 5)
    s = routine.load(3, 0)
    left = routine.sub(routine.constant(1.0), s)
    with routine.each(sheet.size) as row:
        q1, q2, q3 = _stages(sheet, routine, 2, row, len(H))
        inner = routine.fma(left, routine.fma(s, routine.fma(s, q3, q2), q1), routine.load(1, row))
        routine.store(4, row, routine.fma(s, inner, routine.mul(left, routine.load(0, row))))
    routine.finish()


def _commit(sheet: _Sheet) -> None:
    """Replace the state in the lanes whose step was accepted: commit(y, new, accepted)."""
    routine = sheet.routine("commit", 3)
    accepted = routine.load(2, 0)
    with routine.each(sheet.size) as row:
        routine.store(0, row, routine.select(accepted, routine.load(1, row), routine.load(0, row)))
    routine.finish()
