"""Hardiansyah and Ng 2019: effector and memory cells in blood and tissue, tumour and three cytokines, two CLL patients.

    f  = B / (B + h),  Fd = aG + (1 - aG) bG / (IL10 + bG)
    B' = (rB - dB) B - kBC Eb B
    Eb' = rE Eb B - dE Eb - kin Eb + kout Et - aE Eb (1 - f) + aM Mb f
    Mb' = rM Mb - dM Mb - kin Mb + kout Mt + aE Eb (1 - f) - aM Mb f
    IL6' = d6 (IL6_0 - IL6) + 1e6 P6 B Eb, and alike IL-10 and interferon gamma (times Fd)

The printed equation of memory cells has M where it must have E in the term of differentiation; cells would otherwise
not be conserved, so E is used. Infusion: 10, 30 and 60 % of the dose on days 0, 1 and 2. The BioModels copy
(MODEL2009230001) uses other starts and units; the publication is followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adoptive.kinetics.zoo.rows import read_rows
from adoptive.kinetics.zoo.types import Happening, Quantity, Regression, ZooModel
from adoptive.solve import Jump, Model, Values

__all__ = ["ZOO"]

_LSODA = "LSODA, relative tolerance 1e-9, published equations and numbers"
_PER_ML = 1e6  # 1e9 x 1e9 cells over 1e15 cells^2, and 1000 uL per mL


def slopes(y: Values, p: Values) -> dict[str, Any]:
    """Give the equations."""
    sees = y.B / (y.B + p.h)
    suppressed = p.aG + (1.0 - p.aG) * p.bG / (y.IL10 + p.bG)
    encounters = _PER_ML * y.B * y.Eb
    rest, recalled = p.aE * y.Eb * (1.0 - sees), p.aM * y.Mb * sees
    return {
        "B": (p.rB - p.dB) * y.B - p.kBC * y.Eb * y.B,
        "Eb": p.rE * y.Eb * y.B - (p.dE + p.kin) * y.Eb + p.kout * y.Et - rest + recalled,
        "Et": p.kin * y.Eb - p.kout * y.Et,
        "Mb": (p.rM - p.dM - p.kin) * y.Mb + p.kout * y.Mt + rest - recalled,
        "Mt": p.kin * y.Mb - p.kout * y.Mt,
        "IL6": p.d6 * (p.IL6_0 - y.IL6) + p.P6 * encounters,
        "IL10": p.d10 * (p.IL10_0 - y.IL10) + p.P10 * encounters,
        "IFN": p.dG * (p.IFN_0 - y.IFN) + p.PG * encounters * suppressed,
    }


def start(rows: Values) -> Mapping[str, Any]:
    """Start before the first infusion."""
    cells = dict.fromkeys(("Eb", "Et", "Mb", "Mt"), 0.0)
    return {"B": rows.B_0, **cells, "IL6": rows.IL6_0, "IL10": rows.IL10_0, "IFN": rows.IFN_0}


def schedule(rows: Values) -> tuple[Happening, ...]:
    """Infuse the dose in three parts."""
    return tuple(Happening("infusion", day, part * rows.dose) for day, part in ((0.0, 0.1), (1.0, 0.3), (2.0, 0.6)))


def _value(patient: str, quantity: str, measure: Any, value: float, *days: float, tolerance: float) -> Regression:
    return Regression(patient, quantity, measure, value, "recomputed", _LSODA, days, tolerance)


ZOO = ZooModel(
    name="hardiansyah-2019",
    title="Cytokine release in two patients with CLL",
    doi="10.1111/cts.12636",
    model=Model(
        name="hardiansyah-2019",
        states=("B", "Eb", "Et", "Mb", "Mt", "IL6", "IL10", "IFN"),
        parameters=tuple("rB dB kBC rE dE kin kout aE aM rM dM h aG bG d6 d10 dG P6 P10 PG IL6_0 IL10_0 IFN_0".split()),
        rhs=slopes,
        jumps=(Jump("infusion", {"Eb": 1.0}),),
    ),
    rows=read_rows("hardiansyah_2019"),
    initial=start,
    schedule=schedule,
    quantities=(
        Quantity("tumour", "1e9 cells", lambda y, rows: y.B),
        Quantity("car_t_blood", "1e9 cells", lambda y, rows: y.Eb + y.Mb),
        Quantity("il6", "pg/mL", lambda y, rows: y.IL6),
        Quantity("il10", "pg/mL", lambda y, rows: y.IL10),
        Quantity("ifn", "pg/mL", lambda y, rows: y.IFN),
    ),
    horizon_days=60.0,
    captures="cytokines, memory and effector cells, blood and tissue",
    misses="spread between patients (n = 2), antigen loss, tocilizumab, macrophages",
    regressions=(
        _value("UPN1", "il6", "maximum", 2.75e3, tolerance=0.005),
        _value("UPN1", "il6", "day of maximum", 3.2, tolerance=0.02),
        _value("UPN3", "il6", "maximum", 49.3, tolerance=0.005),
        _value("UPN3", "il6", "day of maximum", 19.2, tolerance=0.005),
        _value("UPN3", "ifn", "maximum", 120.0, tolerance=0.005),
        _value("UPN3", "tumour", "value", 0.0012, 60.0, tolerance=0.05),
    ),
)
