"""``adoptive antigen rank`` on made-up tables: files, documents, and mistakes with their lines."""

from __future__ import annotations

import json
import time
from pathlib import Path

import numpy as np
import pytest
from receptor_rows import clonotype, hit, neoantigen
from typer.testing import CliRunner

from adoptive.antigen.discovered import Allele, Clonotype, Hit, Neoantigen, Receptor, TumourClone
from adoptive.antigen.evidence import RankingRules
from adoptive.errors import StudyError
from adoptive.workbench.cli.antigen import antigen
from adoptive.workbench.discover.rank import rank_clonotypes, read_inputs, read_priors
from adoptive.workbench.discover.tables import read_nouns, write_nouns

KRAS, C08 = "KRAS:G12D", "HLA-C*08:02"
SIX = ("HLA-A*01:01", "HLA-A*02:01", "HLA-B*07:02", "HLA-B*08:01", "HLA-C*07:02", "HLA-C*08:02")


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, Path]:
    """Write one table of each kind."""
    rows: dict[str, tuple[list[object], type]] = {
        "clonotypes": ([clonotype("c1"), clonotype("c2", reactivity=0.9)], Clonotype),
        "hits": ([hit("c1", KRAS, C08)], Hit),
        "neoantigens": ([neoantigen(KRAS, 0.9)], Neoantigen),
        "hla": ([Allele(C08, 1), Allele("HLA-C*05:01", 2)], Allele),
        "clones": ([TumourClone("a", 0.9, (KRAS,)), TumourClone("b", 0.1, ())], TumourClone),
    }
    places = {}
    for name, (nouns, kind) in rows.items():
        places[name] = tmp_path / f"{name}.tsv"
        write_nouns(places[name], nouns, kind)
    return places


def _arguments(tables: dict[str, Path], out: Path) -> list[str]:
    options = [text for name in ("hits", "neoantigens", "hla", "clones") for text in (f"--{name}", str(tables[name]))]
    return ["rank", str(tables["clonotypes"]), *options, "--out", str(out), "--json"]


def test_the_folder_is_whole(tables: dict[str, Path], tmp_path: Path) -> None:
    done = CliRunner().invoke(antigen, _arguments(tables, tmp_path / "out"))
    assert done.exit_code == 0, done.output
    document = json.loads(done.output)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"receptors.tsv", "coverage.tsv", "clones.tsv", "hla.tsv", "yield.json", "provenance.json"}
    receptors = read_nouns(tmp_path / "out" / "receptors.tsv", Receptor, what="receptors")
    assert [(one.id, one.rank, one.tier) for one in receptors] == [("c1", 1, "A"), ("c2", 2, "C")]
    assert document == json.loads((tmp_path / "out" / "yield.json").read_text())
    assert {row["p_real"]: row["receptors"] for row in document["number_to_build"]}[0.5] == 5
    assert {row["p_real"]: row["receptors"] for row in document["number_to_build"]}[0.2] == 14
    assert document["expected_real"] == pytest.approx(20 / 21 + 0.5, abs=1e-5)


def test_words_say_that_a_single_allele_product_fails_at_once(tables: dict[str, Path]) -> None:
    inputs = read_inputs(
        tables["clonotypes"], hits=tables["hits"], neoantigens=tables["neoantigens"], hla=tables["hla"]
    )
    _, document = rank_clonotypes(inputs, RankingRules(choose=1), None)
    assert document["covered"]["left_after_worst_allele"] == 0.0
    assert f"All receptors need {C08}" in document["covered"]["in_words"]


