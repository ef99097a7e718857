"""The named checks of a chimeric antigen receptor: each can fail, and says what it found and what was asked.

What is asked is a rule of design, not a measurement: a receptor that passes may still not work, and the thresholds
that no paper gives are said to be assumed. They stand in :class:`CarAsked`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from adoptive.construct.bases import ConstructError, translate
from adoptive.construct.car import costimulation_of
from adoptive.construct.hydropathy import greatest_hydropathy
from adoptive.construct.types import Built, Check, Insert, Part, PartKind

__all__ = ["CAR_CHECKS", "CarAsked", "car_checks"]

ITAM: Final = re.compile(r"(Y..[LI].{6,8}?Y..[LI])")
"""Two YxxL/I with 6 to 8 residues between (Love and Hayes 2010, doi:10.1101/cshperspect.a002485)."""

V_DOMAIN: Final = re.compile(r"C.{8,20}W.{40,75}[YFHW][YFHC]C.{3,35}[FW]G.G")
"""First cysteine, tryptophan, second cysteine and J motif of a variable domain."""

SMALL_LAST: Final = frozenset("AGSCTQ")
"""Residues right before a signal peptidase's cut (von Heijne 1983, doi:10.1111/j.1432-1033.1983.tb07424.x)."""

SMALL_THIRD_LAST: Final = frozenset("AGSCTILV")
"""Residues two before that one (same source)."""

CHARGED: Final = frozenset("DEKR")
RANKS: Final[dict[PartKind, int]] = {
    "leader": 0, "variable": 1, "binder": 1, "hinge": 2, "transmembrane": 3, "costimulation": 4, "signal": 5,
}  # fmt: skip
EXTRAS: Final[tuple[PartKind, ...]] = ("armour", "switch", "tag")


@dataclass(frozen=True)
class CarAsked:
    """State what the checks ask of a chimeric receptor.

    ``costimulation`` is what the study says, as ``CD28 and 4-1BB``; empty: no study was named. ``itams`` is 3, unless
    motifs were taken away on purpose. ``membrane_window`` and ``membrane_hydropathy`` are Kyte and Doolittle's own
    (1982, doi:10.1016/0022-2836(82)90515-0): a mean above 1.6 over 19 residues. Lengths, the core of the signal peptide
    and the composition of the linker are assumed, so that the receptors in use pass.
    """

    costimulation: str = ""
    itams: int = 3
    leader_aa: tuple[int, int] = (12, 35)
    core_aa: int = 7
    core_hydropathy: float = 1.6
    hinge_aa: tuple[int, int] = (10, 250)
    membrane_window: int = 19
    membrane_hydropathy: float = 1.6
    linker_aa: tuple[int, int] = (10, 30)
    linker_gs: float = 0.6
    linker_never: str = "CFILMVWY"


def car_checks(built: Built, *, asked: CarAsked = CarAsked()) -> tuple[Check, ...]:  # noqa: B008
    """Judge a chimeric receptor by every check of :data:`CAR_CHECKS`, in their order."""
    return tuple(one(built, asked) for one in CAR_CHECKS)


def _own(insert: Insert, *kinds: PartKind) -> tuple[Part, ...]:
    return tuple(part for part in insert.parts if part.kind in kinds)


def _check(id: str, title: str, faults: list[str], *, value: str, threshold: str, reports: bool = False) -> Check:
    return Check(f"car-{id}", title, value, threshold, not faults, "; ".join(faults), reports)


def _order(built: Built, asked: CarAsked) -> Check:
    """Ask that the receptor's parts stand in reading order; what is missing is another check's."""
    own = _own(built.insert, *RANKS)
    ranks = [RANKS[part.kind] for part in own]
    faults = [
        f"{b.name} stands behind {a.name}" for a, b in zip(own, own[1:], strict=False) if RANKS[b.kind] < RANKS[a.kind]
    ]
    faults += [] if 1 in ranks else ["there is no binder"]
    faults += ["more than two costimulatory domains"] if ranks.count(4) > 2 else []
    threshold = "leader, binder, hinge, transmembrane, costimulation, signal"
    return _check(
        "order", "Order of the parts", faults, value=", ".join(part.name for part in own), threshold=threshold
    )


