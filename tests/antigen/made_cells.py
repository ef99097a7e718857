"""Single cells made for tests: contigs of clones, and a matrix of counts in each layout that is read."""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from Bio.Seq import Seq
from numpy.typing import NDArray

from adoptive.antigen.chains import Contig
from adoptive.antigen.signatures import signature

CODONS = {
    "A": "GCC", "C": "TGC", "D": "GAC", "E": "GAG", "F": "TTC", "G": "GGC", "H": "CAC", "I": "ATC", "K": "AAG",
    "L": "CTG", "M": "ATG", "N": "AAC", "P": "CCC", "Q": "CAG", "R": "AGA", "S": "AGC", "T": "ACC", "V": "GTG",
    "W": "TGG", "Y": "TAC",
}  # fmt: skip
HEADER = (
    "barcode,is_cell,contig_id,high_confidence,length,chain,v_gene,d_gene,j_gene,c_gene,full_length,productive,cdr3,"
    "cdr3_nt,reads,umis,raw_clonotype_id,raw_consensus_id"
)


def bases_of(peptide: str) -> str:
    bases = "".join(CODONS[letter] for letter in peptide)
    assert str(Seq(bases).translate()) == peptide
    return bases


def alpha(cell: str, cdr3: str = "CLVGDMDQAGTALIF", v: str = "TRAV4", j: str = "TRAJ15", **more: Any) -> Contig:
    return Contig(cell, "TRA", v, j, cdr3, bases_of(cdr3), **{"productive": True, "umis": 5, **more})


def beta(cell: str, cdr3: str = "CASSLGQTNYGYTF", v: str = "TRBV6-4", j: str = "TRBJ1-2", **more: Any) -> Contig:
    return Contig(cell, "TRB", v, j, cdr3, bases_of(cdr3), **{"productive": True, "umis": 5, **more})


def tenx_text(contigs: Sequence[Contig]) -> str:
    rows = [
        f"{one.cell},True,{one.cell}_contig_{number},True,500,{one.locus},{one.v},None,{one.j},None,True,"
        f"{one.productive},{one.cdr3 or None},{one.cdr3_nt or None},100,{one.umis},None,None"
        for number, one in enumerate(contigs)
    ]
    return "\n".join((HEADER, *rows)) + "\n"


def genes(others: int = 400) -> list[str]:
    named = dict.fromkeys((*signature("NeoTCR8"), *signature("NeoTCR4"), "CD8A", "CD8B", "CD4", "IL7R"))
    return [*named, *(f"GENE{number}" for number in range(others))]


def counts(cells: int, names: Sequence[str], seed: int = 1) -> NDArray[np.int64]:
    draw = np.random.default_rng(seed)
    return draw.poisson(draw.gamma(0.3, 1.0, len(names)), (cells, len(names)))


def write_h5(path: Path, barcodes: Sequence[str], names: Sequence[str], matrix: NDArray[np.int64]) -> Path:
    """As Cell Ranger 3 and later, with one feature that is an antibody."""
    from scipy.sparse import csr_array

    table = csr_array(np.column_stack([matrix, np.full(len(matrix), 7)]))
    with h5py.File(path, "w") as file:
        group = file.create_group("matrix")
        for part in ("data", "indices", "indptr"):
            group[part] = getattr(table, part)
        group["shape"] = np.array([len(names) + 1, len(barcodes)])
        group["barcodes"] = np.array(barcodes, "S")
        features = group.create_group("features")
        features["name"] = np.array([*names, "CD45_antibody"], "S")
        features["id"] = np.array([f"ENSG{number:011}" for number in range(len(names) + 1)], "S")
        features["feature_type"] = np.array([*["Gene Expression"] * len(names), "Antibody Capture"], "S")
    return path


def write_h5_of_version_2(path: Path, barcodes: Sequence[str], names: Sequence[str], matrix: NDArray[np.int64]) -> Path:
    from scipy.sparse import csr_array

    table = csr_array(matrix)
    with h5py.File(path, "w") as file:
        group = file.create_group("GRCh38")
        for part in ("data", "indices", "indptr"):
            group[part] = getattr(table, part)
        group["shape"] = np.array([len(names), len(barcodes)])
        group["barcodes"] = np.array(barcodes, "S")
        group["gene_names"] = np.array(names, "S")
        group["genes"] = np.array([f"ENSG{number:011}" for number in range(len(names))], "S")
    return path


def write_market(folder: Path, barcodes: Sequence[str], names: Sequence[str], matrix: NDArray[np.int64]) -> Path:
    from scipy.io import mmwrite
    from scipy.sparse import coo_array

    folder.mkdir()
    mmwrite(folder / "plain.mtx", coo_array(matrix.T))
    (folder / "matrix.mtx.gz").write_bytes(gzip.compress((folder / "plain.mtx").read_bytes()))
    (folder / "plain.mtx").unlink()
    lines = "".join(f"ENSG{number:011}\t{name}\tGene Expression\n" for number, name in enumerate(names))
    (folder / "features.tsv.gz").write_bytes(gzip.compress(lines.encode()))
    (folder / "barcodes.tsv").write_text("".join(f"{barcode}\n" for barcode in barcodes))
    return folder
