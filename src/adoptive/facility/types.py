"""How the cells are made, and whether they arrive: the nouns of this folder."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Final, Literal

import numpy as np
from annotated_types import Ge, Gt, Le, Lt
from numpy.typing import NDArray

from adoptive.errors import StudyError
from adoptive.facility.slots import Slots
from adoptive.units import In

__all__ = ["Cells", "Failure", "Process", "Product", "ReleaseTest", "Slots"]

Floats = NDArray[np.float64]

_POSITIVE_OR_NEGATIVE: Final = ("endotoxin", "sterility", "mycoplasma", "replication-competent virus")
_SHARES: Final = ("viability", "CD3", "CAR-positive cells")


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

    def __post_init__(self) -> None:
        if self.limit is None:
            return
        if self.test in _POSITIVE_OR_NEGATIVE:
            raise StudyError(
                "this test is positive or negative and has no limit",
                where=f"facility.tests: {self.test}",
                value=self.limit,
                allowed="no limit",
                next_step="leave it out",
            )
        if self.test in _SHARES and self.limit > 1:
            raise StudyError(
                "the limit is a share of the cells",
                where=f"facility.tests: {self.test}",
                value=self.limit,
                allowed="0 to 1",
                next_step="write 0.8 for 80 %",
            )


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
    culture: Annotated[
        Literal["closed system", "perfused fibres", "rapid expansion"],
        In("name", "how the cells are grown; sets growth and room (cells from a tumour: rapid expansion)"),
    ] = "closed system"
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
    """Name why a patient has no product; failure is a value. The numbers are the record's and never change."""

    NONE = 0
    COLLECTION = 1
    GROWTH = 2
    VIABILITY = 3
    TRANSDUCTION = 4
    STERILITY = 5
    PURITY = 6
    COPIES = 7
    POTENCY = 8
    ENDOTOXIN = 9
    MYCOPLASMA = 10
    VIRUS = 11
    BEADS = 12
    LOST = 13

    @property
    def words(self) -> str:
        """Say it in words.

        >>> Failure.GROWTH.words
        'the culture did not grow to one dose'
        """
        return _WORDS[self]


_WORDS: Final = {
    Failure.NONE: "no failure",
    Failure.COLLECTION: "too few cells were collected",
    Failure.GROWTH: "the culture did not grow to one dose",
    Failure.VIABILITY: "the cells' viability missed the release limit",
    Failure.TRANSDUCTION: "too few cells carried the receptor",
    Failure.STERILITY: "the batch failed sterility",
    Failure.PURITY: "too few cells were T cells",
    Failure.COPIES: "too many vector copies per cell",
    Failure.POTENCY: "the batch failed potency",
    Failure.ENDOTOXIN: "the batch failed endotoxin",
    Failure.MYCOPLASMA: "the batch failed mycoplasma",
    Failure.VIRUS: "replication-competent virus was found",
    Failure.BEADS: "too many beads were left",
    Failure.LOST: "the batch was lost (equipment, handling or papers)",
}


@dataclass(frozen=True)
class Cells:
    """Hold what the cells of some patients' batches are, ``(patients,)``.

    Cells are viable ones as they reach the patient; ``viability`` is the release test's, ``thawed_viability`` the
    patient's. Shares of stages add up to 1, and so do memory, effector and exhausted cells as the kinetics names them.
    ``fitness`` is the donor's, ``proliferation`` and ``exhaustion`` what growth and length of the culture make of the
    cells' own rates, all three over the reference's; ``out_of_specification`` cells are given by exception.
    """

    seeded_cells: Floats
    culture_days: Floats
    doublings: Floats
    t_cells: Floats
    car_positive_cells: Floats
    car_positive_share: Floats
    cd3_share: Floats
    viability: Floats
    thawed_viability: Floats
    vector_copies: Floats
    naive_share: Floats
    central_memory_share: Floats
    effector_memory_share: Floats
    late_effector_share: Floats
    memory_share: Floats
    effector_share: Floats
    exhausted_share: Floats
    fitness: Floats
    proliferation: Floats
    exhaustion: Floats
    out_of_specification: NDArray[np.bool_]


@dataclass(frozen=True)
class Product(Cells):
    """Hold the products of some patients, ``(patients,)``; ``failure`` 0 means released.

    ``ready_day`` is the day on which the product is there, or on which the last failure is known. A product is
    ``conditional`` if it was released before its last result, and ``recall_day`` is the day on which that result fails
    (inf = never).
    """

    failure: NDArray[np.int64]
    attempts: NDArray[np.int64]
    collections: NDArray[np.int64]
    complication: NDArray[np.bool_]
    apheresis_day: Floats
    ready_day: Floats
    recall_day: Floats
    collected_cells: Floats
    conditional: NDArray[np.bool_]

    @property
    def released(self) -> NDArray[np.bool_]:
        """Say who has a product."""
        return np.asarray(self.failure == Failure.NONE)
