"""Events per year of exposure: rates with exact intervals, their differences and ratios.

Garwood 1936, 10.1093/biomet/28.3-4.437 (exact Poisson interval); Miettinen and Nurminen 1985, 10.1002/sim.4780040211
(score interval of a difference of rates). The ratio is judged given the sum of the events, as R's ``poisson.test``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincinv

from adoptive.tables import TableError
from adoptive.verdict.normal import deviate, tail_of, two_sided
from adoptive.verdict.response.proportion import EQUALLY_LIKELY, clopper_pearson
from adoptive.verdict.response.restricted import root, signed
from adoptive.verdict.response.types import Difference, Ratio
from adoptive.verdict.safety.types import ExposureRate

__all__ = ["exposure_adjusted_rate", "first_occurrence_years", "rate_difference", "rate_ratio"]

Floats = NDArray[np.float64]
DAYS_OF_YEAR = 365.25


def exposure_adjusted_rate(events: ArrayLike, exposure_years: ArrayLike, *, level: float = 0.95) -> ExposureRate:
    """Give events per year with the exact interval ``chi2(tail, 2x) / 2``, ``chi2(1 - tail, 2x + 2) / 2`` over years.

    Parameters
    ----------
    events, exposure_years
        Whole numbers of events and years at risk; any shapes that broadcast. For the exposure-adjusted incidence of
        a term count patients, and their years until its first occurrence (:func:`first_occurrence_years`).
    level
        Confidence level.

    >>> rate = exposure_adjusted_rate(10, 20.0)
    >>> float(rate.rate), float(rate.lower.round(4)), float(rate.upper.round(4))
    (0.5, 0.2398, 0.9195)
    """
    count, years = _counts(events, exposure_years)
    tail = tail_of(level)
    some = years > 0
    over = np.where(some, years, 1.0)
    low = np.where(count > 0, gammaincinv(np.maximum(count, 1.0), tail), 0.0) / over
    high = gammaincinv(count + 1.0, 1.0 - tail) / over
    return ExposureRate(count, years, np.where(some, count / over, 0.0), low, np.where(some, high, np.inf))


def first_occurrence_years(onset_day: ArrayLike, end_day: ArrayLike) -> Floats:
    """Give the years ``(patients,)`` until the first event of a term (inf: none) or the end of observation.

    >>> first_occurrence_years([np.inf, 36.525], [365.25, 365.25]).round(4).tolist()
    [1.0, 0.1]
    """
    onset, end = np.broadcast_arrays(np.asarray(onset_day, np.float64), np.asarray(end_day, np.float64))
    if (np.minimum(onset, end) < 0).any() or not np.isfinite(end).all():
        raise TableError("a day is negative or the end not finite", where="first_occurrence_years", allowed="0 or more")
    return np.asarray(np.minimum(onset, end) / DAYS_OF_YEAR)


def rate_difference(
    events_1: ArrayLike,
    years_1: ArrayLike,
    events_0: ArrayLike,
    years_0: ArrayLike,
    *,
    method: str = "miettinen-nurminen",
    level: float = 0.95,
) -> Difference:
    """Give the difference of two rates per year, first minus reference.

    Parameters
    ----------
    events_1, years_1, events_0, years_0
        Events and exposure of the two groups.
    method
        ``miettinen-nurminen`` (score: the variance restricted to the difference) or ``wald``.
    level
        Confidence level.

    Returns
    -------
    The difference; p-value of the score test of no difference (``wald``: of Wald's).

    >>> found = rate_difference(10, 20.0, 4, 20.0)
    >>> float(found.estimate.round(4)), float(found.lower.round(4)), float(found.upper.round(4))
    (0.3, -0.0768, 0.7431)
    """
    (x1, t1), (x0, t0) = _counts(events_1, years_1), _counts(events_0, years_0)
    x1, t1, x0, t0 = np.broadcast_arrays(x1, t1, x0, t0)
    known = (t1 > 0) & (t0 > 0)
    t1, t0 = np.where(known, t1, 1.0), np.where(known, t0, 1.0)
    z, estimate = deviate(level), x1 / t1 - x0 / t0
    spread = np.sqrt(x1 / t1**2 + x0 / t0**2)
    if method == "wald":
        lower, upper, statistic = estimate - z * spread, estimate + z * spread, signed(estimate, spread**2)
    elif method == "miettinen-nurminen":
        reach = (2.0 * z + 5.0) * (spread + (z**2 + 5.0) / np.minimum(t1, t0))
        lower = root(lambda d: _rate_z(x1, t1, x0, t0, d) > z, estimate - reach, estimate)
        upper = root(lambda d: _rate_z(x1, t1, x0, t0, d) > -z, estimate, estimate + reach)
        statistic = _rate_z(x1, t1, x0, t0, np.zeros(estimate.shape))
    else:
        allowed = "miettinen-nurminen, wald"
        raise TableError("unknown method", where="rate_difference: method", value=method, allowed=allowed)
    return Difference(
        estimate=np.where(known, estimate, 0.0),
        lower=np.where(known, lower, -np.inf),
        upper=np.where(known, upper, np.inf),
        p_value=np.where(known, two_sided(statistic), 1.0),
        method=method,
    )


def rate_ratio(
    events_1: ArrayLike,
    years_1: ArrayLike,
    events_0: ArrayLike,
    years_0: ArrayLike,
    *,
    method: str = "exact",
    level: float = 0.95,
) -> Ratio:
    """Give the ratio of two rates, first over reference.

    Parameters
    ----------
    events_1, years_1, events_0, years_0
        Events and exposure of the two groups.
    method
        ``exact``: given the sum, the first group's events are binomial; two-sided p by likelihood, as R's
        ``poisson.test``. ``log``: Wald on the log scale (not estimable without events in a group).
    level
        Confidence level.

    >>> found = rate_ratio(10, 20.0, 4, 20.0)
    >>> float(found.estimate.round(4)), float(found.lower.round(4)), float(found.upper.round(4))
    (2.5, 0.7211, 10.9205)
    """
    (x1, t1), (x0, t0) = _counts(events_1, years_1), _counts(events_0, years_0)
    x1, t1, x0, t0 = np.broadcast_arrays(x1, t1, x0, t0)
    known = (t1 > 0) & (t0 > 0) & (x1 + x0 > 0)
    t1, t0 = np.where(known, t1, 1.0), np.where(known, t0, 1.0)
    y1, y0 = np.maximum(x1, 1.0), np.maximum(x0, 1.0)
    estimate = np.where(x0 > 0, (x1 / t1) / (y0 / t0), np.where(x1 > 0, np.inf, 1.0))
    if method == "log":
        known = known & (x1 > 0) & (x0 > 0)
        spread = np.sqrt(1.0 / y1 + 1.0 / y0)
        reach = np.exp(deviate(level) * spread)
        lower, upper = estimate / reach, estimate * reach
        p_value = two_sided(np.log(np.where(known, estimate, 1.0)) / spread)
    elif method == "exact":
        share = clopper_pearson(x1, x1 + x0, level=level)
        lower = share.lower / (1.0 - share.lower) * t0 / t1
        upper = np.where(x0 > 0, share.upper / np.where(x0 > 0, 1.0 - share.upper, 1.0) * t0 / t1, np.inf)
        p_value = _given_sum(x1, x1 + x0, t1 / (t1 + t0))
    else:
        raise TableError("unknown method", where="rate_ratio: method", value=method, allowed="exact, log")
    return Ratio(
        estimate=np.where(known, estimate, 1.0),
        lower=np.where(known, lower, 0.0),
        upper=np.where(known, upper, np.inf),
        p_value=np.where(known, p_value, 1.0),
        estimable=known,
        method=method,
    )


def _counts(events: ArrayLike, years: ArrayLike) -> tuple[Floats, Floats]:
    count, exposure = np.broadcast_arrays(np.asarray(events, np.float64), np.asarray(years, np.float64))
    if not ((count >= 0) & (exposure >= 0) & np.isfinite(exposure)).all():
        raise TableError("events and exposure must be 0 or more", where="exposure", allowed="0 or more, finite")
    if ((count > 0) & (exposure == 0)).any():
        raise TableError("events without exposure", where="exposure", allowed="years above 0 where there are events")
    return count, exposure


def _rate_z(x1: Floats, t1: Floats, x0: Floats, t0: Floats, delta: Floats) -> Floats:
    """Give the score statistic of a difference of rates: the likeliest rates that differ by ``delta``."""
    a, b = t1 + t0, delta * (t1 + t0) - (x1 + x0)
    r0 = (-b + np.sqrt(np.maximum(b**2 + 4.0 * a * x0 * delta, 0.0))) / (2.0 * a)
    r0 = np.maximum(r0, np.maximum(0.0, -delta))
    return signed(x1 / t1 - x0 / t0 - delta, (r0 + delta) / t1 + r0 / t0)


def _given_sum(hits: Floats, total: Floats, share: Floats) -> Floats:
    """Give the two-sided binomial p-value with a share of its own for each pair of counts."""
    from scipy.stats import binom

    out = np.ones(hits.shape)
    for place in np.ndindex(hits.shape):
        chance = binom.pmf(np.arange(int(total[place]) + 1), int(total[place]), float(share[place]))
        out[place] = min(1.0, float(chance[chance <= chance[int(hits[place])] * EQUALLY_LIKELY].sum()))
    return out
