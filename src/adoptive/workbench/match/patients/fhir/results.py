"""Observations, taken apart: every result with its code, its value and its day; what has no result is left out."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from adoptive.workbench.match.patients.dates import Span, span_of
from adoptive.workbench.match.patients.fhir.coded import codes_in, label
from adoptive.workbench.match.patients.fhir.element import Json, part, parts, source_of, word
from adoptive.workbench.match.patients.gathered import Note

__all__ = ["Observed", "Result", "observed_in", "when"]

_RESULT: Final = frozenset(("final", "amended", "corrected", "preliminary"))
_NO_RESULT: Final = frozenset(("registered", "cancelled", "entered-in-error"))


@dataclass(frozen=True)
class Result:
    """Hold a result: the table with its value (an observation or one of its components), its code, its day."""

    value: Json
    code: Json
    span: Span | None
    source: str
    observation: Json

    @cached_property
    def codes(self) -> frozenset[str]:
        """The codes, as ``LOINC 718-7``."""
        return codes_in(self.code)

    @property
    def day(self) -> datetime.date | None:
        """The day, where it is known."""
        return self.span.day if self.span else None


@dataclass(frozen=True)
class Observed:
    """Hold an observation: its own result first, then those of its components."""

    resource: Json
    results: tuple[Result, ...]

    @property
    def head(self) -> Result:
        """The observation's own code and value."""
        return self.results[0]


def when(resource: Json, name: str) -> Span | None:
    """Read when something was so: ``nameDateTime``, ``nameInstant`` or ``namePeriod``, of which the end counts."""
    period = part(resource, f"{name}Period")
    texts = (f"{name}DateTime", f"{name}Instant")
    said = next((word(resource, key) for key in texts if word(resource, key)), "")
    return span_of(said or word(period, "end") or word(period, "start"))


def observed_in(resources: Iterable[Json], as_of: datetime.date) -> Iterator[Observed | Note]:
    """Take observations apart; those without a result, or after the day, are left out, and notes say so."""
    for resource in resources:
        status = word(resource, "status")
        if status in _NO_RESULT:
            continue
        if status not in _RESULT:
            yield Note("observations with an unclear status, left out", label(part(resource, "code")))
            continue
        span = when(resource, "effective") or span_of(word(resource, "issued"))
        if span and span.first > as_of:
            yield Note(f"dated after {as_of}, left out", "observations")
            continue
        if status == "preliminary":
            yield Note("preliminary results, used", label(part(resource, "code")))
        yield Observed(resource, _results(resource, span))


def _results(resource: Json, span: Span | None) -> tuple[Result, ...]:
    source = source_of(resource)
    inner = (Result(item, part(item, "code"), span, source, resource) for item in parts(resource, "component"))
    return (Result(resource, part(resource, "code"), span, source, resource), *inner)
