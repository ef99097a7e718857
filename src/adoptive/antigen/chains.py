"""One receptor chain as sequencing saw it in one cell: which chains may be used, and the standard names of their genes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["ChainRules", "Contig", "Refused", "use_chains"]


@dataclass(frozen=True)
class Contig:
    """Hold one assembled chain of one cell; ``None`` and "" are what the file does not say."""

    cell: str
    locus: str
    v: str
    j: str
    cdr3: str
    cdr3_nt: str = ""
    productive: bool | None = None
    full_length: bool | None = None
    high_confidence: bool | None = None
    is_cell: bool | None = None
    umis: int | None = None
    line: int = 0


@dataclass(frozen=True)
class ChainRules:
    """Hold what a chain must be to be used; a thing that the file does not say is not asked for."""

    productive: bool = True
    full_length: bool = True
    high_confidence: bool = True


@dataclass(frozen=True)
class Refused:
    """Hold one chain that was not used: its line, its cell and why."""

    line: int
    cell: str
    reason: str
    value: str = ""


def use_chains(
    contigs: Sequence[Contig], rules: ChainRules | None = None
) -> tuple[tuple[Contig, ...], tuple[Refused, ...]]:
    """Keep the alpha and beta chains that the rules allow, with standard gene names; say of each other one why not."""
    raise NotImplementedError
