"""The toy problem's exact posterior: its trials as distributions, sampled by NUTS with each trial's own deviation.

A count is binomial among those it is nested in. The ``k``-th of ``n`` times has ``F(t)`` distributed as
Beta(k, n - k + 1). Two arms closed at ``d`` events each have times on test distributed as gamma, and the ratio of two
gamma variates is a beta prime.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from scipy.special import gammaln

from adoptive.workbench.calibrate.methods.lockstep import lockstep
from adoptive.workbench.calibrate.methods.nuts import sampler
from adoptive.workbench.calibrate.methods.toy import FAMILY, FREE, SHAPE, SPREADS, TRIALS, one_hot, rates
from adoptive.workbench.calibrate.methods.types import Floats, Inference, Integers, Problem
from adoptive.workbench.calibrate.scales import back

__all__ = ["exact_posterior", "exact_posteriors", "log_likelihood"]

_KINDS: Final = ("infused", "controlled", "responded", "toxic")
_NESTED: Final = {"infused": "", "controlled": "infused", "responded": "controlled", "toxic": "infused"}


@dataclass(frozen=True)
class _Layout:
    """Hold where each kind of number stands among the observations, and of which trial it is.

    ``chain`` ``(counts, kinds)`` marks the chances whose product is a count's chance among those it is ``among``: the
    next count it is nested in that is reported (its place), or all ``n`` patients (-1).
    """

    counts: Integers
    count_of: Integers
    chain: Floats
    among: Integers
    medians: Integers
    median_of: Integers
    ratios: Integers
    ratio_of: Integers


def _layout() -> _Layout:
    told = [(at, endpoint) for at, trial in enumerate(TRIALS) for endpoint in trial.reports]
    place = {pair: number for number, pair in enumerate(told)}
    counts = [pair for pair in told if pair[1] in _KINDS]
    links = [_linked(at, name, place) for at, name in counts]
    medians = [pair for pair in told if pair[1] == "median"]
    ratios = [pair for pair in told if pair[1] == "hazard_ratio"]
    return _Layout(
        _places(counts, place), _trials(counts), np.array([link[0] for link in links]),
        np.array([link[1] for link in links]), _places(medians, place), _trials(medians), _places(ratios, place),
        _trials(ratios),
    )  # fmt: skip


def _places(pairs: list[tuple[int, str]], place: dict[tuple[int, str], int]) -> Integers:
    return np.array([place[pair] for pair in pairs])


def _trials(pairs: list[tuple[int, str]]) -> Integers:
    return np.array([at for at, _ in pairs])


def _linked(at: int, name: str, place: dict[tuple[int, str], int]) -> tuple[list[float], int]:
    chain, outer = [0.0] * len(_KINDS), name
    while outer:
        chain[_KINDS.index(outer)] = 1.0
        outer = _NESTED[outer]
        if (at, outer) in place:
            return chain, place[at, outer]
    return chain, -1


def log_likelihood(phi: Any, told: Any) -> Any:
    """Give the log probability of what all trials report, from each trial's own quantities ``(trials, free)``.

    ``told`` ``(observations,)`` has counts, and logarithms of medians and hazard ratios. A median at the follow-up is
    one that was not reached. A count that is not reported is summed out. Constants are left out.
    """
    import jax.numpy as jnp
    from jax.nn import log_sigmoid

    rate, at = rates(phi, np.stack([one_hot(trial) for trial in TRIALS])), _layout()
    chances = log_sigmoid(jnp.stack([rate[name] for name in _KINDS], axis=-1))
    log_chance = (chances[at.count_of] * at.chain).sum(axis=-1)
    n = np.array([float(trial.n) for trial in TRIALS])
    among = jnp.where(at.among < 0, n[at.count_of], told[at.among])
    hits = told[at.counts]
    total = jnp.sum(hits * log_chance + (among - hits) * jnp.log1p(-jnp.exp(log_chance)))
    controls = np.array([trial.product == "control" for trial in TRIALS])
    log_median = rate["log_median"] - jnp.where(controls, 0.0, rate["log_hazard_ratio"] / SHAPE)
    total = total + jnp.sum(_medians(told[at.medians], log_median[at.median_of], at.median_of))
    events = np.array([float(trial.events) for trial in TRIALS])[at.ratio_of]
    apart = told[at.ratios] - rate["log_hazard_ratio"][at.ratio_of]
    return total + jnp.sum(events * apart - 2.0 * events * jnp.logaddexp(0.0, apart))


def _medians(log_seen: Any, log_median: Any, of: Integers) -> Any:
    """Give log densities of the middle one of ``n`` times, or the log probability that it is not reached."""
    import jax.numpy as jnp
    from jax.nn import logsumexp

    n = np.array([trial.n for trial in TRIALS])[of]
    months = np.array([trial.months for trial in TRIALS])[of]
    k = -(-n // 2)
    hazard = np.log(2.0) * jnp.exp(SHAPE * (log_seen - log_median))
    log_before = jnp.log(-jnp.expm1(-hazard))
    constant = gammaln(n + 1) - gammaln(k) - gammaln(n - k + 1) + np.log(SHAPE)
    density = constant + (k - 1.0) * log_before - (n - k + 1.0) * hazard + jnp.log(hazard)
    fewer = np.arange(k.max())[None, :]
    with np.errstate(invalid="ignore"):
        ways = gammaln(n + 1)[:, None] - gammaln(fewer + 1) - gammaln(np.maximum(n[:, None] - fewer, 0) + 1)
    ways = np.where(fewer < k[:, None], ways, -np.inf)
    never = logsumexp(ways + fewer * log_before[:, None] - (n[:, None] - fewer) * hazard[:, None], axis=1)
    return jnp.where(log_seen >= np.log(months) - 1e-9, never, density)


def _model(data: Any) -> None:
    import jax.numpy as jnp
    import numpyro
    import numpyro.distributions as dist

    family = numpyro.sample("family", dist.HalfNormal(SPREADS["family"]))
    spread = numpyro.sample("trials", dist.HalfNormal(SPREADS["trials"]))
    z = numpyro.sample("z", dist.Normal(0.0, 1.0).expand([len(FREE)]))
    effects = jnp.array([quantity.family == FAMILY for quantity in FREE])
    varies = np.flatnonzero([bool(quantity.trials) for quantity in FREE])
    phi = numpyro.deterministic("phi", jnp.where(effects, family * z, z))
    own = numpyro.sample("own", dist.Normal(0.0, 1.0).expand([len(TRIALS), len(varies)]))
    moved = phi + jnp.zeros((len(TRIALS), len(FREE))).at[:, varies].set(spread * own)
    numpyro.factor("told", log_likelihood(moved, data))


@cache
def _sampler(warmup: int, draws: int, chains: int) -> Any:
    return sampler(_model, warmup=warmup, draws=draws, chains=chains)


def as_told(problem: Problem) -> Floats:
    """Give what the trials told as :func:`log_likelihood` reads it: counts, and logarithms, ``(observations,)``."""
    seen = problem.observations
    counted = [np.round(back(one.y, one.scale, n=one.n) * (one.n or 0) / 100.0) for one in seen]
    return np.array(
        [float(count) if one.scale == "arcsine" else one.y for one, count in zip(seen, counted, strict=True)]
    )


def exact_posterior(problem: Problem, *, seed: int, draws: int = 2000, warmup: int = 800, chains: int = 2) -> Inference:
    """Draw from the exact posterior of a toy problem; no trial is simulated.

    ``notes`` has the draws of both spreads, the largest split R-hat and the number of divergent steps.
    """
    start = time.process_time()
    found = _sampler(warmup, draws, chains)(seed, as_told(problem))
    notes = {"family": found.samples["family"], "trials": found.samples["trials"], **found.diagnostics}
    return Inference("exact", found.samples["phi"], 0, time.process_time() - start, notes)


def exact_posteriors(problems: Sequence[Problem], *, seed: int, draws: int = 600, warmup: int = 100) -> list[Inference]:
    """Draw from the exact posteriors of toy problems that differ in their data, all in step; see :mod:`.lockstep`.

    The same density as :func:`exact_posterior`, at a fraction of its cost.
    """
    start = time.process_time()
    varies = int(np.sum([bool(quantity.trials) for quantity in FREE]))
    size = 2 + len(FREE) + len(TRIALS) * varies
    chains = lockstep(_log_posterior, np.where(np.arange(size) < 2, -1.0, 0.0))
    found = chains(np.stack([as_told(one) for one in problems]), seed=seed, warmup=warmup, draws=draws)
    z = found.theta[:, :, 2 : 2 + len(FREE)]
    effects = np.array([quantity.family == FAMILY for quantity in FREE])
    phi = np.where(effects, np.exp(found.theta[:, :, :1]) * z, z)
    seconds = (time.process_time() - start) / len(problems)
    return [
        Inference("exact", one, 0, seconds, {"accepted": float(share)})
        for one, share in zip(phi, found.accepted, strict=True)
    ]


def _log_posterior(theta: Any, data: Any) -> Any:
    """Give the log density of logarithms of both spreads, standardised quantities and each trial's own deviations."""
    import jax.numpy as jnp

    family, spread = jnp.exp(theta[0]), jnp.exp(theta[1])
    z, own = theta[2 : 2 + len(FREE)], theta[2 + len(FREE) :].reshape(len(TRIALS), -1)
    effects = np.array([quantity.family == FAMILY for quantity in FREE])
    varies = np.flatnonzero([bool(quantity.trials) for quantity in FREE])
    phi = jnp.where(effects, family * z, z)
    moved = phi + jnp.zeros((len(TRIALS), len(FREE))).at[:, varies].set(spread * own)
    spreads = (family / SPREADS["family"]) ** 2 + (spread / SPREADS["trials"]) ** 2
    return log_likelihood(moved, data) - 0.5 * (spreads + jnp.sum(theta[2:] ** 2)) + theta[0] + theta[1]
