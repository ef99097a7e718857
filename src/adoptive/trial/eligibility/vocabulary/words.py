"""The vocabulary: finds names by spelling or code, knows what is narrower, and turns units."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, cast

from adoptive.trial.eligibility.vocabulary.spelling import forms, key, pattern_of, unit_key
from adoptive.trial.eligibility.vocabulary.terms import Field, Kind, Term
from adoptive.trial.eligibility.vocabulary.times import days_of, time_unit

__all__ = ["Vocabulary"]

Index = Mapping[str, str]
_TAG = re.compile(
    r" ?\((?:disorder|finding|procedure|substance|situation|product|medicinal product|morphologic abnormality"
    r"|regime/therapy|observable entity|qualifier value|event)\)$"
)
_PER_YEAR = MappingProxyType({"day": 1 / 365.25, "week": 7 / 365.25, "month": 1 / 12, "year": 1.0, "hour": 1 / 8766})


@dataclass(frozen=True)
class Vocabulary:
    """Hold the words of eligibility; build it with :func:`load_vocabulary`."""

    fields: Mapping[str, Field]
    kinds: Mapping[str, Mapping[str, Term]]
    _spelt: Mapping[str, Index] = field(repr=False)
    _acronyms: Mapping[str, Index] = field(repr=False)
    _coded: Mapping[str, Index] = field(repr=False)
    _narrower: Mapping[str, Mapping[str, frozenset[str]]] = field(repr=False)
    _patterns: dict[str, re.Pattern[str]] = field(default_factory=dict, repr=False, compare=False)

    def terms(self, kind: Kind) -> Mapping[str, Term]:
        """Give the terms of a kind (diseases, treatments, conditions, antigens) by name."""
        return self.kinds[kind]

    def narrower(self, kind: Kind, name: str) -> frozenset[str]:
        """Give a name with everything narrower; an unknown name gives itself alone.

        >>> from adoptive.trial.eligibility.vocabulary import load_vocabulary
        >>> "gastric adenocarcinoma" in load_vocabulary().narrower("diseases", "gastrointestinal cancer")
        True
        """
        return self._narrower[kind].get(name) or frozenset((name,))

    def is_a(self, kind: Kind, name: str, broader: str) -> bool:
        """Say whether a name is another name or narrower than it."""
        return name == broader or name in self._narrower[kind].get(broader, ())

    def find(self, kind: Kind, text: str) -> str | None:
        """Find the name that a spelling stands for, None where it is not known.

        Case, hyphens, spaces, Greek letters, plurals and UK or US spelling make no difference; acronyms count only
        as written, so that "all" is no leukaemia. SNOMED's tags, as in "asthma (disorder)", are passed over.

        >>> from adoptive.trial.eligibility.vocabulary import load_vocabulary
        >>> words = load_vocabulary()
        >>> words.find("diseases", "Stomach Cancers"), words.find("diseases", "ALL"), words.find("diseases", "all")
        ('gastric cancer', 'acute lymphoblastic leukaemia', None)
        """
        stripped = _TAG.sub("", text[:300].strip())
        if len(stripped) > 200:
            return None
        return self._acronyms[kind].get(stripped) or self._spelt[kind].get(key(stripped))

    def by_code(self, kind: Kind, system: str, code: str) -> str | None:
        """Find the name of a code; an ICD-10 or ATC code falls back on its broader codes.

        Arguments: ``system`` oncotree, icd10, snomed, rxnorm, atc, loinc or hgnc.

        >>> from adoptive.trial.eligibility.vocabulary import load_vocabulary
        >>> load_vocabulary().by_code("diseases", "icd10", "C16.3")
        'gastric cancer'
        """
        code = code.strip()
        while code:
            if found := self._coded[kind].get(f"{system}:{code.upper()}"):
                return found
            if system not in ("icd10", "atc") or len(code) <= 3:
                return None
            code = code[:-1].rstrip(".")
        return None

    def in_unit(self, field: str, value: float, unit: str = "") -> float | None:
        """Turn a number into a field's own unit; None where the unit is not known for that field.

        >>> from adoptive.trial.eligibility.vocabulary import load_vocabulary
        >>> words = load_vocabulary()
        >>> round(words.in_unit("creatinine_mg_dl", 133.0, "µmol/L"), 2), words.in_unit("platelets_e9_l", 75000, "/mm3")
        (1.5, 75.0)
        """
        known = self.fields.get(field)
        if known is None or not math.isfinite(value):
            return None
        if not unit.strip():
            return float(value)
        if known.unit in ("week", "year"):
            return _in_time(value, unit, known.unit)
        factor = known.units.get(unit_key(unit))
        return None if factor is None else value * factor

    def may_be_asked(self, field: str, value: float) -> bool:
        """Say whether a criterion may ask for a threshold, in the field's own unit; else a unit was mistaken.

        >>> from adoptive.trial.eligibility.vocabulary import load_vocabulary
        >>> words = load_vocabulary()
        >>> words.may_be_asked("haemoglobin_g_dl", 9.0), words.may_be_asked("haemoglobin_g_dl", 0.9)
        (True, False)
        """
        known = self.fields.get(field)
        if known is None or not math.isfinite(value):
            return False
        low, high = known.asked or (-math.inf, math.inf)
        return low <= value <= high

    def synonym_pattern(self, kind: Kind) -> re.Pattern[str]:
        """Give one pattern that finds every spelling of a kind in text, as whole words, the longest first."""
        if kind not in self._patterns:
            terms = cast("Mapping[str, Any]", self.fields if kind == "fields" else self.kinds[kind]).values()
            spelt = [spelling for term in terms for spelling in term.synonyms]
            short = [acronym for term in terms for acronym in term.acronyms]
            self._patterns[kind] = pattern_of(spelt, short)
        return self._patterns[kind]


def _in_time(value: float, unit: str, own: str) -> float | None:
    known = time_unit(unit)
    if known is None:
        return None
    return value * _PER_YEAR[known] if own == "year" else days_of(value, known) / 7


def spelt_index(terms: Mapping[str, Term] | Mapping[str, Field]) -> Index:
    """Map every folded spelling, in the singular and the plural, to its name."""
    return MappingProxyType(
        {key(form): name for name, term in terms.items() for word in term.synonyms for form in forms(word)}
    )


def acronym_index(terms: Mapping[str, Term] | Mapping[str, Field]) -> Index:
    """Map every acronym, alone and with a plural s, to its name."""
    return MappingProxyType(
        {form: name for name, term in terms.items() for word in term.acronyms for form in (word, f"{word}s")}
    )
