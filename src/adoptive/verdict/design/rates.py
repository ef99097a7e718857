"""Sizes of two-arm trials with a rate or a mean as endpoint, by normal approximation.

Fleiss, Tytun and Ury 1980, 10.2307/2529990, without continuity correction. ``allocation`` is experimental over control.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from adoptive.errors import StudyError

__all__ = ["power_rates", "sample_size_means", "sample_size_rates"]


def sample_size_rates(
    rate: float,
    control: float,
    *,
    alpha: float = 0.025,
    beta: float = 0.2,
    sided: int = 1,
    allocation: float = 1.0,
    inflation_factor: float = 1.0,
) -> tuple[float, float]:
    """Give the patients of both arms (experimental, control) with which two rates are told apart, not rounded.

    ``n_0 = (z_a sqrt((1 + 1/r) p q) + z_b sqrt(p_1 q_1 / r + p_0 q_0))^2 / (p_1 - p_0)^2``, p pooled.

    Examples
    --------
    >>> [round(n, 1) for n in sample_size_rates(0.4, 0.2)]
    [81.2, 81.2]
    """
    null, truth = _spreads(rate, control, allocation)
    z = _quantiles(alpha, beta, sided)
    base = float(((z[0] * null + z[1] * truth) / (rate - control)) ** 2) * inflation_factor
    return base * allocation, base


def power_rates(
    rate: float, control: float, patients: float, *, alpha: float = 0.025, sided: int = 1, allocation: float = 1.0
) -> float:
    """Give the power of a trial with so many patients to tell two rates apart.

    >>> round(power_rates(0.4, 0.2, 162.4), 3)
    0.8
    """
    null, truth = _spreads(rate, control, allocation)
    z = _quantiles(alpha, 0.5, sided)[0]
    base = patients / (1.0 + allocation)
    return float(ndtr((abs(rate - control) * np.sqrt(base) - z * null) / truth))


def sample_size_means(
    difference: float,
    *,
    spread: float = 1.0,
    alpha: float = 0.025,
    beta: float = 0.2,
    sided: int = 1,
    allocation: float = 1.0,
    inflation_factor: float = 1.0,
) -> tuple[float, float]:
    """Give the patients of both arms with which two means with a known spread are told apart, not rounded.

    >>> [round(n, 1) for n in sample_size_means(0.5)]
    [62.8, 62.8]
    """
    if not (np.isfinite(difference) and difference != 0 and np.isfinite(spread) and spread > 0):
        raise StudyError(
            "no difference to find", where="difference", value=(difference, spread), allowed="not 0; spread above 0"
        )
    z = _quantiles(alpha, beta, sided)
    base = (sum(z) * spread / difference) ** 2 * (1.0 + 1.0 / allocation) * inflation_factor
    return base * allocation, base


def _spreads(rate: float, control: float, allocation: float) -> tuple[float, float]:
    if not (0.0 <= rate <= 1.0 and 0.0 <= control <= 1.0 and rate != control):
        raise StudyError("rates do not fit", where="rate", value=(rate, control), allowed="two of 0 to 1 that differ")
    if not 1e-3 <= allocation <= 1e3:
        raise StudyError("allocation out of range", where="allocation", value=allocation, allowed="0.001 to 1000")
    pooled = (allocation * rate + control) / (1.0 + allocation)
    null = (1.0 + 1.0 / allocation) * pooled * (1.0 - pooled)
    truth = rate * (1.0 - rate) / allocation + control * (1.0 - control)
    if truth <= 0.0:
        raise StudyError("rates of 0 and 1 need no trial", where="rate", value=(rate, control))
    return float(np.sqrt(null)), float(np.sqrt(truth))


def _quantiles(alpha: float, beta: float, sided: int) -> tuple[float, float]:
    if not (sided in (1, 2) and 0.0 < alpha < 0.5 * sided and 0.0 < beta < 1.0):
        raise StudyError("errors out of range", where="alpha, beta, sided", value=(alpha, beta, sided))
    return float(ndtri(1.0 - alpha / sided)), float(ndtri(1.0 - beta))
