"""Mueller-Schoell 2021: axi-cel as a chain of four phenotypes, and the CD19-positive metabolic tumour volume.

    Ti' = v V Ti / (K1 + Ti) + kpi Ti + k(i-1,i) T(i-1) - k(i,i+1) Ti - kei Ti   (naive, central, effector memory)
    T4' = k34 T3 - ke4 T4,   V' = k5 (1 - V / K0) V - (sum of Vmi Ti) V / (K5 + V)
    v = (v_ref or v_low) (1 + 2.53 ASCT) (CD4/CD8)^-0.385; the ratio does not act in the class of low expansion

`ratio` is relative to the ratio at which v_ref holds.
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
    v = (p.low * p.v_low + (1.0 - p.low) * p.v_ref * p.ratio**p.ratio_power) * (1.0 + p.asct_effect * p.ASCT)
    grown = [v * y.V * cells / (p.K1 + cells) for cells in (y.TN, y.TCM, y.TEM)]
    killing = p.Vm1 * y.TN + p.Vm2 * y.TCM + p.Vm3 * y.TEM + p.Vm4 * y.TEff
    return {
        "TN": grown[0] + (p.kp1 - p.k12 - p.ke1) * y.TN,
        "TCM": grown[1] + (p.kp2 - p.k23 - p.ke2) * y.TCM + p.k12 * y.TN,
        "TEM": grown[2] + (p.kp3 - p.k34 - p.ke3) * y.TEM + p.k23 * y.TCM,
        "TEff": p.k34 * y.TEM - p.ke4 * y.TEff,
        "V": p.k5 * (1.0 - y.V / p.K0) * y.V - killing * y.V / (p.K5 + y.V),
    }


def _value(group: str, quantity: str, measure: Any, value: float, *days: float, tolerance: float) -> Regression:
    return Regression(group, quantity, measure, value, "recomputed", _LSODA, days, tolerance)


ZOO = ZooModel(
    name="mueller-schoell-2021",
    title="Phenotypes of axicabtagene ciloleucel",
    doi="10.3390/cancers13112782",
    model=Model(
        name="mueller-schoell-2021",
        states=("TN", "TCM", "TEM", "TEff", "V"),
        parameters=tuple(
            (
                "v_ref v_low low ASCT asct_effect ratio ratio_power K1 k12 k23 k34 ke1 ke2 ke3 ke4 kp1 kp2 kp3 "
                "Vm1 Vm2 Vm3 Vm4 K5 k5 K0"
            ).split()
        ),
        rhs=slopes,
    ),
    rows=read_rows("mueller_schoell_2021"),
    initial=lambda rows: {**dict.fromkeys(("TN", "TCM", "TEM", "TEff"), rows.T_0), "V": rows.V_0},
    quantities=(
        Quantity("car_t", "cells/uL", lambda y, rows: y.TN + y.TCM + y.TEM + y.TEff),
        Quantity("effectors", "cells/uL", lambda y, rows: y.TEff),
        Quantity("tumour_volume", "mL", lambda y, rows: y.V),
    ),
    horizon_days=90.0,
    captures="phenotypes, a class that expands poorly, effect of an earlier transplant",
    misses="lymphodepletion, antigen loss, exhaustion",
    regressions=(
        _value("small-tumour", "car_t", "maximum", 7.18, tolerance=0.001),
        _value("small-tumour", "car_t", "day of maximum", 16.34, tolerance=0.002),
        _value("small-tumour", "tumour_volume", "value", 18.4, 28.0, tolerance=0.004),
        _value("large-tumour", "car_t", "maximum", 48.8, tolerance=0.002),
        _value("large-tumour", "car_t", "day of maximum", 7.3, tolerance=0.008),
    ),
)
