"""Write the routines of one step from a method's tableau: the attempt, its error, the interpolant, the acceptance.

The attempt is one routine that calls the model's own ones, so the loop over steps knows no method.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from llvmlite import ir

from adoptive.solve.emit import Routine
from adoptive.solve.methods import NO_ERROR, Method

if TYPE_CHECKING:
    from adoptive.solve.kernels import Sheet

__all__ = ["ATTEMPT", "write_step"]

_WORD = ir.IntType(64)
_SUMS = 4  # partial sums of the error, which need not wait for each other

# what `attempt` is given, in this order: names of the lanes' vectors, and of rows of their clock
ATTEMPT = (
    *("y", "p", "slope", "matrix", "stages", "argument", "mix", "nothing", "known", "next_known", "next_slope"),
    *("absolute", "relative", "new", "used", "inverse", "size"),
)


def write_step(sheet: Sheet, method: Method) -> None:
    """Write combineN, error, attempt, dense, interpolate, glance and commit."""
    for stage in range(1, method.stages):
        _combine(sheet, method, stage)
    _error(sheet, method)
    if method.implicit:
        _attempt_implicit(sheet, method)
    else:
        _recall_slope(sheet)
        _scale(sheet)
        _attempt_explicit(sheet, method)
    _dense(sheet, method)
    _interpolate(sheet)
    _glance(sheet, method)
    _commit(sheet)


class _Attempt:
    """Write the body of `attempt`: calls of the other routines on the vectors of `ATTEMPT`."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet, self.routine = sheet, sheet.routine("attempt", len(ATTEMPT))
        self.vector = dict(zip(ATTEMPT, self.routine.arrays, strict=True))

    def stage(self, number: int) -> Any:
        """Return where a stage lies."""
        at = ir.Constant(_WORD, number * self.sheet.size * self.sheet.width)
        return self.routine.code.gep(self.vector["stages"], [at])

    def call(self, name: str, *given: Any) -> None:
        """Call a routine on vectors, given by name or place."""
        places = [self.vector[x] if isinstance(x, str) else x for x in given]
        self.routine.code.call(self.sheet.module.globals[name], places)


def _attempt_implicit(sheet: Sheet, method: Method) -> None:
    attempt = _Attempt(sheet)
    attempt.call("linearise", "y", "p", "slope", "matrix")
    attempt.call("factor", "matrix", "inverse")
    attempt.call("solve", "matrix", "slope", "nothing", "inverse", attempt.stage(0))
    for stage in range(1, method.stages):
        attempt.call(f"combine{stage}", "y", "stages", "argument", "mix")
        attempt.call("rhs", "argument", "p", "slope")
        attempt.call("solve", "matrix", "slope", "mix", "inverse", attempt.stage(stage))
    attempt.call("error", "y", "argument", "stages", "absolute", "relative", "new", "size")
    attempt.routine.finish()


def _attempt_explicit(sheet: Sheet, method: Method) -> None:
    attempt, last = _Attempt(sheet), method.stages - 1
    attempt.call("recall_slope", "y", "known", "next_known", "slope", "next_slope", "size")
    code = attempt.routine.code
    strange = attempt.routine.any_positive(ATTEMPT.index("size"))
    with code.if_then(strange):
        attempt.call("rhs", "y", "p", "slope")
    attempt.call("scale", "slope", "used", attempt.stage(0))
    for stage in range(1, method.stages):
        argument, slope = ("next_known", "next_slope") if stage == last else ("argument", "mix")
        attempt.call(f"combine{stage}", "y", "stages", argument, "mix")
        attempt.call("rhs", argument, "p", slope)
        attempt.call("scale", slope, "used", attempt.stage(stage))
    attempt.call("error", "y", "next_known", "stages", "absolute", "relative", "new", "size")
    attempt.routine.finish()


