"""Harm: worst grades, who had what by arm, events per exposure, onset and length."""

from __future__ import annotations

from adoptive.verdict.safety.exposure import exposure_adjusted_rate, first_occurrence_years, rate_difference, rate_ratio
from adoptive.verdict.safety.incidence import incidences
from adoptive.verdict.safety.onset import onset_summary
from adoptive.verdict.safety.types import ExposureRate, Incidences, Onset, WorstGrades
from adoptive.verdict.safety.worst import worst_grades

__all__ = [
    "ExposureRate",
    "Incidences",
    "Onset",
    "WorstGrades",
    "exposure_adjusted_rate",
    "first_occurrence_years",
    "incidences",
    "onset_summary",
    "rate_difference",
    "rate_ratio",
    "worst_grades",
]
