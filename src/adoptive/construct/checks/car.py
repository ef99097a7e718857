"""Checks of chimeric antigen receptors: order of the parts, leader, hinge, membrane, motifs, linker, costimulation.

What is asked is a rule of design, not a measurement: a receptor that passes may still not work.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from adoptive.construct.car import MOTIFS, costimulation_of
from adoptive.construct.checks.seen import Finding, NamedCheck, Placed, Seen
from adoptive.construct.hydropathy import greatest_hydropathy
from adoptive.construct.types import PartKind

__all__ = ["CAR_CHECKS"]

# Two YxxL/I with 6 to 8 residues between: Love and Hayes 2010, doi:10.1101/cshperspect.a002485.
_ITAM: Final = re.compile(r"Y..[LI].{6,8}?Y..[LI]")
_HALF: Final = re.compile(r"Y..[LI]")
# First cysteine, tryptophan, second cysteine and J motif of a variable domain.
_V_DOMAIN: Final = re.compile(r"C.{8,20}W.{40,75}[YFHW][YFHC]C.{3,35}[FW]G.G")
# Residues at -1 and -3 of a signal peptidase's cut: von Heijne 1983, doi:10.1111/j.1432-1033.1983.tb07424.x.
_LAST: Final = frozenset("AGSCTQ")
_THIRD_LAST: Final = frozenset("AGSCTILV")
_NEAR_THE_END: Final = 8
_CHARGED: Final = frozenset("DEKR")
_RANKS: Final[dict[PartKind, int]] = {
    "leader": 0, "variable": 1, "binder": 1, "hinge": 2, "transmembrane": 3, "costimulation": 4, "signal": 5,
}  # fmt: skip
_EXTRAS: Final = ("armour", "switch", "tag")


def judge_order(seen: Seen) -> Finding:
    """Judge whether the receptor's parts stand in reading order; what is missing is another check's."""
    own = seen.of(*_RANKS)
    faults = [
        f"{seen.where(second.start)}: {second.part.name} stands behind {first.part.name}"
        for first, second in pairwise(own)
        if _RANKS[second.part.kind] < _RANKS[first.part.kind]
    ]
    faults += [] if seen.of("variable", "binder") else ["there is no binder"]
    faults += ["more than two costimulatory domains"] if len(seen.of("costimulation")) > 2 else []
    names = ", ".join(one.part.name for one in own)
    return Finding(names, "leader, binder, hinge, transmembrane, costimulation, signal", tuple(faults))


def judge_core(seen: Seen) -> Finding:
    """Judge whether the receptor's leader has a hydrophobic core without charge."""
    asked, values, faults = seen.limits.car, [], []
    for one in seen.of("leader"):
        protein = seen.residues(one)
        value, at = greatest_hydropathy(protein, window=asked.core_aa)
        values.append(f"{value:.1f}")
        charged = sorted(_CHARGED & set(protein[at : at + asked.core_aa]))
        if value < asked.core_hydropathy or charged:
            faults.append(f"{seen.where(one.start + at)}: {protein[at : at + asked.core_aa]} is no hydrophobic core")
    threshold = f"{asked.core_aa} residues, mean hydropathy {asked.core_hydropathy:g} or more, no charge"
    return Finding(", ".join(values), threshold, tuple(faults))


def report_peptidase(seen: Seen) -> Finding:
    """Report where a signal peptidase might cut: small residues at -1 and -3 near the leader's end."""
    found, faults = [], []
    for one in seen.of("leader"):
        protein = seen.residues(one)
        first = max(len(protein) - _NEAR_THE_END + 1, 3)
        cuts = [at for at in range(first, len(protein) + 1) if _may_cut(protein, at)]
        found += [f"behind residue {at}" for at in cuts]
        if not cuts:
            faults.append(f"{one.part.name}: no such place; some leaders in use, as CSF2RA, have none either")
    threshold = f"small residues at -1 and -3 in the leader's last {_NEAR_THE_END}"
    return Finding(", ".join(found) or "none", threshold, tuple(faults))


def _may_cut(protein: str, at: int) -> bool:
    return protein[at - 1] in _LAST and protein[at - 3] in _THIRD_LAST


def judge_hinge(seen: Seen) -> Finding:
    """Judge whether there is one hinge of a length that hinges have."""
    shortest, longest = seen.limits.car.hinge_aa
    own = seen.of("hinge")
    faults = [] if len(own) == 1 else [f"{len(own)} hinges, asked one"]
    faults += [
        f"{seen.where(one.start)}: {one.part.name} has {one.end - one.start} residues"
        for one in own
        if not shortest <= one.end - one.start <= longest
    ]
    lengths = ", ".join(f"{one.end - one.start} residues" for one in own) or "none"
    return Finding(lengths, f"one, of {shortest} to {longest} residues", tuple(faults))


def judge_membrane(seen: Seen) -> Finding:
    """Judge whether there is one transmembrane part, hydrophobic over the breadth of the membrane."""
    asked, own, values = seen.limits.car, seen.of("transmembrane"), []
    faults = [] if len(own) == 1 else [f"{len(own)} transmembrane parts, asked one"]
    for one in own:
        protein = seen.residues(one)
        value, at = greatest_hydropathy(protein, window=asked.membrane_window)
        values.append(f"{len(protein)} residues, hydropathy {value:.2f}")
        if len(protein) < asked.membrane_window:
            faults.append(f"{seen.where(one.start)}: {one.part.name} is too short to cross the membrane")
        elif value < asked.membrane_hydropathy:
            faults.append(f"{seen.where(one.start + at)}: {one.part.name} is not hydrophobic enough")
    threshold = f"one, mean of {asked.membrane_hydropathy:g} or more over {asked.membrane_window} residues"
    return Finding("; ".join(values) or "none", threshold, tuple(faults))


