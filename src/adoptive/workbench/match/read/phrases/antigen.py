"""Phrases of antigens on the tumour: positive or negative, staining intensity and share of cells, H-score, PD-L1."""

from __future__ import annotations

import re
from typing import Final

from adoptive.trial.eligibility.statements import AntigenLevel, Not, Quantity, Statement
from adoptive.workbench.match.read.phrases.assay import ASSAY, assay_of
from adoptive.workbench.match.read.phrases.numbers import COMPARE, NUMBER, compare_of, number_of
from adoptive.workbench.match.read.phrases.phrase import Phrase
from adoptive.workbench.match.read.phrases.terms import named, term

__all__ = ["PHRASES"]

_FLAGS: Final = re.IGNORECASE
_ANTIGEN: Final = term("antigens")
_KNOWN: Final = (
    r"(?:(?:as )?(?:determined|assessed|measured|confirmed|shown|detected|evaluated|demonstrated|defined) )?"
)
_TEST: Final = (
    rf"{_KNOWN}(?:by|on|using|with) (?:an? )?(?:(?:local|central|validated) "
    rf")?(?:{ASSAY})(?:(?: or | and/or | ?/ ?)(?:{ASSAY}))?(?: (?:testing|"
    rf"assay|test|analysis|staining))?"
)
_BY: Final = rf"(?:,? (?P<by>{_TEST})| \((?P<test>{_TEST}|{ASSAY})\))?"
_TUMOUR: Final = (
    r"(?: (?:(?:on|in|by) (?:the )?(?:malignant |tumou?r |leuka?emi(?:a|"
    r"c) |lymphoma )?(?:cells|blasts|tumou?r tissue)|tumou?r (?:cells?|"
    r"tissue|expression|status)|tumou?rs?|disease|cells?|expression|"
    r"status|antigen))?"
)
_BEHIND: Final = re.compile(
    rf"(?<![\w-])(?:(?:(?:tumou?rs? (?:is |are |must be )?)?positive "
    rf"for|positivity (?:for|of)|(?:tumou?rs? |tumou?r cells? |tumou?r "
    rf"must )?(?:over)?express(?:ion of|es|ing)?|overexpression of)) "
    rf"(?:the )?(?P<target>{_ANTIGEN})(?: (?:antigen|protein|expression|"
    rf"on (?:the )?tumou?r cells?|in (?:the )?tumou?r(?: cells| tissue)?))?{_BY}(?![\w%]|"
    rf" ?[<>=]| \d| \(?at least| (?:in|at|of|on|level|score) | ?[(] ?[<>\d]|"
    rf"-\w)",
    _FLAGS,
)
_BEFORE: Final = re.compile(
    rf"(?<![\w-])(?:tumou?rs? (?:must be |is |are )?)?(?P<target>{_ANTIGEN})(?: antigen| protein)?(?: tumou?r)?(?:(?:[ "
    rf"-](?:(?:is |are |must be |status )?positive|positivity|expressing|"
    rf"(?:over)?expression|overexpressing|overexpressed|(?:is |are )expressed))|"
    rf"\+(?!\+))"
    rf"{_TUMOUR}{_BY}(?![\w%+]| ?[<>=]| \d| ?[(] ?[<>\d]| (?:of|in|on|"
    rf"at|level|levels|score|with|intensity|that|which|by)\b| \(?at least|"
    rf" or (?:more|higher)|-\w)",
    _FLAGS,
)
_NEGATIVE: Final = re.compile(
    rf"(?<![\w-])(?P<target>{_ANTIGEN})[ -](?:(?:is |are |status )?negative|negativity){_TUMOUR}{_BY}(?![\w%]|-\w)",
    _FLAGS,
)

_GRADE: Final = r"[0-3] ?\+"
_GRADES: Final = rf"{_GRADE}(?: ?(?:, or|,|/|and/or|or|to|-|and) ?{_GRADE}){{0,2}}"
_WORDED: Final = r"(?:(?:weak|moderate|strong)(?:(?:[ -]to[ -]| or | ?/ ?|-)(?:moderate|strong)){0,2})"
_INTENSITY: Final = (
    rf"(?P<least>{COMPARE} ?)?(?P<grades>{_GRADES})(?! ?[\d%])(?P<more>,? "
    rf"(?:or|and) (?:more|higher|greater|above|stronger)\b)?"
)
_SHARE: Final = (
    rf"(?P<than>{COMPARE} ?)?(?P<percent>{NUMBER}) ?(?:%|per ?cent\b)(?P<up> "
    rf"or (?:more|higher|greater)\b)?"
)
_H_SCORE: Final = rf"\b(?:H-?score|H score|histo-?score)(?: of| is|:)? ?(?P<from>{COMPARE}) ?(?P<h>{NUMBER})(?! ?%)"
_PLAIN: Final = re.compile(r"\?P<[a-z]+>")
_TELLING: Final = (
    rf"(?:{_ANTIGEN}|\b(?:{ASSAY})\b|{_PLAIN.sub('?:', _H_SCORE)}|{_PLAIN.sub('?:', _SHARE)}|"
    rf"{_PLAIN.sub('?:', _INTENSITY)}|\b{_WORDED}\b|"
    r"\b(?:expression|express(?:es|ing|ed)?|overexpression|positive|"
    r"positivity|stain(?:ing|ed)?|membran(?:e|ous)|intensity|intensities|"
    r"levels?|scores?|"
    r"tumou?rs?|cells?|tissue|specimens?|samples?|testing|test|assay|antigen|protein)\b)"
)
_SMALL: Final = (
    r"\b(?:by|of|in|on|with|at|an|a|the|any|viable|malignant|archival|"
    r"fresh|defined|determined|assessed|measured|confirmed|as|is|are|"
    r"be|must|has|have|having|"
    r"shows?|showing|demonstrat(?:es|ing|ed)|that|which|for|using|validated|local|central|locally|centrally|whose)\b"
)
_TOKEN: Final = rf"(?:{_TELLING}|{_SMALL})"
_LAST: Final = "".join(
    rf"(?<! {word})"
    for word in "by of in on with at an a the as is are be must has have that which for any using".split()
)
_LEVEL: Final = re.compile(
    (
        rf"(?<![\w%+-]){_TELLING}(?:[ ,:-]{{1,2}}{_TOKEN}){{1,24}}(?: ?\( ?{_TOKEN}(?:[ "
        rf",:-]{{1,2}}{_TOKEN}){{0,16}} ?\)(?:,? {_TOKEN}){{0,16}})?{_LAST}(?![\w%+])"
    ),
    _FLAGS,
)
_PD_L1: Final = re.compile(
    r"(?<![\w-])(?:tumou?r )?PD-?L1(?: expression| positive| positivity)?,? ?(?P<open>\()?(?:(?:with|"
    r"by|defined as|as|of) )?(?:an? )?(?:"
    r"(?P<cps>(?:combined positive score|CPS)(?: \(CPS\))?)|(?:tumou?r proportion score|TPS)(?: \(TPS\))?)"
    rf"(?: of| score|:| is)? ?(?P<compare>{COMPARE}) ?(?P<n>{NUMBER})(?: ?%)?(?(open)\))(?!\w)",
    _FLAGS,
)


