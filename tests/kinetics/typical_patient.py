"""The typical patient of the package's checks, his treatment, and every state of him followed day by day."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.construct import ConstructPlan
from adoptive.infusion import Infusions, give, join
from adoptive.kinetics.simulate import engine
from adoptive.kinetics.types import Physiology
from adoptive.solve import Values
from adoptive.workbench.check.followed import Followed, follow
from adoptive.workbench.check.patient import (
    CAR,
    DIAMETERS_MM,
    DOSE,
    INFUSION_DAY,
    SEED,
    body_of,
    cohort_of,
    flat_typical,
    once,
)
from adoptive.workbench.check.patient import everywhere as spread

__all__ = [
    "CAR",
    "DIAMETERS_MM",
    "DOSE",
    "INFUSION_DAY",
    "SEED",
    "TCR",
    "TIL",
    "TRUC",
    "Floats",
    "Followed",
    "body_of",
    "cohort_of",
    "flat_typical",
    "follow",
    "join",
    "lymphodepletion",
    "once",
    "read",
    "spread",
    "treatment",
    "typical",
]

Floats = NDArray[np.float64]

FLUDARABINE_DAYS = (-5, -4)
TCR = ConstructPlan(product="typical", modality="TCR-T", binder="alpha and beta chain", costimulation="none")
TRUC = ConstructPlan(product="typical", modality="TRuC-T", binder="single-domain antibody")
TIL = ConstructPlan(product="typical", modality="TIL")


def typical(patients: int = 1, **changed: ArrayLike) -> Physiology:
    """Give the typical patient's body a number of times, with some parameters changed."""
    return body_of(cohort_of(patients), **changed)


def lymphodepletion(
    patients: int,
    *,
    infusion_day: float = INFUSION_DAY,
    amount: ArrayLike = 1.0,
    fludarabine_days: tuple[int, ...] = FLUDARABINE_DAYS,
) -> Infusions:
    """Give fludarabine, and cyclophosphamide on days -5, -4 and -3 of an infusion."""
    given = np.ones(patients) * np.asarray(amount, float)
    plans = [
        give(drug, day=np.full(patients, infusion_day + relative), amount=given)
        for drug, days in (("fludarabine", fludarabine_days), ("cyclophosphamide", (-5, -4, -3)))
        for relative in days
    ]
    return join(*plans)


def treatment(
    patients: int = 1,
    *,
    dose: ArrayLike = DOSE,
    amount: ArrayLike = 1.0,
    fludarabine_days: tuple[int, ...] = FLUDARABINE_DAYS,
) -> Infusions:
    """Give lymphodepletion and one infusion."""
    cells = once("infusion", patients, day=INFUSION_DAY, amount=np.ones(patients) * np.asarray(dose, float))
    return join(lymphodepletion(patients, amount=amount, fludarabine_days=fludarabine_days), cells)


def read(body: Physiology, states: Floats) -> tuple[Values, Values]:
    """Give states and parameters by name, for the model's text on arrays."""
    return Values(engine().model.states, states), Values(body.names, body.values)
