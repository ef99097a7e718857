"""What figures are drawn from where columns do not do: curves that somebody else estimated, boxes of a flow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Box", "Steps"]

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


@dataclass(frozen=True)
class Box:
    """Hold a box of the flow of patients: its heading, lines below it, and whether it stands aside (who left)."""

    heading: str
    lines: tuple[str, ...] = ()
    aside: bool = False
