"""Which antigens explain the pools that respond: every set of a few antigens weighed, none chosen beforehand."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from adoptive.antigen.replicates import DISPERSIONS, Weights, Wells, wells_likelihood
from adoptive.units import In

__all__ = ["DeconvolutionRules", "Resolved", "log_odds", "resolve"]

Floats = NDArray[np.float64]

MOST_SETS: Final = 250_000


@dataclass(frozen=True)
class DeconvolutionRules:
    """Hold what the deconvolution supposes; settings, not measurements, but for the prior."""

    prior: Annotated[
        float,
        In("fraction", "antigens that are seen: 1.6 % of mutations were immunogenic (Parkhurst 2019, PMC7138461)"),
    ] = 0.016
    sensitivity: Annotated[float, In("fraction", "chance that a pool responds to a seen antigen; assumed")] = 0.9
    false_pool: Annotated[float, In("fraction", "chance that a pool responds without one; assumed")] = 0.01
    least_fold: Annotated[float, In("ratio", "weakest true response over background; assumed")] = 2.0
    most_fold: Annotated[float, In("ratio", "strongest")] = 200.0
    most_positive: Annotated[int, In("antigens", "most that one effector sees, as far as weighed")] = 4


@dataclass(frozen=True)
class Resolved:
    """Hold what explains the pools: chance of each antigen, and of each pool to hold one, sets, what was left out."""

    probability: Mapping[str, float]
    of_pools: Mapping[str, float]
    sets: tuple[tuple[tuple[str, ...], float], ...]
    notes: tuple[str, ...] = ()


def log_odds(stimulus: Wells, background: Wells, weights: Weights, rules: DeconvolutionRules) -> float:
    """Give the log-odds of "the stimulus raised the response" from the wells alone.

    ``log [ integral P(wells | f m) / P(wells | m) ]``: the background's mean ``m`` by its own wells, the fold ``f``
    even on the log scale between the least and the most, the dispersion as weighed on the plate.
    """
    centre, count = background.mean, background.positive.size
    used = np.flatnonzero(weights.weights > 1e-3)
    dispersion = DISPERSIONS[used][:, None, None]
    total = 1.0 if background.total is None else float(background.total.sum() / count)
    centre = max(centre, 0.5 / (count * total))
    spread = np.sqrt(1.0 / max(centre * total * count, 0.5) + dispersion / count)
    mean = np.clip(centre * np.exp(spread * np.linspace(-5.0, 5.0, 31)[None, :, None]), 1e-9, None)
    folds = np.exp(np.linspace(np.log(rules.least_fold), np.log(rules.most_fold), 31))
    ceiling = np.inf if background.total is None else 0.999
    before = np.log(weights.weights[used])[:, None, None] + np.log(spread)
    before = before + wells_likelihood(background, np.minimum(mean, ceiling), dispersion)
    quiet = wells_likelihood(stimulus, np.minimum(mean, ceiling), dispersion)
    raised = wells_likelihood(stimulus, np.minimum(mean * folds, ceiling), dispersion) - np.log(folds.size)
    return float(logsumexp(before + raised) - logsumexp(before + quiet))


def resolve(
    pools: Mapping[str, Sequence[str]], odds: Mapping[str, float], *, rules: DeconvolutionRules | None = None
) -> Resolved:
    """Weigh every set of up to a few antigens by how well it explains which pools respond; exact.

    A pool that holds ``k`` seen antigens responds with chance ``1 - (1 - false) (1 - sensitivity)^k``; its wells weigh
    response against none by ``odds`` (log). The prior of a set of ``k`` of ``n`` is ``p^k (1 - p)^(n - k)``. Two rows
    and two columns that respond have two explanations by two antigens: both are given, with their chances.

    Arguments: ``pools`` antigens of each stimulus (an antigen alone is a pool of one); ``odds`` from :func:`log_odds`.

    >>> grid = {"R1": ["a", "b"], "R2": ["c", "d"], "C1": ["a", "c"], "C2": ["b", "d"]}
    >>> found = resolve(grid, {"R1": 20.0, "R2": 20.0, "C1": 20.0, "C2": 20.0})
    >>> [(names, round(chance, 1)) for names, chance in found.sets[:2]]
    [(('a', 'd'), 0.5), (('b', 'c'), 0.5)]
    """
    rules = rules or DeconvolutionRules()
    probability: dict[str, float] = {}
    of_pools: dict[str, float] = {}
    sets: list[tuple[tuple[str, ...], float]] = []
    notes: list[str] = []
    for antigens, names in _parts({name: tuple(pools[name]) for name in odds}):
        table = _table(np.array([odds[name] for name in names]), rules)
        member = np.array([[antigen in pools[name] for name in names] for antigen in antigens])
        gain = member @ (table[:, 1] - table[:, 0])
        kept = _candidates(gain, rules)
        chosen, weight = _weighed(table, member[kept], len(antigens), rules)
        probability.update(dict.fromkeys(antigens, 0.0))
        of_pools.update(zip(names, _holding(chosen, weight, member[kept]).tolist(), strict=True))
        chances = _marginals(chosen, weight, len(kept))
        probability.update({antigens[at]: float(chance) for at, chance in zip(kept, chances, strict=True)})
        sets += _named(chosen, weight, [antigens[at] for at in kept]) if len(antigens) > 1 else []
        notes += _doubts(weight, gain, kept, rules)
    return Resolved(probability, of_pools, tuple(sorted(sets, key=lambda one: -one[1])), tuple(notes))


def _parts(pools: Mapping[str, tuple[str, ...]]) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Split antigens and pools into parts that share nothing, so that each can be weighed alone."""
    parts: list[tuple[set[str], list[str]]] = []
    for name, antigens in pools.items():
        touched = [part for part in parts if part[0] & set(antigens)]
        inside = set(antigens).union(*(part[0] for part in touched))
        names = [*(one for part in touched for one in part[1]), name]
        parts = [part for part in parts if part not in touched] + [(inside, names)]
    return [(tuple(sorted(inside)), tuple(sorted(names))) for inside, names in parts]


