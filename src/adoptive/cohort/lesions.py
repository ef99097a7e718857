"""The patient's tumour: how many lesions, how large, where, and how fast each of them grows."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaincc

from adoptive.antigen import draw_deposits
from adoptive.cohort.kinds import asked, choose, shifted
from adoptive.cohort.types import SITES, Population
from adoptive.parameters import Kinds, Typical
from adoptive.streams import Keys, Streams
from adoptive.units import diameter_mm

__all__ = [
    "LARGEST_TARGET_MM",
    "LESION_PLACES",
    "SMALLEST_TARGET_MM",
    "draw_growth",
    "draw_lesions",
    "draw_peritoneal",
    "draw_sites",
]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

LESION_PLACES: Final = 5
"""RECIST 1.1 follows at most five target lesions."""
SMALLEST_TARGET_MM: Final = 10.0
"""A target lesion is measured, so it is this large at least."""
LARGEST_TARGET_MM: Final = 110.0


def draw_lesions(
    population: Population, keys: Keys, *, tumours: Kinds, burden: Floats, typical: Typical, streams: Streams
) -> Floats:
    """Draw the lesions' diameters ``(patients, 5)``, mm: ``1 + Poisson(mean - 1)`` lesions, 0 in the other places.

    Target lesions have ``median exp(burden_sd burden + lesion_diameter_sd z)``, 10 to 110 mm, ``burden`` being the
    patient's normal score. A tumour that is counted in cells (``burden_cells`` above 0) is shared out among his lesions
    as spheres of ``cells_per_ml``.
    """
    mean = asked(population.lesions_mean, "lesions_mean", keys, kinds=tumours, typical=typical)
    there = np.arange(LESION_PLACES) < _count(mean, streams.uniform("cohort.lesion count", keys))[:, None]
    spread = typical.at("cohort.lesion_diameter_sd", keys, kinds=tumours)[:, None]
    scatter = np.clip(streams.normal("cohort.lesion diameter", keys, LESION_PLACES), -3.0, 3.0)
    name = "lesion_diameter_median_mm"
    median = asked(population.lesion_diameter_median_mm, name, keys, kinds=tumours, typical=typical)
    more = np.exp(typical.at("cohort.burden_sd", keys, kinds=tumours) * np.clip(burden, -3.0, 3.0))
    measured = median[:, None] * np.exp(spread * scatter) * more[:, None]
    measured = np.clip(measured, SMALLEST_TARGET_MM, LARGEST_TARGET_MM)
    cells = _cells(population, burden, keys, tumours=tumours, typical=typical)
    part = np.where(there, np.exp(3.0 * spread * scatter), 0.0)
    most = typical.at("cohort.burden_cells_limit", keys)[:, None]
    each = np.minimum(cells[:, None] * part / part.sum(axis=1, keepdims=True), most)
    counted = diameter_mm(each / typical.at("cohort.cells_per_ml", keys, kinds=tumours)[:, None])
    return np.where(there, np.where(cells[:, None] > 0, counted, measured), 0.0)


def draw_growth(
    population: Population,
    keys: Keys,
    *,
    tumours: Kinds,
    site: Codes,
    growth: Floats,
    typical: Typical,
    streams: Streams,
) -> Floats:
    """Give each lesion's growth at baseline, ``(patients, 5)`` per day: ``ln 2 / doubling time``.

    ``growth`` is the patient's normal score of his doubling time. The site has a factor of its own where the doubling
    time is the tumour type's row; one that the study gives holds for every site.
    """
    doubling = asked(population.doubling_time_days, "doubling_time_days", keys, kinds=tumours, typical=typical)
    factor = shifted("cohort.doubling_time_factor", growth, keys, kinds=tumours, typical=typical)
    spread = typical.at("cohort.doubling_time_lesion_sd", keys, kinds=tumours)[:, None]
    scatter = np.clip(streams.normal("cohort.lesion growth", keys, LESION_PLACES), -3.0, 3.0)
    each: Floats = doubling[:, None] * factor[:, None] * np.exp(spread * scatter)
    if population.doubling_time_days is None:
        each = each * _of_site("site_doubling_factor", site, keys, tumours=tumours, typical=typical, otherwise=1.0)
    return np.asarray(np.log(2.0) / each)


def draw_peritoneal(
    population: Population, keys: Keys, *, tumours: Kinds, typical: Typical, streams: Streams
) -> NDArray[np.bool_]:
    """Say who has peritoneal metastases."""
    share = asked(population.peritoneal_share, "peritoneal_share", keys, kinds=tumours, typical=typical)
    return np.asarray(streams.uniform("cohort.peritoneal", keys) < share)


def draw_sites(
    keys: Keys,
    *,
    peritoneal: NDArray[np.bool_],
    tumours: Kinds,
    antigens: Kinds,
    typical: Typical,
    streams: Streams,
) -> Codes:
    """Draw where each lesion lies, ``(patients, 5)`` places in ``SITES``.

    Deposits in the peritoneum are those whose antigen is drawn so; the others go by the weights ``site_weight``.
    """
    deposit = draw_deposits(
        peritoneal, lesions=LESION_PLACES, keys=keys, kinds=antigens, typical=typical, streams=streams
    )
    every = np.arange(len(SITES))[None, :].repeat(len(keys), axis=0)
    weight = _of_site("site_weight", every, keys, tumours=tumours, typical=typical, otherwise=0.0)
    lot = streams.uniform("cohort.site", keys, LESION_PLACES)
    elsewhere = np.stack([choose(lot[:, place], weight) for place in range(LESION_PLACES)], axis=1)
    return np.where(deposit, SITES.index("peritoneum"), elsewhere)


def _count(mean: Floats, uniform: Floats) -> Codes:
    """Give ``1 + Poisson(mean - 1)``, at most five, at a uniform."""
    rate = mean - 1.0
    # P(Poisson <= k) = Q(k + 1, rate): count how many k the uniform exceeds.
    below = np.stack([np.where(rate > 0, gammaincc(k + 1.0, rate), 1.0) for k in range(LESION_PLACES - 1)], axis=1)
    return np.asarray(1 + (uniform[:, None] > below).sum(axis=1))


def _cells(population: Population, burden: Floats, keys: Keys, *, tumours: Kinds, typical: Typical) -> Floats:
    """Give the tumour cells of those whose tumour is counted in cells, 0 for the others."""
    median = asked(population.burden_cells_median, "burden_cells", keys, kinds=tumours, typical=typical)
    spread = typical.at("cohort.burden_cells_sd", keys, kinds=tumours)
    return np.asarray(median * np.exp(spread * np.clip(burden, -3.0, 3.0)))


def _of_site(name: str, site: Codes, keys: Keys, *, tumours: Kinds, typical: Typical, otherwise: float) -> Floats:
    """Give a number of each lesion's site in the patient's tumour type: its row, or ``otherwise`` without one."""
    values = np.full((len(tumours.names), len(SITES), len(keys)), otherwise)
    for kind, names in enumerate(tumours.names):
        for place, where in enumerate(SITES):
            row = f"cohort.{name}@{names[-1]}, {where}"
            if row in typical.book:
                values[kind, place] = typical.at(row, keys)
    return np.asarray(values[tumours.code[:, None], site, np.arange(len(keys))[:, None]])
