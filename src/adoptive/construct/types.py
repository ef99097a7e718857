"""Which receptor is built: the nouns of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from annotated_types import MinLen

from adoptive.construct.bases import ConstructError
from adoptive.errors import StudyError
from adoptive.units import In

__all__ = ["LONGEST_ID", "Built", "Chain", "Check", "ConstructPlan", "Insert", "Mark", "Part", "PartKind"]

LONGEST_ID: Final = 50
"""Characters of a construct's name: a longer word does not fit in a line of GenBank."""


@dataclass(frozen=True)
class ConstructPlan:
    """Describe the receptor: section ``[construct]`` of a study."""

    product: Annotated[str, MinLen(1), In("name", "product")]
    modality: Annotated[Literal["CAR-T", "TCR-T", "TRuC-T", "TIL"], In("name", "kind of T cell")]
    binder: Annotated[str, In("name", "binding domain")] = ""
    costimulation: Annotated[
        Literal["CD28", "4-1BB", "CD28 and 4-1BB", "none"],
        In("name", "costimulatory domain; none but in a chimeric antigen receptor"),
    ] = "none"
    armour: Annotated[
        Literal["none", "IL-15", "IL-18", "RUNX3", "PD-1 blockade"],
        In("name", "what the cell makes beside its receptor"),
    ] = "none"
    safety_switch: Annotated[Literal["none", "iCasp9"], In("name", "switch by which a drug kills the cells")] = "none"
    product_spec: Annotated[
        str, In("path", "product specification beside the study file; once read, its contents stand in the sections")
    ] = ""

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if (self.modality == "CAR-T") == (self.costimulation == "none"):
            raise StudyError(
                "a chimeric antigen receptor has a costimulatory domain, no other receptor has one",
                where="construct.costimulation",
                value=self.costimulation,
                allowed="CD28, 4-1BB, or both for CAR-T; none for TCR-T, TRuC-T and TIL",
                next_step="correct modality or costimulation",
            )
        if self.modality == "TIL" and (self.armour != "none" or self.safety_switch != "none"):
            raise StudyError(
                "tumour-infiltrating lymphocytes are not engineered",
                where="construct.armour, construct.safety_switch",
                value=f"{self.armour}, {self.safety_switch}",
                allowed="none",
                next_step="remove both, or correct modality",
            )


PartKind = Literal[
    "promoter", "leader", "variable", "binder", "tag", "hinge", "transmembrane", "costimulation", "signal",
    "constant", "cleavage", "linker", "2A", "armour", "switch", "stop", "vector",
]  # fmt: skip


@dataclass(frozen=True)
class Chain:
    """Hold one receptor chain as stitched, leader to end of J.

    ``nt`` are the bases of leader, V, CDR3 and whole codons of J; ``tail_nt`` the base of J left over, which begins the
    first codon of the constant region. ``templated`` counts residues of the CDR3 from V and from J. ``warnings`` say
    what was doubtful: an allele that sources disagree on, a name that was standardised, a residue unlike germline.
    """

    chain: Literal["TRA", "TRB"]
    v: str
    j: str
    cdr3: str
    leader: str
    nt: str
    tail_nt: str
    templated: tuple[int, int]
    warnings: tuple[str, ...] = ()
    species: Literal["human", "mouse"] = "human"

    @property
    def protein(self) -> str:
        """Give the protein, leader included."""
        from adoptive.construct.bases import translate

        return translate(self.nt)

    @property
    def variable(self) -> str:
        """Give the V domain: the protein without its leader."""
        return self.protein[len(self.leader) :]


@dataclass(frozen=True)
class Part:
    """Hold one part of an insert, in reading direction, with the protein that it codes for."""

    name: str
    kind: PartKind
    protein: str
    source: str = ""
    nt: str = ""
    """Bases that are given (germline, a user's part); empty: to be chosen by codon optimisation."""


@dataclass(frozen=True)
class Insert:
    """Hold the design of one insert: an open reading frame of parts, from ATG to stop.

    ``chains`` are the receptor chains in it, in reading order, one for each part of kind "variable". ``cdr3`` is what
    the receptor's own row asks for, as ``(("TRA", "CAV..."), ("TRB", "CAS..."))``: the checks compare it with what was
    built. ``contigs`` are bases that were sequenced, by chain, if there are any. ``notes`` are warnings.
    """

    id: str
    kind: Literal["TCR", "CAR"]
    parts: tuple[Part, ...]
    chains: tuple[Chain, ...] = ()
    notes: tuple[str, ...] = ()
    cdr3: tuple[tuple[str, str], ...] = ()
    contigs: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        if not self.id.strip() or len(self.id) > LONGEST_ID or not self.id.isprintable():
            raise ConstructError(
                "not the name of a construct", where="id", value=ascii(self.id[:80]),
                allowed=f"1 to {LONGEST_ID} characters that can be printed", next_step="give it a shorter, plain name",
            )  # fmt: skip

    @property
    def protein(self) -> str:
        """Give the whole protein, without the stop."""
        return "".join(part.protein for part in self.parts)


@dataclass(frozen=True)
class Mark:
    """Hold one feature of a vector: bases ``start`` to ``end`` (0-based, half open; ``end`` below ``start`` wraps)."""

    name: str
    kind: str
    start: int
    end: int
    strand: int = 1


@dataclass(frozen=True)
class Built:
    """Hold an insert with its bases, and the vector in which it stands if there is one.

    ``nt`` runs from ATG to stop. ``vector_nt`` is the whole circular or linear vector with the insert at
    ``insert_at`` (0-based); empty without a vector. ``marks`` are the vector's features that are left, in its bases.
    """

    insert: Insert
    nt: str
    vector_nt: str = ""
    insert_at: int = 0
    vector_name: str = ""
    circular: bool = False
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Check:
    """Hold one named check of a construct: what was found, what was asked, whether it holds.

    ``reports`` checks inform and never stop an order. A check that could not be judged, because another failed or
    something was not given, has ``passed`` true and ``judged`` false: it found no fault, and it stops an order too.
    """

    id: str
    title: str
    value: str
    threshold: str
    passed: bool
    detail: str = ""
    reports: bool = False
    judged: bool = True

    @property
    def verdict(self) -> str:
        """Give ``pass``, ``FAIL`` or ``not judged``."""
        return "not judged" if not self.judged else "pass" if self.passed else "FAIL"
