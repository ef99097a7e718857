"""Patient rows back from a published curve."""
from __future__ import annotations
from numpy.typing import ArrayLike
from adoptive.verdict.reconstruction.types import Reconstruction
def reconstruct(points_time: ArrayLike, points_survival: ArrayLike, *, at_risk_time: ArrayLike, at_risk: ArrayLike, events: int | None = None) -> Reconstruction:
    raise NotImplementedError
