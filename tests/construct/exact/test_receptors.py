"""Stitching, constant regions and inserts against sequences that are known, and what is refused."""

from __future__ import annotations

import time
from typing import Any

import pytest

from adoptive.construct.bases import ConstructError, translate
from adoptive.construct.constants import CONSTANTS, constant_of
from adoptive.construct.germline import Germline
from adoptive.construct.stitch import stitch
from adoptive.construct.tcr import LINKERS, ORDERS, tcr_insert
from adoptive.construct.types import Chain
from adoptive.construct.verify.receptors import KRAS, known_chains, reference

ALPHA, BETA = known_chains("DMF5")


@pytest.mark.parametrize("name", ["DMF5", "1G4", *KRAS])
def test_known_receptors_are_stitched_base_for_base(name: str) -> None:
    for chain, row in zip(known_chains(name), (reference()[name]["TRA"], reference()[name]["TRB"]), strict=True):
        assert chain.nt + chain.tail_nt == row["vj_nt"]
        assert (chain.leader, chain.protein) == (row["leader_aa"], row["vj_aa"])
        assert chain.templated == (row["n_from_v"], row["n_from_j"])


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"cdr3": "AVNFGGGKLIF"}, "lacks a conserved end.*from the cysteine C to F or W"),
        ({"cdr3": "CAVNFGGGKLI"}, "lacks a conserved end"),
        ({"cdr3": "CAV*FGGGKLIF"}, r"not the letter of an amino acid: \*"),
        ({"cdr3": "CF"}, "this is no CDR3.*2 residues"),
        ({"cdr3": "C" * 100 + "F"}, "this is no CDR3"),
        ({"cdr3": ""}, "this is no CDR3"),
        ({"j": "TRBJ1-1"}, "V and J are not of one chain"),
        ({"v": "TRBV6-4"}, "V and J are not of one chain"),
        ({"cdr3_nt": "TGTGCCGTGAACTTCGGCGGAGGAAAGCTTATCTT"}, "do not code for the CDR3.*35 bases"),
        ({"cdr3_nt": "TGTGCCGTGAACTTCGGCGGAGGAAAGCTTATCTTA"}, "do not code for the CDR3.*CAVNFGGGKLIL"),
        ({"cdr3_nt": "TGTGCCNTGAACTTCGGCGGAGGAAAGCTTATCTTC"}, "not the letters of bases"),
    ],
)
def test_what_makes_no_chain_is_refused(given: dict[str, str], what: str) -> None:
    asked = {"v": "TRAV12-2", "j": "TRAJ23", "cdr3": "CAVNFGGGKLIF", "cdr3_nt": ""} | given
    with pytest.raises(ConstructError, match=what):
        stitch(asked["v"], asked["j"], asked["cdr3"], cdr3_nt=asked["cdr3_nt"])


def test_a_j_with_a_cysteine_keeps_it() -> None:
    """TRAJ35 ends its CDR3 in C by germline; another J does not."""
    chain = stitch("TRAV4", "TRAJ35", "CLVGDGFGNVLHC")
    assert chain.protein.endswith("CGSGTQVIVLP")
    assert any("TRAJ35*01 has C in place of the conserved F or W" in one for one in chain.warnings)
    with pytest.raises(ConstructError, match="conserved end"):
        stitch("TRAV4", "TRAJ15", "CLVGDMDQAGTALIC")


def test_a_cdr3_unlike_germline_at_its_ends_is_said() -> None:
    assert stitch("TRAV12-2", "TRAJ23", "CAVNFGGGKLIF").warnings == ()
    assert any("begins unlike" in one for one in stitch("TRAV12-2", "TRAJ23", "CWVNFGGGKLIF").warnings)
    assert any("ends unlike" in one for one in stitch("TRAV12-2", "TRAJ23", "CAVNFGGGKLWF").warnings)
    assert any("ends in W" in one for one in stitch("TRAV12-2", "TRAJ23", "CAVNFGGGKLIW").warnings)


