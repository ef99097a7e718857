"""Minigenes, tandems and order sheets, by hand and by brute force."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest

from adoptive.antigen.discovered import Neoantigen
from adoptive.antigen.minigenes import minigene_of
from adoptive.antigen.order_sheet import peptides_of
from adoptive.antigen.screen_types import Minigene, TandemRules
from adoptive.antigen.tandems import _path, design_tandems
from adoptive.errors import StudyError

KRAS_MUTANT, KRAS_WILD = "MTEYKLVVVGADGVGKSALTIQLI", "MTEYKLVVVGAGGVGKSALTIQLI"


def neoantigen(window: str = KRAS_MUTANT, wild: str = KRAS_WILD, name: str = "KRAS:G12D", at: int = 12) -> Neoantigen:
    return Neoantigen(
        id=name, gene="KRAS", aa_change="G12D", window=window, wild_type_window=wild, mutated_at=at,
        peptide="GADGVGKSA", wild_type="GAGGVGKSA", hla="HLA-C*08:02", ic50_nm=71.5, wild_type_ic50_nm=841.0,
        rank_percent=None, predictor="smmpmbec", tpm=None, rna_vaf=None, dna_vaf=None, ccf=None, agretopicity=None,
        anchor=False, presented_by=("HLA-C*08:02",), hla_lost=None, tier="Pass", source="",
    )  # fmt: skip


def weak(allele: str, peptides: Sequence[str]) -> list[float | None]:
    return [50_000.0] * len(peptides)


def test_kras_minigene_is_the_published_one() -> None:
    found = design_tandems([minigene_of(neoantigen())], alleles=["HLA-C*08:02"], bind=weak)
    assert [one.protein for one in found.tandems] == ["MTEYKLVVVGADGVGKSALTIQLI"]
    assert found.junctions == ()  # its own methionine starts it: nothing is joined
    assert found.passed


def test_a_minigene_without_methionine_gets_one_and_its_start_is_looked_at() -> None:
    found = design_tandems([Minigene("X", "ACDEFGHIKLNPQRSTVWYACDEFG", 13)], alleles=["HLA-C*08:02"], bind=weak)
    (tandem,) = found.tandems
    assert tandem.protein == "MACDEFGHIKLNPQRSTVWYACDEFG"
    assert [row.peptide for row in found.junctions] == [tandem.protein[:length] for length in (8, 9, 10, 11)]
    assert {(row.left, row.right, row.start) for row in found.junctions} == {("", "X", 1)}


def test_junction_peptides_are_those_in_no_single_minigene() -> None:
    left, right = Minigene("L", "MAAAAAAAAAAAAA", 7), Minigene("R", "CCCCCCCCCCCCCC", 7)
    found = design_tandems([left, right], alleles=["HLA-C*08:02"], bind=weak)
    protein = found.tandems[0].protein
    assert protein in ("MAAAAAAAAAAAAACCCCCCCCCCCCCC", "MCCCCCCCCCCCCCCMAAAAAAAAAAAAA")
    cut = len(found.tandems[0].joints[0] + found.tandems[0].minigenes[0].protein)
    expected = {
        (start + 1, protein[start : start + length])
        for length in (8, 9, 10, 11)
        for start in range(len(protein) - length + 1)
        if start < cut < start + length or start < len(found.tandems[0].joints[0])
    }
    assert {(row.start, row.peptide) for row in found.junctions} == expected


def test_an_intended_epitope_at_a_junction_is_no_fault() -> None:
    """Whichever stands first, the joint makes one of the two peptides; both are strong."""
    joined = ("AAAACCCC", "CCCCAAAA")

    def bind(allele: str, peptides: Sequence[str]) -> list[float | None]:
        return [1.0 if one in joined else 50_000.0 for one in peptides]

    pair = [Minigene("L", "AAAAAAAAAAAAA", 7), Minigene("R", "CCCCCCCCCCCCC", 7, joined)]
    found = design_tandems(pair, alleles=["X"], bind=bind, rules=TandemRules(linkers=()))
    assert found.passed
    assert len(found.tandems) == 1
    assert [row.peptide for row in found.junctions if row.intended] in (["AAAACCCC"], ["CCCCAAAA"])
    strict = [pair[0], Minigene("R", "CCCCCCCCCCCCC", 7)]
    apart = design_tandems(strict, alleles=["X"], bind=bind, rules=TandemRules(linkers=()))
    assert apart.passed
    assert len(apart.tandems) == 2


def test_peptides_inside_a_minigene_ask_for_no_linker() -> None:
    pair = [Minigene("L", "MAAAAAAAAAAAAK", 7), Minigene("R", "MCCCCCCCCCCCCR", 7)]

    def bind(allele: str, peptides: Sequence[str]) -> list[float | None]:
        return [1.0 if any(one in part.protein for part in pair) else 50_000.0 for one in peptides]

    found = design_tandems(pair, alleles=["X"], bind=bind)
    assert found.passed
    assert found.tandems[0].joints == ("", "")


def test_a_linker_stands_only_where_the_order_does_not_help() -> None:
    """Both orders of two minigenes make a peptide of A and C; only the linker keeps them apart."""
    pair = [Minigene("L", "MAAAAAAAAAAAAA", 7), Minigene("R", "MCCCCCCCCCCCCC", 7)]

    def bind(allele: str, peptides: Sequence[str]) -> list[float | None]:
        return [1.0 if {"A", "C"} <= set(one) and "G" not in one else 50_000.0 for one in peptides]

    found = design_tandems(pair, alleles=["X"], bind=bind)
    assert found.passed
    assert found.tandems[0].joints == ("", "GGSGG")
    alone = design_tandems(pair, alleles=["X"], bind=weak)
    assert alone.tandems[0].joints == ("", "")


def test_what_cannot_be_met_is_said() -> None:
    pair = [Minigene("L", "MAAAAAAAAAAAAA", 7), Minigene("R", "MCCCCCCCCCCCCC", 7)]
    found = design_tandems(pair, alleles=["X"], bind=lambda allele, peptides: [3.0] * len(peptides))
    assert len(found.tandems) == 2  # one more tandem than needed, so that nothing is joined
    assert found.passed
    loose = [Minigene("L", "AAAAAAAAAAAAA", 7), Minigene("R", "CCCCCCCCCCCCC", 7)]
    failed = design_tandems(loose, alleles=["X"], bind=lambda allele, peptides: [3.0] * len(peptides))
    assert not failed.passed
    assert "refused" in failed.reason
    assert any(not row.passed for row in failed.junctions)
    unscored = design_tandems(loose, alleles=["X"], bind=lambda allele, peptides: [None] * len(peptides))
    assert not unscored.passed
    assert "could be scored" in unscored.reason


def test_rank_and_ic50_refuse_together() -> None:
    loose = [Minigene("L", "AAAAAAAAAAAAA", 7), Minigene("R", "CCCCCCCCCCCCC", 7)]
    strong = lambda allele, peptides: [3.0] * len(peptides)  # noqa: E731
    common = lambda allele, peptides: [40.0] * len(peptides)  # noqa: E731
    assert design_tandems(loose, alleles=["X"], bind=strong, rank=common).passed
    assert not design_tandems(loose, alleles=["X"], bind=strong, rank=lambda a, p: [0.1] * len(p)).passed


def test_shortest_path_against_every_order() -> None:
    draw = np.random.default_rng(7)
    for _ in range(20):
        begin, between = draw.random(5), draw.random((5, 5))
        costs = {
            order: begin[order[0]] + sum(between[a, b] for a, b in itertools.pairwise(order))
            for order in itertools.permutations(range(5))
        }
        cost, order = _path(begin, between)
        assert cost == pytest.approx(min(costs.values()))
        assert costs[tuple(order)] == pytest.approx(cost)


def test_too_many_in_a_tandem_is_refused() -> None:
    with pytest.raises(StudyError, match="1 to 16"):
        design_tandems([Minigene("L", "MAAAAAAAAAAAAA", 7)], alleles=["X"], bind=weak, rules=TandemRules(per_tandem=17))


def test_peptides_of_a_mutation_and_of_a_lost_frame() -> None:
    lost = neoantigen("MTEYKLVVVGAD" + "ACDEFGHIKLNPQRSTVWY" * 2, "", "KRAS:fs", 13)
    rows = peptides_of([neoantigen(), lost])
    assert [(row.name, row.kind, row.sequence) for row in rows if row.antigen == "KRAS:G12D"] == [
        ("KRAS:G12D", "mutant", KRAS_MUTANT),
        ("KRAS:G12D/GADGVGKSA", "mutant", "GADGVGKSA"),
        ("KRAS:G12D", "wild type", KRAS_WILD),
        ("KRAS:G12D/GADGVGKSA", "wild type", "GAGGVGKSA"),
    ]
    pieces = [row for row in rows if row.antigen == "KRAS:fs" and row.form == "long peptide"]
    assert {row.length for row in pieces} == {25}
    assert {row.name for row in pieces} == {"KRAS:fs/1", "KRAS:fs/2", "KRAS:fs/3"}
    windows = {lost.window[start : start + 12] for start in range(len(lost.window) - 11)}
    assert all(any(window in row.sequence for row in pieces) for window in windows)
    assert len({row.well for row in rows}) == len(rows)


def test_intended_epitopes_of_a_lost_frame_start_at_the_change() -> None:
    made = minigene_of(neoantigen("MTEYKLVVVGADWWWWWWWW", "", "KRAS:fs", 13))
    assert "MTEYKLVV" not in made.epitopes
    assert "VGADWWWW" in made.epitopes