def test_an_existing_folder_is_refused(tables: dict[str, Path], tmp_path: Path) -> None:
    done = CliRunner().invoke(antigen, _arguments(tables, tmp_path))
    assert isinstance(done.exception, StudyError)
    assert "this exists already" in str(done.exception)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("clones", "id\tshare\tantigens\na\t0.5\tKRAS:G12D\nb\t0.4\t\n", "line 3, share: the shares of all clones"),
        ("clones", "id\tshare\tantigens\na\t0.5\tKRAS:G12V\nb\t0.5\t\n", "line 2, antigens: not in the table of"),
        ("clones", "id\tshare\tantigens\thla_lost\na\t1\t\tHLA-A*99:99\n", "line 2, hla_lost: no such HLA allele"),
        ("clones", "id\tshare\tantigens\na\t-1\t\nb\t2\t\n", "line 2, share: no share of cells"),
        ("clones", "a\t0.5\tKRAS:G12D\n", "no line of column names"),
        ("hla", "hla\thaplotype\nHLA-C*08:02\t3\n", "line 2, haplotype: not a haplotype"),
        ("hla", "hla\nHLA-C*08:02\nHLA-C*05:01\nHLA-C*07:01\n", "line 4, hla: more alleles of this gene"),
        ("hla", "hla\nC0802\n", "next: write HLA-C*08:02"),
        ("hits", "effector\tantigen\thla\thit\nc1\tKRAS:G12V\t\ttrue\n", "line 2, antigen: not in the table"),
        ("hits", "effector\tantigen\thla\thit\nc1\tKRAS:G12D\tHLA-B*07:02\ttrue\n", "line 2, hla: not in the table"),
        ("clonotypes", "id\tcdr3a\tcdr3b\tcells\tshare\tdual_alpha\nc1\tLVGDF\tCASSLF\t3\t0.1\tno\n",
         "line 2, cdr3a: a CDR3 without its conserved ends"),
        ("clonotypes", "id\tcdr3a\tcdr3b\tcells\tshare\tdual_alpha\nc1\tCLVGDF\tCAS*LF\t3\t0.1\tno\n",
         "line 2, cdr3b: not amino acids"),
        ("clonotypes", "id\tcdr3a\tcdr3b\tcells\tshare\tdual_alpha\nc1\tCLVGDF\tCASSLF\t0\t0.1\tno\n",
         "line 2, cells, share: no clone of cells"),
        ("clonotypes", "", "the table of clonotypes is empty"),
        ("neoantigens", None, "mutated_at: this cell is empty"),
    ],
)  # fmt: skip
def test_mistakes_are_said_with_their_line(tables: dict[str, Path], name: str, text: str | None, said: str) -> None:
    if text is None:
        text = tables[name].read_text().replace("\t13\t", "\t\t")
    tables[name].write_text(text)
    with pytest.raises(StudyError) as found:
        read_inputs(
            tables["clonotypes"], hits=tables["hits"], neoantigens=tables["neoantigens"], hla=tables["hla"],
            clones=tables["clones"],
        )  # fmt: skip
    assert said in str(found.value)


def test_chances_are_read() -> None:
    assert [one.p for one in read_priors(["C=0.2", "a=0.9"])][:2] == [0.2, 0.9]
    with pytest.raises(StudyError, match="no chance of a tier"):
        read_priors(["C"])


def test_five_thousand_clonotypes_are_ranked_in_time(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    cells = [
        clonotype(
            f"c{at}", cells=int(draw.integers(1, 50)), top_share=float(draw.random()), reactivity=float(draw.random())
        )
        for at in range(5000)
    ]
    known = [neoantigen(f"G{at}:A1V", float(draw.random())) for at in range(60)]
    alleles = [Allele(name) for name in SIX]
    hits = [hit(f"c{at}", f"G{at % 60}:A1V", alleles[at % 6].hla) for at in range(100)]
    files = {"c": (cells, Clonotype), "n": (known, Neoantigen), "a": (alleles, Allele), "h": (hits, Hit)}
    for name, (rows, kind) in files.items():
        write_nouns(tmp_path / name, rows, kind)
    start = time.process_time()
    inputs = read_inputs(tmp_path / "c", hits=tmp_path / "h", neoantigens=tmp_path / "n", hla=tmp_path / "a")
    ranking, _ = rank_clonotypes(inputs, RankingRules(choose=20), tmp_path / "out")
    assert len(ranking.chosen) == 20
    assert time.process_time() - start < 5.0
