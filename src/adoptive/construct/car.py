"""A chimeric antigen receptor, put together from parts: leader, binder, hinge, membrane, costimulation, signal."""

from __future__ import annotations

from dataclasses import dataclass

from adoptive.construct.types import Insert, Part

__all__ = ["CarDesign", "Scfv", "car_insert"]


@dataclass(frozen=True)
class Scfv:
    """Hold a single-chain binder: two variable domains with a linker between them, in reading direction."""

    first: Part
    linker: Part
    second: Part


@dataclass(frozen=True)
class CarDesign:
    """Name the parts of a receptor, as a design file does."""

    id: str
    leader: str
    binder: str
    hinge: str
    transmembrane: str
    costimulation: tuple[str, ...]
    signal: str = "CD3z"
    joint: str = ""
    armour: str = ""
    switch: str = ""
    tag: str = ""
    cleavage: str = "P2A"


def car_insert(
    *,
    id: str,
    leader: Part,
    binder: Scfv | Part,
    hinge: Part,
    transmembrane: Part,
    costimulation: tuple[Part, ...],
    signal: Part,
    joint: Part | None = None,
    armour: Part | None = None,
    switch: Part | None = None,
    tag: Part | None = None,
    cleavage: Part | None = None,
    linker: Part | None = None,
) -> Insert:
    """Put a chimeric antigen receptor together: [switch-2A-] receptor [-2A-tag] [-2A-armour]."""
    raise NotImplementedError
