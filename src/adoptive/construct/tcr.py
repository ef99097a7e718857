"""A T-cell receptor as one open reading frame: two chains, their constant regions and what cleaves them apart."""

from __future__ import annotations

from typing import Final, Literal

from adoptive.construct.constants import ConstantSet
from adoptive.construct.types import Chain, Insert

__all__ = ["LINKERS", "ChainOrder", "Linker", "tcr_insert"]

ChainOrder = Literal["beta alpha", "alpha beta"]
Linker = Literal["furin SGSG P2A", "furin RRKR SGSG P2A", "GSG P2A", "P2A"]
LINKERS: Final = ("furin SGSG P2A", "furin RRKR SGSG P2A", "GSG P2A", "P2A")


def tcr_insert(
    id: str,
    alpha: Chain,
    beta: Chain,
    *,
    constants: ConstantSet = "murine cysteine",
    order: ChainOrder = "beta alpha",
    linker: Linker = "furin SGSG P2A",
) -> Insert:
    """Lay out a T-cell receptor in reading direction."""
    raise NotImplementedError
