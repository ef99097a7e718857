"""What the cell is to see: an expression plan enters, an :class:`Antigen` per patient leaves.

The functions to know: :func:`draw_positive_share`, :func:`read_by_ihc`, :func:`draw_lesion_share`,
:func:`draw_antigen`, :func:`find_receptors`, :func:`draw_carriers`.
"""

from adoptive.antigen.expression import (
    antigen_kinds,
    draw_antigen,
    draw_deposits,
    draw_lesion_share,
    draw_positive_share,
    read_by_ihc,
    spread_over_lesions,
)
from adoptive.antigen.hla import draw_carriers, known_alleles
from adoptive.antigen.private import FoundReceptors, find_receptors
from adoptive.antigen.types import Antigen, AntigenPlan

__all__ = [
    "Antigen",
    "AntigenPlan",
    "FoundReceptors",
    "antigen_kinds",
    "draw_antigen",
    "draw_carriers",
    "draw_deposits",
    "draw_lesion_share",
    "draw_positive_share",
    "find_receptors",
    "known_alleles",
    "read_by_ihc",
    "spread_over_lesions",
]
