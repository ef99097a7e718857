"""Files of the screen: what is written, and what is refused with its line."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adoptive.antigen.discovered import Hit, Neoantigen
from adoptive.antigen.screen_types import TandemRules
from adoptive.construct.bases import ConstructError, translate
from adoptive.errors import StudyError
from adoptive.workbench.cli.antigen import antigen
from adoptive.workbench.discover.minigenes import MinigeneRequest, write_minigenes
from adoptive.workbench.discover.plate import read_pools, read_wells
from adoptive.workbench.discover.screen import ScreenRequest, write_screen
from adoptive.workbench.discover.tables import read_nouns, write_nouns

HEAD = "well,effector,stimulus,readout,kind,count,peptide_m"
POOLS = "pool,antigen,axis\nR1,X:A1B,row\nR1,Y:A1B,row\nC1,X:A1B,column\nC2,Y:A1B,column\n"
GOOD = [
    "A1,F1,,ELISPOT,none,4,", "A2,F1,,ELISPOT,none,5,", "A3,F1,,ELISPOT,none,6,",
    "B1,F1,R1,ELISPOT,mutant,55,", "B2,F1,R1,ELISPOT,mutant,61,", "B3,F1,C1,ELISPOT,mutant,48,",
    "B4,F1,C1,ELISPOT,mutant,66,", "B5,F1,C2,ELISPOT,mutant,5,", "B6,F1,C2,ELISPOT,mutant,3,",
    "C1,F1,OKT3,ELISPOT,positive control,TNTC,",
]  # fmt: skip
CODON = dict(zip("ACDEFGHIKLMNPQRSTVWY*", (
    "GCC TGC GAC GAG TTC GGC CAC ATC AAG CTG ATG AAC CCC CAG CGG AGC ACC GTG TGG TAC TGA"
).split(), strict=True))  # fmt: skip


def codons(protein: str, *, seed: int = 0) -> str:
    return "".join(CODON[letter] for letter in protein)


def written(folder: Path, lines: list[str], head: str = HEAD) -> Path:
    place = folder / "plate.csv"
    place.write_text("\n".join([head, *lines]) + "\n", "utf-8")
    return place


@pytest.fixture
def pools(tmp_path: Path) -> Path:
    place = tmp_path / "pools.csv"
    place.write_text(POOLS, "utf-8")
    return place


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("D1,F1,R9,ELISPOT,mutant,4,", "line 12, stimulus: neither a pool nor an antigen"),
        ("D1,F1,R1,ELISPOT,mutant,-4,", "line 12, count: out of range"),
        ("D1,F1,R1,ELISPOT,mutant,4.5,", "line 12, count: not a whole number"),
        ("D1,F1,R1,ELISPOT,mutant,many,", "line 12, count: not a number"),
        ("D1,F1,R1,ELISPOT,mutant,TNTC,", "line 12, count: too many spots to count"),
        ("D1,F1,R1,ELISPOT,mutant,,", "line 12, count: give either spots or positive cells"),
        ("D1,F1,R1,ELISPOT,negative,4,", "line 12, kind: no such kind"),
        ("D1,F1,R1,ELISPOT,wild type,4,", "line 12, kind: a pool of mutated peptides"),
        ("D1,F1,X:A1B,ELISPOT,mutant,4,-1e-9", "line 12, peptide_m: out of range"),
        ("A1,F1,R1,ELISPOT,mutant,4,", "line 12, well: this well has this readout in line 2 already"),
        ("D1,F2,R1,ELISPOT,mutant,4,", "line 12, effector: this effector has no wells without antigen"),
        ("D1,F1,R1,ELISPOT,mutant,4", "line 12: another number of cells"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, pools: Path, line: str, said: str) -> None:
    known, _ = read_pools(pools)
    with pytest.raises(StudyError) as raised:
        read_wells(written(tmp_path, [*GOOD, line]), known)
    assert said in str(raised.value)


def test_all_mistakes_are_said_at_once(tmp_path: Path, pools: Path) -> None:
    lines = [*GOOD, "D1,F1,R9,ELISPOT,mutant,4,", "D2,F1,R1,ELISPOT,mutant,-1,"]
    with pytest.raises(StudyError) as raised:
        read_wells(written(tmp_path, lines), read_pools(pools)[0])
    assert "line 12" in str(raised.value)
    assert "line 13" in str(raised.value)


@pytest.mark.parametrize(
    ("head", "line", "said"),
    [
        (HEAD.replace("effector", "clone"), "A1,F1,,ELISPOT,none,4,", "a column is missing"),
        ("A1,F1,,ELISPOT,none,4,", "A2,F1,,ELISPOT,none,4,", "no line of column names"),
        (HEAD.replace("count", "positive") + ",total", "A1,F1,,4-1BB,none,40,,30", "more positive cells than cells"),
        (HEAD.replace("count", "positive") + ",total", "A1,F1,,4-1BB,none,40,,", "total: this cell is empty"),
        (HEAD.replace("count", "positive"), "A1,F1,,4-1BB,none,40,", "total: the column is missing"),
        (HEAD + ",hla", "A1,F1,,ELISPOT,none,4,,HLA-Q*99:99", "hla"),
    ],
)
def test_a_bad_table_is_named(tmp_path: Path, head: str, line: str, said: str) -> None:
    with pytest.raises(StudyError) as raised:
        read_wells(written(tmp_path, [line], head))
    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("R1,X,row\nR1,X,row\n", "line 3, antigen: stands in this pool already, line 2"),
        ("R1,X,row\nR2,X,row\n", "line 3, antigen: stands in a row pool already, line 2"),
        ("R1,X,row\nR1,Y,column\n", "line 3, axis: this pool has another axis"),
        ("R1,X,diagonal\n", "line 2, axis: no such axis"),
        ("X,X,row\nX,Y,row\n", "a pool is named like an antigen"),
    ],
)
def test_bad_pools_are_named(tmp_path: Path, lines: str, said: str) -> None:
    place = tmp_path / "pools.csv"
    place.write_text("pool,antigen,axis\n" + lines, "utf-8")
    with pytest.raises(StudyError) as raised:
        read_pools(place)
    assert said in str(raised.value)


def test_the_command_writes_its_tables_once(tmp_path: Path, pools: Path) -> None:
    place, out = written(tmp_path, GOOD), tmp_path / "out"
    asked = ["screen", str(place), "--pools", str(pools), "--out", str(out), "--json"]
    done = CliRunner().invoke(antigen, asked)
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert [(one["effector"], one["antigen"]) for one in said["hits"]] == [("F1", "X:A1B")]
    (row,) = [one for one in read_nouns(out / "hits.tsv", Hit, what="hits") if one.hit]
    assert (row.antigen, row.stimuli) == ("X:A1B", ("C1", "R1"))
    assert row.source.startswith("plate.csv:2,3,4,7,8 #")
    assert {one.name for one in out.iterdir()} == {
        "hits.tsv", "pools.tsv", "explanations.tsv", "titrations.tsv", "summary.json", "provenance.json",
    }  # fmt: skip
    again = CliRunner().invoke(antigen, asked)
    assert isinstance(again.exception, StudyError)
    assert "exists already" in str(again.exception)


def test_a_failed_control_gives_exit_code_one(tmp_path: Path, pools: Path) -> None:
    lines = [*GOOD[:-1], "C1,F1,OKT3,ELISPOT,positive control,5,", "C2,F1,OKT3,ELISPOT,positive control,4,"]
    asked = ["screen", str(written(tmp_path, lines)), "--pools", str(pools), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(antigen, asked)
    assert done.exit_code == 1
    assert "Positive control did not respond: F1, ELISPOT" in done.stdout
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["verdict"] == "fail"


def neoantigens(folder: Path, windows: list[str]) -> Path:
    rows = [
        Neoantigen(
            id=f"G{k}:A1B", gene=f"G{k}", aa_change="A1B", window=window,
            wild_type_window=window[:12] + ("A" if window[12] != "A" else "C") + window[13:], mutated_at=13,
            peptide=window[8:17], wild_type="", hla="HLA-A*02:01", ic50_nm=20.0, wild_type_ic50_nm=None,
            rank_percent=0.1, predictor="smmpmbec", tpm=None, rna_vaf=None, dna_vaf=None, ccf=None, agretopicity=None,
            anchor=False, presented_by=(), hla_lost=None, tier="Pass" if k else "Poor", source="",
        )
        for k, window in enumerate(windows)
    ]  # fmt: skip
    write_nouns(folder / "neoantigens.tsv", rows, Neoantigen)
    (folder / "hla.txt").write_text("HLA-A*02:01\nHLA-C*08:02\n", "utf-8")
    return folder / "neoantigens.tsv"


WINDOWS = [
    "MTDKLTSLRQYTVWDEESGNPHRKA", "KDEGSTRNHPQAWYGKDSEETRNGS", "QNGSDTEEKPRHWKSGDNQETPSRG", "EEDGSNTQKRPHYWGSDKETNQRPS",
]  # fmt: skip


def test_the_order_sheet_holds_every_window(tmp_path: Path) -> None:
    out = tmp_path / "out"
    request = MinigeneRequest(neoantigens(tmp_path, WINDOWS), tmp_path / "hla.txt", out, TandemRules(per_tandem=2))
    made, summary = write_minigenes(request, codons=codons)
    assert summary["verdict"] == ("pass" if made.passed else "fail")
    records = (out / "tmg.fasta").read_text().split(">")[1:]
    sequences = {one.split()[0]: "".join(one.splitlines()[1:]) for one in records}
    proteins = [translate(sequences[f"TMG{k}_nt"]) for k in (1, 2)]
    assert [protein[:-1] for protein in proteins] == [sequences[f"TMG{k}_protein"] for k in (1, 2)]
    assert all(protein.startswith("M") and protein.endswith("*") for protein in proteins)
    assert all(sum(window in protein for protein in proteins) == 1 for window in WINDOWS)
    rows = list(csv.DictReader((out / "pools.csv").open()))
    peptides = {row["well"]: row for row in csv.DictReader((out / "peptides.csv").open())}
    for row in rows:
        for well in filter(None, row["peptide_wells"].split(";")):
            assert (peptides[well]["antigen"], peptides[well]["kind"]) == (row["antigen"], "mutant")
    assert {row.axis for row in read_pools(out / "pools.csv")[0]} == {"row", "column", "tandem"}


def test_what_was_ordered_can_be_screened(tmp_path: Path) -> None:
    out = tmp_path / "order"
    request = MinigeneRequest(neoantigens(tmp_path, WINDOWS), tmp_path / "hla.txt", out)
    made, _ = write_minigenes(request, codons=codons)
    lines = [f"A{k},F1,,ELISPOT,none,{4 + k}," for k in range(1, 5)]
    for place, pool in enumerate(made.pools):
        seen = "G2:A1B" in pool.antigens
        lines += [f"B{place}.{k},F1,{pool.name},ELISPOT,mutant,{60 if seen else 5}," for k in range(3)]
    found, _ = write_screen(ScreenRequest(written(tmp_path, lines), tmp_path / "out", out / "pools.csv"))
    assert [one.antigen for one in found.hits if one.hit] == ["G2:A1B"]


def test_no_codons_is_an_honest_failure(tmp_path: Path) -> None:
    def none(protein: str, *, seed: int = 0) -> str:
        raise ConstructError("no codons meet the rules", where="bases")

    request = MinigeneRequest(neoantigens(tmp_path, WINDOWS[:2]), tmp_path / "hla.txt", tmp_path / "out")
    made, summary = write_minigenes(request, codons=none)
    assert (made.passed, summary["verdict"]) == (False, "fail")
    assert "no codons" in summary["reason"]
    assert "_nt" not in (tmp_path / "out" / "tmg.fasta").read_text()


def test_refused_junctions_are_written_with_the_verdict(tmp_path: Path) -> None:
    rules = TandemRules(threshold_nm=50_000.0, rank_percent=100.0)
    request = MinigeneRequest(neoantigens(tmp_path, WINDOWS), tmp_path / "hla.txt", tmp_path / "out", rules)
    made, summary = write_minigenes(request, codons=codons)
    assert not made.passed
    assert summary["junction_peptides_refused"] > 0
    assert "NOT READY TO ORDER" in (tmp_path / "out" / "tmg.fasta").read_text()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("MTDKLTSLRQYTVWDEESGNPHRKA", "MTDKLTSLRQYTVWDEESGNPHRKB"), "line 2, window: not the letters of amino acids"),
        (("MTDKLTSLRQYTVWDEESGNPHRKA", "MTDKLTSLR"), "line 2, window: too short for a minigene"),
        (("\t13\t", "\t99\t"), "line 2, mutated_at: out of range"),
    ],
)
def test_bad_neoantigens_are_named(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    place = neoantigens(tmp_path, WINDOWS)
    place.write_text(place.read_text().replace(*change, 1), "utf-8")
    with pytest.raises(StudyError) as raised:
        write_minigenes(MinigeneRequest(place, tmp_path / "hla.txt", tmp_path / "out"), codons=codons)
    assert said in str(raised.value)
    assert not (tmp_path / "out").exists()


def test_alleles_without_a_matrix_are_refused(tmp_path: Path) -> None:
    place = neoantigens(tmp_path, WINDOWS)
    (tmp_path / "hla.txt").write_text("HLA-C*08:01\n", "utf-8")
    with pytest.raises(StudyError, match="no allele of the patient has a matrix"):
        write_minigenes(MinigeneRequest(place, tmp_path / "hla.txt", tmp_path / "out"), codons=codons)


@pytest.mark.slow
def test_the_command_with_true_codons(tmp_path: Path) -> None:
    place, out = neoantigens(tmp_path, WINDOWS), tmp_path / "out"
    done = CliRunner().invoke(
        antigen, ["minigenes", str(place), "--hla", str(tmp_path / "hla.txt"), "--tier", "Pass", "--out", str(out)]
    )
    said = json.loads((out / "summary.json").read_text())
    assert done.exit_code == (0 if said["verdict"] == "pass" else 1), done.output
    records = (out / "tmg.fasta").read_text().split(">")[1:]
    sequences = {one.split()[0]: "".join(one.splitlines()[1:]) for one in records}
    assert translate(sequences["TMG1_nt"]) == sequences["TMG1_protein"] + "*"
    assert said["neoantigens"] == 3
