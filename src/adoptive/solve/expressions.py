"""Write the code of the loop's expressions: what stands right of an assignment, and what is tested."""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from llvmlite import ir

from adoptive.errors import SolveError

__all__ = ["BUILTIN", "DOUBLE", "KINDS", "NOTHING", "TABLE", "WHOLE", "Expressions", "kind_of"]

WHOLE, DOUBLE, TRUTH, NOTHING = ir.IntType(64), ir.DoubleType(), ir.IntType(1), ir.VoidType()
DOUBLES, INTEGERS, TABLE = DOUBLE.as_pointer(), WHOLE.as_pointer(), ir.IntType(8).as_pointer()
KINDS = {"int": WHOLE, "float": DOUBLE, "bool": TRUTH, "Doubles": DOUBLES, "Integers": INTEGERS, "Lanes": TABLE}
_CONTRACT = ("contract",)
_ORDER = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_SUMS = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul"}


def kind_of(annotation: ast.expr | None) -> Any:
    """Return the LLVM type that an annotation stands for."""
    if isinstance(annotation, ast.Name) and annotation.id in KINDS:
        return KINDS[annotation.id]
    if isinstance(annotation, ast.Constant) and annotation.value is None:
        return NOTHING
    if isinstance(annotation, ast.Subscript) and isinstance(annotation.slice, ast.Tuple):
        return ir.LiteralStructType([kind_of(part) for part in annotation.slice.elts])
    raise SolveError("the loop has an annotation without meaning here", value=ast.dump(annotation or ast.Pass()))


