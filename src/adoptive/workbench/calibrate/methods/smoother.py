"""A rival: the ensemble smoother with multiple data assimilation, of ``iterative-ensemble-smoother`` (an option).

Emerick and Reynolds 2013, 10.1016/j.cageo.2012.03.011. The ensemble lives in coordinates that are standard normal
before any evidence; an effect is its family's spread times its own coordinate. The library is under the GPL.
"""

from __future__ import annotations

import time
from typing import Final

import numpy as np

from adoptive.workbench.calibrate.methods.nuts import need
from adoptive.workbench.calibrate.methods.types import Floats, Inference, Problem
from adoptive.workbench.calibrate.methods.white import Whitened, whitened

__all__ = ["by_local_smoother", "by_smoother"]

STEPS: Final = 4
"""Assimilations; the budget is shared among them, so the ensemble has a quarter of it."""


def by_smoother(problem: Problem, *, seed: int, budget: int) -> Inference:
    """Infer by ES-MDA without localisation."""
    return _smoothed(problem, seed=seed, budget=budget, local=False)


def by_local_smoother(problem: Problem, *, seed: int, budget: int) -> Inference:
    """Infer by ES-MDA; a gain is kept where the correlation with the observation is larger than chance makes it."""
    return _smoothed(problem, seed=seed, budget=budget, local=True)


def _smoothed(problem: Problem, *, seed: int, budget: int, local: bool) -> Inference:
    start = time.process_time()
    library = need("iterative_ensemble_smoother", extra="iterative-ensemble-smoother")
    members = budget // STEPS
    space = whitened(problem)
    x = space.prior(members, seed).T
    y = _responses(problem, space, x, seed)
    smoother = library.LocalizedESMDA(
        covariance=_noise(x, y), observations=problem.y, alpha=STEPS, seed=seed
    )  # fmt: skip
    for step in range(STEPS):
        if step:
            y = _responses(problem, space, x, seed + step)
        keep = _related(x, y) if local else np.ones((len(x), len(y)))
        smoother.prepare_assimilation(Y=y, truncation=0.99)
        x = smoother.assimilate_batch(X=x, localization_callback=lambda gain, keep=keep: gain * keep)
    name = "ensemble smoother, local" if local else "ensemble smoother"
    notes = {"members": members, "assimilations": STEPS}
    return Inference(name, space.phi(x.T), members * STEPS, time.process_time() - start, notes)


def _responses(problem: Problem, space: Whitened, x: Floats, seed: int) -> Floats:
    return np.asarray(problem.simulate(space.drawn(x.T), seed=seed * 1000 + 7).T)


def _noise(x: Floats, y: Floats) -> Floats:
    """Give each observation's sampling variance: what a straight line through the ensemble leaves unexplained."""
    features = np.concatenate([np.ones((1, x.shape[1])), x]).T
    left = y.T - features @ np.linalg.lstsq(features, y.T, rcond=None)[0]
    return np.asarray(np.maximum((left**2).sum(axis=0) / max(len(features) - features.shape[1], 1), 1e-6))


def _related(x: Floats, y: Floats) -> Floats:
    """Mark pairs whose correlation is beyond three standard errors of none, ``(coordinates, observations)``."""
    correlation = np.corrcoef(np.concatenate([x, y]))[: len(x), len(x) :]
    return np.asarray(np.abs(np.nan_to_num(correlation)) > 3.0 / np.sqrt(x.shape[1]), float)
