"""Minigenes: a neoantigen's window as it is expressed, the peptides to order, and what they are made to show."""

from __future__ import annotations

from collections.abc import Sequence

from adoptive.antigen.discovered import Neoantigen
from adoptive.antigen.screen_types import Minigene

__all__ = ["intended_epitopes", "minigene_of"]

LENGTHS = (8, 9, 10, 11)


def intended_epitopes(
    window: str, wild_type: str, mutated_at: int = 1, *, lengths: Sequence[int] = LENGTHS
) -> tuple[str, ...]:
    """List the peptides of a window that its wild-type counterpart lacks: what the minigene is made to show.

    Without a counterpart (a lost reading frame) every peptide from the first mutated residue on counts.

    >>> found = intended_epitopes("MTEYKLVVVGADGVGKSALTIQLI", "MTEYKLVVVGAGGVGKSALTIQLI", 12)
    >>> "GADGVGKSA" in found, "MTEYKLVVV" in found
    (True, False)
    """
    found = [
        window[start : start + length]
        for length in lengths
        for start in range(len(window) - length + 1)
        if start + length >= mutated_at
    ]
    return tuple(dict.fromkeys(peptide for peptide in found if peptide not in wild_type))


def minigene_of(neoantigen: Neoantigen, *, lengths: Sequence[int] = LENGTHS) -> Minigene:
    """Make the minigene of a neoantigen: its window, the mutated residue with twelve on each side.

    KRAS G12D stands at residue 12, so its minigene has 24 residues and begins with the protein's own methionine.
    """
    epitopes = intended_epitopes(neoantigen.window, neoantigen.wild_type_window, neoantigen.mutated_at, lengths=lengths)
    best = (neoantigen.peptide,) if neoantigen.peptide else ()
    return Minigene(neoantigen.id, neoantigen.window, neoantigen.mutated_at, tuple(dict.fromkeys(best + epitopes)))
