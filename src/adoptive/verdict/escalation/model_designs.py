"""Designs that fit a curve, or look at patients who are still watched: CRM, TITE-CRM, TITE-BOIN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from adoptive.verdict.escalation.boin import TOLERANCE, boin_boundaries
from adoptive.verdict.escalation.crm import PRIOR_SD, CrmFit, crm
from adoptive.verdict.escalation.isotonic import NO_LEVEL, select_mtd
from adoptive.verdict.escalation.seen import Ending, Move, Seen
from adoptive.verdict.escalation.time_to_event import follow_up_weights, tite_boin_rate, tite_crm
from adoptive.verdict.escalation.types import TOO_TOXIC, toxic_table

__all__ = ["CrmDesign", "TiteBoinDesign", "TiteCrmDesign"]

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]

FAST_NODES: Final = 401
"""Points of the quadrature in simulations: the mean is exact, the probability of excess good to 0.3 points."""


@dataclass(frozen=True)
class CrmDesign:
    """Decide by the continual reassessment method with the restrictions of R dfcrm.

    No level is skipped on the way up; no escalation right after a cohort whose DLT rate reached the target. The trial
    ends when the lowest dose is above the target with probability ``cutoff`` (after three patients), or at ``stop_at``
    patients at the dose to stay at (0: never). Only a dose that was tried is recommended, unless ``tried_only`` is off.
    """

    skeleton: tuple[float, ...]
    target: float
    cutoff: float = TOO_TOXIC
    stop_at: int = 0
    model: Literal["empiric", "logistic"] = "empiric"
    prior_sd: float = PRIOR_SD
    tried_only: bool = True
    name: str = "crm"
    most_pending: float = 0.0

    def move(self, seen: Seen) -> Move:
        """Decide for the next cohort."""
        return _restricted(self, seen, self._fit(seen))

    def select(self, seen: Seen) -> Counts:
        """Recommend the dose nearest to the target."""
        return _recommended(self, seen, self._fit(seen))

    def _fit(self, seen: Seen) -> CrmFit:
        rows, back = np.unique(np.hstack([seen.dlt, seen.patients]), axis=0, return_inverse=True)
        levels = seen.dlt.shape[1]
        fit = crm(
            rows[:, :levels], rows[:, levels:], skeleton=self.skeleton, target=self.target, model=self.model,
            prior_sd=self.prior_sd, nodes=FAST_NODES,
        )  # fmt: skip
        back = back.ravel()
        return CrmFit(
            fit.mean[back], fit.variance[back], fit.dlt_probability[back], fit.level[back], fit.above_target[back]
        )


@dataclass(frozen=True)
class TiteCrmDesign:
    """Decide by TITE-CRM: as :class:`CrmDesign`, with every patient weighed by how long he was watched."""

    skeleton: tuple[float, ...]
    target: float
    window_days: float
    scheme: Literal["linear", "adaptive"] = "linear"
    cutoff: float = TOO_TOXIC
    stop_at: int = 0
    model: Literal["empiric", "logistic"] = "empiric"
    prior_sd: float = PRIOR_SD
    tried_only: bool = True
    name: str = "tite-crm"
    most_pending: float = 1.0

    def move(self, seen: Seen) -> Move:
        """Decide for the next cohort."""
        return _restricted(self, seen, self._fit(seen))

    def select(self, seen: Seen) -> Counts:
        """Recommend the dose nearest to the target."""
        return _recommended(self, seen, self._fit(seen))

    def _fit(self, seen: Seen) -> CrmFit:
        level, toxic, days = _watched(seen)
        weights = follow_up_weights(days, toxic, window_days=self.window_days, scheme=self.scheme)
        return tite_crm(
            level, toxic, weights, skeleton=self.skeleton, target=self.target, model=self.model,
            prior_sd=self.prior_sd, nodes=FAST_NODES,
        )  # fmt: skip


@dataclass(frozen=True)
class TiteBoinDesign:
    """Decide by TITE-BOIN: BOIN's boundaries with the expected DLTs of the patients who are still watched.

    A dose whose observed rate is below the target is not left downwards, whatever is expected (the published tables).
    While more than half of a dose's patients are watched without a DLT the trial waits, here before every decision.
    """

    target: float
    window_days: float
    low: float | None = None
    high: float | None = None
    cutoff: float = TOO_TOXIC
    extra_safe: float | None = None
    stop_at: int = 0
    name: str = "tite-boin"
    most_pending: float = 0.5

    def move(self, seen: Seen) -> Move:
        """Decide for the next cohort."""
        placed, toxic, days = _watched(seen)
        here = placed == seen.level[:, None]
        waits = here & ~toxic & (days < self.window_days)
        share = np.where(waits, days / self.window_days, 0.0).sum(axis=1)
        treated, dlt, level = seen.at(seen.patients), seen.at(seen.dlt), seen.level
        rate = tite_boin_rate(dlt, treated, waits.sum(axis=1), share, target=self.target)
        limits = boin_boundaries(self.target, low=self.low, high=self.high)
        gone = self._gone(seen, self.cutoff)[treated, dlt]
        highest = np.where(gone, np.minimum(seen.highest, level - 1), seen.highest)
        up = (rate <= limits.escalate + TOLERANCE) & ~gone
        down = ((rate >= limits.deescalate - TOLERANCE) & (dlt >= self.target * treated - TOLERANCE)) | gone
        stay = ~(up | down) | (up & (level >= highest)) | (down & (level == 0))
        lost = (level == 0) & (
            gone if self.extra_safe is None else gone | self._gone(seen, self.extra_safe)[treated, dlt]
        )
        enough = stay & (treated >= self.stop_at) & (self.stop_at > 0)
        ending = np.select([lost, enough], [Ending.TOO_TOXIC, Ending.ENOUGH_AT_DOSE], Ending.RUNNING)
        step = np.where(stay, 0, np.where(up, 1, -1))
        return Move(level + step, highest, ending.astype(np.int64))

    def select(self, seen: Seen) -> Counts:
        """Recommend the dose whose isotonic rate is nearest to the target."""
        return select_mtd(seen.dlt, seen.patients, target=self.target, cutoff=self.cutoff, extra_safe=self.extra_safe)

    def _gone(self, seen: Seen, cutoff: float) -> NDArray[np.bool_]:
        return toxic_table(int(seen.patients.max(initial=0)), target=self.target, cutoff=cutoff)


def _watched(seen: Seen) -> tuple[Counts, NDArray[np.bool_], Floats]:
    if seen.given_level is None or seen.toxic is None or seen.followed_days is None:
        raise ValueError("this design needs every patient's days under watch")
    return seen.given_level, seen.toxic, seen.followed_days


def _restricted(design: CrmDesign | TiteCrmDesign, seen: Seen, fit: CrmFit) -> Move:
    """Hold the model back: no skipping, no escalation right after DLTs, no trial below a too toxic lowest dose."""
    toxic = seen.last_dlt >= design.target * seen.last_patients
    level = np.minimum(fit.level, seen.level + np.where(toxic, 0, 1))
    lost = (fit.above_target[:, 0] > design.cutoff) & (seen.patients.sum(axis=1) >= 3)
    there = seen.patients[np.arange(len(level)), level]
    enough = (level == seen.level) & (there >= design.stop_at) & (design.stop_at > 0)
    ending = np.select([lost, enough], [Ending.TOO_TOXIC, Ending.ENOUGH_AT_DOSE], Ending.RUNNING)
    return Move(level, seen.highest, ending.astype(np.int64))


def _recommended(design: CrmDesign | TiteCrmDesign, seen: Seen, fit: CrmFit) -> Counts:
    tried = np.where(seen.patients > 0, np.arange(seen.patients.shape[1]), 0).max(axis=1)
    level = np.minimum(fit.level, tried) if design.tried_only else fit.level
    lost = (fit.above_target[:, 0] > design.cutoff) & (seen.patients.sum(axis=1) >= 3)
    return np.where(lost, NO_LEVEL, level).astype(np.int64)