def _bears(match: re.Match[str]) -> AntigenLevel | None:
    target = named("antigens", match["target"])
    return AntigenLevel(target, assay_of(match["by"] or match["test"])) if target else None


def _lacks(match: re.Match[str]) -> Statement | None:
    borne = _bears(match)
    return Not(borne) if borne else None


def _grade(text: str, targets: set[str]) -> float | None:
    """Read the lowest staining intensity that counts; None where only some intensities would."""
    found = re.search(_INTENSITY, text)
    if found is None:
        worded = re.search(rf"\b{_WORDED}\b", text, _FLAGS)
        words = re.findall("weak|moderate|strong", worded[0].lower()) if worded else []
        ends = words[-1:] == ["strong"]
        return {"weak": 1.0, "moderate": 2.0, "strong": 3.0}[words[0]] if ends else None
    grades = [int(digit) for digit in re.findall(r"[0-3](?= ?\+)", found["grades"])]
    compare = compare_of((found["least"] or "").strip())
    if found["least"]:
        return {">=": float(grades[0]), ">": grades[0] + 1.0}.get(compare or "") if len(grades) == 1 else None
    if len(grades) > 1:
        wide = list(range(min(grades), max(grades) + 1)) == sorted(grades) or re.search(r"to|-", found["grades"])
        return float(min(grades)) if max(grades) == 3 and wide else None
    open_ended = found["more"] or grades[0] == 3 or (targets != {"HER2"} and re.search(_SHARE, text))
    return float(grades[0]) if open_ended else None


def _share(text: str) -> tuple[float, bool] | None:
    """Read the least share of cells and whether it must be exceeded; None where the text asks for something else."""
    found = re.search(_SHARE, text, _FLAGS)
    number = number_of(found["percent"]) if found else None
    compare = compare_of((found["than"] or "").strip()) if found else None
    if found is None or number is None or number > 100 or not (compare in (">=", ">") or found["up"]):
        return None
    return number / 100, compare == ">"


def _level(match: re.Match[str]) -> Statement | None:
    """Read a level; None unless each of its numbers was understood and only one level is named."""
    text = match[0]
    rest, counts = text, {}
    for sort, form in (("h", _H_SCORE), ("share", _SHARE), ("grade", _INTENSITY)):
        rest, counts[sort] = re.subn(form, " ", rest, flags=_FLAGS)
    worded = len(re.findall(rf"\b{_WORDED}\b", rest, _FLAGS))
    targets = {named("antigens", found[0]) for found in re.finditer(_ANTIGEN, rest, _FLAGS)}
    target = next(iter(targets)) if len(targets) == 1 else None
    if target is None or target == "PD-L1" or max(counts.values()) > 1 or not (worded or any(counts.values())):
        return None
    grade = _grade(text, {target}) if counts["grade"] or worded else None
    share = _share(re.sub(_H_SCORE, " ", text, flags=_FLAGS)) if counts["share"] else None
    score = re.search(_H_SCORE, text, _FLAGS)
    if ((counts["grade"] or worded) and grade is None) or (counts["share"] and share is None):
        return None
    height = number_of(score["h"]) if score and compare_of(score["from"]) == ">=" else None
    if (score and height is None) or worded > 1:
        return None
    return AntigenLevel(target, assay_of(text), grade, share[0] if share else None, bool(share and share[1]), height)


def _pd_l1(match: re.Match[str]) -> Statement | None:
    compare, number = compare_of(match["compare"]), number_of(match["n"])
    if compare is None or number is None:
        return None
    return Quantity("pd_l1_cps" if match["cps"] else "pd_l1_tps_percent", compare, number)


_STEMS: Final = ("positiv", "express", "+")

PHRASES: Final = (
    Phrase("antigen level", ("%", "+", "per cent", "percent", "score", "strong"), _LEVEL, _level),
    Phrase("positive for an antigen", _STEMS, _BEHIND, _bears),
    Phrase("antigen-positive", _STEMS, _BEFORE, _bears),
    Phrase("antigen-negative", ("negativ",), _NEGATIVE, _lacks),
    Phrase("PD-L1 score", ("pd-l1", "pdl1"), _PD_L1, _pd_l1),
)
