"""How much a stretch of a protein likes the membrane: the scale of Kyte and Doolittle."""

from __future__ import annotations

from typing import Final

__all__ = ["SCALE", "greatest_hydropathy"]

SCALE: Final = {
    "I": 4.5, "V": 4.2, "L": 3.8, "F": 2.8, "C": 2.5, "M": 1.9, "A": 1.8, "G": -0.4, "T": -0.7, "S": -0.8,
    "W": -0.9, "Y": -1.3, "P": -1.6, "H": -3.2, "E": -3.5, "Q": -3.5, "D": -3.5, "N": -3.5, "K": -3.9, "R": -4.5,
}  # fmt: skip
"""Hydropathy of each amino acid, Kyte 1982, doi:10.1016/0022-2836(82)90515-0."""


def greatest_hydropathy(protein: str, *, window: int) -> tuple[float, int]:
    """Give the greatest mean hydropathy over ``window`` residues in a row, and where it begins (0-based).

    A protein shorter than the window is taken whole. An empty one has -inf.

    >>> value, start = greatest_hydropathy("DDDLLLLDDD", window=4)
    >>> round(value, 1), start
    (3.8, 3)
    """
    if not protein:
        return float("-inf"), 0
    width = min(window, len(protein))
    values = [SCALE[residue] for residue in protein]
    means = [sum(values[at : at + width]) / width for at in range(len(protein) - width + 1)]
    best = max(range(len(means)), key=means.__getitem__)
    return means[best], best
