"""What the clinic sees: a trajectory enters; scans, RECIST responses, toxicity grades and events leave.

The functions to know: :func:`read_scans`, :func:`assess`, :func:`grade_crs`; all rules work alone on real data.
"""

from adoptive.outcome.crs import CrsCourse, Oxygen, crs_course, grade_crs
from adoptive.outcome.cytopenia import grade_cytopenia, worst_cytopenia
from adoptive.outcome.hazard import Fate, draw_fate, first_passage
from adoptive.outcome.reading import Reading, read_course, read_fate
from adoptive.outcome.recist import Assessed, Best, assess, best_response
from adoptive.outcome.scans import at_days, plan_scans, read_scans
from adoptive.outcome.signs import Tolerance, daily_crs_grade, draw_tolerance
from adoptive.outcome.time_to_event import (
    TimeToEvent,
    duration_of_response,
    overall_survival,
    progression_free_survival,
)
from adoptive.outcome.types import Assessment, NonTarget, Response, Scans

__all__ = [
    "Assessed",
    "Assessment",
    "Best",
    "CrsCourse",
    "Fate",
    "NonTarget",
    "Oxygen",
    "Reading",
    "Response",
    "Scans",
    "TimeToEvent",
    "Tolerance",
    "assess",
    "at_days",
    "best_response",
    "crs_course",
    "daily_crs_grade",
    "draw_fate",
    "draw_tolerance",
    "duration_of_response",
    "first_passage",
    "grade_crs",
    "grade_cytopenia",
    "overall_survival",
    "plan_scans",
    "progression_free_survival",
    "read_course",
    "read_fate",
    "read_scans",
    "worst_cytopenia",
]
