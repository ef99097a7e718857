"""Phrases of laboratory values: one or several analytes, a comparison, a number with its unit or times the normal."""

from __future__ import annotations

import re
from typing import Final

from adoptive.trial.eligibility.statements import All, AnyOf, Quantity, Statement
from adoptive.workbench.match.read.phrases.numbers import COMPARE, NUMBER, compare_of, number_of
from adoptive.workbench.match.read.phrases.phrase import Phrase
from adoptive.workbench.match.read.phrases.units import ULN, UNIT, in_field_unit

__all__ = ["ANALYTES", "PHRASES"]

ANALYTES: Final[dict[str, str]] = {
    "neutrophils_e9_l": (
        r"(?:absolute )?(?:neutrophils?|granulocytes?)(?: counts?)?(?: \(ANC\))?|absolute neutrophil counts? \(ANC\)|"
        r"\(?ANC\)?(?: \(absolute neutrophil count\))?"
    ),
    "lymphocytes_per_ul": r"(?:absolute )?lymphocytes?(?: counts?)?(?: \(ALC\))?|\(?ALC\)?",
    "leukocytes_e9_l": r"(?:total )?(?:white blood cells?|leu[ck]ocytes?|WBCs?)(?: \(WBC\))?(?: counts?)?(?: \(WBC\))?",
    "platelets_e9_l": r"(?:platelets?|thrombocytes?|PLT)(?: counts?)?(?: \(PLT\))?",
    "haemoglobin_g_dl": r"h(?:a)?emoglobin(?: levels?| concentration)?(?: \((?:Hb|Hgb)\))?|Hgb|Hb",
    "cd3_per_ul": r"(?:absolute )?CD3(?:\+|-positive)?(?: T[- ]?(?:cells?|lymphocytes?))?(?: counts?)?",
    "cd4_per_ul": r"(?:absolute )?CD4(?:\+|-positive)?(?: T[- ]?(?:cells?|lymphocytes?))?(?: counts?)?",
    "creatinine_clearance_ml_min": (
        r"(?:(?:calculated|estimated|measured|calculated or measured|measured or calculated|"
            r"estimated or measured) )?(?:creatinine clearance|CrCl|CLcr|Ccr|glomerular filtration rate|(?:e|"
            r"m)?GFR)(?: rate)?(?: \((?:CrCl|CLcr|Ccr|e?GFR|CrCL)\))?(?: \((?:Cockcroft[- ]?(?:and |& )?Gault|"
            r"CKD-EPI|MDRD)(?: formula)?\))?"
        r"(?: or (?:estimated )?(?:glomerular filtration rate|"
            r"e?GFR)(?: \(e?GFR\))?)?(?:,? (?:\(?(?:as )?(?:calculated |estimated |determined |assessed )?(?:by|per|"
            r"using|according to) (?:the )?(?:Cockcroft[- ]?(?:and |& )?Gault|CKD-EPI|MDRD)(?: (?:formula|equation|"
            r"method))?\)?))?"
    ),
    "creatinine_mg_dl": r"(?:serum|plasma|blood)? ?creatinine(?: levels?| concentration)?(?: \((?:SCr|Cr)\))?|sCr",
    "bilirubin_mg_dl": r"(?:(?:total )?(?:serum )?|serum total )bilirubin(?: levels?)?(?: \(TBIL\))?|TBIL",
    "direct_bilirubin_mg_dl": r"(?:direct|conjugated) bilirubin",
    "alt_u_l": (
        r"(?:serum )?(?:alanine (?:aminotransferase|transaminase)(?: \((?:ALT|SGPT|ALT ?/ ?SGPT|ALT \[SGPT\])\))?|"
        r"(?:ALT|SGPT)(?: ?\(SGPT\)| ?\(ALT\)| ?\[SGPT\]| ?/ ?SGPT)?)"
    ),
    "ast_u_l": (
        r"(?:serum )?(?:aspartate (?:aminotransferase|transaminase)(?: \((?:AST|SGOT|AST ?/ ?SGOT|AST \[SGOT\])\))?|"
        r"(?:AST|SGOT)(?: ?\(SGOT\)| ?\(AST\)| ?\[SGOT\]| ?/ ?SGOT)?)"
    ),
    "alp_u_l": r"(?:serum )?alkaline phosphatase(?: \((?:ALP|AP)\))?|ALP|ALKP",
    "ggt_u_l": r"gamma[- ]?glutamyl ?(?:transferase|transpeptidase)(?: \(GGT\))?|GGT",
    "albumin_g_l": r"(?:serum )?albumin(?: levels?)?",
    "ldh_u_l": r"(?:serum )?lactate dehydrogenase(?: \(LDH\))?|LDH",
    "inr": r"(?:the )?international normali[sz]ed ratio(?: \(INR\))?|INR(?: \(international normali[sz]ed ratio\))?",
    "aptt_s": r"(?:activated )?partial thromboplastin time(?: \(a?PTT\))?|a?PTT",
    "pt_s": r"prothrombin time(?: \(PT\))?|PT",
    "fibrinogen_g_l": r"(?:plasma )?fibrinogen",
    "ferritin_ng_ml": r"(?:serum )?ferritin",
    "crp_mg_l": r"C[- ]reactive protein(?: \(CRP\))?|CRP",
    "calcium_mg_dl": r"(?:serum |corrected )*calcium",
    "potassium_mmol_l": r"(?:serum )?potassium",
    "sodium_mmol_l": r"(?:serum )?sodium",
    "uric_acid_mg_dl": r"(?:serum )?uric acid",
    "lipase_u_l": r"(?:serum )?lipase",
    "amylase_u_l": r"(?:serum )?amylase",
    "troponin_ng_ml": r"(?:cardiac )?troponin",
    "blasts_percent": r"(?:bone marrow |marrow )?blasts?(?: in (?:the )?(?:bone )?marrow)?",
    "hiv_copies_ml": r"(?:HIV(?:-1)? )(?:viral load|RNA)",
    "hbv_dna_iu_ml": r"(?:HBV|hepatitis B(?: virus)?)[- ]DNA(?: levels?| viral load)?",
    "hcv_rna_iu_ml": r"(?:HCV|hepatitis C(?: virus)?)[- ]RNA(?: levels?| viral load)?",
    "tmb_per_mb": r"(?:tumou?r mutational burden|TMB)(?: \(TMB\))?",
    "pd_l1_cps": r"(?:PD-?L1 )?(?:CPS|combined positive score)(?: \(CPS\))?",
}  # fmt: skip
"""The names of each laboratory field in tidied text."""

