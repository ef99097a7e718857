"""CAR-HEMATOTOX: the risk of lasting cytopenia from five values before lymphodepletion, 0 to 7 points.

Rejeski et al. 2021, 10.1182/blood.2020010543.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.haematology.known import NO, NOT_KNOWN, YES, measured
from adoptive.outcome.types import UNGRADED

__all__ = ["CarHematotox", "score_car_hematotox"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

HIGH_FROM: Final = 2
CLASS_NAMES: Final = ("low", "high", "not known")
PARTS: Final = ("platelets", "neutrophils", "haemoglobin", "C-reactive protein", "ferritin")
LARGEST_POINTS: Final = (2, 1, 1, 1, 2)


@dataclass(frozen=True)
class CarHematotox:
    """Hold the score in the shape of the values, with what is certain where values are missing.

    ``score`` is 0 to 7, or -1 where a value is missing; ``lowest`` and ``highest`` are the scores still possible;
    ``high`` is 1 from 2 points up, 0 below, -1 where the missing values decide; ``points`` has the five parts
    (:data:`PARTS`) on the last axis, -1 where missing.
    """

    score: Codes
    lowest: Codes
    highest: Codes
    high: Codes
    points: Codes

    @property
    def risk(self) -> NDArray[np.str_]:
        """Give the class as text: low, high or not known."""
        return np.asarray(CLASS_NAMES, np.str_)[self.high]


def score_car_hematotox(
    *,
    platelets_e9_l: ArrayLike,
    anc_per_ul: ArrayLike,
    haemoglobin_g_dl: ArrayLike,
    crp_mg_dl: ArrayLike,
    ferritin_ng_ml: ArrayLike,
) -> CarHematotox:
    """Score five values before lymphodepletion; the class is high from 2 points up.

    Platelets above 175: 0, 75 to 175: 1, below 75: 2. Neutrophils below 1200: 1. Haemoglobin below 9.0: 1. C-reactive
    protein of 3.0 or more: 1. Ferritin below 650: 0, 650 to 2000: 1, above 2000: 2.

    Parameters
    ----------
    platelets_e9_l
        Platelets in 1e9/L, any shape, NaN = missing; the others broadcast against it.
    anc_per_ul
        Neutrophils per uL.
    haemoglobin_g_dl
        Haemoglobin in g/dL.
    crp_mg_dl
        C-reactive protein in mg/dL: a tenth of the value in mg/L.
    ferritin_ng_ml
        Ferritin in ng/mL (the same number in ug/L).

    Returns
    -------
    Score, range, class and parts.

    Raises
    ------
    StudyError
        If a value is negative or infinite.

    Source: 10.1182/blood.2020010543.

    >>> found = score_car_hematotox(
    ...     platelets_e9_l=[220, 60, float("nan")], anc_per_ul=[3400, 700, 700], haemoglobin_g_dl=[12.4, 8.5, 8.5],
    ...     crp_mg_dl=[0.8, 2.4, 2.4], ferritin_ng_ml=[180, 1400, 100])
    >>> found.score.tolist(), found.risk.tolist(), found.highest.tolist()
    ([0, 5, -1], ['low', 'high', 'high'], [0, 5, 4])
    """
    platelets, neutrophils = measured(platelets_e9_l, "platelet count"), measured(anc_per_ul, "neutrophil count")
    haemoglobin, crp = measured(haemoglobin_g_dl, "haemoglobin"), measured(crp_mg_dl, "C-reactive protein")
    ferritin = measured(ferritin_ng_ml, "ferritin")
    parts = (
        (platelets, (platelets <= 175.0).astype(np.int64) + (platelets < 75.0)),
        (neutrophils, (neutrophils < 1200.0).astype(np.int64)),
        (haemoglobin, (haemoglobin < 9.0).astype(np.int64)),
        (crp, (crp >= 3.0).astype(np.int64)),
        (ferritin, (ferritin >= 650.0).astype(np.int64) + (ferritin > 2000.0)),
    )
    scored = [np.where(np.isnan(value), NOT_KNOWN, points) for value, points in parts]
    points: Codes = np.stack(np.broadcast_arrays(*scored), axis=-1).astype(np.int64)
    missing = points == NOT_KNOWN
    lowest = np.where(missing, 0, points).sum(axis=-1)
    highest = lowest + np.where(missing, np.array(LARGEST_POINTS), 0).sum(axis=-1)
    return CarHematotox(
        score=np.where(missing.any(axis=-1), UNGRADED, lowest),
        lowest=lowest,
        highest=highest,
        high=np.where(lowest >= HIGH_FROM, YES, np.where(highest < HIGH_FROM, NO, NOT_KNOWN)),
        points=points,
    )