def _leader(built: Built, asked: CarAsked) -> Check:
    """Ask for a signal peptide: methionine, length, and a hydrophobic core without charge."""
    own, (least, most) = _own(built.insert, "leader"), asked.leader_aa
    protein = own[0].protein if own else ""
    core, at = greatest_hydropathy(protein, window=asked.core_aa)
    faults = [] if len(own) == 1 else [f"{len(own)} leaders"]
    faults += [] if protein.startswith("M") else ["it does not begin with M"]
    faults += [] if least <= len(protein) <= most else ["its length"]
    charged = CHARGED & set(protein[at : at + asked.core_aa])
    faults += ["it has no hydrophobic core"] if core < asked.core_hydropathy or charged else []
    return _check(
        "leader", "Signal peptide", faults, value=f"{len(protein)} aa, core {core:.1f}",
        threshold=f"one, M, {least} to {most} aa, {asked.core_aa} residues of hydropathy {asked.core_hydropathy:g} or more",
    )  # fmt: skip


def _peptidase(built: Built, asked: CarAsked) -> Check:
    """Report where a signal peptidase might cut by the rule of small residues at -1 and -3."""
    own = _own(built.insert, "leader")
    protein = own[0].protein if own else ""
    cuts = [
        at for at in range(max(len(protein) - 7, 3), len(protein) + 1)
        if protein[at - 1] in SMALL_LAST and protein[at - 3] in SMALL_THIRD_LAST
    ]  # fmt: skip
    faults = [] if cuts else ["no such place; some leaders in use, as CSF2RA, have none either"]
    return _check(
        "peptidase", "Place for the signal peptidase", faults, value=", ".join(f"behind {at}" for at in cuts) or "none",
        threshold="small residues at -1 and -3 in the leader's last eight", reports=True,
    )  # fmt: skip


def _hinge(built: Built, asked: CarAsked) -> Check:
    own, (least, most) = _own(built.insert, "hinge"), asked.hinge_aa
    length = sum(len(part.protein) for part in own)
    faults = [] if len(own) == 1 else [f"{len(own)} hinges"]
    faults += [] if not own or least <= length <= most else ["its length"]
    return _check("hinge", "Hinge", faults, value=f"{length} aa", threshold=f"one, {least} to {most} aa")


def _membrane(built: Built, asked: CarAsked) -> Check:
    """Ask for one transmembrane part with a hydrophobic stretch."""
    own = _own(built.insert, "transmembrane")
    protein = own[0].protein if own else ""
    value, _ = greatest_hydropathy(protein, window=asked.membrane_window)
    faults = [] if len(own) == 1 else [f"{len(own)} transmembrane parts"]
    faults += ["too short to cross the membrane"] if own and len(protein) < asked.membrane_window else []
    faults += ["not hydrophobic enough"] if own and value < asked.membrane_hydropathy else []
    return _check(
        "membrane", "Transmembrane segment", faults, value=f"{len(protein)} aa, hydropathy {value:.2f}",
        threshold=f"one, mean of {asked.membrane_hydropathy:g} or more over {asked.membrane_window} residues",
    )  # fmt: skip


def _itams(built: Built, asked: CarAsked) -> Check:
    """Ask for the signalling motifs: pairs of YxxL/I; a lone half is a motif that was broken."""
    protein = "".join(part.protein for part in _own(built.insert, "signal"))
    found = [(match.start(), match[1]) for match in ITAM.finditer(protein)]
    inside = {at for start, motif in found for at in range(start, start + len(motif))}
    lone = [f"{one[0]} at {one.start() + 1}" for one in re.finditer(r"Y..[LI]", protein) if one.start() not in inside]
    faults = [] if len(found) == asked.itams else [f"{len(found)} whole motifs"]
    faults += [f"half a motif: {', '.join(lone)}"] if faults and lone else []
    return _check(
        "itam", "Signalling motifs (ITAM)", faults, value=f"{len(found)}: {', '.join(m for _, m in found) or 'none'}",
        threshold=f"{asked.itams} pairs YxxL/I, x(6-8) between",
    )  # fmt: skip