def _recall_slope(sheet: Sheet) -> None:
    """Find the slope at y among the two known ones: recall_slope(y, known, next known, slope, next slope, strange).

    In lanes where `strange` is 1, y is neither the state of the last step's start nor that of its end.
    """
    routine = sheet.routine("recall_slope", 6)
    one, nothing = routine.constant(1.0), routine.constant(0.0)
    code = routine.code
    before, after = nothing, nothing  # above zero where a row differs
    for row in range(sheet.size):
        y = routine.load(0, row)
        before = code.select(code.fcmp_unordered("!=", y, routine.load(1, row)), one, before)
        after = code.select(code.fcmp_unordered("!=", y, routine.load(2, row)), one, after)
    for row in range(sheet.size):
        routine.store(1, row, routine.load(0, row))
        routine.store(3, row, routine.select(after, routine.load(3, row), routine.load(4, row)))
    routine.store(5, 0, code.select(code.fcmp_ordered(">", after, nothing), before, nothing))
    routine.finish()


def _scale(sheet: Sheet) -> None:
    """Multiply a slope by the step: scale(slope, h, stage)."""
    routine = sheet.routine("scale", 3)
    step = routine.load(1, 0)
    with routine.each(sheet.size) as row:
        routine.store(2, row, routine.mul(step, routine.load(0, row)))
    routine.finish()


def _weighted_sum(routine: Routine, weights: Sequence[float], values: Sequence[Any], start: Any | None) -> Any:
    total = start
    for weight, value in zip(weights, values, strict=True):
        if weight == 0.0:
            continue
        if total is None:
            total = value if weight == 1.0 else routine.mul(routine.constant(weight), value)
        else:
            total = routine.fma(routine.constant(weight), value, total)
    return routine.constant(0.0) if total is None else total


def _stages(sheet: Sheet, routine: Routine, array: int, row: Any, count: int) -> list[Any]:
    rows = [routine.code.add(row, ir.Constant(_WORD, j * sheet.size)) for j in range(count)]
    return [routine.load(array, at) for at in rows]


def _combine(sheet: Sheet, method: Method, stage: int) -> None:
    """Sum the stages so far: combineN(y, stages, argument, mix); some arguments extend the one before."""
    routine = sheet.routine(f"combine{stage}", 4)
    a, c = method.a[stage], method.c[stage]
    extends = method.implicit and a[:-1] == method.a[stage - 1] and a[-1] == 1.0
    with routine.each(sheet.size) as row:
        stages = _stages(sheet, routine, 1, row, stage)
        if extends:
            argument = routine.add(routine.load(2, row), stages[-1])
        else:
            argument = _weighted_sum(routine, a, stages, routine.load(0, row))
        routine.store(2, row, argument)
        if method.implicit:
            routine.store(3, row, _weighted_sum(routine, c, stages, None))
    routine.finish()


