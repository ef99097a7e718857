"""Write vector LLVM code: arithmetic and elementary functions on one register of patients, and traced graphs.

Every value is a vector of `width` doubles, one lane per patient. No operation mixes lanes, so a patient's numbers
cannot depend on the neighbours. NaN must stay visible to the error test, hence no `nnan` or `ninf` flags.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from llvmlite import ir

from adoptive.solve.graph import Node

__all__ = ["LARGEST_EXPONENT", "SMALLEST_LOG_ARGUMENT", "Routine", "evaluate"]

_FAST = ("contract", "nsz", "arcp", "reassoc")
_DOUBLE, _WORD = ir.DoubleType(), ir.IntType(64)
_POINTER = _DOUBLE.as_pointer()
_LN2_HIGH, _LN2_LOW = (
    6.93147180369123816490e-01,
    1.90821492927058770002e-10,
)  # ln 2 in two parts, the first with zero tail
_ROUNDER = 6755399441055744.0  # 1.5 x 2^52: adding it leaves the nearest integer in the low bits
_ROUNDER_BITS = 0x4338000000000000
_MANTISSA, _ONE_BITS = 0x000FFFFFFFFFFFFF, 0x3FF0000000000000
SMALLEST_LOG_ARGUMENT = 1e-300
LARGEST_EXPONENT = 700.0
_EXP_SERIES = [1.0 / math.factorial(k) for k in range(13, -1, -1)]
_LOG_SERIES = [2.0 / (2 * k + 1) for k in range(10, 0, -1)]  # 2 artanh(s) = 2 s + 2 s^3/3 + ...


class Routine:
    """Build one function `void name(double* ...)` whose arrays hold rows of `width` doubles."""

    def __init__(self, module: ir.Module, name: str, width: int, arrays: int) -> None:
        kind = ir.FunctionType(ir.VoidType(), [_POINTER] * arrays)
        self.function = ir.Function(module, kind, name)
        for argument in self.function.args:
            argument.add_attribute("noalias")
        self.width, self.arrays = width, self.function.args
        self.vector, self.bits = ir.VectorType(_DOUBLE, width), ir.VectorType(_WORD, width)
        self.code = ir.IRBuilder(self.function.append_basic_block())
        # a place on the stack that nobody uses aligns it: else registers put aside straddle cache lines
        self.code.alloca(self.vector).align = 8 * width
        self._rows = [self.code.bitcast(array, self.vector.as_pointer()) for array in self.arrays]

    def constant(self, value: float) -> Any:
        """Return a number in every lane."""
        return ir.Constant(self.vector, [float(value)] * self.width)

    def integer(self, value: int) -> Any:
        """Return a 64-bit integer in every lane."""
        return ir.Constant(self.bits, [value] * self.width)

    def _row(self, array: int, row: Any) -> Any:
        at = ir.Constant(_WORD, row) if isinstance(row, int) else row
        return self.code.gep(self._rows[array], [at])

    def load(self, array: int, row: Any) -> Any:
        """Return a row of an array."""
        value = self.code.load(self._row(array, row))
        value.align = 8
        return value

    def store(self, array: int, row: Any, value: Any) -> None:
        """Write a row of an array."""
        self.code.store(value, self._row(array, row)).align = 8

    def spread(self, array: int, at: Any) -> Any:
        """Return element `at` of a plain array in every lane."""
        at = ir.Constant(_WORD, at) if isinstance(at, int) else at
        one = self.code.load(self.code.gep(self.arrays[array], [at]))
        undefined = ir.Constant(self.vector, ir.Undefined)
        first = self.code.insert_element(undefined, one, ir.Constant(ir.IntType(32), 0))
        mask = ir.Constant(ir.VectorType(ir.IntType(32), self.width), [0] * self.width)
        return self.code.shuffle_vector(first, undefined, mask)

    @contextmanager
    def each(self, rows: int) -> Iterator[Any]:
        """Loop over rows 0, 1, ...; the body sees the row number."""
        before, body = self.code.block, self.function.append_basic_block()
        self.code.branch(body)
        self.code.position_at_end(body)
        row = self.code.phi(_WORD)
        row.add_incoming(ir.Constant(_WORD, 0), before)
        yield row
        following = self.code.add(row, ir.Constant(_WORD, 1))
        row.add_incoming(following, self.code.block)
        after = self.function.append_basic_block()
        more = self.code.icmp_unsigned("<", following, ir.Constant(_WORD, rows))
        self.code.cbranch(more, body, after)
        self.code.position_at_end(after)

    def finish(self) -> None:
        """End the function."""
        self.code.ret_void()

    def add(self, a: Any, b: Any) -> Any:
        """Return a + b."""
        return self.code.fadd(a, b, flags=_FAST)

    def sub(self, a: Any, b: Any) -> Any:
        """Return a - b."""
        return self.code.fsub(a, b, flags=_FAST)

    def mul(self, a: Any, b: Any) -> Any:
        """Return a b."""
        return self.code.fmul(a, b, flags=_FAST)

    def div(self, a: Any, b: Any) -> Any:
        """Return a / b."""
        return self.code.fdiv(a, b, flags=_FAST)

    def neg(self, a: Any) -> Any:
        """Return -a."""
        return self.code.fneg(a)

    def rcp(self, a: Any) -> Any:
        """Return 1 / a."""
        return self.div(self.constant(1.0), a)

    def fma(self, a: Any, b: Any, c: Any) -> Any:
        """Return a b + c with one rounding."""
        return self.intrinsic("fma", a, b, c)

    def intrinsic(self, name: str, *values: Any) -> Any:
        """Call a vector intrinsic of LLVM."""
        full = f"llvm.{name}.v{self.width}f64"
        known = self.function.module.globals.get(full)
        kind = ir.FunctionType(self.vector, [self.vector] * len(values))
        return self.code.call(known or ir.Function(self.function.module, kind, full), values)

    def select(self, condition: Any, a: Any, b: Any) -> Any:
        """Return a in the lanes where the condition is above zero, b in the others."""
        return self.code.select(self.code.fcmp_ordered(">", condition, self.constant(0.0)), a, b)

    def number_of(self, x: Any, limit: int) -> Any:
        """Return whole numbers below a power of two, kept as doubles, as integers."""
        shifted = self.code.fadd(x, self.constant(_ROUNDER))
        return self.code.and_(self.code.bitcast(shifted, self.bits), self.integer(limit - 1))

    def pick(self, value: Any, lanes: Any) -> Any:
        """Return in each lane what another lane of a value holds: one permutation, where the processor has it."""
        picked = ir.Constant(self.vector, ir.Undefined)
        for w in range(self.width):
            here = ir.Constant(ir.IntType(32), w)
            one = self.code.extract_element(value, self.code.extract_element(lanes, here))
            picked = self.code.insert_element(picked, one, here)
        return picked

    def any_positive(self, array: int) -> Any:
        """Return whether the first row of an array is above zero in any lane."""
        above = self.code.fcmp_ordered(">", self.load(array, 0), self.constant(0.0))
        bits = ir.IntType(self.width)
        return self.code.icmp_unsigned("!=", self.code.bitcast(above, bits), ir.Constant(bits, 0))

    def _at_least(self, x: Any, low: float) -> Any:
        return self.code.select(self.code.fcmp_ordered("<", x, self.constant(low)), self.constant(low), x)

    def _at_most(self, x: Any, high: float) -> Any:
        return self.code.select(self.code.fcmp_ordered(">", x, self.constant(high)), self.constant(high), x)

    def _series(self, x: Any, coefficients: Sequence[float]) -> Any:
        total = self.constant(coefficients[0])
        for coefficient in coefficients[1:]:
            total = self.fma(total, x, self.constant(coefficient))
        return total

    def exp(self, x: Any) -> Any:
        """Return e^x = 2^k e^r with k whole and |r| <= ln(2)/2; |x| is held at 700."""
        code = self.code
        x = self._at_most(self._at_least(x, -LARGEST_EXPONENT), LARGEST_EXPONENT)
        rounded = self.fma(x, self.constant(1.0 / math.log(2.0)), self.constant(_ROUNDER))
        k = code.fsub(rounded, self.constant(_ROUNDER))
        rest = self.fma(k, self.constant(-_LN2_LOW), self.fma(k, self.constant(-_LN2_HIGH), x))
        exponent = code.shl(code.add(code.bitcast(rounded, self.bits), self.integer(1023)), self.integer(52))
        return code.fmul(self._series(rest, _EXP_SERIES), code.bitcast(exponent, self.vector))

    def log(self, x: Any) -> Any:
        """Return ln x = k ln 2 + 2 artanh((m-1)/(m+1)) for x = 2^k m; arguments below 1e-300 are held there."""
        code = self.code
        held = self._at_least(x, SMALLEST_LOG_ARGUMENT)
        bits = code.bitcast(held, self.bits)
        mantissa = code.or_(code.and_(bits, self.integer(_MANTISSA)), self.integer(_ONE_BITS))
        m = code.bitcast(mantissa, self.vector)
        large = code.fcmp_ordered(">", m, self.constant(math.sqrt(2.0)))
        m = code.select(large, code.fmul(m, self.constant(0.5)), m)
        power = code.sub(code.lshr(bits, self.integer(52)), self.integer(1023))
        power = code.select(large, code.add(power, self.integer(1)), power)
        shifted = code.bitcast(code.add(power, self.integer(_ROUNDER_BITS)), self.vector)
        k = code.fsub(shifted, self.constant(_ROUNDER))
        s = code.fdiv(code.fsub(m, self.constant(1.0)), code.fadd(m, self.constant(1.0)))
        z = code.fmul(s, s)
        tail = self.fma(code.fmul(s, z), self._series(z, _LOG_SERIES), code.fmul(k, self.constant(_LN2_LOW)))
        result = self.fma(k, self.constant(_LN2_HIGH), self.fma(s, self.constant(2.0), tail))
        return code.select(code.fcmp_unordered("uno", x, x), x, result)


def evaluate(
    routine: Routine,
    outputs: Sequence[Node],
    read: Callable[[Node], Any | None],
    write: Callable[[int, Any], None],
) -> None:
    """Write code for the outputs; `read` gives the value of an input (None: compute it), `write` takes each output.

    Powers come first: each is a long chain, which the processor fills with what does not wait for it.
    """
    values: dict[int, Any] = {}
    logs: dict[int, Any] = {}
    chains = _powers(outputs, read)
    for place, output in enumerate((*chains, *outputs), -len(chains)):
        waiting = [output]
        while waiting:
            node = waiting[-1]
            if node.number in values:
                waiting.pop()
                continue
            ready = read(node)
            missing = [x for x in node.operands if isinstance(x, Node) and x.number not in values]
            if ready is None and missing:
                waiting += reversed(missing)
                continue
            values[node.number] = _value(routine, node, values, logs) if ready is None else ready
            waiting.pop()
        if place >= 0:
            write(place, values[output.number])


def _powers(outputs: Sequence[Node], read: Callable[[Node], Any | None]) -> list[Node]:
    """Return the powers that the outputs need and that no input holds, in the order in which they can be computed."""
    found: dict[int, Node] = {}
    seen: set[int] = set()
    waiting = list(outputs)
    while waiting:
        node = waiting.pop()
        if node.number in seen:
            continue
        seen.add(node.number)
        if read(node) is None:
            waiting += [x for x in node.operands if isinstance(x, Node)]
            if node.operation == "pow":
                found[node.number] = node
    return [found[number] for number in sorted(found)]


def _value(routine: Routine, node: Node, values: dict[int, Any], logs: dict[int, Any]) -> Any:
    if node.operation == "constant":
        return routine.constant(node.number_value)
    operands = [values[x.number] for x in node.operands]
    if node.operation in ("pow", "log"):
        base = node.operands[0].number
        if base not in logs:
            logs[base] = routine.log(operands[0])
        return logs[base] if node.operation == "log" else routine.exp(routine.mul(operands[1], logs[base]))
    return getattr(routine, node.operation)(*operands)
