"""Lymphodepletion by drug and dose: what each drug counts in the model's two effects."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.infusion.plan import give, join
from adoptive.infusion.types import DrugDays, Infusions, Regimen
from adoptive.parameters import Typical

__all__ = ["dose_mg_m2", "effect_of_a_dose", "plan_lymphodepletion", "precedes"]

Floats = NDArray[np.float64]

EFFECTS: Final = ("fludarabine", "cyclophosphamide")
"""The model's two effects on lymphocytes, engineered cells and blood counts; both are drugs of :data:`DRUGS`."""

NORMAL_SURFACE_M2: Final = 1.73
"""Body surface for which creatinine clearance is usually told."""

_BY_THE_KIDNEY: Final = ("fludarabine", "pentostatin")


def precedes(regimen: Regimen, number: int) -> bool:
    """Say whether lymphodepletion precedes an infusion; the first one is number 1.

    >>> precedes(Regimen(dose_cells=1e8, lymphodepletion_before=3), 3)
    True
    """
    before = regimen.lymphodepletion_before
    most = before if isinstance(before, int) else {"each": number, "first": 1, "none": 0}[before]
    return number <= most


def dose_mg_m2(drug: DrugDays, cohort: Cohort) -> Floats:
    """Give a day's dose by body surface, ``(patients,)``: ``mg/m2``, or ``mg/kg x weight / surface``."""
    if drug.dose_mg_kg > 0:
        return np.asarray(drug.dose_mg_kg * cohort.weight_kg / cohort.bsa_m2)
    return np.full(len(cohort), drug.dose_mg_m2)


def effect_of_a_dose(drug: DrugDays, cohort: Cohort, *, typical: Typical) -> dict[str, Floats]:
    """Give a day's dose in daily doses of each of the two effects, ``{effect: (patients,)}``.

    ``dose / unit x exposure``, times what one unit of the drug counts in each effect. Exposure to a drug that leaves by
    the kidney is ``1 / (1 - share + share x clearance / reference)`` for its renal share of clearance, with creatinine
    clearance for 1.73 m2, as the dose is by surface, too.
    """
    keys = cohort.keys
    units = dose_mg_m2(drug, cohort) / typical.at(f"infusion.{drug.drug}_unit_mg_m2", keys)
    if drug.drug in _BY_THE_KIDNEY:
        share = typical.at(f"infusion.{drug.drug}_renal_share", keys)
        clearance = cohort.creatinine_clearance_ml_min * NORMAL_SURFACE_M2 / cohort.bsa_m2
        normal = typical.at("infusion.creatinine_clearance_reference", keys)
        units = units / (1.0 - share + share * clearance / normal)
    if drug.drug in EFFECTS:
        return {drug.drug: units}
    return {effect: units * typical.at(f"infusion.{drug.drug}_as_{effect}", keys) for effect in EFFECTS}


def plan_lymphodepletion(
    regimen: Regimen, cohort: Cohort, *, infusion_day: Floats, number: int, typical: Typical
) -> Infusions:
    """Give the lymphodepleting drugs before an infusion (the first one is number 1); day inf = no infusion."""
    plans = [Infusions.none(len(infusion_day))]
    for drug in regimen.lymphodepletion if precedes(regimen, number) else ():
        amounts = effect_of_a_dose(drug, cohort, typical=typical)
        plans += [
            give(effect, day=infusion_day + relative, amount=amount)
            for relative in drug.days
            for effect, amount in amounts.items()
            if amount.any()
        ]
    return join(*plans)