def _linker(built: Built, asked: CarAsked) -> Check:
    """Ask for a flexible linker between two variable domains; a binder given whole has none of its own."""
    parts, (least, most) = built.insert.parts, asked.linker_aa
    at = [index for index, part in enumerate(parts) if part.kind == "variable"]
    between = "".join(part.protein for part in parts[at[0] + 1 : at[-1]]) if len(at) == 2 else ""
    share = sum(between.count(letter) for letter in "GS") / max(len(between), 1)
    never = sorted(set(between) & set(asked.linker_never))
    faults = ["one variable domain without its partner"] if len(at) == 1 else []
    if len(at) == 2:
        faults += [] if least <= len(between) <= most else ["its length"]
        faults += [] if share >= asked.linker_gs else ["not flexible enough"]
        faults += [f"it holds {', '.join(never)}"] if never else []
    value = f"{between}, {len(between)} aa, {share:.0%} G and S" if at else "the binder was given whole"
    threshold = f"{least} to {most} aa, {asked.linker_gs:.0%} G and S or more, none of {asked.linker_never}"
    return _check("linker", "Linker of the binder", faults, value=value, threshold=threshold)


def _costimulation(built: Built, asked: CarAsked) -> Check:
    """Ask that the domains are what they are called, by their residues, and what the study says."""
    own = _own(built.insert, "costimulation")
    found = [costimulation_of(part) for part in own]
    faults = [
        f"{part.name} lacks the residues of that domain"
        for part, kind in zip(own, found, strict=True)
        if part.name in ("CD28", "4-1BB") and part.name != kind
    ]
    value = " and ".join(name for name in ("CD28", "4-1BB") if name in found) or "none"
    if asked.costimulation and not faults and value != asked.costimulation:
        faults.append(f"the study says {asked.costimulation}")
    threshold = f"as called, and {asked.costimulation}, as the study says" if asked.costimulation else "as called"
    return _check("costimulation", "Costimulatory domains", faults, value=value, threshold=threshold)


def _binder(built: Built, asked: CarAsked) -> Check:
    """Report whether the binder has the conserved residues of variable domains."""
    own = _own(built.insert, "variable", "binder")
    found = {part.name: len(V_DOMAIN.findall(part.protein)) for part in own}
    faults = [f"{name}: not found" for name, domains in found.items() if domains == 0]
    return _check(
        "binder", "Conserved residues of the V domains", faults,
        value=", ".join(f"{name}: {domains}" for name, domains in found.items()) or "no binder",
        threshold="cysteines, tryptophan and J motif in each; a binder of another build has none", reports=True,
    )  # fmt: skip


def _cut(built: Built, asked: CarAsked) -> Check:
    """Ask that armour, switch and tag stand apart from the receptor by a 2A in frame, each with its own start."""
    insert, faults = built.insert, []
    proteins: list[list[Part]] = [[]]
    for part in insert.parts:
        proteins[-1].append(part)
        if part.kind == "2A":
            proteins.append([])
            faults += [] if part.protein.endswith("NPGP") else [f"{part.name} does not end in NPGP"]
    faults += [
        f"{' and '.join(part.name for part in extras)}: no 2A between it and its neighbour"
        for one in proteins
        if (extras := [part for part in one if part.kind in EXTRAS])
        and len([p for p in one if p.kind not in ("linker", "2A")]) > 1
    ]
    faults += [f"{one[0].name} has no methionine of its own" for one in proteins if one and one[0].protein[:1] != "M"]
    faults += _out_of_frame(built)
    names = ", ".join(part.name for part in _own(insert, *EXTRAS)) or "none"
    return _check("2a", "Armour, switch and tag", faults, value=names, threshold="each apart by a 2A in frame, from M")


def _out_of_frame(built: Built) -> list[str]:
    at, faults = 0, []
    for part in built.insert.parts:
        bases = built.nt[at : at + 3 * len(part.protein)]
        at += 3 * len(part.protein)
        if part.kind == "2A" and _read(bases) != part.protein:
            faults.append(f"{part.name} is not read in frame")
    return faults


def _read(bases: str) -> str:
    try:
        return translate(bases)
    except ConstructError:
        return ""


CAR_CHECKS: Final[tuple[Callable[[Built, CarAsked], Check], ...]] = (
    _order, _leader, _peptidase, _hinge, _membrane, _itams, _linker, _costimulation, _binder, _cut,
)  # fmt: skip
