"""Files of single cells: every layout gives the same cells, every damage one clear error."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import h5py
import numpy as np
import pytest
from made_cells import (
    HEADER,
    alpha,
    beta,
    counts,
    genes,
    tenx_text,
    write_h5,
    write_h5_of_version_2,
    write_market,
)

from adoptive.antigen.transcriptome import aliases
from adoptive.errors import StudyError
from adoptive.workbench.discover.cells.contigs import read_airr, read_contigs, read_tenx
from adoptive.workbench.discover.cells.known import read_known
from adoptive.workbench.discover.cells.matrix import read_matrix
from adoptive.workbench.discover.clonotypes import Asked, find_clonotypes

BARCODES = ["AAAC-1", "CCCA-1", "GGGT-1"]
NAMES = genes(30)
MATRIX = counts(len(BARCODES), NAMES)


def said(do: Callable[[], object]) -> str:
    with pytest.raises(StudyError) as caught:
        do()
    return str(caught.value)


def test_layouts_give_the_same_cells(tmp_path: Path) -> None:
    anndata = pytest.importorskip("anndata")
    annotated = tmp_path / "cells.h5ad"
    data = anndata.AnnData(MATRIX.astype(np.float32))
    data.obs_names, data.var_names = BARCODES, NAMES
    data.write_h5ad(annotated)
    places = [
        write_h5(tmp_path / "three.h5", BARCODES, NAMES, MATRIX),
        write_h5_of_version_2(tmp_path / "two.h5", BARCODES, NAMES, MATRIX),
        write_market(tmp_path / "market", BARCODES, NAMES, MATRIX),
        annotated,
    ]
    for place in places:
        found, files = read_matrix(place)
        assert (list(found.cells), list(found.genes), found.kind) == (BARCODES, NAMES, "counts")
        assert np.array_equal(found.values.toarray(), MATRIX)
        assert all(len(file.sha256) == 64 for file in files)
    assert any("1 features" in note for note in read_matrix(places[0])[0].notes)


def test_h5ad_prefers_counts_and_reads_symbols(tmp_path: Path) -> None:
    anndata = pytest.importorskip("anndata")
    pandas = pytest.importorskip("pandas")
    ids = [f"ENSG{number:011}" for number in range(len(NAMES))]
    data = anndata.AnnData(
        (MATRIX - 1.5).astype(np.float32),
        obs=pandas.DataFrame(index=BARCODES),
        var=pandas.DataFrame({"feature_name": NAMES}, index=ids),
    )
    scaled = tmp_path / "scaled.h5ad"
    data.write_h5ad(scaled)
    assert "negative" in said(lambda: read_matrix(scaled))
    data.layers["counts"] = MATRIX.astype(np.float32)
    data.write_h5ad(tmp_path / "layer.h5ad")
    found, _ = read_matrix(tmp_path / "layer.h5ad")
    assert (list(found.genes), found.kind) == (NAMES, "counts")
    assert "layer counts" in found.notes[0]


def test_h5ad_without_its_library_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with h5py.File(tmp_path / "cells.h5ad", "w") as file:
        file.create_group("obs")
        file.create_group("var")
        file["X"] = "nothing"
    assert "h5ad" in said(lambda: read_matrix(tmp_path / "cells.h5ad"))
    monkeypatch.setitem(sys.modules, "anndata", None)
    assert "install adoptive[single-cell]" in said(lambda: read_matrix(tmp_path / "cells.h5ad"))


def test_damaged_and_wrong_matrices(tmp_path: Path) -> None:
    text = tmp_path / "text.h5"
    text.write_text("barcode,gene\n")
    assert "this is no HDF5 file" in said(lambda: read_matrix(text))
    whole = write_h5(tmp_path / "whole.h5", BARCODES, NAMES, MATRIX).read_bytes()
    (tmp_path / "cut.h5").write_bytes(whole[: len(whole) // 2])
    assert "cannot be read" in said(lambda: read_matrix(tmp_path / "cut.h5"))
    write_h5(tmp_path / "empty.h5", BARCODES, NAMES, MATRIX * 0)
    assert "the matrix is empty" in said(lambda: read_matrix(tmp_path / "empty.h5"))
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["molecules"] = np.arange(3)
    assert "holds no matrix of cells" in said(lambda: read_matrix(tmp_path / "other.h5"))
    with h5py.File(write_h5(tmp_path / "ptr.h5", BARCODES, NAMES, MATRIX), "a") as file:
        file["matrix/indices"][0] = 10**6
    assert "do not agree" in said(lambda: read_matrix(tmp_path / "ptr.h5"))
    with h5py.File(write_h5_of_version_2(tmp_path / "two.h5", BARCODES, NAMES, MATRIX), "a") as file:
        file.copy("GRCh38", "mm10")
    assert "several matrices" in said(lambda: read_matrix(tmp_path / "two.h5"))
    assert "no such file" in said(lambda: read_matrix(tmp_path / "none.h5"))


def test_a_file_of_two_gigabytes_is_refused(tmp_path: Path) -> None:
    huge = tmp_path / "huge.h5"
    with huge.open("wb") as file:
        file.truncate(2 * 1024**3)
    assert "the matrix is too large" in said(lambda: read_matrix(huge))
    assert "too large" in said(lambda: read_tenx(huge))
    folder = write_market(tmp_path / "market", BARCODES, NAMES, MATRIX)
    (folder / "matrix.mtx.gz").unlink()
    huge.rename(folder / "matrix.mtx")
    assert "the matrix is too large" in said(lambda: read_matrix(folder))


def test_damaged_folders(tmp_path: Path) -> None:
    folder = write_market(tmp_path / "market", BARCODES, NAMES, MATRIX)
    good = (folder / "matrix.mtx.gz").read_bytes()
    (folder / "matrix.mtx.gz").write_bytes(good[:60])
    assert "cannot be read" in said(lambda: read_matrix(folder))
    lines = gzip.decompress(good).decode().splitlines()
    (folder / "matrix.mtx.gz").write_bytes(gzip.compress("\n".join(lines[:-3]).encode()))
    assert "cannot be read" in said(lambda: read_matrix(folder))
    sizes = next(number for number, line in enumerate(lines) if not line.startswith("%"))
    lines[sizes] = "400 3 9999999999"
    (folder / "matrix.mtx.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    assert "too many values" in said(lambda: read_matrix(folder))
    (folder / "matrix.mtx.gz").write_bytes(good)
    (folder / "barcodes.tsv").write_text("AAAC-1\nCCCA-1\n")
    assert "do not agree" in said(lambda: read_matrix(folder))
    (folder / "barcodes.tsv").write_text("AAAC-1\nCCCA-1\nAAAC-1\n")
    assert "a barcode stands there twice" in said(lambda: read_matrix(folder))
    (folder / "barcodes.tsv").unlink()
    assert "barcodes.tsv" in said(lambda: read_matrix(folder))


def test_a_transposed_folder_is_named_so(tmp_path: Path) -> None:
    folder = write_market(tmp_path / "turned", BARCODES, NAMES, MATRIX)
    (tmp_path / "other").mkdir()
    turned = write_market(tmp_path / "other" / "m", NAMES, BARCODES, MATRIX.T)
    (folder / "matrix.mtx.gz").write_bytes((turned / "matrix.mtx.gz").read_bytes())
    assert "cells in rows" in said(lambda: read_matrix(folder))


def test_kinds_of_values(tmp_path: Path) -> None:
    logs = np.log1p(1e4 * MATRIX / MATRIX.sum(axis=1)[:, None])
    plain = write_h5_of_version_2(tmp_path / "logs.h5", BARCODES, NAMES, logs)
    assert read_matrix(plain)[0].kind == "log-normalised"
    corrected = write_h5_of_version_2(tmp_path / "corrected.h5", BARCODES, NAMES, MATRIX * 37.5 + 0.25 * (MATRIX > 0))
    assert "--values counts" in said(lambda: read_matrix(corrected))
    assert read_matrix(corrected, values="counts")[0].kind == "counts"
    negative = write_h5_of_version_2(tmp_path / "scaled.h5", BARCODES, NAMES, logs - 1.0)
    assert "negative" in said(lambda: read_matrix(negative))
    assert "negative" in said(lambda: read_matrix(negative, values="log"))


def test_tables_of_both_layouts_and_their_mistakes(tmp_path: Path) -> None:
    table = tmp_path / "contigs.csv"
    table.write_text(
        tenx_text([alpha("AAAC-1"), beta("AAAC-1"), replace(beta("CCCA-1"), productive=False, cdr3="", cdr3_nt="")])
    )
    found = read_tenx(table)
    assert [one.line for one in found.contigs] == [2, 3, 4]
    assert (found.contigs[2].cdr3, found.contigs[2].productive, found.contigs[0].umis) == ("", False, 5)
    newer = tmp_path / "newer.csv.gz"
    text = "barcode,contig_id,chain,v_gene,j_gene,fwr1,cdr1,cdr3,cdr3_nt,productive,umis,exact_subclonotype_id\n"
    newer.write_bytes(gzip.compress((text + "A-1,x,TRB,TRBV6-4,TRBJ1-2,QQ,SG,CASSF,,true,,1\n").encode()))
    assert read_contigs(newer).contigs[0].productive is True
    airr = tmp_path / "airr.tsv"
    airr.write_text(
        "cell_id\tv_call\tj_call\tjunction_aa\tproductive\tduplicate_count\nA\tTRBV6-4*01\tTRBJ1-2*01\tCASSF\tT\t7\n"
    )
    one = read_airr(airr).contigs[0]
    assert (one.locus, one.productive, one.umis, one.cdr3) == ("TRB", True, 7, "CASSF")
    table.write_text(tenx_text([alpha("A")]).split("\n", 1)[1])
    assert "no line of column names" in said(lambda: read_tenx(table))
    assert "no line of column names" in said(lambda: read_contigs(table))
    airr.write_text("cell_id\tcdr3\nA\tCASSF\n")
    assert "columns of neither layout" in said(lambda: read_contigs(airr))
    table.write_text(tenx_text([alpha("A"), beta("A")]).replace(",5,None", ",five,None"))
    assert "line 2, umis" in said(lambda: read_tenx(table))
    assert "line 3, umis" in said(lambda: read_tenx(table))
    table.write_text(HEADER + "\n")
    assert "no rows" in said(lambda: read_tenx(table))
    newer.write_bytes(newer.read_bytes()[:40])
    assert "damaged gzip" in said(lambda: read_tenx(newer))


def test_nothing_left_is_an_error_with_counts_and_lines(tmp_path: Path) -> None:
    table = tmp_path / "contigs.csv"
    table.write_text(tenx_text([replace(alpha("A"), productive=False), replace(beta("A"), cdr3="ASSF")]))
    message = said(lambda: find_clonotypes(Asked(contigs=table)))
    assert "no receptor chain can be used" in message
    assert "1 CDR3 without its conserved ends (first: line 3, ASSF)" in message
    assert "1 not productive (first: line 2)" in message
    table.write_text(tenx_text([alpha("A"), beta("B")]))
    assert "no cell has one beta" in said(lambda: find_clonotypes(Asked(contigs=table)))
    assert "neither" in said(lambda: find_clonotypes(Asked()))
    assert "both" in said(lambda: find_clonotypes(Asked(contigs=table, airr=table)))


def test_known_receptors(tmp_path: Path) -> None:
    table = tmp_path / "known.tsv"
    table.write_text("label\tcdr3a\tcdr3b\nEBV; BMLF1\t\tcassf\n")
    assert [(one.label, one.cdr3b) for one in read_known(table)[0]] == [("EBV, BMLF1", "CASSF")]
    table.write_text("label\tcdr3a\tcdr3b\nEBV\t\t\nCMV\t\tASSF\n\tCAVF\t\n")
    message = said(lambda: read_known(table))
    for part in ("line 2, cdr3b", "line 3, cdr3b", "line 4, label"):
        assert part in message


def test_aliases_are_read_both_ways() -> None:
    assert all(one in aliases()[other] for one, others in aliases().items() for other in others)


def test_the_command_refuses_a_folder_that_exists(command: Callable[..., SimpleNamespace], tmp_path: Path) -> None:
    table = tmp_path / "contigs.csv"
    table.write_text(tenx_text([alpha("A"), beta("A")]))
    done = command("antigen", "clonotypes", "--contigs", table, "--out", tmp_path)
    assert (done.code, "Traceback" in done.err) == (2, False)
    bad = command("antigen", "clonotypes", "--contigs", tmp_path / "none.csv", "--out", tmp_path / "out")
    assert (bad.code, (tmp_path / "out").exists()) == (2, False)
