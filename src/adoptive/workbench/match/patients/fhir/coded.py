"""Codes of a FHIR resource: systems by their short names, answers that mean yes or no."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from adoptive.workbench.match.patients.fhir.element import Json, part, parts, word
from adoptive.workbench.match.patients.gathered import clean

__all__ = ["SYSTEMS", "Coding", "code_words", "codes_in", "codings", "label", "spoken", "yes_or_no"]

SYSTEMS: Final = {
    "http://snomed.info/sct": "SNOMED",
    "urn:oid:2.16.840.1.113883.6.96": "SNOMED",
    "http://loinc.org": "LOINC",
    "urn:oid:2.16.840.1.113883.6.1": "LOINC",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "urn:oid:2.16.840.1.113883.6.88": "RxNorm",
    "http://hl7.org/fhir/sid/icd-10": "ICD-10",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10",
    "http://fhir.de/CodeSystem/bfarm/icd-10-gm": "ICD-10",
    "urn:oid:2.16.840.1.113883.6.90": "ICD-10",
    "urn:oid:2.16.840.1.113883.6.3": "ICD-10",
    "http://www.whocc.no/atc": "ATC",
    "http://fhir.de/CodeSystem/bfarm/atc": "ATC",
    "http://oncotree.mskcc.org/oncotree": "OncoTree",
    "http://oncotree.info": "OncoTree",
    "http://data.mskcc.org/ontologies/oncotree": "OncoTree",
    "http://www.genenames.org/geneId": "HGNC",
    "http://www.genenames.org": "HGNC",
    "http://varnomen.hgvs.org": "HGVS",
    "http://hl7.org/fhir/sid/cvx": "CVX",
    "http://cancerstaging.org": "AJCC",
    "http://ncicb.nci.nih.gov/xml/owl/EVS/Thesaurus.owl": "NCIt",
    "http://unitsofmeasure.org": "UCUM",
}
"""Addresses of code systems, and the names under which the vocabulary knows them."""

_YES: Final = frozenset(
    ("LOINC LA6576-8", "LOINC LA9633-4", "LOINC LA33-6", "SNOMED 10828004", "SNOMED 52101004", "SNOMED 260373001")
) | {"SNOMED 373066001", "SNOMED 11214006", "POS", "DET", "RR"}
_NO: Final = frozenset(
    ("LOINC LA6577-6", "LOINC LA9634-2", "LOINC LA32-8", "SNOMED 260385009", "SNOMED 2667000", "SNOMED 260415000")
) | {"SNOMED 373067005", "SNOMED 131194007", "NEG", "ND", "NR"}
_YES_WORDS: Final = frozenset(("positive", "present", "detected", "reactive", "yes", "amplified"))
_NO_WORDS: Final = frozenset(
    ("negative", "absent", "not detected", "nonreactive", "non-reactive", "no", "not amplified", "undetected")
)
_SORT: Final = re.compile(r"\s*\([a-z /+]{2,40}\)$")
"""The sort that SNOMED's full names end with, as in "(disorder)"."""


@dataclass(frozen=True)
class Coding:
    """Hold a code: the system's short name ("" where it is unknown), the code, and what it says in words."""

    system: str
    code: str
    display: str = ""

    def __str__(self) -> str:
        return clean(f"{self.system} {self.code}".strip(), longest=40)


def codings(concept: Json) -> tuple[Coding, ...]:
    """Give the codes of a concept."""
    return tuple(
        Coding(SYSTEMS.get(word(item, "system").rstrip("/"), ""), word(item, "code"), word(item, "display"))
        for item in parts(concept, "coding")
    )


def codes_in(concept: Json) -> frozenset[str]:
    """Give the codes of a concept as ``LOINC 718-7``."""
    return frozenset(f"{coding.system} {coding.code}".strip() for coding in codings(concept) if coding.code)


def spoken(concept: Json) -> tuple[str, ...]:
    """Give what a concept says in words: the displays of its codes and its text, without SNOMED's sort."""
    said = [coding.display for coding in codings(concept)] + [word(concept, "text")]
    return tuple(dict.fromkeys(_SORT.sub("", text) for text in said if 0 < len(text) <= 300))


def code_words(concept: Json) -> tuple[str, ...]:
    """Give codes and words of a concept, for values in which the code itself is the name."""
    return tuple(dict.fromkeys((*(coding.code for coding in codings(concept) if coding.code), *spoken(concept))))


def label(concept: Json) -> str:
    """Name a concept in a note: its first code, never its text."""
    return next((str(coding) for coding in codings(concept) if coding.code), "one without a code")


def yes_or_no(element: Json) -> bool | None:
    """Read the answer of an observation or of a component; None where it says neither yes nor no."""
    answer = element.get("valueBoolean")
    if isinstance(answer, bool):
        return answer
    concepts = [part(element, "valueCodeableConcept"), *parts(element, "interpretation")]
    said = [_answer(concept) for concept in concepts] + [_spoken_answer((word(element, "valueString"),))]
    known = {answer for answer in said if answer is not None}
    return known.pop() if len(known) == 1 else None


def _answer(concept: Json) -> bool | None:
    codes = {str(coding) for coding in codings(concept)} | {
        coding.code for coding in codings(concept) if not coding.system
    }
    if codes & _YES:
        return None if codes & _NO else True
    return False if codes & _NO else _spoken_answer(spoken(concept))


def _spoken_answer(texts: tuple[str, ...]) -> bool | None:
    said = {text.lower() for text in texts}
    if said & _YES_WORDS:
        return None if said & _NO_WORDS else True
    return False if said & _NO_WORDS else None
