"""The typical patient of the package's checks, his treatment, and every state of him followed day by day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.construct import ConstructPlan
from adoptive.infusion import Infusions, give, join
from adoptive.kinetics.simulate import ATOL, RTOL, engine
from adoptive.kinetics.states import CLASSES, IN_BLOOD, lesion_state
from adoptive.kinetics.types import Physiology
from adoptive.solve import Events, Trigger, Values
from adoptive.units import diameter_mm
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


@dataclass(frozen=True)
class Followed:
    """Hold every state of some patients on every day asked for."""

    day: Floats
    names: tuple[str, ...]
    values: Floats
    final: Floats
    body: Physiology
    fired_day: Floats

    def of(self, name: str) -> Floats:
        """Give one state of everybody, ``(patients, days)``."""
        return np.asarray(self.values[:, :, self.names.index(name)])

    def each_lesion(self, *names: str) -> Floats:
        """Give the sum of some states of each lesion, ``(patients, days, lesions)``."""
        places = range(self.body.lesions)
        return np.stack([sum(self.of(lesion_state(name, j)) for name in names) for j in places], axis=-1)

    @property
    def cells_per_ul(self) -> Floats:
        """Give engineered cells in blood per uL, ``(patients, days)``."""
        return np.asarray(sum(self.of(name) for name in IN_BLOOD)) / self.body.of("Vb")[:, None]

    @property
    def volume_ml(self) -> Floats:
        """Give the volume of every lesion, ``(patients, days, lesions)``, without the floor of an empty one."""
        return self.each_lesion("T_H", "T_L", "T_N", "D") / self.body.of("rho")[:, None, None]

    @property
    def sld_mm(self) -> Floats:
        """Give the sum of diameters, ``(patients, days)``."""
        return np.asarray(diameter_mm(np.maximum(self.volume_ml, 0.0)).sum(axis=-1))

    @property
    def tumour_cells(self) -> Floats:
        """Give living tumour cells, ``(patients, days)``."""
        return np.asarray(self.each_lesion(*(f"T_{c}" for c in CLASSES)).sum(axis=-1))

    @property
    def il6_effective(self) -> Floats:
        """Give interleukin 6 above baseline that finds its receptor free, ``(patients, days)``."""
        level = self.of("Toc_c") / self.body.of("V1_toc")[:, None]
        blocked = self.body.of("toc_effect")[:, None] * level / (level + self.body.of("KD_toc")[:, None])
        return np.asarray(np.maximum(self.of("IL6") * (1.0 - blocked) - self.body.of("b6")[:, None], 0.0))


def follow(
    body: Physiology,
    plan: Infusions | None = None,
    *,
    until: float = 120.0,
    step: float = 0.25,
    initial: Floats | None = None,
    start: float = 0.0,
    rtol: float = RTOL,
    atol: float = ATOL,
    triggers: tuple[Trigger, ...] = (),
) -> Followed:
    """Follow patients with the package's one compiled engine and keep every state."""
    given = plan or Infusions.none(len(body.values))
    days = np.arange(start, until + 1e-9, step)
    compiled = engine(body.lesions)
    ran = compiled.run(
        body.values,
        body.initial if initial is None else initial,
        start=start,
        stop=until,
        visits=days,
        events=Events(given.day, given.kind, given.amount),
        triggers=triggers,
        survival_draws=body.survival_draws,
        rtol=rtol,
        atol=atol,
    )
    assert (ran.failure == 0).all(), ran.failure
    return Followed(days, compiled.model.states, ran.states, ran.final, body, ran.fired_day)


def read(body: Physiology, states: Floats) -> tuple[Values, Values]:
    """Give states and parameters by name, for the model's text on arrays."""
    return Values(engine().model.states, states), Values(body.names, body.values)
