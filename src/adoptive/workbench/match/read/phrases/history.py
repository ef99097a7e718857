"""Phrases of the treatment history: lines of treatment, and what failed or was not tolerated."""

from __future__ import annotations

import re
from typing import Final

from adoptive.trial.eligibility.statements import All, Compare, Flag, Not, Quantity, Statement, Treated
from adoptive.workbench.match.read.phrases.numbers import COMPARE, NUMBER, compare_of, number_of
from adoptive.workbench.match.read.phrases.phrase import Phrase
from adoptive.workbench.match.read.phrases.terms import term
from adoptive.workbench.match.read.phrases.treatment import SUFFIX, treatment_named

__all__ = ["PHRASES"]

_FLAGS: Final = re.IGNORECASE
_FAIL: Final = (
    r"(?:(?:(?:is |are |was |were |been |has |have )?(?:refractory|resistant|"
    r"intolerant|progressed|progressing|relapsed|recurred|failed|failing)"
    r"|(?:documented |radiographic |disease )?(?:progression|relapse|"
    r"recurrence)|progressive disease|failure|intolerance|resistance)"
    r"(?: (?:on or after|on/after|during or after|during or following|"
    r"after or during|on or following|while on|while receiving|upon|"
    r"during/after|following|during|despite|after|from|on|to|of)(?: treatment with| therapy with| receiving)?)?)"
)
_FAILS: Final = rf"{_FAIL}(?:(?: ?, ?(?:and/or |or )?| ?/ ?| and/or | or ){_FAIL}){{0,4}},?"
_COUNT: Final = (
    rf"(?:(?P<compare@>{COMPARE}) ?(?P<count@>{NUMBER})(?: ?\({NUMBER}\))?(?P<more@>)"
    rf"|(?P<low@>{NUMBER})(?: ?\({NUMBER}\))?(?: or (?:more|greater)|\+)"
    rf"|(?:(?:between )?(?P<from@>{NUMBER})(?: ?- ?| to | and ))(?P<to@>{NUMBER})"
    rf"|(?:at least|>=) ?(?P<least@>{NUMBER}),? (?:and|but) (?:no|not) more than (?P<most@>{NUMBER}))"
)
_SORT: Final = (
    r"(?:(?:systemic|anti-?cancer|anti-?neoplastic|anti-?tumou?r|anti-?myeloma|treatment|systemic anti-?cancer) )*"
)
_WHAT: Final = r"(?:therap(?:y|ies)|treatments?|regimens?)"
_LINE: Final = (
    rf"(?:(?:different |separate )?(?:(?:prior|previous) )?{_SORT}lines?(?: "
    rf"of (?:(?:prior|previous) )?{_SORT}{_WHAT}(?![\w-])|(?! of\b)(?: "
    rf"{_WHAT})?)"
    rf"|(?:prior|previous) {_SORT}(?:therapies|treatments|regimens|therapy|"
    rf"regimen|treatment)(?! (?:with|of|for|lines?)\b))"
    r"(?: (?:for|in) (?:the )?(?:(?:locally )?advanced(?: or |/)metastatic|"
    r"metastatic|advanced)(?: disease)?(?: setting| disease)?)?(?![\w-])"
)
_LINES_1, _LINES_2 = (rf"{_COUNT} {_LINE}".replace("@", number) for number in "12")
_INCLUDING: Final = (
    r"(?:,? ?(?:that |which )?(?:must (?:have )?)?(?:includ(?:ing|ed|"
    r"es?)|containing|consisting of)(?: (?:at least|treatment with|prior "
    r"treatment with))?)"
)
_ARTICLE: Final = r"(?:(?:at least one|one|prior|previous|any|both|either|the|an?) ){0,3}"
_JOIN: Final = r"(?: ?, ?(?:and/or |or |and )?| ?/ ?| and/or | or | and )"
_LIST: Final = (
    rf"(?=\w)(?P<list>(?:{_JOIN}?{_ARTICLE}{term('treatments')}{SUFFIX}(?: "
    rf"\((?-i:[A-Z][A-Za-z0-9/-]{{1,11}})\))?){{1,12}})(?! ?[(-]| within "
    rf"| in the )"
)
_HAD: Final = r"(?:prior|previous) (?:therap(?:y|ies)|treatments?|regimens?) (?:must |should )(?:have )?included?"
_HISTORY: Final = re.compile(
    (
        rf"(?<![\w-])(?:(?P<fails>{_FAILS})(?: {_LINES_1}(?P<also>{_INCLUDING})?)?|"
        rf"{_LINES_2}(?P<including>{_INCLUDING})?|(?P<had>{_HAD})|(?P<naive>na[iï]ve (?:to|for)))"
        rf"(?: {_LIST})?(?![\w-])"
    ),
    _FLAGS,
)
_COMPLETE: Final = re.compile(
    (
        r"(?:\b(?:after|during|following|on|while receiving|upon|despite|"
        r"from|to|of|with|failed|failing|receiving)|/after),?"
    ),
    _FLAGS,
)
"""How a failure must end to speak of a treatment: "failed X", "refractory to X", but not "relapse, X"."""
_ORDINALS: Final = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3}
_NTH: Final = re.compile(
    (
        rf"(?<![\w-])(?P<verb>{_FAIL}|received|completed)(?: at least)? (?P<nth>{'|'.join(_ORDINALS)})[- "
        rf"]line (?:systemic )?(?:therapy|treatment)(?: or (?:later|beyond))?(?![\w-])"
    ),
    _FLAGS,
)
_LAST: Final = re.compile(
    (
        rf"(?<![\w-])(?:{_FAIL}) (?:the |their )?(?:last|most recent|latest|"
        rf"immediately preceding) (?:prior )?(?:line of )?(?:systemic |anti-?cancer "
        rf")*(?:therapy|treatment|regimen|line)(?: line)?(?![\w-])"
    ),
    _FLAGS,
)


