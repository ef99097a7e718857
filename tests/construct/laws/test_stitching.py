"""Laws of stitching, over germline V and J of both species and any residues between them."""

from __future__ import annotations

import contextlib
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adoptive.construct.bases import AMINO_ACIDS, ConstructError, translate
from adoptive.construct.germline import Germline, Joining, Species, Variable
from adoptive.construct.stitch import USUAL_CODON, stitch
from adoptive.construct.tcr import tcr_insert

CODONS = {letter: [codon for codon in (a + b + c for a in "TCAG" for b in "TCAG" for c in "TCAG")
                   if translate(codon) == letter] for letter in AMINO_ACIDS}  # fmt: skip


def _usable(species: Species, chain: str) -> tuple[list[str], list[str]]:
    """List functional alleles of V with their cysteine, and of J that end the CDR3 in F or W."""
    germline, found = Germline.load("imgt", species), ([], [])  # type: tuple[Germline, tuple[list[str], list[str]]]
    for kind, name in germline.regions:
        at = {"variable": 0, "joining": 1}.get(kind)
        if at is None or not name.startswith(chain) or germline.regions[kind, name].function != "F":
            continue
        try:
            (germline.variable if at == 0 else germline.joining)(name)
        except ConstructError:
            continue
        found[at].append(name)
    return found


GENES = {(species, chain): _usable(species, chain) for species in ("human", "mouse") for chain in ("TRA", "TRB")}


class Draw(NamedTuple):
    """One receptor chain drawn from germline."""

    species: Species
    variable: Variable
    joining: Joining
    cdr3: str
    cdr3_nt: str


@st.composite
def chains(
    draw: st.DrawFn, species: tuple[str, ...] = ("human", "mouse"), kinds: tuple[str, ...] = ("TRA", "TRB")
) -> Draw:
    key = draw(st.sampled_from([(one, kind) for one in species for kind in kinds]))
    germline = Germline.load("imgt", key[0])
    v = germline.variable(draw(st.sampled_from(GENES[key][0])))
    j = germline.joining(draw(st.sampled_from(GENES[key][1])))
    begins = v.protein[v.cysteine :].partition("*")[0]
    ends = j.protein[: j.conserved + 1].rpartition("*")[2]
    from_v, from_j = draw(st.integers(1, len(begins))), draw(st.integers(1, len(ends)))
    middle = draw(st.text(AMINO_ACIDS, min_size=3, max_size=12))
    cdr3 = begins[:from_v] + middle + ends[-from_j:]
    bases = "".join(draw(st.sampled_from(CODONS[letter])) for letter in cdr3)
    return Draw(germline.species, v, j, cdr3, bases)


@given(one=chains())
@settings(max_examples=60, deadline=None)
def test_a_chain_is_leader_v_cdr3_and_j_in_one_frame(one: Draw) -> None:
    chain = stitch(one.variable.allele, one.joining.allele, one.cdr3, species=one.species)
    before = one.variable.protein[: one.variable.cysteine]
    after = one.joining.protein[one.joining.conserved + 1 :]
    assert chain.protein == one.variable.leader + before + one.cdr3 + after
    assert len(chain.nt) % 3 == 0
    assert len(chain.tail_nt) == 1
    assert chain.nt.startswith("ATG")
    assert "*" not in chain.protein
    assert translate(chain.nt) == chain.protein
    assert chain.variable == before + one.cdr3 + after
    if len(one.cdr3) >= 8:
        assert chain.protein.count(one.cdr3) == 1


@given(one=chains())
@settings(max_examples=60, deadline=None)
def test_residues_of_germline_keep_its_bases_and_the_others_the_usual_codon(one: Draw) -> None:
    chain = stitch(one.variable.allele, one.joining.allele, one.cdr3, species=one.species)
    from_v, from_j = chain.templated
    assert 1 <= from_v <= len(one.cdr3)
    assert 0 <= from_j <= len(one.cdr3) - from_v
    start = len(one.variable.leader_nt) + 3 * one.variable.cysteine
    bases = chain.nt[start : start + 3 * len(one.cdr3)]
    assert (
        chain.nt[: start + 3 * from_v]
        == one.variable.leader_nt + one.variable.nt[: 3 * (one.variable.cysteine + from_v)]
    )
    middle = one.cdr3[from_v : len(one.cdr3) - from_j]
    assert bases[3 * from_v : len(bases) - 3 * from_j] == "".join(USUAL_CODON[letter] for letter in middle)
    rest = chain.nt[start + 3 * (len(one.cdr3) - from_j) :]
    assert rest == one.joining.nt[3 * (one.joining.conserved + 1 - from_j) :]


