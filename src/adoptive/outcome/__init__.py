"""What the clinic sees: a trajectory enters; scans, RECIST responses, toxicity grades and events leave.

The functions to know: :func:`read_scans`, :func:`assess`, :func:`grade_crs`. The rules (``toxicity``, ``laboratory``,
``haematology``, ``response``, ``events``) know nothing of the model and work alone on real data; ``clinic`` draws from
the model what they judge. A name is fetched from its home when it is first asked for, so the rules load no engine.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from adoptive.outcome.clinic.hazard import Fate, draw_fate, first_passage
    from adoptive.outcome.clinic.reading import Reading, read_course, read_fate
    from adoptive.outcome.clinic.scans import at_days, plan_scans, read_scans
    from adoptive.outcome.clinic.signs import Tolerance, daily_crs_grade, draw_tolerance
    from adoptive.outcome.events.time_to_event import (
        TimeToEvent,
        duration_of_response,
        overall_survival,
        progression_free_survival,
    )
    from adoptive.outcome.laboratory.cytopenia import grade_cytopenia, worst_cytopenia
    from adoptive.outcome.response.recist import Assessed, Best, assess, best_response
    from adoptive.outcome.toxicity.crs import CrsCourse, Oxygen, crs_course, grade_crs
    from adoptive.outcome.types import Assessment, Graded, NonTarget, Response, Scans

_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "clinic.hazard": ("Fate", "draw_fate", "first_passage"),
    "clinic.reading": ("Reading", "read_course", "read_fate"),
    "clinic.scans": ("at_days", "plan_scans", "read_scans"),
    "clinic.signs": ("Tolerance", "daily_crs_grade", "draw_tolerance"),
    "events.time_to_event": (
        "TimeToEvent",
        "duration_of_response",
        "overall_survival",
        "progression_free_survival",
    ),
    "laboratory.cytopenia": ("grade_cytopenia", "worst_cytopenia"),
    "response.recist": ("Assessed", "Best", "assess", "best_response"),
    "toxicity.crs": ("CrsCourse", "Oxygen", "crs_course", "grade_crs"),
    "types": ("Assessment", "Graded", "NonTarget", "Response", "Scans"),
}
_HOME: Final = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [
    "Assessed",
    "Assessment",
    "Best",
    "CrsCourse",
    "Fate",
    "Graded",
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


def __getattr__(name: str) -> object:
    """Fetch a public name from its home when it is first asked for."""
    if name not in _HOME:
        raise AttributeError(f"module 'adoptive.outcome' has no attribute {name!r}; it offers {', '.join(__all__)}")
    found: object = getattr(importlib.import_module(f"adoptive.outcome.{_HOME[name]}"), name)
    return found


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
