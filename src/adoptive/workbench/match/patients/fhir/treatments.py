"""Treatments that were given: medicines, procedures, vaccines. An order alone is no treatment."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Final, Literal

from adoptive.trial.eligibility.facts import Fact, Therapy
from adoptive.trial.eligibility.vocabulary import Vocabulary
from adoptive.workbench.match.patients.fhir.coded import codes_in, codings, label, spoken
from adoptive.workbench.match.patients.fhir.element import (
    Json,
    extension,
    has_profile,
    number,
    part,
    parts,
    source_of,
    word,
)
from adoptive.workbench.match.patients.fhir.named import drug_named, named
from adoptive.workbench.match.patients.fhir.periods import Course, course_of, said
from adoptive.workbench.match.patients.fhir.results import when
from adoptive.workbench.match.patients.fhir.tables import code_table
from adoptive.workbench.match.patients.gathered import Note, Thing, Value

__all__ = ["read_administrations", "read_orders", "read_procedures", "read_statements", "read_vaccines"]

Stopped = Literal["", "progression", "toxicity", "completed", "other"]
Setting = Literal["", "neoadjuvant", "adjuvant", "advanced", "maintenance", "bridging"]

_GIVEN: Final = frozenset(("completed", "in-progress", "stopped", "active"))
_NOT_GIVEN: Final = frozenset(("not-done", "not-taken", "intended", "preparation", "entered-in-error"))
_LOCAL: Final = re.compile(
    r"\b(?:topical|cream|ointment|lotion|gel|ophthalmic|otic|nasal|inhal\w*|metered dose|actuat|dermal|eye|ear)\b",
    re.IGNORECASE,
)
"""Forms that act where they are put: a steroid cream is no systemic steroid."""
_REASONS: Final[Mapping[str, Stopped]] = {
    "SNOMED 182992009": "completed",
    "SNOMED 407563006": "toxicity",
}
_SETTINGS: Final[Mapping[str, Setting]] = {"SNOMED 373846009": "adjuvant", "SNOMED 373847000": "neoadjuvant"}
_SAME_COURSE_DAYS: Final = 90
_RADIATION: Final = frozenset(("SNOMED 108290001", "mcode-radiotherapy-course-summary"))
_SURGERY: Final = frozenset(("SNOMED 387713003",))


def _usable(resource: Json, concept: Json) -> bool | Note:
    """Say whether something was given: yes, no, or a note that the record does not say."""
    status = word(resource, "status")
    if status in _GIVEN:
        return True
    if status == "entered-in-error":
        return False
    if status in _NOT_GIVEN:
        return Note("treatments that were not given, left out", label(concept))
    return Note("treatments with an unclear status, left out", label(concept))


def _medicine(resource: Json, medicines: Mapping[str, Json]) -> Json:
    """Give the concept of a medicine: its own, or that of the Medication it refers to."""
    concept = part(resource, "medicationCodeableConcept")
    reference = word(part(resource, "medicationReference"), "reference")
    inside = {f"#{word(item, 'id')}": part(item, "code") for item in parts(resource, "contained")}
    return concept or inside.get(reference, {}) or part(medicines.get(reference.rsplit("/", 1)[-1], {}), "code")


def _is_local(resource: Json, concept: Json) -> bool:
    routes = [part(item, "route") for item in (*parts(resource, "dosage"), part(resource, "dosage"))]
    texts = [*spoken(concept), *(text for route in routes for text in spoken(route))]
    return any(_LOCAL.search(text) for text in texts)


def _therapy(resource: Json, name: str, course: Course) -> Therapy:
    reasons = [part(extension(resource, "mcode-treatment-termination-reason"), "valueCodeableConcept")]
    raw = resource.get("statusReason")
    reasons += [raw] if isinstance(raw, dict) else list(parts(resource, "statusReason"))
    codes = frozenset[str]().union(*(codes_in(reason) for reason in reasons))
    stopped = next((_REASONS[code] for code in _REASONS if code in codes), "other" if codes else "")
    intents = [part(extension(resource, ending), "valueCodeableConcept") for ending in _INTENTS]
    intent = frozenset[str]().union(*(codes_in(item) for item in intents))
    setting: Setting = next((_SETTINGS[code] for code in _SETTINGS if code in intent), "")
    return Therapy(
        name, course.given_from, course.end, course.ongoing, setting=setting, stopped_for=stopped,
        source=source_of(resource), end_from=course.end_from,
    )  # fmt: skip


_INTENTS: Final = ("mcode-treatment-intent", "mcode-procedure-intent")


def _dated(therapy: Therapy, course: Course, concept: Json, as_of: date) -> Iterator[Thing]:
    if course.future:
        yield Note(f"dated after {as_of}, left out", "treatments")
        return
    if course.turned:
        yield Note("treatments that end before they begin, days left out", label(concept))
    yield therapy


def read_administrations(
    resources: Iterable[Json], medicines: Mapping[str, Json], vocabulary: Vocabulary, as_of: date
) -> Iterator[Thing]:
    """Read MedicationAdministration: the doses of a medicine that lie close together are one course."""
    courses: dict[str, list[Therapy]] = defaultdict(list)
    for resource in resources:
        concept = _medicine(resource, medicines)
        for item in _given(resource, concept, vocabulary):
            if isinstance(item, Note):
                yield item
                continue
            begin, end = said(resource, "effective")
            going = True if word(resource, "status") == "in-progress" and end is None else None
            course = course_of(begin, end or (begin if going is None else None), as_of, ongoing=going)
            for thing in _dated(_therapy(resource, item, course), course, concept, as_of):
                if isinstance(thing, Therapy):
                    courses[thing.name].append(replace(thing, ongoing=going or (False if course.turned else None)))
                else:
                    yield thing
    for doses in courses.values():
        yield from _joined(doses)


def _joined(doses: list[Therapy]) -> Iterator[Therapy]:
    """Join doses that follow each other within weeks; from when to when is known, whether it goes on is not."""
    undated = [dose for dose in doses if dose.start is None]
    yield from undated
    dated = sorted((dose for dose in doses if dose.start is not None), key=lambda dose: dose.start or date.min)
    current: Therapy | None = None
    for dose in dated:
        last = (current.end or current.start) if current else None
        if current and last and dose.start and (dose.start - last).days <= _SAME_COURSE_DAYS:
            later = dose if (dose.end or date.max) >= (current.end or date.max) else current
            current = replace(later, start=current.start)
        else:
            if current:
                yield current
            current = dose
    if current:
        yield current


def _given(resource: Json, concept: Json, vocabulary: Vocabulary) -> Iterator[str | Note]:
    """Give the name of what was given, or a note why it does not count."""
    usable = _usable(resource, concept)
    if isinstance(usable, Note):
        yield usable
        return
    name = drug_named(concept, vocabulary) if usable else None
    if usable and name is None:
        yield Note("medicines that are not understood, left out", label(concept))
    elif name and _is_local(resource, concept):
        yield Note("medicines that act only locally, left out", label(concept))
    elif name:
        yield name


def read_statements(
    resources: Iterable[Json], medicines: Mapping[str, Json], vocabulary: Vocabulary, as_of: date
) -> Iterator[Thing]:
    """Read MedicationStatement: active ones without an end go on; completed and stopped ones have ended."""
    for resource in resources:
        concept = _medicine(resource, medicines)
        for item in _given(resource, concept, vocabulary):
            if isinstance(item, Note):
                yield item
                continue
            begin, end = said(resource, "effective")
            course = course_of(begin, end, as_of, ongoing=word(resource, "status") == "active")
            dose, unit = _daily_dose(resource)
            therapy = replace(_therapy(resource, item, course), dose=dose, dose_unit=unit)
            yield from _dated(therapy, course, concept, as_of)


def _daily_dose(resource: Json) -> tuple[float | None, str]:
    """Give the dose a day in mg, where one dosage says it fully."""
    dosages = parts(resource, "dosage")
    rates = parts(dosages[0], "doseAndRate") if len(dosages) == 1 else ()
    table = part(rates[0], "doseQuantity") if len(rates) == 1 else {}
    repeat = part(part(dosages[0], "timing"), "repeat") if dosages else {}
    dose, often, period = number(table, "value"), number(repeat, "frequency"), number(repeat, "period")
    in_mg = "mg" in (word(table, "code"), word(table, "unit"))
    if not in_mg or dose is None or not often or not period or word(repeat, "periodUnit") not in ("d", "h"):
        return None, ""
    days = period if word(repeat, "periodUnit") == "d" else period / 24.0
    return dose * often / days, "mg/day"


def read_orders(resources: Iterable[Json]) -> Iterator[Thing]:
    """Name orders: what was ordered is not known to have been given."""
    for resource in resources:
        if word(resource, "status") not in ("entered-in-error", "cancelled"):
            yield Note(
                "orders (MedicationRequest), not taken as given", label(part(resource, "medicationCodeableConcept"))
            )


def read_procedures(resources: Iterable[Json], vocabulary: Vocabulary, as_of: date) -> Iterator[Thing]:
    """Read Procedure: radiotherapy, surgery, transplants, cells; by code, else by mCODE's profile or category."""
    for resource in resources:
        concept = part(resource, "code")
        name = named("treatments", concept, vocabulary) or _by_kind(resource)
        if name is None:
            if word(resource, "status") in _GIVEN:
                yield Note("procedures that are not understood, left out", label(concept))
            continue
        usable = _usable(resource, concept)
        if usable is not True:
            if isinstance(usable, Note):
                yield usable
            continue
        begin, end = said(resource, "performed")
        going = word(resource, "status") == "in-progress"
        whole = end or (begin if "performedDateTime" in resource and not going else None)
        course = course_of(begin, whole, as_of, ongoing=True if going else None)
        yield from _dated(_therapy(resource, name, course), course, concept, as_of)


