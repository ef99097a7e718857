"""New data from a fitted population: the same subjects, times and covariates, new individuals and errors."""

from __future__ import annotations

import numpy as np

from adoptive.streams import Keys, Streams
from adoptive.workbench.calibrate.nlme.problem import Problem
from adoptive.workbench.calibrate.nlme.residual import Observed, new_values
from adoptive.workbench.calibrate.nlme.types import Floats, Population

__all__ = ["simulate_data"]

_ROWS = 40_000


def simulate_data(problem: Problem, population: Population, *, copies: int, seed: int) -> Floats:
    """Simulate the data so many times, ``(copies, subjects, observations)``, uncut by any limit."""
    streams = Streams(seed)
    subjects = problem.data.subjects
    root = np.linalg.cholesky(population.omega)
    means = problem.means(population.beta)
    block = max(1, _ROWS // subjects)
    found = []
    for first in range(0, copies, block):
        count = min(block, copies - first)
        who = np.tile(problem.everyone, count)
        keys = Keys.of(np.repeat(np.arange(first, first + count), subjects), who)
        lot = streams.normal("nlme.eta", keys, len(problem.varying)).reshape(len(who), -1)
        phi = means[who]
        phi[:, problem.varying] += lot @ root.T
        prediction = problem.predict(phi, who)
        seen = Observed.of(problem.data, who)
        drawn = new_values(problem.model.residual, seen, prediction, population.error, keys=keys, streams=streams)
        found.append(drawn.reshape(count, subjects, -1))
    return np.concatenate(found)
