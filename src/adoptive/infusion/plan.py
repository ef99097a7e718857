"""Lay out what is given on which day, as events in time order; keep what was given so far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.infusion.types import DRUGS, Infusions, Regimen

__all__ = ["SoFar", "give", "join", "plan_infusion", "withhold"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SoFar:
    """Hold what has been given and planned: the standing events, and day and cells ``(patients, infusions)``.

    Infusions that are not planned have the day inf and no cells; cells are CAR-positive ones.
    """

    standing: Infusions
    infusion_day: Floats
    dose_cells: Floats

    @classmethod
    def nothing(cls, regimen: Regimen, waiting: Infusions) -> SoFar:
        """Begin with what is given before the cells."""
        shape = (len(waiting.day), max(regimen.max_infusions, 1))
        return cls(waiting, np.full(shape, np.inf), np.zeros(shape))

    def with_infusion(self, number: int, *, standing: Infusions, day: Floats, dose_cells: Floats) -> SoFar:
        """Add the infusion ``number`` (1 first) on each patient's day (inf = none), ``(patients,)``."""
        days, cells = self.infusion_day.copy(), self.dose_cells.copy()
        days[:, number - 1], cells[:, number - 1] = day, np.where(np.isfinite(day), dose_cells, 0.0)
        return SoFar(standing, days, cells)


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


def plan_infusion(regimen: Regimen, *, infusion_day: Floats, cells: ArrayLike | None = None) -> Infusions:
    """Give the cells, all at once or in the parts of a split dose; ``cells`` ``(patients,)``, else the study's dose."""
    dose = np.asarray(regimen.dose_cells if cells is None else cells, float)
    if not regimen.split:
        return give("infusion", day=infusion_day, amount=dose)
    return join(*(give("infusion", day=infusion_day + part.day, amount=dose * part.share) for part in regimen.split))


def withhold(plan: Infusions, *, rows: NDArray[np.bool_], from_day: Floats) -> Infusions:
    """Take from some patients all that they were to get from a day on; a kill that is on is still switched off."""
    ahead = rows[:, None] & (plan.day >= from_day[:, None]) & (plan.kind != DRUGS.index("chemotherapy"))
    return Infusions(np.where(ahead, np.inf, plan.day), plan.kind, plan.amount)
