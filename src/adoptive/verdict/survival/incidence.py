"""Incidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.verdict.rows import SurvivalRows
from adoptive.verdict.survival.types import *

Floats = NDArray[np.float64]


def cumulative_incidence(time: ArrayLike, cause: ArrayLike, *, group: ArrayLike | None = None, entry: ArrayLike | None = None, weight: ArrayLike | None = None, level: float = 0.95, interval: IntervalKind = "log", variance: Literal["jackknife", "Aalen"] = "jackknife", merge_near_ties: bool = True) -> tuple[Incidence, ...]:
    raise NotImplementedError
