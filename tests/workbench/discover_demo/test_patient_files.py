"""The files of the made-up patient: the same bytes by seed, layouts as in the field, what was planted is there."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pandas as pd
import pytest

from adoptive.workbench.discover.demo.cells import CELLS, tumour_cells
from adoptive.workbench.discover.demo.genes import gene_names, labelled_cells
from adoptive.workbench.discover.demo.inputs import dna_vaf, write_inputs
from adoptive.workbench.discover.demo.types import INPUTS, SYNTHETIC, Patient

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(
    patient: Patient, files: dict[str, Path], tmp_path: Path
) -> None:
    same, other = tmp_path / "same", tmp_path / "other"
    for folder, seed in ((same, 1), (other, 2)):
        folder.mkdir()
        write_inputs(folder, patient, seed=seed)
    for what, name in INPUTS.items():
        assert (same / name).read_bytes() == files[what].read_bytes(), what
    assert (other / INPUTS["contigs"]).read_bytes() != files["contigs"].read_bytes()
    assert (other / INPUTS["matrix"]).read_bytes() != files["matrix"].read_bytes()
    assert (other / INPUTS["variants"]).read_bytes() == files["variants"].read_bytes()


def test_every_file_is_named_synthetic(files: dict[str, Path]) -> None:
    assert all(one.name.startswith(SYNTHETIC) for one in files["variants"].parent.iterdir())


def test_contigs_have_the_columns_of_cell_ranger_and_the_planted_chains(
    patient: Patient, files: dict[str, Path]
) -> None:
    table = pd.read_csv(files["contigs"])
    shipped = {"barcode", "is_cell", "contig_id", "chain", "v_gene", "j_gene", "cdr3", "cdr3_nt", "productive", "umis"}
    assert shipped <= set(table.columns)
    assert set(table.note) == {SYNTHETIC}
    assert table.contig_id.is_unique
    assert table.barcode.str.fullmatch(r"[ACGT]{16}-1").all()
    assert (~table.productive.astype(bool)).sum() > 100
    alone = {one.barcode for one in tumour_cells(patient, seed=1) if one.second < 0}
    single = table[table.barcode.isin(alone)]
    for one in patient.receptors:
        beta = single[single.cdr3_nt == one.beta.cdr3_nt]
        assert len(beta) == one.cells, one.name
        alpha = single[single.barcode.isin(beta.barcode) & (single.cdr3_nt == one.alpha.cdr3_nt)]
        assert len(alpha) >= 0.7 * one.cells, one.name


def test_the_matrix_is_as_cell_ranger_writes_it(files: dict[str, Path]) -> None:
    with h5py.File(files["matrix"], "r") as file:
        group = file["matrix"]
        genes, cells = group["shape"][:]
        names = [name.decode() for name in group["features/name"][:]]
        barcodes = [name.decode() for name in group["barcodes"][:]]
        data, indices, indptr = (group[part][:] for part in ("data", "indices", "indptr"))
        assert SYNTHETIC in file.attrs["note"]
    assert (len(names), len(barcodes)) == (genes, cells) == (len(gene_names()), CELLS)
    assert len(indptr) == cells + 1
    assert indptr[-1] == len(data) == len(indices)
    assert indices.max() < genes
    assert data.min() > 0
    assert np.issubdtype(data.dtype, np.integer)
    assert len(set(barcodes)) == cells
    assert set(pd.read_csv(files["contigs"]).barcode) <= set(barcodes)


def test_the_three_genes_are_those_of_labelled_cells(patient: Patient, files: dict[str, Path]) -> None:
    """Values are read back from the counts; rounding of counts moves them by less than 0.6 at one count."""
    cells = tumour_cells(patient, seed=1)
    with h5py.File(files["matrix"], "r") as file:
        group = file["matrix"]
        names = [name.decode() for name in group["features/name"][:]]
        counts = np.zeros((CELLS, len(names)))
        indptr = group["indptr"][:]
        rows = np.repeat(np.arange(CELLS), np.diff(indptr))
        counts[rows, group["indices"][:]] = group["data"][:]
    logs = np.log1p(1e4 * counts[:, names.index("CXCL13")] / counts.sum(axis=1))
    alone = np.array([one.second < 0 for one in cells])
    reactive = np.array([one.reactive for one in cells])
    values, labels = labelled_cells()
    assert np.mean(logs[alone & reactive] > 0) == pytest.approx(np.mean(values[labels, 0] > 0), abs=0.1)
    assert np.mean(logs[alone & ~reactive] > 0) == pytest.approx(np.mean(values[~labels, 0] > 0), abs=0.05)


def test_kras_is_isoform_4b_and_every_change_fits_its_protein(patient: Patient) -> None:
    kras = patient.proteins["KRAS"]
    assert len(kras) == 188
    assert kras.startswith("MTEYKLVVVGAGGVGKSALTIQLIQN")
    assert kras.endswith("KSKTKCVIM")
    for one in patient.variants:
        assert patient.proteins[one.gene][one.position - 1] == one.ref, one.id
        assert one.gene == "KRAS" or one.gene.startswith("MADEUP")


def test_clones_shares_fractions_and_losses_agree(patient: Patient) -> None:
    assert sum(one.share for one in patient.clones) == pytest.approx(1.0)
    for one in patient.variants:
        carried = sum(clone.share for clone in patient.clones if one.id in clone.antigens)
        assert carried == pytest.approx(one.ccf), one.id
        vaf = dna_vaf(one, patient.purity)
        copies = patient.purity * one.copies + 2.0 * (1.0 - patient.purity)
        assert vaf * copies / patient.purity == pytest.approx(one.ccf)
    for allele in patient.alleles:
        lost = sum(clone.share for clone in patient.clones if allele.hla in clone.hla_lost)
        assert lost == pytest.approx(allele.lost_share), allele.hla
