"""Germline and stitching against other hands: the V regions of tidytcells, the genome's reference."""

from __future__ import annotations

import pytest
import tidytcells

from adoptive.construct.bases import ConstructError
from adoptive.construct.germline import Germline
from adoptive.construct.stitch import stitch

HUMAN = Germline.load()
_KNOWN_FURTHER = 2
"""Residues by which the end of an allele may be known further in one of the two releases."""
FUNCTIONAL = sorted(
    name
    for kind, name in HUMAN.regions
    if kind == "variable" and HUMAN.regions[kind, name].function == "F" and name[:4] in ("TRAV", "TRBV")
)


def test_v_regions_are_those_that_tidytcells_knows() -> None:
    """Its amino acids come from IMGT by another way; where it has the allele, the V region is the same."""
    compared, unlike = 0, []
    for name in FUNCTIONAL:
        try:
            known = tidytcells.tr.get_aa_sequence(name)
        except (KeyError, ValueError):
            continue
        if "V-REGION" not in known:
            continue
        compared += 1
        one, other = HUMAN.variable(name).protein, known["V-REGION"]
        if not (one.startswith(other[: len(one)]) and abs(len(one) - len(other)) <= _KNOWN_FURTHER):
            unlike.append(name)
    assert compared > 200
    assert unlike == []


def test_the_conserved_cysteine_is_where_the_genome_says() -> None:
    """The same V gene of the other source has the same residues around its cysteine."""
    genome, unlike, compared = Germline.load("10x"), [], 0
    for name in FUNCTIONAL:
        if ("variable", name) not in genome.regions:
            continue
        try:
            one, other = HUMAN.variable(name), genome.variable(name)
        except ConstructError:
            continue
        compared += 1
        if one.protein[one.cysteine :] != other.protein[other.cysteine :]:
            unlike.append(name)
    assert compared > 80
    assert unlike == []


@pytest.mark.parametrize("name", ["TRAV12-2", "TRAV21", "TRBV6-5", "TRBV10-2"])
def test_both_sources_stitch_the_same_chain(name: str) -> None:
    j, cdr3 = ("TRAJ23", "CAVNFGGGKLIF") if name.startswith("TRA") else ("TRBJ1-1", "CASSLSFGTEAFF")
    allele = f"{name}*01"
    one, other = stitch(allele, j, cdr3), stitch(allele, j, cdr3, germline=Germline.load("10x"))
    assert one.nt == other.nt
    assert one.tail_nt == other.tail_nt
