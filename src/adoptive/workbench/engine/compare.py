"""Simulated against published: quantiles over trials, their Monte Carlo error, inside or outside."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from adoptive.errors import StudyError
from adoptive.trial.types import Study
from adoptive.verdict import DEFAULT_SPECS, ENDPOINTS, EndpointSpec
from adoptive.workbench.engine.types import Comparison, Floats
from adoptive.workbench.published import Published

__all__ = [
    "PERCENTILES",
    "PRIMARY_RATIO",
    "compare",
    "median_interval",
    "median_trial",
    "percentiles",
    "specs_for",
    "unpublished",
]

PERCENTILES = (0.05, 0.50, 0.95)
"""The 90 % predictive interval and the median."""

PRIMARY_RATIO = EndpointSpec("pfs_hazard_ratio", None, "ITT", "ratio", None)
"""The endpoint by which the median trial is chosen; every run has it."""


def specs_for(study: Study, published: Sequence[Published]) -> tuple[EndpointSpec, ...]:
    """Name what is to be judged: the published endpoints in order, then the hazard ratio that picks the median trial.

    Raises
    ------
    StudyError
        An arm that the study does not have, or an endpoint, unit or time that cannot be judged.
    """
    arms = [arm.name for arm in study.trial.arms]
    unknown = sorted({row.arm for row in published if row.arm and row.arm not in arms})
    if unknown:
        raise StudyError(
            "an arm that the study does not have", where="published.csv: arm", value=", ".join(unknown),
            allowed=", ".join(arms), next_step="write the arm's name as in study.toml",
        )  # fmt: skip
    for row in published:
        _refuse_unknown(row)
    asked = [
        EndpointSpec(row.endpoint, arms.index(row.arm) if row.arm else None, _set(row), row.unit, row.at_months)
        for row in published
    ]
    return (*asked, PRIMARY_RATIO)


def _refuse_unknown(row: Published) -> None:
    """Refuse an endpoint, a unit or a time that cannot be judged, before anything is computed."""
    where = f"published.csv: {row.endpoint}"
    if row.endpoint not in ENDPOINTS:
        near = difflib.get_close_matches(row.endpoint, ENDPOINTS, n=1)
        raise StudyError(
            "unknown endpoint", where=where, allowed=", ".join(ENDPOINTS),
            next_step=f"did you mean {near[0]}?" if near else "write one of them",
        )  # fmt: skip
    endpoint = ENDPOINTS[row.endpoint]
    if row.unit not in ("", endpoint.unit):
        raise StudyError(
            "another unit than the endpoint's", where=f"{where}: unit", value=row.unit, allowed=endpoint.unit,
            next_step="give the number in this unit",
        )  # fmt: skip
    if endpoint.needs_time and (row.at_months is None or row.at_months < 0):
        raise StudyError(
            "the rate lacks its time", where=f"{where}: at_months", value=row.at_months, allowed="at least 0 months",
            next_step="give at_months",
        )  # fmt: skip
    if endpoint.compares and row.arm:
        raise StudyError(
            "this endpoint compares the arms", where=f"{where}: arm", value=row.arm, next_step="leave the arm empty"
        )


def _set(row: Published) -> Literal["ITT", "infused"]:
    if row.set in ("ITT", "all"):  # "all": numbers of the whole trial, such as those screened
        return "ITT"
    if row.set == "infused":
        return "infused"
    raise StudyError(
        "unknown analysis set", where=f"published.csv: {row.endpoint}: set", value=row.set, allowed="ITT, infused, all",
        next_step="write one of them",
    )  # fmt: skip


def unpublished(study: Study) -> tuple[Published, ...]:
    """Name every endpoint that can be judged, for a study that has not reported: rows without an estimate."""
    arms = [arm.name for arm in study.trial.arms]
    return tuple(
        Published(
            endpoint=spec.name, arm="" if spec.arm is None else arms[spec.arm], set=spec.set, unit=spec.unit,
            estimate=None, lo=None, hi=None, n=None, at_months=spec.at_months, source="", weight=0.0, confidence="",
        )
        for spec in DEFAULT_SPECS
    )  # fmt: skip


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
    inside = None if published.estimate is None else low <= published.estimate <= high
    return Comparison(published, middle, low, high, error, share, inside)


def median_trial(trials: NDArray[np.int64], values: Floats, estimable: NDArray[np.bool_]) -> int:
    """Pick the trial whose value is nearest the median over trials; of equals the lowest number.

    >>> median_trial(np.arange(3), np.array([0.2, 0.9, 0.4]), np.array([True, True, True]))
    2
    """
    usable = estimable & np.isfinite(values)
    if not usable.any():
        return int(trials[0])
    middle = percentiles(values[usable])[1]
    distance = np.where(usable, np.abs(values - middle), np.inf)
    return int(trials[np.argmin(distance)])
