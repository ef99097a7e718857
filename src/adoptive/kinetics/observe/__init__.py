"""What is measured of a patient: the true quantity and a keyed stream enter, a :class:`Reading` leaves.

A reading is a value and a code (measured, below the limit, above it, missing). Every assay also gives the
log-likelihood of a reading for fitting; beyond a limit that is the probability of being there (M3). Start with
:func:`qpcr_assay`, :class:`DigitalPcr` and :class:`DiameterReader`; :mod:`~adoptive.kinetics.observe.truth` takes the
true quantities from a trajectory.
"""

from adoptive.kinetics.observe.diameter import DiameterReader, written_mm
from adoptive.kinetics.observe.digital_pcr import DigitalPcr, dna_in_reaction_ug
from adoptive.kinetics.observe.flow import FlowCount
from adoptive.kinetics.observe.lognormal import LogAssay, cytokine_assay, qpcr_assay
from adoptive.kinetics.observe.rows import observation_rows
from adoptive.kinetics.observe.truth import (
    GENOMES_PER_UG,
    blood_cells_per_ul,
    car_copies_per_ug,
    il6_effective_pg_ml,
    lesion_diameters_mm,
    lesion_volumes_cm3,
    tumour_volume_cm3,
)
from adoptive.kinetics.observe.types import Code, Reading

__all__ = [
    "GENOMES_PER_UG",
    "Code",
    "DiameterReader",
    "DigitalPcr",
    "FlowCount",
    "LogAssay",
    "Reading",
    "blood_cells_per_ul",
    "car_copies_per_ug",
    "cytokine_assay",
    "dna_in_reaction_ug",
    "il6_effective_pg_ml",
    "lesion_diameters_mm",
    "lesion_volumes_cm3",
    "observation_rows",
    "qpcr_assay",
    "tumour_volume_cm3",
    "written_mm",
]
