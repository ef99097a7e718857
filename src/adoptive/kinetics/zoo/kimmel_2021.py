"""Kimmel 2021: CAR-T cells compete with returning lymphocytes; the tumour can die out by chance.

    N' = -rN N ln((N + C) / KN),  C' = -rC C ln((N + C) / KC),  B' = rB B - gB B C / (kB + C)
    rC = rhoC + b (T - KN)^2 / (a T^2 + (T - KN)^2),  T = N + C

The tumour counts cells; below one cell it is discrete (birth rB, death gB C / (kB + C)) by the engine's own rule, where
the paper turns to a birth-death process below about 100 cells. The paper's rB is a range (0.01 to 0.5 per day) that the
data do not identify; 0.01 is the deposited model's.
"""

from __future__ import annotations

from typing import Any

from adoptive.kinetics.zoo.rows import read_rows
from adoptive.kinetics.zoo.types import Quantity, Regression, ZooModel
from adoptive.solve import Model, Values, log

__all__ = ["ZOO"]

_LSODA = "LSODA, relative tolerance 1e-9, published equations and numbers"


def slopes(y: Values, p: Values) -> dict[str, Any]:
    """Give the equations."""
    total = y.N + y.C
    gap = (total - p.KN) ** 2
    growth = p.rhoC + p.b * gap / (p.a * total**2 + gap)
    rates = fate(y, p)
    return {
        "N": -p.rN * y.N * log(total / p.KN),
        "C": -growth * y.C * log(total / p.KC),
        "B": (rates["birth"] - rates["death"]) * y.B,
    }


def fate(y: Values, p: Values) -> dict[str, Any]:
    """Give the birth and death rate of a tumour cell, per day."""
    return {"birth": p.rB, "death": p.gB * y.C / (p.kB + y.C)}


def _value(quantity: str, measure: Any, value: float, *days: float, tolerance: float = 0.003) -> Regression:
    return Regression("lymphodepleted", quantity, measure, value, "recomputed", _LSODA, days, tolerance)


ZOO = ZooModel(
    name="kimmel-2021",
    title="T cell competition and stochastic extinction",
    doi="10.1098/rspb.2021.0229",
    model=Model(
        name="kimmel-2021",
        states=("N", "C", "B"),
        parameters=("KN", "KC", "rN", "rhoC", "a", "b", "rB", "gB", "kB"),
        rhs=slopes,
        clones={"B": ("birth", "death")},
        clone_rates=fate,
    ),
    rows=read_rows("kimmel_2021"),
    initial=lambda rows: {"N": rows.N_0, "C": rows.C_0, "B": rows.B_0},
    quantities=(
        Quantity("car_t", "cells/uL", lambda y, rows: y.C),
        Quantity("lymphocytes", "cells/uL", lambda y, rows: y.N),
        Quantity("tumour", "cells", lambda y, rows: y.B),
    ),
    horizon_days=180.0,
    captures="lymphodepletion, competition, chance extinction",
    misses="antigen loss, phenotypes",
    regressions=(
        _value("car_t", "maximum", 30.11, tolerance=0.0005),
        _value("car_t", "day of maximum", 7.02, tolerance=0.002),
        _value("car_t", "value", 2.49, 28.0),
        _value("car_t", "value", 0.338, 90.0),
        _value("lymphocytes", "value", 473.0, 28.0, tolerance=0.002),
    ),
)
