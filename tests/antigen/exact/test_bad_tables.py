"""Tables as hostile and clumsy users give them: one clear error with its line, and nothing is left behind."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from adoptive.antigen.screen_types import TandemRules
from adoptive.errors import StudyError
from adoptive.workbench.cli import main
from adoptive.workbench.cli.surroundings import say_error
from adoptive.workbench.discover.hla import read_hla
from adoptive.workbench.discover.minigenes import MinigeneRequest, write_minigenes
from adoptive.workbench.discover.neoantigens import NeoantigenRequest, write_neoantigens
from adoptive.workbench.discover.offtarget import OfftargetRequest, write_offtargets
from adoptive.workbench.discover.plate import read_wells
from adoptive.workbench.discover.tables import read_table
from adoptive.workbench.mistakes import Mistake, as_error

NEEDED = ("gene", "position", "ref")


def read_positions(path: Path) -> None:
    table = read_table(path, what="variant table", needed=NEEDED)
    for row in table.rows:
        row.number("position")
    table.check()


def told(path: Path, text: str | bytes) -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(StudyError) as caught:
        read_positions(path)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("\ngene,position,ref\nKRAS,12,G\n", ("line 1: the variant table has no line of column names",)),
        (",,\nKRAS,12,G\n", ("line 1: the variant table has no line of column names",)),
        ("# mine\ngene,position,ref\nKRAS,12,G\n", ("line 1: the variant table has no line of column names",)),
        ("GENE,POSITION,REF\nKRAS,12,G\n", ("line 1: a column is missing; value: gene", "is it GENE? write gene")),
        ("gene,positon,ref\nKRAS,12,G\n", ("line 1: a column is missing", "is it positon? write position")),
        ('gene,position,ref\n"KRAS,12,G\n', ("line 2: the variant table cannot be read", "next: is a quote")),
        ("gene,position,ref\nKRAS,1_2,G\n", ("line 2, position: not a number; value: 1_2",)),
        ("gene,position,ref\nKRAS,\u0661\u0662,G\n", ("line 2, position: not a number; value: \u0661\u0662",)),
        ("gene,position,ref\n" + "A" * 200_000, ("line 2: the variant table cannot be read",)),
        (b"\x1f\x8b\x08\x00cut", ("damaged gzip file", "next: copy it again")),
    ],
)
def test_a_bad_table_is_told_with_its_line_and_the_next_step(
    tmp_path: Path, text: str | bytes, words: tuple[str, ...]
) -> None:
    said = told(tmp_path / "x.csv", text)
    assert all(word in said for word in words), said
    assert "next:" in said


def test_a_file_that_is_not_there_has_a_next_step(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="next: correct the name"):
        read_table(tmp_path / "absent.csv", what="variant table")


def test_twenty_thousand_columns_are_read_at_once(tmp_path: Path) -> None:
    names = ["gene", "position", "ref", *(f"c{number}" for number in range(20_000))]
    path = tmp_path / "wide.csv"
    path.write_text(",".join(names) + "\n" + ",".join("1" for _ in names) + "\n")
    start = time.process_time()
    assert len(read_table(path, what="variant table", needed=NEEDED).names) == len(names)
    assert time.process_time() - start < 2.0  # with a count for each name it took nine seconds


def test_a_message_does_not_steer_the_terminal_and_shows_little_of_a_value(capsys: pytest.CaptureFixture[str]) -> None:
    say_error("x.txt: no such allele; value: \x1b[31mA*02:01\u202e\nsecond line")
    assert capsys.readouterr().err == "adoptive: x.txt: no such allele; value: \\x1b[31mA*02:01\\u202e\nsecond line\n"
    long = str(as_error([Mistake("x: line 1", "no such allele", "A" * 100_000)] * 3, "x"))
    assert len(long) < 2_000


VARIANT = "gene\tposition\tref\talt\tid\nKRAS\t12\tG\tD\t{}\n"


@pytest.mark.parametrize("name", ["a;b", "a/b", "../x"])
def test_a_name_must_not_hold_what_stands_between_names(tmp_path: Path, name: str) -> None:
    (tmp_path / "v.tsv").write_text(VARIANT.format(name))
    (tmp_path / "p.fasta").write_text(">KRAS\nMTEYKLVVVGAGGVGKSALTIQLI\n")
    (tmp_path / "h.txt").write_text("C*08:02\n")
    request = NeoantigenRequest(tmp_path / "v.tsv", tmp_path / "h.txt", tmp_path / "out", tmp_path / "p.fasta")
    with pytest.raises(StudyError, match="line 2, id: a name without"):
        write_neoantigens(request)
    assert not [one for one in tmp_path.iterdir() if "out" in one.name]


@pytest.mark.parametrize("stimulus", ["R1;R2"])
def test_a_stimulus_is_one_name(tmp_path: Path, stimulus: str) -> None:
    (tmp_path / "p.csv").write_text(
        f"well,effector,stimulus,readout,kind,count\nA1,T,,S,none,1\nA2,T,{stimulus},S,mutant,9\n"
    )
    with pytest.raises(StudyError, match="line 3, stimulus: a name without ;"):
        read_wells(tmp_path / "p.csv")


@pytest.mark.parametrize("linker", ["", "GGX", "G*", "../..", "G" * 5000])
def test_a_linker_is_a_few_amino_acids(tmp_path: Path, linker: str) -> None:
    request = MinigeneRequest(Path("absent"), Path("absent"), tmp_path / "out", TandemRules(linkers=(linker,)))
    with pytest.raises(StudyError, match="--linker: not a linker"):
        write_minigenes(request)


@pytest.mark.parametrize(
    "command",
    [
        ["antigen", "neoantigens", "x", "--allele-tpm", "inf"],
        ["antigen", "rank", "x", "--least-wild-type-fold", "inf"],
        ["antigen", "target", "--tumour", "x", "--normal", "x", "--positive-tpm", "inf"],
        ["antigen", "minigenes", "x", "--hla", "x", "--rows", "1000000000000"],
        ["construct", "tcr", "x", "--seed", "99999999999999999999"],
        ["construct", "handoff", "x", "--tested", "99999999999999999999"],
    ],
)
def test_a_number_without_bounds_is_refused(command: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([*command, "--out", "nowhere/never"])
    assert left.value.code == 2
    assert "should be less than or equal to" in capfd.readouterr().err


def test_a_column_of_alleles_that_stands_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "h.txt").write_text("hla\thla\nA*02:01\tB*07:02\n")
    with pytest.raises(StudyError, match="line 1: a column stands there twice; value: hla"):
        read_hla(tmp_path / "h.txt")


@pytest.mark.parametrize(
    ("header", "row", "words"),
    [
        ("count", "1000000000000", "count: out of range; value: 1000000000000; allowed: 0 to 100000"),
        ("positive,total", "5,1000000000000", "total: out of range"),
    ],
)
def test_no_well_holds_a_million_million_spots(tmp_path: Path, header: str, row: str, words: str) -> None:
    path = tmp_path / "p.csv"
    path.write_text(f"well,effector,stimulus,readout,kind,{header}\nA1,T,,S,none,{row}\n")
    with pytest.raises(StudyError) as caught:
        read_wells(path)
    assert words in str(caught.value)


def test_the_target_of_an_offtarget_search_is_a_peptide(tmp_path: Path) -> None:
    request = OfftargetRequest("E.DPI...Y", Path("absent"), tmp_path / "out", target="EVDPIGHLX")
    with pytest.raises(StudyError, match="--target: not a peptide; value: EVDPIGHLX"):
        write_offtargets(request)
