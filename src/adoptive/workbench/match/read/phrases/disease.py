"""Phrases of the cancer itself: its name, spread, stage, and other cancers beside it."""

from __future__ import annotations

import dataclasses
import re
from typing import Final

from adoptive.trial.eligibility.statements import AnyOf, Disease, Statement
from adoptive.workbench.match.read.phrases.extent import ADJECTIVES, extents_of
from adoptive.workbench.match.read.phrases.numbers import DURATION, days_in
from adoptive.workbench.match.read.phrases.phrase import Phrase
from adoptive.workbench.match.read.phrases.stage import STAGES, stages_of
from adoptive.workbench.match.read.phrases.terms import alone, listed, named, spelt, term

__all__ = ["PHRASES"]

_FLAGS: Final = re.IGNORECASE
_NAME: Final = term("diseases")
_SHORT: Final = r"(?: \((?-i:[A-Z][A-Za-z/-]{1,9}s?)\))?"
_OR: Final = r"(?: ?, ?(?:and/or |or )?| ?/ ?| and/or | or )"
_NAMES: Final = rf"(?=\w)(?P<names>(?:(?:{_OR}(?:the )?)?{_NAME}{_SHORT}){{1,20}})"
# The tree of names is large and stands here once: the look ahead keeps the first name from starting with a join.
_NOUN: Final = (
    r"(?:adenocarcinomas?|carcinomas?|cancers?|tumou?rs?|squamous cell "
    r"carcinomas?|malignanc(?:y|ies)|sarcomas?|lymphomas?)"
)
_ORGAN: Final = (
    r"(?:gastric|stomach|gastro-?o?esophageal(?: junction)?|o?esophago-?gastric(?: "
    r"junction)?|(?-i:GEJ|EGJ|G/GEJ)|o?esophageal|o?esophagus|"
    r"pancreatic|pancreas|colorectal|colon|rectal|rectum|ovarian|ovary|"
    r"breast|lung|liver|hepatic|hepatocellular|biliary(?: tract)?|bile "
    r"duct|"
    r"prostate|bladder|urothelial|renal(?: cell)?|kidney|cervical|cervix|"
    r"endometrial|endometrium|head and neck|thyroid|gallbladder|fallopian "
    r"tube|"
    r"primary peritoneal|non-small[ -]cell lung|small[ -]cell lung|triple-negative "
    r"breast|gall bladder|appendiceal|small bowel)"
)
_ORGANS: Final = rf"(?:the )?{_ORGAN}{_SHORT}(?:{_OR}(?:the )?{_ORGAN}{_SHORT}){{1,12}}"
_SHARED: Final = (
    rf"(?:(?P<before>{_ORGANS}) (?P<noun>{_NOUN})|(?P<head>{_NOUN}) (?:of|"
    rf"arising (?:from|in)) (?P<organs>{_ORGANS}))(?![\w-])"
)
_THAT: Final = r"(?: ?, ?| \(?(?:(?:that|which) (?:is|are)(?: either)? |with |and )?|, (?:that|which) (?:is|are) )"
_UNRESECTABLE: Final = (
    r"(?:,? ?(?:(?:that|which) (?:is|are) |and )?(?:not (?:amenable|"
    r"suitable|eligible) (?:to|for)|not a candidate for|without option "
    r"of) "
    r"(?:curative(?:-intent)? |radical |complete |potentially curative )?(?:surgical )?(?:resection|surgery))"
)
_BEFORE: Final = (
    rf"(?:(?P<stage>{STAGES})[ ,]{{1,2}}(?:of )?)?(?:(?P<extent>{ADJECTIVES})[ "
    rf",]{{1,2}})?(?:(?P<later>{STAGES}) )?(?:primary )??"
)
_BEHIND: Final = rf"(?:{_THAT}(?P<behind>{ADJECTIVES})(?: disease)?(?= ?[.,;:)]|$| and | with | who | that ))?"
_AFTER: Final = rf"(?:,? \(?(?P<stages>{STAGES})(?: disease)?(?P<close>\))?)?(?P<unresectable>{_UNRESECTABLE})?"
_DISEASE: Final = re.compile(rf"(?<![\w-]){_BEFORE}{_NAMES}{_BEHIND}{_AFTER}(?! in remission)(?![\w-])", _FLAGS)
_ORGANS_DISEASE: Final = re.compile(rf"(?<![\w-]){_BEFORE}{_SHARED}{_AFTER}(?![\w-])", _FLAGS)
_STATED: Final = re.compile(
    (
        rf"(?<![\w-])(?:(?P<stage>{STAGES})[ ,]{{1,2}})?(?:(?P<extent>{ADJECTIVES}) "
        rf")?(?:disease|malignanc(?:y|ies)|(?P<stages>{STAGES})(?: disease)?)(?![\w-])"
    ),
    _FLAGS,
)
_MALIGNANCY: Final = (
    r"(?:primary )?(?:malignanc(?:y|ies)|cancers?|malignant (?:disease|"
    r"tumou?r|neoplasm)s?|primary tumou?rs?|neoplasms?)"
)
_AGO: Final = rf"(?:within|in|during|over) (?:the )?(?:last |past |previous |prior |preceding )?(?P<span>{DURATION})"
_ACTIVE: Final = (
    r"(?:(?:active|concurrent|current|concomitant|synchronous|known|"
    r"currently active|prior|previous|simultaneous) ){0,2}"
)
_WHICH: Final = (
    r"(?:(?:other|another|second|secondary|additional)|(?:prior|previous) "
    r"or (?:concurrent|concomitant|current|simultaneous)(?: other| second)?|"
    r"(?:concurrent|concomitant|current|simultaneous) or (?:prior|previous)(?: "
    r"other| second)?|(?:prior|previous|concurrent|concomitant)(?: other|"
    r" second)?)"
)
_TO_ENTRY: Final = (
    r"(?: (?:before|prior to|of|from|preceding) (?:the )?(?:study )?"
    r"(?:enrolment|enrollment|screening|consent|study entry|leukapheresis|"
    r"apheresis|inclusion|registration|randomi[sz]ation|entry))?"
)
_OTHERS: Final = re.compile(
    rf"(?<![\w-])(?:(?:(?:a |any )?(?:prior |previous |past |known )?history "
    rf"of |diagnosis of )?(?:an? |any )?{_ACTIVE}{_WHICH} {_ACTIVE}"
    rf"|(?:a |any )?history of (?:an? |any )?){_MALIGNANCY}(?: other "
    rf"than (?:the )?(?:disease|cancer|malignancy|tumou?r) under (?:study|"
    rf"investigation))?"
    rf"(?: (?:diagnosed|present|that was diagnosed))?(?: {_AGO}{_TO_ENTRY})?(?![\w-])",
    _FLAGS,
)


