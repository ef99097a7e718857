"""The catalogue of protein parts of a chimeric antigen receptor, and parts that a user gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from adoptive.construct.types import Part, PartKind

__all__ = ["Catalogue", "ListedPart", "load_catalogue", "parts_from_fasta"]

Status = Literal["measured", "unconfirmed", "user"]


@dataclass(frozen=True)
class ListedPart:
    """Hold one row of the catalogue: a part's protein, where it was read, and whether that was confirmed."""

    name: str
    kind: PartKind
    protein: str
    source: str
    status: Status

    @property
    def part(self) -> Part:
        """Give it as a part of an insert."""
        raise NotImplementedError


@dataclass(frozen=True)
class Catalogue:
    """Hold listed parts, found by name."""

    parts: tuple[ListedPart, ...]

    def find(self, name: str, *, kinds: Iterable[PartKind], where: str = "part") -> ListedPart:
        """Find a part by name among some kinds; an unknown name is an error that says the nearest one."""
        raise NotImplementedError

    def names(self, *kinds: PartKind) -> tuple[str, ...]:
        """List the names of some kinds, of all if none is named."""
        raise NotImplementedError

    def with_parts(self, more: Iterable[ListedPart]) -> Catalogue:
        """Add a user's parts; a name that is taken is an error."""
        raise NotImplementedError


def load_catalogue() -> Catalogue:
    """Read the catalogue of the package, ``parts.toml``."""
    raise NotImplementedError


def parts_from_fasta(text: str, *, kind: PartKind, where: str) -> tuple[ListedPart, ...]:
    """Read a user's parts from FASTA text; wrong letters are errors with their line."""
    raise NotImplementedError
