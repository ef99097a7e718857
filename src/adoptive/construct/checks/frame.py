"""Checks of the reading frame: what the bases code for, start and stop, leaders, 2A peptides."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from adoptive.construct.checks.seen import Finding, NamedCheck, Placed, Seen

__all__ = ["FRAME_CHECKS"]

_LINKERS: Final = ("GSG", "SGS", "GGS")


def judge_length(seen: Seen) -> Finding:
    """Judge whether the length is a multiple of three."""
    length = len(seen.built.nt)
    wanted = 3 * (len(seen.insert.protein) + 1)
    over = length % 3
    fault = (f"{length:,} bases leave {over} over; the design with its stop has {wanted:,}",) if over else ()
    return Finding(f"{length:,} bases", "a multiple of three", fault)


def judge_translation(seen: Seen) -> Finding:
    """Judge whether the bases code for the design, residue for residue."""
    found, wanted = seen.protein, seen.insert.protein
    wrong = [at for at, (a, b) in enumerate(zip(found, wanted, strict=False)) if a != b]
    if len(found) != len(wanted):
        place = wrong[0] if wrong else min(len(found), len(wanted))
        faults: tuple[str, ...] = (f"{len(found)} residues, the design has {len(wanted)}; first: {seen.where(place)}",)
    else:
        faults = tuple(f"{seen.where(at)}: {found[at]}, design {wanted[at]}" for at in wrong)
    return Finding(f"{len(wanted) - len(wrong)} of {len(wanted)} residues", "all as designed", faults)


def judge_start_stop(seen: Seen) -> Finding:
    """Judge whether the frame begins with ATG and ends with its one stop."""
    nt, read = seen.built.nt, seen.translated
    ends = len(read) - len(seen.protein)
    faults = []
    if not nt.startswith("ATG"):
        faults.append(f"base 1: begins with {nt[:3]}, asked ATG")
    if ends != 1:
        faults.append(f"base {3 * len(seen.protein) + 1}: stops at the end: {ends}, asked one")
    faults += [f"{seen.where(at)}: a stop inside the frame" for at, one in enumerate(seen.protein) if one == "*"]
    return Finding(f"{nt[:3]} to {nt[-3:]}, stops: {read.count('*')}", "ATG, one stop at the end", tuple(faults))


def judge_leaders(seen: Seen) -> Finding:
    """Judge whether each chain has a leader that begins with M and is as long as signal peptides are."""
    shortest, longest = seen.limits.leader_aa
    leaders = seen.of("leader")
    asked = max(1, len(seen.of("variable")) if seen.insert.kind == "TCR" else 1)
    faults = [] if len(leaders) >= asked else [f"{len(leaders)} leaders, asked {asked}: one for each chain"]
    for one in leaders:
        protein = seen.residues(one)
        if not protein.startswith("M"):
            faults.append(f"{seen.where(one.start)}: the leader begins with {protein[:1]}, asked M")
        if not shortest <= len(protein) <= longest:
            faults.append(f"{seen.where(one.start)}: {len(protein)} residues, asked {shortest} to {longest}")
        if "*" in protein:
            faults.append(f"{seen.where(one.start + protein.index('*'))}: a stop in the leader")
    sizes = ", ".join(str(one.end - one.start) for one in leaders)
    return Finding(f"{len(leaders)}, of {sizes} residues", f"{asked}, from M, {shortest} to {longest}", tuple(faults))


def judge_cleavage(seen: Seen) -> Finding:
    """Judge whether each 2A peptide can part two chains: NPG and P at its end, a linker before it."""
    peptides, faults = seen.of("2A"), []
    for one in peptides:
        faults += _cleavage_faults(seen, one)
    leaders = seen.of("leader")
    for first, second in pairwise(leaders):
        if not any(first.end <= one.start and one.end <= second.start for one in peptides):
            faults.append(f"{seen.where(second.start)}: a second leader without a 2A peptide before it")
    note = "" if peptides else "one chain only: none is needed"
    asked = "NPG|P after a linker, between any two leaders"
    return Finding(f"2A peptides: {len(peptides)}", asked, tuple(faults), note)


def _cleavage_faults(seen: Seen, one: Placed) -> list[str]:
    protein, faults = seen.protein, []
    inside = seen.residues(one)
    if not (inside.endswith("NPGP") or (inside.endswith("NPG") and protein[one.end : one.end + 1] == "P")):
        faults.append(f"{seen.where(one.end - 1)}: ends with {protein[one.end - 4 : one.end + 1][:5]}, asked NPG|P")
    before = next((other.part.kind for other in seen.parts if other.end == one.start and other.end > other.start), "")
    if before != "linker" and not inside.startswith(_LINKERS):
        faults.append(f"{seen.where(one.start)}: {before or 'nothing'} before the 2A peptide, asked a linker as SGSG")
    return faults


FRAME_CHECKS: Final = (
    NamedCheck("length", "The length is a multiple of three", judge_length),
    NamedCheck("translation", "The bases code for the design", judge_translation, needs=("length",)),
    NamedCheck("start_stop", "ATG, and one stop at the end", judge_start_stop, needs=("length",)),
    NamedCheck("leaders", "Each chain has its leader", judge_leaders, framed=True, needs=("length",)),
    NamedCheck("2a", "2A peptides end NPG|P, in frame, after a linker", judge_cleavage, framed=True, needs=("length",)),
)