def _by_kind(resource: Json) -> str | None:
    category, code = part(resource, "category"), part(resource, "code")
    said_codes = codes_in(category) | codes_in(code) | {coding.code for coding in codings(code)}
    if said_codes & _RADIATION or has_profile(resource, "radiotherapy-course-summary"):
        return "radiotherapy"
    if said_codes & _SURGERY or has_profile(resource, "cancer-related-surgical-procedure"):
        return "surgery"
    return None


def read_vaccines(resources: Iterable[Json], as_of: date) -> Iterator[Thing]:
    """Read Immunization: the weeks since the last live vaccine."""
    facts: list[Fact] = []
    for resource in resources:
        codes = {coding.code for coding in codings(part(resource, "vaccineCode")) if coding.system == "CVX"}
        if word(resource, "status") != "completed" or not codes & set(code_table()["vaccines"]["live"]):
            continue
        span = when(resource, "occurrence")
        if span is None or span.first > as_of:
            yield Note("live vaccines without a usable date, left out", label(part(resource, "vaccineCode")))
            continue
        least, most = (as_of - min(span.last, as_of)).days / 7.0, (as_of - span.first).days / 7.0
        course = course_of(span, span, as_of)
        yield Therapy(
            "live vaccine",
            course.start,
            course.end,
            course.ongoing,
            source=source_of(resource),
            end_from=course.end_from,
        )
        facts.append(Fact(least, "week", as_of, source_of(resource), until=most if most > least else None))
    if facts:
        yield Value("live_vaccine_weeks", min(facts, key=lambda fact: float(fact.value)))
