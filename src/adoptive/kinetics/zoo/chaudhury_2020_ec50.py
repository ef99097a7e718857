"""Chaudhury 2020, third of three: expansion and killing saturate with the cells that meet.

    day <= Tmax:  E' = rho E U / (EC50r + E + U);  later as in the second variant
    U' = growth(U) - d E U / (EC50d + E + U)

The form is symmetric: many effectors to few targets and the reverse both saturate.
"""

from __future__ import annotations

from typing import Any

from adoptive.kinetics.zoo.chaudhury_2020_first_order import contraction, gompertz
from adoptive.kinetics.zoo.rows import read_rows
from adoptive.kinetics.zoo.types import Happening, Quantity, Regression, ZooModel
from adoptive.solve import Jump, Model, Values

__all__ = ["ZOO"]


def slopes(y: Values, p: Values) -> dict[str, Any]:
    """Give the equations."""
    lost = contraction(y, p)
    growth = (1.0 - y.phase) * p.rho * y.E * y.U / (p.EC50r + y.E + y.U)
    return {**lost, "E": growth + lost["E"], "U": gompertz(y, p) - p.d * y.E * y.U / (p.EC50d + y.E + y.U)}


_LSODA = "LSODA, relative tolerance 1e-11, published equations and numbers"


def _value(group: str, quantity: str, measure: Any, value: float, *days: float) -> Regression:
    return Regression(group, quantity, measure, value, "recomputed", _LSODA, days, 0.001)


ZOO = ZooModel(
    name="chaudhury-2020-ec50",
    title="CAR-T cells and tumour: saturable expansion and killing",
    doi="10.1002/jcph.1691",
    model=Model(
        name="chaudhury-2020-ec50",
        states=("E", "P", "U", "phase"),
        parameters=("rho", "EC50r", "kE", "kEP", "beta", "g", "d", "EC50d", "Umax", "Ucrit", "hc"),
        rhs=slopes,
        jumps=(Jump("contraction", {"phase": 1.0}),),
    ),
    rows=read_rows("chaudhury_2020_ec50"),
    initial=lambda rows: {"E": rows.C_0, "P": 0.0, "U": rows.U_0, "phase": 0.0},
    schedule=lambda rows: (Happening("contraction", rows.Tmax),),
    quantities=(
        Quantity("car_t", "own unit", lambda y, rows: y.E + y.P),
        Quantity("tumour", "burden", lambda y, rows: y.U),
    ),
    horizon_days=100.0,
    captures="saturation on both sides of the encounter; cure by rule",
    misses="trafficking, phenotypes; not fitted to patients",
    regressions=(
        _value("typical", "car_t", "maximum", 22818.0),
        _value("typical", "car_t", "value", 1274.5, 28.0),
        _value("typical", "tumour", "value", 1.3666, 28.0),
    ),
)
