"""Read a user's vector file."""

from __future__ import annotations

from pathlib import Path

from adoptive.construct.vector import Vector

__all__ = ["read_vector"]


def read_vector(path: Path) -> Vector:
    """Read a vector: GenBank, FASTA or SnapGene."""
    raise NotImplementedError
