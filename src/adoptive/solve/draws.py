"""Give a population a fresh random number for each of its falls below one cell, keyed by the one it was given."""

from __future__ import annotations

from typing import Any

from llvmlite import ir

__all__ = ["fresh_draw", "write_fresh_draw"]

_GOLDEN, _FIRST, _SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
_WORD = 1 << 64
_STEPS_OF_UNIT = 9007199254740992.0  # 2^53


def fresh_draw(draw: float, number: int) -> float:
    """Return the draw of a population's fall `number` (0 first): the given one, then its hash with the number.

    Draws of 0 and 1 stay what they are: such a population always dies, or always lives on where deaths are fewer
    than births. SplitMix64: Steele, Lea and Flood 2014, 10.1145/2660193.2660195.
    The compiled loop runs `write_fresh_draw` instead.

    >>> fresh_draw(0.25, 0), round(fresh_draw(0.25, 1), 6), fresh_draw(0.0, 3)
    (0.25, 0.952754, 0.0)
    """
    if number == 0 or draw <= 0.0 or draw >= 1.0:
        return draw
    z = (int(draw * _STEPS_OF_UNIT) + number * _GOLDEN) % _WORD
    z = (z ^ (z >> 30)) * _FIRST % _WORD
    z = (z ^ (z >> 27)) * _SECOND % _WORD
    return ((z ^ (z >> 31)) >> 11) / _STEPS_OF_UNIT


def write_fresh_draw(writer: Any, draw: Any, number: Any) -> Any:
    """Write `fresh_draw` as machine instructions."""
    code, word, double = writer.code, ir.IntType(64), ir.DoubleType()

    def whole(value: int) -> Any:
        return ir.Constant(word, value)

    steps = ir.Constant(double, _STEPS_OF_UNIT)
    z = code.add(code.fptoui(code.fmul(draw, steps), word), code.mul(number, whole(_GOLDEN)))
    z = code.mul(code.xor(z, code.lshr(z, whole(30))), whole(_FIRST))
    z = code.mul(code.xor(z, code.lshr(z, whole(27))), whole(_SECOND))
    z = code.lshr(code.xor(z, code.lshr(z, whole(31))), whole(11))
    fresh = code.fdiv(code.uitofp(z, double), steps)
    inside = code.and_(
        code.fcmp_ordered(">", draw, ir.Constant(double, 0.0)), code.fcmp_ordered("<", draw, ir.Constant(double, 1.0))
    )
    return code.select(code.and_(inside, code.icmp_signed("!=", number, whole(0))), fresh, draw)
