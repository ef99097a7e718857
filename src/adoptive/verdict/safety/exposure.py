"""Events per year of exposure."""

from __future__ import annotations

from numpy.typing import ArrayLike

from adoptive.verdict.response.types import Difference, Ratio
from adoptive.verdict.safety.types import ExposureRate

__all__ = ["exposure_adjusted_rate", "first_occurrence_years", "rate_difference", "rate_ratio"]


def exposure_adjusted_rate(events: ArrayLike, exposure_years: ArrayLike, *, level: float = 0.95) -> ExposureRate:
    raise NotImplementedError


def first_occurrence_years(onset_day: ArrayLike, end_day: ArrayLike) -> ArrayLike:
    raise NotImplementedError


def rate_difference(
    events_1: ArrayLike,
    years_1: ArrayLike,
    events_0: ArrayLike,
    years_0: ArrayLike,
    *,
    method: str = "miettinen-nurminen",
    level: float = 0.95,
) -> Difference:
    raise NotImplementedError


def rate_ratio(
    events_1: ArrayLike,
    years_1: ArrayLike,
    events_0: ArrayLike,
    years_0: ArrayLike,
    *,
    method: str = "exact",
    level: float = 0.95,
) -> Ratio:
    raise NotImplementedError
