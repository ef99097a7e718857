"""The nouns of the demonstration: what is planted in the made-up patient, and the steps that try to find it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from adoptive.antigen.discovered import Allele, TumourClone
from adoptive.units import In

__all__ = [
    "INPUTS",
    "SYNTHETIC",
    "Outcome",
    "Patient",
    "PlantedChain",
    "PlantedReceptor",
    "PlantedVariant",
    "Step",
    "Trials",
]

SYNTHETIC = "SYNTHETIC"
"""Word that stands in every file name, table and page of the demonstration."""

INPUTS = {
    "variants": "SYNTHETIC.variants.tsv",
    "proteins": "SYNTHETIC.proteins.fasta",
    "hla": "SYNTHETIC.hla.txt",
    "contigs": "SYNTHETIC.filtered_contig_annotations.csv",
    "matrix": "SYNTHETIC.filtered_feature_bc_matrix.h5",
    "blood": "SYNTHETIC.blood_contig_annotations.csv",
    "known": "SYNTHETIC.known_receptors.tsv",
    "clones": "SYNTHETIC.clones.tsv",
    "planted": "SYNTHETIC.planted.json",
}
"""Files of the patient, in the folder ``00-patient``; plates follow when the pools are known."""

Role = Literal["viral", "self", "invariant", "bystander", "reactive"]


@dataclass(frozen=True)
class PlantedVariant:
    """Hold one mutation of the made-up tumour, a row of the variant table, and why it is there."""

    gene: str
    position: int
    ref: str
    alt: str
    ccf: float
    copies: int
    tpm: float
    rna_vaf: float
    role: str
    tail: str = ""
    """Novel residues of a frameshift, empty otherwise."""

    @property
    def id(self) -> str:
        """Name it as the tables do, gene and change."""
        from adoptive.antigen.mutations import change_name

        return f"{self.gene}:{change_name(self.position, self.ref, self.alt)}"


@dataclass(frozen=True)
class PlantedChain:
    """Hold one chain of a planted receptor: genes, CDR3 and its bases."""

    v: str
    j: str
    cdr3: str
    cdr3_nt: str


@dataclass(frozen=True)
class PlantedReceptor:
    """Hold one clone of T cells that was planted, with what it truly sees.

    ``looks_reactive`` says whose expression its cells have: labelled cells that are specific for a tumour antigen, or
    labelled cells that are not. ``ec50_m`` in mol/L, None: it sees no mutation. ``second_alpha``: dual alpha.
    ``other_peptide``: it sees another peptide of the antigen than the one that is predicted best.
    """

    name: str
    role: Role
    alpha: PlantedChain
    beta: PlantedChain
    cells: int
    blood_cells: int
    lineage: Literal["CD8", "CD4"]
    looks_reactive: bool
    antigen: str = ""
    hla: str = ""
    ec50_m: float | None = None
    wild_type_fold: float | None = None
    second_alpha: PlantedChain | None = None
    other_peptide: bool = False
    source: str = ""


@dataclass(frozen=True)
class Patient:
    """Hold the made-up patient: what is planted, from which all files are made."""

    name: str
    purity: float
    alleles: tuple[Allele, ...]
    proteins: Mapping[str, str]
    variants: tuple[PlantedVariant, ...]
    receptors: tuple[PlantedReceptor, ...]
    clones: tuple[TumourClone, ...]


@dataclass(frozen=True)
class Step:
    """Hold one step of the way: the command that a user would type, its folder, seconds, and what it found."""

    title: str
    command: str
    folder: Path
    seconds: float
    found: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """Hold what became of one planted receptor: found, seen without its antigen, missed, rightly left, or false."""

    name: Annotated[str, In("name", "planted receptor")]
    truth: Annotated[str, In("text", "what it truly sees")]
    cells: Annotated[int, In("cells", "cells that were planted")]
    clonotype: Annotated[str, In("name", "clonotype that has its chains; empty: none")]
    screened: Annotated[bool, In("yes/no", "it was among the clones that were screened")]
    antigen: Annotated[str, In("name", "antigen that the screen named")]
    hla: Annotated[str, In("allele", "allele that the screen named")]
    ec50_planted_m: Annotated[float | None, In("mol/L", "EC50 that was planted")]
    ec50_m: Annotated[float | None, In("mol/L", "EC50 that was found")]
    rank: Annotated[int, In("place", "place among those to build; 0: not chosen")]
    verdict: Annotated[str, In("text", "found, unresolved, missed, left or false, and why")]


@dataclass(frozen=True)
class Trials:
    """Hold what the virtual trials of one product say, means over the trials with their Monte Carlo standard errors."""

    product: str
    receptors: tuple[str, ...]
    values: Mapping[str, tuple[float, float]]
