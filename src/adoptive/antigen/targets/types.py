"""The rows of ``targets.tsv`` and ``gates.tsv``, and the rules by which they are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from adoptive.units import In

__all__ = ["Curated", "Gate", "Staining", "Target", "TargetRules"]


@dataclass(frozen=True)
class Target:
    """Hold one surface antigen that a chimeric receptor could see: a row of ``targets.tsv``."""

    name: Annotated[str, In("name", "gene, or isoform as CLDN18.2")]
    gene: Annotated[str, In("symbol", "gene")]
    rank: Annotated[int, In("place", "order, from 1; targets that fail a guard stand after all others")]
    score: Annotated[
        float | None,
        In("log2", "log2(efficacy+1) - log2(safety_vital+1) - 0.5 log2(safety_barrier+1); a sort key only"),
    ]
    efficacy: Annotated[float | None, In("TPM", "median of the positive tumours; of all if their share is not known")]
    coverage: Annotated[float | None, In("fraction", "positive tumours; empty: not known")]
    median: Annotated[float | None, In("TPM", "median of all tumours")]
    safety_vital: Annotated[float | None, In("nTPM", "highest of heart, lung, liver, kidney, brain and marrow")]
    vital_tissue: Annotated[str, In("name", "tissue in which that is")]
    safety_barrier: Annotated[float | None, In("nTPM", "highest of gut, skin, pancreas and bladder")]
    barrier_tissue: Annotated[str, In("name", "tissue in which that is")]
    best_cell_type: Annotated[str, In("name", "normal cell type that expresses it most; empty: no table")]
    cell_class: Annotated[str, In("name", "class of that cell type, as epithelial, stromal, immune")]
    evidence: Annotated[tuple[str, ...], In("names", "what its numbers rest on: RNA cohort, RNA samples, IHC, curated")]
    flags: Annotated[tuple[str, ...], In("names", "guards that it fails: isoform, coverage, not measured, stroma, ...")]
    notes: Annotated[tuple[str, ...], In("text", "what is to be known, without effect on the order")]
    polarity: Annotated[str, In("name", "apical or not, as curated by the user")]
    shedding: Annotated[str, In("name", "shed or not, as curated by the user")]
    precedent: Annotated[str, In("text", "products that were in patients, as curated by the user")]
    molecules_per_cell: Annotated[float | None, In("molecules", "on a positive tumour cell, if the user gave it")]
    source: Annotated[str, In("text", "files and lines")]


@dataclass(frozen=True)
class Gate:
    """Hold one rule of one or more antigens: a row of ``gates.tsv``."""

    gate: Annotated[str, In("rule", "as MSLN AND NOT CEACAM5")]
    kind: Annotated[str, In("name", "SINGLE, AND, OR, AND NOT or MIXED")]
    rank: Annotated[int, In("place", "order, from 1; gates with a flagged antigen stand after all others")]
    score: Annotated[float | None, In("log2", "as of a target, of the gate's values; a sort key only")]
    efficacy: Annotated[float | None, In("TPM", "median of the gate's value in positive tumours")]
    coverage: Annotated[float | None, In("fraction", "tumours in which the gate opens; empty: no samples")]
    safety_vital: Annotated[float | None, In("nTPM", "highest value of the gate in a vital tissue")]
    vital_tissue: Annotated[str, In("name", "tissue in which that is")]
    safety_barrier: Annotated[float | None, In("nTPM", "highest value of the gate in a barrier tissue")]
    barrier_tissue: Annotated[str, In("name", "tissue in which that is")]
    safety_cell: Annotated[float | None, In("nTPM", "highest value of the gate in a normal cell type; empty: no table")]
    worst_cell_type: Annotated[str, In("name", "cell type in which that is")]
    flags: Annotated[tuple[str, ...], In("names", "antigen: guard that it fails")]
    origin: Annotated[str, In("name", "asked or searched")]


@dataclass(frozen=True)
class Staining:
    """Hold what staining of tumours says of one antigen: the share of positive patients, and the level in those."""

    name: Annotated[str, In("name", "gene or isoform")]
    positive: Annotated[float, In("fraction", "patients whose tumour is positive")]
    level_in_positives: Annotated[float | None, In("TPM", "level in those; empty: taken from the expression table")]
    source: Annotated[str, In("text", "file and line")]


@dataclass(frozen=True)
class Curated:
    """Hold what the user knows of one antigen that no expression table says."""

    name: Annotated[str, In("name", "gene or isoform")]
    polarity: Annotated[str, In("name", "apical or not")] = ""
    shedding: Annotated[str, In("name", "shed or not")] = ""
    precedent: Annotated[str, In("text", "products that were in patients")] = ""
    measured: Annotated[bool, In("yes/no", "its absence from normal tissue is real, not a lack of measurement")] = False
    tumour_cells: Annotated[bool, In("yes/no", "single cells show that tumour cells, not stroma, express it")] = False
    molecules_per_cell: Annotated[float | None, In("molecules", "on a positive tumour cell")] = None
    source: Annotated[str, In("text", "file and line")] = ""


@dataclass(frozen=True)
class TargetRules:
    """Hold the thresholds of the guards and of the gates; all are settings, none is fitted.

    positive_tpm: a tumour is positive if it has at least this (assumed) and at least the highest vital tissue's level.
    least_coverage: positive tumours below which a target is rare (assumed).
    subset_below: positive tumours below which it is said that the target lives in a subset (assumed).
    measured_ntpm: a gene below this in every normal tissue counts as not measured; 1 is the Human Protein Atlas's limit
    of detection.
    present_tpm: level from which an antigen counts as present for AND NOT (assumed).
    lineage: normal cell types, or their classes, that match the tumour's lineage; epithelial ones always do.
    search_among: best targets of which all pairs are tried as gates, 0 for none.
    blockers: antigens absent from the tumour that are tried as NOT for each of them.
    most_gates: gates of each kind that are kept.
    """

    positive_tpm: float = 10.0
    least_coverage: float = 0.05
    subset_below: float = 0.5
    measured_ntpm: float = 1.0
    present_tpm: float = 10.0
    lineage: tuple[str, ...] = ()
    search_among: int = 30
    blockers: int = 10
    most_gates: int = 100
