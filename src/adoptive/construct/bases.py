"""Bases and amino acids: the standard genetic code, for designs of a known reading frame."""

from __future__ import annotations

from typing import Final

from adoptive.errors import AdoptiveError

__all__ = ["AMINO_ACIDS", "ConstructError", "reverse_complement", "translate"]

AMINO_ACIDS: Final = "ACDEFGHIKLMNPQRSTVWY"


class ConstructError(AdoptiveError, ValueError):
    """Report a receptor or a part that cannot be built (exit code 2)."""


def translate(nt: str) -> str:
    """Translate whole codons by the standard code; ``*`` is a stop, ``X`` a codon of unknown bases.

    >>> translate("ATGGCATAA")
    'MA*'

    Raises
    ------
    ConstructError
        The bases are no multiple of three, or a letter is no base.
    """
    from Bio.Data.CodonTable import TranslationError
    from Bio.Seq import translate as translated

    if len(nt) % 3:
        raise ConstructError("the reading frame is broken", where="bases", value=len(nt), allowed="a multiple of three")
    try:
        return str(translated(nt))  # type: ignore[no-untyped-call]
    except TranslationError as problem:
        raise ConstructError(str(problem), where="bases", allowed="A, C, G, T, N") from None


def reverse_complement(nt: str) -> str:
    """Give the other strand, read in its own direction.

    >>> reverse_complement("GAATTC"), reverse_complement("ATGC")
    ('GAATTC', 'GCAT')
    """
    from Bio.Seq import reverse_complement as reversed_

    return str(reversed_(nt))  # type: ignore[no-untyped-call]
