"""How far a cancer has come: "locally advanced or metastatic", "relapsed/refractory", "unresectable"."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["ADJECTIVES", "extents_of"]

_WORDS: Final = {
    "locally advanced": (
        r"locally[- ]advanced(?: \((?:unresectable|inoperable)\))?|locoregionally "
        r"advanced|loco-regionally advanced"
    ),
    "advanced": r"advanced",
    "metastatic": r"metastatic|metastasi[sz]ed|disseminated",
    "unresectable": r"(?:surgically )?(?:unresectable|inoperable|non-?resectable|irresectable)",
    "recurrent or refractory": r"relapsed|relapsing|recurrent|refractory|(?-i:R/R|r/r)",
}
"""A cancer that is only said to be recurrent, or only refractory, counts as "recurrent or refractory"."""

_WORD: Final = "|".join(_WORDS.values())
_JOIN: Final = r"(?: ?, ?(?:and/or |or |and )?(?:an? )?| ?/ ?| and/or | or | and | )"
ADJECTIVES: Final = rf"(?:{_WORD})(?:{_JOIN}(?:{_WORD})(?![\w])){{0,5}}"
"""One or several words of spread."""

_MET: Final = frozenset({"metastatic"})


def _one(words: frozenset[str]) -> tuple[str, ...] | None:
    """Turn words that must all hold into an extent; None where the language has none."""
    if "locally advanced" in words:
        return None if words & {"advanced"} else _one(words - {"locally advanced"}) if "metastatic" in words else None
    kept = words - {"advanced"} if words - {"advanced"} and "metastatic" in words else words
    return tuple(sorted(kept))


def extents_of(text: str) -> tuple[tuple[str, ...], ...] | None:
    """Give the ways in which words of spread may hold, each a tuple of what must hold together; None where unclear.

    >>> extents_of("locally advanced or metastatic"), extents_of("unresectable or metastatic"), extents_of("")
    ((('locally advanced or metastatic',),), (('metastatic',), ('unresectable',)), ((),))
    """
    if not text:
        return ((),)
    low = re.sub(r"\br/r\b", "relapsed or refractory", text.lower())
    either = bool(re.search(r"/| or |and/or", low))
    pieces = re.split(r" ?, ?(?:and/or |or )?| ?/ ?| and/or | or " if either else r" and |, ", low)
    groups = [
        frozenset(name for name, form in _WORDS.items() if _says(form, piece)) for piece in pieces if piece.strip()
    ]
    if not either:
        together = _one(frozenset().union(*groups))
        return None if together is None else (together,)
    return _ways(groups)


def _says(form: str, piece: str) -> bool:
    plain = (
        re.sub(r"loco-?regionally advanced|locally[- ]advanced", " ", piece) if form == _WORDS["advanced"] else piece
    )
    return bool(re.search(rf"\b(?:{form})\b", plain, re.IGNORECASE))


def _ways(groups: list[frozenset[str]]) -> tuple[tuple[str, ...], ...] | None:
    spread = _MET in groups
    joint = [group for group in groups if spread and group & {"locally advanced", "advanced"}]
    rest = [group for group in groups if group not in joint and not (joint and group == _MET)]
    ways: list[tuple[str, ...]] = []
    for group in joint:
        others = group - {"locally advanced", "advanced"}
        ways.append(tuple(sorted(("locally advanced or metastatic", *others))))
        if others:
            ways.append(("metastatic",))
    for group in rest:
        one = _one(group)
        if one is None:
            return None
        ways.append(one)
    return tuple(sorted(set(ways)))
