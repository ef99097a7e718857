"""Orders as hostile and clumsy users ask for them: one clear error, and nothing is left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from adoptive.workbench.cli import main

GENES = [
    "construct", "tcr", "--va", "TRAV4", "--ja", "TRAJ15", "--cdr3a", "CLVGDMDQAGTALIF", "--vb", "TRBV6-4",
    "--jb", "TRBJ1-2", "--cdr3b", "CASSLGQTNYGYTF",
]  # fmt: skip
CAR = ["construct", "car", "--target", "CD19", "--binder", "FMC63"]
ROWS = (
    "id\trank\ttrav\ttraj\tcdr3a\ttrbv\ttrbj\tcdr3b\n"
    "{}\t1\tTRAV4\tTRAJ15\tCLVGDMDQAGTALIF\tTRBV6-4\tTRBJ1-2\tCASSLGQTNYGYTF\n"
)


def told(arguments: list[str], folder: Path, capfd: pytest.CaptureFixture[str]) -> str:
    before = sorted(folder.iterdir())
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--out", str(folder / "out")])
    said = capfd.readouterr()
    assert (left.value.code, said.out) == (2, "")
    assert sorted(folder.iterdir()) == before
    assert "\x1b" not in said.err
    return said.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*GENES, "--name", "x" * 300], "id: not the name of a construct"),
        ([*GENES, "--name", "a\nb"], "id: not the name of a construct; value: 'a\\nb'"),
        ([*GENES, "--name", "a\x1b[31m"], "id: not the name of a construct"),
        ([*GENES, "--name", " "], "id: not the name of a construct"),
        ([*GENES, "--id", "x"], "these choose rows of a table"),
        ([*GENES, "--chosen"], "these choose rows of a table"),
        ([*CAR, "--id", "x" * 300], "id: a construct needs an id"),
        ([*CAR, "--id", "a\nb"], "id: not the name of a construct"),
        ([*CAR, "--id", "a\x1b[31m"], "id: not the name of a construct"),
    ],
)
def test_an_order_that_cannot_be_named_or_contradicts_itself_is_refused(
    arguments: list[str], words: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert words in told(arguments, tmp_path, capfd)


def test_a_long_id_of_a_table_is_said_with_its_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "receptors.tsv").write_text(ROWS.format("x" * 51))
    asked = ["construct", "tcr", str(tmp_path / "receptors.tsv"), "--chosen"]
    assert "line 2, id: too long for the name of a construct" in told(asked, tmp_path, capfd)


def test_a_table_without_its_first_column_filled_in_is_another_table(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A table of hits has a column ``hla`` too, mostly empty: it is no list of alleles."""
    (tmp_path / "hits.tsv").write_text("effector\tantigen\thla\nT1\tKRAS:G12D\t\n")
    (tmp_path / "clonotypes.tsv").write_text("id\n")
    from adoptive.antigen.discovered import Allele
    from adoptive.errors import StudyError
    from adoptive.workbench.discover.tables import read_nouns

    with pytest.raises(StudyError, match="line 2, hla: this cell is empty"):
        read_nouns(tmp_path / "hits.tsv", Allele, what="list of HLA alleles")


def test_a_vector_that_was_cut_is_refused() -> None:
    """A GenBank file that ends early has fewer bases than its LOCUS line says: an order of it would lack the rest."""
    from adoptive.construct.bases import ConstructError
    from adoptive.construct.vector_file import parse_genbank

    rows = "".join(f"{1 + 60 * row:>9} {'acgtacgtac ' * 6}\n" for row in range(5))
    whole = f"LOCUS       v                        300 bp    DNA     circular SYN 01-JAN-2000\nORIGIN\n{rows}//\n"
    assert len(parse_genbank(whole, name="v.gb").nt) == 300
    with pytest.raises(ConstructError, match=r"the record is not whole; value: 180 bases; allowed: 300, as LOCUS"):
        parse_genbank("".join(whole.splitlines(keepends=True)[:5]), name="v.gb")


def test_a_level_that_no_transcriptome_has_is_refused(tmp_path: Path) -> None:
    from adoptive.errors import StudyError
    from adoptive.workbench.discover.expression import read_tumour

    (tmp_path / "t.csv").write_text("gene,s1,s2\nMSLN,5,1e308\n")
    with pytest.raises(StudyError, match="line 2, s2: out of range; value: 1e308"):
        read_tumour(tmp_path / "t.csv")
