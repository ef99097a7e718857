"""The whole command on made cells: tables that read back, an AIRR table that the AIRR library accepts."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import airr
import numpy as np
import pytest
from made_cells import alpha, beta, counts, genes, tenx_text, write_h5

from adoptive.antigen.clone_table import ScoredCell
from adoptive.antigen.discovered import Clonotype
from adoptive.errors import StudyError
from adoptive.workbench.discover.clonotypes import Asked, find_clonotypes
from adoptive.workbench.discover.tables import read_nouns

HOT, COLD = "CASSLGQTNYGYTF", "CASSIRSSYEQYF"
CELLS = [f"{first}{second}{third}-1" for first in "ACG" for second in "ACG" for third in "ACGT"]
NAMES = [name for name in genes(1800) if name not in ("CARS", "PLA2G16")] + ["CARS1"]


def made(folder: Path) -> dict[str, Path]:
    """A hot clone of CD8 cells, a cold one, a CD4 cell with an own receptor; blood carries the cold one."""
    rows, matrix = [], counts(len(CELLS), NAMES)
    place = {name: column for column, name in enumerate(NAMES)}
    matrix[:, [place[name] for name in ("CXCL13", "ENTPD1", "IL7R", "CD8A", "CD8B", "CD4")]] = 0
    for number, cell in enumerate(CELLS):
        if number < 6:
            rows += [alpha(cell), beta(cell, HOT)]
            matrix[number, [place["CXCL13"], place["ENTPD1"], place["CD8A"]]] = (40, 9, 5)
        elif number < 30:
            rows += [alpha(cell, "CAVQAGTALIF"), beta(cell, COLD)]
            matrix[number, [place["IL7R"], place["CD8B"]]] = (12, 4)
        else:
            rows += [alpha(cell, "CAVGF"), beta(cell, "CASSF")]
            matrix[number, place["CD4"]] = 3
    files = {name: folder / f"{name}.csv" for name in ("contigs", "blood", "known")}
    files["contigs"].write_text(tenx_text(rows))
    files["blood"].write_text(tenx_text([alpha("X-1", "CAVQAGTALIF"), beta("X-1", COLD)]))
    files["known"].write_text(f"label,cdr3b\nflu M1,{COLD}\n")
    # The matrix names its cells without the ending -1 and holds one cell that has no receptor.
    bare = [cell.removesuffix("-1") for cell in CELLS]
    files["matrix"] = write_h5(folder / "m.h5", [*bare, "TTTT"], NAMES, np.vstack([matrix, matrix[:1]]))
    return files


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return made(tmp_path_factory.mktemp("cells"))


def test_the_command_ranks_the_hot_clone_first(
    command: Callable[..., SimpleNamespace], files: dict[str, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    options = [part for name, path in files.items() for part in (f"--{name}", path)]
    done = command("antigen", "clonotypes", *options, "--out", out, "--json")
    assert done.code == 0, done.err
    document = json.loads(done.out)
    rows = read_nouns(out / "clonotypes.tsv", Clonotype, what="clonotypes")
    assert [row.cdr3b for row in rows] == [HOT, "CASSF", COLD]
    hot, helper, cold = rows
    assert (hot.cells, hot.lineage, hot.other_cells, hot.flags) == (6, "CD8", 0, ())
    assert (helper.lineage, helper.cells, helper.share) == ("CD4", 6, pytest.approx(6 / 36, rel=1e-5))
    assert (cold.lineage, cold.other_cells, cold.flags) == ("CD8", 1, ("bystander", "known flu M1", "in blood"))
    assert hot.reactivity is not None
    assert cold.reactivity is not None
    assert hot.reactivity > 0.8 > 0.3 > cold.reactivity
    assert hot.source.startswith("contigs.csv:3 #")
    cells = read_nouns(out / "cells.tsv", ScoredCell, what="cells")
    assert len(cells) == len(CELLS)
    assert sum(bool(cell.top) for cell in cells) in (1, 2)
    qc = json.loads((out / "qc.json").read_text())
    assert document["qc"] == qc
    assert qc["expression"]["genes_missing"] == {"NeoTCR8": ["PLA2G16"], "NeoTCR4": [], "reactivity": [], "lineage": []}
    assert "CARS was found as CARS1" in qc["expression"]["notes"]
    assert "ending" in qc["expression"]["matching"]
    assert (qc["expression"]["cells_in_matrix"], qc["expression"]["cells_found"]) == (37, 36)
    assert qc["model"]["area_under_curve_out_of_patient"]["MD01-004"] == pytest.approx(0.97, abs=0.005)
    inputs = {one["file"] for one in json.loads((out / "provenance.json").read_text())["inputs"]}
    assert inputs == {"contigs.csv", "m.h5", "blood.csv", "known.csv"}


def test_the_airr_table_is_accepted_and_reads_back(
    command: Callable[..., SimpleNamespace], files: dict[str, Path], tmp_path: Path
) -> None:
    command("antigen", "clonotypes", "--contigs", files["contigs"], "--out", tmp_path / "out")
    written = tmp_path / "out" / "clonotypes.airr.tsv"
    assert airr.validate_rearrangement(str(written))
    again, first = find_clonotypes(Asked(airr=written)), find_clonotypes(Asked(contigs=files["contigs"]))
    assert [(one.id, one.cells) for one in again.repertoire.clones] == [
        (one.id, one.cells) for one in first.repertoire.clones
    ]
    assert [row.cdr3a_nt for row in again.clonotypes] == [row.cdr3a_nt for row in first.clonotypes]


def test_a_gene_that_is_not_there_leaves_its_score_empty(files: dict[str, Path], tmp_path: Path) -> None:
    names = [name for name in NAMES if name != "CXCL13"]
    place = write_h5(tmp_path / "m.h5", CELLS, names, counts(len(CELLS), names))
    found = find_clonotypes(Asked(contigs=files["contigs"], matrix=place))
    assert {row.reactivity for row in found.clonotypes} == {None}
    assert all(row.neotcr8 is not None for row in found.clonotypes)
    assert found.qc["expression"]["genes_missing"]["reactivity"] == ["CXCL13"]
    assert [row.cells for row in found.clonotypes] == [24, 6, 6]
    other = write_h5(tmp_path / "ids.h5", CELLS, [name.lower() for name in names], counts(len(CELLS), names))
    with pytest.raises(StudyError, match="no score can be computed"):
        find_clonotypes(Asked(contigs=files["contigs"], matrix=other))


def test_a_matrix_of_other_cells_is_refused(files: dict[str, Path], tmp_path: Path) -> None:
    table = tmp_path / "other.csv"
    table.write_text(tenx_text([alpha("NNNN-1"), beta("NNNN-1")]))
    with pytest.raises(
        Exception, match="no cell with a receptor is in the matrix; value: cells as NNNN-1, matrix as AAA"
    ):
        find_clonotypes(Asked(contigs=table, matrix=files["matrix"]))