def _spread(names: tuple[str, ...], match: re.Match[str]) -> Statement | None:
    found = match.groupdict()
    stages: tuple[str, ...] = ()
    for group in ("stage", "later", "stages"):
        if found.get(group):
            read = stages_of(found[group])
            if read is None:
                return None
            stages += read
    if found.get("extent") and found.get("behind"):
        return None
    ways = extents_of(found.get("extent") or found.get("behind") or "")
    if ways is None:
        return None
    beside = ("unresectable",) if found.get("unresectable") else ()
    parts = tuple(Disease(names, stages, tuple(dict.fromkeys((*way, *beside)))) for way in ways)  # type: ignore[arg-type]
    return parts[0] if len(parts) == 1 else AnyOf(parts)


def _initials(match: re.Match[str]) -> str | None:
    """Take the short forms in brackets out of a list of names; None where one stands for something else."""
    text, kept = match["names"], ""
    at = 0
    for short in re.finditer(r" \(([A-Za-z/-]{2,11})\)", text):
        before = text[at : short.start()]
        name = named("diseases", re.split(r", | or |/", before)[-1])
        meant = named("diseases", short[1])
        letters = iter(re.sub(r"[^a-z]", "", before.lower()))
        if (meant is None or meant != name) and not all(
            letter in letters for letter in short[1].lower().rstrip("s").replace("/", "").replace("-", "")
        ):
            return None
        kept, at = kept + before, short.end()
    return kept + text[at:]


def _disease(match: re.Match[str]) -> Statement | None:
    text = _initials(match)
    names = listed("diseases", re.sub(r"\bthe ", "", text)) if text else None
    if match.groupdict().get("close") and "(" not in match[0].replace(match["names"], ""):
        return None
    return _spread(names, match) if names else None


def _bare(match: re.Match[str]) -> Statement | None:
    name = alone("diseases", match)
    return Disease((name,)) if name else None


def _organs(match: re.Match[str]) -> Statement | None:
    """Read "gastric or pancreatic cancer": the organs share the noun."""
    noun = (match["noun"] or match["head"]).lower()
    organs = re.sub(r"(?i)\bthe | \((?:[A-Za-z/-]{2,11})\)", "", match["before"] or match["organs"])
    whole = named("diseases", f"{organs} {noun}" if match["before"] else f"{noun} of the {organs}")
    if whole is not None:
        return _spread((whole,), match)
    names: list[str] = []
    for organ in re.split(_OR, organs):
        name = named("diseases", f"{organ} {noun}") or named("diseases", f"{noun} of the {organ}")
        if name is None:
            return None
        names.append(name)
    return _spread(tuple(dict.fromkeys(names)), match)


def _stated(match: re.Match[str]) -> Statement | None:
    if not (match["stage"] or match["extent"] or match["stages"]):
        return None
    return _spread((), match)


def _others(match: re.Match[str]) -> Statement | None:
    other = Disease((), other_than_study_disease=True)
    if match["span"] is None:
        return other
    days = days_in(match["span"])
    return None if days is None else dataclasses.replace(other, within_days=days)


_WORDS: Final = ("",)
# The names are too many for a sieve; their tree of letters is one.
_SPREAD: Final = ("advanced", "metast", "resectable", "operable", "relapsed", "recurrent", "refractory", "stage")

PHRASES: Final = (
    Phrase("other cancers", ("malignan", "cancer", "primary tum", "neoplasm"), _OTHERS, _others),
    Phrase("cancer of several organs", (" or ", "/", ","), _ORGANS_DISEASE, _organs),
    Phrase("cancer", _WORDS, _DISEASE, _disease),
    Phrase("name of a cancer", _WORDS, spelt("diseases"), _bare),
    Phrase("spread alone", _SPREAD, _STATED, _stated),
)
