"""Genes of the tumour: found altered, tested and not found, or never looked at."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, Literal, NamedTuple

from adoptive.trial.eligibility.facts import Alteration
from adoptive.trial.eligibility.findings import Finding
from adoptive.trial.eligibility.judge import phrasing
from adoptive.trial.eligibility.judge.known import Known, gene_name
from adoptive.trial.eligibility.judge.seen import Seen, either
from adoptive.trial.eligibility.statements import Gene, Truth

__all__ = ["say_gene", "see_gene"]

_CHANGE: Final = re.compile(r"([A-Z])([0-9]{1,5})([A-Z*]?)")
_LONG: Final = re.compile(r"([A-Z]{3})([0-9]{1,5})([A-Z]{3}|\*)?")
_LETTER: Final = {
    "ALA": "A", "ARG": "R", "ASN": "N", "ASP": "D", "CYS": "C", "GLN": "Q", "GLU": "E", "GLY": "G", "HIS": "H",
    "ILE": "I", "LEU": "L", "LYS": "K", "MET": "M", "PHE": "F", "PRO": "P", "SER": "S", "THR": "T", "TRP": "W",
    "TYR": "Y", "VAL": "V", "TER": "*",
}  # fmt: skip

Says = Literal["has", "perhaps", "lacks", "nothing"]


class _Change(NamedTuple):
    """Hold a change of one amino acid: before, place, after ("" any)."""

    before: str
    place: int
    after: str


@cache
def _plain(change: str) -> str:
    """Write a change shortly: ``p.Gly12Asp`` is ``G12D``, ``G12X`` is ``G12``."""
    said = "".join(change.upper().replace("P.", "", 1).split()).strip("()")
    long = _LONG.fullmatch(said)
    if long and long[1] in _LETTER and (not long[3] or long[3] == "*" or long[3] in _LETTER):
        said = _LETTER[long[1]] + long[2] + _LETTER.get(long[3] or "", long[3] or "")
    short = _CHANGE.fullmatch(said)
    return said[:-1] if short and short[3] == "X" else said


@cache
def _change(change: str) -> _Change | None:
    found = _CHANGE.fullmatch(_plain(change))
    return _Change(found[1], int(found[2]), found[3]) if found else None


def see_gene(asked: Gene, known: Known) -> Seen:
    """See whether a gene is altered as asked.

    What was tested and not found rules out what it was tested for. Another change of the same codon rules out the one
    asked as well, as the test has read that codon; a change of another codon says nothing. Where one record has it and
    another has not, a later "found" counts; else nobody knows.
    """
    records = known.alterations.get(gene_name(asked.gene), ())
    changes = [("one of", _one_change(change, asked, records, known)) for change in asked.changes or ("",)]
    if len(changes) == 1:
        return changes[0][1]
    joined = either(changes, Seen(False))
    deciding = [seen for _, seen in changes if seen.truth is joined.truth]
    return Seen(joined.truth, deciding[0].why, tuple(dict.fromkeys(it for seen in deciding for it in seen.used)))


def _one_change(change: str, asked: Gene, records: tuple[Alteration, ...], known: Known) -> Seen:
    complete = "alterations" in known.facts.complete
    said: dict[Says, list[Alteration]] = {"has": [], "perhaps": [], "lacks": [], "nothing": []}
    for it in records:
        ago = known.days_since(it.day)
        future = ago is not None and ago < 0
        says = "perhaps" if future else _says(change, asked.category, it)
        said["nothing" if says == "lacks" and it.present and complete else says].append(it)
    has, perhaps, lacks = tuple(said["has"]), tuple(said["perhaps"]), tuple(said["lacks"])
    if has:
        return Seen(True, "", has) if _later(has, lacks) else Seen(None, "conflict", (*has, *lacks))
    if lacks and (not perhaps or any(_plain(it.change) for it in lacks)):
        return Seen(False, "", lacks)
    if perhaps:
        return Seen(None, "conflict" if lacks else "change", (*perhaps, *lacks))
    return Seen(False, "complete") if complete else Seen(None, "missing")


def _later(has: tuple[Alteration, ...], lacks: tuple[Alteration, ...]) -> bool:
    """Say whether something was found after the last test that did not find it."""
    if not lacks:
        return True
    days = [it.day for it in has if it.day is not None]
    return bool(days) and all(it.day is not None and it.day < max(days) for it in lacks)


def _says(change: str, category: str, it: Alteration) -> Says:
    """Say what one record says of a change ("" any) of a category ("" any)."""
    of_kind = _of_kind(category or ("mutation" if _change(change) else ""), it)
    alike = _alike(change, it)
    if it.present:
        if of_kind is False or alike == "nothing":
            return "nothing"
        return "perhaps" if of_kind is None and alike == "has" else alike
    return "lacks" if of_kind and (not it.change or (change and alike == "has")) else "nothing"


def _of_kind(wanted: str, it: Alteration) -> Truth:
    """Say whether a record is of a category; one without covers all that it says nothing of, if nothing was found."""
    own = it.category or ("mutation" if _change(it.change) else "")
    if not wanted:
        return it.present or not own
    if not own:
        return None if it.present else True
    return own == wanted


def _alike(change: str, it: Alteration) -> Says:
    """Compare the change that is asked with the one on record."""
    if not change:
        return "has"
    if not it.change:
        return "perhaps"
    if _plain(change) == _plain(it.change):
        return "has"
    wanted, own = _change(change), _change(it.change)
    if wanted is None or own is None:
        return "perhaps"
    if (wanted.before, wanted.place) != (own.before, own.place):
        return "nothing"
    if not wanted.after:
        return "has" if it.present else "nothing"
    if not own.after:
        return "perhaps" if it.present else "has"
    return "lacks"


def say_gene(asked: Gene, known: Known, seen: Seen) -> Finding:
    """Say what was found of a gene."""
    because = tuple(_said(it) for it in seen.used)
    named = " ".join(part for part in (asked.gene, phrasing.listed(asked.changes), asked.category) if part)
    if seen.why == "complete":
        because = (*because, f"the list of gene tests is said to be complete and names no {named}")
    if seen.truth is not None:
        return Finding(seen.truth, because)
    clash = ": the results on record contradict each other" if seen.why == "conflict" else ""
    return Finding(None, because, (f"tumour sequencing ({named}){clash}",))


def _said(it: Alteration) -> str:
    words = " ".join(part for part in (it.gene, it.change, it.category) if part)
    return f"{words}: {'found' if it.present else 'tested and not found'}" + phrasing.on(it.day, it.source)
