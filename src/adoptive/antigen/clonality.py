"""Which share of the tumour's cells carries a mutation, from reads, copies and purity."""

from __future__ import annotations

import math
from dataclasses import dataclass

from adoptive.errors import StudyError

__all__ = ["CellFraction", "cell_fraction"]


@dataclass(frozen=True)
class CellFraction:
    """Hold a cancer cell fraction, 0 to 1; ``uncapped`` is what the formula gave, ``multiplicity`` what it used."""

    ccf: float
    uncapped: float
    multiplicity: float

    @property
    def capped(self) -> bool:
        """Say whether the formula gave more than all cells."""
        return self.uncapped > 1.0


def cell_fraction(vaf: float, purity: float, copies: float = 2.0, multiplicity: float | None = None) -> CellFraction:
    """Estimate the fraction of tumour cells that carry a mutation: ``VAF (p C + 2 (1 - p)) / (p m)``, at most 1.

    ``vaf`` mutated share of the reads; ``purity`` p, tumour cells in the sample; ``copies`` C of the place in a tumour
    cell; ``multiplicity`` m, mutated copies in a cell that carries the mutation. Without ``multiplicity``: one copy if
    that explains the reads; otherwise as many whole copies as every cell must then carry (``m`` rounded down, so that
    more mutated reads never mean fewer cells). A mutation older than a gain of its copy may so look more frequent than
    it is. Source: 10.1126/science.aaf1490.

    >>> cell_fraction(0.2, 0.8).ccf, cell_fraction(0.2, 0.8, copies=4.0, multiplicity=2.0).ccf
    (0.5, 0.45)

    Raises
    ------
    StudyError
        A fraction is outside 0 to 1, or purity or multiplicity is not above 0.
    """
    for name, value, least in (("vaf", vaf, True), ("purity", purity, False)):
        if not (0.0 <= value if least else 0.0 < value) or not value <= 1.0:
            raise StudyError(
                "not a fraction", where=name, value=value, allowed="0 to 1" if least else "above 0, up to 1"
            )
    if not copies >= 0.0 or not (multiplicity is None or multiplicity > 0.0):
        raise StudyError("copies cannot be negative, multiplicity not 0", where="copies", value=(copies, multiplicity))
    mutated = round(vaf * (purity * copies + 2.0 * (1.0 - purity)) / purity, 12)
    used = float(max(1, math.floor(mutated))) if multiplicity is None else multiplicity
    return CellFraction(min(mutated / used, 1.0), mutated / used, used)
