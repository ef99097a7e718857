"""Chaudhury 2020, second of three: expansion of first order up to Tmax, then contraction and persistence.

    day <= Tmax:  E' = rho E,          P' = 0
    later:        E' = -(kE + kEP) E,  P' = kEP E - beta P
    U' = F g U (ln Umax - ln U) / ln Umax - d E U,  F = 1 / (1 + (Ucrit / U)^h)

F lets growth cease below a critical burden: a cure by rule. The phase is a state that a jump on day Tmax moves from 0
to 1. The start burden (900, BioModels MODEL2109110005) lies above Umax (100), as in the deposited model.
"""

from __future__ import annotations

from typing import Any

from adoptive.kinetics.zoo.rows import read_rows
from adoptive.kinetics.zoo.types import Happening, Quantity, Regression, ZooModel
from adoptive.solve import Jump, Model, Values, log

__all__ = ["ZOO", "contraction", "gompertz"]


def gompertz(y: Values, p: Values) -> Any:
    """Give the growth of the burden, which ceases below the critical burden."""
    alive = y.U**p.hc / (y.U**p.hc + p.Ucrit**p.hc)
    return alive * p.g * y.U * (1.0 - log(y.U) / log(p.Umax))


def contraction(y: Values, p: Values) -> dict[str, Any]:
    """Give what is lost and what persists after the day of the peak."""
    return {
        "E": -y.phase * (p.kE + p.kEP) * y.E,
        "P": y.phase * (p.kEP * y.E - p.beta * y.P),
        "phase": 0.0,
    }


def slopes(y: Values, p: Values) -> dict[str, Any]:
    """Give the equations."""
    lost = contraction(y, p)
    growth = (1.0 - y.phase) * p.rho * y.E
    return {**lost, "E": growth + lost["E"], "U": gompertz(y, p) - p.d * y.E * y.U}


_LSODA = "LSODA, relative tolerance 1e-11, published equations and numbers"


def _value(group: str, quantity: str, measure: Any, value: float, *days: float) -> Regression:
    return Regression(group, quantity, measure, value, "recomputed", _LSODA, days, 0.001)


ZOO = ZooModel(
    name="chaudhury-2020-first-order",
    title="CAR-T cells and tumour: first-order expansion",
    doi="10.1002/jcph.1691",
    model=Model(
        name="chaudhury-2020-first-order",
        states=("E", "P", "U", "phase"),
        parameters=("rho", "kE", "kEP", "beta", "g", "d", "Umax", "Ucrit", "hc"),
        rhs=slopes,
        jumps=(Jump("contraction", {"phase": 1.0}),),
    ),
    rows=read_rows("chaudhury_2020_first_order"),
    initial=lambda rows: {"E": rows.C_0, "P": 0.0, "U": rows.U_0, "phase": 0.0},
    schedule=lambda rows: (Happening("contraction", rows.Tmax),),
    quantities=(
        Quantity("car_t", "own unit", lambda y, rows: y.E + y.P),
        Quantity("tumour", "burden", lambda y, rows: y.U),
    ),
    horizon_days=100.0,
    captures="the phases of Stein 2019 with a tumour; cure by rule",
    misses="expansion does not depend on the tumour; not fitted to patients",
    regressions=(
        _value("typical", "car_t", "maximum", 109380.0),
        _value("typical", "car_t", "value", 6109.4, 28.0),
        _value("typical", "tumour", "value", 185.11, 5.0),
    ),
)
