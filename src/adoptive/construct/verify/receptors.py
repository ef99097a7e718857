"""Receptors whose sequence is known: DMF5, 1G4, those against KRAS G12D on HLA-C*08:02 (T1 to T5)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from adoptive.construct.bases import translate
from adoptive.construct.constants import constant_of
from adoptive.construct.germline import Germline
from adoptive.construct.stitch import stitch
from adoptive.construct.tcr import tcr_insert
from adoptive.construct.types import Chain
from adoptive.construct.verify.case import Case, Outcome, read_json, read_rows

__all__ = ["KRAS", "RECEPTORS", "known_chains", "reference"]

KRAS: Final = ("KRAS_G12D_9a", "KRAS_G12D_9b", "KRAS_G12D_9c", "KRAS_G12D_9d", "KRAS_G12D_10")


@lru_cache(maxsize=1)
def reference() -> dict[str, Any]:
    """Give the known receptors, by name."""
    found: dict[str, Any] = read_json("reference_tcrs.json")
    return found


@lru_cache(maxsize=32)
def known_chains(name: str, source: str = "imgt") -> tuple[Chain, Chain]:
    """Stitch alpha and beta of a known receptor from its genes and CDR3."""
    germline = Germline.load(source)  # type: ignore[arg-type]
    rows = (reference()[name][chain] for chain in ("TRA", "TRB"))
    alpha, beta = (stitch(row["v"], row["j"], row["cdr3"], germline=germline) for row in rows)
    return alpha, beta


def _dmf5_bases() -> Outcome:
    """Compare V-J of DMF5 with a public sequence, with both germline sources."""
    cassette = reference()["DMF5"]["expected"]["TRB_P2A_TRA_murineCys_nt"]
    start = len(cassette) - 414 - 393  # beta begins the cassette; alpha and its constant region end it
    said, passed = [], True
    for source in ("imgt", "10x"):
        alpha, beta = known_chains("DMF5", source)
        wrong = _differ(alpha.nt, cassette[start : start + 393]), _differ(beta.nt, cassette[:393])
        passed = passed and wrong == (0, 0) and (len(alpha.nt), len(beta.nt)) == (393, 393)
        said.append(f"{source}: alpha {len(alpha.nt)} nt, {wrong[0]} differ; beta {len(beta.nt)} nt, {wrong[1]} differ")
    return passed, "; ".join(said)


def _differ(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(one, other, strict=False)) + abs(len(one) - len(other))


def _dmf5_cassette() -> Outcome:
    """Compare the whole two-chain protein; the furin site and the S before GSG are not in the public one."""
    public = translate(reference()["DMF5"]["expected"]["TRB_P2A_TRA_murineCys_nt"]).removesuffix("*")
    alpha, beta = known_chains("DMF5")
    plain = tcr_insert("DMF5", alpha, beta, linker="GSG P2A").protein
    ours = tcr_insert("DMF5", alpha, beta).protein
    differ = _differ(plain, public), _differ(ours.replace("RAKRSGSG", "GSG", 1), public)
    human = tcr_insert("DMF5", alpha, beta, constants="human").protein
    expected = reference()["DMF5"]["expected"]
    seen = expected["pdb_TRA_aa"] in human and expected["pdb_TRB_V_aa"] in human
    return (
        differ == (0, 0) and len(public) == 594 and seen,
        f"{len(plain)} of {len(public)} residues, {differ[0]} differ, {differ[1]} with furin site and spacer removed; "
        f"alpha with human TRAC and beta V are {'those' if seen else 'not those'} of the structure",
    )


def _constants() -> Outcome:
    """Compare the murine constant regions with a cysteine pair, over their whole length, and where they are changed."""
    expected = reference()["DMF5"]["expected"]
    said, passed = [], True
    for chain, key, at, tail in (("TRA", "murine_TRAC_T48C_nt", 48, "A"), ("TRB", "murine_TRBC2_S57C_nt", 57, "G")):
        public = translate(expected[key]).removesuffix("*")
        ours = translate(constant_of("murine cysteine", chain).after(tail))
        plain = translate(constant_of("murine", chain).after(tail))
        places = [n for n, (a, b) in enumerate(zip(ours, plain, strict=True), start=1) if a != b]
        passed = passed and ours == public and places == [at] and ours[at - 1] == "C"
        same = "equal" if ours == public else "differs"
        said.append(f"{chain} {len(ours)} residues {same}, germline changed at {places}")
    return passed, "; ".join(said)


def _one_g_four() -> Outcome:
    """Compare 1G4 with its published chains and with the structure 2bnr."""
    expected, (alpha, beta) = reference()["1G4"]["expected"], known_chains("1G4")
    whole, v_domain = alpha.protein == expected["TRA_full_aa"], beta.variable == expected["TRB_V_aa"]
    seen = _observed("2bnr", alpha, beta)
    return whole and v_domain and seen == (0, 0), (
        f"alpha with leader {'equal' if whole else 'differs'}, beta V {'equal' if v_domain else 'differs'}; "
        f"structure 2bnr: {seen[0]} and {seen[1]} residues differ"
    )


def _kras() -> Outcome:
    """Compare 9d with a public example, TCR10 with the structure 6uon; build all five."""
    expected, (alpha, beta) = reference()["KRAS_G12D_9d"]["expected"], known_chains("KRAS_G12D_9d")
    same = expected["TRA_V_aa"] in alpha.variable, expected["TRB_V_aa"] in beta.variable
    seen = _observed("6uon", *known_chains("KRAS_G12D_10"))
    built = [tcr_insert(name, *known_chains(name)) for name in KRAS]
    whole = sum(insert.protein.startswith("M") and "*" not in insert.protein for insert in built)
    return all(same) and seen == (0, 0) and whole == len(KRAS), (
        f"9d: alpha V {'equal' if same[0] else 'differs'}, beta V {'equal' if same[1] else 'differs'}; "
        f"TCR10 and structure 6uon: {seen[0]} and {seen[1]} residues differ; {whole} of {len(KRAS)} inserts built"
    )


def _observed(pdb: str, alpha: Chain, beta: Chain) -> tuple[int, int]:
    """Count the residues by which two chains differ from a structure's."""
    from adoptive.construct.verify.structures import STRUCTURES, observed_differences

    rows = {row["ab"]: row["chainseq"] for row in read_rows(STRUCTURES) if row["pdbid"] == pdb}
    return observed_differences(rows["A"], alpha.variable), observed_differences(rows["B"], beta.variable)


RECEPTORS: Final = (
    Case("T1 DMF5 base for base", _dmf5_bases),
    Case("T2 DMF5 cassette residue for residue", _dmf5_cassette),
    Case("T3 murine constant regions with T48C and S57C", _constants),
    Case("T4 1G4", _one_g_four),
    Case("T5 receptors against KRAS G12D", _kras),
)
