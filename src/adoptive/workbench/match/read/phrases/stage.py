"""Stages of a cancer: "stage III or IV", "stage IIIB-IV"."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["STAGES", "stages_of"]

_ONE: Final = r"(?:IV|I{1,3}|[1-4])[ABC]?(?![\w])"
_JOIN: Final = r"(?: ?, ?(?:and/or |or |and )?| ?/ ?| ?- ?| and/or | or | and | to | through )"
STAGES: Final = (
    rf"(?:(?:AJCC|UICC|FIGO|TNM|Ann Arbor|clinical|pathological)[ -])?stages? "
    rf"{_ONE}(?:{_JOIN}(?:stage )?{_ONE}){{0,6}}"
)
"""A list or range of stages."""

_NUMBERS: Final = {"1": "I", "2": "II", "3": "III", "4": "IV"}
_ORDER: Final = tuple(number + letter for number in ("I", "II", "III", "IV") for letter in ("", "A", "B", "C"))


def stages_of(text: str) -> tuple[str, ...] | None:
    """Give the stages of a list; a range is filled.

    >>> stages_of("stage III or IV"), stages_of("Stage IIIB-IV"), stages_of("stage 3/4"), stages_of("stage II to IV")
    (('III', 'IV'), ('IIIB', 'IIIC', 'IV'), ('III', 'IV'), ('II', 'III', 'IV'))
    """
    rest = re.sub(r"(?i).*?stages? ", "", text, count=1)
    tokens = re.findall(r"(?i)\b(?:IV|I{1,3}|[1-4])[ABC]?\b|\bto\b|\bthrough\b|-", rest)
    stages: list[str] = []
    ranged = False
    for token in tokens:
        if token in ("-", "to", "through"):
            ranged = True
            continue
        stage = _NUMBERS.get(token[0], token[0]) + token[1:].upper() if token[0].isdigit() else token.upper()
        if ranged:
            between = _between(stages[-1], stage)
            if between is None:
                return None
            stages += between
        stages.append(stage)
        ranged = False
    return tuple(dict.fromkeys(stages)) or None


def _between(first: str, last: str) -> tuple[str, ...] | None:
    low, high = _ORDER.index(first), _ORDER.index(last)
    if low >= high:
        return None
    letters = first[-1] in "ABC"
    number = first.rstrip("ABC")
    inside = _ORDER[low + 1 : high]
    own = tuple(stage for stage in inside if letters and stage.rstrip("ABC") == number)
    whole = tuple(
        stage for stage in inside if stage[-1] not in "ABC" and stage.rstrip("ABC") not in (number, last.rstrip("ABC"))
    )
    lettered = tuple(
        stage
        for stage in inside
        if last[-1] in "ABC" and stage[-1] in "ABC" and stage.rstrip("ABC") == last.rstrip("ABC")
    )
    if last[-1] in "ABC" and not letters and number == last.rstrip("ABC"):
        return None
    return own + whole + lettered
