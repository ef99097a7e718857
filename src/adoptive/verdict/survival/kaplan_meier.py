"""Kaplan-Meier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.verdict.rows import SurvivalRows
from adoptive.verdict.survival.types import *

Floats = NDArray[np.float64]


def survival_curves(rows: SurvivalRows, *, level: float = 0.95, interval: IntervalKind = "log", ties: Literal["Nelson-Aalen", "Fleming-Harrington"] = "Nelson-Aalen", robust: bool | None = None) -> tuple[SurvivalCurve, ...]:
    raise NotImplementedError
def risk_counts(rows: SurvivalRows, *, at: ArrayLike) -> tuple[RiskCounts, ...]:
    raise NotImplementedError
def quantiles(curve: SurvivalCurve, probabilities: ArrayLike = (0.25, 0.5, 0.75)) -> Quantiles:
    raise NotImplementedError
