"""What is judged and what comes out: the nouns of this folder.

Arrays hold one value per virtual trial. Nothing here is ever NaN: what cannot be estimated says so in ``estimable``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["Curve", "EndpointSpec", "Estimate", "HazardRatio", "Interval", "LogRank", "RiskTable"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class EndpointSpec:
    """Name what is to be judged: an endpoint of :data:`adoptive.verdict.ENDPOINTS`, an arm, an analysis set.

    ``arm`` counts from 0; ``None`` stands for the patients whom the endpoint is about by itself (arm 0 in a
    comparison). ``against`` is the arm that a comparison compares with, ``None`` = the last one. ``unit`` may be empty
    or must be the endpoint's own. ``at_months`` belongs to rates at a time.
    """

    name: str
    arm: int | None = None
    set: Literal["ITT", "infused"] = "ITT"
    unit: str = ""
    at_months: float | None = None
    against: int | None = None


@dataclass(frozen=True)
class Estimate:
    """Hold an endpoint's value in each trial ``(trials,)``; inf = not reached, 0 where not ``estimable``."""

    spec: EndpointSpec
    values: Floats
    estimable: Bools


@dataclass(frozen=True)
class Interval:
    """Hold the two ends of an interval."""

    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Curve:
    """Hold one Kaplan-Meier curve at its distinct times ``(times,)``, with a pointwise interval.

    ``survival`` holds from its time on; before the first time it is 1. ``at_risk`` counts patients just before.
    """

    days: Floats
    survival: Floats
    lower: Floats
    upper: Floats
    at_risk: Counts
    events: Counts
    censored: Counts


@dataclass(frozen=True)
class RiskTable:
    """Hold the extended number-at-risk table ``(trials, times)``; the three add up to the patients of the set.

    ``at_risk``: followed to that day or longer; ``events`` and ``censored``: cumulative, before that day.
    """

    days: Floats
    at_risk: Counts
    censored: Counts
    events: Counts


@dataclass(frozen=True)
class LogRank:
    """Hold log-rank tests ``(trials,)`` of the experimental arm's events; z < 0 favours it, p is two-sided.

    Not estimable (no event while both arms are at risk): z 0, chi-squared 0, p 1.
    """

    observed: Floats
    expected: Floats
    variance: Floats
    z: Floats
    chi_squared: Floats
    p_value: Floats
    estimable: Bools


@dataclass(frozen=True)
class HazardRatio:
    """Hold hazard ratios ``(trials,)`` of experimental over control, with Wald intervals.

    Not estimable (no finite maximum of the likelihood): ratio 1, standard error inf, interval 0 to inf.
    """

    ratio: Floats
    log_ratio: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    estimable: Bools
