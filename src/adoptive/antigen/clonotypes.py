"""From receptor chains of single cells to clones: quality control, grouping, counts in tumour and blood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adoptive.antigen.chains import Contig

__all__ = ["Cell", "CloneRules", "Clone", "Repertoire", "clones_of"]


@dataclass(frozen=True)
class CloneRules:
    """Hold how cells become clones."""

    keep_doublets: bool = False
    least_alpha_share: float = 0.1
    fewest_umis: int = 2


@dataclass(frozen=True)
class Cell:
    """Hold one cell with its usable chains, most molecules first."""

    barcode: str
    alphas: tuple[Contig, ...]
    betas: tuple[Contig, ...]
    doublet: bool = False


@dataclass(frozen=True)
class Clone:
    """Hold one clone: its beta, its alphas (most cells first) and its cells' barcodes."""

    id: str
    beta: Contig
    alphas: tuple[Contig, ...]
    cells: tuple[str, ...]
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Repertoire:
    """Hold all cells and clones of one sample, and the count of cells that carry a pair."""

    cells: tuple[Cell, ...]
    clones: tuple[Clone, ...]
    paired: int


def clones_of(chains: Sequence[Contig], rules: CloneRules | None = None) -> Repertoire:
    """Group cells into clones by V, J and the bases of both CDR3s."""
    raise NotImplementedError
