"""Drugs beside the cells, anywhere on the path: checkpoint inhibitors, interleukin 2, virus, vaccine, switch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from adoptive.cohort.types import Cohort
from adoptive.infusion.plan import give, join
from adoptive.infusion.types import DrugCourse, Infusions, Regimen
from adoptive.parameters import Typical
from adoptive.streams import Keys

__all__ = ["plan_courses", "plan_pembrolizumab"]

Floats = NDArray[np.float64]

_JUST_BEFORE = 1e-3


def _as_pembrolizumab(dose: float, keys: Keys, typical: Typical) -> Floats:
    return np.asarray(dose * typical.at("infusion.nivolumab_as_pembrolizumab", keys))


def _in_units(row: str) -> Callable[[float, Keys, Typical], Floats]:
    return lambda dose, keys, typical: np.asarray(dose / typical.at(f"infusion.{row}", keys))


_AMOUNT: Final[dict[str, Callable[[float, Keys, Typical], Floats]]] = {
    "nivolumab": _as_pembrolizumab,
    "interleukin 2": _in_units("interleukin_2_unit_iu_kg"),
    "rimiducid": _in_units("rimiducid_unit_mg_kg"),
}
"""What a dose is for the model where that is not the dose itself."""

_ACTS_AS: Final = {"nivolumab": "pembrolizumab"}


def plan_courses(
    regimen: Regimen,
    cohort: Cohort,
    *,
    counted_from: tuple[str, ...],
    day: Floats,
    typical: Typical,
    stop_day: Floats | float = np.inf,
    fading_per_day: Floats | float = 0.0,
) -> Infusions:
    """Give the courses of drugs that count from some moment.

    Arguments: ``counted_from`` names the moment as the study does; ``day`` ``(patients,)`` is its day, inf = never;
    from ``stop_day`` on nothing is given of a course that stops at the infusion; ``fading_per_day`` is how fast the
    model lets the kill of chemotherapy fade in each patient.
    """
    plans = [Infusions.none(len(cohort))]
    for course in regimen.drugs:
        if course.counted_from in counted_from:
            stop = np.broadcast_to(stop_day if course.stop_at_infusion else np.inf, len(cohort))
            fading = np.broadcast_to(fading_per_day, len(cohort))
            plans.append(_course(course, cohort.keys, day + course.first_day, stop, fading, typical))
    return join(*plans)


def _course(course: DrugCourse, keys: Keys, first: Floats, stop: Floats, fading: Floats, typical: Typical) -> Infusions:
    drug = _ACTS_AS.get(course.drug, course.drug)
    amount = _AMOUNT[course.drug](course.dose, keys, typical) if course.drug in _AMOUNT else course.dose
    days = [first + number * course.interval_days for number in range(course.doses)]
    if drug == "chemotherapy":
        last = np.minimum(days[-1] + course.interval_days, stop - _JUST_BEFORE)
        return _kill(first, last, fading, kill=course.dose)
    return join(*(give(drug, day=np.where(day < stop, day, np.inf), amount=amount) for day in days))


def _kill(start: Floats, stop: Floats, fading: Floats, *, kill: float) -> Infusions:
    """Switch a kill rate on, and off again by what is left of it."""
    on = np.isfinite(start) & (stop > start)
    first, last = np.where(on, start, np.inf), np.where(on, stop, np.inf)
    left = kill * np.exp(-fading * (np.where(on, stop, 0.0) - np.where(on, start, 0.0)))
    return join(give("chemotherapy", day=first, amount=kill), give("chemotherapy", day=last, amount=-left))


def plan_pembrolizumab(
    regimen: Regimen, *, first_day: Floats, keys: Keys, typical: Typical, doses: int = 17
) -> Infusions:
    """Give pembrolizumab every three weeks for a year from a day on, if the regimen holds it."""
    if regimen.pembrolizumab_mg == 0:
        return Infusions.none(len(first_day))
    step = typical.at("infusion.pembrolizumab_interval_days", keys)
    amount = regimen.pembrolizumab_mg
    return join(*(give("pembrolizumab", day=first_day + k * step, amount=amount) for k in range(doses)))