_TOGETHER: Final[dict[str, tuple[str, ...]]] = {
    (
        r"(?:serum |hepatic |liver )?(?:amino)?transaminases|(?:serum |hepatic |liver )?aminotransferases|"
        r"ALT ?/ ?AST|AST ?/ ?ALT|(?:serum )?transaminases? \((?:ALT and AST|AST and ALT|ALT ?/ ?AST|AST ?/ ?ALT)\)"
    ): ("alt_u_l", "ast_u_l"),
}  # fmt: skip

_CASED: Final = frozenset({"PT", "PLT", "ALP", "sCr"})


def _one_of_all() -> str:
    names = [
        rf"(?P<g{number}>{pattern})(?![A-Za-z])" for number, pattern in enumerate([*_TOGETHER, *ANALYTES.values()])
    ]
    return "|".join(names)


_NAME: Final = "(?:" + "|".join(f"(?:{pattern})" for pattern in [*_TOGETHER, *ANALYTES.values()]) + ")"
_WHICH: Final = re.compile(_one_of_all(), re.IGNORECASE)
_FIELDS: Final[tuple[tuple[str, ...], ...]] = (*_TOGETHER.values(), *((field,) for field in ANALYTES))
_JOIN: Final = r"(?:,? (?:and/or|and|or|as well as|&) |, ?| ?/ ?)"
_LINKED: Final = re.compile(_JOIN)
_OF_NORMAL: Final = (
    r"(?: (?:must be|should be|is|are|of|level|levels|value|values|both|each|count|counts|has to be|have to be|"
    r"needs to be|that is|that are|at screening|at baseline|result|results|measured|concentration|at enrolment|"
    r"at enrollment)){0,3}"
)
_LIST: Final = rf"(?P<names>(?<![\w-])(?:both |either )?{_NAME}(?:{_JOIN}(?:either )?{_NAME}){{0,4}})"
_METHOD: Final = (
    r"(?:,? \(?(?:(?:as )?(?:calculated|estimated|determined|assessed|measured) )?(?:by |per |using |with |"
    r"according to )?(?:the )?(?:Cockcroft[- ]?(?:and |& )?Gault|CKD-EPI|MDRD)(?: (?:formula|equation|method))?\)?)?"
)
_THRESHOLD: Final = re.compile(
    (
        rf"{_LIST},?{_OF_NORMAL}:? ?(?P<compare>{COMPARE}) ?(?:to )?(?P<number>{NUMBER}) ?(?:(?P<uln>{ULN})|"
        rf"(?P<unit>{UNIT}))?{_METHOD}(?![\w/%^]|[.,]\d| ?(?:-|to) ?\d| ?x\b| times| fold)"
    ),
    re.IGNORECASE,
)
_BEFORE: Final = re.compile(
    (
        rf"(?<![\w/.,-])(?P<compare>{COMPARE}) ?(?P<number>{NUMBER}) ?(?:(?P<uln>{ULN})|(?P<unit>{UNIT}))(?: of|"
        rf" for)? {_LIST}(?![\w-])"
    ),
    re.IGNORECASE,
)
_RANGE: Final = re.compile(
    (
        rf"{_LIST}{_OF_NORMAL}:? (?:from |between )?(?P<low>{NUMBER}) ?(?:-|to|"
        rf"and) ?(?P<high>{NUMBER}) ?(?P<unit>{UNIT})?(?![\w/%^]|[.,]\d| ?x\b| times)"
    ),
    re.IGNORECASE,
)
_OR_MORE: Final = re.compile(
    (
        rf"{_LIST}{_OF_NORMAL}:? ?(?P<number>{NUMBER}) ?(?:(?P<uln>{ULN})|(?P<unit>{UNIT}))?,? (?:or|"
        rf"and) (?P<way>more|greater|higher|above|over|less|lower|below)(?![\w-]| than)"
    ),
    re.IGNORECASE,
)
_WITHIN: Final = re.compile(
    (
        rf"(?:(?P<before>normal) )?{_LIST}{_OF_NORMAL}(?(before)|(?:,? within (?:the )?(?:institutional |laboratory |"
        rf"local )*(?:normal limits?|normal range|limits? of normal|reference range)|,? (?:<=|not above|"
        rf"not exceeding|no higher than|up to|less than or equal to) ?(?:the )?(?:institutional |laboratory )?(?:ULN|"
        rf"upper limit of normal(?: \(ULN\))?)))(?![\w-])"
    ),
    re.IGNORECASE,
)
_ABOVE: Final = re.compile(
    (
        rf"{_LIST}{_OF_NORMAL} ?(?P<compare>>|>=|above|greater than|higher than|"
        rf"exceeding) ?(?:the )?(?:institutional |laboratory )?(?:ULN|upper limit of normal(?: \(ULN\))?)(?![\w-])"
    ),
    re.IGNORECASE,
)
_UPPER_ONLY: Final = frozenset(
    {
        "creatinine_mg_dl",
        "bilirubin_mg_dl",
        "direct_bilirubin_mg_dl",
        "alt_u_l",
        "ast_u_l",
        "alp_u_l",
        "ggt_u_l",
        "inr",
        "pt_s",
        "aptt_s",
        "lipase_u_l",
        "amylase_u_l",
        "troponin_ng_ml",
        "ldh_u_l",
        "ferritin_ng_ml",
        "crp_mg_l",
        "uric_acid_mg_dl",
    }
)
"""Fields of which only a high value is abnormal in the sense of a criterion."""


