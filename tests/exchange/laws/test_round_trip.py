"""Whatever a model text may say survives writing: any expression, out and in again, has the same value."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from problems import DOSED, MIXTURE, STIFF, dosed, stiff

from adoptive.solve import Model, Values, compile_model, exp, log, maximum, minimum, positive, where_positive
from adoptive.solve.exchange import read_sbml, write_antimony, write_sbml
from adoptive.solve.graph import Node

STATES, PARAMETERS = ("a", "b", "time"), ("k", "E", "exp")
Tree = tuple[Any, ...]

SIZES: list[float] = []
"""Intermediate results of the last evaluation: what is left of large numbers that cancel is rounding."""

leaf = st.one_of(
    st.sampled_from([("y", name) for name in STATES] + [("p", name) for name in PARAMETERS]),
    st.floats(-3.0, 3.0).map(lambda x: ("number", x)),
    st.sampled_from([("number", x) for x in (0.0, 1.0, 1e-20, 1 / 3, 123456789.123456789)]),
)


def grow(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    two = st.sampled_from(["add", "sub", "mul", "div", "max", "min"])
    one = st.sampled_from(["neg", "exp", "log", "positive", "abs", "square", "cube", "seventh", "inverse", "power"])
    return st.one_of(
        st.tuples(two, inner, inner), st.tuples(one, inner), st.tuples(st.just("where"), inner, inner, inner)
    )


trees = st.recursive(leaf, grow, max_leaves=25)


def value(tree: Tree, y: Values, p: Values) -> Any:
    kind, *rest = tree
    if kind == "number":
        return rest[0]
    if kind in ("y", "p"):
        return (y if kind == "y" else p)[rest[0]]
    x = [value(inner, y, p) for inner in rest]
    actions: dict[str, Callable[[], Any]] = {
        "add": lambda: x[0] + x[1],
        "sub": lambda: x[0] - x[1],
        "mul": lambda: x[0] * x[1],
        "div": lambda: x[0] / (1.5 + x[1] * x[1]),
        "max": lambda: maximum(x[0], x[1]),
        "min": lambda: minimum(x[0], x[1]),
        "neg": lambda: -x[0],
        "exp": lambda: exp(-0.1 * x[0] * x[0]),
        "log": lambda: log(1.1 + x[0] * x[0]),
        "positive": lambda: positive(x[0]),
        "abs": lambda: maximum(x[0], -x[0]),
        "square": lambda: x[0] ** 2,
        "cube": lambda: x[0] ** 3,
        "seventh": lambda: x[0] ** 7,
        "inverse": lambda: 1.0 / (2.0 + x[0] * x[0]),
        "power": lambda: (1.2 + x[0] * x[0]) ** p.k,
        "where": lambda: where_positive(x[0], x[1], x[2]),
    }
    found = actions[kind]()
    if not isinstance(found, Node):
        SIZES.append(abs(float(found)))
    return found


def model_of(tree: list[Tree]) -> Model:
    return Model(
        "any",
        STATES,
        PARAMETERS,
        lambda y, p: {n: 0.5 * y[n] + value(t, y, p) for n, t in zip(STATES, tree, strict=True)},
    )


Y, P = {"a": 0.7, "b": -1.3, "time": 0.4}, {"k": 0.8, "E": -0.6, "exp": 1.9}


def slopes(model: Model, y: list[float], p: list[float]) -> dict[str, float]:
    SIZES[:] = [1.0]
    with np.errstate(all="ignore"):
        found = model.rhs(Values(model.states, y), Values(model.parameters, p))
    return {name: float(x) for name, x in found.items()}


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(trees, min_size=3, max_size=3))
def test_any_expression_out_and_in_again(tmp_path: Path, tree: list[Tree]) -> None:
    model = model_of(tree)
    want = slopes(model, [*Y.values()], [*P.values()])
    if not max(SIZES) < 1e100:
        return
    rounding = 1e-12 * max(SIZES)
    text = write_sbml(model, tmp_path / "m.xml", parameters=P, initial=Y)
    read = read_sbml(tmp_path / "m.xml")
    names = dict(re.findall(r'<parameter id="(\w+)" name="(\w+)"', text))
    y = [{**Y}[names[name]] for name in read.model.states]
    p = [{**P}[names[name]] for name in read.model.parameters]
    got = slopes(read.model, y, p)
    for id, x in got.items():
        assert x == pytest.approx(want[names[id]], rel=1e-9, abs=rounding), tree


@settings(deadline=None, max_examples=40)
@given(st.lists(trees, min_size=3, max_size=3))
def test_antimony_lines_have_the_model_s_value(tree: list[Tree]) -> None:
    """The lines are arithmetic that Python reads too, once powers are written its way."""
    model = model_of(tree)
    want = slopes(model, [*Y.values()], [*P.values()])
    if not max(SIZES) < 1e100:
        return
    rounding = 1e-12 * max(SIZES)
    known: dict[str, Any] = {"piecewise": lambda then, holds, otherwise: then if holds else otherwise}
    known |= {"exp": math.exp, "ln": math.log}
    rates = {}
    for line in write_antimony(model, None, parameters=P, initial=Y).splitlines():
        left, _, right = line.strip().partition(" := " if ":=" in line else " = ")
        if not right:
            continue
        name = left.removeprefix("const ")
        found = eval(right.replace("^", "**"), {}, known)
        (rates if name.endswith("'") else known)[name.rstrip("'")] = found
    assert len(rates) == 3
    for at, name in enumerate(rates):
        assert rates[name] == pytest.approx(want[STATES[at]], rel=1e-9, abs=rounding), tree


@pytest.mark.parametrize("problem", [dosed(), stiff()], ids=["dosed", "stiff"])
def test_a_problem_out_and_in_again_runs_the_same(problem: Any, tmp_path: Path) -> None:
    text = write_sbml(
        problem.model,
        tmp_path / "m.xml",
        parameters=problem.parameters,
        initial=problem.initial,
        events=problem.events,
        triggers=problem.triggers,
    )
    read = read_sbml(tmp_path / "m.xml")
    start = read.begin(1)
    ran = compile_model(read.model).run(
        start.parameters,
        start.initial,
        start=0.0,
        stop=float(problem.days[-1]),
        visits=problem.days,
        events=start.events,
        triggers=read.triggers,
        rtol=1e-10,
        atol=1e-11,
    )
    seen = read.observe(ran.states, start.parameters)
    names = {name: id for id, name in re.findall(r'<parameter id="(\w+)" name="(\w+)"', text)}
    ours = problem.ours().states[0]
    for at, name in enumerate(problem.model.states):
        np.testing.assert_allclose(
            seen[names[name]][0], ours[:, at], rtol=1e-7, atol=1e-7 * (1e-3 + np.abs(ours[:, at]).max())
        )


@pytest.mark.parametrize("model", [DOSED, MIXTURE, STIFF], ids=lambda model: model.name)
def test_the_size_is_linear_in_the_text(model: Model) -> None:
    values = {"parameters": dict.fromkeys(model.parameters, 1.0), "initial": dict.fromkeys(model.states, 1.0)}
    assert len(write_antimony(model, None, **values)) < 400 * (len(model.states) + len(model.parameters))


def test_what_is_shared_is_written_once() -> None:
    """Twenty squarings of a sum would be a million terms if they were written out."""

    def text(y: Values, p: Values) -> dict[str, Any]:
        x = y.a + p.k
        for _ in range(20):
            x = exp(-x) + x * log(2.0 + x)
        return {"a": -x}

    model = Model("nested", ("a",), ("k",), text)
    assert len(write_sbml(model, None, parameters={"k": 1.0}, initial={"a": 1.0})) < 20_000


def test_long_products_and_squares_of_squares_are_written() -> None:
    def text(y: Values, p: Values) -> dict[str, Any]:
        square, product = y.a, 1.0
        for _ in range(40):
            square = square * square
        for k in range(3000):
            product = product * (y.b + k)
        return {"a": -square, "b": product}

    text_of = write_antimony(Model("long", ("a", "b"), (), text), None, parameters={}, initial={"a": 1.0, "b": 2.0})
    assert f"  a' = -a^{2**40}\n" in text_of
    assert "(b + 2999)" in text_of


def test_a_deep_text_is_written_in_parts() -> None:
    def text(y: Values, p: Values) -> dict[str, Any]:
        x = y.a
        for _ in range(3000):
            x = 1.0 / (1.0 + exp(-x))
        return {"a": -x}

    written = write_sbml(Model("deep", ("a",), (), text), None, parameters={}, initial={"a": 1.0})
    depth = deepest = 0
    for sign in re.findall(r"</?(?:apply)>", written):
        depth += -1 if "/" in sign else 1
        deepest = max(deepest, depth)
    assert 10 < deepest < 200
