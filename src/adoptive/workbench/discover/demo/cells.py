"""The made-up T cells: who they are, their contigs in 10x layout, and their counts as an HDF5 matrix in 10x layout."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.workbench.discover.demo.genes import Look, counts_of, gene_names, source_of
from adoptive.workbench.discover.demo.patient import Donor, donor_cells
from adoptive.workbench.discover.demo.types import SYNTHETIC, Patient, PlantedChain, PlantedReceptor

__all__ = ["Cell", "blood_contigs", "tumour_cells", "tumour_contigs", "write_matrix"]

CELLS: Final = 1_500
BLOOD_CELLS: Final = 500
DOUBLETS: Final = 20
WITHOUT_CONTIGS: Final = 60
_NO_ALPHA: Final = 0.05
_JUNK: Final = 0.25

Row = Mapping[str, str]


@dataclass(frozen=True)
class Cell:
    """Hold one made-up cell: barcode, clone it belongs to ("" for the donor's own cells), rows of contigs, its look."""

    barcode: str
    clone: str
    rows: tuple[Row, ...]
    lineage: str
    reactive: bool
    second: int = -1
    """Place of the other cell in its droplet, -1: alone."""


def tumour_cells(patient: Patient, *, seed: int) -> tuple[Cell, ...]:
    """Make the tumour's cells: planted clones, cells of the donor, cells without contigs, last the doublets."""
    donors = _shuffled_donors(patient, seed)
    source = source_of(seed, "tumour cells")
    planted = [one for one in patient.receptors for _ in range(one.cells)]
    chosen = donors[: CELLS - len(planted) - WITHOUT_CONTIGS - DOUBLETS]
    lineages = np.where(source.random(len(chosen)) < 0.6, "CD4", "CD8")
    junk = _junk_rows(donors)
    names = _barcodes(len(planted) + len(chosen) + WITHOUT_CONTIGS + DOUBLETS, seed, "barcodes")
    cells = [
        Cell(name, one.name, _planted_rows(one, source, junk), one.lineage, one.looks_reactive)
        for name, one in zip(names, planted, strict=False)
    ]
    cells += [
        Cell(name, "", donor.rows, str(lineage), False)
        for name, donor, lineage in zip(names[len(cells) :], chosen, lineages, strict=False)
    ]
    singles = len(cells)
    cells += [Cell(name, "", (), "", False) for name in names[singles : singles + WITHOUT_CONTIGS]]
    pairs = source.choice(singles, size=(DOUBLETS, 2), replace=False)
    for name, (first, second) in zip(names[len(cells) :], pairs.tolist(), strict=True):
        one, other = cells[first], cells[second]
        cells.append(Cell(name, "doublet", one.rows + other.rows, one.lineage, one.reactive, second))
    return tuple(cells)


def _free_donors(patient: Patient) -> list[Donor]:
    """Leave out the donor's cells whose chains were planted."""
    planted = {one.beta.cdr3_nt for one in patient.receptors} | {one.alpha.cdr3_nt for one in patient.receptors}
    return [
        cell for cell in donor_cells()
        if not planted & {chain.cdr3_nt for chain in (*cell.chains("TRA"), *cell.chains("TRB"))}
    ]  # fmt: skip


def _shuffled_donors(patient: Patient, seed: int) -> list[Donor]:
    """Shuffle the donor's cells: the tumour takes the first, blood the last, so that no cell is in both."""
    donors = _free_donors(patient)
    return [donors[place] for place in source_of(seed, "donor's cells").permutation(len(donors))]


def _junk_rows(donors: Sequence[Donor]) -> list[Row]:
    return [row for cell in donors for row in cell.rows if row["productive"] != "True"]


def _barcodes(count: int, seed: int, purpose: str) -> list[str]:
    """Make barcodes of sixteen bases, all different."""
    source, found = source_of(seed, purpose), dict[str, None]()
    while len(found) < count:
        found["".join(source.choice(list("ACGT"), 16)) + "-1"] = None
    return list(found)


def _planted_rows(one: PlantedReceptor, source: np.random.Generator, junk: Sequence[Row]) -> tuple[Row, ...]:
    """Make the contigs of a planted cell: its chains, at times without alpha, at times with one not productive."""
    without, extra, which = source.random(), source.random(), int(source.integers(len(junk)))
    rows = [] if without < _NO_ALPHA else [_row("TRA", one.alpha, source)]
    if one.second_alpha is not None:
        rows.append(_row("TRA", one.second_alpha, source))
    rows.append(_row("TRB", one.beta, source))
    return (*rows, junk[which]) if extra < _JUNK else tuple(rows)


def _row(locus: str, chain: PlantedChain, source: np.random.Generator) -> Row:
    umis = int(2 + source.poisson(4 if locus == "TRA" else 8))
    return {
        "is_cell": "True", "high_confidence": "True", "length": str(480 + int(source.integers(120))), "chain": locus,
        "v_gene": chain.v, "d_gene": "None", "j_gene": chain.j, "c_gene": "TRAC" if locus == "TRA" else "TRBC1",
        "full_length": "True", "productive": "True", "cdr3": chain.cdr3, "cdr3_nt": chain.cdr3_nt,
        "reads": str(umis * (300 + int(source.integers(300)))), "umis": str(umis),
    }  # fmt: skip


def _contig_table(cells: Iterable[tuple[str, Sequence[Row]]]) -> str:
    """Write contigs in the columns of Cell Ranger, with one more that says what they are."""
    names = [
        "barcode", "is_cell", "contig_id", "high_confidence", "length", "chain", "v_gene", "d_gene", "j_gene", "c_gene",
        "full_length", "productive", "cdr3", "cdr3_nt", "reads", "umis", "raw_clonotype_id", "raw_consensus_id", "note",
    ]  # fmt: skip
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, names, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for barcode, rows in cells:
        for number, row in enumerate(rows, start=1):
            own = {"barcode": barcode, "contig_id": f"{barcode}_contig_{number}", "note": SYNTHETIC}
            writer.writerow({**row, **own, "raw_clonotype_id": "None", "raw_consensus_id": "None"})
    return out.getvalue()


def tumour_contigs(cells: Sequence[Cell]) -> str:
    """Write the tumour's contig table."""
    return _contig_table((cell.barcode, cell.rows) for cell in cells)


def blood_contigs(patient: Patient, *, seed: int) -> str:
    """Write a contig table of blood: cells of planted clones as planted, else cells of the donor."""
    source, donors = source_of(seed, "blood cells"), _shuffled_donors(patient, seed)
    junk = _junk_rows(donors)
    planted = [one for one in patient.receptors for _ in range(one.blood_cells)]
    rows = [_planted_rows(one, source, junk) for one in planted]
    rows += [donor.rows for donor in donors[len(planted) - BLOOD_CELLS :]]
    return _contig_table(zip(_barcodes(len(rows), seed, "blood barcodes"), rows, strict=True))


def write_matrix(path: Path, cells: Sequence[Cell], *, seed: int) -> None:
    """Write counts as Cell Ranger 3 and later does: group ``matrix``, genes in rows, compressed by cells."""
    import h5py
    from scipy.sparse import csr_array

    look = Look(np.array([one.lineage for one in cells]), np.array([one.reactive for one in cells]))
    counts = counts_of(look, seed=seed)
    for place, cell in enumerate(cells):
        if cell.second >= 0:
            counts[place] += counts[cell.second]
    genes, held = gene_names(), csr_array(counts)
    with h5py.File(path, "w", track_order=False) as file:
        file.attrs["note"] = f"{SYNTHETIC}: made by adoptive antigen demo, no measurement of a person"
        group = file.create_group("matrix")
        parts = {"barcodes": _bytes([one.barcode for one in cells]), "data": held.data.astype(np.int32),
                 "indices": held.indices.astype(np.int64), "indptr": held.indptr.astype(np.int64),
                 "shape": np.array([len(genes), len(cells)], np.int32)}  # fmt: skip
        features = {"id": _bytes([f"{SYNTHETIC}{number:05d}" for number in range(len(genes))]), "name": _bytes(genes),
                    "feature_type": _bytes(["Gene Expression" for _ in genes]),
                    "genome": _bytes([SYNTHETIC for _ in genes]),
                    "_all_tag_keys": _bytes(["genome"])}  # fmt: skip
        for name, values in parts.items():
            group.create_dataset(name, data=values, track_times=False)
        inner = group.create_group("features")
        for name, values in features.items():
            inner.create_dataset(name, data=values, track_times=False)


def _bytes(texts: Sequence[str]) -> NDArray[np.bytes_]:
    return np.array(texts, dtype="S")
