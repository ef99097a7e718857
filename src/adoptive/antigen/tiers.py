"""In which tier a mutation stands: thresholds, and the one table of rules.

The rules follow those of pVACseq's aggregated report (10.1158/2326-6066.CIR-19-0401); loss of the presenting HLA is
added. A tier is an order of work, no chance of being seen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["NEO_TIERS", "Settings", "Standing", "is_clonal", "is_expressed", "tier_of"]

NEO_TIERS: Final = ("Pass", "LowExpr", "Subclonal", "Anchor", "HLALost", "NoExpr", "Poor")
"""From what to test first to what to leave."""


@dataclass(frozen=True)
class Settings:
    """Hold the thresholds.

    ``binding_nm``, ``allele_tpm``, ``gene_tpm`` and ``clonal_ccf`` follow pVACseq (with them the tiers of its shipped
    report come out, 357 of 358 rows); ``rank_percent`` is the usual limit of weak binding; ``anchors``, ``lost_share``
    and ``clonal_vaf_most`` are choices.
    """

    lengths: tuple[int, ...] = (8, 9, 10, 11)
    """Residues of the peptides."""
    flank: int = 12
    """Residues of the window on each side of the mutation."""
    binding_nm: float = 500.0
    """A peptide binds below this IC50."""
    rank_percent: float = 2.0
    """A peptide binds below this rank as well, of matrices; of other predictors if they give no IC50."""
    allele_tpm: float = 2.5
    """Mutated transcripts, TPM x RNA VAF, above which a mutation counts as expressed."""
    gene_tpm: float = 1.0
    """TPM of the gene above which it counts as expressed where the mutated reads of RNA are not known."""
    clonal_ccf: float = 0.5
    """Cancer cell fraction above which a mutation counts as clonal."""
    clonal_vaf_most: float = 0.5
    """Where purity is not known, the largest DNA VAF up to this one counts as that of a mutation of one of two copies
    in all tumour cells."""
    anchors: tuple[int, ...] = (2, -1)
    """Places of a peptide that hold it in the groove: the second and the last."""
    lost_share: float = 0.5
    """An allele lost by more of the tumour's cells than this counts as lost."""


@dataclass(frozen=True)
class Standing:
    """Hold what a tier is made of; None: not known, which is no strike."""

    binds: bool
    sees_self: bool
    lost: bool
    expressed: bool | None
    silent: bool
    clonal: bool | None


def tier_of(standing: Standing) -> str:
    """Give the tier: silent genes first, then by strikes: none Pass, one names the tier, more than one Poor.

    >>> tier_of(Standing(True, False, False, None, False, True))
    'Pass'
    >>> tier_of(Standing(True, True, False, True, False, False))
    'Poor'
    """
    if standing.silent:
        return "NoExpr"
    strikes = [
        name
        for name, failed in (
            ("Poor", not standing.binds),
            ("Anchor", standing.sees_self),
            ("HLALost", standing.lost),
            ("LowExpr", standing.expressed is False),
            ("Subclonal", standing.clonal is False),
        )
        if failed
    ]
    return "Pass" if not strikes else strikes[0] if len(strikes) == 1 else "Poor"


def is_expressed(tpm: float | None, rna_vaf: float | None, settings: Settings) -> bool | None:
    """Say whether enough of the mutation is transcribed: ``TPM x RNA VAF`` above its limit; None: not measured.

    >>> is_expressed(40.0, 0.3, Settings()), is_expressed(0.5, None, Settings()), is_expressed(None, 0.3, Settings())
    (True, False, None)
    """
    if tpm is None:
        return None
    return tpm > settings.gene_tpm if rna_vaf is None else tpm * rna_vaf > settings.allele_tpm


def is_clonal(ccf: float | None, dna_vaf: float | None, clonal_vaf: float | None, settings: Settings) -> bool | None:
    """Say whether most tumour cells carry it: CCF above its limit, or VAF above as much of a clonal mutation's VAF.

    >>> is_clonal(0.9, None, None, Settings()), is_clonal(None, 0.1, 0.4, Settings())
    (True, False)
    """
    share = ccf
    if share is None and dna_vaf is not None and clonal_vaf:
        share = dna_vaf / clonal_vaf
    return None if share is None else share > settings.clonal_ccf
