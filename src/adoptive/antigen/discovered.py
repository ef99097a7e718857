"""What is found on the way from a tumour to receptors: the rows of the tables that pass from command to command.

Every class is one row of a tab-separated table; its fields are the columns, in order. ``None`` is an empty cell: not
measured, which is never zero. A tuple is written with semicolons. ``source`` says where the row's facts came from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from adoptive.units import In

__all__ = ["TIERS", "Allele", "Clonotype", "Hit", "Neoantigen", "Receptor", "TumourClone"]

TIERS = ("A", "B", "C")
"""Evidence of a receptor: A screened, antigen known; B screened, antigen unknown; C transcriptome only."""


@dataclass(frozen=True)
class Allele:
    """Hold one HLA class I allele of a patient: a row of ``hla.tsv``."""

    hla: Annotated[str, In("allele", "as HLA-C*08:02")]
    haplotype: Annotated[int | None, In("1 or 2", "chromosome that carries it; empty: phase not known")] = None
    lost_share: Annotated[
        float | None, In("fraction", "tumour cells that lost it (loss of heterozygosity); empty: not looked for")
    ] = None


@dataclass(frozen=True)
class Neoantigen:
    """Hold one mutation that a receptor might see, with its best peptide: a row of ``neoantigens.tsv``."""

    id: Annotated[str, In("name", "gene and change, as KRAS:G12D; unique in the table")]
    gene: Annotated[str, In("symbol", "gene")]
    aa_change: Annotated[str, In("name", "change of the protein, as G12D")]
    window: Annotated[str, In("amino acids", "mutated residue with twelve on each side, shorter at the protein's ends")]
    wild_type_window: Annotated[
        str, In("amino acids", "the same without the mutation; empty: none, as of a frameshift")
    ]
    mutated_at: Annotated[int, In("place", "first mutated residue in the window, from 1")]
    peptide: Annotated[str, In("amino acids", "best peptide; empty: none was scored")]
    wild_type: Annotated[str, In("amino acids", "its wild-type counterpart")]
    hla: Annotated[str, In("allele", "allele that presents it best")]
    ic50_nm: Annotated[float | None, In("nM", "predicted binding of the peptide")]
    wild_type_ic50_nm: Annotated[float | None, In("nM", "predicted binding of its counterpart")]
    rank_percent: Annotated[
        float | None, In("%", "rank of the binding among random peptides, if the predictor gives it")
    ]
    predictor: Annotated[str, In("name", "who predicted the binding")]
    tpm: Annotated[float | None, In("TPM", "expression of the gene")]
    rna_vaf: Annotated[float | None, In("fraction", "mutated reads of RNA")]
    dna_vaf: Annotated[float | None, In("fraction", "mutated reads of DNA")]
    ccf: Annotated[
        float | None, In("fraction", "tumour cells that carry the mutation; empty: VAF, copies or purity not known")
    ]
    agretopicity: Annotated[
        float | None,
        In("ratio", "binding of the wild type over that of the mutant, IC50; above 1: the mutant binds better"),
    ]
    anchor: Annotated[
        bool, In("yes/no", "the mutation lies at an anchor, so that the receptor sees self unless binding is new")
    ]
    presented_by: Annotated[
        tuple[str, ...], In("alleles", "alleles of the patient that bind a peptide of it below the threshold")
    ]
    hla_lost: Annotated[float | None, In("fraction", "tumour cells that lost the best allele; empty: not looked for")]
    tier: Annotated[str, In("name", "Pass, LowExpr, NoExpr, Subclonal, Anchor, HLALost or Poor")]
    source: Annotated[str, In("text", "file and line")]
    notes: Annotated[tuple[str, ...], In("text", "what was doubtful, not known or assumed")] = ()


@dataclass(frozen=True)
class Hit:
    """Hold what a screen says of one effector (culture or receptor) and one antigen: a row of ``hits.tsv``."""

    effector: Annotated[str, In("name", "culture, clonotype or receptor that was tested")]
    antigen: Annotated[str, In("name", "neoantigen; empty: a pool that was not resolved")]
    stimuli: Annotated[tuple[str, ...], In("names", "pools or peptides that were positive")]
    readout: Annotated[str, In("name", "ELISPOT, 4-1BB, OX40 or the plate's own word")]
    fold: Annotated[float | None, In("ratio", "response over the same effector's wells without antigen")]
    p_value: Annotated[float | None, In("-", "against those wells, one-sided")]
    q_value: Annotated[float | None, In("-", "p with the false discovery rate held over the plate")]
    probability: Annotated[
        float | None, In("fraction", "of this antigen given all pools; no antigen: that the pools hold one")
    ]
    ec50_m: Annotated[float | None, In("mol/L", "half-maximal concentration of the mutant peptide")]
    ec50_low_m: Annotated[float | None, In("mol/L", "lower end of its 95 % interval")]
    ec50_high_m: Annotated[float | None, In("mol/L", "upper end of its 95 % interval")]
    wild_type_fold: Annotated[
        float | None,
        In("ratio", "EC50 of the wild-type peptide over the mutant's; a lower bound if the wild type gave no curve"),
    ]
    hla: Annotated[str, In("allele", "presenting allele, if it was found by transfected cells; empty: not tested")]
    hit: Annotated[bool, In("yes/no", "positive by the screen's rule")]
    source: Annotated[str, In("text", "file and lines")]
    wild_type_fold_is_bound: Annotated[
        bool, In("yes/no", "that fold is a lower bound: the wild type gave no curve")
    ] = False


@dataclass(frozen=True)
class Clonotype:
    """Hold one clone of T cells with one alpha and one beta chain: a row of ``clonotypes.tsv``.

    A clone with two productive alpha chains gives two rows, ``clone`` the same, ``id`` not.
    """

    id: Annotated[str, In("name", "candidate receptor; unique in the table")]
    clone: Annotated[str, In("name", "clone of cells")]
    trav: Annotated[str, In("gene", "V of alpha, allele if known")]
    traj: Annotated[str, In("gene", "J of alpha")]
    cdr3a: Annotated[str, In("amino acids", "CDR3 of alpha, from the cysteine to the F or W")]
    cdr3a_nt: Annotated[str, In("bases", "its bases; empty: not given")]
    trbv: Annotated[str, In("gene", "V of beta")]
    trbj: Annotated[str, In("gene", "J of beta")]
    cdr3b: Annotated[str, In("amino acids", "CDR3 of beta")]
    cdr3b_nt: Annotated[str, In("bases", "its bases; empty: not given")]
    cells: Annotated[int, In("cells", "cells of the clone in the tumour")]
    share: Annotated[float, In("fraction", "of the tumour's T cells with a receptor")]
    other_cells: Annotated[
        int | None, In("cells", "cells of the clone in blood or normal tissue; empty: not sequenced")
    ]
    lineage: Annotated[str, In("name", "CD8, CD4 or empty: not told")]
    dual_alpha: Annotated[bool, In("yes/no", "the clone has two productive alpha chains")]
    neotcr8: Annotated[float | None, In("0 to 1", "rank-based score of the NeoTCR8 genes, mean over the cells")]
    neotcr4: Annotated[float | None, In("0 to 1", "rank-based score of the NeoTCR4 genes, mean over the cells")]
    reactivity: Annotated[
        float | None, In("0 to 1", "score of the three-gene model, mean over the cells; ranks, is no calibrated chance")
    ]
    top_share: Annotated[float | None, In("fraction", "cells above the 95th percentile of the patient's cells")]
    flags: Annotated[tuple[str, ...], In("names", "bystander, MAIT, iNKT, in blood, one cell, doublet and such")]
    source: Annotated[str, In("text", "file and lines")]


@dataclass(frozen=True)
class Receptor:
    """Hold one receptor worth building, in order of choice: a row of ``receptors.tsv``."""

    id: Annotated[str, In("name", "the clonotype's id")]
    rank: Annotated[int, In("place", "order of choice, from 1; 0: not chosen")]
    tier: Annotated[str, In("A, B, C", "evidence: A antigen known by screen, B screened, C transcriptome only")]
    antigen: Annotated[str, In("name", "neoantigen; empty: not known")]
    hla: Annotated[str, In("allele", "presenting allele; empty: not known")]
    lineage: Annotated[str, In("name", "CD8, CD4 or empty")]
    p_real: Annotated[float, In("fraction", "chance that it sees the tumour, from its tier; 0: no evidence")]
    ec50_m: Annotated[float | None, In("mol/L", "half-maximal concentration; empty: not measured")]
    ec50_log10_sd: Annotated[float | None, In("log10", "its standard error")]
    wild_type_fold: Annotated[float | None, In("ratio", "EC50 of the wild-type peptide over the mutant's")]
    ccf: Annotated[float | None, In("fraction", "tumour cells that carry the antigen")]
    trav: Annotated[str, In("gene", "V of alpha")]
    traj: Annotated[str, In("gene", "J of alpha")]
    cdr3a: Annotated[str, In("amino acids", "CDR3 of alpha")]
    cdr3a_nt: Annotated[str, In("bases", "its bases")]
    trbv: Annotated[str, In("gene", "V of beta")]
    trbj: Annotated[str, In("gene", "J of beta")]
    cdr3b: Annotated[str, In("amino acids", "CDR3 of beta")]
    cdr3b_nt: Annotated[str, In("bases", "its bases")]
    reason: Annotated[str, In("text", "why it stands here")]
    source: Annotated[str, In("text", "file and line")]


@dataclass(frozen=True)
class TumourClone:
    """Hold one clone of tumour cells: a row of ``clones.tsv``; the shares of all clones sum to 1."""

    id: Annotated[str, In("name", "clone")]
    share: Annotated[float, In("fraction", "of the tumour's cells")]
    antigens: Annotated[tuple[str, ...], In("names", "neoantigens that its cells carry")]
    hla_lost: Annotated[tuple[str, ...], In("alleles", "HLA alleles that its cells lost")] = ()
