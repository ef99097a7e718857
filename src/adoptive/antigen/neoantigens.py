"""Which mutations a receptor might see: peptides scored on the patient's alleles, clonality, tiers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from adoptive.antigen.discovered import Allele, Neoantigen
from adoptive.units import In

__all__ = ["NEO_TIERS", "Epitope", "Found", "Settings", "Variant", "find_neoantigens"]

NEO_TIERS = ("Pass", "LowExpr", "NoExpr", "Subclonal", "Anchor", "HLALost", "Poor")


@dataclass(frozen=True)
class Epitope:
    """Hold one peptide on one allele: a row of ``epitopes.tsv``."""

    neoantigen: Annotated[str, In("name", "its id in neoantigens.tsv")]
    peptide: Annotated[str, In("amino acids", "peptide with the mutation")]
    wild_type: Annotated[str, In("amino acids", "its counterpart; empty: none")]
    mutated: Annotated[tuple[str, ...], In("places", "mutated residues in the peptide, from 1")]
    hla: Annotated[str, In("allele", "presenting allele")]
    predictor: Annotated[str, In("name", "who predicted")]
    ic50_nm: Annotated[float | None, In("nM", "predicted binding; empty: the predictor gives none")]
    wild_type_ic50_nm: Annotated[float | None, In("nM", "of the counterpart")]
    rank_percent: Annotated[float | None, In("%", "share of random peptides that bind at least as well")]
    wild_type_rank_percent: Annotated[float | None, In("%", "of the counterpart")]
    agretopicity: Annotated[float | None, In("ratio", "wild type IC50 over mutant IC50")]
    binds: Annotated[bool, In("yes/no", "below the threshold")]
    anchor: Annotated[bool, In("yes/no", "all mutated residues lie at anchors")]
    sees_self: Annotated[bool, In("yes/no", "at anchors only, and the wild type binds as well")]
    in_proteome: Annotated[bool, In("yes/no", "the peptide stands in a protein without the mutation, so it is self")]


@dataclass(frozen=True)
class Settings:
    """Hold the thresholds; the tiers follow the rules of pVACseq's aggregated report (10.1158/2326-6066.CIR-19-0401)."""

    lengths: tuple[int, ...] = (8, 9, 10, 11)
    flank: int = 12
    binding_nm: float = 500.0
    rank_percent: float = 2.0
    allele_tpm: float = 2.5
    clonal_ccf: float = 0.5
    anchors: tuple[int, ...] = (2, -1)
    lost_share: float = 0.5


@dataclass(frozen=True)
class Variant:
    """Hold one change of one protein, as called: ``wild_type`` is the whole protein."""

    gene: str
    wild_type: str
    position: int
    ref: str
    alt: str
    dna_vaf: float | None = None
    rna_vaf: float | None = None
    tpm: float | None = None
    copies: float | None = None
    multiplicity: float | None = None
    source: str = ""


@dataclass(frozen=True)
class Found:
    """Hold what was found: neoantigens, best tier first; every scored peptide; alleles that nothing could score."""

    neoantigens: tuple[Neoantigen, ...]
    epitopes: tuple[Epitope, ...]
    without_matrix: tuple[str, ...]


def find_neoantigens(
    variants: Sequence[Variant],
    alleles: Sequence[Allele],
    *,
    predictor: str = "smmpmbec",
    purity: float | None = None,
    proteome: Collection[str] = (),
    imported: Mapping[tuple[str, str], tuple[float | None, float | None, str]] | None = None,
    settings: Settings | None = None,
) -> Found:
    """Score every peptide of every variant on every allele and put the mutations in tiers."""
    raise NotImplementedError
