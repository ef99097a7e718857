"""What is said about harm: the nouns of this folder."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["ExposureRate", "Incidences", "Onset", "WorstGrades"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class WorstGrades:
    """Hold the worst grade of each patient in each term ``(patients, terms)``: 0 = none seen, -1 = not assessed."""

    patients: tuple[str, ...]
    terms: tuple[str, ...]
    grades: Counts
    onset: Floats
    """Day of the first event of the term, inf without one ``(patients, terms)``."""


@dataclass(frozen=True)
class Incidences:
    """Hold how many patients of each arm had a term at a grade or above ``(terms, arms)``.

    Shares have exact intervals; differences are those of each arm minus the reference arm (Newcombe).
    """

    terms: tuple[str, ...]
    arms: tuple[str, ...]
    at_least: int
    patients: Counts
    assessed: Counts
    share: Floats
    lower: Floats
    upper: Floats
    difference: Floats
    difference_lower: Floats
    difference_upper: Floats


@dataclass(frozen=True)
class ExposureRate:
    """Hold events per year of exposure, with exact Poisson interval; no exposure: rate 0, 0 to inf."""

    events: Floats
    exposure_years: Floats
    rate: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True)
class Onset:
    """Hold a summary of days of onset or lengths among those who had the term: number, quartiles, range."""

    patients: int
    median: float
    lower_quartile: float
    upper_quartile: float
    least: float
    most: float
