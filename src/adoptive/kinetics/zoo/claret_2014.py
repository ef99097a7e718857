"""Claret 2014: tumour size under treatment that wears off, in first-line lung cancer; not a CAR-T model.

    S' = (KL - KD D) S,  D' = -lambda D,  D(0) = 1;  least size on day ln(KD / KL) / lambda

The simplified form of Claret 2009 (10.1200/JCO.2008.21.0807), whose exposure is left out. It stands here because lesion
series are what solid-tumour data have. The supplement prints KD 0.0193 and lambda 0.0103; with these the typical day of
least size (281) and week-8 ratio (0.47) lie outside the medians that the paper gives for its two arms (93 and 125 days;
0.69 and 0.77), exchanged both lie inside (117 days, 0.75): the two are taken as exchanged in print.
"""

from __future__ import annotations

from typing import Any

from adoptive.kinetics.zoo.rows import read_rows
from adoptive.kinetics.zoo.types import Quantity, Regression, ZooModel
from adoptive.solve import Model, Values

__all__ = ["ZOO"]

_ARMS = "Claret 2014, 10.1038/clpt.2014.11: middle of the two arms' medians"


def slopes(y: Values, p: Values) -> dict[str, Any]:
    """Give the equations."""
    return {"S": (p.KL - p.KD * y.D) * y.S, "D": -p["lambda"] * y.D}


ZOO = ZooModel(
    name="claret-2014",
    title="Tumour size in lung cancer under chemotherapy",
    doi="10.1038/clpt.2014.11",
    model=Model(name="claret-2014", states=("S", "D"), parameters=("KL", "KD", "lambda"), rhs=slopes),
    rows=read_rows("claret_2014"),
    initial=lambda rows: {"S": rows.base, "D": 1.0},
    quantities=(
        Quantity("sum_of_diameters", "mm", lambda y, rows: y.S),
        Quantity("ratio", "of the start", lambda y, rows: y.S / rows.base),
    ),
    horizon_days=365.0,
    captures="shrinkage, resistance, regrowth of lesions",
    misses="cells, dose, new lesions; chemotherapy, not CAR-T",
    regressions=(
        Regression("typical", "ratio", "value", 0.73, "printed", _ARMS, (56.0,), 0.055),
        Regression("typical", "ratio", "day of minimum", 109.0, "printed", _ARMS, (), 0.147),
    ),
    fitted=("base", "KL", "KD", "lambda"),
    noise="sigma",
)
