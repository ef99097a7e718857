"""``adoptive antigen target`` on made-up tables: layouts, files, mistakes with their lines, speed."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import numpy as np
import pytest
from made_up import CELLS, TISSUES, tables
from typer.testing import CliRunner

from adoptive.antigen.targets import Gate, Target, TargetRules
from adoptive.errors import StudyError
from adoptive.workbench.cli.antigen import antigen
from adoptive.workbench.discover.expression import _slow, read_long, read_tumour
from adoptive.workbench.discover.tables import read_nouns
from adoptive.workbench.discover.target import TargetFiles, find_targets

WHAT = "table of tissues"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Write the made-up tables as a user would give them."""
    given = tables()
    places = {
        name: tmp_path / f"{name}.tsv" for name in ("tumour", "normal", "cells", "surface", "staining", "isoforms")
    }
    wide = [
        "\t".join([gene, *(f"{one:g}" for one in row)])
        for gene, row in zip(given.tumour.genes, given.tumour.level, strict=True)
    ]
    places["tumour"].write_text("\n".join(["\t".join(["gene", *given.tumour.places]), *wide, ""]))
    for name, table, column in (("normal", given.normal, "Tissue"), ("cells", given.cells, "Cell type")):
        assert table is not None
        rows = [
            f"ENSG0\t{gene}\t{place}\t{table.level[at, to]:g}"
            for at, gene in enumerate(table.genes)
            for to, place in enumerate(table.places)
        ]
        places[name].write_text("\n".join([f"Gene\tGene name\t{column}\tnTPM", *rows, ""]))
    places["surface"].write_text("gene\nGOOD\nCLDN18\nERBB2\n")
    places["staining"].write_text("gene\t0\t1+\t2+\t3+\nERBB2\t0.7\t0.1\t0.1\t0.1\n")
    places["isoforms"].write_text(
        "gene\tisoform\tplace\tshare\nCLDN18\tCLDN18.2\ttumour\t1\nCLDN18\tCLDN18.2\tLung\t0\n"
    )
    return places


def test_the_tables_are_read_as_they_were_written(files: dict[str, Path]) -> None:
    given = tables()
    tumour = read_tumour(files["tumour"])
    assert not tumour.cohort
    np.testing.assert_allclose(tumour.expression.rows(given.tumour.genes), given.tumour.level)
    normal = read_long(files["normal"], place=("Tissue",), what=WHAT).expression
    at = [normal.places.index(place) for place in TISSUES]
    np.testing.assert_allclose(normal.rows(given.normal.genes)[:, at], given.normal.level)
    assert set(read_long(files["cells"], place=("Cell type",), what=WHAT).expression.places) == set(CELLS)


def test_quick_and_careful_reading_agree(files: dict[str, Path]) -> None:
    text = files["normal"].read_text().replace("\t0.1\n", "\tNA\n", 3)
    files["normal"].write_text(text)
    quick = read_long(files["normal"], place=("Tissue",), what=WHAT).expression
    careful = _slow(files["normal"], WHAT, "Gene name", "Tissue", ("nTPM",))
    assert careful.places is not None
    assert (quick.genes, quick.places) == (careful.genes.every, careful.places.every)
    level = np.full(quick.level.shape, np.nan)
    level[careful.genes.at, careful.places.at] = careful.level[:, 0]
    np.testing.assert_array_equal(quick.level, level)
    assert np.isnan(level).sum() == 3


def test_long_and_cohort_tables_of_tumours(tmp_path: Path) -> None:
    long = tmp_path / "long.csv"
    long.write_text("sample,gene,TPM\ns1,A,1\ns1,B,2\ns2,A,3\n")
    found = read_tumour(long)
    assert (found.expression.genes, found.expression.places, found.cohort) == (("A", "B"), ("s1", "s2"), False)
    np.testing.assert_array_equal(found.expression.level, [[1.0, 3.0], [2.0, np.nan]])
    cohort = tmp_path / "cohort.tsv"
    cohort.write_text("gene\tTPM\nA\t4\nA\t1\nB\t2\n\t9\n")
    found = read_tumour(cohort)
    assert found.cohort
    np.testing.assert_array_equal(found.expression.level, [[4.0], [2.0]])
    assert any("1 rows without a gene" in note for note in found.notes)
    assert any("1 rows repeat a gene" in note for note in found.notes)


