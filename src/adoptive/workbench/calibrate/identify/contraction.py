"""From prior to posterior: how far the evidence moved and narrowed each free quantity, and what stays entangled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from adoptive.workbench.calibrate.identify.types import Contraction, Direction, Floats, Pair
from adoptive.workbench.calibrate.types import Fit

__all__ = ["contractions", "directions", "prior_sds", "spectrum", "strongest_pairs"]

MOST_PAIRS: Final = 15
MOST_LOADINGS: Final = 5


def prior_sds(fit: Fit) -> Floats:
    """Give the standard deviation of each free quantity before any evidence ``(free,)``.

    One for a population quantity, by its definition; for an effect what the fit says of its family's prior
    (``prior_sd`` in the provenance), else one.
    """
    said = fit.provenance.get("prior_sd", {})
    known: Mapping[str, float] = said if isinstance(said, Mapping) else {}
    return np.array([float(known.get(one.name, known.get(one.family, 1.0))) for one in fit.free])


def contractions(fit: Fit) -> tuple[Contraction, ...]:
    """Give contraction ``1 - sd_posterior^2 / sd_prior^2`` and shift of each free quantity, in the fit's order."""
    prior, mean, sd = prior_sds(fit), fit.draws.mean(axis=0), fit.draws.std(axis=0, ddof=1)
    return tuple(
        Contraction(
            one.name, one.kind, one.family, one.meaning, float(prior[at]), float(mean[at]), float(sd[at]),
            float(1.0 - (sd[at] / prior[at]) ** 2), float(mean[at] / prior[at]),
        )
        for at, one in enumerate(fit.free)
    )  # fmt: skip


def strongest_pairs(fit: Fit, *, most: int = MOST_PAIRS) -> tuple[Pair, ...]:
    """Give the pairs of free quantities with the strongest posterior correlation, strongest first."""
    names = [one.name for one in fit.free]
    if len(names) < 2:
        return ()
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.nan_to_num(np.atleast_2d(np.corrcoef(fit.draws, rowvar=False)))
    first, second = np.triu_indices(len(names), 1)
    order = np.argsort(-np.abs(found[first, second]), kind="stable")[:most]
    return tuple(Pair(names[first[at]], names[second[at]], float(found[first[at], second[at]])) for at in order)


def directions(fit: Fit) -> tuple[Direction, ...]:
    """Give the posterior's axes in units of the prior, the sloppiest (widest) first.

    Eigenvectors of the covariance of ``phi / sd_prior``; Gutenkunst 2007, 10.1371/journal.pcbi.0030189.
    """
    names = [one.name for one in fit.free]
    spread = np.cov(fit.draws / prior_sds(fit), rowvar=False).reshape(len(names), len(names))
    values, vectors = np.linalg.eigh(spread)
    return tuple(
        Direction(float(np.sqrt(max(values[at], 0.0))), _loadings(names, vectors[:, at]))
        for at in range(len(names) - 1, -1, -1)
    )


def spectrum(fisher: Floats) -> Floats:
    """Give the eigenvalues of the information of all studies ``(studies, free, free)``, largest first.

    A sloppy model has them spread evenly over many decades; one at 0 is a direction of which no study knows anything.
    """
    values = np.linalg.eigvalsh(fisher.sum(axis=0))[::-1]
    return np.maximum(values, 0.0)


def _loadings(names: list[str], vector: Floats) -> tuple[tuple[str, float], ...]:
    """Name the largest parts of an axis; its largest one counts as positive."""
    order = np.argsort(-np.abs(vector), kind="stable")[:MOST_LOADINGS]
    sign = 1.0 if vector[order[0]] >= 0 else -1.0
    return tuple((names[at], float(sign * vector[at])) for at in order)
