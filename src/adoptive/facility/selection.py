"""Selection: which of the collected cells enter the culture, and how pure they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from adoptive.facility.types import Process
from adoptive.parameters import Kinds, Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = ["Seed", "cd3_at_harvest", "select_cells"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Seed:
    """Hold what enters the culture, ``(patients,)``: T cells, the stored cells used up for them, CD3 share."""

    cells: Floats
    used: Floats
    cd3_share: Floats


def select_cells(
    process: Process,
    stored: Floats,
    *,
    dose_cells: Floats,
    kinds: Kinds,
    keys: Keys,
    typical: Typical,
    streams: Streams,
) -> Seed:
    """Select T cells from the stored ones: ``min(cells wanted, recovery x stored)``; a larger dose wants more cells.

    Magnetic beads recover 55 % (SD 6 %) and leave a CD3 share of 89 % (SD 10 %); without selection nearly all T cells
    are kept, among other cells (Zhu 2018, Cytotherapy 20:394).
    """
    beads = process.selection == "beads" and process.starting_cells == "blood"
    how = "selection" if beads else "no_selection"
    recovery = draw_patients(typical, streams, name=f"facility.{how}_recovery", keys=keys)
    for_dose = typical.at("facility.seeded_per_dose_cell", keys, kinds=kinds) * dose_cells
    wanted = np.maximum(typical.at("facility.seeded_cells", keys, kinds=kinds), for_dose)
    cells = np.minimum(wanted, recovery * stored)
    purity = draw_patients(typical, streams, name=f"facility.{how}_cd3_share", keys=keys)
    return Seed(cells, cells / recovery, purity)


def cd3_at_harvest(seeded: Floats, fold: Floats, *, keys: Keys, typical: Typical) -> Floats:
    """Give the CD3 share at harvest: other lymphocytes grow too, ``fold ** share`` of what T cells do.

    >>> from adoptive.parameters import draw_typical, load_book
    >>> typical = draw_typical(load_book(), Streams(1), trials=[0], fixed=True)
    >>> cd3_at_harvest(np.array([0.89]), np.array([30.0]), keys=Keys.of(0, [0]), typical=typical).round(2)
    array([0.97])
    """
    grown = np.maximum(fold, 1e-12)
    others = (1.0 - seeded) * grown ** typical.at("facility.other_cells_growth", keys)
    return np.asarray(seeded * grown / (seeded * grown + others))
