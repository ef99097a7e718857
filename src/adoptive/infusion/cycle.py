"""One infusion with all that belongs to it: lymphodepletion before, the cells, the drugs that start with them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.infusion.drugs import plan_courses, plan_pembrolizumab
from adoptive.infusion.lymphodepletion import plan_lymphodepletion
from adoptive.infusion.plan import join, plan_infusion
from adoptive.infusion.types import Infusions, Regimen
from adoptive.parameters import Typical

__all__ = ["lead_days", "plan_cycle"]

Floats = NDArray[np.float64]


def lead_days(regimen: Regimen, cohort: Cohort, *, typical: Typical) -> Floats:
    """Give the days from the decision, when conditioning starts, to the infusion, ``(patients,)``.

    The usual lead, or more if the study's lymphodepletion or another drug starts earlier; so that no drug falls before
    the decision.
    """
    earliest = [-float(min(drug.days)) for drug in regimen.lymphodepletion]
    earliest += [-course.first_day for course in regimen.drugs if course.counted_from.endswith("infusion")]
    return np.maximum(typical.at("infusion.lymphodepletion_lead_days", cohort.keys), max(earliest, default=0.0))


def plan_cycle(
    regimen: Regimen,
    cohort: Cohort,
    *,
    infusion_day: Floats,
    number: int,
    typical: Typical,
    cells: Floats | None = None,
    depleted: NDArray[np.bool_] | None = None,
    fading_per_day: Floats | float = 0.0,
) -> Infusions:
    """Give one infusion with its lymphodepletion; the first one starts the drugs that count from it.

    Arguments: ``number`` 1 for the first infusion; ``cells`` the doses; ``depleted`` who gets lymphodepletion if the
    regimen has it before this infusion, all unless said; ``infusion_day`` inf = no infusion; ``fading_per_day`` of
    chemotherapy in the model. Shapes ``(patients,)``.
    """
    prepared = infusion_day if depleted is None else np.where(depleted, infusion_day, np.inf)
    counted = ("first infusion", "each infusion") if number == 1 else ("each infusion",)
    drugs = plan_courses(
        regimen, cohort, counted_from=counted, day=infusion_day, typical=typical, fading_per_day=fading_per_day
    )
    parts = [
        plan_lymphodepletion(regimen, cohort, infusion_day=prepared, number=number, typical=typical),
        plan_infusion(regimen, infusion_day=infusion_day, cells=cells),
        drugs,
    ]
    if number == 1:
        parts.append(plan_pembrolizumab(regimen, first_day=infusion_day, keys=cohort.keys, typical=typical))
    return join(*parts)
