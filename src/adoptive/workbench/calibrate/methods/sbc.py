"""Calibration by simulation: over the prior, the rank of the truth among posterior draws must be uniform."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from adoptive.streams import Keys, Streams
from adoptive.workbench.calibrate.methods.types import Floats, Infer, Integers, Problem, Ranks

__all__ = ["disturbed", "rank", "ranks_of", "sbc", "thinned"]


def sbc(
    problem: Problem, infer: Infer, *, replicates: int = 100, seed: int = 1, budget: int = 400, draws: int = 99,
    missed: Mapping[str, float] | None = None,
) -> Ranks:  # fmt: skip
    """Rank the truth among posterior draws, for data that are simulated at draws from the prior.

    Talts et al. 2018, 10.48550/arXiv.1804.06788. ``budget`` is what each inference may simulate. ``missed`` are scales
    of half-normal spreads, by scale of the endpoint, of what the method believes that its model misses: the data are
    disturbed by as much, as the method's own prior says.
    """
    truths = problem.prior(replicates, seed)
    data = disturbed(problem, problem.simulate(truths, seed=seed), missed or {}, seed=seed)
    found = [infer(problem.reporting(y), seed=seed + at, budget=budget).draws for at, y in enumerate(data)]
    return ranks_of(problem.names, truths.phi, found, draws=draws, prior=problem.prior(4000, seed + 1).phi.std(axis=0))


def disturbed(problem: Problem, values: Floats, missed: Mapping[str, float], *, seed: int) -> Floats:
    """Add to each row what the model misses: a spread drawn by scale and row, and normal noise of that spread."""
    streams, keys = Streams(seed), Keys.of(np.arange(len(values)), 0)
    noise = streams.normal("missed:noise", keys, values.shape[1] + 1)[:, : values.shape[1]]
    size = {name: most * np.abs(streams.normal(f"missed:{name}", keys)) for name, most in missed.items()}
    none = np.zeros(len(values))
    spread = np.stack([size.get(seen.scale, none) for seen in problem.observations], axis=1)
    return np.asarray(values + noise * spread)


def thinned(found: Floats, draws: int) -> Floats:
    """Keep ``draws`` draws at even distances, so that they depend little on each other."""
    return np.asarray(found[np.linspace(0, len(found) - 1, draws).round().astype(int)])


def rank(truth: Floats, found: Floats) -> Integers:
    """Count the draws below the truth, by quantity.

    >>> rank(np.array([0.5]), np.array([[0.1], [0.2], [0.9]])).tolist()
    [2]
    """
    return np.asarray((found < truth).sum(axis=0), np.int64)


def ranks_of(names: tuple[str, ...], truths: Floats, found: list[Floats], *, draws: int, prior: Floats) -> Ranks:
    """Rank each truth ``(replicates, free)`` among its own draws; ``prior`` ``(free,)`` are prior sds."""
    mean = np.stack([each.mean(axis=0) for each in found])
    sd = np.stack([each.std(axis=0) for each in found])
    ranks = np.stack([rank(truth, thinned(each, draws)) for truth, each in zip(truths, found, strict=True)])
    return Ranks(names, ranks, draws, (mean - truths) / np.maximum(sd, 1e-12), 1.0 - (sd / prior) ** 2)
