"""Who is treated: the nouns of this folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
from annotated_types import Ge, Gt, Le
from numpy.typing import ArrayLike, NDArray

from adoptive.antigen.types import Antigen
from adoptive.cohort.columns import check_columns
from adoptive.cohort.names import ANCESTRIES, SITES, TUMOUR_TYPES, TumourType
from adoptive.errors import StudyError
from adoptive.parameters import Kinds
from adoptive.streams import Keys
from adoptive.units import In

__all__ = ["ANCESTRIES", "SITES", "TUMOUR_TYPES", "Cohort", "Population", "Screened", "TumourShare", "body_surface_m2"]

Floats = NDArray[np.float64]
Fraction = Annotated[float, Ge(0), Le(1)]
Age = Annotated[float, Ge(0), Le(100)]


def body_surface_m2(height_cm: ArrayLike, weight_kg: ArrayLike) -> Floats:
    """Give body surface by Mosteller, ``sqrt(height weight / 3600)``, m2 (10.1056/NEJM198710223171717).

    >>> body_surface_m2(180.0, 80.0)
    array(2.)
    """
    return np.asarray(np.sqrt(np.asarray(height_cm, float) * np.asarray(weight_kg, float) / 3600.0))


@dataclass(frozen=True)
class TumourShare:
    """Describe one tumour type of a basket."""

    tumour_type: Annotated[TumourType, In("name", "tumour type")]
    share: Annotated[float, Gt(0), Le(1), In("fraction", "screened patients who have it")]

    __pydantic_config__ = {"extra": "forbid"}


@dataclass(frozen=True)
class Population:
    """Describe whom the trial screens: section ``[cohort]`` of a study; what is left out is the tumour type's row."""

    tumour_type: Annotated[TumourType, In("name", "tumour type (of a basket: the main one)")]
    mix: Annotated[tuple[TumourShare, ...], In("list", "tumour types of a basket; shares add up to 1")] = ()
    peritoneal_share: Annotated[Fraction | None, In("fraction", "patients with peritoneal metastases")] = None
    third_line_or_later_share: Annotated[Fraction | None, In("fraction", "patients with 3 or more prior lines")] = None
    other_failure_share: Annotated[
        float, Ge(0), Le(0.95), In("fraction", "screened patients who fail entry for a reason other than the antigen")
    ] = 0.05
    lesions_mean: Annotated[
        Annotated[float, Ge(1), Le(5)] | None, In("lesions", "mean number of lesions before the limit of five")
    ] = None
    lesion_diameter_median_mm: Annotated[
        Annotated[float, Ge(10), Le(110)] | None, In("mm", "median diameter of a target lesion")
    ] = None
    doubling_time_days: Annotated[
        Annotated[float, Ge(3), Le(3000)] | None, In("day", "median volume doubling time without treatment, any site")
    ] = None
    burden_cells_median: Annotated[
        Annotated[float, Ge(1e6), Le(5e12)] | None,
        In("cells", "median number of tumour cells, in the place of measured lesions"),
    ] = None
    age_group: Annotated[
        Literal["adults", "children", "children and adults"], In("name", "whom the trial admits by age")
    ] = "adults"
    age_median_years: Annotated[Age | None, In("year", "median age")] = None
    age_minimum_years: Annotated[Age | None, In("year", "youngest patient; left out: by age group")] = None
    age_maximum_years: Annotated[Age | None, In("year", "oldest patient; left out: by age group")] = None
    ancestry: Annotated[
        Literal["East Asian", "European", "African", "mixed"],
        In("name", "ancestry; sets HLA frequencies and body size"),
    ] = "mixed"
    patients_csv: Annotated[str, In("path", "table of patients beside the study file; empty: all are drawn")] = ""
    given: Annotated[
        Mapping[str, tuple[float, ...]],
        In("columns", "columns of that table, filled on loading; missing ones are drawn"),
    ] = field(default_factory=dict)

    __pydantic_config__ = {"extra": "forbid"}

    def __post_init__(self) -> None:
        total = sum(part.share for part in self.mix)
        if self.mix and abs(total - 1.0) > 1e-6:
            raise StudyError(
                "the shares of the tumour types must add up to 1",
                where="cohort.mix",
                value=f"{total:g}",
                allowed="1",
                next_step="correct the shares",
            )
        ages = [self.age_minimum_years, self.age_median_years, self.age_maximum_years]
        known = [age for age in ages if age is not None]
        if known != sorted(known):
            raise StudyError(
                "ages out of order",
                where="cohort.age_minimum_years, age_median_years, age_maximum_years",
                value=", ".join("left out" if age is None else f"{age:g}" for age in ages),
                allowed="youngest, median, oldest",
                next_step="correct the ages",
            )
        check_columns(self.given, "cohort.given")

    @property
    def tumours(self) -> tuple[tuple[TumourType, float], ...]:
        """Give the tumour types and their shares."""
        return tuple((part.tumour_type, part.share) for part in self.mix) or ((self.tumour_type, 1.0),)


