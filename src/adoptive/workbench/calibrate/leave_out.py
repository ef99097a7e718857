"""The posterior without one study: by importance where its say was small, by sampling again where it was not.

A draw of the whole posterior gets the weight ``1 / likelihood of the study``; the largest weights are smoothed by a
generalised Pareto tail, whose shape tells whether they can be trusted (Vehtari 2024, 10.48550/arXiv.1507.02646).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.special import logsumexp
from scipy.stats import genpareto

from adoptive.workbench.calibrate.types import Fit, Floats

__all__ = ["MOST_SHAPE", "leave_out", "smoothed"]

MOST_SHAPE: Final = 0.7
"""Shape of the tail up to which weights can be trusted."""

_TAIL: Final = 0.2
_DRAWS: Final = 1000


def leave_out(fit: Fit, study: str, *, again: Callable[[str], Fit], seed: int) -> Fit:
    """Give the posterior without a study; ``again`` samples it where weights cannot give it."""
    weights, shape = smoothed(-fit.log_lik[:, fit.studies.index(study)])
    if shape > MOST_SHAPE:
        found = again(study)
        return dataclasses.replace(found, diagnostics={**found.diagnostics, "pareto_shape": shape, "again": 1.0})
    chosen = np.random.default_rng(seed).choice(len(weights), size=_DRAWS, p=weights)
    return dataclasses.replace(
        fit, draws=fit.draws[chosen], scales={name: values[chosen] for name, values in fit.scales.items()},
        log_lik=fit.log_lik[chosen], without=(study,),
        diagnostics={"pareto_shape": shape, "again": 0.0, "ess_min": float(1.0 / np.sum(weights**2))},
    )  # fmt: skip


def smoothed(log_weights: Floats) -> tuple[Floats, float]:
    """Smooth the largest weights by a Pareto tail; give normalised weights and the tail's shape.

    >>> weights, shape = smoothed(np.zeros(100))
    >>> float(weights.sum().round(9)), shape
    (1.0, 0.0)
    """
    centred = np.asarray(log_weights - np.max(log_weights), float)
    size = len(centred)
    tail = int(min(np.ceil(_TAIL * size), np.ceil(3.0 * np.sqrt(size))))
    order = np.argsort(centred, kind="stable")
    cut, largest = np.exp(centred[order[-tail - 1]]), order[-tail:]
    above = np.exp(centred[largest]) - cut
    if above.max() < 1e-12:
        return np.exp(centred - logsumexp(centred)), 0.0
    shape, _, scale = genpareto.fit(np.maximum(above, 1e-300), floc=0.0)
    quantiles = genpareto.ppf((np.arange(tail) + 0.5) / tail, shape, loc=0.0, scale=scale)
    centred[largest] = np.minimum(np.log(cut + quantiles), 0.0)
    return np.exp(centred - logsumexp(centred)), float(shape)
