"""Phrases of organ function: heart, lungs, blood pressure, liver score."""

from __future__ import annotations

import re
from typing import Final

from adoptive.trial.eligibility.statements import All, Quantity, Statement
from adoptive.workbench.match.read.phrases.numbers import COMPARE, NUMBER, compare_of, number_of
from adoptive.workbench.match.read.phrases.phrase import Phrase

__all__ = ["PHRASES"]

_IS: Final = r"(?: (?:must be|should be|is|of|level|level of|value|at rest|interval|interval of|as|that is)){0,3}:?"
_BY: Final = (
    r"(?:,? \(?(?:(?:as )?(?:assessed|measured|determined|confirmed|documented|evaluated|calculated|"
    r"corrected) )?(?:by|on|using|per|via|with) (?:an? |the )?(?:echocardiogra(?:m|phy)(?: \((?:ECHO|TTE)\))?|"
    r"ECHO|MUGA(?: scan)?|multi-?gated acquisition(?: \(MUGA\))?(?: scan)?|transthoracic echocardiogra(?:m|phy)|"
    r"pulse oximetry|room air|Fridericia(?:'s)?(?: (?:formula|correction|method))?|Bazett(?:'s)?(?: formula)?|"
    r"ECG|EKG|electrocardiogram)(?: or (?:an? )?(?:MUGA|ECHO|echocardiogra(?:m|phy)|multi-?gated acquisition|"
    r"multigated acquisition)(?: \(MUGA\))?(?: scan)?)?\)?)?"
)
_CLOSE: Final = r"(?![\w%^/]|[.,]\d| ?- ?\d)"
_AIR = (
    r"(?: (?:on|at|while breathing|breathing|in) (?:room|ambient) air| without (?:supplemental )?oxygen|"
    r",? on room air| at rest)*"
)

_ROWS: Final[tuple[tuple[str, str, str, str, tuple[str, ...]], ...]] = (
    ("lvef_percent", (
        r"(?:left ventricular ejection fraction|cardiac ejection fraction|ejection fraction|LVEF|"
        r"LV ejection fraction|EF)(?: \((?:LVEF|EF)\))?"
    ), r"(?:%|percent|per cent)?", _BY, ("ejection", "lvef", "ef ")),
    (
        "oxygen_saturation_percent", (
            r"(?:baseline |resting |blood |arterial |peripheral )*"
            r"(?:oxygen saturation|O2 saturation|SpO2|SaO2|pulse oximetry|"
            r"saturation of oxygen|peripheral oxygen saturation)(?: \((?:SpO2|SaO2|O2 sat)\))?"
        ) + _AIR, r"(?:%|percent)?", _AIR + _BY + _AIR,
        ("saturation", "spo2", "sao2", "oximetry"),
    ),
    ("qtc_ms", (
        r"(?:(?:mean |resting |baseline |prolonged )*(?:corrected )?(?:QTcF?|QTcB|QT)(?: (?:interval|prolongation|"
        r"interval corrected))*(?: \(QTcF?\))?)(?: (?:by|using|per) (?:Fridericia(?:'s)?|"
        r"Bazett(?:'s)?)(?: (?:formula|correction))?)?"
    ), r"(?:ms|msecs?|milliseconds?|m sec)", _BY, ("qt",)),
    ("fev1_percent", r"(?:forced expiratory volume in (?:one|1) ?s(?:econd)?|FEV1|FEV-1)(?: \(FEV-?1\))?",
    r"(?:%|percent)(?: (?:of )?(?:the )?predicted(?: value| normal)?)?",
    r"", ("fev", "forced expiratory")),
    ("dlco_percent", (
        r"(?:(?:corrected )?(?:diffusing capacity(?: of the lungs?)? for carbon monoxide|diffusion capacity|DLCO|"
        r"diffusing capacity))(?: \(DLCO\))?(?: \(corrected for h(?:a)?emoglobin\))?"
    ), r"(?:%|percent)(?: (?:of )?(?:the )?predicted(?: value)?)?",
    r"(?: \(?corrected for h(?:a)?emoglobin\)?)?", ("dlco", "diffusi")),
    ("systolic_mmhg", r"(?:systolic (?:blood )?pressure|systolic BP|SBP)(?: \(SBP\))?", r"mm ?hg", "", ("systolic",
    "sbp")),
    ("diastolic_mmhg", r"(?:diastolic (?:blood )?pressure|diastolic BP|DBP)(?: \(DBP\))?", r"mm ?hg",
    "", ("diastolic", "dbp")),
    ("urine_protein_g_day", r"(?:24[- ]h(?:our)? )?(?:urine protein|urinary protein|proteinuria)(?: excretion)?",
    r"g ?(?:/|per) ?(?:24 ?h(?:ours?|rs?)?|day|d)", "", ("urin", "proteinuria")),
    ("pd_l1_cps", r"PD-?L1 (?:CPS|combined positive score)(?: \(CPS\))?", r"(?:%)?", "", ("pd-l1", "pdl1")),
    ("pd_l1_tps_percent", r"PD-?L1 (?:TPS|tumou?r proportion score)(?: \(TPS\))?", r"(?:%|percent)?", "", ("pd-l1",
    "pdl1")),
)  # fmt: skip


