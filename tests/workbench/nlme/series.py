"""Complete series as a population's data."""

from __future__ import annotations

import numpy as np

from adoptive.workbench.calibrate.nlme import PopulationData


def rectangle(time: np.ndarray, value: np.ndarray, **covariates: np.ndarray) -> PopulationData:
    """Hold complete series."""
    ids = tuple(str(at) for at in range(len(value)))
    no, yes = np.zeros(value.shape, bool), np.ones(value.shape, bool)
    return PopulationData(ids, np.broadcast_to(time, value.shape).copy(), value, no, yes, covariates)
