"""Tidying a text before reading: one way of writing each sign, single spaces, registry escapes undone."""

from __future__ import annotations

import html
import re
from typing import Final

__all__ = ["tidy"]

_SIGNS: Final = str.maketrans(
    {
        **dict.fromkeys("\u2265\u2267\u2a7e\u227d", ">="),
        **dict.fromkeys("\u2264\u2266\u2a7d\u227c", "<="),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d", "-"),
        **dict.fromkeys("\u00d7\u2715\u2716\u2217\u22c5\u00b7", "x"),
        **dict.fromkeys("\u00b5\u03bc", "u"),
        **dict.fromkeys("\u2018\u2019\u02bc\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"'),
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad\u00ae\u2122", ""),
        **dict.fromkeys("\uff1e", ">"),
        **dict.fromkeys("\uff1c", "<"),
        **dict.fromkeys("\uff1d", "="),
        **dict.fromkeys("\uff05", "%"),
        **dict.fromkeys("\uff08", "("),
        **dict.fromkeys("\uff09", ")"),
        **dict.fromkeys("\uff1b", ";"),
        **dict.fromkeys("\uff0c", ","),
        **dict.fromkeys("\uff1a", ":"),
    }
)
_RAISED: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_POWER = re.compile(r"(?<=10)[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>=~|^&/])")
_SPACED = re.compile(r"([<>]) ?= ?")
_CONTROL = re.compile(r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")


def tidy(text: str) -> str:
    r"""Write a text in one way: escapes undone, ``>=`` for ``≥``, ``-`` for every dash, ``x`` for ``×``, single spaces.

    >>> tidy("Platelets\u00a0\\>= 75 × 10⁹/L\n  (&ge; 75&nbsp;000/µL)")
    'Platelets >= 75 x 10^9/L (>= 75 000/uL)'
    """
    plain = html.unescape(_ESCAPE.sub(r"\1", text)) if "&" in text or "\\" in text else text
    plain = _POWER.sub(lambda raised: "^" + raised[0].translate(_RAISED), plain)
    plain = _CONTROL.sub(" ", plain.translate(_SIGNS).translate(_RAISED)).strip()
    return _SPACED.sub(r"\1= ", plain).replace("^ ", "^")
