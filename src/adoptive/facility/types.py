"""How the cells are made, and whether they arrive: the nouns of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Literal

import numpy as np
from annotated_types import Ge, Gt, Le, Lt
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.facility.slots import Slots
from adoptive.units import In

__all__ = ["Failure", "Process", "Product", "ReleaseTest", "Slots"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ReleaseTest:
    """Describe one release test: an entry of ``[[facility.tests]]``; without a limit the published one holds."""

    test: Annotated[
        Literal[
            "viability",
            "CD3",
            "CAR-positive cells",
            "vector copies",
            "potency",
            "endotoxin",
            "sterility",
            "mycoplasma",
            "replication-competent virus",
            "residual beads",
        ],
        In("name", "what is tested"),
    ]
    days: Annotated[float, Ge(0), Le(60), In("day", "harvest to the result")]
    limit: Annotated[float | None, Ge(0), In("test's own unit", "release limit; left out: the published one")] = None

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class Process:
    """Describe the manufacture: section ``[facility]`` of a study."""

    apheresis_delay_days: Annotated[float, Ge(0), Le(365), In("day", "decision to leukapheresis, mean")] = 7.0
    litres_processed: Annotated[float, Gt(0), Le(30), In("L", "blood volume processed")] = 10.0
    culture_days: Annotated[float, Gt(0), Le(60), In("day", "activation to harvest, at the longest")] = 10.0
    release_days: Annotated[
        float, Ge(0), Le(60), In("day", "harvest to release; the listed tests' own days hold instead, if there are any")
    ] = 7.0
    shipping_days: Annotated[float, Ge(0), Le(30), In("day", "both ways together")] = 2.0
    attempts: Annotated[int, Ge(1), Le(4), In("count", "manufacturing attempts from one collection")] = 2
    minimum_viability: Annotated[float, Ge(0), Le(1), In("fraction", "release limit")] = 0.7
    minimum_car_positive: Annotated[float, Ge(0), Le(1), In("fraction", "release limit")] = 0.1
    region: Annotated[Literal["United States", "China", "Europe"], In("name", "where it is made; sets the costs")] = (
        "United States"
    )
    starting_cells: Annotated[Literal["blood", "tumour"], In("name", "what the cells are grown from")] = "blood"
    selection: Annotated[Literal["beads", "none"], In("name", "how T cells are selected before the culture")] = "beads"
    target_share_positive: Annotated[
        float | None,
        Gt(0),
        Lt(1),
        In("fraction", "CAR-positive cells that the vector dose aims at; left out: published"),
    ] = None
    copies_limit: Annotated[float, Gt(0), Le(100), In("copies/cell", "release limit per CAR-positive cell")] = 5.0
    harvest: Annotated[Literal["fixed day", "dose met"], In("name", "what ends the culture")] = "fixed day"
    culture_days_minimum: Annotated[
        float, Gt(0), Le(60), In("day", "earliest harvest when the dose decides; culture_days is then the latest")
    ] = 7.0
    out_of_specification: Annotated[
        Literal["discard", "exception"], In("name", "what becomes of a product that misses its specification")
    ] = "discard"
    exception_viability: Annotated[float, Ge(0), Le(1), In("fraction", "lowest viability given by exception")] = 0.6
    conditional_release: Annotated[
        bool, In("yes/no", "released before the last result of sterility and mycoplasma; a late failure is a recall")
    ] = False
    cryopreserved: Annotated[bool, In("yes/no", "the product is frozen for shipping")] = True
    preparation_days: Annotated[
        float, Ge(0), Le(730), In("day", "finding and building personal receptors, from the collection to the culture")
    ] = 0.0
    tests: Annotated[tuple[ReleaseTest, ...], In("list", "release tests with days of their own")] = ()
    slots: Slots | None = None

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        if self.harvest == "dose met" and self.culture_days_minimum > self.culture_days:
            raise StudyError(
                "the earliest harvest comes after the latest",
                where="facility.culture_days_minimum",
                value=self.culture_days_minimum,
                allowed=f"at most culture_days = {self.culture_days:g}",
                next_step="correct one of them",
            )
        if self.out_of_specification == "exception" and self.exception_viability > self.minimum_viability:
            raise StudyError(
                "an exception would be stricter than the rule",
                where="facility.exception_viability",
                value=self.exception_viability,
                allowed=f"at most minimum_viability = {self.minimum_viability:g}",
                next_step="lower it",
            )
        twice = sorted({item.test for item in self.tests if sum(item.test == other.test for other in self.tests) > 1})
        if twice:
            raise StudyError(
                "a release test is listed twice", where="facility.tests", value=", ".join(twice), next_step="keep one"
            )


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
