"""What a reconstruction gives: rows, and how well they return the published curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adoptive.verdict.rows import SurvivalRows

__all__ = ["Piece", "Reconstruction"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Piece:
    """Hold what was found between two times of the risk table: counts from ``start`` on, before ``end``."""

    start: float
    end: float
    at_risk: int
    events: int
    censored: int


@dataclass(frozen=True)
class Reconstruction:
    """Hold rebuilt patients and how well their curve returns what was published.

    ``time`` and ``survival`` are the points after cleaning, ``fitted`` the rebuilt curve there. ``root_mean_square``
    and ``largest_deviation`` compare the points as given with the curve within 0.1 % of the time axis.
    ``at_risk_difference`` is rebuilt minus published at ``at_risk_time``; ``events_difference`` is rebuilt minus
    published (0 if not published, see ``events_known``); ``median`` of the rebuilt rows, ``median_of_points`` of the
    points (inf: not reached).
    """

    rows: SurvivalRows
    time: Floats
    survival: Floats
    fitted: Floats
    root_mean_square: float
    largest_deviation: float
    at_risk_time: Floats
    at_risk_difference: Floats
    events: int
    events_known: bool
    events_difference: int
    median: float
    median_of_points: float
    pieces: tuple[Piece, ...]
