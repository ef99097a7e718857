"""A rival: sequential Monte Carlo by approximate Bayesian computation, from ``pyabc`` (an option).

Toni et al. 2009, 10.1098/rsif.2008.0172. The distance is the sum of absolute differences over each observation's
spread, which pyabc adapts in every generation.
"""

from __future__ import annotations

import logging
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from adoptive.workbench.calibrate.methods.nuts import need
from adoptive.workbench.calibrate.methods.types import Floats, Inference, Problem
from adoptive.workbench.calibrate.methods.white import whitened

__all__ = ["by_abc"]

PARTICLES: Final = 100
KEPT: Final = 400


def by_abc(problem: Problem, *, seed: int, budget: int) -> Inference:
    """Infer by ABC-SMC: generations of 100 particles until the budget is spent."""
    start = time.process_time()
    pyabc = need("pyabc", extra="pyabc")
    logging.getLogger("ABC").setLevel(logging.ERROR)
    space, asked = whitened(problem), [0]
    np.random.seed(seed)  # pyabc draws from numpy's global state

    def model(at: Any) -> dict[str, float]:
        asked[0] += 1
        x = np.array([[at[f"x{number}"] for number in range(space.size)]])
        values = problem.simulate(space.drawn(x), seed=seed * 100_003 + asked[0])[0]
        return {f"y{number}": float(value) for number, value in enumerate(values)}

    prior = pyabc.Distribution(**{f"x{at}": pyabc.RV("norm", 0.0, 1.0) for at in range(space.size)})
    search = pyabc.ABCSMC(
        model, prior, pyabc.AdaptivePNormDistance(p=1), population_size=PARTICLES,
        sampler=pyabc.sampler.SingleCoreSampler(),
    )  # fmt: skip
    with TemporaryDirectory() as folder:
        seen = {f"y{number}": float(value) for number, value in enumerate(problem.y)}
        search.new(f"sqlite:///{Path(folder) / 'abc.db'}", seen)
        history = search.run(max_total_nr_simulations=budget, max_nr_populations=20)
        frame, weight = history.get_distribution()
        generations = int(history.max_t) + 1
    x = frame[[f"x{at}" for at in range(space.size)]].to_numpy()
    return Inference("ABC-SMC", _resampled(space.phi(x), weight, seed), asked[0], time.process_time() - start,
                     {"generations": generations})  # fmt: skip


def _resampled(phi: Floats, weight: Floats, seed: int) -> Floats:
    chosen = np.random.default_rng(seed).choice(len(phi), KEPT, p=weight / weight.sum())
    return np.asarray(phi[chosen])
