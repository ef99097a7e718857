"""A user's vector: its file (GenBank, FASTA or SnapGene, told by its name), and inserts built to stand in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from adoptive.construct.bases import ConstructError
from adoptive.construct.codons import build
from adoptive.construct.rules import Rules
from adoptive.construct.types import Built, Insert
from adoptive.construct.vector import Place, Vector, put_into
from adoptive.construct.vector_file import parse_fasta, parse_genbank, parse_snapgene
from adoptive.errors import StudyError
from adoptive.workbench.discover.text import read_text

__all__ = ["LARGEST_VECTOR_BYTES", "Into", "build_in", "read_into", "read_vector"]

LARGEST_VECTOR_BYTES: Final = 20_000_000
_GENBANK: Final = (".gb", ".gbk", ".genbank")
_FASTA: Final = (".fa", ".fasta", ".fna", ".fas")


@dataclass(frozen=True)
class Into:
    """Hold the vector that inserts are put into and the place in it, with the vector's file and its digest."""

    vector: Vector
    place: Place
    path: Path
    sha256: str


def read_into(path: Path | None, place: str) -> Into | None:
    """Read the vector and the place that were asked for; None: neither was.

    Raises
    ------
    StudyError
        One was given without the other, or the file cannot be read.
    ConstructError
        The file is no vector, or the place is not written as one.
    """
    if path is None and not place:
        return None
    if path is None or not place:
        raise StudyError(
            "a vector and a place in it go together", where="--vector, --place",
            allowed="--vector FILE with --place feature:NAME, sites:XhoI,EcoRI or position:1200",
            next_step="give both, or neither",
        )  # fmt: skip
    return Into(read_vector(path), Place.of(place), path, hashlib.sha256(path.read_bytes()).hexdigest())


def build_in(insert: Insert, into: Into | None, *, rules: Rules, seed: int) -> Built:
    """Choose the bases of an insert, and put it into its vector: the two then share no 20 bases.

    Raises
    ------
    ConstructError
        No codons meet the rules, or the vector has no such place.
    """
    if into is None:
        return build(insert, rules=rules, seed=seed)
    nt = into.vector.nt
    around = nt + nt if into.vector.circular else nt  # in a circle, stretches that pass the origin too
    return put_into(into.vector, build(insert, rules=rules, seed=seed, apart_from=around), into.place)


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
