"""A mutation before it is judged: what was called, what it makes of the protein, what was read of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from adoptive.antigen.mutations import Pair, Window, change_name, change_protein, cut_peptides, cut_window
from adoptive.antigen.tiers import Settings

__all__ = ["Candidate", "Reads", "Variant", "candidate_of"]


@dataclass(frozen=True)
class Reads:
    """Hold what was read of a mutation; None: not measured, which is never zero."""

    dna_vaf: float | None = None
    rna_vaf: float | None = None
    rna_depth: float | None = None
    tpm: float | None = None
    copies: float | None = None
    multiplicity: float | None = None


@dataclass(frozen=True)
class Variant:
    """Hold one change of one protein, as called; ``wild_type`` is the whole protein without it.

    ``position`` is from 1; ``ref`` and ``alt`` as in :func:`~adoptive.antigen.mutations.change_protein`.
    """

    gene: str
    wild_type: str
    position: int
    ref: str
    alt: str
    reads: Reads = field(default_factory=Reads)
    source: str = ""
    id: str = ""


@dataclass(frozen=True)
class Candidate:
    """Hold one mutation with its window and every peptide that contains it; ``own`` is its protein without it."""

    id: str
    gene: str
    aa_change: str
    window: Window
    pairs: tuple[Pair, ...]
    reads: Reads
    own: str = ""
    source: str = ""
    notes: tuple[str, ...] = ()


def candidate_of(variant: Variant, settings: Settings | None = None) -> Candidate:
    """Cut a variant's window and peptides.

    >>> ras = "MTEYKLVVVGAGGVGKSALTIQLIQNHFVDEYDPTIEDSY"
    >>> found = candidate_of(Variant("KRAS", ras, 12, "G", "D"))
    >>> found.id, found.window.window, len(found.pairs)
    ('KRAS:G12D', 'MTEYKLVVVGADGVGKSALTIQLI', 38)

    Raises
    ------
    ChangeError
        The change does not fit the protein, or makes no new peptide.
    """
    settings = settings or Settings()
    changed = change_protein(variant.wild_type, variant.position, variant.ref, variant.alt)
    name = change_name(variant.position, variant.ref, variant.alt)
    return Candidate(
        variant.id or f"{variant.gene}:{name}", variant.gene, name, cut_window(changed, settings.flank),
        cut_peptides(changed, settings.lengths), variant.reads, variant.wild_type, variant.source,
    )  # fmt: skip
