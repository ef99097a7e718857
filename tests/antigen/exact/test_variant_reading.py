"""What users give: each layout that is read, each mistake with its line, and nothing half written."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from adoptive.antigen.discovered import Allele, Neoantigen
from adoptive.antigen.known_answers import RAS
from adoptive.errors import StudyError
from adoptive.workbench.discover.hla import NotAnAllele, read_hla, standard_allele
from adoptive.workbench.discover.neoantigens import NeoantigenRequest, write_neoantigens
from adoptive.workbench.discover.offtarget import OfftargetRequest, read_motif, write_offtargets
from adoptive.workbench.discover.tables import read_nouns
from adoptive.workbench.discover.variants.predicted import read_binding
from adoptive.workbench.discover.variants.proteins import read_proteins

HEADER = "gene\tposition\tref\talt\tdna_vaf\trna_vaf\ttpm\tcopies"
KRAS = "KRAS\t12\tG\tD\t0.35\t0.4\t30\t2"
FASTA = f">sp|P01116|RASK_HUMAN KRas GN=KRAS\n{RAS}\n>MADE1 made up\nMKLAAVWERTYIPSDFGHKL\nCVNMQQWERTYIPA*\n"

Files = Callable[..., NeoantigenRequest]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    def write(
        rows: str = KRAS, *, header: str = HEADER, hla: str = "C0802\nA*11:01\n", fasta: str = FASTA
    ) -> NeoantigenRequest:
        for name, text in (("v.tsv", f"{header}\n{rows}\n"), ("hla.txt", hla), ("p.fasta", fasta)):
            (tmp_path / name).write_text(text, "utf-8")
        return NeoantigenRequest(
            tmp_path / "v.tsv", tmp_path / "hla.txt", tmp_path / "out", tmp_path / "p.fasta", purity=0.7
        )

    return write


def refused(request: NeoantigenRequest) -> str:
    with pytest.raises(StudyError) as problem:
        write_neoantigens(request)
    assert not request.out.exists()
    assert not [one for one in request.out.parent.iterdir() if one.name.startswith(".")]
    return str(problem.value)


def test_the_tables_are_written_and_read_again(files: Files) -> None:
    request = files(KRAS + "\nMADE1\t31\tYIP\t-\t0.2\t\t\t")
    found, summary = write_neoantigens(request)
    assert sorted(path.name for path in request.out.iterdir()) == [
        "epitopes.tsv", "hla.tsv", "neoantigens.tsv", "provenance.json", "summary.json",
    ]  # fmt: skip
    rows = read_nouns(request.out / "neoantigens.tsv", Neoantigen, what="neoantigens")
    assert [one.id for one in rows] == ["KRAS:G12D", "MADE1:Y31_P33del"]
    kras = rows[0]
    assert (kras.peptide, kras.window, kras.mutated_at) == ("GADGVGKSA", "MTEYKLVVVGADGVGKSALTIQLI", 12)
    assert kras.source.startswith("v.tsv:2 #")
    assert found.neoantigens[0].presented_by == kras.presented_by
    assert read_nouns(request.out / "hla.tsv", Allele, what="HLA") == (Allele("HLA-C*08:02"), Allele("HLA-A*11:01"))
    assert read_hla(request.out / "hla.tsv")[0] == (Allele("HLA-C*08:02"), Allele("HLA-A*11:01"))
    origin = json.loads((request.out / "provenance.json").read_text())
    assert [one["file"] for one in origin["inputs"]] == ["v.tsv", "p.fasta", "hla.txt"]
    assert summary["alleles_not_scored"] == []
    with pytest.raises(StudyError, match="this exists already"):
        write_neoantigens(request)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("KRAS\t12\tA\tD\t\t\t\t", "line 2, ref: the protein has another residue there; value: A given, G there"),
        ("KRAS\t1200\tA\tD\t\t\t\t", "line 2, ref: the protein has another residue there; value: A given, none there"),
        ("KRAS\t12\tG\tB\t\t\t\t", "line 2, alt: not residues; value: B"),
        ("KRAS\t12\tG\td\t\t\t\t", "line 2, alt: not residues; value: d"),
        ("KRAS\t12\tG\t*\t\t\t\t", "line 2, alt: not residues"),
        ("KRAS\t12\tG\tG\t\t\t\t", "line 2, ref: this change makes no new peptide"),
        ("KRAS\t12.5\tG\tD\t\t\t\t", "line 2, position: not a whole number"),
        ("KRAS\t0\tG\tD\t\t\t\t", "line 2, position: out of range"),
        ("KRAS\t\tG\tD\t\t\t\t", "line 2, position: this cell is empty"),
        ("KRAS\t12\tG\tD\t35\t\t\t", "line 2, dna_vaf: out of range; value: 35; allowed: 0 to 1"),
        ("KRAS\t12\tG\tD\t0.3\t0.4\t-1\t", "line 2, tpm: out of range"),
        ("KRAS\t12\tG\tD\t0.3\t0.4\tinf\t", "line 2, tpm: not a number"),
        ("TP53\t12\tG\tD\t\t\t\t", "line 2, gene: no protein of this name in the FASTA file; value: TP53"),
        (f"{KRAS}\n{KRAS}", "line 3, position: this change stands in line 2 already"),
        ("KRAS\t12\tG\tD\t0.3", "line 2: another number of cells than there are columns"),
    ],
)
def test_wrong_rows_are_refused_with_their_line(files: Files, row: str, words: str) -> None:
    assert words in refused(files(row))


def test_all_mistakes_are_said_at_once(files: Files) -> None:
    said = refused(files("KRAS\t12\tA\tD\t2\t\t\t\nKRAS\tx\tG\tD\t\t\t\t\nKRAS\t13\tG\tD\t\t\t\t"))
    assert "2 mistakes" in said
    assert "line 2, dna_vaf" in said
    assert "line 3, position" in said


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (KRAS, "line 1: the variant table has no line of column names"),
        ("gene\tposition\tref", "line 1: a column is missing; value: alt"),
        (HEADER.replace("position", "pos"), "line 1: a column is missing; value: position"),
        (HEADER.replace("copies", "tpm"), "line 1: a column stands there twice; value: tpm"),
    ],
)
def test_wrong_headers_are_refused(files: Files, header: str, words: str) -> None:
    assert words in refused(files(header=header))


@pytest.mark.parametrize(
    ("hla", "words"),
    [
        ("A*02:01\nA*99:99\n", "line 2, hla: no such HLA allele; value: A*99:99"),
        ("A*02:01\n\nDRB1*15:01\n", "line 3, hla: class II"),
        ("# typed\nA*02\n", "line 2, hla: too coarse: binding needs two fields"),
        ("HLA-E*01:01\n", "line 1, hla: not HLA-A, -B or -C"),
        ("A*24:09N\n", "line 1, hla: a null allele is not expressed"),
        ("A*02:01\t3\n", "line 1, haplotype: not a haplotype; value: 3"),
        ("A*02:01\t1\t1.2\n", "line 1, lost_share: not a fraction"),
        ("A*02:01\t1\t0.1\tx\n", "line 1: too many cells"),
        ("A*02:01\nA*03:01\nA*11:01\n", "line 3, hla: more than two alleles of HLA-A"),
        ("A*02:01\t1\nA*03:01\t1\n", "line 2, hla: more than one allele of HLA-A on haplotype 1"),
        ("hla\thaplotype\n", "the HLA list has no alleles"),
        ("B*07:50\n", "nothing can score a peptide on these alleles; value: HLA-B*07:50"),
        (" \n", "the HLA list is empty"),
    ],
)
def test_wrong_alleles_are_refused_with_their_line(files: Files, hla: str, words: str) -> None:
    assert words in refused(files(hla=hla))


def test_lists_of_alleles(tmp_path: Path) -> None:
    path = tmp_path / "hla.txt"
    path.write_text("lost_share,hla,haplotype\n0.4,A1101,2\n,HLA-Cw*08:02,1\n,C*08:02,2\n")
    alleles = (Allele("HLA-A*11:01", 2, 0.4), Allele("HLA-C*08:02", 1), Allele("HLA-C*08:02", 2))
    assert read_hla(path)[0] == alleles


@pytest.mark.parametrize(
    ("given", "name"),
    [("A1101", "HLA-A*11:01"), ("B15101", "HLA-B*15:101"), ("hla_a_02_01_01", "HLA-A*02:01"),
     ("C*08:02:01:01", "HLA-C*08:02"), ("HLA-A02:01", "HLA-A*02:01"), ("A*02:01P", "HLA-A*02:01")],
)  # fmt: skip
def test_names_are_standardised(given: str, name: str) -> None:
    assert standard_allele(given) == name


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(NotAnAllele):
        standard_allele("")


@pytest.mark.parametrize(
    ("fasta", "words"),
    [
        (RAS, "line 1: no FASTA: the first line is no header"),
        (">KRAS\nMTEYKLVVVGA1GVG\n", "line 2: letters that are no amino acids; value: 1"),
        (">KRAS\nMTEY\n>OTHER\n\n", "line 3: a protein without residues"),
        (">KRAS\nMTEY\n>KRAS\nMTEYK\n", "line 3: this name stands in line 1 already"),
        (">KRAS\n" + "ACGTTGCA" * 10 + "\n", "line 1: these are bases"),
        ("> \nMTEY\n", "line 1: a header without a name"),
    ],
)
def test_wrong_proteins_are_refused_with_their_line(files: Files, fasta: str, words: str) -> None:
    assert words in refused(files(fasta=fasta))


def test_proteins_are_found_by_any_name(tmp_path: Path) -> None:
    path = tmp_path / "p.fa.gz"
    path.write_bytes(gzip.compress(
        b">ENSP01.2 pep transcript:ENST00000256078.9 gene_symbol:KRAS\nMTEYK\n"
        b">sp|P01112|RASH_HUMAN x GN=HRAS PE=1\nMTEYR\n>ENSP02 gene_symbol:KRAS\nMTEYW\n>ENSP03 gene_symbol:SAME\nMT\n"
        b">ENSP04 gene_symbol:SAME\nMT\n"
    ))  # fmt: skip
    proteins = read_proteins(path)
    for name, sequence in (("ENST00000256078", "MTEYK"), ("ENST00000256078.9", "MTEYK"), ("HRAS", "MTEYR"),
                           ("P01112", "MTEYR"), ("SAME", "MT")):  # fmt: skip
        assert proteins.find(name) == sequence
    with pytest.raises(LookupError, match="several proteins"):
        proteins.find("KRAS")


MHCFLURRY = (
    "allele,peptide,mhcflurry_affinity,mhcflurry_affinity_percentile,mhcflurry_processing_score,"
    "mhcflurry_presentation_score,mhcflurry_presentation_percentile\nHLA-C0802,GADGVGKSA,120.5,0.4,0.3,0.8,0.25\n"
)
MIXMHCPRED = (
    "####################\n# Output from MixMHCpred (v3.0)\n# made up\n####################\n"
    "Peptide\tScore_bestAllele\tBestAllele\t%Rank_bestAllele\tScore_C0802\t%Rank_C0802\tScore_A1101\t%Rank_A1101\n"
    "GADGVGKSA\t0.2\tC0802\t0.25\t0.2\t0.25\t-0.1\t12.5\n"
)
NETMHCPAN_XLS = (
    "\t\t\tHLA-C08:02\t\t\t\t\t\tHLA-A11:01\t\t\t\t\t\t\t\n"
    "Pos\tPeptide\tID\tcore\ticore\tEL-score\tEL_Rank\tBA-score\tBA_Rank\t"
    "core\ticore\tEL-score\tEL_Rank\tBA-score\tBA_Rank\tAve\tNB\n"
    "9\tGADGVGKSA\tKRAS\tGADGVGKSA\tGADGVGKSA\t0.5\t0.25\t0.557140\t0.3\tGADGVGKSA\tGADGVGKSA\t0.0\t12.5\t0.1\t20\t0.2\t1\n"
)
NETMHCPAN_TEXT = (
    "# NetMHCpan version 4.1b, made up\n\nHLA-C08:02 : Distance to training data 0.000\n\n" + "-" * 90 + "\n"
    " Pos         MHC        Peptide      Core Of Gp Gl Ip Il        Icore        Identity  Score_EL %Rank_EL Score_BA"
    " %Rank_BA  Aff(nM) BindLevel\n" + "-" * 90 + "\n"
    "  10 HLA-C*08:02      GADGVGKSA GADGVGKSA  0  0  0  0  0    GADGVGKSA            KRAS 0.5000000    0.250 0.557140"
    "    0.300   120.50 <= SB\n"
    "  11 HLA-A*11:01      GADGVGKSA GADGVGKSA  0  0  0  0  0    GADGVGKSA            KRAS 0.0000100   12.500 0.100000"
    "   20.000 16946.90\n" + "-" * 90 + "\nProtein KRAS. Allele HLA-C*08:02. Number of high binders 1.\n"
)


@pytest.mark.parametrize(
    ("text", "predictor", "ic50"),
    [
        (MHCFLURRY, "MHCflurry", 120.5),
        (MIXMHCPRED, "MixMHCpred", None),
        (NETMHCPAN_XLS, "NetMHCpan", 120.5),
        (NETMHCPAN_TEXT, "NetMHCpan", 120.5),
    ],
)
def test_other_predictors_are_read(files: Files, tmp_path: Path, text: str, predictor: str, ic50: float | None) -> None:
    path = tmp_path / "binding.out"
    path.write_text(text)
    scores, _ = read_binding(path)
    one = scores["HLA-C*08:02", "GADGVGKSA"]
    assert (one.predictor, one.rank_percent) == (predictor, 0.25)
    assert one.ic50_nm == (None if ic50 is None else pytest.approx(ic50, rel=1e-4))
    if predictor != "MHCflurry":
        assert scores["HLA-A*11:01", "GADGVGKSA"].rank_percent == 12.5
    request = files()
    found, summary = write_neoantigens(NeoantigenRequest(
        request.variants, request.hla, request.out, request.proteins, binding=(path,), predictor="none"
    ))  # fmt: skip
    assert found.neoantigens[0].predictor == predictor
    assert found.neoantigens[0].presented_by == ("HLA-C*08:02",)
    assert summary["predictors"] == [predictor]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (MHCFLURRY.replace("C0802", "C9999"), "line 2: no such HLA allele"),
        (MHCFLURRY.replace("120.5", "strong"), "line 2: not a number of binding; value: strong"),
        (MHCFLURRY.replace(",GADG", ",GA*G"), "line 2: not a peptide"),
        (MHCFLURRY.replace(",0.25\n", "\n"), "line 2: another number of cells"),
        (MHCFLURRY.split("\n")[0] + "\n", "no MHCflurry binding"),
        (MIXMHCPRED.replace("_A1101", "_A9999"), "line 6: no such HLA allele"),
        (NETMHCPAN_XLS.replace("\t12.5\t", "\tx\t"), "line 3: not a number of binding"),
        (NETMHCPAN_XLS[: NETMHCPAN_XLS.index("\tGADGVGKSA\tGADGVGKSA\t0.0")], "line 3: the row ends too early"),
        (NETMHCPAN_TEXT.replace("HLA-A*11:01", "HLA-A*11"), "line 9: too coarse"),
        ("a,b\n1,2\n", "the layout of this binding file is not known"),
    ],
)
def test_wrong_binding_files_are_refused_with_their_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "binding.out"
    path.write_text(text)
    with pytest.raises(StudyError) as problem:
        read_binding(path)
    assert words in str(problem.value)


REPORT = (
    "ID\tC*08:02\tGene\tAA Change\tBest Peptide\tBest Transcript\tAllele\tPos\tIC50 MT\tIC50 WT\t%ile MT\t%ile WT"
    "\tIC50 %ile MT\tRNA Expr\tRNA VAF\tAllele Expr\tRNA Depth\tDNA VAF\tTier\n"
    "chr12-1\t1\tKRAS\tG12D\tGADGVGKSA\tENST01.1\tHLA-C*08:02\t3\t60.5\t900\t0.2\t3\tNA\t30\t0.4\t12\t90\t0.3\tPass\n"
    "chr12-2\t\tKRAS\tG12D\tX\tENST01.1\tX\tNA\tNA\tNA\tNA\tNA\tNA\tNA\tNA\tNA\tNA\t0.2\tPoor\n"
)


def test_a_report_with_proteins_has_its_windows(files: Files) -> None:
    request = files()
    request.variants.write_text(REPORT)
    found, _ = write_neoantigens(request)
    best, none = found.neoantigens
    assert (best.id, best.window, best.ic50_nm) == ("KRAS:G12D@chr12-1", "MTEYKLVVVGADGVGKSALTIQLI", 60.5)
    assert (best.wild_type, best.wild_type_ic50_nm, best.predictor) == ("GAGGVGKSA", 900.0, "pVACseq")
    assert (none.id, none.dna_vaf, none.tpm) == ("KRAS:G12D@chr12-2", 0.2, None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("\tG12D\tGADG", "\tA12D\tGADG"), "line 2, AA Change: the protein has another residue there"),
        (("GADGVGKSA", "GADGVGKSZ"), "line 2, Best Peptide: letters that are no amino acids"),
        (("HLA-C*08:02", "HLA-A*02:01"), "line 2, Allele: not an allele of the patient's list"),
        (("HLA-C*08:02", "DRB1*15:01"), "line 2, Allele: class II"),
        (("\t3\t60.5", "\t13\t60.5"), "line 2, Pos: not places of the best peptide"),
        (("60.5", "strong"), "line 2, IC50 MT: not a number"),
        (("Gene\t", "Gen\t"), "line 1: a column is missing; value: Gene"),
    ],
)
def test_wrong_reports_are_refused_with_their_line(files: Files, change: tuple[str, str], words: str) -> None:
    request = files()
    request.variants.write_text(REPORT.replace(*change))
    assert words in refused(request)


def test_a_huge_file_is_refused(files: Files, tmp_path: Path) -> None:
    request = files()
    with (tmp_path / "huge.tsv").open("wb") as file:
        os.truncate(file.fileno(), 2 * 2**30)
    for which in ("variants", "hla", "proteins"):
        paths = {
            "variants": request.variants,
            "hla": request.hla,
            "proteins": request.proteins,
            which: tmp_path / "huge.tsv",
        }
        said = refused(NeoantigenRequest(paths["variants"], paths["hla"], request.out, paths["proteins"]))  # type: ignore[arg-type]
        assert "is too large; value: 2,147,483,648 bytes" in said


def test_a_vcf_is_refused_with_what_to_give(files: Files) -> None:
    request = files()
    request.variants.write_text("##fileformat=VCFv4.2\n#CHROM\tPOS\n12\t25398284\n")
    assert "a VCF says no change of a protein" in refused(request)


def test_variants_need_proteins_and_alleles(files: Files) -> None:
    request = files()
    assert "needs its proteins" in refused(NeoantigenRequest(request.variants, request.hla, request.out))
    assert "no HLA alleles" in refused(NeoantigenRequest(request.variants, None, request.out, request.proteins))
    unknown = NeoantigenRequest(request.variants, request.hla, request.out, request.proteins, predictor="best")
    assert "no such predictor" in refused(unknown)


def test_offtargets_are_written(files: Files, tmp_path: Path) -> None:
    files()
    (tmp_path / "x.csv").write_text("position,residue,response\n1,E,100\n1,A,1\n3,A,2\n4,A,3\n5,A,0\n9,A,1\n2,A,90\n")
    (tmp_path / "proteome.fa").write_text(">TTN\nAAESDPIVAQYAA\n>MAGEA3\nEVDPIGHLY\n>other\nMKLLL\n")
    motif, _ = read_motif(str(tmp_path / "x.csv"), target="EVDPIGHLY")
    assert str(motif) == "E.DPI...Y"
    request = OfftargetRequest(
        str(tmp_path / "x.csv"), tmp_path / "proteome.fa", tmp_path / "off", "EVDPIGHLY", "A*01:01"
    )  # fmt: skip
    found, summary = write_offtargets(request)
    assert [(one.protein, one.position, one.differences) for one in found] == [("TTN", 3, 4), ("MAGEA3", 1, 0)]
    assert all(one.ic50_nm is not None and one.hla == "HLA-A*01:01" for one in found)
    assert summary["other_than_target"] == 1
    lines = (tmp_path / "off" / "offtargets.tsv").read_text().splitlines()
    assert lines[1].startswith("TTN\t3\tESDPIVAQY\t4\tHLA-A*01:01\t")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("position,residue\n1,A\n", "line 1: a column is missing; value: response"),
        ("position,residue,response\n10,A,1\n", "line 2, position: out of range"),
        ("position,residue,response\n1,E,1\n1,B,1\n", "line 3, residue: not an amino acid"),
        ("position,residue,response\n1,E,-1\n", "line 2, response: out of range"),
    ],
)
def test_wrong_xscans_are_refused_with_their_line(tmp_path: Path, table: str, words: str) -> None:
    (tmp_path / "x.csv").write_text(table)
    with pytest.raises(StudyError) as problem:
        read_motif(str(tmp_path / "x.csv"), target="EVDPIGHLY")
    assert words in str(problem.value)


def test_commands_print_one_document_or_a_table(files: Files, command: Callable[..., object]) -> None:
    request = files()
    said = command("antigen", "neoantigens", request.variants, "--hla", request.hla, "--proteins", request.proteins,
                   "--purity", "0.7", "--out", request.out, "--json")  # fmt: skip
    assert said.code == 0  # type: ignore[attr-defined]
    assert json.loads(said.out)["tiers"]["Pass"] == 1  # type: ignore[attr-defined]
    again = command("antigen", "neoantigens", request.variants, "--hla", request.hla, "--out", request.out)
    assert (again.code, again.out) == (2, "")  # type: ignore[attr-defined]
    table = command(
        "antigen", "offtarget", "G.GGVGK", "--proteome", request.proteins, "--out", request.out.with_name("o")
    )
    assert table.code == 0  # type: ignore[attr-defined]
    assert "GAGGVGK" in table.out  # type: ignore[attr-defined]
