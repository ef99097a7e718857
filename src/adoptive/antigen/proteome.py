"""Search many proteins at once: as one array of residues, with a gap between proteins."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.antigen.binding import AMINO_ACIDS

__all__ = ["GAP", "joined", "peptides_in"]

GAP: Final = len(AMINO_ACIDS)
"""Number of what is no amino acid: an unknown letter, and the end of a protein."""

_NUMBERS: Final = np.full(256, GAP, np.int8)
_NUMBERS[np.frombuffer(AMINO_ACIDS.encode(), np.uint8)] = np.arange(GAP, dtype=np.int8)
_LONGEST: Final = 14
"""Residues whose numbers fit into 64 bits: ``21^14 < 2^63``."""


def joined(proteins: Iterable[str]) -> NDArray[np.int8]:
    """Write proteins as numbers, ``(residues + gaps,)``; after each protein stands a gap."""
    text = "*".join(proteins) + "*"
    return _NUMBERS[np.frombuffer(text.upper().encode("ascii", "replace"), np.uint8)]


def peptides_in(proteins: Sequence[str], peptides: Collection[str]) -> frozenset[str]:
    """Find which peptides stand in a protein; peptides longer than 14 residues are not looked for.

    >>> sorted(peptides_in(["MTEYKLVVVGAGGVGK"], ["VVGAGGVGK", "VVGADGVGK"]))
    ['VVGAGGVGK']
    """
    residues = joined(proteins)
    found: list[str] = []
    for length in sorted({len(peptide) for peptide in peptides if 0 < len(peptide) <= _LONGEST}):
        wanted = sorted(peptide for peptide in set(peptides) if len(peptide) == length)
        asked = _codes(joined(wanted), length)[:: length + 1]
        there = np.isin(asked, _codes(residues, length))
        found += [peptide for peptide, stands in zip(wanted, there, strict=True) if stands]
    return frozenset(found)


def _codes(residues: NDArray[np.int8], length: int) -> NDArray[np.int64]:
    """Give each stretch of a length one number; peptides with a gap never equal one without."""
    count = max(residues.size - length + 1, 0)
    codes = np.zeros(count, np.int64)
    for place in range(length):
        codes *= GAP + 1
        codes += residues[place : place + count]
    return codes
