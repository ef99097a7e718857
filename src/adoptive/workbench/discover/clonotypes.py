"""``adoptive antigen clonotypes``: receptor chains and expression of single cells in, clones and their scores out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np

from adoptive.antigen.cell_scores import CellScores, score_cells
from adoptive.antigen.chains import ROUTINE, Chains, Refused, use_chains
from adoptive.antigen.clone_table import KnownReceptor, ScoredCell, cell_rows, clone_rows
from adoptive.antigen.clonotypes import CloneRules, Repertoire, clones_of, count_elsewhere
from adoptive.antigen.discovered import Clonotype
from adoptive.antigen.reactivity import fit_reactivity, out_of_patient
from adoptive.antigen.transcriptome import SCALE, Transcriptome, match_barcodes, normalised_to
from adoptive.errors import StudyError
from adoptive.workbench.discover.cells.airr_out import airr_text
from adoptive.workbench.discover.cells.contigs import ReadContigs, read_airr, read_contigs, read_tenx
from adoptive.workbench.discover.cells.known import read_known
from adoptive.workbench.discover.cells.matrix import Values, read_matrix
from adoptive.workbench.discover.origin import Read, table_folder
from adoptive.workbench.discover.tables import write_nouns
from adoptive.workbench.engine.document import as_json
from adoptive.workbench.new_folder import check_folder

__all__ = ["Asked", "Found", "find_clonotypes", "write_clonotypes"]

_MOST_LINES: Final = 1000
"""Chains that are listed line by line, routine reasons left out; all are counted."""

_NO_CHANCE: Final = (
    "reactivity ranks cells and clones; it is no calibrated chance. It was fitted to CD8 cells of melanoma: for CD4 "
    "clones it is an extrapolation. Nothing here says which antigen a receptor sees."
)


@dataclass(frozen=True)
class Asked:
    """Hold the files and choices of one call; of ``contigs`` and ``airr`` one is given."""

    contigs: Path | None = None
    airr: Path | None = None
    matrix: Path | None = None
    values: Values = "auto"
    blood: Path | None = None
    known: Path | None = None
    rules: CloneRules = field(default_factory=CloneRules)


@dataclass(frozen=True)
class Found:
    """Hold what was found: rows of the tables, counts of every step, and the files that were read."""

    clonotypes: tuple[Clonotype, ...]
    cells: tuple[ScoredCell, ...]
    repertoire: Repertoire
    qc: Mapping[str, Any]
    inputs: tuple[Read, ...]


def find_clonotypes(asked: Asked) -> Found:
    """Read the files and find the clones.

    Raises
    ------
    StudyError
        A file cannot be read; no chain, or no cell with alpha and beta, is left (with the counts by reason); no cell of
        the chains is in the matrix.
    """
    read = _chains_of(asked)
    chains = use_chains(read.contigs)
    repertoire = _repertoire(read, chains, asked.rules)
    inputs: list[Read] = [read.text]
    scores, expression = None, None
    if asked.matrix:
        scores, expression, files = _scored(repertoire, asked)
        inputs += files
    elsewhere, blood = None, None
    if asked.blood:
        elsewhere, blood, text = _elsewhere(repertoire, asked.blood)
        inputs.append(text)
    known: tuple[KnownReceptor, ...] = ()
    if asked.known:
        known, text = read_known(asked.known)
        inputs.append(text)
    rows = clone_rows(repertoire, source=read.text.at, scores=scores, elsewhere=elsewhere, known=known)
    qc = {
        **_counts(read, chains, repertoire, rows),
        "expression": expression, "blood": blood, "model": _model() if scores else None, "note": _NO_CHANCE,
    }  # fmt: skip
    return Found(rows, cell_rows(repertoire, scores), repertoire, qc, tuple(inputs))


def _chains_of(asked: Asked) -> ReadContigs:
    if (asked.contigs is None) == (asked.airr is None):
        raise StudyError(
            "give the receptor chains once", where="--contigs, --airr", value="both" if asked.airr else "neither",
            next_step="--contigs filtered_contig_annotations.csv, or --airr airr_rearrangement.tsv",
        )  # fmt: skip
    return read_tenx(asked.contigs) if asked.contigs else read_airr(asked.airr or Path())


def _repertoire(read: ReadContigs, chains: Chains, rules: CloneRules) -> Repertoire:
    """Make clones, or say why nothing is left."""
    place = str(read.text.path)
    if not chains.used:
        raise StudyError(
            "no receptor chain can be used", where=place, value=_first_lines(chains),
            allowed="productive, full-length alpha and beta chains of cells, CDR3 from C to F or W",
            next_step="give the contigs of T cells; the counts say what was refused",
        )  # fmt: skip
    repertoire = clones_of(chains.used, rules)
    if not repertoire.clones:
        counts = f"{len(repertoire.cells):,} cells with a chain, {repertoire.doublets:,} doublets"
        raise StudyError(
            "no cell has one beta and at least one alpha", where=place, value=f"{counts}; {_first_lines(chains)}",
            next_step="give contigs of both chains, or say --keep-doublets",
        )  # fmt: skip
    return repertoire


def _first_lines(chains: Chains) -> str:
    """Count the refused chains by reason, each with its first line."""
    first = {one.reason: one for one in reversed(chains.refused)}
    return "; ".join(
        f"{count} {reason} (first: line {first[reason].line}{first[reason].value and ', '}{first[reason].value})"
        for reason, count in chains.reasons.items()
    )


def _scored(repertoire: Repertoire, asked: Asked) -> tuple[CellScores, dict[str, Any], tuple[Read, ...]]:
    """Score the cells that have chains, doublets left out, and say how they were found in the matrix."""
    transcriptome, files = read_matrix(asked.matrix or Path(), values=asked.values)
    keep = asked.rules.keep_doublets
    wanted = [cell.barcode for cell in repertoire.cells if keep or not cell.doublet]
    places, said = match_barcodes(wanted, transcriptome.cells)
    there = np.flatnonzero(places >= 0)
    if not len(there):
        raise StudyError(
            "no cell with a receptor is in the matrix", where=str(asked.matrix),
            value=f"cells as {wanted[0]}, matrix as {transcriptome.cells[0]}",
            next_step="give matrix and chains of the same sample",
        )  # fmt: skip
    names = tuple(wanted[place] for place in there)
    mine = replace(transcriptome.of_cells(places[there]), cells=names)
    scores = score_cells(mine)
    _check_genes(scores, mine, str(asked.matrix))
    summary = {
        "cells_in_matrix": len(transcriptome.cells), "genes": len(transcriptome.genes), "values": transcriptome.kind,
        "cells_wanted": len(wanted), "cells_found": len(names), "matching": said,
        "genes_missing": {name: list(genes) for name, genes in scores.missing.items()},
        "percentile_95": scores.thresholds, "notes": [*transcriptome.notes, *scores.notes, *_scale(mine)],
    }  # fmt: skip
    return scores, summary, files


def _check_genes(scores: CellScores, transcriptome: Transcriptome, place: str) -> None:
    """Refuse a matrix in which no gene of any score is found: its genes go by other names."""
    if not any(np.isfinite(values).any() for values in (scores.neotcr8, scores.neotcr4, scores.reactivity)):
        raise StudyError(
            "no score can be computed: its genes are not in the matrix", where=place,
            value=", ".join(transcriptome.genes[:5]), allowed="symbols of human genes, as CXCL13",
            next_step="give a matrix of all human genes with symbols",
        )  # fmt: skip


def _scale(transcriptome: Transcriptome) -> list[str]:
    """Say to which sum per cell logarithms were normalised."""
    if transcriptome.kind == "counts":
        return []
    found = normalised_to(transcriptome)
    if found is None:
        return ["the scale of the logarithms cannot be told; the three-gene model expects log(1 + counts per 10,000)"]
    same = abs(found - SCALE) <= 0.01 * SCALE
    return [] if same else [f"the logarithms were of {found:,.0f} counts per cell and were brought to 10,000"]


def _elsewhere(repertoire: Repertoire, path: Path) -> tuple[dict[str, int], dict[str, Any], Read]:
    read = read_contigs(path, what="contig table of blood")
    chains = use_chains(read.contigs)
    counts = count_elsewhere(repertoire, chains.used)
    summary = {
        "contigs": len(read.contigs), "refused": dict(chains.reasons), "chains": len(chains.used),
        "cells_with_pair": clones_of(chains.used).paired if chains.used else 0,
        "clones_found": sum(count > 0 for count in counts.values()),
    }  # fmt: skip
    return counts, summary, read.text


def _counts(read: ReadContigs, chains: Chains, found: Repertoire, rows: tuple[Clonotype, ...]) -> dict[str, Any]:
    """Count what was left after each step."""
    cells = {
        "with_a_chain": len(found.cells),
        "alpha_only": sum(not cell.betas for cell in found.cells),
        "beta_only": sum(not cell.alphas for cell in found.cells),
        "with_pair": found.paired,
        "doublets": found.doublets,
        "in_clones": sum(len(clone.cells) for clone in found.clones),
    }
    clones = {
        "all": len(found.clones),
        "of_two_or_more_cells": sum(len(clone.cells) > 1 for clone in found.clones),
        "with_two_alphas": sum(len(clone.alphas) > 1 for clone in found.clones),
        "candidate_receptors": len(rows),
        "told_apart_by": f"V, J and the {found.by} of both CDR3s",
    }
    return {
        "layout": read.layout, "contigs": len(read.contigs), "refused": dict(chains.reasons),
        "chains": len(chains.used), "cells": cells, "clones": clones,
        "refused_lines": _lines(one for one in chains.refused if one.reason not in ROUTINE),
        "noted_lines": _lines(chains.noted),
    }  # fmt: skip


def _lines(noted: Iterable[Refused]) -> list[dict[str, Any]]:
    return [asdict(one) for one in islice(noted, _MOST_LINES)]


def _model() -> dict[str, Any]:
    return {
        "coefficients": asdict(fit_reactivity()),
        "area_under_curve_out_of_patient": dict(out_of_patient()),
        "what": "three genes, log(1 + counts per 10,000), fitted to labelled CD8 cells of three melanoma patients",
    }


def write_clonotypes(asked: Asked, out: Path) -> Found:
    """Find the clones and write ``clonotypes.tsv``, ``cells.tsv``, ``qc.json`` and ``clonotypes.airr.tsv``.

    Raises
    ------
    StudyError
        As :func:`find_clonotypes`, or the folder exists.
    """
    check_folder(out)
    found = find_clonotypes(asked)
    options = {name: str(value) if isinstance(value, Path) else value for name, value in _options(asked).items()}
    with table_folder(out, command="antigen clonotypes", inputs=found.inputs, options=options) as folder:
        write_nouns(folder / "clonotypes.tsv", found.clonotypes, Clonotype)
        write_nouns(folder / "cells.tsv", found.cells, ScoredCell)
        (folder / "clonotypes.airr.tsv").write_text(airr_text(found.repertoire), "utf-8")
        (folder / "qc.json").write_text(as_json(found.qc), "utf-8")
    return found


def _options(asked: Asked) -> dict[str, Any]:
    """Give the choices; files are named by what was read."""
    return {"values": asked.values, **asdict(asked.rules)}
