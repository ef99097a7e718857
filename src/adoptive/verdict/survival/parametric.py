"""Parametric."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.verdict.rows import SurvivalRows
from adoptive.verdict.survival.types import *

Floats = NDArray[np.float64]


def parametric_fit(rows: SurvivalRows, family: Family, *, cuts: Sequence[float] | None = None) -> ParametricFit:
    raise NotImplementedError
