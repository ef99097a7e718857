"""Phrases of treatments: names of drugs, classes and procedures, what was aimed at an antigen, steroids by dose."""

from __future__ import annotations

import re
from typing import Final

from adoptive.trial.eligibility.statements import Statement, Treated
from adoptive.trial.eligibility.vocabulary import load_vocabulary
from adoptive.workbench.match.read.phrases.numbers import COMPARE, NUMBER, compare_of, number_of
from adoptive.workbench.match.read.phrases.phrase import Phrase
from adoptive.workbench.match.read.phrases.terms import named, term

__all__ = ["PHRASES", "SUFFIX", "treatment_named"]

_FLAGS: Final = re.IGNORECASE
SUFFIX: Final = (
    r"(?:[ -](?:based|containing)(?: (?:chemotherap(?:y|ies)|therap(?:y|ies)|regimens?|treatments?|combinations?))?"
    r"|(?<!therapy)(?<!treatment) (?:therap(?:y|ies)|treatments?|agents?|"
    r"drugs?|regimens?|medications?|antibod(?:y|ies)|infusions?))?"
)
_SETTING: Final = r"(?:(?P<setting>neo-?adjuvant|adjuvant|maintenance|bridging) )?"
_NAME: Final = re.compile(rf"(?<![\w-])(?:an? |any )?{_SETTING}(?P<name>{term('treatments')}){SUFFIX}(?![\w-])", _FLAGS)
_BRIDGING: Final = re.compile(r"(?<![\w-])bridging (?:therap(?:y|ies)|treatments?)(?![\w-])", _FLAGS)

_ANTIGEN: Final = term("antigens")
_SORT: Final = r"(?:therap(?:y|ies)|treatments?|agents?|drugs?|immunotherap(?:y|ies))"
_AIMED: Final = re.compile(
    rf"(?<![\w-])(?:any )?(?:(?P<before>{_ANTIGEN})[ -](?:targeted|directed|"
    rf"targeting) {_SORT}|anti-(?P<against>{_ANTIGEN}) "
    rf"{_SORT}"
    rf"|{_SORT} (?:that )?(?:targeting|targeted (?:to|against|at)|directed "
    rf"(?:to|against|at|toward|towards)|targets?|against) (?P<behind>{_ANTIGEN}))(?![\w-])",
    _FLAGS,
)
_OF_ANTIGEN: Final = {
    name.removesuffix("-targeted therapy"): name
    for name in load_vocabulary().terms("treatments")
    if name.endswith("-targeted therapy")
} | {"CD20": "CD20 antibody", "CD38": "CD38 antibody"}

_STEROID: Final = (
    r"(?:(?:systemic |oral |intravenous |parenteral |chronic |daily "
    r"|high-dose )*(?:cortico-?steroids?|steroids?|glucocorticoids?|"
    r"glucocorticosteroids?)"
    r"(?: (?:therap(?:y|ies)|treatment|use|medication))?)"
)
_DOSE: Final = (
    rf"(?:{COMPARE} ?{NUMBER} ?(?:mg|milligrams?)(?: ?/ ?(?:day|d)\b)?|"
    rf"{NUMBER} ?(?:mg|milligrams?)(?: ?/ ?(?:day|d)\b)? or (?:more|less))"
)
_SMALL: Final = (
    r"(?:at|in|an?|of|doses?|dosage|daily|per|day|each|prednisone|prednisolone|"
    r"or|its|the|equivalents?|equivalent to|exceeding|to|with|total|"
    r"prednisone-equivalents?|once)"
)
_STEROIDS: Final = re.compile(
    r"(?<![\w-])(?:(?P<now>(?:current(?:ly)? |ongoing |chronic |concurrent "
    r"|continuous |long-term )?(?:use of|treatment with|therapy with|"
    r"need for|requirement for|receiving|requiring|requires|require|"
    r"taking|on)) )?"
    rf"(?P<what>{_STEROID}|{_DOSE}(?= (?:{_SMALL} ){{0,6}}(?:prednisone|"
    rf"prednisolone|{_STEROID}))|prednisone|prednisolone)"
    rf"(?:[ ,]{{1,2}}[(]?(?:{_DOSE}|{_SMALL}(?![\w-])|{_STEROID})[)]?){{1,16}}(?![\w-])",
    _FLAGS,
)


def treatment_named(text: str) -> str | None:
    """Name a treatment with the words that may stand around its name: "a platinum-based regimen".

    >>> treatment_named("an anti-PD-1 antibody"), treatment_named("oxaliplatin-containing regimens")
    ('PD-1 inhibitor', 'oxaliplatin')
    """
    plain = re.sub(
        r"(?i)^(?:(?:an?|the|at least one|one|prior|previous|any|both|either) )+|\s*\([A-Za-z0-9/-]{2,12}\)",
        "",
        text.strip(),
    )
    known = named("treatments", plain)
    if known:
        return known
    return named("treatments", re.sub(rf"(?i){SUFFIX}$", "", plain))


def _treated(match: re.Match[str]) -> Statement | None:
    name = named("treatments", match["name"])
    if name is None:
        return None
    return Treated((name,), setting=(match["setting"] or "").lower().replace("neo-", "neo"))


def _aimed(match: re.Match[str]) -> Statement | None:
    antigen = named("antigens", match["before"] or match["against"] or match["behind"])
    name = _OF_ANTIGEN.get(antigen or "")
    return Treated((name,)) if name else None


def _steroids(match: re.Match[str]) -> Statement | None:
    """Read a daily dose of steroids; prednisone or its equivalent must be named, and the day."""
    text = match[0].lower()
    doses = re.findall(_DOSE, text, _FLAGS)
    if len(doses) != 1 or not re.search(r"daily|per day|/ ?d|each day|once a day", text) or "equivalent" not in text:
        return None
    if not re.search(r"steroid|prednis", text) or text.count("(") != text.count(")"):
        return None
    dose = re.fullmatch(rf"(?P<compare>{COMPARE}) ?(?P<n>{NUMBER}) ?mg(?: ?/ ?(?:day|d))?", doses[0], _FLAGS)
    if dose is None or compare_of(dose["compare"]) != ">":
        return None
    amount = number_of(dose["n"])
    return None if amount is None else Treated(("systemic corticosteroids",), ongoing=True, dose_above=amount)


PHRASES: Final = (
    Phrase("treatment aimed at an antigen", ("target", "direct", "anti-", "against"), _AIMED, _aimed),
    Phrase("steroids by dose", ("mg", "milligram"), _STEROIDS, _steroids),
    Phrase("bridging", ("bridging",), _BRIDGING, lambda match: Treated((), setting="bridging")),
    Phrase("treatment", ("",), _NAME, _treated),
)