def _table(odds: Floats, rules: DeconvolutionRules) -> Floats:
    """Give the log-likelihood of each pool (over that of no response) for 0, 1, ... antigens in it that are seen."""
    seen = np.arange(rules.most_positive + 1)
    responds = 1.0 - (1.0 - rules.false_pool) * (1.0 - rules.sensitivity) ** seen
    return np.asarray(np.logaddexp(np.log(responds) + odds[:, None], np.log1p(-responds)))


def _candidates(gain: Floats, rules: DeconvolutionRules) -> list[int]:
    """Keep so many antigens, best alone first, that every set of them can be weighed."""
    order = [int(at) for at in np.argsort(-gain, kind="stable")]
    most = len(order)
    while sum(math.comb(most, k) for k in range(rules.most_positive + 1)) > MOST_SETS:
        most -= 1
    return sorted(order[:most])


def _weighed(
    table: Floats, member: NDArray[np.bool_], antigens: int, rules: DeconvolutionRules
) -> tuple[list[NDArray[np.intp]], list[Floats]]:
    """Weigh every set: its antigens, ``(sets, size)`` for each size, and its chance."""
    chosen, logs = [], []
    pools = np.arange(table.shape[0])
    for size in range(min(rules.most_positive, len(member)) + 1):
        sets = list(itertools.combinations(range(len(member)), size))
        rows = np.array(sets, np.intp).reshape(len(sets), size)
        inside = member[rows].sum(axis=1, dtype=np.intp)
        before = size * np.log(rules.prior) + (antigens - size) * np.log1p(-rules.prior)
        chosen.append(rows)
        logs.append(table[pools, inside].sum(axis=1) + before)
    whole = logsumexp(np.concatenate(logs))
    return chosen, [np.exp(part - whole) for part in logs]


def _marginals(chosen: Sequence[NDArray[np.intp]], weight: Sequence[Floats], antigens: int) -> Floats:
    """Give for each antigen the chance of all sets that hold it."""
    found = np.zeros(antigens)
    for rows, part in zip(chosen, weight, strict=True):
        found += np.bincount(rows.ravel(), np.repeat(part, rows.shape[1]), minlength=antigens)
    return found


def _holding(chosen: Sequence[NDArray[np.intp]], weight: Sequence[Floats], member: NDArray[np.bool_]) -> Floats:
    """Give for each pool the chance that it holds an antigen that is seen."""
    found = np.zeros(member.shape[1])
    for rows, part in zip(chosen, weight, strict=True):
        found += part @ member[rows].any(axis=1)
    return found


def _named(
    chosen: Sequence[NDArray[np.intp]], weight: Sequence[Floats], antigens: Sequence[str]
) -> list[tuple[tuple[str, ...], float]]:
    """Name the sets whose chance is 1 % or more."""
    return [
        (tuple(antigens[at] for at in rows[place]), float(part[place]))
        for rows, part in zip(chosen, weight, strict=True)
        for place in np.flatnonzero(part >= 0.01)
    ]


def _doubts(weight: Sequence[Floats], gain: Floats, kept: Sequence[int], rules: DeconvolutionRules) -> list[str]:
    """Say what was left out, if it could matter: an antigen that its own pools speak against could not."""
    found = []
    if np.delete(gain, kept).max(initial=-np.inf) > 0.0:
        found.append(f"sets were weighed of the {len(kept)} likeliest of {gain.size} antigens only")
    if len(kept) > rules.most_positive and weight[-1].sum() > 0.1:
        found.append(f"more than {rules.most_positive} antigens may be seen: larger sets were not weighed")
    return found
