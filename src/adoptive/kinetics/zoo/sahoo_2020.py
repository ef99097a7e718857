"""CARRGO (Sahoo 2020): glioma cells and CAR-T cells in a killing assay, as predator and prey with crowding.

    X' = rho X (1 - X crowding) - k1 X Y,  Y' = k2 X Y - theta Y   (per hour)

Killing wins where Y > rho (1 - X crowding) / k1; k2 below 0 means that exhaustion outweighs expansion.
The paper's patient values (rho 0.06 to 0.2 per day, k1 near 1e-8) are left out: their exponents disagree with the
paper's own remark on their order, and were not confirmed. The sets are medians of published fits to the same assay and
cell lines.
"""

from __future__ import annotations

from typing import Any

from adoptive.kinetics.zoo.rows import read_rows
from adoptive.kinetics.zoo.types import Quantity, Regression, ZooModel
from adoptive.solve import Model, Values

__all__ = ["ZOO"]

_HOURS = 24.0


def slopes(y: Values, p: Values) -> dict[str, Any]:
    """Give the equations, per day."""
    return {
        "X": _HOURS * (p.rho * y.X * (1.0 - y.X * p.crowding) - p.k1 * y.X * y.Y),
        "Y": _HOURS * (p.k2 * y.X * y.Y - p.theta * y.Y),
    }


_LSODA = "LSODA, relative tolerance 1e-11, published equations and numbers, assumed starts"


def _value(group: str, quantity: str, measure: Any, value: float, *days: float) -> Regression:
    return Regression(group, quantity, measure, value, "recomputed", _LSODA, days, 0.001)


ZOO = ZooModel(
    name="sahoo-2020",
    title="CARRGO: CAR-T cells and glioma cells in a killing assay",
    doi="10.1098/rsif.2019.0734",
    model=Model(name="sahoo-2020", states=("X", "Y"), parameters=("rho", "crowding", "k1", "k2", "theta"), rhs=slopes),
    rows=read_rows("sahoo_2020"),
    initial=lambda rows: {"X": rows.X_0, "Y": rows.Y_0},
    quantities=(
        Quantity("glioma", "cell index", lambda y, rows: y.X),
        Quantity("car_t", "cell index", lambda y, rows: y.Y),
    ),
    horizon_days=3.0,
    captures="effector to target ratio, sign of exhaustion",
    misses="trafficking, patients; medians of fits are not a fit of the medians",
    regressions=(
        _value("PBT1", "glioma", "value", 1.7262, 1.0),
        _value("PBT1", "glioma", "value", 0.25507, 3.0),
        _value("PBT2", "glioma", "value", 1.7106, 1.0),
        _value("PBT4", "glioma", "value", 0.0073451, 1.0),
    ),
)
