"""Write the lanes' own loop over steps as plain Python for one patient: there is no second text of it.

The loop of `solve.driver` is read function by function. Fields of the lanes become places in arrays, calls of kernels
become calls of the model's written routines, and a loop over lanes runs once: a tile's stride stays in the places, but
each thread follows its own patient.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

from adoptive.errors import SolveError
from adoptive.solve.driver import integrate
from adoptive.solve.kernels import ROUTINES
from adoptive.solve.lanes import ENTRIES, SPECIAL, VECTORS

__all__ = ["CLOCK_VECTORS", "array_of", "write_loop"]

CLOCK_VECTORS = frozenset({"clock", "crossing", "clone_crossing", "low"})
_FIELDS = tuple(ENTRIES)
_WRITTEN_OUT = frozenset({"row", "call"})


def array_of(field: str) -> str:
    """Return which array of `blank.Lanes` holds a field: `table` for sizes."""
    if field == "queue":  # each patient's thread has its own
        return "book"
    if ENTRIES[field] == "int":
        return "table"
    if field in VECTORS:
        return "book" if field == "book" else "clock" if field in CLOCK_VECTORS else "vectors"
    return "places" if ENTRIES[field] == "Integers" else "numbers"


def write_loop() -> str:
    """Write the loop and everything that it calls, callees first, below the constants that they name."""
    constants: dict[str, float] = {}
    texts: dict[str, str] = {}
    known: dict[str, Callable[..., Any]] = {}
    _write(integrate, constants, texts, known)
    head = "".join(f"{name} = {value!r}\n" for name, value in sorted(constants.items()))
    return "\n\n".join([head, *texts.values()])


def _write(
    function: Callable[..., Any], constants: dict[str, float], texts: dict[str, str], known: dict[str, Any]
) -> None:
    name = function.__name__
    if known.setdefault(name, function) is not function:
        raise SolveError("two functions of the loop have the same name", value=name)
    if name in texts:
        return
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    around: Mapping[str, Any] = function.__globals__
    local = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    local |= {argument.arg for argument in tree.args.args}
    tree = ast.fix_missing_locations(_ForOne(around).visit(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in local and node.id in around:
            value = around[node.id]
            if isinstance(value, int | float):
                if constants.setdefault(node.id, value) != value:
                    raise SolveError("two constants of the loop have the same name", value=node.id)
            elif isinstance(value, FunctionType) and value not in SPECIAL and node.id != "compiled":
                _write(value, constants, texts, known)
    texts[name] = ast.unparse(tree) + "\n"


class _ForOne(ast.NodeTransformer):
    """Turn a function over lanes into one over one patient."""

    def __init__(self, around: Mapping[str, Any]) -> None:
        self.around = around

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        for argument in node.args.args:
            argument.annotation = None
        node.returns = None
        node.decorator_list = [_expression("compiled")]
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        assert node.value is not None
        return self.generic_visit(ast.Assign(targets=[node.target], value=node.value))

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id == "np":
            return _expression(f"math.{node.attr}")
        if not (isinstance(node.value, ast.Name) and node.value.id == "lanes"):
            return self.generic_visit(node)
        if node.attr == "width":
            return _expression("TILE")
        entry = f"lanes.table[{_FIELDS.index(node.attr)}]"
        array = array_of(node.attr)
        return _expression(entry if array == "table" else f"lanes.{array}[{entry} :]")

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        target = node.value
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "lanes":
            start = _expression(f"lanes.table[{_FIELDS.index(target.attr)}]")
            place = ast.BinOp(start, ast.Add(), self.visit(node.slice))
            return ast.Subscript(_expression(f"lanes.{array_of(target.attr)}"), place, node.ctx)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name == "range" and ast.unparse(node.args[0]) in ("width", "lanes.width"):
            return _expression("range(1)")
        if name == "row":
            pointer, start = (self.visit(argument) for argument in node.args)
            return ast.Subscript(pointer, ast.Slice(lower=start), ast.Load())
        if name == "call":
            return self._kernel(*node.args)
        return self.generic_visit(node)

    def _kernel(self, kernel: ast.expr, arguments: ast.expr) -> ast.AST:
        """Call a model's written routine: one known by its name, or the text of a jump by its place."""
        assert isinstance(kernel, ast.Subscript)
        assert isinstance(arguments, ast.Tuple)
        given = [self.visit(argument) for argument in arguments.elts]
        if isinstance(kernel.slice, ast.Name):
            return ast.Call(_expression(f"model_{ROUTINES[self.around[kernel.slice.id]]}"), given, [])
        return ast.Call(_expression("model_text"), [self.visit(kernel.slice), *given], [])


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body
