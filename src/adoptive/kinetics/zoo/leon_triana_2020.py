"""Leon-Triana 2020: CAR-T cells, leukaemia and the healthy B cells that feed them.

C' = rhoC (L + B) C - C / tauC,  L' = rhoL L - alpha L C,  B' = -alpha B C - B / tauB
"""

from __future__ import annotations

from typing import Any

from adoptive.kinetics.zoo.rows import read_rows
from adoptive.kinetics.zoo.types import Quantity, Regression, ZooModel
from adoptive.solve import Model, Values

__all__ = ["ZOO"]


def slopes(y: Values, p: Values) -> dict[str, Any]:
    """Give the equations."""
    return {
        "C": p.rhoC * (y.L + y.B) * y.C - y.C / p.tauC,
        "L": p.rhoL * y.L - p.alpha * y.L * y.C,
        "B": -p.alpha * y.B * y.C - y.B / p.tauB,
    }


_LSODA = "LSODA, relative tolerance 1e-11, published equations and numbers"


def _value(group: str, quantity: str, measure: Any, value: float, *days: float) -> Regression:
    return Regression(group, quantity, measure, value, "recomputed", _LSODA, days, 0.001)


ZOO = ZooModel(
    name="leon-triana-2020",
    title="CAR-T cells in acute lymphoblastic leukaemia",
    doi="10.1016/j.cnsns.2020.105570",
    model=Model(
        name="leon-triana-2020",
        states=("C", "L", "B"),
        parameters=("alpha", "rhoC", "tauC", "rhoL", "tauB"),
        rhs=slopes,
    ),
    rows=read_rows("leon_triana_2020"),
    initial=lambda rows: {"C": rows.C_0, "L": rows.L_0, "B": rows.B_0},
    quantities=(
        Quantity("car_t", "cells", lambda y, rows: y.C),
        Quantity("leukaemia", "cells", lambda y, rows: y.L),
        Quantity("b_cells", "cells", lambda y, rows: y.B),
    ),
    horizon_days=60.0,
    captures="B cells as a second source of antigen; relapse",
    misses="antigen loss, lymphodepletion, spread between patients",
    regressions=(
        _value("typical", "car_t", "maximum", 16401000000.0),
        _value("typical", "leukaemia", "maximum", 57401000000.0),
        _value("typical", "leukaemia", "value", 4013100.0, 28.0),
    ),
)
