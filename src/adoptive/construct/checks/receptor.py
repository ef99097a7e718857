"""Checks of T-cell receptor chains: conserved residues, CDR3, cysteines, identity, glycosylation, germline, contigs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from adoptive.construct.bases import translate
from adoptive.construct.checks.seen import Domain, Finding, NamedCheck, Placed, Seen
from adoptive.construct.types import Insert

__all__ = ["RECEPTOR_CHECKS"]

# The residue that an added cysteine replaces (alpha 48, beta 57 of the constant region: Kuball et al. 2007,
# doi:10.1182/blood-2006-05-023069), found by its neighbours, which are the same in human and murine constants.
_PAIR: Final = {"TRA": re.compile(r"TDK(.)VLD"), "TRB": re.compile(r"SG[VI](.)TDP")}
_SEQUON: Final = re.compile(r"(?=(N[^P*][ST]))")
_ENDS: Final = "FW"


def judge_conserved(seen: Seen) -> Finding:
    """Judge cysteine 104 and F or W 118 of each V domain, and that its CDR3 stands in its chain once."""
    faults: list[str] = []
    for one in seen.domains:
        first, last = one.protein[one.start : one.start + 1], one.protein[one.end - 1 : one.end]
        wanted = _ENDS if one.chain.cdr3[-1:] in _ENDS else _ENDS + one.chain.cdr3[-1:]
        if first != "C":
            faults.append(f"{seen.where(one.placed.start + one.start)}: {first}, asked conserved C104")
        if last not in tuple(wanted):
            faults.append(f"{seen.where(one.placed.start + one.end - 1)}: {last}, asked conserved F or W118")
        if one.protein.count(one.cdr3) != 1:
            faults.append(
                f"{one.placed.part.name}: CDR3 {one.cdr3} stands {one.protein.count(one.cdr3)} times, asked 1"
            )
    return Finding(", ".join(one.cdr3 for one in seen.domains), "C104, F or W118, once in its chain", tuple(faults))


def judge_j_motif(seen: Seen) -> Finding:
    """Judge the J motif after the CDR3: [FW]GXG, or what the germline J of the chain has there."""
    faults, values = [], []
    for one in seen.domains:
        found = one.protein[one.end - 1 : one.end + 3]
        at = one.chain.variable.rfind(one.chain.cdr3) + len(one.chain.cdr3)
        own = one.chain.variable[at - 1 : at + 3]
        values.append(found)
        usual = re.fullmatch(r"[FW]G.G", own)
        whole = re.fullmatch(r".G.G", found) if usual else found[1:] == own[1:]
        if not whole:
            wanted = "[FW]GXG" if usual else f"{own}, as {one.chain.j} has it"
            faults.append(f"{seen.where(one.placed.start + one.end - 1)}: {found}, asked {wanted}")
    return Finding(", ".join(values), "[FW]GXG or the germline's own", tuple(faults))


def judge_cysteines(seen: Seen) -> Finding:
    """Judge whether the added cysteines that pair the constants are in both chains or in neither."""
    found: dict[str, tuple[str, int]] = {}
    for kind, one in _constants(seen):
        match = _PAIR[kind].search(seen.residues(one))
        if match:
            found[kind] = match[1], one.start + match.start(1)
    if set(found) != set(_PAIR):
        lacks = " and ".join(sorted(set(_PAIR) - set(found)))
        return Finding("", "both or neither", unjudged=f"the constant of {lacks} was not recognised")
    letters = {kind: letter for kind, (letter, _) in found.items()}
    faults: tuple[str, ...] = ()
    if (letters["TRA"] == "C") != (letters["TRB"] == "C"):
        with_, without = ("TRA", "TRB") if letters["TRA"] == "C" else ("TRB", "TRA")
        faults = (
            f"{seen.where(found[without][1])}: {letters[without]}, asked C: {with_} has its added cysteine at "
            f"{seen.where(found[with_][1])}",
        )
    value = ", ".join(f"{kind} {letter}" for kind, letter in sorted(letters.items()))
    return Finding(value, "cysteine in both or in neither", faults)


def _constants(seen: Seen) -> Iterator[tuple[str, Placed]]:
    """Give each constant part with the kind of chain before it."""
    kinds = {one.placed.start: one.chain.chain for one in seen.domains}
    last = ""
    for one in seen.parts:
        last = kinds.get(one.start, last) if one.part.kind == "variable" else last
        if one.part.kind == "constant" and last:
            yield last, one


def judge_identity(seen: Seen) -> Finding:
    """Judge whether each chain has the CDR3 that its row asks for, and no other receptor of the product is the same."""
    faults = []
    asked = dict(seen.insert.cdr3)
    own = {chain.chain: chain.cdr3 for chain in seen.insert.chains} | asked
    kinds = sorted(one.chain.chain for one in seen.domains)
    if kinds != sorted(chain.chain for chain in seen.insert.chains):
        faults.append(f"V domains of {', '.join(kinds)}, the design names {', '.join(sorted(own))}")
    for one in seen.domains:
        wanted = own.get(one.chain.chain, "none")
        if one.cdr3 != wanted:
            owner = next((i.id for i in seen.others for chain in i.chains if chain.cdr3 == one.cdr3), "")
            whose = f", which is {owner}'s" if owner else ""
            place = seen.where(one.placed.start + one.start)
            faults.append(f"{place}: {one.chain.chain} CDR3 {one.cdr3}{whose}; asked {wanted}")
    mine, shared = _receptor(seen.domains), []
    for other in seen.others:
        theirs = _designed(other)
        if mine and mine == theirs:
            faults.append(f"{other.id} has the same V and CDR3 in every chain")
        shared += [f"{kind} is also that of {other.id}" for kind in mine if theirs.get(kind) == mine[kind]]
    value = ", ".join(f"{one.chain.chain} {one.chain.v} {one.cdr3}" for one in seen.domains)
    note = "; ".join(shared[:2]) or ("" if asked else "no row was given: compared with the stitched chains")
    return Finding(value, "each chain's own CDR3; no receptor twice", tuple(faults), note)


def _receptor(domains: tuple[Domain, ...]) -> dict[str, tuple[str, str]]:
    return {one.chain.chain: (one.chain.v.split("*")[0], one.cdr3) for one in domains}


def _designed(insert: Insert) -> dict[str, tuple[str, str]]:
    return {chain.chain: (chain.v.split("*")[0], chain.cdr3) for chain in insert.chains}


def judge_contig(seen: Seen) -> Finding:
    """Judge whether the stitched V and J are those of the sequenced contig, over what the contig covers."""
    contigs, faults, compared = dict(seen.insert.contigs), [], 0
    for one in seen.domains:
        nt = contigs.get(one.chain.chain, "").upper()
        if not nt:
            continue
        read = _frame_with(nt, one.cdr3)
        if not read:
            faults.append(f"{one.chain.chain}: no frame of the contig holds CDR3 {one.cdr3}")
            continue
        covered, differences = _compared(seen, one, read)
        compared += covered
        faults += differences
    note = "" if contigs else "no contig was given: the chains are germline's"
    return Finding(f"{compared} residues compared", "all equal", tuple(faults), note)


def _frame_with(nt: str, cdr3: str) -> str:
    frames = (translate(nt[at : at + (len(nt) - at) // 3 * 3]) for at in range(3))
    return next((read for read in frames if cdr3 in read), "")


def _compared(seen: Seen, one: Domain, read: str) -> tuple[int, list[str]]:
    """Lay the contig on the V domain by their CDR3s and compare what both have; codons not read are left out."""
    shift = read.index(one.cdr3) - one.start
    both = [at for at in range(len(one.protein)) if 0 <= at + shift < len(read) and read[at + shift] != "X"]
    pairs = [(at, one.protein[at], read[at + shift]) for at in both]
    wrong = [
        f"{seen.where(one.placed.start + at)}: {mine}, contig {theirs}" for at, mine, theirs in pairs if mine != theirs
    ]
    return len(pairs), wrong


def report_glycosylation(seen: Seen) -> Finding:
    """Report sequons (N, not P, S or T) of the CDR3 that are not wholly germline; those of V itself are germline's."""
    faults, germline = [], 0
    for one in seen.domains:
        from_v, from_j = one.chain.templated
        for match in _SEQUON.finditer(one.protein):
            at = match.start()
            inside = at < one.end and at + 3 > one.start + from_v
            if inside and at < one.end - from_j:
                faults.append(f"{seen.where(one.placed.start + at)}: {match[1]} in the CDR3, not germline's")
            else:
                germline += 1
    return Finding(f"{len(faults)} new, {germline} of germline", "none new", tuple(faults))


