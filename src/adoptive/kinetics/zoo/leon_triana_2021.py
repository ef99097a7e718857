"""Leon-Triana 2021: a solid tumour that inactivates the CAR-T cells which attack it; one target.

C' = rhoC C T / (gT + T) - alpha1 T C / (gC + C) - C / tauC,  T' = rhoT T - alpha2 C T
"""

from __future__ import annotations

from typing import Any

from adoptive.kinetics.zoo.rows import read_rows
from adoptive.kinetics.zoo.types import Quantity, Regression, ZooModel
from adoptive.solve import Model, Values

__all__ = ["ZOO", "in_tumour"]

_LSODA = "LSODA, relative tolerance 1e-9, published equations and numbers"


def in_tumour(y: Values, p: Values) -> dict[str, Any]:
    """Give the equations of the tumour and of the CAR-T cells in it."""
    grown, inactivated = p.rhoC * y.C * y.T / (p.gT + y.T), p.alpha1 * y.T * y.C / (p.gC + y.C)
    return {"C": grown - inactivated - y.C / p.tauC, "T": p.rhoT * y.T - p.alpha2 * y.C * y.T}


def _value(quantity: str, measure: Any, value: float, tolerance: float) -> Regression:
    return Regression("typical", quantity, measure, value, "recomputed", _LSODA, (), tolerance)


ZOO = ZooModel(
    name="leon-triana-2021",
    title="CAR-T cells against a solid tumour, one target",
    doi="10.3390/cancers13040703",
    model=Model(
        name="leon-triana-2021",
        states=("C", "T"),
        parameters=("rhoC", "gT", "alpha1", "gC", "tauC", "rhoT", "alpha2"),
        rhs=in_tumour,
    ),
    rows=read_rows("leon_triana_2021"),
    initial=lambda rows: {"C": rows.C_0, "T": rows.T_0},
    quantities=(
        Quantity("car_t", "cells", lambda y, rows: y.C),
        Quantity("tumour", "cells", lambda y, rows: y.T),
    ),
    horizon_days=100.0,
    captures="immune suppression by a solid tumour, relapse",
    misses="spread between patients, antigen loss",
    regressions=(
        _value("car_t", "maximum", 6.553e8, 0.0005),
        _value("car_t", "day of maximum", 8.22, 0.002),
        _value("tumour", "minimum", 5.13e8, 0.002),
        _value("tumour", "day of minimum", 33.1, 0.005),
    ),
)
