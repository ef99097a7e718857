"""How the cells are made, and whether they arrive: the nouns of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt, Le
from numpy.typing import NDArray

from adoptive.units import In

__all__ = ["Failure", "Process", "Product"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Process:
    """Describe the manufacture: section ``[facility]`` of a study."""

    apheresis_delay_days: Annotated[float, Ge(0), Le(365), In("day", "decision to leukapheresis, mean")]
    litres_processed: Annotated[float, Gt(0), Le(30), In("L", "blood volume processed")]
    culture_days: Annotated[float, Gt(0), Le(60), In("day", "activation to harvest")]
    release_days: Annotated[float, Ge(0), Le(60), In("day", "harvest to release (sterility and other tests)")]
    shipping_days: Annotated[float, Ge(0), Le(30), In("day", "both ways together")]
    attempts: Annotated[int, Ge(1), Le(4), In("count", "manufacturing attempts from one collection")]
    minimum_viability: Annotated[float, Ge(0), Le(1), In("fraction", "release limit")]
    minimum_car_positive: Annotated[float, Ge(0), Le(1), In("fraction", "release limit")]

    __pydantic_config__ = {"extra": "forbid"}


class Failure(IntEnum):
    """Name why a patient has no product; failure is a value."""

    NONE = 0
    COLLECTION = 1
    GROWTH = 2
    VIABILITY = 3
    TRANSDUCTION = 4
    STERILITY = 5


@dataclass(frozen=True)
class Product:
    """Hold the products of some patients, ``(patients,)``; ``failure`` 0 means released."""

    failure: NDArray[np.int64]
    attempts: NDArray[np.int64]
    apheresis_day: Floats
    ready_day: Floats
    collected_cells: Floats
    car_positive_cells: Floats
    car_positive_share: Floats
    viability: Floats
    memory_share: Floats
    effector_share: Floats
    exhausted_share: Floats
    vector_copies: Floats
    fitness: Floats

    @property
    def released(self) -> NDArray[np.bool_]:
        """Say who has a product."""
        return np.asarray(self.failure == Failure.NONE)
