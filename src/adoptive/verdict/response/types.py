"""What comes out of a comparison of shares: the nouns of this folder. Arrays broadcast over tables of counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Association", "Difference", "ExactTest", "InResponse", "Ratio", "Spread", "StratifiedDifference"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Difference:
    """Hold a difference of two shares or rates, first minus reference, with interval and two-sided p-value.

    Without patients in one of the two groups: difference 0, interval -1 to 1 (rates: -inf to inf), p 1.
    """

    estimate: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    method: str


@dataclass(frozen=True)
class Ratio:
    """Hold a ratio, first over reference, with interval and two-sided p-value; not ``estimable``: 1, 0 to inf, p 1."""

    estimate: Floats
    lower: Floats
    upper: Floats
    p_value: Floats
    estimable: Bools
    method: str


@dataclass(frozen=True)
class ExactTest:
    """Hold exact p-values: two-sided, first group's share less, greater."""

    p_value: Floats
    p_less: Floats
    p_greater: Floats
    method: str


@dataclass(frozen=True)
class Association:
    """Hold a Cochran-Mantel-Haenszel test and the common odds ratio of some strata."""

    statistic: float
    degrees: int
    p_value: float
    odds_ratio: float
    lower: float
    upper: float
    estimable: bool
    corrected: bool


@dataclass(frozen=True)
class StratifiedDifference:
    """Hold a difference of shares over strata, its interval, test and the weights ``(strata,)``, which add up to 1."""

    estimate: float
    lower: float
    upper: float
    z: float
    p_value: float
    weights: Floats
    method: str


@dataclass(frozen=True)
class InResponse:
    """Hold the share of all patients who are in response at each day ``(times,)``, with a pointwise interval."""

    days: Floats
    share: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    mean_days: float
    horizon: float


@dataclass(frozen=True)
class Spread:
    """Hold a summary of numbers: how many, quartiles (as SAS' definition 5, R's type 2), range; of nobody all are 0."""

    patients: int
    median: float
    lower_quartile: float
    upper_quartile: float
    least: float
    most: float
