"""Who the patient is: age, sex, body, performance, earlier therapy, organs, blood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from adoptive.cohort.kinds import asked, by_age_group, by_body, shifted
from adoptive.cohort.types import Population
from adoptive.parameters import Kinds, Typical, draw_patients
from adoptive.streams import Keys, Streams

__all__ = ["ADULT_YEARS", "clearance_ml_min", "draw_person", "draw_prior_lines", "years_at"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

ADULT_YEARS: Final = 18.0
"""Below this age a patient has a child's body."""

CHILD_AGES: Final = (1, 2, 3, 5, 8, 11, 14, 18)
"""Ages of the growth rows ``child_weight_kg@AGE`` and ``child_height_cm@AGE``; between them, straight lines."""

_MOST_LINES: Final = 12


def draw_person(
    population: Population,
    keys: Keys,
    *,
    scores: Mapping[str, Floats],
    tumours: Kinds,
    ancestry: Codes,
    given: Mapping[str, Floats],
    typical: Typical,
    streams: Streams,
) -> dict[str, Any]:
    """Draw everything about the patients that is not their tumour, by the names of :class:`Cohort`'s fields.

    What is ``given`` stands for what would be drawn, also in what follows from it.
    """
    common: dict[str, Any] = {"kinds": tumours, "typical": typical}
    age = given.get("age_years")
    if age is None:
        age = years_at(ndtr(scores["age"]), population, keys, tumours=tumours, typical=typical)
    male = ndtr(scores["sex"]) > 1.0 - typical.at("cohort.male_share", keys, kinds=tumours)
    male = given.get("male", male).astype(bool)
    body = _body(age, male, scores, ancestry=ancestry, tumours=tumours, keys=keys, typical=typical)
    weight, height = given.get("weight_kg", body[0]), given.get("height_cm", body[1])
    lines = draw_prior_lines(population, scores["lines"], keys, tumours=tumours, typical=typical)
    lines = given.get("prior_lines", lines).astype(np.int64)
    creatinine = draw_patients(typical, streams, name="outcome.creatinine_mg_dl", keys=keys)
    child = draw_patients(typical, streams, name="cohort.child_clearance_ml_min", keys=keys)
    worn = np.where(lines >= 3, typical.at("cohort.fitness_third_line", keys), 1.0)
    young = np.where(age < ADULT_YEARS, typical.at("cohort.fitness_child", keys), 1.0)
    return {
        "third_line_or_later": lines >= 3,
        "prior_lines": lines,
        "age_years": age,
        "male": male,
        "weight_kg": weight,
        "height_cm": height,
        "ecog": _ecog(scores["ECOG"], keys, **common),
        "albumin_g_l": shifted("outcome.albumin_g_l", scores["albumin"], keys, **common),
        "ldh_ratio": shifted("kinetics.LDH_0", scores["LDH"], keys, **common)
        / typical.at("outcome.ldh_u_l_upper", keys),
        "creatinine_clearance_ml_min": np.where(
            age < ADULT_YEARS, child, clearance_ml_min(age, weight, male, creatinine)
        ),
        "lymphocytes_per_ul": shifted("cohort.lymphocytes_per_ul", scores["lymphocytes"], keys, **common),
        "neutrophils_e9_l": draw_patients(typical, streams, name="cohort.neutrophils_e9_l", keys=keys, kinds=tumours),
        "platelets_e9_l": draw_patients(typical, streams, name="cohort.platelets_e9_l", keys=keys, kinds=tumours),
        "frailty": shifted("cohort.frailty", scores["frailty"], keys, **common),
        "donor_fitness": shifted("cohort.fitness", scores["fitness"], keys, **common) * worn * young,
    }


def clearance_ml_min(age: Floats, weight_kg: Floats, male: NDArray[np.bool_], creatinine_mg_dl: Floats) -> Floats:
    """Give creatinine clearance by Cockcroft and Gault, mL/min, women 0.85 of it (10.1159/000180580).

    >>> clearance_ml_min(np.array([40.0]), np.array([72.0]), np.array([True]), np.array([1.0]))
    array([100.])
    """
    return np.asarray((140.0 - age) * weight_kg / (72.0 * creatinine_mg_dl) * np.where(male, 1.0, 0.85))


