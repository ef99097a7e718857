"""Phrases of ECOG, Karnofsky and Lansky."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from adoptive.trial.eligibility.statements import All, AnyOf, Quantity, Statement
from adoptive.workbench.match.read.phrases.numbers import COMPARE, compare_of, number_of
from adoptive.workbench.match.read.phrases.phrase import Phrase

__all__ = ["PHRASES"]

Build = Callable[[re.Match[str]], Statement | None]

_STATUS = (
    r"(?: \(?(?:performance|functional)(?: status| score| scale| index)?\)?| PS| scale| status| score| index| scores|"
    r" level| grade| \((?:ECOG|KPS|PS|LPS|ECOG PS|ECOG-PS)\))"
)
_ECOG: Final = (
    rf"(?:Eastern Cooperative Oncology Group|(?:performance status|PS),? (?:of |by |per |\()?(?:the )?(?:ECOG|WHO|"
    rf"Zubrod)\)?(?: of)?|ECOG/WHO|WHO/ECOG|ECOG-PS|ECOG|Zubrod|WHO(?= (?:performance|PS)))(?:{_STATUS}){{0,4}}"
)
_KARNOFSKY: Final = rf"(?:Karnofsky|KPS)(?:{_STATUS}){{0,4}}"
_LANSKY: Final = rf"(?:Lansky|LPS)(?:{_STATUS}| play(?:[- ]performance)?){{0,5}}"
_IS: Final = (
    r"(?:,? (?:must be|should be|is|of|at|value|assessed as|equal to|with a score of|in the range of)| =| ?:){0,2}"
)
_DIGIT = r"(?:[0-5]|zero|one|two|three|four|five)"
_END: Final = r"(?![\w%]|[.,]\d| ?(?:-|to|or|,|/|and) ?(?:[0-5]\b(?!\.\d)|equal|less|one\b|two\b))"

_ECOG_THRESHOLD = re.compile(rf"\b{_ECOG}{_IS} ?(?P<compare>{COMPARE}) ?(?P<number>{_DIGIT}){_END}", re.IGNORECASE)
_ECOG_RANGE = re.compile(
    (
        rf"\b{_ECOG}{_IS} ?(?:either |between |from )?\(?(?P<first>{_DIGIT})(?: ?(?:-|to|and|or|/|,|through|,? or|"
        rf",? and) ?(?P<second>{_DIGIT}))?(?: ?(?:-|to|and|or|/|,|,? or|"
        rf",? and) ?(?P<third>{_DIGIT}))?\)?(?P<less> (?:or|and) (?:less|lower|better|below)| or (?:more|greater|"
        rf"higher|worse|above))?{_END}"
    ),
    re.IGNORECASE,
)
_PERCENT_THRESHOLD = (
    rf"{_IS} ?(?P<compare>{COMPARE}) ?(?P<number>\d{{2,3}}) ?(?:%|percent|points)?(?![\w]|[.,]\d| ?- ?\d)"
)
_PERCENT_RANGE = (
    rf"{_IS} ?(?P<first>\d{{2,3}}) ?%?(?: ?(?:-|to) ?(?P<second>\d{{2,3}}) ?%?)?(?P<more> (?:or|and) (?:more|greater|"
    rf"higher|better|above|over))?(?![\w]|[.,]\d)"
)
_OLDER: Final = (
    r"(?: \(?(?:for |in |if )?(?:patients |subjects |participants )?(?:age |aged )?(?:>=? ?1[68](?: years)?(?: old|"
    r" of age)?)\)?)"
)
_YOUNGER: Final = (
    r"(?: \(?(?:for |in |if )?(?:patients |subjects |participants )?(?:age |aged )?(?:<=? ?1[68](?: years)?(?: old|"
    r" of age)?)\)?)"
)
_BY_AGE = re.compile(
    rf"\b{_KARNOFSKY}{_OLDER}? or {_LANSKY}{_YOUNGER}?(?:{_STATUS}){{0,3}}{_PERCENT_THRESHOLD}{_YOUNGER}?",
    re.IGNORECASE,
)


def _threshold(field: str) -> Build:
    def build(match: re.Match[str]) -> Statement | None:
        compare, number = compare_of(match["compare"]), number_of(match["number"])
        if compare is None or number is None or number > (5 if field == "ecog" else 100):
            return None
        return Quantity(field, compare, number)

    return build


def _ecog_range(match: re.Match[str]) -> Statement | None:
    numbers = [number_of(match[name]) for name in ("first", "second", "third") if match[name]]
    found = [number for number in numbers if number is not None]
    if match["less"]:
        if len(found) != 1:
            return None
        worse = re.search(r"more|greater|higher|worse|above", match["less"], re.IGNORECASE)
        return Quantity("ecog", ">=" if worse else "<=", found[0])
    dashed = re.search(r"[0-5] ?(?:-|to|through) ?[0-5]", match[0], re.IGNORECASE)
    if found != sorted(set(found)) or not (dashed or found == [found[0] + step for step in range(len(found))]):
        return None
    if found[0] == 0:
        return Quantity("ecog", "<=", found[-1])
    if len(found) == 1:
        return All((Quantity("ecog", ">=", found[0]), Quantity("ecog", "<=", found[0])))
    return All((Quantity("ecog", ">=", found[0]), Quantity("ecog", "<=", found[-1])))


def _percent_range(field: str) -> Build:
    def build(match: re.Match[str]) -> Statement | None:
        first, second = number_of(match["first"]), number_of(match["second"] or "")
        if first is None or first > 100 or not (match["more"] or second):
            return None
        if match["more"]:
            return None if second else Quantity(field, ">=", first)
        assert second is not None
        if not first < second <= 100:
            return None
        low = Quantity(field, ">=", first)
        return low if second == 100 else All((low, Quantity(field, "<=", second)))

    return build


def _either(match: re.Match[str]) -> Statement | None:
    compare, number = compare_of(match["compare"]), number_of(match["number"])
    if compare is None or number is None or number > 100:
        return None
    return AnyOf((Quantity("karnofsky", compare, number), Quantity("lansky", compare, number)))


_ECOG_WORDS: Final = ("ecog", "eastern cooperative", "zubrod", "who ", "performance status", "ps ")
PHRASES: tuple[Phrase, ...] = (
    Phrase("ecog.threshold", _ECOG_WORDS, _ECOG_THRESHOLD, _threshold("ecog")),
    Phrase("ecog.range", _ECOG_WORDS, _ECOG_RANGE, _ecog_range),
    *(
        phrase
        for field, name, words in (
            ("karnofsky", _KARNOFSKY, ("karnofsky", "kps")),
            ("lansky", _LANSKY, ("lansky", "lps")),
        )
        for phrase in (
            Phrase(
                f"{field}.threshold",
                words,
                re.compile(rf"\b{name}{_PERCENT_THRESHOLD}", re.IGNORECASE),
                _threshold(field),
            ),
            Phrase(
                f"{field}.range", words, re.compile(rf"\b{name}{_PERCENT_RANGE}", re.IGNORECASE), _percent_range(field)
            ),
        )
    ),
    Phrase("performance.by_age", ("lansky", "lps"), _BY_AGE, _either),
)