def report_germline(seen: Seen) -> Finding:
    """Report what the stitching doubted: alleles that sources give differently, names changed, unlike residues."""
    said = [f"{chain.chain}: {warning}" for chain in seen.insert.chains for warning in chain.warnings]
    return Finding(f"remarks: {len(said)}", "none", tuple(said))


def _of_chains(
    name: str, title: str, judge: Callable[[Seen], Finding], *needs: str, reports: bool = False
) -> NamedCheck:
    """Name a check of T-cell receptor chains, which needs the frame whole and the design's chains."""
    return NamedCheck(name, title, judge, ("length", *needs), True, reports, ("TCR",), chains=True)


RECEPTOR_CHECKS: Final = (
    _of_chains("conserved", "C104 and F/W118 stand; each CDR3 once", judge_conserved),
    _of_chains("j_motif", "The J motif is whole", judge_j_motif, "conserved"),
    _of_chains("cysteine_pair", "Added cysteines in both chains or neither", judge_cysteines),
    _of_chains("identity", "No swap: each CDR3 is its row's own", judge_identity, "conserved"),
    _of_chains("contig", "Stitched chains equal the contigs", judge_contig, "conserved", "identity"),
    _of_chains("glycosylation", "New N-glycosylation motif in a CDR3", report_glycosylation, "conserved", reports=True),
    NamedCheck("germline", "What the stitching doubted", report_germline, reports=True, kinds=("TCR",)),
)
