"""Read a user's vector file: GenBank, FASTA or SnapGene, told by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from adoptive.construct.bases import ConstructError
from adoptive.construct.vector import Vector
from adoptive.construct.vector_file import parse_fasta, parse_genbank, parse_snapgene
from adoptive.workbench.discover.text import read_text

__all__ = ["LARGEST_VECTOR_BYTES", "read_vector"]

LARGEST_VECTOR_BYTES: Final = 20_000_000
_GENBANK: Final = (".gb", ".gbk", ".genbank")
_FASTA: Final = (".fa", ".fasta", ".fna", ".fas")


def read_vector(path: Path, *, circular: bool = True) -> Vector:
    """Read a vector; ``circular`` says so for FASTA, which cannot.

    Raises
    ------
    ConstructError
        The ending is unknown, or the file is not what it says.
    StudyError
        The file cannot be read.
    """
    ending = path.suffix.lower()
    if ending in _GENBANK:
        return parse_genbank(read_text(path, what="vector", largest=LARGEST_VECTOR_BYTES), name=path.name)
    if ending in _FASTA:
        text = read_text(path, what="vector", largest=LARGEST_VECTOR_BYTES)
        return parse_fasta(text, name=path.name, circular=circular)
    if ending == ".dna":
        return parse_snapgene(_bytes(path), name=path.name)
    raise ConstructError(
        "a vector's file is told by its ending", where=str(path), value=ending or "none",
        allowed=", ".join((*_GENBANK, *_FASTA, ".dna")), next_step="rename or export it",
    )  # fmt: skip


def _bytes(path: Path) -> bytes:
    """Read a binary file of a size that a vector has."""
    try:
        if not path.is_file():
            raise ConstructError("no such file", where=str(path), next_step="name the vector's file")
        if path.stat().st_size > LARGEST_VECTOR_BYTES:
            raise ConstructError(
                "the vector is too large", where=str(path), value=f"{path.stat().st_size:,} bytes",
                allowed=f"{LARGEST_VECTOR_BYTES:,} bytes", next_step="give one vector",
            )  # fmt: skip
        return path.read_bytes()
    except OSError as problem:
        raise ConstructError("the vector cannot be read", where=str(path), value=problem.strerror) from None
