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
    """Find which peptides stand in a protein.

    Peptides longer than 14 residues, or with a letter that is no common amino acid, are not looked for.

    >>> sorted(peptides_in(["MTEYKLVVVGAGGVGK"], ["VVGAGGVGK", "VVGADGVGK"]))
    ['VVGAGGVGK']
    """
    residues = joined(proteins)
    found: list[str] = []
    asked_for = {peptide for peptide in peptides if 0 < len(peptide) <= _LONGEST and set(peptide) <= set(AMINO_ACIDS)}
    for length in sorted({len(peptide) for peptide in asked_for}):
        wanted = sorted(peptide for peptide in asked_for if len(peptide) == length)
        asked = _codes(joined(wanted), length)[:: length + 1]  # in rising order: sorted words, letters in order
        codes = _codes(residues, length)
        nearest = np.minimum(np.searchsorted(asked, codes), asked.size - 1)
        found += [wanted[at] for at in set(nearest[asked[nearest] == codes].tolist())]
    return frozenset(found)


def _codes(residues: NDArray[np.int8], length: int) -> NDArray[np.int64]:
    """Give each stretch of a length one number, in base 21; stretches with a gap never equal one without."""
    count = max(residues.size - length + 1, 0)
    codes = np.zeros(count, np.int64)
    for place in range(length):
        codes *= GAP + 1
        codes += residues[place : place + count]
    return codes
