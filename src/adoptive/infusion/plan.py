"""Lay out what is given on which day, as events in time order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.infusion.types import DRUGS, Infusions, Regimen
from adoptive.parameters import Typical
from adoptive.streams import Keys

__all__ = ["give", "join", "plan_cycle", "plan_infusion", "plan_lymphodepletion", "plan_pembrolizumab"]

Floats = NDArray[np.float64]


def give(drug: str, *, day: Floats, amount: ArrayLike) -> Infusions:
    """Give one drug once to each patient on his day (inf = not at all).

    >>> give("infusion", day=np.array([7.0, np.inf]), amount=2.5e8).kind.tolist()
    [[0], [0]]
    """
    dose = np.broadcast_to(np.asarray(amount, float), day.shape)
    return Infusions(day[:, None].copy(), np.full((len(day), 1), DRUGS.index(drug)), dose[:, None].copy())


def join(*plans: Infusions) -> Infusions:
    """Put plans of the same patients together, in time order; what is given first in the list goes first on a day."""
    day = np.concatenate([plan.day for plan in plans], axis=1)
    order = np.argsort(day, axis=1, kind="stable")
    kind = np.concatenate([plan.kind for plan in plans], axis=1)
    amount = np.concatenate([plan.amount for plan in plans], axis=1)
    return Infusions(*(np.take_along_axis(array, order, axis=1) for array in (day, kind, amount)))


def plan_lymphodepletion(
    regimen: Regimen, *, infusion_day: Floats, number: int, keys: Keys, typical: Typical
) -> Infusions:
    """Give the lymphodepleting drugs before an infusion (its first one is number 1)."""
    plans = [Infusions.none(len(infusion_day))]
    if regimen.lymphodepletion_before == "each" or number == 1:
        for drug in regimen.lymphodepletion:
            unit = typical.at(f"infusion.{drug.drug}_unit_mg_m2", keys)
            plans += [
                give(drug.drug, day=infusion_day + relative, amount=drug.dose_mg_m2 / unit) for relative in drug.days
            ]
    return join(*plans)


def plan_infusion(regimen: Regimen, *, infusion_day: Floats) -> Infusions:
    """Give the cells."""
    return give("infusion", day=infusion_day, amount=regimen.dose_cells)


def plan_pembrolizumab(
    regimen: Regimen, *, first_day: Floats, keys: Keys, typical: Typical, doses: int = 17
) -> Infusions:
    """Give pembrolizumab every three weeks for a year from a day on, if the regimen holds it."""
    if regimen.pembrolizumab_mg == 0:
        return Infusions.none(len(first_day))
    step = typical.at("infusion.pembrolizumab_interval_days", keys)
    amount = regimen.pembrolizumab_mg
    return join(*(give("pembrolizumab", day=first_day + k * step, amount=amount) for k in range(doses)))


def plan_cycle(regimen: Regimen, *, infusion_day: Floats, number: int, keys: Keys, typical: Typical) -> Infusions:
    """Give one infusion with its lymphodepletion; the first one starts pembrolizumab if that is planned."""
    common: dict[str, Any] = {"keys": keys, "typical": typical}
    parts = [
        plan_lymphodepletion(regimen, infusion_day=infusion_day, number=number, **common),
        plan_infusion(regimen, infusion_day=infusion_day),
    ]
    if number == 1:
        parts.append(plan_pembrolizumab(regimen, first_day=infusion_day, **common))
    return join(*parts)