@pytest.mark.parametrize("name", CONSTANTS)
def test_constant_regions_differ_from_germline_only_where_they_say(name: Any) -> None:
    species = "mouse" if name.startswith("murine") else "human"
    plain: Any = "human TRBC2" if name == "human TRBC2" else {"mouse": "murine", "human": "human"}[species]
    for chain, tail in (("TRA", "A"), ("TRB", "G")):
        made, germline = constant_of(name, chain), constant_of(plain, chain)
        pairs = zip(translate(germline.after(tail)), translate(made.after(tail)), strict=True)
        changed = tuple(f"{a}{at}{b}" for at, (a, b) in enumerate(pairs, start=1) if a != b)
        assert changed == made.changes
    assert constant_of(name, "TRB").changes == (("S57C",) if "cysteine" in name else ())
    assert constant_of(name, "TRA").changes[:1] == (("T48C",) if "cysteine" in name else ())


def test_ends_of_the_constant_regions() -> None:
    """Whole regions, to the residue before the stop; human TRBC1 and TRBC2 differ at their ends."""
    ends = {name: translate(constant_of(name, "TRB").nt)[-6:] for name in ("human", "human TRBC2", "murine")}
    assert ends == {"human": "VKRKDF", "human TRBC2": "RKDSRG", "murine": "VKKKNS"}
    for name in ("human", "murine"):
        assert translate(constant_of(name, "TRA").nt).endswith("GFNLLMTLRLWSS")
    assert "unconfirmed" in constant_of("murine cysteine LVL", "TRA").source
    with pytest.raises(ConstructError, match="no such set"):
        constant_of("rat", "TRA")


def test_the_junction_is_j_and_c_or_that_of_the_murine_cassette() -> None:
    human = tcr_insert("DMF5", ALPHA, BETA, constants="human")
    assert [part.protein[0] for part in human.parts if part.kind == "constant"] == ["E", "N"]
    murine = tcr_insert("DMF5", ALPHA, BETA)
    assert [part.protein[0] for part in murine.parts if part.kind == "constant"] == ["E", "D"]
    mice = (
        stitch("TRAV14-1", "TRAJ32", "CAASNYGGSGNKLIF", species="mouse"),
        stitch("TRBV13-2", "TRBJ2-7", "CASGDAGGSYEQYF", species="mouse"),
    )
    own = tcr_insert("mouse", *mice)
    assert [part.protein[0] for part in own.parts if part.kind == "constant"] == ["E", "N"]
    assert own.notes == (*(f"beta: {one}" for one in mice[1].warnings), *(f"alpha: {one}" for one in mice[0].warnings))
    assert murine.notes == ("alpha: the junction is D, as in public murine cassettes; J and C give N",)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("linker", LINKERS)
def test_every_layout_reads_as_its_parts_say(order: Any, linker: Any) -> None:
    insert = tcr_insert("DMF5", ALPHA, BETA, order=order, linker=linker)
    cuts = [part for part in insert.parts if part.kind in ("cleavage", "linker", "2A")]
    assert "".join(part.protein for part in cuts).endswith("ATNFSLLKQAGDVEENPGP")
    assert [chain.chain for chain in insert.chains] == [{"beta": "TRB", "alpha": "TRA"}[one] for one in order.split()]
    assert insert.cdr3 == tuple((chain.chain, chain.cdr3) for chain in insert.chains)
    assert all(translate(part.nt) == part.protein for part in insert.parts if part.nt)
    assert [part.kind for part in insert.parts if part.nt] == ["leader", "variable", "constant"] * 2


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"alpha": BETA, "beta": ALPHA}, "one alpha and one beta"),
        ({"order": "gamma delta"}, "no such order"),
        ({"linker": "IRES"}, "no such linker.*GSG P2A"),
    ],
)
def test_a_layout_that_there_is_not_is_refused(change: dict[str, Any], what: str) -> None:
    asked: dict[str, Any] = {"alpha": ALPHA, "beta": BETA} | change
    with pytest.raises(ConstructError, match=what):
        tcr_insert("DMF5", asked.pop("alpha"), asked.pop("beta"), **asked)


def test_a_thousand_chains_take_less_than_two_seconds() -> None:
    human = Germline.load()
    genes = [name for kind, name in human.regions if kind == "variable" and name[:4] == "TRBV" and _functional(name)]
    before, chains = time.process_time(), list[Chain]()
    for at in range(1000):
        chains.append(stitch(genes[at % len(genes)], "TRBJ1-1", f"CASS{'LGRQ'[at % 4]}{'AVDE'[at % 3]}NTEAFF"))
    assert len(chains) == 1000
    assert time.process_time() - before < 2.0


def _functional(allele: str) -> bool:
    return Germline.load().regions["variable", allele].function == "F"
