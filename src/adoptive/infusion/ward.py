"""Say how the ward reacts to the cells: by a protocol of care, or by the drugs of the regimen."""

from __future__ import annotations

import numpy as np

from adoptive.cohort.types import Cohort
from adoptive.infusion.care import SignLevels, wards
from adoptive.infusion.types import Regimen, Ward
from adoptive.parameters import Typical

__all__ = ["supportive_care"]

_WARD_RULES = (
    *("tocilizumab_delay_days", "tocilizumab_lockout_days", "tocilizumab_limit_mg"),
    *("dexamethasone_delay_days", "dexamethasone_lockout_days", "dexamethasone_maximum"),
)


def supportive_care(regimen: Regimen, cohort: Cohort, *, levels: SignLevels, typical: Typical) -> tuple[Ward, ...]:
    """Give the ward's reactions by the regimen's protocol of care.

    Without a named protocol: tocilizumab when CRS becomes serious (grade 2: hypotension, hypoxia), dexamethasone when
    it becomes severe (grade 3), each once for every rise of interleukin 6 above the patient's level.
    """
    own = wards(regimen.care.in_force(), cohort, levels, typical=typical)
    if regimen.care.protocol != "drugs of the regimen":
        return own
    struck = {rule.key for rule in regimen.care.rules}
    usual = _drugs_of_the_regimen(regimen, cohort, levels, typical)
    return tuple(ward for ward in usual if (ward.drug, "CRS grade") not in struck) + own


def _drugs_of_the_regimen(regimen: Regimen, cohort: Cohort, levels: SignLevels, typical: Typical) -> tuple[Ward, ...]:
    """Give tocilizumab and dexamethasone as the keys of ``[infusion]`` say."""
    # The ward's delays are the same for everybody: a rule of the house, not a property of a patient or a trial.
    rule = {name: typical.book[f"infusion.{name}"].value for name in _WARD_RULES}
    weight = np.minimum(cohort.weight_kg * regimen.tocilizumab_mg_kg, rule["tocilizumab_limit_mg"])
    return (
        Ward(
            drug="tocilizumab",
            jump="tocilizumab",
            threshold=levels.crs_il6_pg_ml[:, 1],
            amount=weight,
            dose=weight,
            delay_days=rule["tocilizumab_delay_days"],
            lockout_days=rule["tocilizumab_lockout_days"],
            maximum=regimen.tocilizumab_maximum,
        ),
        Ward(
            drug="dexamethasone",
            jump="dexamethasone",
            threshold=levels.crs_il6_pg_ml[:, 2],
            amount=np.full(len(cohort), regimen.dexamethasone_mg),
            dose=np.full(len(cohort), regimen.dexamethasone_mg),
            delay_days=rule["dexamethasone_delay_days"],
            lockout_days=rule["dexamethasone_lockout_days"],
            maximum=int(rule["dexamethasone_maximum"]) if regimen.dexamethasone_mg > 0 else 0,
        ),
    )
