"""Phrases of conditions beside the cancer: infections, heart, nerves, autoimmunity."""

from __future__ import annotations

import re
from typing import Final

from adoptive.trial.eligibility.statements import Has, Not, Statement
from adoptive.workbench.match.read.phrases.phrase import Phrase
from adoptive.workbench.match.read.phrases.terms import alone, named, spelt

__all__ = ["PHRASES"]

_FLAGS: Final = re.IGNORECASE
_END: Final = r"(?![\w-])"
_JOIN: Final = r"(?: ?, ?(?:and/or |or )?| ?/ ?| and/or | or )"

_SORT: Final = r"(?:bacterial|viral|fungal|parasitic|mycobacterial|protozoal|opportunistic)"
_INFECTIONS: Final = re.compile(
    (
        rf"(?<![\w-])(?:systemic )?(?P<sorts>{_SORT}(?:{_JOIN}(?:systemic "
        rf")?{_SORT}){{1,5}})(?P<other>{_JOIN}other)? (?:systemic )?(?:infections?|"
        rf"infectious diseases?){_END}"
    ),
    _FLAGS,
)
_HEPATITIS: Final = re.compile(
    (
        rf"(?<![\w-])hepatitis (?:virus )?[BC](?: \((?-i:HBV|HCV)\))?(?:{_JOIN}|"
        rf" and )(?:hepatitis )?(?:virus )?[BC](?: \((?-i:HBV|HCV)\))?(?: "
        rf"virus(?:es)?)?(?: infections?)?{_END}"
    ),
    _FLAGS,
)
_VIRUS: Final = (
    r"(?:(?:human immunodeficiency virus|HIV(?:-?1/2|-?1)?|hepatitis "
    r"[BC](?: virus)?|HBV|HCV|HTLV(?:-?[I1](?:/II|/2)?)?|cytomegalovirus|"
    r"CMV|EBV|Epstein-Barr virus|syphilis|tuberculosis|SARS-CoV-2)"
    r"(?: \((?-i:HIV|HBV|HCV|HTLV|CMV|EBV)\))?)"
)
_INFECTED: Final = re.compile(
    rf"(?<![\w-])(?:infected with|infection (?:with|by)|(?:sero-?)?positive "
    rf"(?:serology |test(?:s|ing)? (?:results? )?)?for|seropositivity "
    rf"for|positive serology for|test(?:s|ed|ing)? positive for|positivity "
    rf"for)"
    rf" (?:the )?(?P<list>{_VIRUS}(?:{_JOIN}(?:the )?{_VIRUS}){{0,8}})(?: infections?)?{_END}",
    _FLAGS,
)
_SEVERAL: Final = re.compile(
    rf"(?<![\w-])(?P<list>{_VIRUS}(?:{_JOIN}(?:the )?{_VIRUS}){{1,8}}) infections?{_END}", _FLAGS
)
_SEROLOGY: Final = re.compile(
    (
        rf"(?<![\w-])(?P<virus>{_VIRUS})(?:[ -](?:sero-?)?(?P<sign>positive|"
        rf"positivity|negative|seronegative)(?: status| serology| test)?){_END}"
    ),
    _FLAGS,
)
_NEGATIVE: Final = re.compile(
    (
        rf"(?<![\w-])(?:seronegative for|negative (?:serology|test(?:s|ing)?(?: "
        rf"results?)?) for|test(?:s|ed)? negative for) (?P<list>{_VIRUS}(?:(?:{_JOIN}|"
        rf" and |, and ){_VIRUS}){{0,8}}){_END}"
    ),
    _FLAGS,
)
_CLASS: Final = (
    r"(?:(?:functional )?class(?:ification)? )?(?:(?P<least@>>=?|at "
    r"least|greater than or equal to|greater than|more than|above|over)? ?(?:class "
    r")?(?P<class@>IV|III|II|[234])"
    r"(?P<more@> or (?:higher|greater|worse|above|more))?(?:(?: or |"
    r" ?/ ?| ?- ?| to )(?:class )?(?P<last@>IV|4|III|3))?)"
)
_CLASS_1, _CLASS_2 = (_CLASS.replace("@", number) for number in "12")
_NYHA: Final = r"(?:(?:New York Heart Association|NYHA)(?: \(NYHA\))?)"
_HEART: Final = r"(?:(?:congestive )?(?:heart|cardiac) failure|cardiac disease|heart disease|CHF)"
_HEART_FAILURE: Final = re.compile(
    (
        rf"(?<![\w-])(?:{_HEART},? (?:(?P<open>\()?)(?:of |defined as |with "
        rf")?{_NYHA},? {_CLASS_1}(?(open)\))|{_NYHA},? {_CLASS_2},? (?:congestive "
        rf")?(?:heart|cardiac) failure){_END}"
    ),
    _FLAGS,
)
_NUMBERS: Final = {"II": 2, "III": 3, "IV": 4, "2": 2, "3": 3, "4": 4}


