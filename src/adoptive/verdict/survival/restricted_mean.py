"""RMST."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.verdict.rows import SurvivalRows
from adoptive.verdict.survival.types import *

Floats = NDArray[np.float64]


def restricted_means(rows: SurvivalRows, *, horizon: float | None = None, level: float = 0.95, robust: bool | None = None) -> tuple[RestrictedMean, ...]:
    raise NotImplementedError
def restricted_mean_contrast(rows: SurvivalRows, *, horizon: float | None = None, level: float = 0.95, reference: str | None = None, other: str | None = None, robust: bool | None = None) -> RestrictedMeanContrast:
    raise NotImplementedError