def _fields(names: str) -> tuple[str, ...] | None:
    found: list[str] = []
    at = 0
    for match in _WHICH.finditer(names):
        if match.start() < at:
            continue
        found += _FIELDS[(match.lastindex or 1) - 1]
        at = match.end()
    return tuple(dict.fromkeys(found)) or None


def _together(names: str, make: list[Statement]) -> Statement:
    if len(make) == 1:
        return make[0]
    plain = re.sub(r"\([^)]*\)|\bor (?:estimated )?(?:glomerular|e?GFR)", " ", names.lower())
    return AnyOf(tuple(make)) if " or " in plain or "and/or" in plain else All(tuple(make))


def _quantities(match: re.Match[str], said: str, number: str, *, uln: bool, unit: str) -> Statement | None:
    compare, value, fields = compare_of(said), number_of(number), _fields(match["names"])
    if compare is None or value is None or fields is None or not math_ok(value):
        return None
    made: list[Statement] = []
    for field in fields:
        own = value if uln else in_field_unit(field, value, unit)
        if own is None or (compare == "=" and not uln):
            return None
        made.append(Quantity(field, compare, own, times_normal=uln))
    return _together(match["names"], made)


def math_ok(value: float) -> bool:
    """Say whether a number can be a threshold at all.

    >>> math_ok(1.5), math_ok(float("inf"))
    (True, False)
    """
    return 0 <= value < 1e13


