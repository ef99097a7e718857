"""Total calcium corrected for albumin, which the calcium terms of CTCAE grade."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["corrected_calcium_mmol_l"]

NORMAL_ALBUMIN_G_L: Final = 40.0
MMOL_PER_G: Final = 0.02
"""Calcium that one gram of albumin binds, in the usual form of the correction (0.8 mg/dL per 1 g/dL of albumin)."""


def corrected_calcium_mmol_l(calcium_mmol_l: ArrayLike, albumin_g_l: ArrayLike) -> NDArray[np.float64]:
    """Correct total calcium for albumin: ``Ca + 0.02 (40 - albumin)``; NaN where either is missing.

    Parameters
    ----------
    calcium_mmol_l
        Total calcium (mmol/L), any shape.
    albumin_g_l
        Albumin (g/L) in a shape that broadcasts.

    Source: the usual form of Payne RB et al., BMJ 1973;4:643-646 (``0.8 (4 - albumin)`` in mg/dL and g/dL). Adjusted
    calcium is a poor guide in kidney failure and low albumin; ionised calcium has terms of its own.

    >>> corrected_calcium_mmol_l(1.9, [40.0, 26.0]).round(2)
    array([1.9 , 2.18])
    """
    calcium, albumin = (np.asarray(number, np.float64) for number in (calcium_mmol_l, albumin_g_l))
    corrected: NDArray[np.float64] = calcium + MMOL_PER_G * (NORMAL_ALBUMIN_G_L - albumin)
    return corrected
