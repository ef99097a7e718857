"""The tumour's markers: antigens by assay, microsatellites, stage groups, metastases, the course of the disease."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from adoptive.trial.eligibility.facts import Alteration, AntigenTest, Fact
from adoptive.trial.eligibility.vocabulary import Vocabulary
from adoptive.workbench.match.patients.fhir.coded import code_words, codes_in, codings, label, spoken, yes_or_no
from adoptive.workbench.match.patients.fhir.element import Json, number, part, parts, word
from adoptive.workbench.match.patients.fhir.named import named
from adoptive.workbench.match.patients.fhir.results import Observed, Result
from adoptive.workbench.match.patients.fhir.tables import code_table
from adoptive.workbench.match.patients.gathered import Note, Value
from adoptive.workbench.match.patients.stages import metastasis_of, stage_of

__all__ = ["Staging", "antigen_test", "course", "microsatellites", "progressed", "staging_of"]

_MICROSATELLITES: Final = frozenset(("LOINC 81695-9", "LOINC 62862-8"))
_UNSTABLE: Final = {"LOINC LA26203-2": True, "LOINC LA26202-4": False, "LOINC LA14122-8": False}
_UNSTABLE_WORDS: Final = {"msi-h": True, "msi-high": True, "msi-l": False, "mss": False, "stable": False}
_STAGED_ELSEWHERE: Final = frozenset(("SNOMED 385361009", "SNOMED 385388004"))
"""Stages of FIGO and of lymphomas, whose groups are numbered as criteria mean it."""
_GENE: Final = "LOINC 48018-6"
_COURSE: Final = "LOINC 97509-4"
_WORSE: Final = "SNOMED 271299001"
_BETTER: Final = frozenset(("SNOMED 268910001", "SNOMED 359746009", "SNOMED 260415000", "SNOMED 281900007"))
_STAINED: Final = re.compile(r"(?:ihc\s)?(?P<plus>[0-3])\s?\+?|(?P<signs>\+{1,3})", re.IGNORECASE)
_METHODS: Final = {
    "SNOMED 1234806008": "IHC", "immunohistochemistry": "IHC", "ihc": "IHC", "immune stain": "IHC",
    "fish": "ISH", "ish": "ISH", "fluorescence in situ hybridization": "ISH", "in situ hybridisation": "ISH",
    "in situ hybridization": "ISH", "pcr": "PCR", "rt-pcr": "PCR",
}  # fmt: skip
_PARTS: Final = {
    "staining intensity": "intensity", "intensity": "intensity", "percentage of positive cells": "share",
    "positive cells": "share", "percent positive cells": "share", "h-score": "h_score", "h score": "h_score",
    "histoscore": "h_score",
}  # fmt: skip


@dataclass(frozen=True)
class Staging:
    """Hold a stage group or an M category, the observation it comes from and the condition that it is about."""

    result: Result
    conditions: tuple[str, ...]
    stage: str = ""
    metastatic: bool | None = None
    pathological: bool = False


def antigen_test(observed: Observed, vocabulary: Vocabulary) -> AntigenTest | Note | None:
    """Read a test of an antigen of the tumour; None where the observation is none.

    mCODE's tumour marker tests are known by LOINC, or by the antigen's name with a method (immunohistochemistry,
    in situ hybridisation, PCR). The value is the answer, the staining (``2+``), the share of cells in percent or the
    H-score; components "staining intensity", "percentage of positive cells" and "H-score" say more.
    """
    head = observed.head
    known = [code_table()["antigens"].get(item.code) for item in codings(head.code) if item.system == "LOINC"]
    row = next((item for item in known if item), None)
    assay = row["assay"] if row else _assay(part(observed.resource, "method"))
    assay = assay or _assay(head.code)
    target = row["target"] if row else named("antigens", head.code, vocabulary) or _gene_studied(observed, vocabulary)
    if target is None or (row is None and not assay):
        return None
    target = vocabulary.find("antigens", target) or target
    values = _staining(observed, assay)
    positive = yes_or_no(head.value)
    if positive is None and not values:
        return Note("tests of antigens without a clear result, left out", label(head.code))
    return AntigenTest(
        target, assay, positive, values.get("intensity"), values.get("share"), values.get("h_score"), head.day,
        head.source,
    )  # fmt: skip


def _gene_studied(observed: Observed, vocabulary: Vocabulary) -> str | None:
    for result in observed.results[1:]:
        if _GENE in result.codes:
            texts = spoken(part(result.value, "valueCodeableConcept"))
            found = (vocabulary.by_code("antigens", "hgnc", text) for text in texts)
            return next((name for name in found if name), None)
    return None


def _assay(method: Json) -> str:
    said = (*codes_in(method), *(text.lower() for text in spoken(method)))
    return next((_METHODS[item] for item in said if item in _METHODS), "")


def _staining(observed: Observed, assay: str) -> dict[str, float]:
    """Give intensity, share and H-score, where they are within their bounds."""
    found: dict[str, float | None] = {}
    for result in observed.results:
        named_part = next((_PARTS[text.lower()] for text in spoken(result.code) if text.lower() in _PARTS), "")
        table = part(result.value, "valueQuantity")
        plain = number(table, "value") if table else number(result.value, "valueInteger")
        percent = "%" in (word(table, "unit"), word(table, "code"))
        name = named_part or ("" if result is not observed.head else "share" if percent else "intensity")
        if not name or word(table, "comparator") or (name == "share") != percent:
            continue
        if name == "intensity" and not (assay == "IHC" and (plain is None or named_part)):
            continue
        found[name] = plain / 100.0 if percent and plain is not None else plain
        if name == "intensity" and plain is None:
            found[name] = _intensity(result.value)
    bounds = {"intensity": 3.0, "share": 1.0, "h_score": 300.0}
    return {name: value for name, value in found.items() if value is not None and 0.0 <= value <= bounds[name]}


def _intensity(element: Json) -> float | None:
    """Read a staining: ``2+``, ``++`` or LOINC's answer."""
    concept = part(element, "valueCodeableConcept")
    answers = [code_table()["staining"].get(item.code) for item in codings(concept) if item.system == "LOINC"]
    said = [float(answer) for answer in answers if answer is not None]
    for text in (*spoken(concept), word(element, "valueString")):
        match = _STAINED.fullmatch(text)
        if match:
            said.append(float(match["plus"]) if match["plus"] else float(len(match["signs"])))
    return said[0] if len(set(said)) == 1 else None


