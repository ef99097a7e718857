"""Barros 2021 (CARTmath): effector and memory CAR-T cells against a tumour in mice; memory is recalled by the tumour.

    C' = phi C - rho C + theta T M - alpha T C,  M' = eps C - theta T M - mu M,  T' = r T (1 - b T) - gamma C T

HDLM-2 (Hodgkin, CD123) and Raji (Burkitt, CD19) differ only in numbers. Of Raji tumour and dose are assumed. The
values of HDLM-2 belong to an infusion on day 45; a public replication of the figures infuses on day 42.
"""

from __future__ import annotations

from typing import Any

from adoptive.kinetics.zoo.rows import read_rows
from adoptive.kinetics.zoo.types import Happening, Quantity, Regression, ZooModel
from adoptive.solve import Jump, Model, Values

__all__ = ["ZOO"]

_LSODA = "LSODA, relative tolerance 1e-9, published equations and numbers"


def slopes(y: Values, p: Values) -> dict[str, Any]:
    """Give the equations."""
    recalled = p.theta * y.T * y.M
    return {
        "C": (p.phi - p.rho - p.alpha * y.T) * y.C + recalled,
        "M": p.eps * y.C - recalled - p.mu * y.M,
        "T": p.r * y.T * (1.0 - p.b * y.T) - p.gamma * y.C * y.T,
    }


ZOO = ZooModel(
    name="barros-2021",
    title="CARTmath: effector and memory cells in mice",
    doi="10.3390/cancers13122941",
    model=Model(
        name="barros-2021",
        states=("C", "M", "T"),
        parameters=("phi", "rho", "eps", "theta", "alpha", "mu", "r", "b", "gamma"),
        rhs=slopes,
        jumps=(Jump("infusion", {"C": 1.0}),),
    ),
    rows=read_rows("barros_2021"),
    initial=lambda rows: {"C": 0.0, "M": 0.0, "T": rows.T_0},
    schedule=lambda rows: (Happening("infusion", rows.infusion_day, rows.dose),),
    quantities=(
        Quantity("effectors", "cells", lambda y, rows: y.C),
        Quantity("memory", "cells", lambda y, rows: y.M),
        Quantity("tumour", "cells", lambda y, rows: y.T),
    ),
    horizon_days=200.0,
    captures="memory and its recall",
    misses="lymphodepletion; mice",
    regressions=(
        Regression("HDLM-2", "tumour", "value", 2.542e7, "recomputed", _LSODA, (45.0,), 0.0005),
        Regression("HDLM-2", "memory", "value", 2.476e6, "recomputed", _LSODA, (100.0,), 0.0005),
    ),
)