class Expressions:
    """Hold one function that is being written; `code` is where its next instruction goes."""

    whole: Any
    names: dict[str, Any]
    tree: ast.FunctionDef
    made: Any
    code: Any
    variables: dict[str, Any]

    def refuse(self, node: ast.AST, why: str) -> SolveError:
        """Return the error for a piece of text that has no meaning here."""
        where = f"{self.tree.name}, line {getattr(node, 'lineno', '?')}"
        return SolveError(f"the loop cannot be translated: {why}", where=where, value=ast.unparse(node))

    def new_block(self) -> Any:
        """Return a fresh block of instructions, not yet placed."""
        return self.made.append_basic_block()

    def value(self, node: ast.expr | None) -> Any:
        """Write the code of an expression and return its value: an LLVM value, or a tuple of such."""
        handler = getattr(self, f"_of_{type(node).__name__.lower()}", None)
        if handler is None or node is None:
            raise self.refuse(node or self.tree, "unknown expression")
        return handler(node)

    def _of_constant(self, node: ast.Constant) -> Any:
        return self._literal(node.value, node)

    def _literal(self, value: Any, node: ast.expr) -> Any:
        for kinds, llvm in (((bool, np.bool_), TRUTH), ((int, np.integer), WHOLE), ((float, np.floating), DOUBLE)):
            if isinstance(value, kinds):
                return ir.Constant(llvm, value)
        raise self.refuse(node, "not a number")

    def _of_name(self, node: ast.Name) -> Any:
        if node.id in self.variables:
            return self.code.load(self.variables[node.id])
        return self._literal(self._meant(node), node)

    def _meant(self, node: ast.expr) -> Any:
        """Return the Python object that a name outside the function stands for."""
        try:
            if isinstance(node, ast.Attribute):
                return getattr(self._meant(node.value), node.attr)
            if isinstance(node, ast.Name):
                return self.names[node.id] if node.id in self.names else _PYTHON[node.id]
        except (KeyError, AttributeError):
            pass
        raise self.refuse(node, "unknown name")

    def _of_attribute(self, node: ast.Attribute) -> Any:
        if not (isinstance(node.value, ast.Name) and node.value.id in self.variables):
            return self._literal(self._meant(node), node)
        table = self.code.load(self.variables[node.value.id])
        if table.type != TABLE or node.attr not in self.whole.fields:
            raise self.refuse(node, "unknown field")
        entries, kind = self.code.bitcast(table, INTEGERS), KINDS[self.whole.fields[node.attr]]
        entry = self.code.load(self.code.gep(entries, [ir.Constant(WHOLE, self.whole.places[node.attr])]))
        entry.set_metadata("invariant.load", self.whole.never_written)
        return entry if kind == WHOLE else self.code.inttoptr(entry, kind)

    def element(self, node: ast.Subscript) -> Any:
        """Return the address of `pointer[place]`."""
        return self.code.gep(self.value(node.value), [self.fit(self.value(node.slice), WHOLE, node)])

    def _of_subscript(self, node: ast.Subscript) -> Any:
        place = self.element(node)
        return self.whole.mark(self.code.load(place), place.type.pointee)

    def _of_tuple(self, node: ast.Tuple) -> Any:
        return tuple(self.value(x) for x in node.elts)

    def packed(self, value: Any) -> Any:
        """Return several values as one, as a function returns them."""
        if not isinstance(value, tuple):
            return value
        packed = ir.Constant(ir.LiteralStructType([x.type for x in value]), ir.Undefined)
        for place, one in enumerate(value):
            packed = self.code.insert_value(packed, one, place)
        return packed

    def unpacked(self, value: Any) -> Sequence[Any]:
        """Return the parts of a value made of several."""
        if isinstance(value, tuple):
            return value
        return [self.code.extract_value(value, place) for place in range(len(value.type.elements))]

    def fit(self, value: Any, kind: Any, node: ast.AST) -> Any:
        """Return a number as the wanted kind: whole numbers become floating ones, nothing else changes."""
        if value.type == kind:
            return value
        if value.type == WHOLE and kind == DOUBLE:
            return self.code.sitofp(value, DOUBLE)
        raise self.refuse(node, f"{value.type} where {kind} belongs")

    def truth(self, value: Any) -> Any:
        """Return a value as a truth value; numbers are true unless zero."""
        if value.type == WHOLE:
            return self.code.icmp_signed("!=", value, ir.Constant(WHOLE, 0))
        if value.type == DOUBLE:
            return self.code.fcmp_unordered("!=", value, ir.Constant(DOUBLE, 0.0))
        return value

    def alike(self, node: ast.AST, *values: Any) -> list[Any]:
        """Return the values as numbers of one kind: floating if one of them is."""
        kind = DOUBLE if any(x.type == DOUBLE for x in values) else values[0].type
        return [self.fit(x, kind, node) for x in values]

    def _of_binop(self, node: ast.BinOp) -> Any:
        a, b = self.alike(node, self.value(node.left), self.value(node.right))
        if type(node.op) in _SUMS:
            word = _SUMS[type(node.op)]
            if a.type == DOUBLE:
                return getattr(self.code, f"f{word}")(a, b, flags=_CONTRACT)
            return getattr(self.code, word)(a, b)
        if isinstance(node.op, ast.Div) and a.type == DOUBLE:
            return self.code.fdiv(a, b, flags=_CONTRACT)
        if isinstance(node.op, ast.Pow) and a.type == DOUBLE:
            return self.intrinsic("pow", a, b)
        raise self.refuse(node, "unknown operation")

    def intrinsic(self, name: str, *values: Any) -> Any:
        """Call one of LLVM's own functions of doubles."""
        kind = ir.FunctionType(DOUBLE, [DOUBLE] * len(values))
        full = f"llvm.{name}.f64"
        known = self.whole.module.globals.get(full) or ir.Function(self.whole.module, kind, full)
        return self.code.call(known, values)

    def _of_unaryop(self, node: ast.UnaryOp) -> Any:
        value = self.value(node.operand)
        if isinstance(node.op, ast.Not):
            return self.code.not_(self.truth(value))
        if isinstance(node.op, ast.USub):
            return self.code.fneg(value) if value.type == DOUBLE else self.code.neg(value)
        raise self.refuse(node, "unknown operation")

    def compare(self, sign: str, a: Any, b: Any) -> Any:
        """Compare two values of one kind; with a NaN only `!=` holds."""
        if a.type != DOUBLE:
            return self.code.icmp_signed(sign, a, b)
        return self.code.fcmp_unordered(sign, a, b) if sign == "!=" else self.code.fcmp_ordered(sign, a, b)

    def _of_compare(self, node: ast.Compare) -> Any:
        values = [self.value(x) for x in (node.left, *node.comparators)]
        if any(type(sign) not in _ORDER for sign in node.ops):
            raise self.refuse(node, "unknown comparison")
        pairs = zip(node.ops, values[:-1], values[1:], strict=True)
        parts = [self.compare(_ORDER[type(sign)], *self.alike(node, a, b)) for sign, a, b in pairs]
        result = parts[0]
        for part in parts[1:]:
            result = self.code.and_(result, part)
        return result

    def _of_boolop(self, node: ast.BoolOp) -> Any:
        """Evaluate from the left and stop where the answer is known, as Python does: what follows may not exist."""
        after, known = self.new_block(), isinstance(node.op, ast.Or)
        arrivals = []
        for part in node.values[:-1]:
            value, following = self.truth(self.value(part)), self.new_block()
            arrivals.append((ir.Constant(TRUTH, known), self.code.block))
            self.code.cbranch(value, *((after, following) if known else (following, after)))
            self.code.position_at_end(following)
        arrivals.append((self.truth(self.value(node.values[-1])), self.code.block))
        return self._meet(after, arrivals)

    def _of_ifexp(self, node: ast.IfExp) -> Any:
        then, otherwise, after = self.new_block(), self.new_block(), self.new_block()
        self.code.cbranch(self.truth(self.value(node.test)), then, otherwise)
        arrivals = []
        for block, part in ((then, node.body), (otherwise, node.orelse)):
            self.code.position_at_end(block)
            arrivals.append((self.value(part), self.code.block))
        if arrivals[0][0].type != arrivals[1][0].type:
            raise self.refuse(node, "two kinds of value")
        self.code.position_at_end(arrivals[0][1])
        self.code.branch(after)
        self.code.position_at_end(arrivals[1][1])
        return self._meet(after, arrivals)

    def _meet(self, after: Any, arrivals: Sequence[tuple[Any, Any]]) -> Any:
        self.code.branch(after)
        self.code.position_at_end(after)
        result = self.code.phi(arrivals[0][0].type)
        for value, block in arrivals:
            result.add_incoming(value, block)
        return result

    def _of_call(self, node: ast.Call) -> Any:
        if node.keywords:
            raise self.refuse(node, "arguments have no names here")
        meant, values = self._meant(node.func), [self.value(x) for x in node.args]
        if meant in self.whole.special:
            return self.whole.special[meant](self, *values)
        if not inspect.isfunction(meant):
            raise self.refuse(node, "unknown function")
        made = self.whole.function(meant)
        kinds = made.function_type.args
        return self.code.call(made, [self.fit(x, kind, node) for x, kind in zip(values, kinds, strict=True)])


def _smaller(writer: Expressions, *values: Any) -> Any:
    return _extreme(writer, "<", values)


def _larger(writer: Expressions, *values: Any) -> Any:
    return _extreme(writer, ">", values)


def _extreme(writer: Expressions, sign: str, values: Sequence[Any]) -> Any:
    best, *others = writer.alike(writer.tree, *values)
    for value in others:
        best = writer.code.select(writer.compare(sign, value, best), value, best)
    return best


def _absolute(writer: Expressions, value: Any) -> Any:
    return writer.intrinsic("fabs", value)


def _is_finite(writer: Expressions, value: Any) -> Any:
    return writer.compare("<", writer.intrinsic("fabs", value), ir.Constant(DOUBLE, math.inf))


_PYTHON = {"min": min, "max": max, "abs": abs}
BUILTIN: Mapping[Any, Callable[..., Any]] = {
    min: _smaller,
    max: _larger,
    abs: _absolute,
    np.isfinite: _is_finite,
}
