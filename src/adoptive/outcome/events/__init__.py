"""Times to events and their censoring; usable alone on real data.

Enters: responses at visits, days of death, last contact, new therapy. Leaves: :class:`Endpoint`, days with an event or
a reason for censoring. The functions to know: :func:`progression_free_survival`, :func:`overall_survival`,
:func:`adtte_columns`.
"""

from __future__ import annotations

from adoptive.outcome.events.adtte import ADTTE_VARIABLES, adtte_columns
from adoptive.outcome.events.censoring import CENSORING_RULES, CensoringRule, Planned, censoring_rule
from adoptive.outcome.events.time_to_event import (
    competing_status,
    duration_of_response,
    event_free_survival,
    overall_survival,
    progression_free_survival,
    time_to_progression,
    time_to_response,
)
from adoptive.outcome.events.types import REASONS, Endpoint, Reason, TimeToEvent

__all__ = [
    "ADTTE_VARIABLES",
    "CENSORING_RULES",
    "REASONS",
    "CensoringRule",
    "Endpoint",
    "Planned",
    "Reason",
    "TimeToEvent",
    "adtte_columns",
    "censoring_rule",
    "competing_status",
    "duration_of_response",
    "event_free_survival",
    "overall_survival",
    "progression_free_survival",
    "time_to_progression",
    "time_to_response",
]
