"""Phrases of antigens on the tumour: positive or negative, staining intensity and share of cells, H-score, PD-L1."""

from __future__ import annotations

import re
from typing import Final

from adoptive.trial.eligibility.statements import All, AnyOf, AntigenLevel, Not, Quantity, Statement
from adoptive.workbench.match.read.phrases.numbers import COMPARE, NUMBER, compare_of, number_of
from adoptive.workbench.match.read.phrases.phrase import Phrase
from adoptive.workbench.match.read.phrases.terms import lexicon

__all__ = ["ANTIGEN", "PHRASES", "antigen_named"]

_ANTIGENS: Final = lexicon("antigens")
ANTIGEN: Final = _ANTIGENS.pattern
_FLAGS: Final = re.IGNORECASE

_ASSAYS: Final = {
    "IHC": r"IHC|immunohistochemi(?:stry|cal)|immunohistological",
    "ISH": r"(?:FISH|ISH|CISH|DISH)(?: ?/ ?(?:FISH|ISH|CISH))?|(?:fluorescence |chromogenic )?in[- ]situ hybridi[sz]ation",
    "PCR": r"(?:q|RT-?q?|real-time )?PCR",
    "flow cytometry": r"flow cytometry",
    "RNA": r"RNA(?:-?seq| sequencing)",
}
_ASSAY: Final = "|".join(_ASSAYS.values())
_BY: Final = (
    rf"(?:,? ?\(?(?:(?:as )?(?:determined|assessed|measured|confirmed|shown|detected|evaluated|demonstrated|defined)"
    rf" )?(?:by|on|using|with) (?:an? )?(?:(?:local|central|validated) )?(?P<assay>{_ASSAY})"
    rf"(?: \((?:{_ASSAY})\))?(?: (?:testing|assay|test|analysis|staining))?\)?)?"
)
_TUMOUR: Final = r"(?: (?:tumou?r (?:cells?|tissue|expression|status)|tumou?rs?|disease|cells?|expression|status|antigen))?"
_POSITIVE: Final = re.compile(
    rf"(?:positive for |positivity (?:for|of) |(?:over)?expression of |(?:over)?express(?:es|ing)? |"
    rf"(?:tumou?r |positive )(?:expression of|expresses|expressing) )(?:the )?(?P<behind>{ANTIGEN})"
    rf"(?: (?:antigen|protein|on (?:the )?tumou?r cells?|in (?:the )?tumou?r(?: cells| tissue)?))?{_BY}(?![\w%]| ?[<>=]| \d|-\w)"
    rf"|(?P<before>{ANTIGEN})(?: \((?:{ANTIGEN})\))?(?: antigen| protein| tumou?r)?(?:[ -](?:(?:is |are |status )?positive|positivity|"
    rf"expressing|(?:over)?expression|overexpressing|overexpressed|(?:is |are )expressed)|\+(?!\+))"
    rf"{_TUMOUR}{_BY}(?![\w%+]| ?[<>=]| (?:of|in|on|at|level|score)\b| \(?\d|-\w)",
    _FLAGS,
)
_NEGATIVE: Final = re.compile(
    rf"(?:negative for |lack of (?:expression of )?|lacking (?:expression of )?)(?P<behind>{ANTIGEN})(?: expression)?{_BY}(?![\w%]| ?[<>=]|-\w)"
    rf"|(?P<before>{ANTIGEN})[ -](?:(?:is |are |status )?negative|negativity){_TUMOUR}{_BY}(?![\w%]|-\w)",
    _FLAGS,
)

_GRADE: Final = r"[0-3] ?\+"
_GRADES: Final = rf"{_GRADE}(?: ?(?:,|/|or|and/or|, or|to|-|and) ?{_GRADE}){{0,2}}"
_WORDED: Final = r"(?:weak|moderate|strong)(?: ?(?:to|/|or|-) ?(?:moderate|strong)){0,2}"
_INTENSITY: Final = (
    rf"(?:(?P<least>{COMPARE}) ?)?(?P<grades>{_GRADES})(?! ?[\d%])(?P<more>,? (?:or|and) (?:more|higher|greater|above|stronger))?"
)
_SHARE: Final = rf"(?:(?P<than>{COMPARE}) ?)?(?P<percent>{NUMBER}) ?(?:%|per ?cent)(?P<up> or (?:more|higher|greater))?"
_H_SCORE: Final = rf"(?:H-?score|histo-?score) (?:of |is )?(?P<from>{COMPARE}) ?(?P<h>{NUMBER})(?! ?%)"
_WORDS: Final = (
    r"expression|expressions|express(?:es|ing|ed)?|overexpression|positive|positivity|staining|stained|stain|membran(?:e|ous)|"
    r"intensity|intensities|level|levels|score|scores|by|of|in|on|with|at|an?|the|an intensity|any|viable|malignant|"
    r"tumou?rs?|cells?|tissue|specimens?|samples?|biopsy|biopsies|archival|fresh|defined|determined|assessed|measured|confirmed|"
    r"as|is|are|be|must|has|have|having|show|shows|showing|demonstrating|demonstrated|demonstrates|that|which|for|using|antigen|protein|"
    r"validated|local|central|locally|centrally|laboratory|testing|test|assay"
)
_TOKEN: Final = (
    rf"(?:{ANTIGEN}|\b(?:{_ASSAY})\b|{_H_SCORE.replace('(?P<from>', '(?:').replace('(?P<h>', '(?:')}|"
    rf"{re.sub(r'[?]P<[a-z]+>', '?:', _SHARE)}|{re.sub(r'[?]P<[a-z]+>', '?:', _INTENSITY)}|"
    rf"\b(?:{_WORDED})\b|\b(?:{_WORDS})\b)"
)
_LEVEL: Final = re.compile(rf"{_TOKEN}(?:[ ,:;()-]{{1,3}}{_TOKEN}){{1,30}}\)?(?![\w%+])", _FLAGS)
_LOOSE: Final = re.compile(r"\s*\b(?:by|of|in|on|with|at|an?|the|for|as|is|are|be|must|has|have|that|which)$", _FLAGS)

