"""What a check looks at, what it finds, and how its place in a construct is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from adoptive.construct.bases import ConstructError, translate
from adoptive.construct.checks.car_limits import CarLimits
from adoptive.construct.rules import Rules
from adoptive.construct.types import Built, Chain, Insert, Part

__all__ = ["Domain", "Finding", "Limits", "NamedCheck", "Placed", "Seen", "see"]


@dataclass(frozen=True)
class Limits:
    """State what the checks ask for.

    ``repeat_nt``: retroviral reverse transcription loses what stands between two equal stretches, the more often the
    longer they are; 20 bases are a customary limit. ``leader_aa``: shortest and longest signal peptide.
    ``packaged_nt``: bases between the vector's long terminal repeats; about 8,000 is customary, no source was
    confirmed: give the number of your vector's maker.
    """

    rules: Rules = field(default_factory=Rules)
    repeat_nt: int = 20
    leader_aa: tuple[int, int] = (12, 35)
    packaged_nt: int = 8000
    car: CarLimits = field(default_factory=CarLimits)


@dataclass(frozen=True)
class Placed:
    """Hold a part with its residues in the whole protein, from 0, half open."""

    part: Part
    start: int
    end: int


@dataclass(frozen=True)
class Domain:
    """Hold a V domain as built, with the chain that it should be and where its CDR3 stands in it, from 0, half open."""

    placed: Placed
    chain: Chain
    protein: str
    start: int
    end: int

    @property
    def cdr3(self) -> str:
        """Give the CDR3 as built, conserved ends included."""
        return self.protein[self.start : self.end]


@dataclass(frozen=True)
class Seen:
    """Hold a construct laid out for the checks."""

    built: Built
    others: tuple[Insert, ...]
    limits: Limits

    @property
    def insert(self) -> Insert:
        """Give the design."""
        return self.built.insert

    @cached_property
    def translated(self) -> str:
        """Give the translation of the longest run of whole codons from the first base."""
        nt = self.built.nt
        return translate(nt[: len(nt) - len(nt) % 3])

    @property
    def protein(self) -> str:
        """Give the protein that the bases code for, without stops at its end."""
        return self.translated.rstrip("*")

    @property
    def aligned(self) -> bool:
        """Say whether each residue built stands where the design has its own."""
        return len(self.built.nt) % 3 == 0 and len(self.protein) == len(self.insert.protein)

    @cached_property
    def parts(self) -> tuple[Placed, ...]:
        """Give the parts with their places."""
        placed, at = [], 0
        for part in self.insert.parts:
            placed.append(Placed(part, at, at + len(part.protein)))
            at += len(part.protein)
        return tuple(placed)

    def of(self, *kinds: str) -> tuple[Placed, ...]:
        """Give the parts of some kinds."""
        return tuple(one for one in self.parts if one.part.kind in kinds)

    def residues(self, placed: Placed) -> str:
        """Give the residues of a part as built."""
        return self.protein[placed.start : placed.end]

    def where(self, residue: int) -> str:
        """Name a residue's place (from 0): residue, bases, part."""
        holder = next((one for one in self.parts if one.start <= residue < one.end), None)
        part = f", {holder.part.name} {residue - holder.start + 1}" if holder else ""
        return f"residue {residue + 1} (bases {3 * residue + 1}-{3 * residue + 3}{part})"

    def where_base(self, base: int) -> str:
        """Name a base's place (from 0): base, residue, part."""
        residue = base // 3
        holder = next((one for one in self.parts if one.start <= residue < one.end), None)
        return f"base {base + 1} (residue {residue + 1}{', ' + holder.part.name if holder else ''})"

    @cached_property
    def domains(self) -> tuple[Domain, ...]:
        """Give the V domains, each with the chain that begins most like it: the design's own, or another receptor's."""
        return tuple(self._domain(placed) for placed in self.of("variable")) if self.insert.chains else ()

    def _domain(self, placed: Placed) -> Domain:
        protein = self.residues(placed)
        known = (*self.insert.chains, *(chain for other in self.others for chain in other.chains))
        chain = max(known, key=lambda one: _common_start(one.variable, protein))
        start = chain.variable.rfind(chain.cdr3)
        if start < 0:
            raise ConstructError("the chain does not hold its own CDR3", where=placed.part.name, value=chain.cdr3)
        rest = chain.variable[start + len(chain.cdr3) :]
        found = protein.rfind(rest) if rest else -1
        return Domain(placed, chain, protein, start, found if found > start else len(protein) - len(rest))


@dataclass(frozen=True)
class Finding:
    """Hold what a check found: faults (none: it passed), or why nothing can be said."""

    value: str
    threshold: str
    faults: tuple[str, ...] = ()
    note: str = ""
    unjudged: str = ""


@dataclass(frozen=True)
class NamedCheck:
    """Name a check: its function, and what it cannot judge without.

    ``needs`` are checks that must have passed; ``framed`` ones need every residue in place, ``chains`` ones the chains
    that the design names. ``kinds`` of inserts that have it.
    """

    id: str
    title: str
    judge: Callable[[Seen], Finding]
    needs: tuple[str, ...] = ()
    framed: bool = False
    reports: bool = False
    kinds: tuple[str, ...] = ("TCR", "CAR")
    chains: bool = False


def see(built: Built, *, others: tuple[Insert, ...], limits: Limits) -> Seen:
    """Lay a construct out for the checks, after looking whether its bases are bases and stand in its vector."""
    for name, nt, letters in (("insert", built.nt, "ACGT"), ("vector", built.vector_nt, "ACGTN")):
        wrong = next((at for at, base in enumerate(nt) if base not in letters), None)
        if wrong is not None:
            raise ConstructError("no base", where=f"{name}, base {wrong + 1}", value=nt[wrong], allowed=letters)
    if not built.nt:
        raise ConstructError("the insert has no bases", where=built.insert.id, next_step="build it first")
    if built.vector_nt:
        around = built.vector_nt * 2 if built.circular else built.vector_nt
        if around[built.insert_at : built.insert_at + len(built.nt)] != built.nt:
            raise ConstructError(
                "the insert does not stand here in its vector", where=built.vector_name,
                value=f"base {built.insert_at + 1}", next_step="put it into the vector again",
            )  # fmt: skip
    return Seen(built, others, limits)


def _common_start(one: str, other: str) -> int:
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