def _error(sheet: Sheet, method: Method) -> None:
    """Take the step and its weighted error: error(y, argument, stages, absolute, relative, new, size).

    size^2 = mean over states of (e / (absolute + relative max(|y|, |new|)))^2; anything infinite makes it NaN. The row
    after it has the growth of the step that would bring the size to 1. Two states share one division.
    """
    routine = sheet.routine("error", 7)
    relative, code = routine.spread(4, 0), routine.code
    totals = [routine.constant(0.0)] * _SUMS
    parts: list[tuple[Any, Any]] = []
    for row in range(sheet.size):
        stages = [routine.load(2, j * sheet.size + row) if method.error[j] else None for j in range(method.stages)]
        error = _weighted_sum(routine, [e for e in method.error if e], [u for u in stages if u is not None], None)
        y, new = routine.load(0, row), routine.load(1, row)
        new = routine.add(new, stages[-1]) if method.implicit else new
        routine.store(5, row, new)
        a, b = routine.intrinsic("fabs", y), routine.intrinsic("fabs", new)
        largest = code.select(code.fcmp_ordered(">", a, b), a, b)
        parts.append((error, routine.fma(relative, largest, routine.spread(3, row))))
        totals[row % _SUMS] = routine.fma(new, routine.constant(0.0), totals[row % _SUMS])
    for place, ((one, its_size), (two, other_size)) in enumerate(zip(parts[::2], parts[1::2], strict=False)):
        shared = routine.rcp(routine.mul(its_size, other_size))
        for error, crossed in ((one, other_size), (two, its_size)):
            weighted = routine.mul(routine.mul(error, crossed), shared)
            totals[place % _SUMS] = routine.fma(weighted, weighted, totals[place % _SUMS])
    if len(parts) % 2:
        weighted = routine.div(*parts[-1])
        totals[-1] = routine.fma(weighted, weighted, totals[-1])
    while len(totals) > 1:
        totals = [routine.add(a, b) for a, b in zip(totals[::2], totals[1::2], strict=True)]
    mean = routine.mul(totals[0], routine.constant(1.0 / sheet.size))
    routine.store(6, 0, routine.intrinsic("sqrt", mean))
    power = routine.mul(routine.constant(0.5 * method.pace), routine.log(routine.add(mean, routine.constant(NO_ERROR))))
    routine.store(6, 1, routine.exp(power))
    routine.finish()


def _dense(sheet: Sheet, method: Method) -> None:
    """Sum the stages to the coefficients of the interpolant: dense(stages, q)."""
    routine = sheet.routine("dense", 2)
    with routine.each(sheet.size) as row:
        stages = _stages(sheet, routine, 0, row, method.stages)
        for k, weights in enumerate(method.h):
            at = routine.code.add(row, ir.Constant(_WORD, k * sheet.size))
            routine.store(1, at, _weighted_sum(routine, weights, stages, None))
    routine.finish()


def _interpolate(sheet: Sheet) -> None:
    """Evaluate the interpolant at a fraction s of the step: interpolate(y, new, q, s, out)."""
    routine = sheet.routine("interpolate", 5)
    s = routine.load(3, 0)
    left = routine.sub(routine.constant(1.0), s)
    with routine.each(sheet.size) as row:
        q1, q2, q3 = _stages(sheet, routine, 2, row, 3)
        inner = routine.fma(left, routine.fma(s, routine.fma(s, q3, q2), q1), routine.load(1, row))
        routine.store(4, row, routine.fma(s, inner, routine.mul(left, routine.load(0, row))))
    routine.finish()


def _glance(sheet: Sheet, method: Method) -> None:
    """Evaluate the interpolant straight from the stages: glance(y, new, stages, s, lane, out).

    Each place of the result has its own fraction and is of the lane that it names: a lane may be asked several times.
    """
    routine = sheet.routine("glance", 6)
    s, lanes = routine.load(3, 0), routine.number_of(routine.load(4, 0), sheet.width)
    left = routine.sub(routine.constant(1.0), s)
    both, powers = routine.mul(s, left), [routine.constant(1.0), s, routine.mul(s, s)]
    columns = zip(*method.h, strict=True)
    weights = [routine.mul(both, _weighted_sum(routine, column, powers, None)) for column in columns]
    with routine.each(sheet.size) as row:
        new, y = routine.pick(routine.load(1, row), lanes), routine.pick(routine.load(0, row), lanes)
        total = routine.fma(s, new, routine.mul(left, y))
        for weight, stage in zip(weights, _stages(sheet, routine, 2, row, method.stages), strict=True):
            total = routine.fma(weight, routine.pick(stage, lanes), total)
        routine.store(5, row, total)
    routine.finish()


def _commit(sheet: Sheet) -> None:
    """Replace the state in the lanes whose step was accepted: commit(y, new, accepted)."""
    routine = sheet.routine("commit", 3)
    accepted = routine.load(2, 0)
    with routine.each(sheet.size) as row:
        routine.store(0, row, routine.select(accepted, routine.load(1, row), routine.load(0, row)))
    routine.finish()