@dataclass(frozen=True)
class Screened:
    """Hold what screening sees of some candidates, all ``(candidates,)``; one may fail for several reasons."""

    read_share: Floats
    antigen_fails: NDArray[np.bool_]
    hla_fails: NDArray[np.bool_]
    receptor_fails: NDArray[np.bool_]
    other_fails: NDArray[np.bool_]

    @property
    def passes(self) -> NDArray[np.bool_]:
        """Say who fails for none of these reasons."""
        return ~(self.antigen_fails | self.hla_fails | self.receptor_fails | self.other_fails)


@dataclass(frozen=True)
class Cohort:
    """Hold virtual patients as arrays: ``(patients,)`` or ``(patients, lesions)``; absent lesions have diameter 0.

    ``kinds`` says of what tumour type each patient is, so that rows ``name@tumour type`` stand for him; ``site``
    holds places in :data:`SITES`, ``ancestry`` in :data:`ANCESTRIES`. ``has_hla`` says who carries the allele that the
    study asks for (everybody, if it asks for none).
    """

    keys: Keys
    kinds: Kinds
    peritoneal: NDArray[np.bool_]
    third_line_or_later: NDArray[np.bool_]
    prior_lines: NDArray[np.int64]
    lesion_diameter_mm: Floats
    growth_per_day: Floats
    site: NDArray[np.int64]
    non_target: NDArray[np.bool_]
    antigen: Antigen
    lymphocytes_per_ul: Floats
    neutrophils_e9_l: Floats
    platelets_e9_l: Floats
    age_years: Floats
    male: NDArray[np.bool_]
    weight_kg: Floats
    height_cm: Floats
    ancestry: NDArray[np.int64]
    has_hla: NDArray[np.bool_]
    ecog: NDArray[np.int64]
    albumin_g_l: Floats
    ldh_ratio: Floats
    creatinine_clearance_ml_min: Floats
    donor_fitness: Floats
    frailty: Floats

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def lesions(self) -> int:
        """Give the number of lesion places."""
        return int(self.lesion_diameter_mm.shape[1])

    @property
    def tumour_names(self) -> tuple[str, ...]:
        """Give all tumour types; :attr:`tumour_type` counts in this order."""
        return TUMOUR_TYPES

    @property
    def tumour_type(self) -> NDArray[np.int64]:
        """Give each patient's tumour type as a place in :attr:`tumour_names`."""
        place = np.array([self.tumour_names.index(names[-1]) for names in self.kinds.names])
        return np.asarray(place[self.kinds.code], np.int64)

    @property
    def bsa_m2(self) -> Floats:
        """Give body surface, m2."""
        return body_surface_m2(self.height_cm, self.weight_kg)

    def take(self, rows: NDArray[Any]) -> Cohort:
        """Keep some patients, by mask or by row number."""
        kept: dict[str, Any] = {}
        for part in dataclasses.fields(self):
            value = getattr(self, part.name)
            kept[part.name] = value.take(rows) if isinstance(value, Keys | Antigen | Kinds) else value[rows]
        return Cohort(**kept)
