"""Leon-Triana 2021: CAR-T cells that also see CD19 grow on B cells and move to the solid tumour.

    C' as with one target + k D,  D' = rhoB D B / (gB + B) - D / tauC - k D,  B' = -alphaB D B - B / tauB

D: CAR-T cells outside the tumour, where all are infused. The deposited model halves alpha1 against the one target
(0.02, not 0.04) and starts with a tumour five times as large; both are kept.
"""

from __future__ import annotations

from typing import Any

from adoptive.kinetics.zoo.leon_triana_2021 import in_tumour
from adoptive.kinetics.zoo.rows import read_rows
from adoptive.kinetics.zoo.types import Quantity, Regression, ZooModel
from adoptive.solve import Model, Values

__all__ = ["ZOO"]


def slopes(y: Values, p: Values) -> dict[str, Any]:
    """Give the equations."""
    tumour = in_tumour(y, p)
    moving = p.k * y.D
    return {
        "C": tumour["C"] + moving,
        "T": tumour["T"],
        "D": p.rhoB * y.D * y.B / (p.gB + y.B) - y.D / p.tauC - moving,
        "B": -p.alphaB * y.D * y.B - y.B / p.tauB,
    }


_LSODA = "LSODA, relative tolerance 1e-11, published equations and numbers"


def _value(group: str, quantity: str, measure: Any, value: float, *days: float) -> Regression:
    return Regression(group, quantity, measure, value, "recomputed", _LSODA, days, 0.001)


ZOO = ZooModel(
    name="leon-triana-2021-dual",
    title="CAR-T cells against a solid tumour, with CD19 as second target",
    doi="10.3390/cancers13040703",
    model=Model(
        name="leon-triana-2021-dual",
        states=("C", "T", "D", "B"),
        parameters=tuple("rhoC gT alpha1 gC tauC rhoT alpha2 rhoB gB k alphaB tauB".split()),
        rhs=slopes,
    ),
    rows=read_rows("leon_triana_2021_dual"),
    initial=lambda rows: {"C": rows.C_0, "T": rows.T_0, "D": rows.D_0, "B": rows.B_0},
    quantities=(
        Quantity("car_t", "cells", lambda y, rows: y.C + y.D),
        Quantity("car_t_in_tumour", "cells", lambda y, rows: y.C),
        Quantity("tumour", "cells", lambda y, rows: y.T),
        Quantity("b_cells", "cells", lambda y, rows: y.B),
    ),
    horizon_days=100.0,
    captures="B cells as a reservoir for CAR-T cells against a solid tumour",
    misses="spread between patients, antigen loss",
    regressions=(
        _value("typical", "car_t", "maximum", 8764800000.0),
        _value("typical", "car_t_in_tumour", "day of maximum", 16.73),
        _value("typical", "tumour", "maximum", 34022000000.0),
        _value("typical", "b_cells", "value", 1423500000.0, 28.0),
    ),
)
