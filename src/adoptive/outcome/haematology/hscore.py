"""HScore: points for reactive haemophagocytic syndrome, 0 to 337; 169 or more speak for it.

Fardet et al. 2014, 10.1002/art.38690. The article turns points into a probability by a fitted curve; its coefficients
could not be found in a source, and those in circulation disagree, so no probability is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.haematology.known import NO, NOT_KNOWN, YES, below, coded, measured
from adoptive.outcome.types import UNGRADED

__all__ = ["HScore", "score_hscore"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

CUT: Final = 169
HAEMOGLOBIN_G_DL: Final = 9.2
LEUKOCYTES_E9_L: Final = 5.0
PLATELETS_E9_L: Final = 110.0
LINEAGE_POINTS: Final = (0, 0, 24, 34)
ORGAN_POINTS: Final = (0, 23, 38)
IMMUNOSUPPRESSION_POINTS: Final = 18
FIBRINOGEN_POINTS: Final = 30
AST_POINTS: Final = 19
HAEMOPHAGOCYTOSIS_POINTS: Final = 35
# from the lower limit up, and above the upper one: points
TEMPERATURE_C: Final = (38.4, 39.4, 33, 49)
FERRITIN_NG_ML: Final = (2000.0, 6000.0, 35, 50)
TRIGLYCERIDES_MMOL_L: Final = (1.5, 4.0, 44, 64)


@dataclass(frozen=True)
class HScore:
    """Hold the score in the shape of the values: ``score`` 0 to 337, -1 where something is missing.

    ``lowest`` and ``highest`` are the scores still possible; ``likely`` is 1 from 169 points up, 0 below, -1
    where what is missing decides.
    """

    score: Codes
    lowest: Codes
    highest: Codes
    likely: Codes


def score_hscore(
    *,
    temperature_c: ArrayLike,
    organomegaly: ArrayLike,
    haemoglobin_g_dl: ArrayLike,
    leukocytes_e9_l: ArrayLike,
    platelets_e9_l: ArrayLike,
    ferritin_ng_ml: ArrayLike,
    triglycerides_mmol_l: ArrayLike,
    fibrinogen_g_l: ArrayLike,
    ast_u_l: ArrayLike,
    immunosuppression: ArrayLike,
    haemophagocytosis: ArrayLike,
) -> HScore:
    """Score nine signs of reactive haemophagocytic syndrome.

    Parameters
    ----------
    temperature_c
        Highest temperature, any shape, NaN = missing; the others broadcast. Below 38.4: 0, to 39.4: 33, above: 49.
    organomegaly
        0 none: 0, 1 liver or spleen: 23, 2 both: 38; -1 = not known.
    haemoglobin_g_dl, leukocytes_e9_l, platelets_e9_l
        Lineages at or below 9.2 g/dL, 5.0e9/L and 110e9/L; two low: 24, three: 34.
    ferritin_ng_ml
        Below 2000: 0, to 6000: 35, above: 50.
    triglycerides_mmol_l
        Below 1.5: 0, to 4: 44, above: 64.
    fibrinogen_g_l
        At or below 2.5: 30.
    ast_u_l
        Aspartate aminotransferase of 30 or more: 19.
    immunosuppression
        Known before: 18; 1, 0 or -1.
    haemophagocytosis
        In the marrow aspirate: 35; 1, 0 or -1.

    Raises
    ------
    StudyError
        If a code is unknown, or a value is negative or infinite.

    Source: 10.1002/art.38690.

    >>> found = score_hscore(temperature_c=39.5, organomegaly=2, haemoglobin_g_dl=8, leukocytes_e9_l=2,
    ...     platelets_e9_l=40, ferritin_ng_ml=9000, triglycerides_mmol_l=5, fibrinogen_g_l=1, ast_u_l=80,
    ...     immunosuppression=1, haemophagocytosis=-1)
    >>> int(found.score), int(found.lowest), int(found.highest), int(found.likely)
    (-1, 302, 337, 1)
    """
    organs = coded(organomegaly, "organomegaly", codes=(0, 1, 2))
    ast = measured(ast_u_l, "aspartate aminotransferase")
    ranges = (
        _steps(measured(temperature_c, "temperature"), TEMPERATURE_C),
        _steps(measured(ferritin_ng_ml, "ferritin"), FERRITIN_NG_ML),
        _steps(measured(triglycerides_mmol_l, "triglycerides"), TRIGLYCERIDES_MMOL_L),
        (
            np.where(organs == NOT_KNOWN, 0, np.array(ORGAN_POINTS)[organs]),
            np.where(organs == NOT_KNOWN, ORGAN_POINTS[-1], np.array(ORGAN_POINTS)[organs]),
        ),
        _lineages(haemoglobin_g_dl, leukocytes_e9_l, platelets_e9_l),
        _sign(below(measured(fibrinogen_g_l, "fibrinogen"), 2.5, at_limit=True), FIBRINOGEN_POINTS),
        _sign(below(-ast, -30.0, at_limit=True), AST_POINTS),
        _sign(coded(immunosuppression, "immunosuppression"), IMMUNOSUPPRESSION_POINTS),
        _sign(coded(haemophagocytosis, "haemophagocytosis"), HAEMOPHAGOCYTOSIS_POINTS),
    )
    lowest = np.asarray(sum(low for low, _ in ranges), np.int64)
    highest = np.asarray(sum(high for _, high in ranges), np.int64)
    # equal ends are certain even where a value is missing (a third lineage that cannot matter)
    score = np.where(lowest == highest, lowest, UNGRADED)
    likely = np.where(lowest >= CUT, YES, np.where(highest < CUT, NO, NOT_KNOWN))
    return HScore(score=score, lowest=lowest, highest=highest, likely=likely)


def _steps(value: Floats, steps: tuple[float, float, int, int]) -> tuple[Codes, Codes]:
    """Give the least and the most points of a value with two limits."""
    lower, upper, middle, most = steps
    points = np.where(value > upper, most, np.where(value >= lower, middle, 0)).astype(np.int64)
    missing = np.isnan(value)
    return np.where(missing, 0, points), np.where(missing, most, points)


def _sign(sign: Codes, points: int) -> tuple[Codes, Codes]:
    """Give the least and the most points of a sign."""
    return points * (sign == YES).astype(np.int64), points * (sign != NO).astype(np.int64)


def _lineages(haemoglobin: ArrayLike, leukocytes: ArrayLike, platelets: ArrayLike) -> tuple[Codes, Codes]:
    """Give the least and the most points of the low lineages."""
    signs = np.broadcast_arrays(
        below(measured(haemoglobin, "haemoglobin"), HAEMOGLOBIN_G_DL, at_limit=True),
        below(measured(leukocytes, "leukocyte count"), LEUKOCYTES_E9_L, at_limit=True),
        below(measured(platelets, "platelet count"), PLATELETS_E9_L, at_limit=True),
    )
    table = np.array(LINEAGE_POINTS)
    return table[np.sum([sign == YES for sign in signs], axis=0)], table[np.sum([sign != NO for sign in signs], axis=0)]
