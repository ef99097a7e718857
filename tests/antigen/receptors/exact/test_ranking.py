"""The ranking by hand: tiers, chances, exclusions, losses of HLA, numbers to build."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from receptor_rows import clonotype, hit, neoantigen, receptor

from adoptive.antigen.coverage import Scenario, covered, nested_clones, scenarios
from adoptive.antigen.discovered import Allele, TumourClone
from adoptive.antigen.evidence import Prior, RankingRules
from adoptive.antigen.ranking import rank_receptors
from adoptive.antigen.yields import at_least_one, expected_real, number_to_build
from adoptive.errors import StudyError

KRAS, TP53 = "KRAS:G12D", "TP53:R175H"
C08, A02 = "HLA-C*08:02", "HLA-A*02:01"


@pytest.mark.parametrize(
    ("p", "chance", "number"),
    [(0.5, 0.95, 5), (0.2, 0.95, 14), (0.5, 0.75, 2), (0.9, 0.99, 2), (0.1, 0.19, 2), (0.1, 0.271, 3), (1.0, 1.0, 1),
     (0.3, 0.0, 0), (1e-6, 0.95, 2995731)],
)  # fmt: skip
def test_numbers_to_build(p: float, chance: float, number: int) -> None:
    assert number_to_build(p, chance) == number


def test_the_number_to_build_is_the_smallest_in_exact_fractions() -> None:
    for p in (0.05, 0.2, 0.25, 0.5, 0.75, 0.9):
        for chance in (0.5, 0.75, 0.9, 0.95, 0.99):
            number = number_to_build(p, chance)
            none, wanted = 1 - Fraction(repr(p)), 1 - Fraction(repr(chance))
            assert none**number <= wanted < none ** (number - 1)


@pytest.mark.parametrize(("p", "chance"), [(0.0, 0.95), (-0.1, 0.5), (0.5, 1.0), (1.2, 0.5), (math.nan, 0.5)])
def test_impossible_numbers_are_refused(p: float, chance: float) -> None:
    with pytest.raises(StudyError, match="no number of receptors is enough"):
        number_to_build(p, chance)


def test_expected_yield() -> None:
    assert expected_real([0.5, 0.5, 0.9]) == pytest.approx(1.9)
    assert at_least_one([0.5] * 5) == pytest.approx(1 - 0.5**5)
    assert at_least_one([]) == 0.0


def test_a_single_allele_product_is_lost_at_once() -> None:
    """All on C*08:02, as in the patient of Tran 2016: nothing is left when it is lost."""
    alleles = [Allele(C08, 1), Allele("HLA-C*05:01", 2), Allele(A02, 1), Allele("HLA-A*11:01", 2)]
    found = rank_receptors(
        [clonotype("a"), clonotype("b"), clonotype("c")], hits=[hit(name, KRAS, C08) for name in "abc"],
        neoantigens=[neoantigen(KRAS, 1.0)], alleles=alleles, rules=RankingRules(choose=3),
    )  # fmt: skip
    last = {one.scenario: one.covered for one in found.coverage if one.receptors == 3}
    p = 20 / 21
    assert last["none lost"] == pytest.approx(1 - (1 - p) ** 3)
    assert last["haplotype 1 lost"] == 0.0
    assert last["haplotype 2 lost"] == last["none lost"]
    assert last[f"{C08} lost"] == 0.0
    assert (found.worst_allele, found.left_after_worst_allele, found.least_covered) == (C08, 0.0, 0.0)
    assert found.mean_covered == pytest.approx(2 / 3 * last["none lost"])


def test_the_choice_prefers_another_haplotype_to_a_better_receptor_on_the_same() -> None:
    alleles = [Allele(C08, 1), Allele("HLA-C*05:01", 2), Allele("HLA-A*11:01", 1), Allele(A02, 2)]
    cells = [clonotype("a1"), clonotype("a2"), clonotype("b", cells=1)]
    hits = [hit("a1", KRAS, C08, ec50_m=1e-9), hit("a2", KRAS, C08, ec50_m=2e-9), hit("b", TP53, A02)]
    found = rank_receptors(
        cells, hits=hits, neoantigens=[neoantigen(KRAS, 1.0), neoantigen(TP53, 0.9)], alleles=alleles,
        rules=RankingRules(choose=2),
    )  # fmt: skip
    assert [one.id for one in found.chosen] == ["a1", "b"]
    assert "would add" in next(one.reason for one in found.receptors if one.id == "a2")


def test_the_covered_share_by_hand() -> None:
    clones = (TumourClone("x", 0.5, (KRAS, TP53)), TumourClone("y", 0.3, (KRAS,), (C08,)), TumourClone("z", 0.2, ()))
    found = [receptor("a", KRAS, C08, 0.8), receptor("b", TP53, A02, 0.5)]
    assert covered(clones, found) == pytest.approx(0.5 * (1 - 0.2 * 0.5))
    assert covered(clones, found, Scenario("lost", (C08,))) == pytest.approx(0.5 * 0.5)
    unknown = [receptor("c", "", "", 0.5)]
    assert covered(clones, unknown) == pytest.approx(0.5 * 0.5 * 1.0 + 0.3 * 0.5 * 0.5 * 0.5 + 0.0)
    hit_by_half = Scenario("haplotype 1 lost", (C08,), 1.0, 0.5)
    assert covered(clones, unknown, hit_by_half) == pytest.approx(0.5 * 0.5 * 0.5 + 0.3 * 0.5 * 0.5 * 0.5)


def test_homozygous_alleles_are_not_lost_by_one_haplotype() -> None:
    phased = scenarios([Allele(C08, 1), Allele(C08, 2), Allele(A02, 1), Allele("HLA-A*11:01", 2)])
    assert [one.lost for one in phased] == [(), (A02,), ("HLA-A*11:01",)]
    unphased = scenarios([Allele(C08), Allele(C08), Allele(A02), Allele("HLA-A*11:01")])
    assert {one.lost for one in unphased} == {(), (A02,), ("HLA-A*11:01",)}


def test_the_second_haplotype_of_a_pair_follows_from_the_first() -> None:
    found = scenarios([Allele(C08, 1), Allele("HLA-C*05:01")])
    assert [one.lost for one in found] == [(), (C08,), ("HLA-C*05:01",)]


def test_phase_not_known_gives_every_choice_of_one_allele_per_gene() -> None:
    names = [A02, "HLA-A*11:01", "HLA-B*07:02", "HLA-B*44:03", "HLA-C*07:02", C08]
    found = scenarios([Allele(name) for name in names])
    expected = {tuple(sorted((a, b, c))) for a in names[:2] for b in names[2:4] for c in names[4:]}
    assert {one.lost for one in found[1:]} == expected
    assert len(found) == 9


@pytest.mark.parametrize("alleles", [[Allele(C08, 1), Allele("HLA-C*05:01", 1)], [Allele(C08)] * 3])
def test_more_alleles_than_chromosomes_are_refused(alleles: list[Allele]) -> None:
    with pytest.raises(StudyError, match="HLA-C: more alleles than chromosomes"):
        scenarios(alleles)


def test_nested_clones_by_hand() -> None:
    known = [neoantigen("a", 1.0), neoantigen("b", 0.6), neoantigen("c", 0.6), neoantigen("d", 0.25)]
    found = nested_clones(known, [Allele(C08, 1, 0.25)])
    assert [(one.share, one.antigens, one.hla_lost) for one in found] == [
        (pytest.approx(0.4), ("a",), ()),
        (pytest.approx(0.35), ("a", "b", "c"), ()),
        (pytest.approx(0.25), ("a", "b", "c", "d"), (C08,)),
    ]
    below_one = nested_clones([neoantigen("a", 0.7)])
    assert [(one.share, one.antigens) for one in below_one] == [(pytest.approx(0.3), ()), (pytest.approx(0.7), ("a",))]
    assert [(one.share, one.antigens) for one in nested_clones([])] == [(1.0, ())]
    assert nested_clones([neoantigen("a", 0.5), neoantigen("b", None)])[-1].antigens == ("a", "b")


def test_tiers_and_chances() -> None:
    cells = [
        clonotype("a"), clonotype("a1", cells=1), clonotype("b"), clonotype("weak"), clonotype("c", top_share=0.4),
        clonotype("d", top_share=0.02), clonotype("e", reactivity=None), clonotype("f", reactivity=0.7),
    ]  # fmt: skip
    hits = [hit("a", KRAS, C08), hit("a1", KRAS, C08), hit("b", ""), hit("weak", KRAS, probability=0.3)]
    known, rules = [neoantigen(KRAS, 1.0)], RankingRules(least_probability=0.5)
    found = {one.id: one for one in rank_receptors(cells, hits=hits, neoantigens=known, rules=rules).receptors}
    assert {name: one.tier for name, one in found.items()} == {
        "a": "A", "a1": "A", "b": "B", "weak": "B", "c": "C", "d": "C", "e": "C", "f": "C",
    }  # fmt: skip
    p = {name: round(one.p_real, 3) for name, one in found.items()}
    assert p == {"a": 0.952, "a1": 0.9, "b": 0.8, "weak": 0.8, "c": 0.5, "d": 0.0, "e": 0.0, "f": 0.5}
    assert all(found[name].reason.startswith("left out: neither screened") for name in "de")


def test_a_dual_alpha_clone_shares_its_chance_unless_the_receptor_itself_was_tested() -> None:
    cells = [clonotype(name, clone="k", dual_alpha=True, reactivity=0.9) for name in ("k/1", "k/2")]
    known = [neoantigen(KRAS, 1.0)]
    by_clone = rank_receptors(cells, hits=[hit("k", KRAS)], neoantigens=known).receptors
    assert [one.p_real for one in by_clone] == pytest.approx([10 / 21, 10 / 21])
    itself = {one.id: one for one in rank_receptors(cells, hits=[hit("k/2", KRAS)], neoantigens=known).receptors}
    assert itself["k/2"].p_real == pytest.approx(20 / 21)
    assert itself["k/1"].p_real == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("fields", "hits", "said"),
    [
        ({"flags": ("in blood", "bystander"), "reactivity": 0.9}, [], "left out: bystander"),
        ({"flags": ("MAIT",), "reactivity": 0.9}, [], "left out: MAIT"),
        ({"cdr3a": ""}, [hit("x", KRAS)], "left out: no alpha chain"),
        ({"reactivity": 0.9}, [hit("x", KRAS, hit=False)], "left out: screened without response"),
        ({}, [hit("x", KRAS, wild_type_fold=2.0)], "left out: sees the wild type: fold 2, wanted 10"),
    ],
)
def test_who_is_left_out_and_why(fields: dict[str, object], hits: list[object], said: str) -> None:
    found = rank_receptors([clonotype("x", **fields)], hits=hits, neoantigens=[neoantigen(KRAS, 1.0)])  # type: ignore[arg-type]
    assert found.chosen == ()
    assert found.receptors[0].reason.startswith(said)
    assert found.receptors[0].rank == 0


def test_what_could_not_be_tested_is_not_negative() -> None:
    hits = [hit("x", KRAS, hit=False, p_value=None)]
    found = rank_receptors([clonotype("x", reactivity=0.9)], hits=hits, neoantigens=[neoantigen(KRAS, 1.0)])
    assert found.chosen[0].tier == "C"


def test_an_allele_of_a_gene_that_is_not_listed_may_be_lost_too() -> None:
    """A class II receptor and a list of class I."""
    dr = "HLA-DRB1*15:01"
    found = rank_receptors(
        [clonotype("x", lineage="CD4")], hits=[hit("x", KRAS, dr)], neoantigens=[neoantigen(KRAS, 1.0)],
        alleles=[Allele(C08, 1), Allele("HLA-C*05:01", 2)],
    )  # fmt: skip
    last = {one.lost: one.covered for one in found.coverage if one.receptors == 1}
    assert last[(C08,)] > 0.0
    assert last[(C08, dr)] == last["HLA-C*05:01", dr] == 0.0
    assert any(dr in note for note in found.notes)


def test_flags_and_rules_that_keep() -> None:
    known = [neoantigen(KRAS, 1.0)]
    screened = rank_receptors([clonotype("x", flags=("bystander",))], hits=[hit("x", KRAS)], neoantigens=known)
    assert screened.chosen[0].id == "x"
    assert "flags: bystander" in screened.chosen[0].reason
    flagged = rank_receptors(
        [clonotype("x")], hits=[hit("x", KRAS, wild_type_fold=2.0)], neoantigens=known,
        rules=RankingRules(wild_type="flag"),
    )  # fmt: skip
    assert "sees the wild type (fold 2)" in flagged.chosen[0].reason
    kept = rank_receptors(
        [clonotype("x", reactivity=0.9)], hits=[hit("x", KRAS, hit=False)], neoantigens=known,
        rules=RankingRules(screened_negative="keep"),
    )  # fmt: skip
    assert kept.chosen[0].tier == "C"


def test_the_titration_is_carried() -> None:
    hits = [
        hit("x", KRAS, fold=3.0),
        hit(
            "x",
            KRAS,
            C08,
            fold=None,
            q_value=None,
            ec50_m=1e-8,
            ec50_low_m=1e-9,
            ec50_high_m=1e-7,
            wild_type_fold=100.0,
        ),
    ]
    found = rank_receptors([clonotype("x")], hits=hits, neoantigens=[neoantigen(KRAS, 0.8)]).chosen[0]
    assert (found.ec50_m, found.wild_type_fold, found.hla, found.ccf) == (1e-8, 100.0, C08, 0.8)
    assert found.ec50_log10_sd == pytest.approx(2 / (2 * 1.959964))


def test_the_predicted_allele_is_taken_only_if_asked() -> None:
    known = [neoantigen(KRAS, 1.0, hla=C08)]
    assert rank_receptors([clonotype("x")], hits=[hit("x", KRAS)], neoantigens=known).chosen[0].hla == ""
    guess = rank_receptors(
        [clonotype("x")], hits=[hit("x", KRAS)], neoantigens=known, rules=RankingRules(predicted_hla=True)
    ).chosen[0]
    assert guess.hla == C08
    assert "a guess" in guess.reason


def test_an_antigen_that_no_clone_carries_is_not_chosen() -> None:
    clones = (TumourClone("all", 1.0, (TP53,)),)
    known = [neoantigen(KRAS, None), neoantigen(TP53, None)]
    found = rank_receptors([clonotype("x")], hits=[hit("x", KRAS)], neoantigens=known, clones=clones)
    assert found.chosen == ()
    assert found.receptors[0].reason.startswith("not chosen: no clone of the tumour carries its antigen")


def test_users_chances_hold() -> None:
    rules = RankingRules(priors=(Prior("C", 0.2, "made up"),), choose=14)
    cells = [clonotype(f"c{at}", reactivity=0.9) for at in range(20)]
    found = rank_receptors(cells, rules=rules)
    assert found.expected_real == pytest.approx(14 * 0.2)
    assert found.at_least_one == pytest.approx(1 - 0.8**14)
    with pytest.raises(StudyError, match="no chance of a tier"):
        RankingRules(priors=(Prior("D", 0.2, "made up"),))


def test_ties_go_to_another_lineage_then_to_the_better_score() -> None:
    cells = [
        clonotype("c8a", reactivity=0.9),
        clonotype("c8b", reactivity=0.8),
        clonotype("c4", reactivity=0.6, lineage="CD4"),
    ]
    found = rank_receptors(cells, rules=RankingRules(choose=3))
    assert [one.id for one in found.chosen] == ["c8a", "c4", "c8b"]
