"""From virtual trials to numbers: value, spread, Monte Carlo error, and differences to the base on the same trials."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.workbench.design.types import Characteristic, Difference, Measured, Number, Precision

__all__ = ["averages", "difference", "number", "paired_error", "precise", "resamples", "share_error", "wanted_error"]

Floats = NDArray[np.float64]

RESAMPLES: Final = 400
"""Bootstrap samples of trials: they give a standard error to ``1 / sqrt(2 * 400)``, 4 % of itself."""

_SEED: Final = 20_240_917
"""Of the bootstrap alone; no virtual trial depends on it."""

_ROUND_OFF: Final = 1e-12
"""Spread over size below which values are one and the same."""

_PSEUDO: Final = 2.0
"""Successes and failures that are added to those seen when the error of a share is estimated."""


def number(item: Characteristic, values: Floats, estimable: NDArray[np.bool_]) -> Number:
    """Give a characteristic of a design from its value in each trial; trials without an estimate are left out.

    The error of a mean is ``s / sqrt(trials)``, of power :func:`share_error`, of a median that of its bootstrap.
    """
    usable = values[estimable]
    share = float(np.mean(estimable)) if len(estimable) else 0.0
    if len(usable) == 0:
        return Number(0.0, 0.0, 0.0, 0.0, np.inf, 0.0)
    low, middle, high = np.quantile(usable, [0.05, 0.5, 0.95], method="inverted_cdf").tolist()
    value = float(averages(item, usable, np.arange(len(usable))[None, :])[0])
    return Number(value, middle, low, high, _error(item, usable), share)


def share_error(hits: float, trials: int) -> float:
    """Give the standard error of a share, ``sqrt(p (1 - p) / (n + 4))`` with two successes and two failures added.

    Unlike the plain one it is not 0 when all of a few trials agree (Agresti and Coull 1998,
    10.1080/00031305.1998.10480550).

    >>> round(share_error(40, 40), 4)
    0.0314
    """
    size = trials + 2.0 * _PSEUDO
    share = (hits + _PSEUDO) / size
    return float(np.sqrt(share * (1.0 - share) / size))


def paired_error(more: float, less: float, trials: int) -> float:
    """Give the standard error of a difference of two shares on the same trials.

    ``sqrt((b + c) - (b - c)^2 / n) / n`` with the trials in which only the one succeeds, ``b``, or only the other,
    ``c``; half a trial is added to each of the four cells, so that agreement in a few trials is not certainty.

    >>> round(paired_error(0, 0, 50), 4)
    0.0192
    """
    one, other, size = more + 0.5, less + 0.5, trials + _PSEUDO
    return float(np.sqrt(one + other - (one - other) ** 2 / size) / size)


def difference(item: Characteristic, measured: Measured, base: Measured, at: int) -> Difference:
    """Give a design minus the base over the trials that both have, by resampling whole trials.

    Parameters
    ----------
    item, at
        The characteristic and its column.
    measured, base
        Trials of both, each from trial 0 on.
    """
    trials = min(len(measured.trials), len(base.trials))
    both = measured.estimable[:trials, at] & base.estimable[:trials, at]
    ours, theirs = measured.values[:trials, at][both], base.values[:trials, at][both]
    nothing = Difference(0.0, np.inf, np.inf, 1.0, int(both.sum()), False)
    if both.sum() < 2:
        return nothing
    estimate = _plain(averages(item, ours, np.arange(len(ours))[None, :])[0]) - _plain(
        averages(item, theirs, np.arange(len(ours))[None, :])[0]
    )
    if item.key == "power":
        error = paired_error(float((ours > theirs).sum()), float((ours < theirs).sum()), len(ours))
        alone = float(np.hypot(share_error(ours.sum(), len(ours)), share_error(theirs.sum(), len(theirs))))
    elif item.average == "mean":
        error, alone = _errors(ours - theirs), float(np.hypot(_errors(ours), _errors(theirs)))
    else:
        rows = resamples(len(ours))
        first, second = averages(item, ours, rows), averages(item, theirs, rows)
        error, alone = _spread(first, second), float(np.hypot(_spread(first), _spread(second)))
    if not (np.isfinite(estimate) and np.isfinite(error) and np.isfinite(alone)):
        return nothing
    return Difference(float(estimate), error, alone, _gain(error, alone), len(ours), True)


def averages(item: Characteristic, values: Floats, rows: NDArray[np.int64]) -> Floats:
    """Give the mean, or the median, of samples of trials: ``rows`` ``(samples, trials)`` gives ``(samples,)``.

    A median in a gap that reaches to "not reached" (inf) is the lower of the two.
    """
    if item.average == "mean":
        return np.asarray(values[rows].mean(axis=1))
    ordered = np.sort(values)[np.sort(_ranks(values)[rows], axis=1)]
    size = ordered.shape[1]
    low, high = ordered[:, (size - 1) // 2], ordered[:, size // 2]
    return np.asarray(np.where(np.isfinite(high), 0.5 * (low + np.where(np.isfinite(high), high, 0.0)), low))


@lru_cache(maxsize=64)
def resamples(trials: int) -> NDArray[np.int64]:
    """Give bootstrap samples of trials, ``(samples, trials)``, the same for every design."""
    return np.random.default_rng([_SEED, trials]).integers(0, trials, (RESAMPLES, trials))


def precise(numbers: Sequence[tuple[Precision, Number]]) -> bool:
    """Say whether every error that is asked is reached; what cannot be estimated never is."""
    return all(found.share > 0 and found.error <= wanted_error(asked, found) for asked, found in numbers)


def wanted_error(asked: Precision, found: Number) -> float:
    """Give the standard error to reach, in the characteristic's unit."""
    return asked.error * abs(found.value) if asked.relative else asked.error


def _ranks(values: Floats) -> NDArray[np.int64]:
    """Give each value's place in their order, so that samples are sorted as whole numbers."""
    ranks = np.empty(len(values), np.int64)
    ranks[np.argsort(values, kind="stable")] = np.arange(len(values))
    return ranks


def _error(item: Characteristic, values: Floats) -> float:
    if item.key == "power":
        return share_error(float(values.sum()), len(values))
    if item.average == "mean":
        return _errors(values)
    return _spread(averages(item, values, resamples(len(values)))) if len(values) > 1 else np.inf


def _errors(values: Floats) -> float:
    """Give the standard error of a mean; not known from one trial."""
    if len(values) < 2:
        return np.inf
    spread = float(values.std(ddof=1))
    return 0.0 if spread <= _ROUND_OFF * float(np.abs(values).max()) else spread / float(np.sqrt(len(values)))


def _spread(samples: Floats, less: Floats | None = None) -> float:
    """Give the standard deviation of bootstrap samples (of their difference), inf where one was not reached."""
    if not np.isfinite(samples).all() or (less is not None and not np.isfinite(less).all()):
        return np.inf
    return float((samples if less is None else samples - less).std(ddof=1))


def _gain(error: float, alone: float) -> float:
    """Give the ratio of two variances; nothing is gained where nothing varies."""
    if error > 0:
        return float((alone / error) ** 2)
    return 1.0 if alone == 0 else np.inf


def _plain(value: float) -> float:
    """Give a number of which others can be taken: not reached stays so, but without a warning."""
    return float(value) if np.isfinite(value) else float("nan")
