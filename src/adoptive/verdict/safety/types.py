"""What is said about harm: the nouns of this folder."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["ExposureRate", "Incidences", "WorstGrades"]

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True)
class WorstGrades:
    """Hold the worst grade of each patient in each term ``(patients, terms)``: 0 = none seen, -1 = not assessed.

    ``onset``: day of the first event of the term, inf without one or where no day is known.
    """

    patients: tuple[str, ...]
    terms: tuple[str, ...]
    grades: Counts
    onset: Floats


@dataclass(frozen=True)
class Incidences:
    """Hold how many patients of each arm had a term at a grade or above ``(terms, arms)``.

    ``patients`` had it, of ``assessed``. Shares have exact intervals; differences are those of each arm minus the
    reference arm (Newcombe), with the two-sided exact p-value (Fisher; not adjusted for the number of terms).
    """

    terms: tuple[str, ...]
    arms: tuple[str, ...]
    reference: str
    at_least: int
    patients: Counts
    assessed: Counts
    share: Floats
    lower: Floats
    upper: Floats
    difference: Floats
    difference_lower: Floats
    difference_upper: Floats
    p_value: Floats


@dataclass(frozen=True)
class ExposureRate:
    """Hold events per year of exposure, with an exact Poisson interval; no exposure: rate 0, 0 to inf."""

    events: Floats
    exposure_years: Floats
    rate: Floats
    lower: Floats
    upper: Floats
