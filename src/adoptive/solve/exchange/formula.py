"""Formulas as a file states them, free of any library, and their value over nodes, numbers or arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import numpy as np

from adoptive.errors import SolveError
from adoptive.solve.graph import Node, exp, log, maximum, minimum, where_positive

__all__ = ["COMPARISONS", "CONNECTIVES", "TIME", "Apply", "Formula", "Function", "Literal", "Symbol", "Work", "choose"]
__all__ += ["names_in", "value_of"]

TIME: Final = "time of the model"
"""The name under which formulas find time; no id of a file can be called so."""

COMPARISONS: Final = ("gt", "geq", "lt", "leq", "eq", "neq")
CONNECTIVES: Final = ("and", "or", "not", "xor")
_MOST_STEPS: Final = 500_000
_LARGEST_POWER: Final = 64


@dataclass(frozen=True)
class Literal:
    """Hold a number."""

    value: float


@dataclass(frozen=True)
class Symbol:
    """Refer to an id, or to time."""

    name: str


@dataclass(frozen=True)
class Apply:
    """Apply an operator or a function to operands."""

    operator: str
    operands: tuple[Formula, ...]


Formula = Literal | Symbol | Apply


@dataclass(frozen=True)
class Function:
    """Hold a function that a file defines."""

    arguments: tuple[str, ...]
    body: Formula


@dataclass
class Work:
    """Count evaluation steps, so that functions that call each other cannot keep us for ever."""

    functions: Mapping[str, Function] = field(default_factory=dict)
    steps: int = 0

    def step(self) -> None:
        """Count one step."""
        self.steps += 1
        if self.steps > _MOST_STEPS:
            raise SolveError("the functions of this model unfold to too many operations", allowed=f"{_MOST_STEPS:,}")


def names_in(formula: Formula) -> Iterator[str]:
    """Yield the ids (and time) that a formula uses."""
    if isinstance(formula, Symbol):
        yield formula.name
    elif isinstance(formula, Apply):
        for operand in formula.operands:
            yield from names_in(operand)


def value_of(formula: Formula, scope: Mapping[str, Any], work: Work) -> Any:
    """Return a formula's value where every id has the value that `scope` gives it.

    >>> value_of(Apply("plus", (Symbol("a"), Literal(2.0))), {"a": 3.0}, Work())
    5.0
    """
    work.step()
    if isinstance(formula, Literal):
        return formula.value
    if isinstance(formula, Symbol):
        if formula.name not in scope:
            raise SolveError("a formula uses an unknown id", value=formula.name)
        return scope[formula.name]
    if formula.operator == "piecewise":
        return _piecewise(formula.operands, scope, work)
    if formula.operator in COMPARISONS or formula.operator in CONNECTIVES or formula.operator in ("true", "false"):
        return choose(formula, 1.0, 0.0, scope, work)
    values = [value_of(x, scope, work) for x in formula.operands]
    if formula.operator in work.functions:
        function = work.functions[formula.operator]
        return value_of(function.body, dict(zip(function.arguments, values, strict=True)), work)
    return _apply(formula.operator, values)


def choose(condition: Formula, then: Any, otherwise: Any, scope: Mapping[str, Any], work: Work) -> Any:
    """Return `then` where a condition holds and `otherwise` elsewhere."""
    work.step()
    if isinstance(condition, Apply):
        kind, operands = condition.operator, condition.operands
        if kind in ("true", "false"):
            return then if kind == "true" else otherwise
        if kind in COMPARISONS:
            return _compare(kind, [value_of(x, scope, work) for x in operands], then, otherwise)
        if kind in CONNECTIVES:
            return _connect(kind, operands, then, otherwise, scope, work)
    return where_positive(abs(value_of(condition, scope, work)), then, otherwise)  # a number is true unless it is 0


def _compare(kind: str, values: list[Any], then: Any, otherwise: Any) -> Any:
    result = then
    for a, b in reversed(list(pairwise(values))):
        if kind in ("gt", "lt"):
            result = where_positive(a - b if kind == "gt" else b - a, result, otherwise)
        elif kind in ("geq", "leq"):
            result = where_positive(b - a if kind == "geq" else a - b, otherwise, result)
        else:
            same, other = (result, otherwise) if kind == "eq" else (otherwise, result)
            result = where_positive(a - b, other, where_positive(b - a, other, same))
    return result


def _connect(
    kind: str, operands: tuple[Formula, ...], then: Any, otherwise: Any, scope: Mapping[str, Any], work: Work
) -> Any:
    if kind == "not":
        return choose(operands[0], otherwise, then, scope, work)
    result = {"and": then, "or": otherwise, "xor": otherwise}[kind]
    turned = then if kind == "xor" else None
    for operand in reversed(operands):
        if kind == "and":
            result = choose(operand, result, otherwise, scope, work)
        elif kind == "or":
            result = choose(operand, then, result, scope, work)
        else:
            result, turned = choose(operand, turned, result, scope, work), choose(operand, result, turned, scope, work)
    return result


def _piecewise(operands: tuple[Formula, ...], scope: Mapping[str, Any], work: Work) -> Any:
    """Take the operands (value, condition, ..., otherwise) from the last to the first."""
    result = value_of(operands[-1], scope, work)
    for at in range(len(operands) - 3, -1, -2):
        result = choose(operands[at + 1], value_of(operands[at], scope, work), result, scope, work)
    return result


def _power(base: Any, exponent: Any) -> Any:
    number = exponent.number_value if isinstance(exponent, Node) and exponent.is_number() else exponent
    if not isinstance(base, Node) and not isinstance(number, Node):
        return np.power(np.asarray(base, np.float64), number)
    if isinstance(number, float) and number.is_integer() and 0 < abs(number) <= _LARGEST_POWER:
        result, square, left = 1.0, base, int(abs(number))
        while left:
            result = result * square if left % 2 else result
            left //= 2
            square = square * square if left else square
        return result if number > 0 else 1.0 / result
    if isinstance(base, Node):
        return base**number
    constant: Node = exponent.graph.constant(base)
    return constant**exponent


def _divide(one: Any, two: Any) -> Any:
    """Divide; numbers by zero are infinite, as everywhere in numpy."""
    return one / two if isinstance(one, Node) or isinstance(two, Node) else np.divide(one, two)


def _fold(operation: Callable[[Any, Any], Any], values: list[Any]) -> Any:
    result = values[0]
    for value in values[1:]:
        result = operation(result, value)
    return result


def _root(values: list[Any]) -> Any:
    degree, inside = values if len(values) == 2 else (2.0, values[0])
    return _power(inside, _divide(1.0, degree))


def _logarithm(values: list[Any]) -> Any:
    base, inside = values if len(values) == 2 else (10.0, values[0])
    return _divide(log(inside), log(base))


def _tanh(x: Any) -> Any:
    return 1.0 - 2.0 / (exp(2.0 * x) + 1.0)


_FUNCTIONS: Final[dict[str, Callable[[list[Any]], Any]]] = {
    "plus": lambda v: _fold(lambda a, b: a + b, v) if v else 0.0,
    "times": lambda v: _fold(lambda a, b: a * b, v) if v else 1.0,
    "minus": lambda v: -v[0] if len(v) == 1 else v[0] - v[1],
    "divide": lambda v: _divide(v[0], v[1]),
    "power": lambda v: _power(v[0], v[1]),
    "root": _root,
    "exp": lambda v: exp(v[0]),
    "ln": lambda v: log(v[0]),
    "log": _logarithm,
    "abs": lambda v: abs(v[0]),
    "max": lambda v: _fold(maximum, v),
    "min": lambda v: _fold(minimum, v),
    "sinh": lambda v: 0.5 * (exp(v[0]) - exp(-v[0])),
    "cosh": lambda v: 0.5 * (exp(v[0]) + exp(-v[0])),
    "tanh": lambda v: _tanh(v[0]),
    "sech": lambda v: 2.0 / (exp(v[0]) + exp(-v[0])),
    "csch": lambda v: 2.0 / (exp(v[0]) - exp(-v[0])),
    "coth": lambda v: 1.0 / _tanh(v[0]),
    "arcsinh": lambda v: log(v[0] + _power(v[0] * v[0] + 1.0, 0.5)),
    "arccosh": lambda v: log(v[0] + _power(v[0] * v[0] - 1.0, 0.5)),
    "arctanh": lambda v: 0.5 * log((1.0 + v[0]) / (1.0 - v[0])),
}
_NUMBERS_ONLY: Final[dict[str, Callable[..., Any]]] = {
    **{"sin": np.sin, "cos": np.cos, "tan": np.tan, "arcsin": np.arcsin, "arccos": np.arccos, "arctan": np.arctan},
    **{"floor": np.floor, "ceiling": np.ceil},
}


def _apply(operator: str, values: list[Any]) -> Any:
    if operator in _FUNCTIONS:
        return _FUNCTIONS[operator](values)
    if operator not in _NUMBERS_ONLY:
        raise SolveError("a formula uses an unknown function", value=operator, allowed=", ".join(sorted(_FUNCTIONS)))
    if any(isinstance(x, Node) for x in values):
        raise SolveError(
            "a formula uses a function that the engine cannot integrate", value=operator,
            allowed=", ".join(sorted(_FUNCTIONS)), next_step="write it with these, or as a state of its own",
        )  # fmt: skip
    return _NUMBERS_ONLY[operator](*values)
