"""Conditions: cancers with stage and spread, metastases, and what there is beside them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

from adoptive.trial.eligibility.facts import Condition, Diagnosis, Fact
from adoptive.trial.eligibility.vocabulary import Vocabulary
from adoptive.workbench.match.patients.dates import span_of
from adoptive.workbench.match.patients.fhir.cancer_names import ANY_CANCER, cancer_named, is_cancer, narrowed
from adoptive.workbench.match.patients.fhir.coded import code_words, codes_in, codings, label, spoken
from adoptive.workbench.match.patients.fhir.element import Json, extension, has_profile, part, parts, source_of, word
from adoptive.workbench.match.patients.fhir.named import named
from adoptive.workbench.match.patients.fhir.periods import Course, course_of, said
from adoptive.workbench.match.patients.fhir.tumour import Staging
from adoptive.workbench.match.patients.gathered import Note, Thing, Value
from adoptive.workbench.match.patients.stages import stage_of

__all__ = ["read_conditions"]

State = Literal["active", "past", "absent"]

_STATES: Final[dict[str, State]] = {
    "active": "active", "recurrence": "active", "relapse": "active",
    "inactive": "past", "remission": "past", "resolved": "past",
}  # fmt: skip
_SUSPECTED: Final = frozenset(("unconfirmed", "provisional", "differential"))
_PREGNANT: Final = frozenset(("SNOMED 77386006", "SNOMED 72892002", "ICD-10 Z33.1"))
_NODES: Final = re.compile(r"lymph node", re.IGNORECASE)
_SECONDARY_WORDS: Final = re.compile(
    r"(?:secondary malignant neoplasm|secondary malignancy|metastatic malignant neoplasm to|metastasis)\b",
    re.IGNORECASE,
)
_SECONDARY_ICD: Final = re.compile(r"C7(?:[789]|B)", re.ASCII)


@dataclass(frozen=True)
class Cancer:
    """Hold a cancer of the record with what other resources may refer to it by."""

    diagnosis: Diagnosis
    resource: Json
    current: bool | None


@dataclass(frozen=True)
class Secondary:
    """Hold a metastasis: the cancer that it refers to, and whether it is there."""

    resource: Json
    state: State
    nodes: bool


def read_conditions(
    resources: Iterable[Json], stagings: Sequence[Staging], vocabulary: Vocabulary, as_of: date
) -> Iterator[Thing]:
    """Read conditions; refuted ones are absent, suspected ones and those without a status are left out with a note."""
    cancers: list[Cancer] = []
    secondaries: list[Secondary] = []
    for resource in resources:
        for item in _read(resource, vocabulary, as_of):
            if isinstance(item, Cancer):
                cancers.append(item)
            elif isinstance(item, Secondary):
                secondaries.append(item)
            else:
                yield item
    for cancer in cancers:
        yield from _with_spread(cancer, cancers, secondaries, stagings)
    main = [cancer for cancer in cancers if cancer.current is not False]
    if (stagings or secondaries) and len(main) > 1:
        yield Note("several cancers: stages and metastases count for the cancer that they name, and for no other")


def _read(resource: Json, vocabulary: Vocabulary, as_of: date) -> Iterator[Thing | Cancer | Secondary]:
    concept, status = part(resource, "code"), _code(resource, "verificationStatus")
    if status == "entered-in-error":
        return
    if status in _SUSPECTED:
        yield Note("conditions that are only suspected, left out", label(concept))
        return
    disease, condition = cancer_named(concept, vocabulary), named("conditions", concept, vocabulary)
    secondary = _is_secondary(resource)
    if disease is None and condition is None and not secondary and is_cancer(resource, concept):
        disease = ANY_CANCER
        yield Note("cancers of a sort that is not understood, counted as a cancer only", label(concept))
    begin, _ = said(resource, "onset")
    recorded = span_of(word(resource, "recordedDate"))
    ended = span_of(word(resource, "abatementDateTime") or word(part(resource, "abatementPeriod"), "end"))
    course = course_of(begin, ended, as_of)
    if course.future or (begin is None and recorded and recorded.first > as_of):
        yield Note(f"dated after {as_of}, left out", "conditions")
        return
    if course.turned:
        yield Note("conditions that end before they begin, days left out", label(concept))
    state = "absent" if status == "refuted" else _state(resource, course)
    if state is None:
        yield Note("conditions without a clinical status, left out", label(concept))
        return
    if secondary or (disease is None and condition is not None):
        yield from _beside(resource, condition, state, course, secondary)
    elif disease is not None:
        yield from _cancer(resource, disease, state, course, vocabulary)
    elif not codes_in(concept) & _PREGNANT:
        yield Note("conditions that are not understood, left out", label(concept))
    if codes_in(concept) & _PREGNANT and state == "active":
        yield Value("pregnant", Fact(True, "yes/no", course.start, source_of(resource)))


def _code(resource: Json, key: str) -> str:
    return next((word(coding, "code") for coding in parts(part(resource, key), "coding")), "")


def _state(resource: Json, course: Course) -> State | None:
    """Give the state on the day; an abatement that has come makes it past, one to come leaves it active."""
    state = _STATES.get(_code(resource, "clinicalStatus"))
    if course.end is not None or course.turned or any(key.startswith("abatement") for key in resource):
        return "active" if course.ongoing and state != "past" else "past"
    return state


def _is_secondary(resource: Json) -> bool:
    concept = part(resource, "code")
    icd = [coding.code for coding in codings(concept) if coding.system == "ICD-10"]
    return (
        has_profile(resource, "secondary-cancer-condition")
        or any(_SECONDARY_ICD.match(code) for code in icd)
        or any(_SECONDARY_WORDS.search(text) for text in spoken(concept))
    )


def _beside(
    resource: Json, condition: str | None, state: State, course: Course, secondary: bool
) -> Iterator[Thing | Secondary]:
    concept = part(resource, "code")
    if condition is not None:
        days = (None, None) if state == "absent" else (course.start, course.exact_end)
        yield Condition(condition, state, *days, source_of(resource))
    elif secondary:
        yield Note("sites of metastases that are not understood, counted as a metastasis only", label(concept))
    if secondary:
        icd = [coding.code for coding in codings(concept) if coding.system == "ICD-10"]
        nodes = any(_NODES.search(text) for text in spoken(concept)) or any(code.startswith("C77") for code in icd)
        yield Secondary(resource, state, nodes)


def _cancer(
    resource: Json, disease: str, state: State, course: Course, vocabulary: Vocabulary
) -> Iterator[Note | Cancer]:
    concept = part(resource, "code")
    if state == "absent":
        yield Note("cancers that were ruled out, left out", label(concept))
        return
    clinical = _code(resource, "clinicalStatus")
    current = True if state == "active" else (None if clinical == "remission" and course.end is None else False)
    if current is None:
        yield Note("cancers in remission: whether they count as current is left open", label(concept))
    histology = _histology(resource)
    name = narrowed(disease, histology, vocabulary)
    if name == disease and histology == disease:
        histology = ""
    recorded = span_of(word(resource, "recordedDate"))
    day = course.start or (recorded.first if recorded else None)
    stages = {
        found
        for item in parts(resource, "stage")
        for text in code_words(part(item, "summary"))
        if (found := stage_of(text))
    }
    stage = stages.pop() if len(stages) == 1 else ""
    diagnosis = Diagnosis(name, stage, None, None, histology, day, current, source_of(resource))
    yield Cancer(diagnosis, resource, current)


def _histology(resource: Json) -> str:
    concept = part(extension(resource, "mcode-histology-morphology-behavior"), "valueCodeableConcept")
    texts = [re.split(r",", text)[0].strip().lower() for text in spoken(concept)]
    return next((text for text in texts if text), "")[:60]


def _with_spread(
    cancer: Cancer, cancers: Sequence[Cancer], secondaries: Sequence[Secondary], stagings: Sequence[Staging]
) -> Iterator[Thing]:
    """Add stage and metastases to a cancer: those that refer to it, or all where it is the only one."""
    alone = sum(other.current is not False for other in cancers) == 1 and cancer.current is not False
    own = [item for item in stagings if _about(item.conditions, cancer.resource, alone) or _assesses(cancer, item)]
    stages = sorted(
        (item for item in own if item.stage), key=lambda item: (item.result.day or date.min, item.pathological)
    )
    diagnosis = cancer.diagnosis
    if stages:
        if diagnosis.stage and diagnosis.stage != stages[-1].stage:
            yield Note("stages that differ in the record: the newest is used", stages[-1].stage)
        diagnosis = replace(diagnosis, stage=stages[-1].stage)
    found = any(item.metastatic for item in own)
    for item in secondaries:
        reference = part(extension(item.resource, "mcode-related-primary-cancer-condition"), "valueReference")
        related = word(reference, "reference")
        mine = _about((related,) if related else (), cancer.resource, alone)
        found = found or (mine and item.state == "active" and not item.nodes)
    yield replace(diagnosis, metastatic=True if found else None)


def _assesses(cancer: Cancer, staging: Staging) -> bool:
    """Say whether the condition itself refers to the observation of the stage."""
    named_ones = [
        word(item, "reference") for stage in parts(cancer.resource, "stage") for item in parts(stage, "assessment")
    ]
    return any(name.endswith(staging.result.source) for name in named_ones)


def _about(references: Sequence[str], resource: Json, alone: bool) -> bool:
    """Say whether references name a resource; without any, they are about the only one."""
    if not references:
        return alone
    own = word(resource, "id")
    return any(own and reference.rsplit("/", 1)[-1].removeprefix("urn:uuid:") == own for reference in references)
