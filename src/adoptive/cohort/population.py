"""Draw virtual patients: who they are, their lesions, their growth, their blood."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc

from adoptive.antigen import AntigenPlan, draw_antigen, draw_lesion_share, draw_positive_share, read_by_ihc
from adoptive.cohort.types import SITES, Cohort, Population
from adoptive.parameters import Kinds, Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = ["LESION_PLACES", "draw_cohort", "draw_lesions", "plain_traits", "screen_reads"]

Floats = NDArray[np.float64]

LESION_PLACES = 5
"""RECIST 1.1 follows at most five target lesions."""


def screen_reads(
    population: Population, antigen: AntigenPlan, keys: Keys, typical: Typical, streams: Streams
) -> tuple[Floats, NDArray[np.bool_]]:
    """Give what screening sees of each candidate: the read share of positive cells, and whether anything else fails."""
    share = draw_positive_share(antigen, keys, streams)
    other = streams.uniform("cohort.other failure", keys) < population.other_failure_share
    return read_by_ihc(antigen, share, keys, typical, streams), other


def draw_cohort(
    population: Population, antigen: AntigenPlan, *, keys: Keys, typical: Typical, streams: Streams
) -> Cohort:
    """Draw everything that belongs to the named patients; a patient's values do not depend on who else is drawn."""
    peritoneal = _peritoneal(population, keys, streams)
    lot = streams.uniform("cohort.prior lines", keys)
    third = lot < _or(population.third_line_or_later_share, 0.25)
    share = draw_positive_share(antigen, keys, streams)
    read = read_by_ihc(antigen, share, keys, typical, streams)
    positive = draw_lesion_share(
        antigen, peritoneal, lesions=LESION_PLACES, keys=keys, typical=typical, streams=streams
    )
    diameter = draw_lesions(population, keys, typical, streams)
    fitness = draw_patients(typical, streams, name="cohort.fitness", keys=keys)
    blood = {
        name: draw_patients(typical, streams, name=f"cohort.{name}", keys=keys)
        for name in ("lymphocytes_per_ul", "neutrophils_e9_l", "platelets_e9_l", "weight_kg", "frailty")
    }
    plain = plain_traits(len(keys))
    return Cohort(
        **plain
        | {
            "keys": keys,
            "kinds": Kinds.one(len(keys), population.tumour_type),
            "peritoneal": peritoneal,
            "third_line_or_later": third,
            "lesion_diameter_mm": diameter,
            "growth_per_day": _growth(population, keys, typical, streams),
            "antigen": draw_antigen(
                share, read, positive, keys=keys, typical=typical, streams=streams, target=antigen.target
            ),
            "donor_fitness": fitness * np.where(third, typical.at("cohort.fitness_third_line", keys), 1.0),
        }
        | blood
    )


def plain_traits(patients: int, *, lesions: int = LESION_PLACES, tumour_type: str = "gastric") -> dict[str, Any]:
    """Give what a cohort written by hand needs beside tumour and blood: the same middle-aged person each time."""
    return {
        "kinds": Kinds.one(patients, tumour_type),
        "prior_lines": np.full(patients, 2),
        "site": np.full((patients, lesions), SITES.index("liver")),
        "non_target": np.zeros(patients, bool),
        "age_years": np.full(patients, 60.0),
        "male": np.ones(patients, bool),
        "height_cm": np.full(patients, 170.0),
        "ancestry": np.zeros(patients, np.int64),
        "has_hla": np.ones(patients, bool),
        "ecog": np.ones(patients, np.int64),
        "albumin_g_l": np.full(patients, 38.0),
        "ldh_ratio": np.ones(patients),
        "creatinine_clearance_ml_min": np.full(patients, 90.0),
    }


def _or(value: float | None, other: float) -> float:
    return other if value is None else value


def draw_lesions(population: Population, keys: Keys, typical: Typical, streams: Streams) -> Floats:
    """Draw target-lesion diameters ``(patients, 5)`` in mm: ``1 + Poisson(mean - 1)`` lesions, 10 to 110 mm."""
    rate = _or(population.lesions_mean, 2.6) - 1.0
    uniform = streams.uniform("cohort.lesion count", keys)
    # P(Poisson <= k) = Q(k + 1, rate): count how many k the uniform exceeds.
    below = np.stack([gammaincc(k + 1.0, rate) if rate > 0 else 1.0 for k in range(LESION_PLACES - 1)])
    number = 1 + (uniform[:, None] > below).sum(axis=1)
    spread = typical.at("cohort.lesion_diameter_sd", keys)[:, None]
    scatter = np.clip(streams.normal("cohort.lesion diameter", keys, LESION_PLACES), -3.0, 3.0)
    diameter = np.clip(_or(population.lesion_diameter_median_mm, 26.0) * np.exp(spread * scatter), 10.0, 110.0)
    return np.where(np.arange(LESION_PLACES) < number[:, None], diameter, 0.0)


def _growth(population: Population, keys: Keys, typical: Typical, streams: Streams) -> Floats:
    """Give each lesion's growth at baseline, ``(patients, 5)`` per day: ``ln 2 / doubling time``."""
    factor = draw_patients(typical, streams, name="cohort.doubling_time_factor", keys=keys)
    spread = typical.at("cohort.doubling_time_lesion_sd", keys)[:, None]
    scatter = np.clip(streams.normal("cohort.lesion growth", keys, LESION_PLACES), -3.0, 3.0)
    doubling: Floats = _or(population.doubling_time_days, 60.0) * factor[:, None] * np.exp(spread * scatter)
    return np.asarray(np.log(2.0) / doubling)


def _peritoneal(population: Population, keys: Keys, streams: Streams) -> NDArray[np.bool_]:
    """Say who has peritoneal metastases."""
    return streams.uniform("cohort.peritoneal", keys) < _or(population.peritoneal_share, 0.0)
