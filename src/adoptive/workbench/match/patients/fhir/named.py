"""Names of the vocabulary for FHIR's concepts: by code, else by exact synonym."""

from __future__ import annotations

import re
from typing import Final

from adoptive.trial.eligibility.vocabulary import Kind, Vocabulary
from adoptive.workbench.match.patients.fhir.coded import codings, spoken
from adoptive.workbench.match.patients.fhir.element import Json

__all__ = ["drug_named", "named"]

_SYSTEMS: Final = {
    "SNOMED": "snomed", "LOINC": "loinc", "RxNorm": "rxnorm", "ICD-10": "icd10", "ATC": "atc", "OncoTree": "oncotree",
}  # fmt: skip
_STRENGTH: Final = re.compile(r"\s+\d[\d.,]*\s.*$|\s+\d[\d.,]*$")
_VOLUME: Final = re.compile(r"^(?:NDA\d{3,8}\s+)?(?:\d[\d.]*\s(?:ML|HR|ACTUAT)\s+)?", re.IGNORECASE)
_SALTS: Final = re.compile(
    r"\s(?:hydrochloride|sodium|sulfate|mesylate|acetate|phosphate|sodium phosphate|tosylate|succinate|tartrate|citrate"
    r"|malate|maleate|ditosylate|dihydrochloride|monohydrate)$",
    re.IGNORECASE,
)


def named(kind: Kind, concept: Json, vocabulary: Vocabulary) -> str | None:
    """Find the vocabulary's name of a concept.

    Of several codes that are known the narrowest decides, the first if none is narrower. Without a known code, words
    count only if they are a synonym as a whole.
    """
    known: list[str] = []
    for coding in codings(concept):
        system = _SYSTEMS.get(coding.system)
        found = vocabulary.by_code(kind, system, coding.code) if system else None
        if found:
            known.append(found)
    for name in known:
        if all(vocabulary.is_a(kind, name, other) for other in known):
            return name
    if known:
        return known[0]
    return next((found for text in spoken(concept) if (found := vocabulary.find(kind, text))), None)


def drug_named(concept: Json, vocabulary: Vocabulary) -> str | None:
    """Find the treatment that a medicine is, also by the ingredient in RxNorm's normal names.

    ``doxorubicin hydrochloride 20 MG per 10 ML Injection`` is doxorubicin.
    """
    found = named("treatments", concept, vocabulary)
    if found:
        return found
    for text in spoken(concept):
        ingredient = _STRENGTH.sub("", _VOLUME.sub("", text))
        for name in (ingredient, _SALTS.sub("", ingredient)):
            found = vocabulary.find("treatments", name)
            if found:
                return found
    return None
