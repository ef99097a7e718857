"""Translate the loop over steps from plain Python to LLVM text.

The loop is ordinary, annotated Python; this file knows the small part of the language that it is written in: whole and
floating numbers, truth values, pointers, `Lanes`; assignment, `if`, `while`, `for ... in range`, `return`; arithmetic,
comparison, `and`, `or`, `not`, `min`, `max`, `abs`; calls of other such functions. Anything else is refused by name.
A general compiler of Python takes several seconds for this loop, this one a fraction of a second.

Meaning is Python's, but whole numbers have 64 bits, nothing checks an index, and a product may be rounded together with
the sum it enters.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from llvmlite import ir

from adoptive.solve.expressions import BUILTIN, DOUBLE, NOTHING, WHOLE, Expressions, kind_of

__all__ = ["Translator", "translate"]


def translate(
    function: Callable[..., Any], fields: Mapping[str, str], special: Mapping[Any, Callable[..., Any]]
) -> str:
    """Return LLVM text with `function` as its only visible routine.

    Arguments: `fields` names the entries of the table of lanes in order, each with its kind; `special` maps Python
    functions to what writes their code, called with the writer and the values of the arguments.
    """
    translator = Translator(fields, special)
    translator.function(function).linkage = "external"
    return str(translator.module)


class Translator:
    """Hold the module, the functions translated so far and what marks the memory they touch."""

    def __init__(self, fields: Mapping[str, str], special: Mapping[Any, Callable[..., Any]]) -> None:
        self.module = ir.Module(name="loop")
        self.places = {name: place for place, name in enumerate(fields)}
        self.fields, self.special = fields, {**special, **BUILTIN}
        self._known: dict[Any, ir.Function] = {}
        root = self.module.add_metadata(["memory"])
        self._marks = {}
        for name, kind in (("numbers", DOUBLE), ("places", WHOLE)):  # neither is ever read as the other
            mark = self.module.add_metadata([name, root])
            self._marks[kind] = self.module.add_metadata([mark, mark, ir.Constant(WHOLE, 0)])
        self.never_written = self.module.add_metadata([])

    def function(self, function: Callable[..., Any]) -> ir.Function:
        """Return the translation of a Python function, made when it is first called for."""
        if function not in self._known:
            tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
            assert isinstance(tree, ast.FunctionDef)
            kinds = [kind_of(argument.annotation) for argument in tree.args.args]
            made = ir.Function(
                self.module, ir.FunctionType(kind_of(tree.returns), kinds), self.module.get_unique_name(tree.name)
            )
            made.linkage = "internal"
            if getattr(function, "seldom", False):
                made.attributes.add("noinline")
                made.attributes.add("minsize")
            self._known[function] = made
            _Writer(self, function, tree, made).write()
        return self._known[function]

    def mark(self, access: Any, kind: Any) -> Any:
        """Say of a load or a store what kind of memory it touches."""
        if kind in self._marks:
            access.set_metadata("tbaa", self._marks[kind])
        return access


class _Writer(Expressions):
    """Write the statements of one function."""

    def __init__(self, whole: Translator, function: Callable[..., Any], tree: ast.FunctionDef, made: Any) -> None:
        self.whole, self.names, self.tree, self.made = whole, inspect.unwrap(function).__globals__, tree, made
        self.entry = made.append_basic_block("entry")
        self.code = ir.IRBuilder(made.append_basic_block("body"))
        self.variables: dict[str, Any] = {}
        self._loops: list[tuple[Any, Any]] = []

    def write(self) -> None:
        """Write the whole function."""
        body = self.code.block
        for argument, value in zip(self.tree.args.args, self.made.args, strict=True):
            self._assign_name(argument.arg, value)
        self._block(self.tree.body)
        if not self.code.block.is_terminated:
            self.code.ret_void() if self.made.function_type.return_type == NOTHING else self.code.unreachable()
        ir.IRBuilder(self.entry).branch(body)

    def _block(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            if self.code.block.is_terminated:
                return
            handler = getattr(self, f"_{type(statement).__name__.lower()}", None)
            if handler is None:
                raise self.refuse(statement, "unknown statement")
            handler(statement)

    def _pass(self, statement: ast.Pass) -> None:
        pass

    def _expr(self, statement: ast.Expr) -> None:
        if not isinstance(statement.value, ast.Constant):
            self.value(statement.value)

    def _return(self, statement: ast.Return) -> None:
        kind = self.made.function_type.return_type
        if kind == NOTHING:
            self.code.ret_void()
        else:
            self.code.ret(self.fit(self.packed(self.value(statement.value)), kind, statement))

    def _assign(self, statement: ast.Assign) -> None:
        if len(statement.targets) != 1:
            raise self.refuse(statement, "one target at a time")
        self._store(statement.targets[0], self.value(statement.value))

    def _annassign(self, statement: ast.AnnAssign) -> None:
        value = self.fit(self.value(statement.value), kind_of(statement.annotation), statement)
        self._store(statement.target, value)

    def _augassign(self, statement: ast.AugAssign) -> None:
        read = ast.copy_location(ast.BinOp(statement.target, statement.op, statement.value), statement)
        self._store(statement.target, self.value(read))

    def _store(self, target: ast.expr, value: Any) -> None:
        if isinstance(target, ast.Tuple):
            for part, one in zip(target.elts, self.unpacked(value), strict=True):
                self._store(part, one)
        elif isinstance(target, ast.Name):
            self._assign_name(target.id, value, target)
        elif isinstance(target, ast.Subscript):
            place = self.element(target)
            kind = place.type.pointee
            self.whole.mark(self.code.store(self.fit(value, kind, target), place), kind)
        else:
            raise self.refuse(target, "unknown target")

    def _assign_name(self, name: str, value: Any, node: ast.AST | None = None) -> None:
        if name not in self.variables:
            self.variables[name] = ir.IRBuilder(self.entry).alloca(value.type, name=name)
        place = self.variables[name]
        self.code.store(self.fit(value, place.type.pointee, node or self.tree), place)

    def _if(self, statement: ast.If) -> None:
        then, after = self.new_block(), self.new_block()
        otherwise = self.new_block() if statement.orelse else after
        self.code.cbranch(self.truth(self.value(statement.test)), then, otherwise)
        for block, statements in ((then, statement.body), (otherwise, statement.orelse)):
            if block is not after:
                self.code.position_at_end(block)
                self._block(statements)
                self._go(after)
        self.code.position_at_end(after)

    def _while(self, statement: ast.While) -> None:
        if statement.orelse:
            raise self.refuse(statement, "a loop has no else")
        test, body, after = self.new_block(), self.new_block(), self.new_block()
        self.code.branch(test)
        self.code.position_at_end(test)
        self.code.cbranch(self.truth(self.value(statement.test)), body, after)
        self._body(statement.body, body, again=test, after=after)
        self._go(test)
        self.code.position_at_end(after)

    def _for(self, statement: ast.For) -> None:
        if statement.orelse:
            raise self.refuse(statement, "a loop has no else")
        first, beyond = self._range(statement.iter)
        test, body, following, after = (self.new_block() for _ in range(4))
        counter = ir.IRBuilder(self.entry).alloca(WHOLE)
        self.code.store(first, counter)
        self.code.branch(test)
        self.code.position_at_end(test)
        now = self.code.load(counter)
        self.code.cbranch(self.code.icmp_signed("<", now, beyond), body, after)
        self.code.position_at_end(body)
        self._store(statement.target, now)
        self._body(statement.body, body, again=following, after=after)
        self._go(following)
        self.code.position_at_end(following)
        self.code.store(self.code.add(self.code.load(counter), ir.Constant(WHOLE, 1)), counter)
        self.code.branch(test)
        self.code.position_at_end(after)

    def _range(self, node: ast.expr) -> tuple[Any, Any]:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range"):
            raise self.refuse(node, "only ranges are walked")
        bounds = [self.fit(self.value(x), WHOLE, x) for x in node.args]
        if len(bounds) > 2:
            raise self.refuse(node, "ranges have step one")
        return (ir.Constant(WHOLE, 0), *bounds) if len(bounds) == 1 else (bounds[0], bounds[1])

    def _body(self, statements: Sequence[ast.stmt], block: Any, *, again: Any, after: Any) -> None:
        self._loops.append((again, after))
        self.code.position_at_end(block)
        self._block(statements)
        self._loops.pop()

    def _continue(self, statement: ast.Continue) -> None:
        self.code.branch(self._loops[-1][0])

    def _break(self, statement: ast.Break) -> None:
        self.code.branch(self._loops[-1][1])

    def _go(self, block: Any) -> None:
        if not self.code.block.is_terminated:
            self.code.branch(block)
