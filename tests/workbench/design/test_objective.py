"""Expressions that people write: worked out like arithmetic, and everything else refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adoptive.errors import StudyError
from adoptive.workbench.design.objective import read_constraint, read_expression

KNOWN = ("power", "n", "os_rate@12", "pfs_median:2", "trial.n")
VALUES = {"power": 0.8, "n": 160.0, "os_rate@12": 40.0, "pfs_median:2": 2.0, "trial.n": 150}

numbers = st.floats(0.001, 1000).map(lambda value: f"{value:.6g}")
expressions = st.recursive(
    st.one_of(numbers, st.sampled_from(["power", "n"])),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(" ".join),
        inner.map(lambda text: f"({text})"),
        inner.map(lambda text: f"-({text})"),
    ),
    max_leaves=12,
)


@given(expressions)
def test_expressions_are_arithmetic(text: str) -> None:
    with np.errstate(all="ignore"):
        expected = eval(text, {"power": np.float64(0.8), "n": np.float64(160.0)})
    assert read_expression(text, KNOWN).at(VALUES) == pytest.approx(expected, rel=1e-9, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("power/n", 0.005), ("1 - 2 - 3", -4.0), ("8/4/2", 1.0), ("2+3*4", 14.0), ("-power*-1", 0.8),
        ("os_rate@12 - pfs_median:2", 38.0), ("power/trial.n", 0.8 / 150), ("1e2*.5", 50.0),
    ],
)  # fmt: skip
def test_precedence_and_names(text: str, value: float) -> None:
    assert read_expression(text, KNOWN).at(VALUES) == pytest.approx(value)


@pytest.mark.parametrize(
    "text",
    ["", "power/", "(power", "power)", "power n", "powr", "__import__('os')", "power**2", "power;n", "n if n", "[n]",
     "power.real", "lambda: 1", "f(n)", "'n'", "1..2", "(" * 200 + "n", "n" * 600, "power == n", "n\n+"],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(StudyError, match="--optimise"):
        read_expression(text, KNOWN)


@pytest.mark.parametrize(
    ("text", "shortfall"), [("power>=0.8", 0.0), ("power > 0.9", 0.1), ("n <= 100", 60.0), ("n<200", -40.0)]
)
def test_constraints_tell_what_is_missing(text: str, shortfall: float) -> None:
    assert read_constraint(text, KNOWN).shortfall.at(VALUES) == pytest.approx(shortfall)


@pytest.mark.parametrize("text", ["power", "0.5<power<0.9", "power>=", ">=0.8", "power=0.8"])
def test_constraints_that_are_none(text: str) -> None:
    with pytest.raises(StudyError, match="--subject-to"):
        read_constraint(text, KNOWN)


def test_samples_are_worked_out_at_once() -> None:
    found = read_expression("power/n", KNOWN).at({"power": np.array([0.5, 1.0]), "n": np.array([100.0, 0.0])})
    assert found.tolist() == [0.005, np.inf]
