"""What harm? Worst grades, who had what by arm, events per exposure, onset and length.

Enter: tables of events (patient, term, grade, day). Leave: tables by term and arm. To know: :func:`worst_grades`,
:func:`incidences`, :func:`exposure_adjusted_rate`, :func:`toxicity_incidence`.
"""

from __future__ import annotations

from adoptive.verdict.safety.exposure import (
    exposure_adjusted_rate,
    first_occurrence_years,
    rate_difference,
    rate_ratio,
)
from adoptive.verdict.safety.incidence import grade_table, incidences
from adoptive.verdict.safety.onset import duration_summary, onset_summary, toxicity_incidence
from adoptive.verdict.safety.types import ExposureRate, Incidences, WorstGrades
from adoptive.verdict.safety.worst import grades_of_columns, worst_grades

__all__ = [
    "ExposureRate",
    "Incidences",
    "WorstGrades",
    "duration_summary",
    "exposure_adjusted_rate",
    "first_occurrence_years",
    "grade_table",
    "grades_of_columns",
    "incidences",
    "onset_summary",
    "rate_difference",
    "rate_ratio",
    "toxicity_incidence",
    "worst_grades",
]
