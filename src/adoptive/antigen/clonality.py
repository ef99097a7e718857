"""Which share of the tumour's cells carries a mutation, from reads, copies and purity."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["CellFraction", "cell_fraction"]


@dataclass(frozen=True)
class CellFraction:
    """Hold a cancer cell fraction, 0 to 1; ``uncapped`` is what the formula gave, ``multiplicity`` what it used."""

    ccf: float
    uncapped: float
    multiplicity: float


def cell_fraction(vaf: float, purity: float, copies: float = 2.0, multiplicity: float | None = None) -> CellFraction:
    """Estimate the cancer cell fraction."""
    raise NotImplementedError