def _lines(match: re.Match[str], n: int) -> tuple[Quantity, ...] | None:
    """Give the bounds of the number of lines; None where it is unclear."""
    rows: tuple[tuple[Compare | None, str | None], ...] = (
        (compare_of(match[f"compare{n}"] or ""), match[f"count{n}"]),
        (">=", match[f"low{n}"]),
        (">=", match[f"from{n}"]),
        ("<=", match[f"to{n}"]),
        (">=", match[f"least{n}"]),
        ("<=", match[f"most{n}"]),
    )
    found = [(compare, number_of(text)) for compare, text in rows if text is not None]
    if not found or any(compare is None or number is None or number > 20 for compare, number in found):
        return None
    return tuple(
        Quantity("prior_lines", compare, number) for compare, number in found if compare and number is not None
    )


def _names(text: str) -> tuple[tuple[str, ...], ...] | None:
    """Name a list of treatments: groups that must all hold, each of which any one fulfils."""
    every = re.search(r"(?<!/)\band\b(?!/)", text, _FLAGS)
    some = re.search(r"\bor\b|/", text, _FLAGS) and treatment_named(text) is None
    if every and some and not re.search(r"\band/or\b", text):
        whole = [treatment_named(part) for part in re.split(r",? and |, ", text)]
        return None if None in whole else tuple((name,) for name in whole if name)
    names = [
        treatment_named(part) for part in ([text] if treatment_named(text) else re.split(_JOIN, text)) if part.strip()
    ]
    if not names or None in names:
        return None
    known = tuple(dict.fromkeys(name for name in names if name))
    if len(known) > 1 and not every and not some:
        return None
    return tuple((name,) for name in known) if every and not some else (known,)


def _about(words: str) -> bool:
    """Say whether words of failure go on to the treatment that failed."""
    return _COMPLETE.fullmatch(words.strip().split(" ")[-1]) is not None


def _history(match: re.Match[str]) -> Statement | None:
    n = 2 if match["fails"] is None else 1
    if match["fails"] and not _about(match["fails"]):
        return None
    told = any(match[f"{group}{n}"] for group in ("compare", "low", "from", "least"))
    bounds = _lines(match, n) if told else ()
    groups = _names(match["list"]) if match["list"] else ()
    including = match["also"] or match["including"]
    if bounds is None or groups is None or not (bounds or groups) or bool(including) != bool(bounds and groups):
        return None
    if match["naive"]:
        return Not(Treated(groups[0])) if len(groups) == 1 else None
    failed = match["fails"] is not None
    if failed and not groups:
        groups = ((),)
    parts: tuple[Statement, ...] = (*bounds, *(Treated(names, failed=failed) for names in groups))
    return parts[0] if len(parts) == 1 else All(parts)


def _nth(match: re.Match[str]) -> Statement | None:
    lines = Quantity("prior_lines", ">=", float(_ORDINALS[match["nth"].lower()]))
    if match["verb"].lower() in ("received", "completed"):
        return lines
    if not _about(match["verb"]):
        return None
    return All((lines, Treated((), failed=True)))


_FAILING: Final = ("refractory", "resistan", "intoleran", "progress", "relaps", "recur", "fail", "naive", "naïve")

PHRASES: Final = (
    Phrase("treatment history", (*_FAILING, "line", "therap", "regimen", "treatment"), _HISTORY, _history),
    Phrase("a line by its number", ("-line", " line"), _NTH, _nth),
    Phrase("last treatment failed", ("last", "recent", "latest", "preceding"), _LAST, lambda match: Flag("progressed")),
)
