"""The right-hand side of a model as straight-line Python for the peers: written from the one model text, by its graph.

Each shared sub-expression is computed once, so that the peers race on the best code that the text gives.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numba

from adoptive.solve import Model
from adoptive.solve.graph import Node, reachable
from adoptive.solve.trace import trace

PATTERN = {
    **{"add": "{} + {}", "sub": "{} - {}", "mul": "{} * {}", "neg": "-{}", "rcp": "1.0 / {}", "pow": "{} ** {}"},
    **{"exp": "exp({})", "log": "log({})"},
}
SCALAR = {"select": "{1} if {0} > 0.0 else {2}"}
ARRAY = {"select": "where({0} > 0.0, {1}, {2})"}


def source_of(model: Model, *, scale: Sequence[float] = (), select: Mapping[str, str] = SCALAR) -> str:
    """Return the text of ``slopes(y, p, dy)``, which writes the derivatives into `dy`.

    With a `scale` the function takes and gives each state over its scale.
    """
    traced = trace(model)
    lines = ["def slopes(y, p, dy):"]
    lines += [f"    y{place} = y[{place}] * {size!r}" for place, size in enumerate(scale)]
    state = "y{}" if scale else "y[{}]"
    for node in reachable(traced.slopes):
        if node.operation not in ("constant", "symbol"):
            text = (PATTERN | dict(select))[node.operation].format(*(_word(x, state) for x in node.operands))
            lines.append(f"    v{node.number} = {text}")
    shares = [f" * {1.0 / size!r}" for size in scale] or [""] * len(traced.slopes)
    lines += [f"    dy[{k}] = {_word(node, state)}{shares[k]}" for k, node in enumerate(traced.slopes)]
    return "\n".join(lines) + "\n"


def _word(node: Node, state: str) -> str:
    if node.operation == "constant":
        return f"({node.operands[0]!r})"
    if node.operation == "symbol":
        kind, place = node.operands
        return state.format(place) if kind == "state" else f"p[{place}]"
    return f"v{node.number}"


def function_of(source: str, **space: Any) -> Callable[..., None]:
    """Return the function itself; `space` gives it exp, log and, where the text asks for it, where."""
    exec(compile(source, "<slopes>", "exec"), space)
    slopes: Callable[..., None] = space["slopes"]
    return slopes


def compiled(source: str) -> Any:
    """Return the function compiled by numba for one patient: ``slopes(y, p, dy)``."""
    return numba.njit(error_model="numpy", fastmath={"contract"})(function_of(source, exp=math.exp, log=math.log))