@given(one=chains())
@settings(max_examples=60, deadline=None)
def test_given_bases_are_kept_and_change_no_residue(one: Draw) -> None:
    genes = one.variable.allele, one.joining.allele
    plain = stitch(*genes, one.cdr3, species=one.species)
    kept = stitch(*genes, one.cdr3, cdr3_nt=one.cdr3_nt, species=one.species)
    start = len(one.variable.leader_nt) + 3 * one.variable.cysteine
    assert kept.nt[start : start + len(one.cdr3_nt)] == one.cdr3_nt
    assert kept.protein == plain.protein
    assert kept.nt[:start] == plain.nt[:start]
    assert kept.nt[start + len(one.cdr3_nt) :] == plain.nt[start + len(one.cdr3_nt) :]


@given(one=chains(), at=st.integers(0, 200), base=st.sampled_from("ACGT"))
@settings(max_examples=40, deadline=None)
def test_bases_of_another_cdr3_are_refused(one: Draw, at: int, base: str) -> None:
    place = at % len(one.cdr3_nt)
    changed = one.cdr3_nt[:place] + base + one.cdr3_nt[place + 1 :]
    genes = one.variable.allele, one.joining.allele
    if translate(changed) == one.cdr3:
        assert stitch(*genes, one.cdr3, cdr3_nt=changed, species=one.species).cdr3 == one.cdr3
        return
    with pytest.raises(ConstructError, match="do not code"):
        stitch(*genes, one.cdr3, cdr3_nt=changed, species=one.species)


@given(one=chains(), first=st.sampled_from([letter for letter in AMINO_ACIDS if letter != "C"]))
@settings(max_examples=30, deadline=None)
def test_a_cdr3_without_its_ends_is_refused(one: Draw, first: str) -> None:
    genes = one.variable.allele, one.joining.allele
    last = "K" if one.joining.protein[one.joining.conserved] != "K" else "R"
    for wrong in (first + one.cdr3[1:], one.cdr3[:-1] + last):
        with pytest.raises(ConstructError, match="conserved end"):
            stitch(*genes, wrong, species=one.species)


@given(alpha=chains(species=("human",), kinds=("TRA",)), beta=chains(species=("human",), kinds=("TRB",)))
@settings(max_examples=30, deadline=None)
def test_an_insert_is_its_parts_and_order_only_moves_them(alpha: Draw, beta: Draw) -> None:
    a, b = (stitch(one.variable.allele, one.joining.allele, one.cdr3) for one in (alpha, beta))
    first, second = tcr_insert("x", a, b), tcr_insert("x", a, b, order="alpha beta")
    assert first.protein == "".join(part.protein for part in first.parts)
    assert "*" not in first.protein
    assert sorted(part.protein for part in first.parts) == sorted(part.protein for part in second.parts)
    assert first.protein.startswith(b.protein)
    assert second.protein.startswith(a.protein)
    assert a.protein in first.protein
    assert b.protein in second.protein
    assert all(translate(part.nt) == part.protein for part in first.parts if part.nt)


NAMES = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"T?C?R?[ABGD][VJC][0-9]{1,2}[-/SD]?[0-9A-Z]{0,3}([*][0-9]{1,2})?", fullmatch=True),
    st.sampled_from(["TRAV12-2", "TRAJ23", "TRBV6-4", "TRBJ1-1", "TRAC", "TRBD1", "TRDV2", "TRGV9", "IGHV1-2"]),
)


@given(v=NAMES, j=NAMES, cdr3=st.one_of(st.text(max_size=20), st.text("ACDEFGW", max_size=14)), nt=st.text(max_size=9))
@settings(max_examples=40, deadline=None)
def test_any_words_give_a_chain_or_one_clear_error(v: str, j: str, cdr3: str, nt: str) -> None:
    with contextlib.suppress(ConstructError):
        assert cdr3.strip().upper() in stitch(v, j, cdr3, cdr3_nt=nt).protein
