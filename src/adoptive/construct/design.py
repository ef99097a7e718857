"""The design of a chimeric antigen receptor as a person writes it: names of parts, and files of parts of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from adoptive.construct.bases import ConstructError
from adoptive.construct.car import Scfv, ScfvOrder, car_insert, scfv
from adoptive.construct.parts import Catalogue, ListedPart
from adoptive.construct.types import LONGEST_ID, Insert, Part, PartKind
from adoptive.units import In

__all__ = ["FASTA_KINDS", "CarDesign", "design_insert"]

FASTA_KINDS: Final[dict[str, PartKind]] = {
    "leader": "leader", "binder": "binder", "hinge": "hinge", "transmembrane": "transmembrane", "signal": "signal",
    "switch": "switch", "tag": "tag", "armour": "armour",
}  # fmt: skip
"""Places that a user's FASTA file may fill, with the kind of part that stands there."""

ORDERS: Final[tuple[ScfvOrder, ...]] = ("VL VH", "VH VL")


@dataclass(frozen=True)
class CarDesign:
    """Hold a design file, ``DESIGN.toml``: one key a field.

    A key ``..._fasta`` names a FASTA file of one protein; the key without ``_fasta`` then gives that part its name.
    ``binder_fasta`` may hold two proteins: the variable domains in reading order, with ``scfv_linker`` between them.
    """

    id: Annotated[str, In("name", "the construct; also the files' name")]
    target: Annotated[str, In("name", "antigen, as the studies write it; for the hand-over")] = ""
    leader: Annotated[str, In("part", "signal peptide")] = "CD8A"
    leader_fasta: Annotated[str, In("file", "signal peptide of one's own")] = ""
    binder: Annotated[str, In("part", "binder: FMC63 and Hu19 are in the catalogue")] = ""
    binder_fasta: Annotated[str, In("file", "binder of one's own: one protein, or VL and VH in reading order")] = ""
    scfv_order: Annotated[str, In("VL VH, VH VL", "order of a catalogue binder's variable domains")] = "VL VH"
    scfv_linker: Annotated[str, In("part", "linker between the variable domains")] = "218 linker"
    joint: Annotated[str, In("part", "residues between binder and hinge; empty: none")] = ""
    hinge: Annotated[str, In("part", "hinge")] = "CD8A hinge"
    hinge_fasta: Annotated[str, In("file", "hinge of one's own")] = ""
    transmembrane: Annotated[str, In("part", "transmembrane segment")] = "CD8A TM"
    transmembrane_fasta: Annotated[str, In("file", "transmembrane segment of one's own")] = ""
    costimulation: Annotated[tuple[str, ...], In("parts", "none, one or two costimulatory domains")] = ("4-1BB",)
    signal: Annotated[str, In("part", "signalling domain")] = "CD3z"
    signal_fasta: Annotated[str, In("file", "signalling domain of one's own")] = ""
    switch: Annotated[str, In("part", "safety switch, before the receptor; empty: none")] = ""
    switch_fasta: Annotated[str, In("file", "its protein, from M")] = ""
    tag: Annotated[str, In("part", "surface tag, behind the receptor; empty: none")] = ""
    tag_fasta: Annotated[str, In("file", "its protein, from M, with a leader of its own")] = ""
    armour: Annotated[str, In("part", "armour, last; a study knows IL-15, IL-18, RUNX3, PD-1 blockade")] = ""
    armour_fasta: Annotated[str, In("file", "its protein, from M")] = ""
    linker: Annotated[str, In("part", "linker before each 2A")] = "GSG"
    cleavage: Annotated[str, In("part", "2A peptide")] = "P2A"
    parts: Annotated[str, In("file", "TOML file of parts of one's own, laid out as the catalogue")] = ""
    itams: Annotated[int, In("motifs", "signalling motifs that are asked for")] = 3
    study_costimulation: Annotated[
        str, In("CD28, 4-1BB, CD28 and 4-1BB", "what the study file says; checked against the parts; empty: no study")
    ] = ""

    def __post_init__(self) -> None:
        if not self.id.strip() or self.id.strip() in (".", "..") or "/" in self.id or len(self.id) > LONGEST_ID:
            raise ConstructError(
                "a construct needs an id that can name a file", where="id", value=self.id[:80], next_step="write id"
            )
        if self.scfv_order not in ORDERS:
            raise ConstructError("no such order", where="scfv_order", value=self.scfv_order, allowed=", ".join(ORDERS))
        if not 1 <= self.itams <= 10:
            raise ConstructError("out of range", where="itams", value=self.itams, allowed="1 to 10")
        words = ("", "CD28", "4-1BB", "CD28 and 4-1BB")
        if self.study_costimulation not in words:
            raise ConstructError(
                "not a word of study files", where="study_costimulation", value=self.study_costimulation,
                allowed=", ".join(words[1:]),
            )  # fmt: skip
        if not (self.binder or self.binder_fasta):
            raise ConstructError(
                "a receptor needs a binder", where="binder", next_step="name one of the catalogue, or give binder_fasta"
            )


