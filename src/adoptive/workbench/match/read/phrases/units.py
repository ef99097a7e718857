"""Units and multiples of normal as criteria write them, brought to the unit of a field."""

from __future__ import annotations

import re
from typing import Final

from adoptive.trial.eligibility.vocabulary import load_vocabulary

__all__ = ["ULN", "UNIT", "in_field_unit"]

ULN: Final = (
    r"(?:x|\*|times|-fold|fold|-times)? ?(?:the )?(?:institutional |laboratory |local |institution's |lab |"
    r"institution )*(?:of )?(?:the )?(?:(?:age[- ]adjusted |age[- ]appropriate )?\(?(?:ULN|UNL)\)?|"
    r"upper (?:limit|limits|level) (?:of )?(?:the )?(?:institutional |laboratory )?(?:normal|reference range|"
    r"normal range)(?: limits?)?"
    r"(?: \((?:ULN|UNL)\))?|upper normal limit|the upper normal limit|"
    r"upper limits? normal)(?: for age)?(?: of the laboratory)?"
)
"""A multiple of the upper limit of normal in tidied text, after its number."""

_PER = r"(?:/|per | per )"
_VOLUME = r"(?:mm3|mm\^3|mm 3|cmm|cu ?mm|ul|microlit(?:er|re)|mcl|cubic mill?imet(?:er|re)|ml|dl|l|lit(?:er|re))"
UNIT: Final = (
    r"(?:(?:x ?)?(?:10(?:\^|\*\*|e|E)?[3569] ?)?(?:cells?|k|giga|g|gm|gms|grams?|mg|milligrams?|ug|mcg|ng|pg|"
    r"mmol|umol|micromol(?:es)?|nmol|meq|iu|u|units|miu|copies|th|thousand|thou|platelets|leukocytes|m)? ?"
    rf"{_PER}(?:{_VOLUME}|24 ?h(?:ours|rs|r)?|day|min(?:ute)?(?:/1\.73 ?m\^?2)?)"
    r"|ml ?/ ?min(?:ute)?(?: ?(?:/|per) ?1\.73 ?m(?:\^?2)?)?|mls/min|cc/min|"
    r"ml per min(?:ute)?(?: per 1\.73 ?m\^?2)?|%|percent|per cent|seconds?|sec|secs|s|msec|msecs|ms|"
    r"milliseconds?|mm ?hg|kg/m\^?2|kg|kilograms?|cm|mm|years?|weeks?|months?|days?)"
)
"""A unit in tidied text."""

_PER_LITRE: Final = {
    **dict.fromkeys(("mm3", "mm^3", "mm 3", "cmm", "cumm", "cu mm", "ul", "microliter", "microlitre", "mcl",
    "cubic millimeter", "cubic millimetre"), 1e6),
    **dict.fromkeys(("ml",), 1e3),
    **dict.fromkeys(("dl",), 10.0),
    **dict.fromkeys(("l", "liter", "litre"), 1.0),
}  # fmt: skip
_TIMES: Final = {**dict.fromkeys(("k", "th", "thousand", "thou"), 1e3), **dict.fromkeys(("giga", "g"), 1e9), "m": 1e6}
_COUNT = re.compile(
    (
        r"(?:x ?)?(?:10(?:\^|\*\*|e)?(?P<power>[3569]) ?)?(?P<times>k|giga|g|th|thousand|thou|m)? ?(?P<what>cells?|"
        r"platelets|leukocytes)? ?(?:/|per ?)(?P<volume>[a-z0-9^ ]+)"
    ),
    re.IGNORECASE,
)
_COUNTED: Final = {
    "neutrophils_e9_l": 1e9, "leukocytes_e9_l": 1e9, "platelets_e9_l": 1e9, "lymphocytes_per_ul": 1e6,
    "cd3_per_ul": 1e6, "cd4_per_ul": 1e6,
}  # fmt: skip
_PLAIN: Final = frozenset(
    {
        "ecog",
        "karnofsky",
        "lansky",
        "inr",
        "child_pugh",
        "lvef_percent",
        "pd_l1_cps",
        "prior_lines",
        "oxygen_saturation_percent",
        "fev1_percent",
        "dlco_percent",
    }
)
_SAID: Final = {
    "gm/dl": "g/dL", "gms/dl": "g/dL", "grams/dl": "g/dL", "grams per deciliter": "g/dL", "percent": "%",
    "per cent": "%", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "msec": "ms", "msecs": "ms",
    "milliseconds": "ms",
    "millisecond": "ms", "mmhg": "mmHg", "mm hg": "mmHg", "kilograms": "kg", "kilogram": "kg", "mls/min": "mL/min",
    "cc/min": "mL/min", "umol/l": "umol/L", "micromol/l": "umol/L", "micromoles/l": "umol/L", "mcg/l": "ug/L",
}  # fmt: skip


def in_field_unit(field: str, number: float, unit: str) -> float | None:
    """Bring a number with a unit to the field's own unit; None where the unit is not known to be one of it.

    A number without a unit is taken only where a field has but one way to be written (points, ratios, per cent), and
    a cell count only if it can be nothing but cells per microlitre. A threshold that nobody asks for (haemoglobin of
    9 g/L) is a slip of the pen, and none is given.

    >>> in_field_unit("neutrophils_e9_l", 1500.0, "/mm3"), in_field_unit("lymphocytes_per_ul", 5e8, "/L")
    (1.5, 500.0)
    """
    turned = _turned(field, number, unit.strip())
    return turned if turned is not None and load_vocabulary().may_be_asked(field, turned) else None


def _turned(field: str, number: float, said: str) -> float | None:
    if field in _COUNTED:
        return _count(field, number, said)
    if not said:
        return number if field in _PLAIN else None
    key = said.lower().replace(" ", "") if said.lower() not in _SAID else said.lower()
    if field == "creatinine_clearance_ml_min" and re.fullmatch(
        r"(?:ml|mls|cc)(?:/|per)min(?:ute)?(?:(?:/|per)1\.73m(?:\^?2)?)?", said.lower().replace(" ", "")
    ):
        return number
    if field.endswith("_percent") or field in ("karnofsky", "lansky"):
        return number if key in ("%", "percent", "percent") or said.lower() == "per cent" else None
    return load_vocabulary().in_unit(field, number, _SAID.get(key, said))


def _count(field: str, number: float, unit: str) -> float | None:
    if not unit:
        return number * 1e6 / _COUNTED[field] if number >= 300 and number < 1e6 else None
    found = _COUNT.fullmatch(unit)
    volume = None if found is None else _PER_LITRE.get(" ".join(found["volume"].lower().split()))
    if found is None or volume is None:
        return None
    times = _TIMES[found["times"].lower()] if found["times"] else 1.0
    power = 10.0 ** int(found["power"]) if found["power"] else 1.0
    value = number * times * power * volume / _COUNTED[field]
    return float(f"{value:.12g}")