def _has(match: re.Match[str]) -> Statement | None:
    name = alone("conditions", match)
    return Has((name,)) if name else None


def _infections(match: re.Match[str]) -> Statement | None:
    if match["other"]:
        return Has(("infection",))
    names = [named("conditions", f"{sort} infection") for sort in re.findall(_SORT, match["sorts"], _FLAGS)]
    return Has(tuple(name for name in names if name)) if all(names) else None


def _viruses(text: str) -> tuple[str, ...] | None:
    names = []
    for virus in re.findall(_VIRUS, text, _FLAGS):
        plain = re.sub(r" \([A-Z]+\)", "", virus)
        name = named("conditions", plain) or named("conditions", f"{plain} infection")
        if name is None:
            return None
        names.append(name)
    return tuple(dict.fromkeys(names)) or None


_BY_SEROLOGY: Final = {
    "HIV infection": "HIV infection",
    "HTLV infection": "HTLV infection",
    "hepatitis C": "anti-HCV positive",
}
"""What antibodies tell: of hepatitis C that it was there once; of hepatitis B, CMV or EBV nothing that is asked for."""
_LASTING: Final = frozenset({"HIV infection", "HTLV infection", "hepatitis B", "hepatitis C"})


def _tested(text: str, words: str) -> tuple[str, ...] | None:
    names = _viruses(text)
    if names is None or not re.search("sero", words, _FLAGS):
        return names
    seen = [_BY_SEROLOGY.get(name) for name in names]
    return tuple(name for name in seen if name) if all(seen) else None


def _infected(match: re.Match[str]) -> Statement | None:
    names = _tested(match["list"], match[0])
    return Has(names) if names else None


def _uninfected(match: re.Match[str]) -> Statement | None:
    names = _tested(match["list"], match[0])
    return Not(Has(names)) if names else None


def _serology(match: re.Match[str]) -> Statement | None:
    names = _tested(match["virus"], match[0])
    if names is None or not _LASTING >= set(_viruses(match["virus"]) or ()):
        return None
    return Not(Has(names)) if "negative" in match["sign"].lower() else Has(names)


def _heart_failure(match: re.Match[str]) -> Statement | None:
    """Read a class of the New York Heart Association; "cardiac disease" of a class is heart failure of it."""
    n = 1 if match["class1"] else 2
    first, last = _NUMBERS[match[f"class{n}"].upper()], match[f"last{n}"]
    least, more = match[f"least{n}"], match[f"more{n}"]
    if least is not None and re.fullmatch(r">|greater than|more than|above|over", least, _FLAGS):
        first += 1
    if last is not None and _NUMBERS[last.upper()] != 4:
        return None
    if first != 4 and not (least or more or last):
        return None
    name = {2: "heart failure NYHA II or worse", 3: "heart failure NYHA III or IV"}.get(first)
    return Has((name,)) if name else None


_ALWAYS: Final = ("",)
# The names are too many for a sieve; their tree of letters is one.
_VIRUSES: Final = (
    "hiv",
    "immunodeficiency",
    "hepatitis",
    "hbv",
    "hcv",
    "htlv",
    "cmv",
    "cytomegalo",
    "ebv",
    "epstein",
    "syphilis",
    "tubercul",
    "sars",
)

PHRASES: Final = (
    Phrase("infections of several sorts", ("infectio",), _INFECTIONS, _infections),
    Phrase("hepatitis B or C", ("hepatitis",), _HEPATITIS, lambda match: Has(("hepatitis B", "hepatitis C"))),
    Phrase("infected with", _VIRUSES, _INFECTED, _infected),
    Phrase("infections of several viruses", _VIRUSES, _SEVERAL, _infected),
    Phrase("virus positive or negative", _VIRUSES, _SEROLOGY, _serology),
    Phrase("tested negative", ("negative",), _NEGATIVE, _uninfected),
    Phrase("class of heart failure", ("nyha", "new york"), _HEART_FAILURE, _heart_failure),
    Phrase("condition", _ALWAYS, spelt("conditions"), _has),
)
