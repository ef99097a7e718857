"""Stein 2019: tisagenlecleucel in children and young adults with B-ALL, exponential growth and two-phase decline.

    day < Tmax:  R = (Cmax / foldx) exp(rho day),  rho = ln(foldx) / Tmax
    later:       R = Cmax ((1 - FB) exp(-alpha (day - Tmax)) + FB exp(-beta (day - Tmax)))

Here it is autonomous: effectors E grow, then are lost at the total rate alpha, of which k become memory M; the
phase is a state that one jump on day Tmax moves from 0 to 1. R = E + M equals the formula for k = FB (alpha - beta).
A compartment reading with the loss alpha + k would decline faster than the printed slope, and is not used.

The table gives the random effects without saying whether they are variances or standard deviations. They are read as
standard deviations, as Monolix prints them: 0.38 for Tmax then spans 5 to 17 days in 90 % of patients; as a variance it
would span 3.4 to 26 days. Tocilizumab (1.2) and steroid (1.0) effects were not significant and are left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adoptive.kinetics.zoo.rows import read_rows
from adoptive.kinetics.zoo.types import Happening, Quantity, Regression, ZooModel
from adoptive.solve import Jump, Model, Values, log

__all__ = ["ZOO"]

_PAPER = "Stein 2019, abstract, 10.1002/psp4.12388"
_FORMULA = "the paper's closed formula at the typical values"


def slopes(y: Values, p: Values) -> dict[str, Any]:
    """Give the equations."""
    growing = 1.0 - y.phase
    rho = log(p.foldx) / p.Tmax
    to_memory = p.FB * (p.alpha - p.beta)
    return {
        "E": growing * rho * y.E - y.phase * p.alpha * y.E,
        "M": y.phase * (to_memory * y.E - p.beta * y.M),
        "phase": 0.0,
    }


def start(rows: Values) -> Mapping[str, Any]:
    """Start at the peak level over the expansion."""
    return {"E": rows.Cmax / rows.foldx, "M": 0.0, "phase": 0.0}


def schedule(rows: Values) -> tuple[Happening, ...]:
    """Turn from growth to decline on day Tmax."""
    return (Happening("contraction", rows.Tmax),)


def _printed(measure: Any, value: float, tolerance: float, *days: float) -> Regression:
    return Regression("typical", "transgene", measure, value, "printed", _PAPER, days, tolerance)


ZOO = ZooModel(
    name="stein-2019",
    title="Tisagenlecleucel cellular kinetics",
    doi="10.1002/psp4.12388",
    model=Model(
        name="stein-2019",
        states=("E", "M", "phase"),
        parameters=("foldx", "Tmax", "alpha", "FB", "beta"),
        rhs=slopes,
        jumps=(Jump("contraction", {"phase": 1.0}),),
    ),
    rows=read_rows("stein_2019"),
    initial=start,
    schedule=schedule,
    quantities=(Quantity("transgene", "copies/ug", lambda y, rows: y.E + y.M),),
    horizon_days=365.0,
    captures="expansion, two-phase decline, spread between patients",
    misses="dose, tumour, lymphodepletion; one infusion, qPCR only",
    regressions=(
        _printed("doubling time", 0.78, 0.005, 1.0, 8.0),
        _printed("halving time", 4.3, 0.02, 9.5, 12.0),
        _printed("halving time", 220.0, 0.02, 200.0, 365.0),
        Regression("typical", "transgene", "value", 6.15, "recomputed", _FORMULA, (0.0,), 0.002),
        Regression("typical", "transgene", "value", 1374.0, "recomputed", _FORMULA, (28.0,), 0.001),
        Regression("typical", "transgene", "value", 60.7, "recomputed", _FORMULA, (365.0,), 0.001),
        Regression("typical", "transgene", "area", 1.72e5, "recomputed", _FORMULA, (0.0, 28.0), 0.003),
    ),
    fitted=("foldx", "Tmax", "Cmax", "alpha", "FB", "beta"),
    noise="sigma",
)