def _threshold(match: re.Match[str]) -> Statement | None:
    return _quantities(match, match["compare"], match["number"], uln=bool(match["uln"]), unit=match["unit"] or "")


def _or_more(match: re.Match[str]) -> Statement | None:
    said = "<=" if match["way"].lower() in ("less", "lower", "below") else ">="
    return _quantities(match, said, match["number"], uln=bool(match["uln"]), unit=match["unit"] or "")


def _range(match: re.Match[str]) -> Statement | None:
    low = _quantities(match, ">=", match["low"], uln=False, unit=match["unit"] or "")
    high = _quantities(match, "<=", match["high"], uln=False, unit=match["unit"] or "")
    return None if low is None or high is None or not isinstance(low, Quantity) else All((low, high))


def _within(match: re.Match[str]) -> Statement | None:
    fields = _fields(match["names"])
    if fields is None or not set(fields) <= _UPPER_ONLY:
        return None
    return _together(match["names"], [Quantity(field, "<=", 1.0, times_normal=True) for field in fields])


def _above(match: re.Match[str]) -> Statement | None:
    return _quantities(match, match["compare"], "1", uln=True, unit="")


_WORDS: Final = (
    "neutrophil", "granulocyte", "anc", "lymphocyte", "alc", "white blood", "leukocyte", "leucocyte", "wbc",
    "platelet", "thrombocyte", "plt", "moglobin", "hgb", "hb", "cd3", "cd4", "creatinine", "scr", "crcl", "clcr",
    "ccr", "gfr", "glomerular",
    "bilirubin", "tbil", "alanine", "aspartate", "alt", "ast", "sgpt", "sgot", "phosphatase", "alp", "glutamyl",
    "ggt", "albumin", "dehydrogenase", "ldh", "normali", "inr", "prothrombin", "pt", "thromboplastin", "fibrinogen",
    "ferritin", "crp",
    "reactive protein", "calcium", "potassium", "sodium", "uric", "lipase", "amylase", "troponin", "blast",
    "viral load", "rna", "dna", "tmb", "mutational", "cps", "combined positive", "transaminase", "transferase", "alkp",
)  # fmt: skip

PHRASES: tuple[Phrase, ...] = (
    Phrase("labs.threshold", _WORDS, _THRESHOLD, _threshold),
    Phrase("labs.before", _WORDS, _BEFORE, _threshold),
    Phrase("labs.or_more", _WORDS, _OR_MORE, _or_more),
    Phrase("labs.range", _WORDS, _RANGE, _range),
    Phrase("labs.within", _WORDS, _WITHIN, _within),
    Phrase("labs.above", _WORDS, _ABOVE, _above),
)
