"""Turn libSBML's formulas into ours, and refuse what cannot be integrated."""

from __future__ import annotations

import math
import re
from importlib import import_module
from typing import Any, Final

from adoptive.errors import SolveError
from adoptive.solve.exchange.formula import TIME, Apply, Formula, Function, Literal, Symbol

__all__ = ["formula_of", "function_of"]

_REFUSED: Final = {
    "delay": ("a delay differential equation", "the engine integrates ordinary differential equations only"),
    "rate_of": ("the rate of another quantity (rateOf)", "write that rate out"),
    "factorial": ("a factorial", "write the number"),
    "quotient": ("a whole quotient", "the engine needs functions without jumps; use an event"),
    "rem": ("a remainder", "the engine needs functions without jumps; use an event"),
}
_OPERATORS: Final = {
    **{"plus": "plus", "minus": "minus", "times": "times", "divide": "divide", "power": "power"},
    **{"constant_true": "true", "constant_false": "false"},
}
_ANY: Final = ("plus", "times", "and", "or", "xor", "true", "false", "piecewise")
_TWO: Final = ("divide", "power", "implies")
_SEVERAL: Final = {"minus": (1, 2), "root": (1, 2), "log": (1, 2), "not": (1, 1)}
_CHAINS: Final = {"max": 1, "min": 1, "eq": 2, "neq": 2, "gt": 2, "lt": 2, "geq": 2, "leq": 2}
_AVOGADRO: Final = 6.02214076e23


def _kinds() -> dict[int, str]:
    """Return libSBML's operator codes with short names (``AST_FUNCTION_EXP``: exp)."""
    libsbml: Any = import_module("libsbml")
    words = {getattr(libsbml, name): name[4:].lower() for name in dir(libsbml) if name.startswith("AST_")}
    return {code: re.sub(r"^(function|relational|logical)_", "", word) for code, word in words.items()}


def _counts(kind: str) -> tuple[int, float]:
    """Return how many operands an operation has at least and at most."""
    if kind in _ANY:
        return int(kind == "piecewise"), math.inf
    if kind in _CHAINS:
        return _CHAINS[kind], math.inf
    return (2, 2) if kind in _TWO else _SEVERAL.get(kind, (1, 1))


def formula_of(math_node: Any, *, where: str, local: dict[str, str] | None = None) -> Formula:
    """Return a formula; `local` renames the ids of a reaction's own parameters."""
    if math_node is None:
        raise SolveError("a formula is missing", where=where, next_step="state it in the file")
    return _Reader(where, local or {}).read(math_node)


def function_of(math_node: Any, *, where: str) -> Function:
    """Return a function definition."""
    if math_node is None or not math_node.isLambda():
        raise SolveError("a function definition without formula", where=where)
    last = math_node.getNumChildren() - 1
    names = tuple(math_node.getChild(i).getName() for i in range(last))
    return Function(names, formula_of(math_node.getChild(last), where=where))


class _Reader:
    """Read one formula; remembers where it stands."""

    def __init__(self, where: str, local: dict[str, str]) -> None:
        self.where, self.local, self.kinds = where, local, _kinds()

    def read(self, node: Any) -> Formula:
        """Read a node and all below it."""
        kind = self.kinds.get(node.getType(), "unknown")
        if kind in _REFUSED:
            what, next_step = _REFUSED[kind]
            raise SolveError(f"{what} is not supported", where=self.where, next_step=next_step)
        if kind.startswith("distrib_"):
            raise SolveError(
                "a random distribution is not supported", where=self.where, next_step="give each patient a value"
            )
        leaf = self._leaf(node, kind)
        if leaf is not None:
            return leaf
        operands = tuple(self.read(node.getChild(i)) for i in range(node.getNumChildren()))
        if node.getType() == self._code("AST_FUNCTION"):
            return Apply(node.getName(), operands)
        return self._apply(_OPERATORS.get(kind, kind), operands)

    def _leaf(self, node: Any, kind: str) -> Formula | None:
        if kind in ("integer", "real", "real_e", "rational"):
            value = float(node.getValue())
            if math.isnan(value):
                raise SolveError("a formula holds 'not a number'", where=self.where)
            return Literal(value)
        if kind == "name":
            return Symbol(self.local.get(node.getName(), node.getName()))
        constant = {"constant_pi": math.pi, "constant_e": math.e, "name_avogadro": _AVOGADRO}.get(kind)
        if constant is not None:
            return Literal(constant)
        return Symbol(TIME) if kind == "name_time" else None

    def _code(self, name: str) -> int:
        libsbml: Any = import_module("libsbml")
        return int(getattr(libsbml, name))

    def _apply(self, kind: str, operands: tuple[Formula, ...]) -> Formula:
        if kind == "piecewise" and len(operands) % 2 == 0:
            raise SolveError(
                "a piecewise formula has no value where no condition holds", where=self.where,
                next_step="add an <otherwise>",
            )  # fmt: skip
        if kind == "unknown" or kind.startswith(("csymbol", "lambda")):
            raise SolveError("a formula cannot be read", where=self.where)
        fewest, most = _counts(kind)
        if not fewest <= len(operands) <= most:
            raise SolveError("an operation has the wrong number of operands", where=self.where, value=kind)
        if kind == "implies":
            return Apply("or", (Apply("not", operands[:1]), *operands[1:]))
        if kind in ("sec", "csc", "cot"):
            return Apply("divide", (Literal(1.0), Apply({"sec": "cos", "csc": "sin", "cot": "tan"}[kind], operands)))
        return Apply(kind, operands)
