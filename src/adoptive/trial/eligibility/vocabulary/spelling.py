"""Spelling: what counts as the same word, and patterns that find words in text in linear time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

__all__ = ["forms", "key", "pattern_of", "unit_key"]

_GREEK: Final = {"α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "κ": "kappa", "λ": "lambda", "μ": "mu"}
_DASHES: Final = "\u2010\u2011\u2012\u2013\u2014\u2212-"
_GAP: Final = rf"[\s{_DASHES}]"
_GAPS: Final = re.compile(rf"{_GAP}+")
_DROPPED: Final = re.compile(r"[^0-9a-z+]")
_DIGRAPH: Final = re.compile(r"a+e|o+e")
_LATER: Final = ("tumour", "tumor"), ("isation", "ization"), ("ising", "izing"), ("ised", "ized"), ("sulph", "sulf")


def key(text: str) -> str:
    """Fold a spelling: case, accents, Greek letters, UK and US spelling, hyphens and spaces make no difference.

    >>> key("Oesophageal  tumours") == key("esophageal tumors"), key("IL13Rα2") == key("IL-13R alpha 2")
    (True, True)
    """
    low = unicodedata.normalize("NFKD", text.replace("µ", "μ")).casefold().replace("(l)", "orl")
    low = _DROPPED.sub("", "".join(_GREEK.get(letter, letter) for letter in low))
    low = _DIGRAPH.sub("e", low)
    for uk, us in _LATER:
        low = low.replace(uk, us)
    return low


def forms(spelling: str) -> tuple[str, ...]:
    """Give a spelling with its last word in the singular and the plural.

    >>> forms("liver metastases"), forms("tumour")
    (('liver metastases', 'liver metastasis'), ('tumour', 'tumours'))
    """
    for ending, other in (("ases", "asis"), ("asis", "ases"), ("omata", "oma"), ("therapy", "therapies"), ("ies", "y")):
        if spelling.endswith(ending):
            return (spelling, spelling.removesuffix(ending) + other)
    if spelling[-1:] == "y" and spelling[-2:-1] not in "aeiou":
        return (spelling, spelling[:-1] + "ies")
    if spelling.endswith(("ss", "is", "us", "x", "ch", "sh")):
        return (spelling, spelling + "es")
    if spelling[-1:] == "s":
        return (spelling, spelling[:-1])
    return (spelling, spelling + "s") if spelling[-1:].isalpha() else (spelling,)


def _atoms(spelling: str) -> Iterator[str]:
    """Cut a spelling into small patterns: an optional gap, a letter that UK and US spell apart, a plain letter."""
    place = 0
    while place < len(spelling):
        letter, pair = spelling[place], spelling[place : place + 2]
        step = 1
        if gap := _GAPS.match(spelling, place):
            step = gap.end() - place
            yield rf"{_GAP}{{0,3}}"
        elif pair in ("ae", "oe", "Ae", "Oe"):
            step = 2
            yield f"{letter}?e"
        elif spelling[place : place + 6].casefold() == "tumour":
            step = 6
            yield from "tumo"
            yield "u?r"
        elif letter in "'’":
            yield "['’]?"
        elif letter == "s" and re.match(r"is(?:ation|ed|ing)", spelling[max(place - 1, 0) : place + 6]):
            yield "[sz]"
        elif letter in "αβγδκλμµöéüß":
            yield _either(letter)
        else:
            yield re.escape(letter)
        place += step


def _either(letter: str) -> str:
    plain = unicodedata.normalize("NFKD", letter)[0]
    name = _GREEK.get(letter.replace("µ", "μ"))
    return f"(?:{letter}|{_GAP}{{0,2}}{name})" if name else f"[{letter}{plain}]"


_ALSO_WORDS: Final = frozenset(("ALL", "ARMS", "CUP", "MAS", "PRES"))
"""Acronyms that are also words: among capitals, or before what a plain word would stand before, they mean nothing."""
_PLAIN_BEFORE: Final = rf"(?<![A-Z]{{2}}[\s{_DASHES}])"
_PLAIN_AFTER: Final = (
    rf"(?![\s{_DASHES}]+(?:[A-Z]{{2}}|of\b|the(?:se)?\b|those\b|other|prior|previous|patient|subject|participant|people"
    r"|criteria|inclusion|exclusion|eligib|following|requir|women|men\b|female|male|cohort|arm|treatment|toxicit))"
)


def pattern_of(spellings: Iterable[str], acronyms: Iterable[str]) -> re.Pattern[str]:
    """Compile one pattern that finds any of some spellings as whole words, the longest first.

    The pattern is a tree of letters, so that its time grows with the text and not with the number of spellings.
    Spellings are met in any case, UK or US, in the singular or the plural; acronyms as written, with a plural "s".
    """
    words = [form for spelling in spellings for form in forms(spelling)]
    short = [form for acronym in acronyms for form in (acronym, f"{acronym}s")]
    branches = [f"(?i:{_tree(words)})"] if words else []
    branches += [_tree(form for form in short if form not in _ALSO_WORDS)] if short else []
    branches += [f"{_PLAIN_BEFORE}{acronym}{_PLAIN_AFTER}" for acronym in short if acronym in _ALSO_WORDS]
    body = "|".join(branches) or r"(?!)"
    before = rf"(?<![^\W_])(?<![Nn]on)(?<![Nn]on[\s{_DASHES}])"
    return re.compile(rf"{before}(?:{body})(?![^\W_])")


Branch = dict[str, "Branch"]


def _tree(spellings: Iterable[str]) -> str:
    root: Branch = {}
    for spelling in spellings:
        branch = root
        for atom in _atoms(spelling):
            branch = branch.setdefault(atom, {})
        branch[""] = {}
    return _written(root)


def _written(branch: Branch) -> str:
    ends = "" in branch
    inner = [atom + _written(rest) for atom, rest in branch.items() if atom]
    if not inner:
        return ""
    body = inner[0] if len(inner) == 1 and not ends else f"(?:{'|'.join(inner)})"
    return f"{body}?" if ends else body


def unit_key(unit: str) -> str:
    """Fold a unit's spelling: ``x 10⁹/L``, ``10*9/L`` and ``1e9/L`` are one, and so are ``µmol/L`` and ``umol/l``.

    >>> unit_key("x 10⁹ / L"), unit_key("10*3/uL"), unit_key("cells/mm³"), unit_key("[iU]/L")
    ('10^9/l', '10^3/ul', 'cells/mm3', 'iu/l')
    """
    low = unicodedata.normalize("NFKC", _raised(unit)).casefold().replace("μ", "u").replace("×", "x")
    low = re.sub(r"[\s\[\]]", "", low).replace("{", "").replace("}", "").replace("*", "^")
    low = re.sub(r"^[x^·](?=10)", "", low)
    return re.sub(r"^(?:1?e|10e|10\^?)(\d{1,2})(?=/)", r"10^\1", low)


def _raised(unit: str) -> str:
    return re.sub("10([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", r"10^\1", unit)