def design_insert(
    design: CarDesign, *, catalogue: Catalogue, given: Mapping[str, tuple[ListedPart, ...]] | None = None
) -> Insert:
    """Put a design together; ``given`` holds the proteins read from its FASTA files, by place.

    Raises
    ------
    ConstructError
        A part that the catalogue lacks, or a file with another number of proteins than its place takes.
    """
    own = {slot: _given(design, slot, parts, catalogue) for slot, parts in (given or {}).items() if slot != "binder"}
    slots: dict[str, Any] = {
        slot: own.get(slot) or getattr(design, slot) or None
        for slot in ("leader", "joint", "hinge", "transmembrane", "signal", "switch", "tag", "armour")
    }
    binder = _binder(design, catalogue, (given or {}).get("binder", ()))
    return car_insert(
        id=design.id, binder=binder, costimulation=design.costimulation, linker=design.linker,
        cleavage=design.cleavage, catalogue=catalogue, **slots,
    )  # fmt: skip


def _given(design: CarDesign, slot: str, parts: tuple[ListedPart, ...], catalogue: Catalogue) -> Part:
    if len(parts) != 1:
        raise ConstructError("one protein is needed here", where=f"{slot}_fasta", value=f"{len(parts)} proteins")
    name = _own_name(getattr(design, slot), parts[0], catalogue)
    return Part(name, FASTA_KINDS[slot], parts[0].protein, parts[0].source)


def _own_name(chosen: str, part: ListedPart, catalogue: Catalogue) -> str:
    """Name a user's part as the design does, but never as a part of the catalogue that it is not."""
    taken = {name.lower().removesuffix(" vl").removesuffix(" vh") for name in catalogue.names()}
    return chosen if chosen and chosen.strip().lower() not in taken else part.name


def _binder(design: CarDesign, catalogue: Catalogue, given: tuple[ListedPart, ...]) -> Scfv | Part | str:
    """Give the binder: a name's variable domains, a whole protein, or two variable domains from a file."""
    if not given:
        if design.binder.strip().lower() in {name.lower() for name in catalogue.names("binder")}:
            return design.binder
        order: ScfvOrder = "VH VL" if design.scfv_order == "VH VL" else "VL VH"
        return scfv(design.binder, order=order, linker=design.scfv_linker, catalogue=catalogue)
    if len(given) == 1:
        name = _own_name(design.binder, given[0], catalogue)
        return Part(name, "binder", given[0].protein, given[0].source)
    if len(given) != 2:
        raise ConstructError(
            "one protein, or two variable domains, are needed here",
            where="binder_fasta",
            value=f"{len(given)} proteins",
        )
    first, second = (Part(one.name, "variable", one.protein, one.source) for one in given)
    return Scfv(first, catalogue.find(design.scfv_linker, kinds=["linker"], where="scfv_linker").part, second)