def test_the_folder_is_whole(files: dict[str, Path], tmp_path: Path) -> None:
    options = [text for name, path in files.items() for text in (f"--{name}", str(path))]
    done = CliRunner().invoke(
        antigen, ["target", *options, "--gate", "CLDN18.2 AND NOT GUARD", "--out", str(tmp_path / "out"), "--json"]
    )
    assert done.exit_code == 0, done.output
    document = json.loads(done.output)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "targets.tsv", "gates.tsv", "summary.json", "provenance.json",
    }  # fmt: skip
    targets = {one.name: one for one in read_nouns(tmp_path / "out" / "targets.tsv", Target, what="targets")}
    assert set(targets) == {"GOOD", "CLDN18", "CLDN18.2", "ERBB2", "GUARD"}
    assert (targets["ERBB2"].coverage, targets["ERBB2"].efficacy) == (0.2, 900.0)
    assert targets["CLDN18.2"].safety_vital == 0.1
    gates = {one.gate: one for one in read_nouns(tmp_path / "out" / "gates.tsv", Gate, what="gates")}
    assert gates["CLDN18.2 AND NOT GUARD"].origin == "asked"
    assert any("6 genes of the tumour table are not on the surface list" in note for note in document["notes"])
    provenance = json.loads((tmp_path / "out" / "provenance.json").read_text())
    assert len(provenance["inputs"]) == len(files)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("tumour", "gene\ts1\ts2\nA\t1\t2\nB\t-3\t1\n", "line 3, s1: out of range"),
        ("tumour", "gene\ts1\ts2\nA\t1\tmany\n", "line 2, s2: not a number"),
        ("tumour", "gene\ts1\ts1\nA\t1\t2\n", "line 1: a column stands there twice"),
        ("tumour", "A\t1\t2\nB\t1\t2\n", "no line of column names"),
        ("tumour", "gene\ts1\nA\t1\t2\n", "line 2: another number of cells"),
        ("tumour", "", "the table of tumours is empty"),
        ("normal", "Gene name\tTissue\tnTPM\nA\tlung\tinf\n", "line 2, nTPM: not a number"),
        ("normal", "Gene name\tTissue\nA\tlung\n", "line 1: a column is missing; value: nTPM"),
        ("normal", "Gene name\tTissue\tnTPM\n", "the table of tissues has no rows"),
        ("staining", "gene\t0\t1+\t2+\t3+\nERBB2\t70\t10\t10\t10\n", "line 2, 0: out of range"),
        ("staining", "gene\t0\t1+\t2+\t3+\nERBB2\t0.5\t0.1\t0.1\t0.1\n", "the shares of patients do not sum to 1"),
        ("staining", "gene\tpositive_fraction\nERBB2\t\n", "line 2, positive_fraction: no share of positive patients"),
        ("isoforms", "gene\tisoform\tplace\tshare\nCLDN18\tCLDN18.2\tlung\t0\n", "line 2, place: no row for"),
        ("surface", "gene\nGOOD\n!!\n", "line 3: not a gene"),
    ],
)  # fmt: skip
def test_mistakes_are_said_with_their_line(files: dict[str, Path], name: str, text: str, said: str) -> None:
    files[name].write_text(text)
    with pytest.raises(StudyError) as found:
        find_targets(TargetFiles(**files))
    assert said in str(found.value)


def test_tables_of_other_names_and_logarithms_are_said(files: dict[str, Path], tmp_path: Path) -> None:
    other = tmp_path / "other.tsv"
    other.write_text("Gene name\tTissue\tnTPM\nENSG1\tlung\t1\n")
    with pytest.raises(StudyError, match="no gene of the tumour table is in this table"):
        find_targets(TargetFiles(files["tumour"], other))
    logs = tmp_path / "logs.tsv"
    logs.write_text("\n".join(["gene\ts1", *(f"G{at}\t{at % 15}" for at in range(1200))]))
    assert any("logarithms" in note for note in read_tumour(logs).notes)
    assert read_tumour(files["tumour"]).notes == ()


def test_a_gate_of_an_unknown_antigen_is_refused(files: dict[str, Path]) -> None:
    with pytest.raises(StudyError, match="is it ERBB2"):
        find_targets(TargetFiles(files["tumour"], files["normal"]), gates=["ERB2 AND GOOD"])


def test_two_gigabytes_are_refused(files: dict[str, Path]) -> None:
    os.truncate(files["tumour"], 2 * 1024**3)
    with pytest.raises(StudyError, match="the table of tumours is too large"):
        find_targets(TargetFiles(files["tumour"], files["normal"]))


def test_organs_that_the_table_lacks_are_said(files: dict[str, Path], tmp_path: Path) -> None:
    few = tmp_path / "few.tsv"
    few.write_text("Gene name\tTissue\tnTPM\nGOOD\tlung\t1\nGOOD\tmade-up organ\t1\nGOOD\tventricle\t3\n")
    result = find_targets(TargetFiles(files["tumour"], few))
    assert any("Not in the table of tissues: heart, liver" in note for note in result.notes)
    assert any("not known, neither vital nor barrier here: made-up organ, ventricle" in note for note in result.notes)
    own = tmp_path / "own.tsv"
    own.write_text("tissue\torgan\nVentricle\theart\n")
    again = find_targets(TargetFiles(files["tumour"], few, tissues=own))
    good = next(one for one in again.targets if one.name == "GOOD")
    assert (good.safety_vital, good.vital_tissue) == (3.0, "ventricle")


def test_a_whole_transcriptome_is_scored_in_time(tmp_path: Path) -> None:
    """A twentieth of 20,000 genes by 50 tissues and 200 tumours, in a twentieth of 20 seconds."""
    draw = np.random.default_rng(1)
    tissues = [*TISSUES, *(f"made-up tissue {at}" for at in range(38))]
    normal, tumour = draw.lognormal(1, 2, (1000, 50)), draw.lognormal(2, 2, (1000, 200))
    rows = [f"G{at}\t{name}\t{normal[at, to]:.1f}" for at in range(1000) for to, name in enumerate(tissues)]
    (tmp_path / "normal").write_text("\n".join(["Gene name\tTissue\tnTPM", *rows]))
    head = "\t".join(["gene", *(f"s{at}" for at in range(200))])
    (tmp_path / "tumour").write_text(
        "\n".join([head, *("\t".join([f"G{at}", *(f"{one:.2f}" for one in row)]) for at, row in enumerate(tumour))])
    )
    find_targets(TargetFiles(tmp_path / "tumour", tmp_path / "normal"), rules=TargetRules(search_among=2))  # imports
    start = time.process_time()
    result = find_targets(TargetFiles(tmp_path / "tumour", tmp_path / "normal"))
    assert time.process_time() - start < 1.0
    assert len(result.targets) == 1000
