"""What the cell is to see: in virtual patients, and in a real one's tumour.

For trials an expression plan enters and an :class:`Antigen` per patient leaves. The functions to know:
:func:`draw_positive_share`, :func:`read_by_ihc`, :func:`draw_lesion_share`, :func:`draw_antigen`,
:func:`find_receptors`, :func:`draw_carriers`.

For one patient rows of tables enter and the rows of :mod:`~adoptive.antigen.discovered` leave, step by step:
:func:`~adoptive.antigen.neoantigens.find_neoantigens` (mutations to windows, binding, tiers),
:func:`~adoptive.antigen.tandems.design_tandems` and :func:`~adoptive.antigen.pools.lay_pools` (what is screened),
:func:`~adoptive.antigen.hits.screen_plate` (wells to hits),
:func:`~adoptive.antigen.clonotypes.clones_of` (chains of cells to clones),
:func:`~adoptive.antigen.ranking.rank_receptors` (what to build). Targets of chimeric receptors:
:mod:`~adoptive.antigen.targets`. Files are read by :mod:`adoptive.workbench.discover`.
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
