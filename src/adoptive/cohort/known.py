"""Normal scores of what a table of patients says, so that what it leaves out is drawn to fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from adoptive.cohort.kinds import asked
from adoptive.cohort.types import Population
from adoptive.parameters import Kinds, Typical
from adoptive.streams import Keys

__all__ = ["known_scores"]

Floats = NDArray[np.float64]

_ROWS: Final = {
    "frailty": ("frailty", "cohort.frailty"),
    "lymphocytes": ("lymphocytes_per_ul", "cohort.lymphocytes_per_ul"),
    "albumin": ("albumin_g_l", "outcome.albumin_g_l"),
    "LDH": ("ldh_ratio", "kinetics.LDH_0"),
    "growth": ("doubling_time_days", "cohort.doubling_time_factor"),
}
"""Traits that are lognormal by a row: the column of the table and the row."""


def known_scores(
    given: Mapping[str, Floats], population: Population, keys: Keys, *, tumours: Kinds, typical: Typical
) -> dict[str, Floats]:
    """Give the scores of the traits that the table holds, ``(patients,)`` each.

    ``z = ln(value / typical) / between`` for lognormal traits; the middle of the grade's ranks for ECOG. Other columns
    stand as they are and say nothing about the rest.
    """
    known: dict[str, Floats] = {}
    for trait, (column, row) in _ROWS.items():
        if column in given:
            value = given[column] / _unit(trait, population, keys, tumours=tumours, typical=typical)
            known |= _lognormal(trait, value, row, keys, tumours=tumours, typical=typical)
    if "ecog" in given:
        known["ECOG"] = _middle_of_grade(given["ecog"], keys, tumours=tumours, typical=typical)
    return known


def _unit(trait: str, population: Population, keys: Keys, *, tumours: Kinds, typical: Typical) -> Floats:
    """Give what a column is over the row's own unit."""
    if trait == "LDH":
        return 1.0 / typical.at("outcome.ldh_u_l_upper", keys)
    if trait == "growth":
        return asked(population.doubling_time_days, "doubling_time_days", keys, kinds=tumours, typical=typical)
    return np.ones(len(keys))


def _lognormal(
    trait: str, value: Floats, row: str, keys: Keys, *, tumours: Kinds, typical: Typical
) -> dict[str, Floats]:
    """Give the score of a lognormal trait; nothing where some kind of patient does not differ in it."""
    rows = [tumours.row(typical.book, row, kind) for kind in range(len(tumours.names))]
    each = np.stack([np.broadcast_to(typical.between(name, keys), len(keys)) for name in rows])
    spread = each[tumours.code, np.arange(len(keys))]
    if (spread == 0).any():
        return {}
    return {trait: np.clip(np.log(value / typical.at(row, keys, kinds=tumours)) / spread, -3.0, 3.0)}


def _middle_of_grade(grade: Floats, keys: Keys, *, tumours: Kinds, typical: Typical) -> Floats:
    """Give the score in the middle of a performance status's ranks."""
    fit, unfit = (typical.at(f"cohort.ecog{n}_share", keys, kinds=tumours) for n in (0, 2))
    low = np.where(grade == 0, 0.0, np.where(grade == 1, fit, 1.0 - unfit))
    high = np.where(grade == 0, fit, np.where(grade == 1, 1.0 - unfit, 1.0))
    return np.clip(ndtri(np.clip(0.5 * (low + high), ndtr(-3.0), ndtr(3.0))), -3.0, 3.0)
