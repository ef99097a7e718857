"""What the checks are made with: regimen before the infusion, seed, patients, and a model changed on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.errors import ParameterError
from adoptive.infusion import Infusions, give, join
from adoptive.kinetics import Physiology
from adoptive.kinetics.states import LESIONS, lesion_state
from adoptive.workbench.check.patient import DOSE, INFUSION_DAY, body_of, cohort_of, once

__all__ = ["REFERENCE", "SHORTER", "Setting"]

REFERENCE: Final = (-5, -4, -3)
"""Days of fludarabine before the infusion with which the typical values were fitted (inferred) and the ranges set."""
SHORTER: Final = (-5, -4)
"""Days of fludarabine of the reference study."""
CYCLOPHOSPHAMIDE: Final = (-5, -4, -3)
CD19_DIAMETER_MM: Final = 42.4
"""One mass of 4e10 cells at a billion per mL."""


@dataclass(frozen=True)
class Setting:
    """Say with which regimen, seed and patients the checks are made.

    ``changed`` sets parameters of every patient, by name (of a lesion: in every lesion), to see which checks notice.
    """

    fludarabine_days: tuple[int, ...] = REFERENCE
    seed: int = 1
    patients: int = 300
    changed: Mapping[str, float] = field(default_factory=dict)

    def altered(self, body: Physiology) -> Physiology:
        """Give patients with the parameters of ``changed``."""
        columns: dict[str, NDArray[np.float64]] = {}
        for name, value in self.changed.items():
            places = [lesion_state(name, j) for j in range(LESIONS)]
            found = [each for each in (name, *places) if each in body.names]
            if not found:
                raise ParameterError("no such parameter", where="changed", value=name, next_step="see `adoptive show`")
            columns |= {each: np.full(len(body.values), value) for each in found}
        return body.replace(**columns)

    def typical(self, patients: int = 1, /, **chosen: ArrayLike) -> Physiology:
        """Give the typical patient a number of times, with some parameters chosen."""
        return self.altered(body_of(cohort_of(patients), **chosen))

    def cd19(self) -> Physiology:
        """Give a patient with 4e10 CD19-positive cells and a product against CD19."""
        shares: dict[str, ArrayLike] = {"high": 1.0, "low": 0.0, "negative": 0.0}
        cohort = cohort_of(diameters_mm=(CD19_DIAMETER_MM,), shares=shares, density_factor=0.2, target="CD19")
        return self.altered(body_of(cohort))

    def lymphodepletion(
        self, patients: int = 1, *, infusion_day: float = INFUSION_DAY, amount: ArrayLike = 1.0
    ) -> Infusions:
        """Give fludarabine and cyclophosphamide before an infusion."""
        given = np.ones(patients) * np.asarray(amount, float)
        plans = [
            give(drug, day=np.full(patients, infusion_day + relative), amount=given)
            for drug, days in (("fludarabine", self.fludarabine_days), ("cyclophosphamide", CYCLOPHOSPHAMIDE))
            for relative in days
        ]
        return join(*plans)

    def treatment(self, patients: int = 1, *, dose: ArrayLike = DOSE, amount: ArrayLike = 1.0) -> Infusions:
        """Give lymphodepletion (``amount`` of it) and one infusion."""
        cells = once("infusion", patients, day=INFUSION_DAY, amount=np.ones(patients) * np.asarray(dose, float))
        return join(self.lymphodepletion(patients, amount=amount), cells)

    def repeated(self, patients: int, *, dose: float = DOSE, amounts: ArrayLike = 1.0) -> Infusions:
        """Give three infusions eight weeks apart, each after ``amounts`` ``(patients, 3)`` of lymphodepletion."""
        days = [INFUSION_DAY + 56.0 * k for k in range(3)]
        each = np.broadcast_to(np.asarray(amounts, float), (patients, 3))
        plans = [self.lymphodepletion(patients, infusion_day=day, amount=each[:, k]) for k, day in enumerate(days)]
        return join(*plans, *(once("infusion", patients, day=day, amount=dose) for day in days))
