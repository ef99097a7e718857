"""A user's vector, and the insert put into it: in place of a feature, between two sites, or at a position."""

from __future__ import annotations

from dataclasses import dataclass

from adoptive.construct.types import Built, Mark

__all__ = ["Place", "Vector", "parse_vector", "put_into"]


@dataclass(frozen=True)
class Vector:
    """Hold a vector: its bases, and its features."""

    name: str
    nt: str
    circular: bool
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Place:
    """Say where an insert goes: in place of a feature, between two sites, or before a base (from 1)."""

    feature: str = ""
    between: tuple[str, str] | None = None
    position: int | None = None

    @classmethod
    def of(cls, text: str) -> Place:
        """Read ``feature:GFP``, ``sites:NcoI,EcoRI`` or ``position:1200``."""
        raise NotImplementedError


def parse_vector(data: bytes, *, name: str) -> Vector:
    """Read a vector from a GenBank, FASTA or SnapGene file's bytes; ``name`` is the file's."""
    raise NotImplementedError


def put_into(vector: Vector, built: Built, place: Place) -> Built:
    """Put an insert into a vector."""
    raise NotImplementedError
