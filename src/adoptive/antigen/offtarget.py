"""Which other proteins a receptor might see: a motif of allowed residues, searched in a proteome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from adoptive.units import In

__all__ = ["Match", "Motif", "XScan", "motif_from_pattern", "motif_from_xscan", "scan"]


@dataclass(frozen=True)
class XScan:
    """Hold one measurement of an X-scan: the peptide with one residue exchanged, and the response to it."""

    position: int
    residue: str
    response: float


@dataclass(frozen=True)
class Motif:
    """Hold the residues allowed at each place of a peptide; an empty place allows all twenty."""

    allowed: tuple[frozenset[str], ...]


@dataclass(frozen=True)
class Match:
    """Hold one peptide of a proteome that fits the motif: a row of ``offtargets.tsv``."""

    protein: Annotated[str, In("name", "protein of the proteome")]
    position: Annotated[int, In("place", "first residue, from 1")]
    peptide: Annotated[str, In("amino acids", "what fits")]
    differences: Annotated[int | None, In("residues", "unlike the target; empty: no target given")]


def motif_from_pattern(pattern: str) -> Motif:
    """Read a pattern: a residue, ``.`` or ``x`` for any, ``[AB]``, ``{AB}`` for all but these."""
    raise NotImplementedError


def motif_from_xscan(target: str, measured: Sequence[XScan], *, least: float = 0.1) -> Motif:
    """Allow each residue whose response is at least a share of the target's."""
    raise NotImplementedError


def scan(
    motif: Motif, proteins: Mapping[str, str] | Iterable[tuple[str, str]], *, target: str = ""
) -> tuple[Match, ...]:
    """Find every peptide that fits."""
    raise NotImplementedError
