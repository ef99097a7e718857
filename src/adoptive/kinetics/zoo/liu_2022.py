"""Liu 2022: activation of CAR-T cells by CD19-positive blasts, and relapse with or without CD19, in B-ALL.

    B'  = rB B (1 - B / nM) - e B / (B + KB) A
    A'  = rTA B / (B + KBr) A + ka B / (B + KBT) N - lTA A,   N' = -ka B / (B + KBT) N - lTN N
    Bn' = rBn Bn (1 - Bn / nM) + km B - (e / kb) Bn / (Bn + KBn) A

One text serves both relapses: without CD19-negative cells at the start (Bn_0 = 0, km = 0) the last equation stays at 0.
Cells have the authors' own unit; their blast percentage is 97.19 X / (X + 1909) for X = B + Bn. In the CD19-negative
data the first CD19-negative value (19.89) is the same in all four patients: imputed, and taken as a start, not as data.
"""

from __future__ import annotations

from typing import Any

from adoptive.kinetics.zoo.rows import read_rows
from adoptive.kinetics.zoo.types import Quantity, Regression, ZooModel
from adoptive.solve import Model, Values

__all__ = ["ZOO"]

_LSODA = "LSODA, relative tolerance 1e-9, published equations and numbers"


def slopes(y: Values, p: Values) -> dict[str, Any]:
    """Give the equations."""
    activated = p.ka * y.B / (y.B + p.KBT) * y.N
    return {
        "B": p.rB * y.B * (1.0 - y.B / p.nM) - p.e * y.B / (y.B + p.KB) * y.A,
        "A": p.rTA * y.B / (y.B + p.KBr) * y.A + activated - p.lTA * y.A,
        "N": -activated - p.lTN * y.N,
        "Bn": p.rBn * y.Bn * (1.0 - y.Bn / p.nM) + p.km * y.B - p.e / p.kb * y.Bn / (y.Bn + p.KBn) * y.A,
    }


def _value(group: str, quantity: str, measure: Any, value: float, *days: float, tolerance: float) -> Regression:
    return Regression(group, quantity, measure, value, "recomputed", _LSODA, days, tolerance)


def _blasts(y: Values, rows: Values) -> Any:
    return 97.19 * (y.B + y.Bn) / (y.B + y.Bn + 1909.0)


ZOO = ZooModel(
    name="liu-2022",
    title="CAR-T cells in B-ALL: remission, resistance and relapse with or without CD19",
    doi="10.1136/jitc-2022-005360",
    model=Model(
        name="liu-2022",
        states=("B", "A", "N", "Bn"),
        parameters=("rB", "rTA", "lTA", "lTN", "nM", "e", "KB", "KBr", "KBT", "ka", "rBn", "km", "kb", "KBn"),
        rhs=slopes,
    ),
    rows=read_rows("liu_2022"),
    initial=lambda rows: {"B": rows.B_0, "A": 0.0, "N": rows.N_0, "Bn": rows.Bn_0},
    quantities=(
        Quantity("car_t", "own cell unit", lambda y, rows: y.A),
        Quantity("cd19_positive", "own cell unit", lambda y, rows: y.B),
        Quantity("cd19_negative", "own cell unit", lambda y, rows: y.Bn),
        Quantity("blasts", "%", _blasts),
    ),
    horizon_days=200.0,
    captures="activation, remission, relapse with and without CD19",
    misses="phenotypes, lymphodepletion",
    regressions=(
        _value("CR", "car_t", "maximum", 613.0, tolerance=0.002),
        _value("CR", "car_t", "day of maximum", 5.65, tolerance=0.003),
        _value("CR", "car_t", "value", 44.0, 28.0, tolerance=0.02),
        _value("CD19-negative", "car_t", "maximum", 3609.0, tolerance=0.001),
        _value("CD19-negative", "car_t", "day of maximum", 8.65, tolerance=0.002),
        _value("CD19-negative", "cd19_negative", "value", 388.0, 200.0, tolerance=0.003),
    ),
    fitted=("N_0", "rTA", "KBr", "lTA", "e", "rB"),
    noise="sigma",
)
