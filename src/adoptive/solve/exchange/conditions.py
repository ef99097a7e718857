"""Take conditions of events apart into comparisons whose crossings the engine can locate.

A condition in negation normal form becomes true only where one of its comparisons does. So each comparison is a signal
that rises through zero; what is assigned there is assigned only if the whole condition becomes true by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from adoptive.errors import SolveError
from adoptive.solve.exchange.formula import COMPARISONS, Apply, Formula, Literal, Symbol, Work

__all__ = ["Crossing", "crossings", "holds_by", "inlined", "normal"]

_OPPOSITE: Final = {"gt": "leq", "leq": "gt", "lt": "geq", "geq": "lt", "eq": "neq", "neq": "eq"}
_MOST_CROSSINGS: Final = 50


@dataclass(frozen=True)
class Crossing:
    """Hold a comparison of a condition as ``rising > 0`` (strict) or ``rising >= 0``."""

    comparison: Apply
    rising: Formula
    strict: bool


def inlined(formula: Formula, work: Work) -> Formula:
    """Write out the functions that a condition calls."""
    work.step()
    if not isinstance(formula, Apply):
        return formula
    operands = tuple(inlined(x, work) for x in formula.operands)
    function = work.functions.get(formula.operator)
    if function is None:
        return Apply(formula.operator, operands)
    if len(operands) != len(function.arguments):
        raise SolveError("a function is called with the wrong number of arguments", value=formula.operator)
    return inlined(_put(function.body, dict(zip(function.arguments, operands, strict=True)), work), work)


def _put(formula: Formula, values: Mapping[str, Formula], work: Work) -> Formula:
    work.step()
    if isinstance(formula, Symbol):
        return values.get(formula.name, formula)
    if isinstance(formula, Literal):
        return formula
    return Apply(formula.operator, tuple(_put(x, values, work) for x in formula.operands))


def normal(condition: Formula, *, where: str, turned: bool = False) -> Apply:
    """Return a condition of and, or and comparisons of two (negation normal form)."""
    if not isinstance(condition, Apply):
        raise SolveError("a condition is a number", where=where, allowed="comparisons joined by and, or, not, xor")
    kind, operands = condition.operator, condition.operands
    if kind in ("true", "false"):
        return Apply("and" if (kind == "true") != turned else "or", ())
    if kind == "not":
        return normal(operands[0], where=where, turned=not turned)
    if kind in ("and", "or"):
        both = {"and": "or", "or": "and"}[kind] if turned else kind
        return Apply(both, tuple(normal(x, where=where, turned=turned) for x in operands))
    if kind == "xor" and len(operands) == 2:
        one, two = operands
        pairs = ((one, two), (Apply("not", (one,)), Apply("not", (two,)))) if turned else (
            (one, Apply("not", (two,))), (Apply("not", (one,)), two)
        )  # fmt: skip
        return normal(Apply("or", tuple(Apply("and", pair) for pair in pairs)), where=where)
    if kind in COMPARISONS:
        kind = _OPPOSITE[kind] if turned else kind
        compared = tuple(Apply(kind, pair) for pair in pairwise(operands))
        return compared[0] if len(compared) == 1 else Apply("or" if turned else "and", compared)
    raise SolveError(
        "a condition cannot be followed", where=where, value=kind, allowed="comparisons joined by and, or, not, xor"
    )


def crossings(condition: Apply, *, where: str) -> tuple[Crossing, ...]:
    """List the comparisons of a normal condition, each once."""
    found: dict[Apply, Crossing] = {}
    waiting = [condition]
    while waiting:
        this = waiting.pop()
        if this.operator in ("and", "or"):
            waiting += [x for x in reversed(this.operands) if isinstance(x, Apply)]
            continue
        if this.operator in ("eq", "neq"):
            raise SolveError(
                "an event waits for equality", where=where, allowed="<, <=, >, >=",
                next_step="let it wait for the value to rise or fall past a bound",
            )  # fmt: skip
        one, two = this.operands if this.operator in ("gt", "geq") else reversed(this.operands)
        found[this] = Crossing(this, Apply("minus", (one, two)), this.operator in ("gt", "lt"))
    if len(found) > _MOST_CROSSINGS:
        raise SolveError("a condition has too many comparisons", where=where, allowed=f"at most {_MOST_CROSSINGS}")
    return tuple(found.values())


def holds_by(condition: Apply, comparison: Apply) -> Apply:
    """Return the condition that the whole is true with this comparison and false without it."""
    with_it, without = (_settle(condition, comparison, value) for value in ("true", "false"))
    return Apply("and", (with_it, Apply("not", (without,))))


def _settle(condition: Apply, comparison: Apply, value: str) -> Apply:
    if condition == comparison:
        return Apply(value, ())
    if condition.operator not in ("and", "or"):
        return condition
    return Apply(
        condition.operator, tuple(_settle(x, comparison, value) for x in condition.operands if isinstance(x, Apply))
    )
