"""Simulated against published: quantiles over trials, their Monte Carlo error, inside or outside."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from adoptive.verdict import ENDPOINTS
from adoptive.workbench.engine.types import Comparison, Floats
from adoptive.workbench.published import Published

__all__ = [
    "PERCENTILES",
    "chance_of_at_least",
    "compare",
    "median_interval",
    "median_trial",
    "percentiles",
    "whole_count",
]

PERCENTILES = (0.05, 0.50, 0.95)
"""The 90 % predictive interval and the median."""

SEED: Final = "SEED"
"""Confidence of a number that stands in a story told about a trial and in no source: it is set a question of chance."""

ROUNDING: Final = 1e-6

LAST_DIGIT: Final = 0.5
"""A percentage is printed to a whole per cent or better."""


def percentiles(values: Floats, *, axis: int = 0) -> Floats:
    """Give the 5th, 50th and 95th percentile by the inverted distribution function; ``inf`` stays ``inf``.

    >>> percentiles(np.array([1.0, 2.0, np.inf]))
    array([ 1.,  2., inf])
    """
    found: Floats = np.quantile(values, PERCENTILES, axis=axis, method="inverted_cdf")
    return found


def median_interval(values: Floats) -> tuple[float, float]:
    """Give the distribution-free 95 % interval of a median from order statistics (Conover 1999, section 3.2).

    Ends are the r-th smallest and r-th largest value, ``P(Binomial(n, 1/2) < r) <= 0.025``; without such an r the
    interval is everything.
    """
    size = len(values)
    tails = bdtr(np.arange(size // 2), size, 0.5)  # P(Binomial <= k)
    rank = int(np.searchsorted(tails, 0.025, side="right"))
    if rank < 1:
        return -np.inf, np.inf
    ordered = np.sort(values)
    return float(ordered[rank - 1]), float(ordered[size - rank])


def compare(published: Published, values: Floats, estimable: NDArray[np.bool_]) -> Comparison:
    """Set one published number against its simulated values ``(trials,)``; trials without an estimate are left out."""
    share = float(np.mean(estimable))
    usable = values[estimable]
    if len(usable) == 0:
        return Comparison(published, np.inf, np.inf, np.inf, np.inf, share, None)
    low, middle, high = (float(value) for value in percentiles(usable))
    start, end = median_interval(usable)
    error = (end - start) / 2 if np.isfinite(start) and np.isfinite(end) else np.inf
    inside = None if published.estimate is None else low - ROUNDING <= whole_count(published) <= high + ROUNDING
    return Comparison(published, middle, low, high, error, share, inside, chance_of_at_least(published, usable))


def chance_of_at_least(published: Published, values: Floats) -> float | None:
    """Give the share of trials with at least the published count, for a count of confidence :data:`SEED`, else nothing.

    A percentage of ``n`` patients stands for the whole number of them that it is rounded from.
    """
    endpoint = ENDPOINTS.get(published.endpoint)
    if published.confidence != SEED or published.estimate is None or endpoint is None:
        return None
    if endpoint.unit not in ("%", "patients") or endpoint.needs_time:
        return None
    return float(np.mean(values >= whole_count(published) - ROUNDING))


def whole_count(published: Published) -> float:
    """Give a published value as it was before its percentage was rounded: a whole number of its ``n`` patients.

    Rates at a time are no such shares; a percentage that no whole number rounds to stays as it is, and so does every
    other value. Without this, 84.6 % of 104 would lie below a simulated 88 of 104.

    >>> row = Published("orr", "", "ITT", "%", 84.6, None, None, 104, None, "", 1.0, "L")
    >>> whole_count(row) == 100.0 * 88 / 104
    True

    Raises
    ------
    ValueError
        No value was published.
    """
    estimate, endpoint = published.estimate, ENDPOINTS.get(published.endpoint)
    if estimate is None:
        raise ValueError("no value was published")
    if endpoint is None or endpoint.needs_time or not published.n or (published.unit or endpoint.unit) != "%":
        return estimate
    exact = 100.0 * round(estimate * published.n / 100.0) / published.n
    return exact if abs(exact - estimate) <= LAST_DIGIT else estimate


def median_trial(trials: NDArray[np.int64], values: Floats, estimable: NDArray[np.bool_]) -> int:
    """Pick the trial whose value is nearest the median over trials; of equals the lowest number.

    A value that was not reached (``inf``) is larger than any other.

    >>> median_trial(np.arange(3), np.array([0.2, 0.9, 0.4]), np.array([True, True, True]))
    2
    """
    if not estimable.any():
        return int(trials[0])
    middle = percentiles(values[estimable])[1]
    if not np.isfinite(middle):  # the median of the trials is not reached: the first such trial
        return int(trials[np.argmax(estimable & (values == middle))])
    distance = np.where(estimable & np.isfinite(values), np.abs(values - middle), np.inf)
    return int(trials[np.argmin(distance)])
