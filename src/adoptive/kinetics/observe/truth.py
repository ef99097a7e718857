"""The truth behind a measurement: lesion diameters, copies, cells in blood, effective interleukin 6, free of error."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adoptive.kinetics.algebra import LESION_FLOOR_ML, lesion_volume_ml
from adoptive.kinetics.states import IN_BLOOD
from adoptive.kinetics.types import Physiology, Trajectory
from adoptive.units import diameter_mm

__all__ = [
    "GENOMES_PER_UG",
    "blood_cells_per_ul",
    "car_copies_per_ug",
    "il6_effective_pg_ml",
    "lesion_diameters_mm",
    "lesion_volumes_cm3",
    "tumour_volume_cm3",
]

Floats = NDArray[np.float64]

GENOMES_PER_UG = 1.515e5
"""Diploid genomes in 1 ug of DNA (6.6 pg each)."""


def lesion_volumes_cm3(trajectory: Trajectory, physiology: Physiology) -> Floats:
    """Give every lesion's volume on every day, ``(patients, days, lesions)``; 0 for a place without lesion."""
    each = trajectory.lesion_states()
    living = each[..., 0] + each[..., 1] + each[..., 2]
    volume = lesion_volume_ml(living, each[..., 3], physiology.of("rho")[:, None, None]) - LESION_FLOOR_ML
    return np.asarray(np.maximum(volume, 0.0))


def lesion_diameters_mm(trajectory: Trajectory, physiology: Physiology) -> Floats:
    """Give every lesion's true diameter on every day, ``(patients, days, lesions)`` in mm."""
    return np.asarray(diameter_mm(lesion_volumes_cm3(trajectory, physiology)))


def tumour_volume_cm3(trajectory: Trajectory, physiology: Physiology) -> Floats:
    """Give the measured lesions' total volume on every day, ``(patients, days)`` in cm3."""
    return np.asarray(lesion_volumes_cm3(trajectory, physiology).sum(axis=-1))


def blood_cells_per_ul(trajectory: Trajectory, physiology: Physiology) -> Floats:
    """Give engineered cells in blood on every day, ``(patients, days)`` in cells/uL."""
    total = sum(trajectory.of(name) for name in IN_BLOOD)
    return np.maximum(total, 0.0) / physiology.of("Vb")[:, None]


def car_copies_per_ug(
    trajectory: Trajectory, physiology: Physiology, *, vector_copies: Floats, other_leukocytes_per_ul: Floats
) -> Floats:
    """Give transgene copies: ``1.515e5 VCN C / (C + L + ANC + other)`` per ug DNA, ``(patients, days)``."""
    cells = blood_cells_per_ul(trajectory, physiology)
    leukocytes = trajectory.of("L") + 1e3 * trajectory.of("ANC") + other_leukocytes_per_ul[:, None]
    return GENOMES_PER_UG * vector_copies[:, None] * cells / np.maximum(cells + leukocytes, 1.0)


def il6_effective_pg_ml(trajectory: Trajectory, physiology: Physiology) -> Floats:
    """Give interleukin 6 above baseline that finds its receptor free: ``[IL6 (1 - effect RO) - b6]+``."""
    level = trajectory.of("Toc_c") / physiology.of("V1_toc")[:, None]
    blocked = level / (level + physiology.of("KD_toc")[:, None])
    free = 1.0 - physiology.of("toc_effect")[:, None] * blocked
    return np.maximum(trajectory.of("IL6") * free - physiology.of("b6")[:, None], 0.0)
