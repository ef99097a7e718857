"""Which other proteins a receptor might see: a motif of allowed residues, searched in a proteome.

A motif says which residues a receptor tolerated in an assay, or which are believed to matter. That a peptide fits does
not say that it is made, presented or recognised: it says what to test. The danger: a receptor made for MAGE-A3
EVDPIGHLY saw titin ESDPIVAQY (10.1126/scitranslmed.3006034).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np

from adoptive.antigen.binding import AMINO_ACIDS
from adoptive.antigen.proteome import joined
from adoptive.errors import AdoptiveError
from adoptive.units import In

__all__ = ["Match", "Motif", "MotifError", "XScan", "motif_from_pattern", "motif_from_xscan", "scan"]

_ALL: Final = frozenset(AMINO_ACIDS)
_PLACE: Final = re.compile(r"([A-Z.x]|\[[A-Z]+\]|\{[A-Z]+\})(?:\((\d{1,2})\))?")
_FEWEST, _MOST = 5, 40


class MotifError(AdoptiveError, ValueError):
    """Report a motif or a scan that makes no sense (exit code 2)."""


@dataclass(frozen=True)
class XScan:
    """Hold one measurement of an X-scan: the residue put at a place (from 1) of the peptide, and the response."""

    position: int
    residue: str
    response: float


@dataclass(frozen=True)
class Motif:
    """Hold the residues allowed at each place of a peptide; ``str(motif)`` writes it as a pattern."""

    allowed: tuple[frozenset[str], ...]

    def __str__(self) -> str:
        return "".join(_place(one) for one in self.allowed)

    @property
    def fixed(self) -> int:
        """Count the places that do not allow every residue."""
        return sum(one != _ALL for one in self.allowed)


@dataclass(frozen=True)
class Match:
    """Hold one peptide of a proteome that fits the motif: a row of ``offtargets.tsv``."""

    protein: Annotated[str, In("name", "protein of the proteome")]
    position: Annotated[int, In("place", "first residue, from 1")]
    peptide: Annotated[str, In("amino acids", "what fits")]
    differences: Annotated[int | None, In("residues", "unlike the target; empty: no target given")] = None
    hla: Annotated[str, In("allele", "allele that the binding is predicted for; empty: none asked")] = ""
    ic50_nm: Annotated[float | None, In("nM", "predicted binding; empty: not asked, or no matrix")] = None


def motif_from_pattern(pattern: str) -> Motif:
    """Read a pattern: a residue, ``.`` or ``x`` for any, ``[AB]`` for either, ``{AB}`` for all but these, ``x(3)``.

    Dashes between places, as PROSITE writes them, mean nothing; a dot is any residue, at the end as well.

    >>> str(motif_from_pattern("E-x-D-P-I-x(3)-Y")), str(motif_from_pattern("[ED].{P}AKA"))
    ('E.DPI...Y', '[DE].{P}AKA')

    Raises
    ------
    MotifError
        A place cannot be read, or the motif is shorter than 5 or longer than 40 places, or fixes none of them.
    """
    text, allowed = pattern.replace("-", "").strip(), []
    at = 0
    while at < len(text):
        found = _PLACE.match(text, at)
        if not found or not set(found[1].strip(".x[]{}")) <= _ALL:
            raise MotifError(
                "the pattern cannot be read", where=f"character {at + 1}", value=pattern,
                allowed="an amino acid, . or x, [AB], {AB}, each with (n)", next_step="write it as E.DPI...Y",
            )  # fmt: skip
        allowed += [_residues(found[1])] * int(found[2] or 1)
        at = found.end()
    return _checked(Motif(tuple(allowed)), pattern)


def motif_from_xscan(target: str, measured: Sequence[XScan], *, least: float = 0.1) -> Motif:
    """Allow each residue whose response is at least ``least`` of the target's own (mean of its repeats).

    The target's response is that of the rows whose residue is the target's own. A place without measurements allows
    every residue. Residues that were not measured at a measured place are allowed if any exchange there was tolerated:
    so a scan with alanine alone leaves a place open or closed. ``least`` 0.1 is a cautious guess, no published limit.

    >>> rows = [XScan(1, "E", 100.0), XScan(1, "A", 2.0), XScan(2, "A", 80.0), XScan(3, "A", 1.0)]
    >>> str(motif_from_xscan("EVDPI", rows))
    'E.D..'

    Raises
    ------
    MotifError
        A place or residue outside the target, a response below 0, or no response to the target itself.
    """
    _check_scan(target, measured, least)
    own = [one.response for one in measured if target[one.position - 1] == one.residue]
    if not own or float(np.mean(own)) <= 0.0:
        raise MotifError(
            "the scan has no response to the target itself", where="X-scan", value=target,
            next_step="add a row whose residue is the target's own, with its response",
        )  # fmt: skip
    limit = least * float(np.mean(own))
    places = []
    for place, native in enumerate(target, start=1):
        means = _means([one for one in measured if one.position == place and one.residue != native])
        tolerated = {residue for residue, mean in means.items() if mean >= limit}
        unknown = _ALL - set(means) if tolerated or not means else frozenset()
        places.append(frozenset({native} | tolerated | unknown))
    return _checked(Motif(tuple(places)), target)


def scan(
    motif: Motif, proteins: Mapping[str, str] | Iterable[tuple[str, str]], *, target: str = ""
) -> tuple[Match, ...]:
    """Find every peptide that fits, in the proteins' order.

    >>> [match.peptide for match in scan(motif_from_pattern("E.DPI...Y"), {"titin": "AAESDPIVAQYAA"})]
    ['ESDPIVAQY']
    """
    pairs = list(proteins.items() if isinstance(proteins, Mapping) else proteins)
    residues, length = joined(sequence for _, sequence in pairs), len(motif.allowed)
    count = max(residues.size - length + 1, 0)
    fits = np.ones(count, bool)
    for place, allowed in enumerate(motif.allowed):
        table = np.array([letter in allowed for letter in AMINO_ACIDS] + [False])
        fits &= table[residues[place : place + count]]
    starts = np.cumsum([0] + [len(sequence) + 1 for _, sequence in pairs])
    found = []
    for at in np.flatnonzero(fits):
        which = int(np.searchsorted(starts, at, side="right")) - 1
        name, sequence = pairs[which]
        place = int(at - starts[which])
        peptide = sequence[place : place + length].upper()
        unlike = sum(one != other for one, other in zip(peptide, target, strict=True)) if target else None
        found.append(Match(name, place + 1, peptide, unlike))
    return tuple(found)


def _residues(place: str) -> frozenset[str]:
    if place in ".x":
        return _ALL
    inside = frozenset(place.strip("[]{}"))
    return _ALL - inside if place.startswith("{") else inside


def _place(allowed: frozenset[str]) -> str:
    if allowed == _ALL:
        return "."
    if len(allowed) == 1:
        return next(iter(allowed))
    few = "".join(sorted(allowed)), "".join(sorted(_ALL - allowed))
    return f"[{few[0]}]" if len(few[0]) <= len(few[1]) else f"{{{few[1]}}}"


def _checked(motif: Motif, value: str) -> Motif:
    if not _FEWEST <= len(motif.allowed) <= _MOST or not motif.fixed or not all(motif.allowed):
        raise MotifError(
            "this motif cannot be searched", where="motif", value=value,
            allowed=f"{_FEWEST} to {_MOST} places, not all open, none closed", next_step="give more of the peptide",
        )  # fmt: skip
    return motif


def _check_scan(target: str, measured: Sequence[XScan], least: float) -> None:
    if not set(target) <= _ALL or not target:
        raise MotifError("the target is no peptide", where="target", value=target, allowed=AMINO_ACIDS)
    if not 0.0 < least <= 1.0:
        raise MotifError("out of range", where="least", value=least, allowed="above 0, up to 1")
    for one in measured:
        if not 1 <= one.position <= len(target) or one.residue not in _ALL or not one.response >= 0.0:
            raise MotifError(
                "this row does not fit the target", where="X-scan",
                value=f"{one.position} {one.residue} {one.response}",
                allowed=f"a place from 1 to {len(target)}, an amino acid, a response of 0 or more",
            )  # fmt: skip


def _means(rows: Sequence[XScan]) -> dict[str, float]:
    by: dict[str, list[float]] = {}
    for row in rows:
        by.setdefault(row.residue, []).append(row.response)
    return {residue: float(np.mean(values)) for residue, values in by.items()}
