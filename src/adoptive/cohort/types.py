"""Who is treated: the nouns of this folder."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray

from adoptive.antigen.types import Antigen
from adoptive.streams import Keys
from adoptive.units import In

__all__ = ["Cohort", "Population"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Population:
    """Describe whom the trial screens: section ``[cohort]`` of a study."""

    tumour_type: Annotated[Literal["gastric"], In("name", "tumour type; sets growth and death rows")]
    peritoneal_share: Annotated[float, Ge(0), Le(1), In("fraction", "patients with peritoneal metastases")]
    third_line_or_later_share: Annotated[float, Ge(0), Le(1), In("fraction", "patients with 3 or more prior lines")]
    other_failure_share: Annotated[
        float, Ge(0), Le(0.95), In("fraction", "screened patients who fail entry for a reason other than the antigen")
    ]
    lesions_mean: Annotated[float, Ge(1), Le(5), In("lesions", "mean number of lesions before the limit of five")]
    lesion_diameter_median_mm: Annotated[float, Ge(10), Le(110), In("mm", "median diameter of a target lesion")]
    doubling_time_days: Annotated[float, Ge(3), Le(3000), In("day", "median volume doubling time without treatment")]

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class Cohort:
    """Hold virtual patients as arrays: ``(patients,)`` or ``(patients, lesions)``; absent lesions have diameter 0."""

    keys: Keys
    peritoneal: NDArray[np.bool_]
    third_line_or_later: NDArray[np.bool_]
    lesion_diameter_mm: Floats
    growth_per_day: Floats
    antigen: Antigen
    lymphocytes_per_ul: Floats
    neutrophils_e9_l: Floats
    platelets_e9_l: Floats
    weight_kg: Floats
    donor_fitness: Floats
    frailty: Floats

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def lesions(self) -> int:
        """Give the number of lesion places."""
        return int(self.lesion_diameter_mm.shape[1])

    def take(self, rows: NDArray[Any]) -> Cohort:
        """Keep some patients, by mask or by row number."""
        kept: dict[str, Any] = {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            kept[field.name] = value.take(rows) if isinstance(value, Keys | Antigen) else value[rows]
        return Cohort(**kept)
