"""A chimeric antigen receptor, put together from parts: leader, binder, hinge, membrane, costimulation, signal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from adoptive.construct.bases import ConstructError
from adoptive.construct.parts import Catalogue, load_catalogue
from adoptive.construct.types import Insert, Part, PartKind

__all__ = [
    "MOTIFS",
    "SLOTS",
    "ProductClass",
    "Scfv",
    "ScfvOrder",
    "car_insert",
    "costimulation_of",
    "product_class",
    "scfv",
]

ScfvOrder = Literal["VL VH", "VH VL"]

SLOTS: Final[dict[str, tuple[PartKind, ...]]] = {
    "leader": ("leader",),
    "binder": ("binder",),
    "scfv_linker": ("linker",),
    "joint": ("linker",),
    "hinge": ("hinge",),
    "transmembrane": ("transmembrane",),
    "costimulation": ("costimulation",),
    "signal": ("signal",),
    "switch": ("switch",),
    "tag": ("tag",),
    "armour": ("armour",),
    "linker": ("linker",),
    "cleavage": ("2A",),
}
"""Places in a receptor and the kinds of parts that may stand there."""

MOTIFS: Final = {"CD28": ("YMNM", "PYAP"), "4-1BB": ("TTQE", "PEEE")}
"""Residues by which a costimulatory domain is told: where PI3K and Lck bind CD28, and TRAF2 binds 4-1BB."""

ARMOURS: Final = ("IL-15", "IL-18", "RUNX3", "PD-1 blockade")
SWITCHES: Final = ("iCasp9",)


@dataclass(frozen=True)
class Scfv:
    """Hold a single-chain binder: two variable domains with a linker between them, in reading direction."""

    first: Part
    linker: Part
    second: Part

    @property
    def parts(self) -> tuple[Part, ...]:
        """Give the three parts in reading direction."""
        return (self.first, self.linker, self.second)


def scfv(
    name: str,
    *,
    order: ScfvOrder = "VL VH",
    linker: str = "218 linker",
    catalogue: Catalogue | None = None,
) -> Scfv:
    """Put a single-chain binder together from the variable domains ``NAME VL`` and ``NAME VH`` of the catalogue.

    >>> scfv("FMC63", order="VH VL").first.name
    'FMC63 VH'

    Raises
    ------
    ConstructError
        The catalogue has no such domains or no such linker.
    """
    known = catalogue or load_catalogue()
    pairs = [one[: -len(" VL")] for one in known.names("variable") if one.endswith(" VL")]
    if name.strip().lower() not in {pair.lower() for pair in pairs}:
        raise ConstructError(
            "no such binder", where="binder", value=name, allowed=", ".join((*pairs, *known.names("binder"))),
            next_step="give its protein: binder_fasta with one record, or with two for VL and VH",
        )  # fmt: skip
    first, second = (known.find(f"{name.strip()} {word}", kinds=["variable"]).part for word in order.split())
    return Scfv(first, known.find(linker, kinds=["linker"], where="scfv_linker").part, second)


def car_insert(
    *,
    id: str,
    leader: Part | str = "CD8A",
    binder: Scfv | Part | str,
    hinge: Part | str = "CD8A hinge",
    transmembrane: Part | str = "CD8A TM",
    costimulation: Sequence[Part | str] = ("4-1BB",),
    signal: Part | str = "CD3z",
    joint: Part | str | None = None,
    switch: Part | str | None = None,
    tag: Part | str | None = None,
    armour: Part | str | None = None,
    cleavage: Part | str = "P2A",
    linker: Part | str = "GSG",
    catalogue: Catalogue | None = None,
) -> Insert:
    """Put a chimeric antigen receptor together: ``[switch 2A] receptor [2A tag] [2A armour]``.

    The receptor is leader, binder, ``joint`` (residues between binder and hinge, if any), hinge, transmembrane, up to
    two costimulatory domains, signal. A text names a part of the catalogue; a part is taken as it is. ``linker``
    stands before every 2A. What lies behind a 2A begins with its own methionine.

    >>> insert = car_insert(id="demo", binder=scfv("FMC63", linker="(G4S)3"))
    >>> len(insert.protein), [part.name for part in insert.parts][-4:]
    (486, ['CD8A hinge', 'CD8A TM', '4-1BB', 'CD3z'])

    Raises
    ------
    ConstructError
        A part that the catalogue lacks or that is of another kind; more than two costimulatory domains.
    """
    known = catalogue or load_catalogue()
    if len(costimulation) > 2:
        names = ", ".join(one if isinstance(one, str) else one.name for one in costimulation)
        raise ConstructError("too many costimulatory domains", where="costimulation", value=names, allowed="0, 1 or 2")
    core = [
        _part("leader", leader, known),
        *_binder(binder, known),
        *([] if joint is None else [_part("joint", joint, known)]),
        _part("hinge", hinge, known),
        _part("transmembrane", transmembrane, known),
        *(_part("costimulation", one, known) for one in costimulation),
        _part("signal", signal, known),
    ]
    cut = [_part("linker", linker, known), _part("cleavage", cleavage, known)]
    parts = [] if switch is None else [_part("switch", switch, known), *cut]
    parts += core
    for slot, more in (("tag", tag), ("armour", armour)):
        parts += [] if more is None else [*cut, _part(slot, more, known)]
    return Insert(id, "CAR", tuple(parts))


def _binder(binder: Scfv | Part | str, known: Catalogue) -> tuple[Part, ...]:
    """Give a binder's parts; a name is a whole binder, else a pair of variable domains."""
    if isinstance(binder, Scfv):
        return binder.parts
    if isinstance(binder, str) and binder.strip().lower() not in {name.lower() for name in known.names("binder")}:
        return scfv(binder, catalogue=known).parts
    return (_part("binder", binder, known),)


def _part(slot: str, given: Part | str, known: Catalogue) -> Part:
    if isinstance(given, str):
        return known.find(given, kinds=SLOTS[slot], where=slot).part
    if given.kind not in SLOTS[slot]:
        raise ConstructError(
            "a part of another kind", where=slot, value=f"{given.name}: {given.kind}", allowed=", ".join(SLOTS[slot])
        )
    return given


@dataclass(frozen=True)
class ProductClass:
    """Say what kind of product an insert is, in the words of a study's section ``[construct]``."""

    costimulation: str
    armour: str
    safety_switch: str
    notes: tuple[str, ...] = ()


def costimulation_of(protein: str) -> str:
    """Tell a costimulatory domain by its residues: ``CD28``, ``4-1BB``, or nothing."""
    return next((name for name, motifs in MOTIFS.items() if all(one in protein for one in motifs)), "")


def product_class(insert: Insert) -> ProductClass:
    """Say what kind of product an insert is; what a study has no word for is ``none``, with a note.

    >>> product_class(car_insert(id="demo", binder="FMC63")).costimulation
    '4-1BB'
    """
    found = {part.name: costimulation_of(part.protein) for part in insert.parts if part.kind == "costimulation"}
    notes = [f"a study has no word for the costimulatory domain {name}" for name, kind in found.items() if not kind]
    costimulation = " and ".join(name for name in MOTIFS if name in found.values()) or "none"
    words = {}
    for kind, known in (("armour", ARMOURS), ("switch", SWITCHES)):
        names = [part.name for part in insert.parts if part.kind == kind]
        words[kind] = next((one for one in known for name in names if one.lower() == name.lower()), "none")
        if names and words[kind] == "none":
            notes.append(f"a study has no word for the {kind} {names[0]}")
    return ProductClass(costimulation, words["armour"], words["switch"], tuple(notes))
