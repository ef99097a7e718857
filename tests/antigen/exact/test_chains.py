"""Which chains may be used: every reason to refuse one, and the names of genes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from made_cells import alpha, beta

from adoptive.antigen.chains import ChainRules, use_chains

GOOD = beta("c")


def test_good_chains_are_used() -> None:
    found = use_chains([alpha("c"), GOOD])
    assert [chain.v for chain in found.used] == ["TRAV4", "TRBV6-4"]
    assert found.refused == found.noted == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"is_cell": False}, "not of a cell"),
        ({"cell": ""}, "no cell named"),
        ({"locus": "IGH"}, "neither alpha nor beta"),
        ({"productive": False}, "not productive"),
        ({"full_length": False}, "not full length"),
        ({"high_confidence": False}, "low confidence"),
        ({"cdr3": ""}, "no CDR3"),
        ({"v": ""}, "no V or no J"),
        ({"j": ""}, "no V or no J"),
        ({"cdr3": "CASS*GQTNYGYTF"}, "CDR3 with other letters than amino acids"),
        ({"cdr3": "CASSXGQTNYGYTF"}, "CDR3 with other letters than amino acids"),
        ({"cdr3": "ASSLGQTNYGYTF"}, "CDR3 without its conserved ends"),
        ({"cdr3": "CASSLGQTNYGYT"}, "CDR3 without its conserved ends"),
        ({"cdr3": "CASSLGQTNYGYTC"}, "CDR3 without its conserved ends"),
        ({"cdr3": "CASSLGQTNYGYSF"}, "CDR3 is not what its bases say"),
        ({"cdr3_nt": "TGCNNN"}, "CDR3 is not what its bases say"),
        ({"v": "TRAV4", "j": "TRAJ15"}, "genes of another locus"),
        ({"v": "IGKV1-33*01"}, "genes of another locus"),
        ({"j": "TRAJ15"}, "genes of another locus"),
    ],
)
def test_each_reason_refuses_exactly_its_chain(change: dict[str, object], reason: str) -> None:
    found = use_chains([GOOD, replace(GOOD, line=7, **change)])  # type: ignore[arg-type]
    assert found.used == (GOOD,)
    assert [(one.line, one.reason) for one in found.refused] == [(7, reason)]


def test_what_the_file_does_not_say_is_not_asked_for() -> None:
    silent = replace(GOOD, productive=None, full_length=None, high_confidence=None, is_cell=None)
    assert use_chains([silent]).used == (silent,)
    assert use_chains([replace(GOOD, full_length=False)], ChainRules(full_length=False)).used


def test_the_one_joining_gene_that_ends_in_cysteine() -> None:
    own = alpha("c", "CAVVGFGNVLHC", "TRAV1-1", "TRAJ35")
    assert use_chains([own]).used
    assert use_chains([replace(own, j="TRAJ15")]).refused[0].reason == "CDR3 without its conserved ends"


def test_names_are_written_by_the_standard() -> None:
    found = use_chains([replace(alpha("c"), v="TRAV14DV4", line=2), replace(GOOD, v="TCRBV06-05", line=3)])
    assert [chain.v for chain in found.used] == ["TRAV14/DV4", "TRBV6-5"]


def test_an_unknown_name_is_kept_and_noted_with_its_line() -> None:
    found = use_chains([replace(GOOD, v="TRBV99", line=12)])
    assert found.used[0].v == "TRBV99"
    assert found.used[0].flags == ("unknown gene",)
    assert [(one.line, one.reason, one.value) for one in found.noted] == [(12, "gene name not known", "TRBV99")]


def test_several_calls() -> None:
    no_allele = use_chains([replace(GOOD, v="TRBV6-4*99", line=4)])
    assert (no_allele.used[0].v, no_allele.used[0].flags, no_allele.noted[0].line) == ("TRBV6-4", (), 4)
    alleles = use_chains([replace(GOOD, v="TRBV6-4*01,TRBV6-4*02")])
    assert alleles.used[0].v == "TRBV6-4"
    assert alleles.used[0].flags == ()
    genes = use_chains([replace(GOOD, v="TRBV12-3*01,TRBV12-4*01", line=5)])
    assert genes.used[0].v == "TRBV12-3*01"
    assert genes.used[0].flags == ("ambiguous gene",)
    assert genes.noted[0].line == 5
