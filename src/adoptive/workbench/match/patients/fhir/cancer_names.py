"""Names of cancers: by code, by the wording of SNOMED CT, by site and histology together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from adoptive.trial.eligibility.vocabulary import Vocabulary
from adoptive.workbench.match.patients.fhir.coded import codings, spoken
from adoptive.workbench.match.patients.fhir.element import Json, has_profile
from adoptive.workbench.match.patients.fhir.named import named

__all__ = ["ANY_CANCER", "cancer_named", "is_cancer", "narrowed"]

ANY_CANCER: Final = "cancer"

_ENDING: Final = re.compile(r",? (?:TNM stage .{1,20}|disease)$", re.IGNORECASE)
_OF_SITE: Final = re.compile(
    r"(?:primary |overlapping )?(?P<what>malignant (?:neoplasm|tumou?r)|[a-z -]{0,30}carcinoma|sarcoma|melanoma|cancer)"
    r" of (?:the )?(?:female |male )?(?:left |right )?(?P<site>[a-z -]{3,40})",
    re.IGNORECASE,
)
_SITES: Final = {
    "stomach": "gastric", "pancreas": "pancreatic", "ovary": "ovarian", "uterus": "uterine", "kidney": "renal",
    "urinary bladder": "bladder", "liver": "liver", "cervix uteri": "cervical", "rectum": "rectal",
}  # fmt: skip
_MALIGNANT: Final = re.compile(
    r"\b(?:malignant (?:neoplasm|tumou?r)|[a-z]{0,20}carcinoma|[a-z]{0,20}sarcoma|lymphoma|leuka?emia|melanoma|myeloma"
    r"|glioblastoma|neuroblastoma|mesothelioma|cancer)\b",
    re.IGNORECASE,
)
_NOT_MALIGNANT: Final = re.compile(
    r"\b(?:in situ|benign|suspect|suspicion|history|screen|family|risk|fear|no evidence|uncertain|borderline|prevention"
    r"|secondary|metasta|intraepithelial)",
    re.IGNORECASE,
)
_INVASIVE: Final = re.compile(r"C(?:[0-6]\d|7[0-6]|8\d|9[0-6]|4A|7A)", re.ASCII)


def cancer_named(concept: Json, vocabulary: Vocabulary) -> str | None:
    """Find the cancer's name: by code, as a synonym, or taken apart as ``malignant neoplasm of left breast``."""
    found = named("diseases", concept, vocabulary)
    if found:
        return found
    for text in spoken(concept):
        plain = _ENDING.sub("", text)
        for name in (plain, *_rewritten(plain, vocabulary)):
            found = vocabulary.find("diseases", name)
            if found:
                return found
    return None


def _rewritten(text: str, vocabulary: Vocabulary) -> Iterator[str]:
    found = _OF_SITE.fullmatch(text)
    if not found:
        return
    what, site = found["what"].lower(), found["site"].lower().removesuffix(" gland")
    yield f"{what.removesuffix('carcinoma').strip()} {site} cancer"
    base = vocabulary.find("diseases", f"{site} cancer") or vocabulary.find("diseases", f"{_SITES.get(site)} cancer")
    if base:
        yield narrowed(base, what, vocabulary)


def narrowed(disease: str, histology: str, vocabulary: Vocabulary) -> str:
    """Give the narrower disease that site and histology make together: gastric cancer, adenocarcinoma."""
    if not histology:
        return disease
    own = vocabulary.find("diseases", histology)
    joined = vocabulary.find("diseases", disease.removesuffix(" cancer") + " " + histology)
    for name in (joined, own):
        if name and vocabulary.is_a("diseases", name, disease):
            return name
    inner = [name for name in vocabulary.narrower("diseases", disease) if name.endswith(f" {histology}")]
    return inner[0] if len(inner) == 1 else disease


def is_cancer(resource: Json, concept: Json) -> bool:
    """Say whether a condition is an invasive cancer of whatever sort."""
    if has_profile(resource, "primary-cancer-condition"):
        return True
    if any(coding.system == "ICD-10" and _INVASIVE.match(coding.code) for coding in codings(concept)):
        return True
    texts = spoken(concept)
    return any(_MALIGNANT.search(text) for text in texts) and not any(_NOT_MALIGNANT.search(text) for text in texts)
