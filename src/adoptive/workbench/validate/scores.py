"""Scores of a prediction: how likely the count was, how far the time lay, at which place among the trials.

Each of the log score and the continuous ranked probability score is proper: nobody does better on average than by
saying what he believes (Gneiting and Raftery 2007, 10.1198/016214506000001437).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betaln, gammaln, logsumexp, ndtr, xlog1py, xlogy
from scipy.stats import norm

from adoptive.workbench.validate.types import Floats

__all__ = [
    "crps_normal",
    "crps_of_quantiles",
    "crps_of_values",
    "fit_beta_binomial",
    "log_beta_binomial",
    "log_score",
    "place",
    "two_sided",
]

MOST_PRECISE = 1e6
"""Largest ``alpha + beta`` of a beta-binomial: nothing tells it from a binomial any more."""


def log_score(x: ArrayLike, n: ArrayLike, p_draws: ArrayLike) -> Floats:
    """Give the log score of counts: ``ln mean_draws Binomial(x | n, p)``.

    Parameters
    ----------
    x, n
        Events and patients, ``(endpoints,)``.
    p_draws
        Draws of the probability, ``(endpoints, draws)``; one value is a point prediction.

    Returns
    -------
    ``(endpoints,)``; ``-inf`` where what happened was impossible.

    >>> float(log_score(1, 2, [0.5]).round(4)), float(log_score(0, 18, [0.0]))
    (-0.6931, 0.0)
    """
    events, patients = np.asarray(x, float)[..., None], np.asarray(n, float)[..., None]
    p = np.asarray(p_draws, float)
    logs = _log_choose(events, patients) + xlogy(events, p) + xlog1py(patients - events, -p)
    return np.asarray(logsumexp(logs, axis=-1) - math.log(p.shape[-1]))


def log_beta_binomial(x: ArrayLike, n: ArrayLike, alpha: ArrayLike, beta: ArrayLike) -> Floats:
    """Give the log probability of ``x`` of ``n`` where the probability itself is Beta(alpha, beta).

    ``ln C(n, x) + ln B(x + alpha, n - x + beta) - ln B(alpha, beta)``.

    >>> float(np.exp(log_beta_binomial(1, 2, 1.0, 1.0)).round(4))
    0.3333
    """
    events, patients = np.asarray(x, float), np.asarray(n, float)
    a, b = np.asarray(alpha, float), np.asarray(beta, float)
    return np.asarray(_log_choose(events, patients) + betaln(events + a, patients - events + b) - betaln(a, b))


def _log_choose(x: Floats, n: Floats) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1))


def fit_beta_binomial(x: ArrayLike, n: ArrayLike) -> tuple[float, float]:
    """Fit the Beta of the probability behind counts of many trials ``(trials,)`` by its first two moments.

    The variance of the shares less their binomial part is that between trials; half an event and half a non-event are
    added to all, so that what never happened in them is not held impossible.

    >>> a, b = fit_beta_binomial([1, 2, 3], [10, 10, 10])
    >>> 0.15 < a / (a + b) < 0.25
    True
    """
    events, patients = np.asarray(x, float), np.asarray(n, float)
    events, patients = events[patients > 0], patients[patients > 0]
    mean = float((events.sum() + 0.5) / (patients.sum() + 1.0))
    share = events / patients
    inverse = float(np.mean(1.0 / patients))
    between = float(np.mean((share - mean) ** 2)) - mean * (1.0 - mean) * inverse
    between /= max(1.0 - inverse, 1e-9)
    precision = mean * (1.0 - mean) / between - 1.0 if between > 0 else MOST_PRECISE
    known = float(patients.sum()) + 1.0  # finitely many trials do not tell their mean better than this
    precision = 1.0 / (1.0 / min(max(precision, 1e-3), MOST_PRECISE) + 1.0 / known)
    return mean * precision, (1.0 - mean) * precision


def crps_of_values(values: ArrayLike, y: float) -> float:
    """Give the continuous ranked probability score of simulated values ``(trials,)``: ``E|X - y| - E|X - X'| / 2``.

    In the unit of the values; 0 is a sure and right prediction.

    >>> crps_of_values([1.0, 3.0], 2.0)
    0.5
    """
    ordered = np.sort(np.asarray(values, float))
    size = len(ordered)
    spread = 2.0 * float(np.sum((2.0 * np.arange(1, size + 1) - size - 1) * ordered)) / size**2
    return float(np.mean(np.abs(ordered - y))) - spread / 2.0


def crps_normal(mean: ArrayLike, sd: ArrayLike, y: ArrayLike) -> Floats:
    """Give the score of a normal prediction: ``sd (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi))`` (Gneiting 2005,
    10.1175/MWR2904.1).

    >>> float(crps_normal(0.0, 1.0, 0.0).round(4))
    0.2337
    """  # noqa: D205
    width = np.asarray(sd, float)
    z = (np.asarray(y, float) - np.asarray(mean, float)) / width
    return np.asarray(width * (z * (2.0 * ndtr(z) - 1.0) + 2.0 * norm.pdf(z) - 1.0 / math.sqrt(math.pi)))


def crps_of_quantiles(levels: ArrayLike, quantiles: ArrayLike, y: float) -> float:
    """Give the score of a prediction told by quantiles: twice the mean check loss over equally spaced levels.

    With 99 levels it lies within some per cent of the whole integral.

    >>> crps_of_quantiles([0.5], [2.0], 5.0)
    3.0
    """
    at, told = np.asarray(levels, float), np.asarray(quantiles, float)
    return float(2.0 * np.mean(((y <= told) - at) * (told - y)))


def place(values: ArrayLike, y: float, lot: float) -> float:
    """Give the randomised place of ``y`` among simulated values ``(trials,)``, in (0, 1).

    ``(below + lot (ties + 1)) / (trials + 1)``: exactly uniform if ``y`` is one more draw of theirs, also where values
    are discrete or not reached, ``inf`` (the randomised probability integral transform of Czado, Gneiting and Held
    2009, 10.1111/j.1541-0420.2009.01191.x, for trials that were simulated).

    >>> place([1.0, 2.0, 3.0], 2.5, 0.5)
    0.625
    """
    drawn = np.asarray(values, float)
    ties = int(np.sum(drawn == y))
    return (int(np.sum(drawn < y)) + lot * (ties + 1)) / (len(drawn) + 1)


def two_sided(values: ArrayLike, y: float) -> float:
    """Give the share of values as far out as ``y`` on its side, twice; at least ``2 / (trials + 1)``.

    >>> two_sided([1.0, 2.0, 3.0], 9.0)
    0.5
    """
    drawn = np.asarray(values, float)
    tails = (1 + int(np.sum(drawn <= y))) / (len(drawn) + 1), (1 + int(np.sum(drawn >= y))) / (len(drawn) + 1)
    return min(1.0, 2.0 * min(tails))
