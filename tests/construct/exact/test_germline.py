"""The germline as shipped: what is read, which allele a name means, what is refused and what is only said."""

from __future__ import annotations

import pytest

from adoptive.construct.bases import ConstructError
from adoptive.construct.germline import Germline, Source, Species
from adoptive.construct.stitch import disagreement

HUMAN = Germline.load()


@pytest.mark.parametrize(
    ("species", "source", "leaders", "variables", "joinings"),
    [("human", "imgt", 265, 329, 88), ("mouse", "imgt", 264, 339, 96)],
)
def test_every_allele_of_the_files_is_read(
    species: Species, source: Source, leaders: int, variables: int, joinings: int
) -> None:
    kinds = [kind for kind, _ in Germline.load(source, species).regions]
    assert [kinds.count(kind) for kind in ("leader", "variable", "joining")] == [leaders, variables, joinings]


@pytest.mark.parametrize(
    ("name", "kind", "allele"),
    [
        ("TRAV12-2", "variable", "TRAV12-2*01"),
        ("TRAV12-2*02", "variable", "TRAV12-2*02"),
        ("TRAV14DV4", "variable", "TRAV14/DV4*01"),
        ("TCRBV06-04", "variable", "TRBV6-4*01"),
        ("TRBJ2-7", "joining", "TRBJ2-7*01"),
    ],
)
def test_a_name_means_one_allele(name: str, kind: str, allele: str) -> None:
    assert HUMAN.choose(name, kind)[0] == allele  # type: ignore[arg-type]


def test_a_foreign_spelling_is_said() -> None:
    assert HUMAN.choose("TRAV14DV4", "variable")[1] == ("TRAV14DV4 was read as TRAV14/DV4",)


def test_without_a_functional_first_allele_the_first_functional_one_is_taken_and_said() -> None:
    taken, said = HUMAN.choose("TRBV10-1", "variable")
    assert (taken, said) == ("TRBV10-1*01", ())
    odd = {name for kind, name in HUMAN.regions if kind == "variable" and HUMAN.regions[kind, name].function == "F"}
    late = sorted({one.split("*")[0] for one in odd} - {one.split("*")[0] for one in odd if one.endswith("*01")})
    assert late, "no gene of the germline lacks a functional first allele: choose another witness"
    chosen, warnings = HUMAN.choose(late[0], "variable")
    assert chosen in odd
    assert not chosen.endswith("*01")
    assert "no functional allele *01" in warnings[0]


def test_a_pseudogene_is_said_and_one_without_cysteine_is_refused() -> None:
    assert HUMAN.choose("TRBV7-3*02", "variable")[1] == ("TRBV7-3*02 is an open reading frame of unknown function",)
    with pytest.raises(ConstructError, match="no conserved cysteine"):
        HUMAN.variable("TRBV7-3*02")
    with pytest.raises(ConstructError, match="stop codon"):
        Germline.load("10x").variable("TRAV35")


def test_an_unknown_gene_names_the_nearest() -> None:
    with pytest.raises(ConstructError, match=r"value: TRAV12-9; .*is it TRAV12-\d\?"):
        HUMAN.variable("TRAV12-9")
    with pytest.raises(ConstructError, match=r"TRAV12-2\*01, TRAV12-2\*02"):
        HUMAN.variable("TRAV12-2*77")
    with pytest.raises(ConstructError, match="no such germline"):
        Germline.load("imgt", "rat")  # type: ignore[arg-type]


def test_an_allele_without_a_leader_borrows_one_and_says_so() -> None:
    assert HUMAN.variable("TRAV29/DV5*02").warnings == (
        "TRAV29/DV5*02 has no leader of its own; that of TRAV29/DV5*01 (imgt) is used",
    )
    mouse = Germline.load("imgt", "mouse").variable("TRBV26")
    assert mouse.leader.startswith("M")
    assert "(10x) is used" in mouse.warnings[-1]


@pytest.mark.parametrize(
    ("gene", "ends"),
    [("TRAJ35", "CGSGT"), ("TRAJ38", "WGLGT"), ("TRAJ8", "FGTGT"), ("TRAJ58", "FGEGT"), ("TRBJ1-1", "FGQGT")],
)
def test_the_conserved_residue_of_j_is_found(gene: str, ends: str) -> None:
    """TRAJ8 and TRAJ58 have a stop codon before it, which does not matter."""
    found = HUMAN.joining(gene)
    assert found.protein[found.conserved :][: len(ends) - 1] == ends[:-1]
    assert len(found.tail_nt) == 1


def test_a_j_cut_short_takes_its_last_base_from_the_first_allele() -> None:
    found = Germline.load("imgt", "mouse").joining("TRAJ32*02")
    assert found.tail_nt == Germline.load("imgt", "mouse").joining("TRAJ32*01").tail_nt
    assert "known in part" in found.warnings[-1]


def test_where_the_two_sources_disagree_is_said() -> None:
    assert disagreement(HUMAN, "TRBV6-4*01", "variable", given=False) == ()
    assert "leader of 60 and 108 bases" in disagreement(HUMAN, "TRAV6*01", "variable", given=True)[0]
    assert "carries TRAV9-2*02" in disagreement(HUMAN, "TRAV9-2*01", "variable", given=False)[0]
    assert disagreement(HUMAN, "TRAV9-2*01", "variable", given=True) == ()