def judge_itams(seen: Seen) -> Finding:
    """Judge whether the signalling motifs are there: pairs of YxxL/I; a lone half is a broken motif."""
    asked, motifs, lone = seen.limits.car.itams, [], []
    for one in seen.of("signal"):
        protein = seen.residues(one)
        whole = list(_ITAM.finditer(protein))
        motifs += [match[0] for match in whole]
        lone += [
            f"{seen.where(one.start + half.start())}: {half[0]} is half a motif"
            for half in _HALF.finditer(protein)
            if not any(match.start() <= half.start() < match.end() for match in whole)
        ]
    faults = [] if len(motifs) == asked else [f"{len(motifs)} whole motifs", *lone]
    return Finding(", ".join(motifs) or "none", f"{asked} pairs YxxL/I, 6 to 8 residues between", tuple(faults))


def judge_linker(seen: Seen) -> Finding:
    """Judge the linker between two variable domains; a binder given whole has none that is named."""
    asked, domains = seen.limits.car, seen.of("variable")
    (shortest, longest), never = asked.linker_aa, asked.linker_never
    threshold = f"{shortest} to {longest} residues, {asked.linker_gs:.0%} G and S or more, none of {never}"
    if len(domains) != 2:
        value = f"{len(domains)} variable domains"
        return Finding(value, threshold, (f"{value}, asked two",) if domains else (), "the binder was given whole")
    start, end = domains[0].end, domains[1].start
    between = seen.protein[start:end]
    share = sum(letter in "GS" for letter in between) / max(len(between), 1)
    wrong = "".join(sorted(set(between) & set(never)))
    said = {
        f"{len(between)} residues": shortest <= len(between) <= longest,
        f"{share:.0%} G and S": share >= asked.linker_gs,
        f"it holds {wrong}": not wrong,
    }
    faults = tuple(f"{seen.where(start)}: {what}" for what, holds in said.items() if not holds)
    return Finding(f"{between}, {len(between)} residues, {share:.0%} G and S", threshold, faults)


def judge_costimulation(seen: Seen) -> Finding:
    """Judge whether the domains are what they are called, by their residues, and what the study says."""
    asked, kinds, faults = seen.limits.car.costimulation, [], []
    for one in seen.of("costimulation"):
        kinds.append(costimulation_of(seen.residues(one)))
        if one.part.name in MOTIFS and kinds[-1] != one.part.name:
            faults.append(f"{seen.where(one.start)}: {one.part.name} lacks the residues of that domain")
    found = " and ".join(name for name in MOTIFS if name in kinds) or "none"
    if asked and not faults and found != asked:
        faults.append(f"{found}, the study says {asked}")
    return Finding(found, f"as called, and {asked} as the study says" if asked else "as called", tuple(faults))


def report_domains(seen: Seen) -> Finding:
    """Report whether the binder has the conserved residues of variable domains."""
    own = seen.of("variable", "binder")
    counts = {one.part.name: len(_V_DOMAIN.findall(seen.residues(one))) for one in own}
    faults = tuple(f"{name}: no such domain; a binder of another build has none" for name, n in counts.items() if not n)
    value = ", ".join(f"{name}: {number}" for name, number in counts.items())
    return Finding(value or "no binder", "two cysteines, tryptophan and J motif in each", faults)


def judge_extras(seen: Seen) -> Finding:
    """Judge whether armour, switch and tag stand apart from all else by a 2A, and begin with their own methionine."""
    faults = []
    for chain in _chains(seen):
        extras = [one for one in chain if one.part.kind in _EXTRAS]
        rest = [one for one in chain if one.part.kind != "linker"]
        if extras and len(rest) > 1:
            names = " and ".join(one.part.name for one in rest[:3])
            faults.append(f"{seen.where(extras[0].start)}: no 2A between {names}")
        for one in extras:
            if not seen.residues(one).startswith("M"):
                faults.append(f"{seen.where(one.start)}: {one.part.name} has no methionine of its own")
    names = ", ".join(one.part.name for one in seen.of(*_EXTRAS)) or "none"
    return Finding(names, "each apart by a 2A, from its own M", tuple(faults))


def _chains(seen: Seen) -> list[list[Placed]]:
    """Part the insert at its 2A peptides."""
    chains: list[list[Placed]] = [[]]
    for one in seen.parts:
        if one.part.kind == "2A":
            chains.append([])
        else:
            chains[-1].append(one)
    return chains


def _named(id: str, title: str, judge: Callable[[Seen], Finding], *, reports: bool = False) -> NamedCheck:
    return NamedCheck(id, title, judge, ("length",), framed=True, reports=reports, kinds=("CAR",))


CAR_CHECKS: Final = (
    _named("car_order", "The receptor's parts stand in reading order", judge_order),
    _named("car_core", "The leader has a hydrophobic core", judge_core),
    _named("car_hinge", "There is a hinge", judge_hinge),
    _named("car_membrane", "The transmembrane segment is hydrophobic", judge_membrane),
    _named("car_itams", "The signalling motifs are whole", judge_itams),
    _named("car_linker", "The linker of the binder is flexible", judge_linker),
    _named("car_costimulation", "The costimulatory domains are as called", judge_costimulation),
    _named("car_extras", "Armour, switch and tag stand apart by a 2A", judge_extras),
    _named("car_peptidase", "A place for the signal peptidase", report_peptidase, reports=True),
    _named("car_domains", "Conserved residues of the V domains", report_domains, reports=True),
)