def _build(field: str) -> object:
    def build(match: re.Match[str]) -> Statement | None:
        compare, number = compare_of(match["compare"]), number_of(match["number"])
        if compare is None or number is None or (field.endswith("_percent") and not 0 <= number <= 200):
            return None
        return Quantity(field, compare, number)

    return build


def _row(field: str, name: str, unit: str, after: str, words: tuple[str, ...]) -> tuple[Phrase, Phrase]:
    forward = rf"(?<![\w-]){name}{_IS} ?(?P<compare>{COMPARE}) ?(?:to )?(?P<number>{NUMBER}) ?{unit}{after}{_CLOSE}"
    backward = rf"(?<![\w.-])(?P<compare>{COMPARE}) ?(?P<number>{NUMBER}) ?{unit} (?:of )?{name}{_CLOSE}"
    return (
        Phrase(f"organ.{field}", words, re.compile(forward, re.IGNORECASE), _build(field)),  # type: ignore[arg-type]
        Phrase(f"organ.{field}.before", words, re.compile(backward, re.IGNORECASE), _build(field)),  # type: ignore[arg-type]
    )


_CHILD_PUGH = re.compile(
    (
        rf"\bChild[- ]?(?:Turcotte[- ])?Pugh(?:'s)? ?(?:\((?:CP|CTP)\) ?)?(?:liver function )?(?:class|score|status|"
        rf"grade|stage|classification|category)?(?: of| is| class| score|"
        rf":)? ?(?:(?P<compare>{COMPARE}) ?)?(?P<class>[ABC])? ?(?P<points>\(?(?:score )?(?:<= ?)?\d{{1,2}}(?: ?(?:-|"
        rf"to|or) ?\d{{1,2}})?(?: points)?\)?)?(?P<more> (?:or|and|to|/|"
        rf"-) ?(?:class )?(?P<other>[ABC]) ?(?P<otherpoints>\d{{1,2}})?(?:\b|(?= ))| or (?:better|worse|higher|lower|"
        rf"less|more|greater))?(?![\w]|[.,]\d| ?- ?[\dA-C])"
    ),
    re.IGNORECASE,
)
_SCORES: Final = {"A": (5, 6), "B": (7, 9), "C": (10, 15)}


def _child_pugh(match: re.Match[str]) -> Statement | None:
    letter, more = (match["class"] or "").upper(), (match["more"] or "").lower()
    other = (match["other"] or "").upper()
    numbers = [int(number) for number in re.findall(r"\d+", match["points"] or "")]
    last = int(match["otherpoints"]) if match["otherpoints"] else None
    if last is not None:
        return _points(5, last) if letter == "A" and other == "B" and 7 <= last <= 9 and not match["compare"] else None
    if match["compare"] and letter and numbers:
        inside = len(numbers) == 1 and _SCORES[letter][0] <= numbers[0] <= _SCORES[letter][1]
        return _points(5, numbers[0]) if compare_of(match["compare"]) == "<=" and inside and not more else None
    if match["compare"]:
        compare = compare_of(match["compare"])
        plain = not letter and len(numbers) == 1 and not more and compare is not None
        if plain and compare is not None:
            return Quantity("child_pugh", compare, float(numbers[0]))
        return (
            Quantity("child_pugh", ">=", float(_SCORES[letter][0]))
            if compare == ">=" and letter and not (numbers or more)
            else (
                Quantity("child_pugh", ">", float(_SCORES[letter][1]))
                if compare == ">" and letter and not (numbers or more)
                else None
            )
        )
    if not letter:
        return None
    return _child_pugh_class(letter, other, more, numbers)


def _child_pugh_class(letter: str, other: str, more: str, numbers: list[int]) -> Statement | None:
    low, high = _SCORES[letter][0], _SCORES[other or letter][1]
    if other and other <= letter:
        return None
    if more and not other:
        if "better" in more:
            low = 5
        elif "worse" in more:
            high = 15
        else:
            return None
    if numbers:
        if other or more or not all(_SCORES[letter][0] <= number <= _SCORES[letter][1] for number in numbers):
            return None
        return _points(min(numbers) if len(numbers) > 1 else numbers[0], max(numbers))
    return _points(low, high)


def _points(low: int, high: int) -> Statement:
    bottom, top = Quantity("child_pugh", ">=", float(low)), Quantity("child_pugh", "<=", float(high))
    if low <= 5:
        return top
    return bottom if high >= 15 else All((bottom, top))


PHRASES: tuple[Phrase, ...] = (
    *(phrase for row in _ROWS for phrase in _row(*row)),
    Phrase("organ.child_pugh", ("pugh",), _CHILD_PUGH, _child_pugh),
)
