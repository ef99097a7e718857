"""Chaudhury 2020, first of three: CAR-T cells and tumour as predator and prey.

    C' = rho C U - kE C,  U' = g U - d C U

The conserved quantity of this form is a check of the solver: rho U - kE ln U + d C - g ln C.
"""

from __future__ import annotations

from typing import Any

from adoptive.kinetics.zoo.rows import read_rows
from adoptive.kinetics.zoo.types import Quantity, Regression, ZooModel
from adoptive.solve import Model, Values

__all__ = ["ZOO"]


def slopes(y: Values, p: Values) -> dict[str, Any]:
    """Give the equations."""
    return {"C": p.rho * y.C * y.U - p.kE * y.C, "U": p.g * y.U - p.d * y.C * y.U}


_LSODA = "LSODA, relative tolerance 1e-11, published equations and numbers"


def _value(group: str, quantity: str, measure: Any, value: float, *days: float) -> Regression:
    return Regression(group, quantity, measure, value, "recomputed", _LSODA, days, 0.001)


ZOO = ZooModel(
    name="chaudhury-2020-lotka-volterra",
    title="CAR-T cells and tumour: Lotka-Volterra",
    doi="10.1002/jcph.1691",
    model=Model(
        name="chaudhury-2020-lotka-volterra", states=("C", "U"), parameters=("rho", "kE", "g", "d"), rhs=slopes
    ),
    rows=read_rows("chaudhury_2020_lotka_volterra"),
    initial=lambda rows: {"C": rows.C_0, "U": rows.U_0},
    quantities=(
        Quantity("car_t", "own unit", lambda y, rows: y.C),
        Quantity("tumour", "burden", lambda y, rows: y.U),
    ),
    horizon_days=100.0,
    captures="expansion by antigen, and relapse",
    misses="persistence, saturation; not fitted to patients",
    regressions=(
        _value("typical", "car_t", "maximum", 14557.0),
        _value("typical", "tumour", "maximum", 1229.0),
        _value("typical", "car_t", "value", 398.29, 28.0),
    ),
)
