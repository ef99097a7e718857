"""Owens and Bozic 2021: fludarabine makes room for CAR-T cells; lymphoma (P1), CLL (P2), melanoma (P3, P4).

    T' = a T (1 - T / capacity) - DE - DC - KT (1 - e^-M) T
    E' = g - mE E - jE ln((E + C) / K) DE^2 / (k + DE^2) E - qE E T - KE (1 - e^-M) E
    C' = -mC C - jC ln((E + C) / K) DC^2 / (k + DC^2) C - qC C T - KC (1 - e^-M) C
    M' = infusing - gamma M,   DX = dX (X / T)^l / (s + (X / T)^l) T

Each infusion of fludarabine is two jumps of the state `infusing`, on and off half an hour later; 1 % of the CAR-T cells
take effect and are there at once (the paper infuses them over half an hour too). (X / T)^l is written as
X^l / (s T^l + X^l), the same where T > 0 and bounded where the tumour is gone. Below one cell the tumour is discrete.

The tables name no starts: those of P1 and P2 come from a public replication of the figures, those of P3 and P4 are
assumed. That replication uses capacity 5e11 (1/2e-12) where the table's 1/b is 2e12; the table is followed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adoptive.kinetics.zoo.rows import read_rows
from adoptive.kinetics.zoo.types import Happening, Quantity, Regression, ZooModel
from adoptive.solve import Jump, Model, Values, exp, log, positive

__all__ = ["ZOO"]

MOST_COURSES = 5
_TINY = 1e-30


def share_killed(cells: Any, tumour: Any, p: Values) -> Any:
    """Give (X/T)^l / (s + (X/T)^l), between 0 and 1."""
    killers, targets = positive(cells) ** p.l, positive(tumour) ** p.l
    return killers / (p.s * targets + killers + _TINY)


def slopes(y: Values, p: Values) -> dict[str, Any]:
    """Give the equations."""
    by_e = p.dE * share_killed(y.E, y.T, p) * y.T
    by_c = p.dC * share_killed(y.C, y.T, p) * y.T
    room = -log((y.E + y.C) / p.K)
    drug = 1.0 - exp(-y.M)
    return {
        "T": p.a * y.T * (1.0 - y.T / p.capacity) - by_e - by_c - p.KT * drug * y.T,
        "E": p.g - (p.mE + p.qE * y.T + p.KE * drug) * y.E + p.jE * room * by_e**2 / (p.k + by_e**2) * y.E,
        "C": -(p.mC + p.qC * y.T + p.KC * drug) * y.C + p.jC * room * by_c**2 / (p.k + by_c**2) * y.C,
        "M": y.infusing - p.gamma * y.M,
        "infusing": 0.0,
    }


def fate(y: Values, p: Values) -> dict[str, Any]:
    """Give the birth and death rate of a tumour cell, per day."""
    killed = p.dE * share_killed(y.E, y.T, p) + p.dC * share_killed(y.C, y.T, p)
    return {"birth": p.a, "death": killed + p.KT * (1.0 - exp(-y.M))}


def schedule(rows: Values) -> tuple[Happening, ...]:
    """Give fludarabine daily from day 0, then the CAR-T cells."""
    plan: list[Happening] = []
    for course in range(MOST_COURSES):
        begins = np.where(course < rows.courses, float(course), np.inf)
        plan += [
            Happening("fludarabine", begins, rows.rate),
            Happening("fludarabine", begins + rows.infusion_days, -rows.rate),
        ]
    return (*plan, Happening("infusion", rows.infusion_day, rows.dose * rows.effective))


_LSODA = "LSODA, relative tolerance 1e-11, published equations and numbers, assumed starts"


def _value(group: str, quantity: str, measure: Any, value: float, *days: float) -> Regression:
    return Regression(group, quantity, measure, value, "recomputed", _LSODA, days, 0.001)


ZOO = ZooModel(
    name="owens-bozic-2021",
    title="CAR-T cells after preconditioning with fludarabine",
    doi="10.1007/s11538-021-00869-5",
    model=Model(
        name="owens-bozic-2021",
        states=("T", "E", "C", "M", "infusing"),
        parameters=tuple("a capacity dE dC g jE jC K k l s mE mC qE qC KT KE KC gamma".split()),
        rhs=slopes,
        jumps=(Jump("fludarabine", {"infusing": 1.0}), Jump("infusion", {"C": 1.0})),
        clones={"T": ("birth", "death")},
        clone_rates=fate,
    ),
    rows=read_rows("owens_bozic_2021"),
    initial=lambda rows: {"T": rows.T_0, "E": rows.E_0, "C": 0.0, "M": 0.0, "infusing": 0.0},
    schedule=schedule,
    quantities=(
        Quantity("tumour", "cells", lambda y, rows: y.T),
        Quantity("effectors", "cells", lambda y, rows: y.E),
        Quantity("car_t", "cells", lambda y, rows: y.C),
        Quantity("fludarabine", "uM", lambda y, rows: y.M),
    ),
    horizon_days=100.0,
    captures="schedule of lymphodepletion; ends cleared, full or in coexistence by the start",
    misses="antigen loss; not fitted to patients",
    regressions=(
        _value("P1", "fludarabine", "maximum", 4.0401),
        _value("P1", "tumour", "minimum", 2753000000.0),
        _value("P1", "car_t", "maximum", 123700000.0),
        _value("P2", "tumour", "value", 4112700000.0, 14.0),
        _value("P2", "car_t", "maximum", 164560000.0),
        _value("P3", "car_t", "maximum", 136550000.0),
        _value("P3", "tumour", "value", 17190.0, 14.0),
        _value("P4", "car_t", "maximum", 144970000.0),
        _value("P4", "tumour", "maximum", 342520000.0),
    ),
)
