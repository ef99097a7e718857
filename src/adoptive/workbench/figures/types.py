"""What survival figures are drawn from, when it is not rows of patients: curves that somebody else estimated."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Steps"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Steps:
    """Hold one curve at its times ``(times,)``: survival from each time on, its interval, and the counts at the time.

    ``at_risk`` counts patients just before a time, ``events`` and ``censored`` those at it.
    """

    name: str
    time: Floats
    survival: Floats
    lower: Floats
    upper: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
