"""Milestones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.verdict.rows import SurvivalRows
from adoptive.verdict.survival.types import *

Floats = NDArray[np.float64]


def milestones(rows: SurvivalRows, *, at: float, level: float = 0.95, interval: IntervalKind = "log", robust: bool | None = None) -> tuple[Milestone, ...]:
    raise NotImplementedError
def milestone_contrast(rows: SurvivalRows, *, at: float, level: float = 0.95, scale: IntervalKind = "plain", reference: str | None = None, other: str | None = None, robust: bool | None = None) -> MilestoneContrast:
    raise NotImplementedError
