"""The typical patient: every spread between patients is zero, so that he is the published numbers and nothing else.

Three lesions of 8, 4 and 1.5 billion cells, the doubling time of gastric cancer, no antigen-negative founder clone.
What the checks compare is one of his variants: another dose, parameter, treatment or target.
"""

from __future__ import annotations

import dataclasses
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from adoptive.antigen import Antigen
from adoptive.cohort import Cohort, plain_traits
from adoptive.construct import ConstructPlan
from adoptive.infusion import Infusions, give
from adoptive.kinetics import Physiology, describe_patients
from adoptive.kinetics.states import LESIONS, lesion_state
from adoptive.parameters import Book, Typical, draw_typical, load_book
from adoptive.streams import Keys, Streams

__all__ = [
    "CAR",
    "DIAMETERS_MM",
    "DOSE",
    "INFUSION_DAY",
    "PERMISSIVE",
    "SEED",
    "body_of",
    "cohort_of",
    "everywhere",
    "flat_typical",
    "once",
]

Floats = NDArray[np.float64]

DIAMETERS_MM = (31.3, 24.8, 17.9)
"""Diameters of lesions of 8, 4 and 1.5 billion cells at half a billion cells per mL."""
DOUBLING_DAYS = 32.0
SHARES = {"high": 0.75, "low": 0.25, "negative": 0.0}
DENSITIES = {"high": 5.0e4, "low": 4.0e3, "negative": 20.0}
PRODUCT = {"share_M": 0.10, "share_E": 0.85, "share_X": 0.05}
DOSE = 2.5e8
INFUSION_DAY = 5.0
SEED = 20


@lru_cache(maxsize=1)
def flat_typical() -> Typical:
    """Give the published values with no spread between patients."""
    rows = {name: dataclasses.replace(row, between=0.0) for name, row in load_book().items()}
    return draw_typical(Book(rows), Streams(SEED), trials=[0], fixed=True)


def cohort_of(
    patients: int = 1,
    *,
    diameters_mm: ArrayLike = DIAMETERS_MM,
    shares: dict[str, ArrayLike] | None = None,
    density_factor: ArrayLike = 1.0,
    low_density: float = DENSITIES["low"],
    target: str = "CLDN18.2",
    lesions: int = LESIONS,
) -> Cohort:
    """Write the typical patient's cohort by hand, a number of times; ``shares`` may differ between lesions.

    ``target`` chooses the product class, ``lesions`` the places for lesions.
    """
    each = np.atleast_2d(np.asarray(diameters_mm, float))
    each = np.pad(each, ((0, 0), (0, lesions - each.shape[1])))
    place = np.ones((patients, lesions))
    held = SHARES if shares is None else shares
    densities = DENSITIES | {"low": low_density}

    def all_patients(value: ArrayLike) -> Floats:
        return np.asarray(np.ones(patients) * np.asarray(value, float))

    def all_lesions(value: ArrayLike) -> Floats:
        given = np.atleast_1d(np.asarray(value, float))
        return np.asarray(place * np.pad(given, (0, lesions - len(given)), mode="edge"))

    high = all_lesions(held["high"])
    antigen = Antigen(
        positive_share=high[:, 0],
        read_share=high[:, 0],
        founder_clone=np.zeros(patients, bool),
        receptors=np.ones(patients),
        potency=np.ones(patients),
        target=target,
        **{f"{name}_share": all_lesions(held[name]) for name in SHARES},
        **{f"{name}_density": all_patients(densities[name]) * all_patients(density_factor) for name in SHARES},
    )
    return Cohort(
        keys=Keys.of(0, np.arange(patients)),
        peritoneal=np.zeros(patients, bool),
        third_line_or_later=np.zeros(patients, bool),
        lesion_diameter_mm=place * each,
        growth_per_day=place * np.log(2.0) / DOUBLING_DAYS,
        antigen=antigen,
        lymphocytes_per_ul=all_patients(1500.0),
        neutrophils_e9_l=all_patients(4.0),
        platelets_e9_l=all_patients(220.0),
        weight_kg=all_patients(58.0),
        donor_fitness=all_patients(1.0),
        frailty=all_patients(1.0),
        **plain_traits(patients, lesions=lesions),
    )


CAR = ConstructPlan(product="typical", modality="CAR-T", binder="scFv", costimulation="CD28")


def body_of(cohort: Cohort, plan: ConstructPlan = CAR, /, **changed: ArrayLike) -> Physiology:
    """Give the patients' parameters and starting state, with the product in them and some parameters changed."""
    body = describe_patients(cohort, plan, typical=flat_typical(), streams=Streams(SEED))
    engrafting = 1.0 - body.of("fclr")
    shares = {name: engrafting * share for name, share in PRODUCT.items()}
    return body.replace(**(shares | {name: np.ones(len(cohort)) * np.asarray(v, float) for name, v in changed.items()}))


def everywhere(name: str, value: ArrayLike) -> dict[str, ArrayLike]:
    """Give a parameter of a lesion the same value in every lesion."""
    return {lesion_state(name, j): value for j in range(LESIONS)}


PERMISSIVE = everywhere("supp", 0.15) | {"iPD": 0.25, "kin": 80.0}
"""A tumour that lets cells in and work."""


def once(drug: str, patients: int, *, day: ArrayLike, amount: ArrayLike) -> Infusions:
    """Give everybody one drug (or the cells, ``infusion``) once."""
    return give(drug, day=np.ones(patients) * np.asarray(day, float), amount=amount)
