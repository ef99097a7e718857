"""Windows, peptides, clonality and tiers whose answers are known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from adoptive.antigen.candidates import Reads, Variant
from adoptive.antigen.clonality import cell_fraction
from adoptive.antigen.discovered import Allele, Neoantigen
from adoptive.antigen.epitopes import Score
from adoptive.antigen.known_answers import RAS
from adoptive.antigen.mutations import ChangeError, change_name, change_protein, cut_peptides, cut_window
from adoptive.antigen.neoantigens import Found, find_neoantigens
from adoptive.antigen.tiers import NEO_TIERS, Settings, Standing, tier_of
from adoptive.errors import StudyError

MADE = "MKLAAVWERTYIPSDFGHKLCVNMQQWERTYIPASDFGHKLMNVCQWERTYIPA"
C0802 = (Allele("HLA-C*08:02"),)


def ras(**reads: float) -> Variant:
    return Variant("KRAS", RAS, 12, "G", "D", Reads(**reads), source="v.tsv:2")


def only(found: Found) -> Neoantigen:
    (one,) = found.neoantigens
    return one


@pytest.mark.parametrize(
    ("position", "ref", "alt", "window", "wild", "at"),
    [
        (12, "G", "D", "MTEYKLVVVGADGVGKSALTIQLI", "MTEYKLVVVGAGGVGKSALTIQLI", 12),
        (12, "GG", "DV", "MTEYKLVVVGADVVGKSALTIQLIQ", "MTEYKLVVVGAGGVGKSALTIQLIQ", 12),
        (1, "M", "L", "LTEYKLVVVGAGG", "MTEYKLVVVGAGG", 1),
        (12, "G", "GDE", "MTEYKLVVVGAGDEGVGKSALTIQLI", "MTEYKLVVVGAGGVGKSALTIQLI", 13),
        (12, "-", "DE", "MTEYKLVVVGAGDEGVGKSALTIQLI", "MTEYKLVVVGAGGVGKSALTIQLI", 13),
        (14, "VGK", "-", "TEYKLVVVGAGGSALTIQLIQNHF", "TEYKLVVVGAGGVGKSALTIQLIQNHF", 13),
        (14, "VGK", "V", "EYKLVVVGAGGVSALTIQLIQNHF", "EYKLVVVGAGGVGKSALTIQLIQNHF", 13),
        (61, "Q", "fsWPR*", "ETCLLDILDTAGWPR", "", 13),
    ],
)
def test_windows(position: int, ref: str, alt: str, window: str, wild: str, at: int) -> None:
    found = cut_window(change_protein(RAS, position, ref, alt))
    assert (found.window, found.wild_type_window, found.mutated_at) == (window, wild, at)


def test_peptides_of_a_missense_are_all_windows_and_their_counterparts() -> None:
    pairs = cut_peptides(change_protein(RAS, 12, "G", "D"))
    assert [sum(len(pair.peptide) == length for pair in pairs) for length in (8, 9, 10, 11)] == [8, 9, 10, 11]
    assert all(
        pair.peptide[pair.mutated[0] - 1] == "D" and pair.wild_type[pair.mutated[0] - 1] == "G" for pair in pairs
    )
    assert all(pair.wild_type in RAS for pair in pairs)


def test_peptides_near_the_end_are_fewer() -> None:
    last = cut_peptides(change_protein(RAS, len(RAS), RAS[-1], "W"), (9,))
    assert [pair.peptide for pair in last] == [RAS[-9:-1] + "W"]


def test_a_junction_is_spanned_and_an_insertion_has_a_counterpart() -> None:
    lost = cut_peptides(change_protein(RAS, 14, "VGK", "-"), (9,))
    assert len(lost) == 8
    assert all(pair.peptide not in RAS and "GS" in pair.peptide for pair in lost)
    assert all(pair.mutated == () for pair in lost)
    gained = cut_peptides(change_protein(RAS, 12, "-", "DE"), (9,))
    assert len(gained) == 10
    assert {pair.wild_type in RAS for pair in gained if pair.wild_type} == {True}
    by_peptide = {pair.peptide: pair.wild_type for pair in gained}
    assert by_peptide["KLVVVGAGD"] == "KLVVVGAGG"
    assert by_peptide["EGVGKSALT"] == "GGVGKSALT"


def test_a_lost_frame_has_a_tail_and_no_counterpart() -> None:
    changed = change_protein(MADE, 41, "L", "fsWWLPRRKLAV*")
    assert changed.mutant.endswith("FGHKWWLPRRKLAV")
    assert {pair.wild_type for pair in cut_peptides(changed)} == {""}
    assert len(cut_peptides(changed, (9,))) == 10


@pytest.mark.parametrize(
    ("position", "ref", "alt", "words"),
    [
        (12, "A", "D", "another residue there; value: A given, G there"),
        (63, "Q", "D", "none there"),
        (12, "G", "G", "no new peptide"),
        (60, "GQW", "-", "another residue"),
        (61, "QE", "-", "no new peptide"),
        (1, "MT", "-", "no new peptide"),
        (12, "G", "fs*", "no new peptide"),
    ],
)
def test_changes_that_do_not_fit_are_refused(position: int, ref: str, alt: str, words: str) -> None:
    with pytest.raises(ChangeError) as problem:
        change_protein(RAS, position, ref, alt)
    assert words in str(problem.value)


def test_changes_are_named_as_people_name_them() -> None:
    assert change_name(12, "G", "D") == "G12D"
    assert change_name(12, "G", "-") == "G12del"
    assert change_name(767, "-", "ASV") == "767insASV"
    assert change_name(662, "VDR", "V") == "VDR662V"


@pytest.mark.parametrize(
    ("vaf", "purity", "copies", "multiplicity", "ccf", "used"),
    [
        (0.5, 1.0, 2.0, None, 1.0, 1.0),
        (0.25, 1.0, 2.0, None, 0.5, 1.0),
        (0.35, 0.7, 2.0, None, 1.0, 1.0),
        (0.2, 0.8, 4.0, 2.0, 0.45, 2.0),  # 0.2 (0.8 x 4 + 2 x 0.2) / (0.8 x 2)
        (0.9, 1.0, 2.0, None, 0.9 * 2 / 1, 1.0),
        (0.75, 1.0, 4.0, None, 1.0, 3.0),
        (0.0, 0.5, 2.0, None, 0.0, 1.0),
    ],
)
def test_cell_fractions(
    vaf: float, purity: float, copies: float, multiplicity: float | None, ccf: float, used: float
) -> None:
    found = cell_fraction(vaf, purity, copies, multiplicity)
    assert found.uncapped == pytest.approx(ccf)
    assert found.ccf == pytest.approx(min(ccf, 1.0))
    assert (found.multiplicity, found.capped) == (used, ccf > 1.0)


@pytest.mark.parametrize(("vaf", "purity"), [(1.2, 0.5), (-0.1, 0.5), (0.5, 0.0), (0.5, 1.1), (float("nan"), 0.5)])
def test_cell_fractions_of_nonsense_are_refused(vaf: float, purity: float) -> None:
    with pytest.raises(StudyError, match="not a fraction"):
        cell_fraction(vaf, purity)


def test_kras_on_its_alleles() -> None:
    alleles = [Allele("HLA-C*08:02"), Allele("HLA-A*11:01"), Allele("HLA-B*07:50")]
    found = find_neoantigens([ras(dna_vaf=0.35, rna_vaf=0.4, tpm=30.0)], alleles, purity=0.7)
    one = only(found)
    assert (one.id, one.tier, one.peptide, one.hla) == ("KRAS:G12D", "Pass", "GADGVGKSA", "HLA-C*08:02")
    assert (one.ccf, one.presented_by) == (1.0, ("HLA-A*11:01", "HLA-C*08:02"))
    assert one.agretopicity == pytest.approx(841.4 / 71.45, rel=1e-3)
    assert found.not_scored == ("HLA-B*07:50",)
    assert one.notes == ("two copies assumed",)
    assert len(found.epitopes) == 9 + 38


def test_nothing_measured_is_no_strike_and_is_said() -> None:
    one = only(find_neoantigens([ras()], C0802))
    assert (one.tier, one.ccf, one.tpm) == ("Pass", None, None)
    assert one.notes == ("expression not known", "clonality not known")


@pytest.mark.parametrize(
    ("reads", "lost", "tier"),
    [
        ({"tpm": 0.0}, None, "NoExpr"),
        ({"tpm": 30.0, "rna_vaf": 0.0}, None, "NoExpr"),
        ({"tpm": 2.0, "rna_vaf": 0.5}, None, "LowExpr"),
        ({"tpm": 0.9}, None, "LowExpr"),
        ({"tpm": 9.0, "rna_vaf": 0.5, "dna_vaf": 0.1}, None, "Subclonal"),
        ({"tpm": 9.0, "rna_vaf": 0.5, "dna_vaf": 0.1}, 0.9, "Poor"),
        ({"tpm": 9.0, "rna_vaf": 0.5, "dna_vaf": 0.4}, 0.9, "HLALost"),
        ({"tpm": 9.0, "rna_vaf": 0.5, "dna_vaf": 0.4}, 0.5, "Pass"),
    ],
)
def test_tiers(reads: dict[str, float], lost: float | None, tier: str) -> None:
    one = only(find_neoantigens([ras(**reads)], [Allele("HLA-C*08:02", 1, lost)], purity=0.8))
    assert (one.tier, one.hla_lost) == (tier, lost)


def test_a_kept_allele_is_preferred_to_a_lost_one() -> None:
    alleles = [Allele("HLA-C*08:02", 1, 0.9), Allele("HLA-A*11:01", 2, 0.0)]
    one = only(find_neoantigens([ras(tpm=30.0, rna_vaf=0.5)], alleles))
    assert (one.hla, one.peptide, one.tier) == ("HLA-A*11:01", "VVVGADGVGK", "Pass")
    assert one.presented_by == ("HLA-A*11:01", "HLA-C*08:02")


def test_of_two_equal_copies_both_must_go() -> None:
    alleles = [Allele("HLA-C*08:02", 1, 0.9), Allele("HLA-C*08:02", 2, 0.1)]
    assert only(find_neoantigens([ras()], alleles)).hla_lost == 0.1


def test_an_anchor_whose_wild_type_binds_shows_self() -> None:
    """V to L at the end of an A*02:01 binder: both bind, a receptor sees what it sees on the healthy cell."""
    protein = "MDDDDDDDDDSLLMWITQVDDDDDDDDD"
    variant = Variant("MADE", protein, 19, "V", "L", Reads(tpm=50.0))
    found = find_neoantigens([variant], [Allele("HLA-A*02:01")], settings=Settings(lengths=(9,)))
    one = only(found)
    assert (one.peptide, one.wild_type, one.anchor, one.tier) == ("SLLMWITQL", "SLLMWITQV", True, "Anchor")
    new = Variant("MADE", protein.replace("SLLMWITQV", "SLLMWITQD"), 19, "D", "V", Reads(tpm=50.0))
    one = only(find_neoantigens([new], [Allele("HLA-A*02:01")], settings=Settings(lengths=(9,))))
    assert (one.peptide, one.anchor, one.tier) == ("SLLMWITQV", True, "Pass")
    assert one.wild_type_ic50_nm is not None
    assert one.wild_type_ic50_nm > 500


def test_what_stands_in_the_proteome_is_self() -> None:
    found = find_neoantigens([ras()], C0802, proteome=["AAAAGADGVGKSAAAAA"])
    assert only(found).peptide != "GADGVGKSA"
    assert [one.peptide for one in found.epitopes if one.in_proteome] == ["GADGVGKSA"]
    assert "self, left out: GADGVGKSA" in only(found).notes


def test_imported_binding_goes_before_a_matrix_and_is_compared_with_its_own() -> None:
    scores = {
        ("HLA-C*08:02", "VVVGADGVG"): Score(5.0, 0.1, "MHCflurry"),
        ("HLA-B*07:50", "GADGVGKSAL"): Score(None, 0.5, "MixMHCpred"),
    }
    alleles = [*C0802, Allele("HLA-B*07:50")]
    found = find_neoantigens([ras()], alleles, imported=scores)
    one = only(found)
    assert (one.peptide, one.predictor, one.wild_type_ic50_nm, one.agretopicity) == (
        "VVVGADGVG",
        "MHCflurry",
        None,
        None,
    )
    assert one.presented_by == ("HLA-B*07:50", "HLA-C*08:02")
    alone = only(find_neoantigens([ras()], alleles, imported=scores, predictor=""))
    assert alone.presented_by == one.presented_by
    assert found.not_scored == ()


def test_a_wild_type_of_another_predictor_is_no_comparison() -> None:
    scores = {("HLA-C*08:02", "GADGVGKSA"): Score(5.0, 0.1, "MHCflurry")}
    for predictor, ratio in (("MHCflurry", 100.0), ("NetMHCpan", None)):
        given = {**scores, ("HLA-C*08:02", "GAGGVGKSA"): Score(500.0, 5.0, predictor)}
        assert only(find_neoantigens([ras()], C0802, imported=given, predictor="")).agretopicity == ratio


def test_one_id_twice_is_refused() -> None:
    with pytest.raises(StudyError, match="two variants have one id"):
        find_neoantigens([ras(), replace(ras(), source="v.tsv:3")], C0802)


def test_tiers_count_strikes() -> None:
    good = Standing(True, False, False, True, False, True)
    assert tier_of(good) == "Pass"
    strikes = {
        "Poor": {"binds": False}, "Anchor": {"sees_self": True}, "HLALost": {"lost": True},
        "LowExpr": {"expressed": False}, "Subclonal": {"clonal": False}, "NoExpr": {"silent": True},
    }  # fmt: skip
    assert {tier: tier_of(replace(good, **one)) for tier, one in strikes.items()} == {tier: tier for tier in strikes}
    assert {*strikes, "Pass"} == set(NEO_TIERS)
    assert tier_of(replace(good, lost=True, clonal=False)) == "Poor"
