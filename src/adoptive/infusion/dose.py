"""How many cells a patient is to get: flat, by weight or by surface; all T cells or the positive ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.facility.types import Product
from adoptive.infusion.types import Regimen
from adoptive.parameters import Typical

__all__ = ["car_positive_dose", "counted_dose", "dose_from_what_is_left", "next_dose"]

Floats = NDArray[np.float64]


def counted_dose(regimen: Regimen, cohort: Cohort) -> Floats:
    """Give each patient's planned dose in the cells that the study counts, ``(patients,)``.

    ``dose_cells``, times weight (kg) or body surface (m2) if the study says so, at most ``dose_limit_cells``.
    """
    body = {"flat": np.ones(len(cohort)), "per kg": cohort.weight_kg, "per m2": cohort.bsa_m2}[regimen.dose_basis]
    dose = regimen.dose_cells * body
    return np.minimum(dose, regimen.dose_limit_cells) if regimen.dose_limit_cells > 0 else dose


def car_positive_dose(regimen: Regimen, cohort: Cohort, car_positive_share: Floats) -> Floats:
    """Give each patient's planned dose in CAR-positive cells; of all T cells the product's share is positive."""
    dose = counted_dose(regimen, cohort)
    return dose * car_positive_share if regimen.dose_counts == "all T cells" else dose


def dose_from_what_is_left(
    regimen: Regimen, product: Product, *, planned: Floats, given: Floats, overfill: Floats
) -> tuple[NDArray[np.bool_], Floats]:
    """Say for whom a dose is left, and give it: the planned one, or a smaller one if fewer cells are left.

    Arguments: ``planned`` and ``given`` in CAR-positive cells, this dose's and those already given, ``(patients,)``;
    of each dose ``overfill`` as many cells are kept.
    """
    left = np.where(product.released, product.car_positive_cells / overfill - given, 0.0)
    # A product made to the dose holds it but for the last bit.
    enough = left >= regimen.minimum_dose_share * planned * (1.0 - 1e-9)
    return product.released & enough, np.minimum(planned, np.maximum(left, 0.0))


def next_dose(
    regimen: Regimen,
    cohort: Cohort,
    product: Product,
    *,
    given: Floats,
    factor: Floats | float,
    typical: Typical,
) -> tuple[NDArray[np.bool_], Floats]:
    """Say for whom the next dose is left, and give it in CAR-positive cells, ``(patients,)``.

    Arguments: ``given`` CAR-positive cells given before; ``factor`` what a rule makes of the planned dose.
    """
    planned = factor * car_positive_dose(regimen, cohort, product.car_positive_share)
    overfill = typical.at("facility.overfill", cohort.keys)
    return dose_from_what_is_left(regimen, product, planned=planned, given=given, overfill=overfill)
