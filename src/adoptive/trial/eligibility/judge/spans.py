"""When a treatment or a condition was there, as far as the record tells: when it ended, and whether it goes on."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import Final

from adoptive.trial.eligibility.facts import Condition, Diagnosis, Therapy
from adoptive.trial.eligibility.judge.kinship import kin_of, tables
from adoptive.trial.eligibility.statements import Truth

__all__ = ["Span", "span_of_condition", "span_of_diagnosis", "span_of_therapy"]


@dataclass(frozen=True)
class Span:
    """Hold how many days ago something ended, from ``least`` to ``most`` (0: today or not yet), and whether it goes on.

    ``begun`` is None where the record is dated after the day of judgement: then nobody knows whether it is so.
    """

    begun: Truth
    ongoing: Truth
    least: float
    most: float


_UNDATED: Final = Span(True, None, 0.0, math.inf)
_FUTURE: Final = Span(None, None, 0.0, math.inf)


def span_of_therapy(therapy: Therapy, as_of: datetime.date) -> Span:
    """Give the span of a treatment; what is given on a single day (surgery, cells, a vaccine) ends on that day."""
    start, end, first = therapy.start, therapy.end, therapy.end_from or therapy.end
    if end is None and start is not None and therapy.ongoing is not True and _of_one_day(therapy.name):
        end = first = start
    return _span(start, first, end, therapy.ongoing, as_of)


def span_of_condition(condition: Condition, as_of: datetime.date) -> Span:
    """Give the span of a condition; the days of one that is "absent" are days on which somebody looked."""
    going_on = {"active": True, "past": False}.get(condition.state)
    return _span(condition.start, condition.end, condition.end, going_on, as_of)


def span_of_diagnosis(diagnosis: Diagnosis, as_of: datetime.date) -> Span:
    """Give the span of a cancer; when one that is over was last there is not on record."""
    return _span(diagnosis.day, None, None, diagnosis.current, as_of)


def _of_one_day(name: str) -> bool:
    kin = kin_of("treatments", (name,))
    return any(kin.is_one(kind) is True for kind in tables()["one_day"])


def _span(
    start: datetime.date | None,
    first: datetime.date | None,
    end: datetime.date | None,
    ongoing: Truth,
    as_of: datetime.date,
) -> Span:
    """Give the span of what began on ``start`` and ended from ``first`` to ``end``; contradictions leave it open."""
    if start is not None and start > as_of:
        return _FUTURE
    if end is None:
        oldest = math.inf if start is None else float((as_of - start).days)
        return Span(True, ongoing, 0.0, 0.0 if ongoing else oldest)
    if start is not None and end < start:
        return Span(True, ongoing, 0.0, math.inf)
    if end > as_of:
        if start is None:
            return _FUTURE
        return Span(True, None if ongoing is False else True, 0.0, 0.0 if ongoing is not False else math.inf)
    first = min(first or end, end)
    if start is not None:
        first = max(first, start)
    least, most = float((as_of - end).days), float((as_of - first).days)
    if ongoing is True:
        return Span(True, None, 0.0, most)
    return Span(True, False, least, most)
