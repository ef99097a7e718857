"""Which controls receive the cells after progression."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adoptive.course import Course
from adoptive.parameters import Typical
from adoptive.streams import Streams
from adoptive.trial.types import Crossover

__all__ = ["who_crosses"]


def who_crosses(
    rule: Crossover, controls: Course, *, end_day: NDArray[np.float64], typical: Typical, streams: Streams
) -> NDArray[np.bool_]:
    """Say which controls have the cells ordered: progressed on a scan, alive, fit, and asking for them."""
    keys = controls.cohort.keys
    if not rule.allowed:
        return np.zeros(len(keys), bool)
    day = controls.reading.progression_day
    asks = streams.uniform("trial.crossover", keys) < typical.at("trial.crossover_uptake", keys)
    fate = controls.reading.fate
    able = (fate.death_day > day) & (fate.unfit_day > day) & (fate.withdrawal_day > day)
    return np.asarray((day < end_day) & asks & able)
