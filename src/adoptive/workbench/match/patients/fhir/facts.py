"""A chart's facts: every sort of resource goes to its reader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from adoptive.trial.eligibility.facts import Condition, Fact, Facts, Therapy
from adoptive.trial.eligibility.vocabulary import Vocabulary, load_vocabulary
from adoptive.workbench.match.patients.fhir.bundle import Chart
from adoptive.workbench.match.patients.fhir.coded import codes_in, codings, label, yes_or_no
from adoptive.workbench.match.patients.fhir.conditions import read_conditions
from adoptive.workbench.match.patients.fhir.element import part, parts, word
from adoptive.workbench.match.patients.fhir.genomics import hla_types, is_hla, is_variant, variants
from adoptive.workbench.match.patients.fhir.measured import measured
from adoptive.workbench.match.patients.fhir.named import named
from adoptive.workbench.match.patients.fhir.person import has_died, read_person
from adoptive.workbench.match.patients.fhir.results import Observed, Result, observed_in
from adoptive.workbench.match.patients.fhir.tables import code_table
from adoptive.workbench.match.patients.fhir.treatments import (
    read_administrations,
    read_orders,
    read_procedures,
    read_statements,
    read_vaccines,
)
from adoptive.workbench.match.patients.fhir.tumour import (
    Staging,
    antigen_test,
    course,
    microsatellites,
    progressed,
    staging_of,
)
from adoptive.workbench.match.patients.gathered import Note, Thing, Value, facts_of

__all__ = ["facts_in"]

_PANELS: Final = frozenset(("LOINC 85354-9", "LOINC 97509-4"))
"""Observations that hold nothing of their own beside their parts, or are read elsewhere."""

_OF_A_DAY: Final = ("age_years",)
"""Fields that were so on that day only: the age of today comes from the birth date."""
_SIZES: Final = ("largest_lesion_mm", "sum_of_diameters_mm")
"""Sizes that say nothing of today when they were taken from a specimen."""


def facts_in(chart: Chart, as_of: date) -> Facts:
    """Give the facts of a chart on a day; what is later than the day is left out."""
    import dataclasses

    found = facts_of(_things(chart, as_of), name=word(chart.patient, "id"), as_of=as_of)
    return dataclasses.replace(found, deceased=True) if has_died(chart.patient) else found


def _things(chart: Chart, as_of: date) -> Iterator[Thing]:
    vocabulary, resources = load_vocabulary(), defaultdict(tuple, chart.resources)
    yield from chart.notes
    yield from read_person(chart.patient, as_of)
    observed: list[Observed] = []
    for item in observed_in(resources["Observation"], as_of):
        if isinstance(item, Note):
            yield item
        else:
            observed.append(item)
    stagings: list[Staging] = []
    presence: list[tuple[str, Result, bool]] = []
    for one in observed:
        for thing in _of_observation(one, vocabulary):
            if isinstance(thing, Staging):
                stagings.append(thing)
            elif isinstance(thing, tuple):
                presence.append(thing)
            else:
                yield thing
    yield from hla_types(one for one in observed if is_hla(one))
    yield from _tested(presence)
    yield from read_conditions(resources["Condition"], stagings, vocabulary, as_of)
    medicines = chart.medicines
    therapies = [
        *read_administrations(resources["MedicationAdministration"], medicines, vocabulary, as_of),
        *read_statements(resources["MedicationStatement"], medicines, vocabulary, as_of),
        *read_procedures(resources["Procedure"], vocabulary, as_of),
    ]
    yield from therapies
    yield from read_orders(resources["MedicationRequest"])
    yield from read_vaccines(resources["Immunization"], as_of)
    starts = [item.start for item in therapies if isinstance(item, Therapy) and item.start]
    worse = progressed(course(observed), max(starts, default=None))
    if worse:
        yield worse


def _of_observation(observed: Observed, vocabulary: Vocabulary) -> Iterator[Thing | Staging | tuple[str, Result, bool]]:
    """Read an observation by what it is about: the first reader that knows it has it."""
    if is_hla(observed):
        return
    for known in (staging_of(observed), microsatellites(observed), antigen_test(observed, vocabulary)):
        if known is not None:
            yield known
            return
    if is_variant(observed):
        yield from variants(observed)
        return
    understood = False
    for result in observed.results:
        for thing in _of_result(result, vocabulary):
            understood = True
            yield thing
    if not understood and not observed.head.codes & _PANELS and not parts(observed.resource, "hasMember"):
        yield Note("observations that are not understood, left out", label(observed.head.code))


def _of_result(result: Result, vocabulary: Vocabulary) -> Iterator[Thing | tuple[str, Result, bool]]:
    codes = result.codes
    for field, row in code_table()["answers"].items():
        if codes & set(row["codes"]):
            answer = _answer(result, row)
            if answer is None:
                yield Note("answers that are neither yes nor no, left open", label(result.code))
            else:
                yield Value(field, Fact(answer, "yes/no", result.day, result.source))
            return
    field_name = named("fields", result.code, vocabulary)
    if field_name in _OF_A_DAY or (field_name in _SIZES and "specimen" in result.observation):
        yield Note("ages, and sizes of what was removed, left out", label(result.code))
        return
    if field_name and vocabulary.fields[field_name].sort == "number":
        yield from measured(field_name, result, vocabulary)
        return
    said = yes_or_no(result.value)
    if field_name and vocabulary.fields[field_name].sort == "yes/no" and said is not None:
        yield Value(field_name, Fact(said, "yes/no", result.day, result.source))
        return
    tests = (code_table()["presence"].get(item.code) for item in codings(result.code) if item.system == "LOINC")
    condition = next((name for name in tests if name), None) or named("conditions", result.code, vocabulary)
    if condition and said is not None:
        yield condition, result, said


def _answer(result: Result, row: dict[str, list[str]]) -> bool | None:
    codes = codes_in(part(result.value, "valueCodeableConcept"))
    yes, no = bool(codes & set(row["yes"])), bool(codes & set(row["no"]))
    return yes if yes != no else (None if yes else yes_or_no(result.value))


def _tested(tests: Sequence[tuple[str, Result, bool]]) -> Iterator[Thing]:
    """Give conditions that were tested for: the newest test says whether they are there now."""
    by_name: dict[str, list[tuple[Result, bool]]] = defaultdict(list)
    for name, result, present in tests:
        by_name[name].append((result, present))
    for name, results in by_name.items():
        yield _newest_test(name, results)


def _newest_test(name: str, results: Iterable[tuple[Result, bool]]) -> Condition | Note:
    ordered = sorted(results, key=lambda item: item[0].day or date.min)
    last, present = ordered[-1]
    if any(said is not present for result, said in ordered if result.day == last.day or result.day is None):
        return Note("tests of a condition that contradict each other, left out", label(last.code))
    positive = [result.day for result, said in ordered if said and result.day]
    if present:
        return Condition(name, "active", positive[0] if positive else None, None, last.source)
    if positive:
        return Condition(name, "past", positive[0], last.day, last.source)
    return Condition(name, "absent", last.day, last.day, last.source)  # the day on which somebody looked