def years_at(rank: Floats, population: Population, keys: Keys, *, tumours: Kinds, typical: Typical) -> Floats:
    """Give the age at a rank (0 to 1): half a normal distribution on either side of the median, cut at the limits.

    The median is kept whatever the limits are; a row's median outside the study's limits gives way to their middle.
    """
    kinds = by_age_group(tumours, population)
    low = asked(population.age_minimum_years, "age_minimum_years", keys, kinds=kinds, typical=typical)
    high = asked(population.age_maximum_years, "age_maximum_years", keys, kinds=kinds, typical=typical)
    high = np.maximum(high, low)
    median = asked(population.age_median_years, "age_years", keys, kinds=kinds, typical=typical)
    median = np.where((median < low) | (median > high), 0.5 * (low + high), median)
    spread = shifted("cohort.age_years", np.ones(len(keys)), keys, kinds=kinds, typical=typical)
    spread = spread - typical.at("cohort.age_years", keys, kinds=kinds)
    below, above = ndtr((low - median) / spread), ndtr((high - median) / spread)
    share = np.where(
        rank < 0.5,
        below + (0.5 - below) * rank / 0.5,
        0.5 + (above - 0.5) * (rank - 0.5) / 0.5,
    )
    return np.clip(median + spread * ndtri(np.clip(share, 1e-12, 1.0 - 1e-12)), low, high)


def draw_prior_lines(population: Population, score: Floats, keys: Keys, *, tumours: Kinds, typical: Typical) -> Codes:
    """Give the number of earlier lines of therapy at each patient's score.

    Three or more for the share that the study or the row says, each further line with ``further_line_share``; of the
    others ``no_line_share`` had none and ``one_line_share`` one line.
    """

    def row(name: str) -> Floats:
        return typical.at(f"cohort.{name}", keys, kinds=tumours)

    name = "third_line_or_later_share"
    third = asked(population.third_line_or_later_share, name, keys, kinds=tumours, typical=typical)
    late = -score < ndtri(third)
    rank = ndtr(-score)
    inside = np.clip(rank / np.maximum(third, 1e-12), 1e-12, 1.0)
    more = np.floor(np.log(inside) / np.log(np.clip(row("further_line_share"), 1e-9, 1.0 - 1e-9)))
    early = np.clip((1.0 - rank) / np.maximum(1.0 - third, 1e-12), 0.0, 1.0)
    none, one = row("no_line_share"), row("one_line_share")
    few = np.where(early < none, 0, np.where(early < none + one, 1, 2))
    return np.where(late, 3 + np.minimum(more, _MOST_LINES - 3), few).astype(np.int64)


def _ecog(score: Floats, keys: Keys, *, kinds: Kinds, typical: Typical) -> Codes:
    """Give performance status 0 to 2; the worse the higher the score."""
    fit, unfit = (typical.at(f"cohort.ecog{grade}_share", keys, kinds=kinds) for grade in (0, 2))
    rank = ndtr(score)
    return np.where(rank < fit, 0, np.where(rank < 1.0 - unfit, 1, 2)).astype(np.int64)


def _body(
    age: Floats,
    male: NDArray[np.bool_],
    scores: Mapping[str, Floats],
    *,
    ancestry: Codes,
    tumours: Kinds,
    keys: Keys,
    typical: Typical,
) -> tuple[Floats, Floats]:
    """Give weight and height, both ``(patients,)``: an adult's rows, or a child's growth curve, at the same scores."""
    adult = shifted("cohort.weight_kg", scores["weight"], keys, kinds=by_body(tumours, ancestry), typical=typical)
    tall = shifted("cohort.height_cm", scores["height"], keys, kinds=by_body(tumours, ancestry, male), typical=typical)

    def curve(name: str) -> Floats:
        values = [typical.book[f"cohort.child_{name}@{year}"].value for year in CHILD_AGES]
        return np.asarray(np.interp(age, CHILD_AGES, values))

    spread = {name: typical.at(f"cohort.child_{name}_sd", keys) for name in ("weight", "height")}
    light = curve("weight_kg") * np.exp(spread["weight"] * np.clip(scores["weight"], -3.0, 3.0))
    short = curve("height_cm") * np.exp(spread["height"] * np.clip(scores["height"], -3.0, 3.0))
    child = age < ADULT_YEARS
    return np.where(child, light, adult), np.where(child, short, tall)