_HER2: Final = r"(?<![\w-])HER-?2(?:/neu)?"
_ISH: Final = rf"(?:(?:{_ASSAYS['ISH']}|gene)[ -]?(?:\+|positive|positivity|amplified|amplification)|(?:positive|amplified|amplification) (?:by|on) (?:{_ASSAYS['ISH']}))"
_HER2_POSITIVE: Final = re.compile(
    rf"{_HER2}(?:[ -](?:positive|positivity|overexpression|expression|overexpressing)|\+)?(?: (?:tumou?rs?|status|disease))?"
    r"(?:,? ?\(? ?(?:(?:as )?(?:defined|determined) (?:as|by) ?|i\.e\.,? ?)?(?:an? )?)"
    rf"(?:(?:{_ASSAYS['IHC']})(?: score)?(?: of)? ?3 ?\+|3 ?\+ (?:by|on) (?:{_ASSAYS['IHC']}))"
    rf"(?:,? or ,?|/|,? and/or )(?:(?:{_ASSAYS['IHC']})(?: score)?(?: of)? ?)?2 ?\+(?: (?:by|on) (?:{_ASSAYS['IHC']}))?"
    rf",? ?(?:and|with|plus|/|in combination with|\(|confirmed by)? ?(?:an? )?(?:positive )?{_ISH}\)?\)?(?!\w)",
    _FLAGS,
)
_HER2_EITHER: Final = re.compile(
    rf"{_HER2}(?:[ -](?:positive|positivity|overexpression)|\+)?(?: (?:tumou?rs?|status|disease))?"
    r"(?:,? ?\(? ?(?:(?:as )?(?:defined|determined) (?:as|by) )?)"
    rf"(?:(?:{_ASSAYS['IHC']})(?: score)?(?: of)? ?3 ?\+|3 ?\+ (?:by|on) (?:{_ASSAYS['IHC']}))(?: and/or | or |, or |/){_ISH}\)?(?!\w)",
    _FLAGS,
)
_HER2_LOW: Final = re.compile(
    rf"{_HER2}[ -]low(?: (?:expression|expressing|tumou?rs?|disease))?,? ?\(?(?:defined as )?"
    rf"(?:{_ASSAYS['IHC']}) ?1 ?\+,? or (?:(?:{_ASSAYS['IHC']}) ?)?2 ?\+ ?(?:and|with|/|,)? ?(?:{_ASSAYS['ISH']})[ -]?(?:-|negative|non-?amplified)\)?(?!\w)",
    _FLAGS,
)
_ISH_POSITIVE: Final = re.compile(rf"{_HER2}(?: gene)?[ ,:-]{{1,2}}{_ISH}(?!\w)", _FLAGS)
_PD_L1: Final = re.compile(
    r"(?<![\w-])PD-?L1(?: expression| positive| positivity)?,? ?\(?(?:(?:with|by|defined as|as|of) )?(?:an? )?(?:"
    r"(?P<cps>(?:combined positive score|CPS)(?: \(CPS\))?)|(?P<tps>(?:tumou?r proportion score|TPS)(?: \(TPS\))?))"
    rf"(?: of| score|:| is)? ?(?P<compare>{COMPARE}) ?(?P<n>{NUMBER})(?: ?%)?(?: or (?P<more>more|higher|greater))?\)?(?!\w)",
    _FLAGS,
)


def antigen_named(text: str) -> str | None:
    """Name the antigen that a synonym stands for, None where it is none."""
    return _ANTIGENS.name(text)


def _assay(text: str | None) -> str:
    return next((name for name, form in _ASSAYS.items() if text and re.search(rf"\b(?:{form})\b", text, _FLAGS)), "")


def _bears(match: re.Match[str]) -> AntigenLevel | None:
    target = antigen_named(match["behind"] or match["before"])
    assays = [found for name, found in match.groupdict().items() if name.startswith("assay") and found]
    return AntigenLevel(target, _assay(assays[0] if assays else None)) if target else None


def _lacks(match: re.Match[str]) -> Statement | None:
    borne = _bears(match)
    return Not(borne) if borne else None
