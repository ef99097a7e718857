"""Names of the vocabulary for FHIR's concepts: by code, else by exact synonym."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from adoptive.trial.eligibility.vocabulary import Vocabulary
from adoptive.workbench.match.patients.fhir.coded import codings, spoken
from adoptive.workbench.match.patients.fhir.element import Json

__all__ = ["Kind", "drug_named", "named"]

Kind = Literal["diseases", "treatments", "conditions", "antigens", "fields"]

_ICD: Final = re.compile(r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?", re.ASCII)
_STRENGTH: Final = re.compile(r"\s+\d[\d.,]*\s.*$|\s+\d[\d.,]*$")
_VOLUME: Final = re.compile(r"^(?:NDA\d{3,8}\s+)?(?:\d[\d.]*\s(?:ML|HR|ACTUAT)\s+)?", re.IGNORECASE)
_SALTS: Final = re.compile(
    r"\s(?:hydrochloride|sodium|sulfate|mesylate|acetate|phosphate|sodium phosphate|tosylate|succinate|tartrate|citrate"
    r"|malate|maleate|ditosylate|dihydrochloride|monohydrate)$",
    re.IGNORECASE,
)


def named(kind: Kind, concept: Json, vocabulary: Vocabulary) -> str | None:
    """Find the vocabulary's name of a concept.

    The first code that is known decides; an ICD-10 code that is not known stands for its parent, which holds as well.
    Without a known code, words count only if they are a synonym as a whole.
    """
    for coding in codings(concept):
        for code in _with_parents(coding.system, coding.code):
            found = vocabulary.by_code(kind, coding.system, code) if coding.system else None
            if found:
                return found
    return next((found for text in spoken(concept) if (found := vocabulary.find(kind, text))), None)


def _with_parents(system: str, code: str) -> Iterator[str]:
    yield code
    if system == "ICD-10" and _ICD.fullmatch(code):
        for length in range(len(code) - 1, 2, -1):
            if code[length - 1] != ".":
                yield code[:length]


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