def microsatellites(observed: Observed) -> Alteration | Note | None:
    """Read microsatellite instability; None where the observation is about something else."""
    head = observed.head
    if not head.codes & _MICROSATELLITES:
        return None
    concept = part(head.value, "valueCodeableConcept")
    said = {_UNSTABLE[code] for code in codes_in(concept) if code in _UNSTABLE}
    texts = (*spoken(concept), word(head.value, "valueString"))
    said |= {_UNSTABLE_WORDS[text.lower()] for text in texts if text.lower() in _UNSTABLE_WORDS}
    if len(said) != 1:
        return Note("microsatellite tests without a clear result, left out", label(head.code))
    return Alteration("MSI-H", "", "signature", said.pop(), head.day, head.source)


def staging_of(observed: Observed) -> Staging | Note | None:
    """Read a stage group or an M category; None where the observation is about something else."""
    head = observed.head
    loinc = {item.code for item in codings(head.code) if item.system == "LOINC"}
    of_stage = loinc & code_table()["stage"].keys()
    of_metastasis = loinc & code_table()["metastasis"].keys()
    if not of_stage and not of_metastasis and not head.codes & _STAGED_ELSEWHERE:
        return None
    texts = (*code_words(part(head.value, "valueCodeableConcept")), word(head.value, "valueString"))
    about = tuple(word(item, "reference") for item in parts(observed.resource, "focus"))
    if of_metastasis:
        spread = {said for text in texts if (said := metastasis_of(text)) is not None}
        return Staging(head, about, metastatic=spread.pop() if len(spread) == 1 else None)
    stages = {found for text in texts if (found := stage_of(text))}
    if len(stages) != 1:
        return Note("stages that are not understood, left out", label(head.code))
    return Staging(head, about, stages.pop(), pathological="21902-2" in loinc)


def course(observed: Iterable[Observed]) -> Iterator[tuple[Result, bool | None]]:
    """Give statements on the course of the cancer: worse is True, better or stable False, undetermined None."""
    for item in observed:
        if _COURSE in item.head.codes:
            said = codes_in(part(item.head.value, "valueCodeableConcept"))
            yield item.head, True if _WORSE in said else (False if said & _BETTER else None)


def progressed(statements: Iterable[tuple[Result, bool | None]], last_start: datetime.date | None) -> Value | None:
    """Say that the cancer progressed, if the newest statement on its course says so and no treatment began since."""
    dated = [(result.day, worse, result) for result, worse in statements if result.day]
    if not dated:
        return None
    day, worse, result = max(dated, key=lambda item: item[0])
    if worse is not True or any(other[0] == day and other[1] is not True for other in dated):
        return None
    if last_start and last_start > day:
        return None
    return Value("progressed", Fact(True, "yes/no", day, result.source))
