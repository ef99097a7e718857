"""What a visit shows that iRECIST asks for beyond RECIST 1.1: new lesions counted and summed, disease that grows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.outcome.response.recist import Assessed
from adoptive.outcome.response.types import LesionState, NewLesions
from adoptive.outcome.types import NonTarget, Scans

__all__ = ["Growth", "Look", "growth_of", "look_at"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Growth:
    """Hold what new lesions and non-target disease do at each visit, all ``(patients, visits)``."""

    there: Bools
    count: Codes
    counted: Bools
    sum_mm: Floats
    any_growth: Bools
    clear_growth: Bools
    non_target: Bools


def growth_of(scans: Scans, new: NewLesions | None, non_target_larger: ArrayLike | None) -> Growth:
    """Count and add new lesions; a sum is NaN where one of its lesions was not measured.

    Without the lesions themselves a new one is counted each time that the mark appears; that count confirms nothing.
    """
    larger = np.zeros(scans.day.shape, np.bool_)
    if non_target_larger is not None:
        larger = np.asarray(non_target_larger, np.int64) == 1
    if new is None:
        there, no = scans.new_lesion & scans.done, np.zeros(scans.day.shape, np.bool_)
        appears = there & ~np.concatenate([no[:, :1], there[:, :-1]], axis=1)
        return Growth(there, np.cumsum(appears, axis=1), no, np.zeros(no.shape), no, no, larger)
    done = scans.done[:, :, None]
    seen = done & ((new.state > LesionState.ABSENT) & (new.state != LesionState.NOT_EVALUATED))
    measured = new.target[:, None, :]
    size = np.where(measured, np.where(seen, new.size_mm, 0.0), 0.0)
    blind = measured & (new.state < 0) & (np.cumsum(seen, axis=1) > 0)
    beyond = seen & ~measured & (new.state == LesionState.UNEQUIVOCAL)
    return Growth(
        there=seen.any(axis=2),
        count=(np.cumsum(seen, axis=1) > 0).sum(axis=2),
        counted=np.ones(scans.day.shape, np.bool_),
        sum_mm=np.where(blind, np.nan, size).sum(axis=2),
        any_growth=(beyond | (seen & ~measured & (new.state == LesionState.LARGER))).any(axis=2),
        clear_growth=beyond.any(axis=2),
        non_target=larger,
    )


@dataclass(frozen=True)
class Look:
    """Hold one visit of every patient, all ``(patients,)``; ``base`` is the response without new lesions."""

    day: Floats
    done: Bools
    base: Codes
    target: Codes
    sum_mm: Floats
    non_target_worse: Bools
    growth: Growth


def look_at(scans: Scans, alone: Assessed, growth: Growth, visit: int) -> Look:
    """Take one visit out of everything."""
    here = {name: getattr(growth, name)[:, visit] for name in Growth.__dataclass_fields__}
    return Look(
        day=scans.day[:, visit],
        done=scans.done[:, visit],
        base=alone.response[:, visit],
        target=alone.target[:, visit],
        sum_mm=alone.sum_mm[:, visit],
        non_target_worse=scans.done[:, visit] & (scans.non_target[:, visit] == NonTarget.PD),
        growth=Growth(**here),
    )
