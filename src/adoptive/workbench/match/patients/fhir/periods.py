"""When something began and ended, on the day of the record."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from adoptive.workbench.match.patients.dates import Span, span_of
from adoptive.workbench.match.patients.fhir.element import Json, part, word

__all__ = ["Course", "course_of", "said"]

Day = datetime.date


@dataclass(frozen=True)
class Course:
    """Hold when something was: first and last day, the earliest day of the end, whether it still goes on.

    ``future``: it begins after the day of the record. ``turned``: it ends before it begins, so that neither day counts.
    ``vague``: of the begin only the month or the year is known, of the end nothing.
    """

    start: Day | None = None
    end: Day | None = None
    end_from: Day | None = None
    ongoing: bool | None = None
    future: bool = False
    turned: bool = False
    vague: bool = False

    @property
    def given_from(self) -> Day | None:
        """The start of a treatment. What is given on one day ends when it begins: a vague start must not look exact."""
        return None if self.vague and self.ongoing is not True else self.start

    @property
    def exact_end(self) -> Day | None:
        """The end, where its day is known."""
        return None if self.end_from else self.end


def course_of(begin: Span | None, end: Span | None, as_of: Day, *, ongoing: bool | None = None) -> Course:
    """Put begin and end together. An end after the day of the record has not come yet.

    Of an end known to a month the last day counts as the end; ``end_from`` is the first day that it may be. Of a
    begin known to a month the first day counts.
    """
    if begin and begin.first > as_of:
        return Course(future=True)
    if begin and end and end.last < begin.first:
        return Course(ongoing=False, turned=True)
    start = begin.first if begin else None
    if end is None:
        return Course(start, ongoing=ongoing, vague=begin is not None and begin.day is None)
    if end.first > as_of:
        return Course(start, ongoing=True)
    last = min(end.last, as_of)
    return Course(start, last, end.first if end.first < last else None, ongoing=False)


def said(resource: Json, name: str) -> tuple[Span | None, Span | None]:
    """Read begin and end of ``namePeriod``; a ``nameDateTime`` is the begin."""
    period = part(resource, f"{name}Period")
    begin = span_of(word(resource, f"{name}DateTime") or word(period, "start"))
    return begin, span_of(word(period, "end"))
